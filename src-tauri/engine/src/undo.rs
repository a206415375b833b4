//! Taking back what was done: one change, a run, or everything since a moment. What that means for a manga is decided in
//! [`kuroibara_core::undo`]; here the history is read, and the outcome stored with a history of its own, under a run id
//! of its own, so that taking back can be taken back. Nothing is sent: the next sync does.

mod past;
pub(crate) mod steps;

use std::collections::{BTreeMap, HashMap, HashSet};

use kuroibara_core::{
    Field, MangaId, Origin, Provider, RunId, Time, Value,
    undo::{Left, Undone, undo},
};
use serde::Serialize;
use uuid::Uuid;

use self::steps::steps;
use crate::{
    Engine,
    edit::to_json,
    error::EngineError,
    store::{Batch, Change, Conflict, JournalRow, LoadedManga, MangaChange, Pick, Scope},
};

/// Manga per transaction.
pub(crate) const AT_ONCE: usize = 500;

/// What is to be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A run, or an earlier undo, or one change, or an answered question, of which what followed goes back: all ids are
    /// different.
    Id(Uuid),
    /// Everything since then.
    Since(Time),
}

/// What was taken back, and what was not.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct UndoReport {
    /// Under this id it is in the history and can be taken back itself.
    pub run_id: RunId,
    /// `undo`, or `restore` of a kept list.
    pub strategy: &'static str,
    /// Whether anything was changed here. The next sync carries it to the services.
    pub applied: bool,
    /// The services, which an undo does not ask: empty.
    pub providers: BTreeMap<Provider, ()>,
    /// What was taken back.
    pub plan: Vec<UndoneRow>,
    /// What was left as it is, and why.
    pub left: Vec<LeftRow>,
}

/// One title of which something was taken back.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct UndoneRow {
    /// Which manga.
    pub manga_id: MangaId,
    /// Its title.
    pub title: String,
    /// `undo`, `restore` (it is in the library again), `remove_local`, or `put_back` (at a provider alone).
    pub action: &'static str,
    /// Where something goes back alone; none: in the library.
    pub provider: Option<Provider>,
    /// Field by field.
    pub fields: Vec<UndoneField>,
}

/// One field that is as it was.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct UndoneField {
    /// Which one.
    pub field: Field,
    /// What was there until now.
    #[cfg_attr(feature = "specta", specta(type = Option<kuroibara_core::Value>))]
    pub before: Option<serde_json::Value>,
    /// What is there again.
    #[cfg_attr(feature = "specta", specta(type = Option<kuroibara_core::Value>))]
    pub after: Option<serde_json::Value>,
}

impl UndoneField {
    fn new(field: Field, before: &Value, after: &Value) -> Self {
        Self { field, before: to_json(before), after: to_json(after) }
    }
}

/// Something that was not taken back.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct LeftRow {
    /// Which manga.
    pub manga_id: MangaId,
    /// Its title.
    pub title: String,
    /// Which field; none: the entry itself.
    pub field: Option<Field>,
    /// Why.
    pub why: Left,
}

impl UndoReport {
    pub(crate) fn of(run_id: RunId, strategy: &'static str) -> Self {
        let (providers, plan, left) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { run_id, strategy, applied: false, providers, plan, left }
    }

    /// How many values stayed because something newer stands there.
    pub(crate) fn newer(&self) -> usize {
        self.left.iter().filter(|left| left.why == Left::NewerEdit).count()
    }
}

impl Engine {
    /// Takes back what `target` did. What was changed again since is left as it is, unless `force` says otherwise. Nothing is
    /// ever deleted at a service.
    pub async fn undo(&self, target: Target, force: bool) -> Result<UndoReport, EngineError> {
        let rows = self.rows_of(target).await?;
        let run = RunId(self.db.new_id(self.clock.now()));
        let mut report = UndoReport::of(run, "undo");
        let mut by_manga: BTreeMap<MangaId, Vec<JournalRow>> = BTreeMap::new();
        rows.into_iter().for_each(|row| by_manga.entry(row.manga).or_default().push(row));
        let manga: Vec<(MangaId, Vec<JournalRow>)> = by_manga.into_iter().collect();
        for some in manga.chunks(AT_ONCE) {
            self.undo_some(run, some, force, &mut report).await?;
        }
        report.applied = !report.plan.is_empty();
        if report.applied { Ok(report) } else { Err(nothing_done(&report, &manga)) }
    }

    async fn rows_of(&self, target: Target) -> Result<Vec<JournalRow>, EngineError> {
        let rows = match target {
            Target::Since(since) => self.db.journal_since(since).await?,
            Target::Id(id) => match self.db.journal_row(id).await? {
                Some(row) => vec![row],
                None => match self.db.journal(Some(RunId(id)), u32::MAX, 0).await? {
                    rows if rows.is_empty() => self.rows_of_answer(id).await?,
                    rows => rows,
                },
            },
        };
        match target {
            _ if !rows.is_empty() => Ok(rows),
            Target::Since(_) => Err(EngineError::Refused("nothing was changed since then".into())),
            Target::Id(_) => {
                Err(EngineError::Refused("nothing in the history is called that. See `history` for the ids".into()))
            }
        }
    }

    /// What happened since a question was answered, and those that were answered alike, to the fields that it was about; of
    /// a title that was gone somewhere all of it.
    async fn rows_of_answer(&self, id: Uuid) -> Result<Vec<JournalRow>, EngineError> {
        let Some(Conflict { remembered: Some(remembered), .. }) = self.db.conflict(id).await? else {
            return Ok(Vec::new());
        };
        let answered = self.db.conflicts_decided_with(remembered.with).await?;
        let mut past = self.db.journal_of(&answered.iter().map(|one| one.manga).collect::<Vec<_>>()).await?;
        let mut rows = Vec::new();
        for one in &answered {
            rows.extend(of_answer(past.remove(&one.manga).unwrap_or_default(), one));
        }
        Ok(rows)
    }

    async fn undo_some(
        &self,
        run: RunId,
        some: &[(MangaId, Vec<JournalRow>)],
        force: bool,
        report: &mut UndoReport,
    ) -> Result<(), EngineError> {
        let pasts = self.db.journal_of(&some.iter().map(|(manga, _)| *manga).collect::<Vec<_>>()).await?;
        let keeps_in_step = self.db.local_user().await?.keep_in_step;
        let now = self.clock.now();
        let outcome = |loaded: &LoadedManga, rows: &Vec<JournalRow>| {
            let past = pasts.get(&loaded.id).map_or(&[][..], Vec::as_slice);
            undo(&loaded.state, &steps(rows, past, loaded, keeps_in_step), now, force)
        };
        self.take_back(run, some, outcome, report).await
    }

    /// Stores what taking back changes of some manga, under `run`, again for those that somebody changed meanwhile.
    pub(crate) async fn take_back<T: Sync>(
        &self,
        run: RunId,
        some: &[(MangaId, T)],
        outcome: impl Fn(&LoadedManga, &T) -> Undone + Send + Sync,
        report: &mut UndoReport,
    ) -> Result<(), EngineError> {
        let mut open: Vec<&(MangaId, T)> = some.iter().collect();
        while !open.is_empty() {
            let pick = Pick { manga: open.iter().map(|(manga, _)| *manga).collect(), ..Pick::default() };
            let loaded = self.db.load_manga(&Scope::Only(pick)).await?;
            let here: HashMap<MangaId, &LoadedManga> = loaded.iter().map(|loaded| (loaded.id, loaded)).collect();
            let found = open.iter().filter_map(|(manga, what)| Some((*here.get(manga)?, what)));
            let outcomes: Vec<_> = found.map(|(loaded, what)| (loaded, outcome(loaded, what))).collect();
            let changes: Vec<MangaChange> =
                outcomes.iter().filter_map(|(loaded, undone)| self.undoing(run, loaded, undone)).collect();
            let batch = Batch { at: self.clock.now(), fence: None, manga: &changes, integrations: &[], whole: false };
            let stale = self.db.commit(&batch).await?.stale;
            for (loaded, undone) in outcomes.iter().filter(|(loaded, _)| !stale.contains(&loaded.id)) {
                note(report, loaded, undone);
            }
            open.retain(|(manga, _)| stale.contains(manga));
        }
        self.tell(crate::events::Event::LibraryChanged);
        Ok(())
    }

    /// The change that takes it back; none if nothing is.
    fn undoing(&self, run: RunId, loaded: &LoadedManga, undone: &Undone) -> Option<MangaChange> {
        if !changes(loaded, undone) {
            return None;
        }
        let mut change = self.due_everywhere(loaded);
        for mapping in &mut change.mappings {
            let at = loaded.mappings.iter().find(|(_, one)| one.as_ref().is_some_and(|one| one.id == mapping.id));
            let Some((provider, _)) = at else { continue };
            let before = loaded.state.sides[provider].as_ref().and_then(|side| side.base.as_ref());
            mapping.base = match undone.bases[provider].as_ref() {
                after if after == before => Change::Keep,
                Some(base) => Change::Set(base.clone()),
                None => Change::Clear,
            };
        }
        let fields = undone.fields.iter().map(|(field, before, after, former)| {
            let row = self.line(loaded.id, (Some(*field), to_json(before), to_json(after)), "undo");
            JournalRow { origin: *former, ..row }
        });
        let there = undone.there.iter().map(|(provider, field, before, after)| {
            let row = self.line(loaded.id, (Some(*field), to_json(before), to_json(after)), "undo");
            JournalRow { provider: Some(*provider), origin: Origin::Provider(*provider), ..row }
        });
        let lines = fields.chain(there).chain(self.presence_line(loaded, undone));
        change.journal = lines.map(|row| JournalRow { run: Some(run), ..row }).collect();
        change.local = (undone.local != loaded.state.local).then(|| undone.local.clone());
        Some(change)
    }

    fn presence_line(&self, loaded: &LoadedManga, undone: &Undone) -> Option<JournalRow> {
        let fields = |local: &kuroibara_core::Local| local.present().and_then(|(entry, _)| to_json(&entry.fields()));
        match (loaded.state.local.present(), undone.local.present()) {
            (Some(_), None) => Some(self.line(loaded.id, (None, fields(&loaded.state.local), None), "removed")),
            (None, Some(_)) => Some(self.line(loaded.id, (None, None, fields(&undone.local)), "restored")),
            (Some(_), Some(_)) | (None, None) => None,
        }
    }
}

/// The lines of a title's `past` (the newest first) with which an answer was carried out: until something else changed the
/// same.
fn of_answer(past: Vec<JournalRow>, answered: &Conflict) -> Vec<JournalRow> {
    let mut changed_since = HashSet::new();
    let mut rows: Vec<JournalRow> = Vec::new();
    for row in past.into_iter().rev() {
        let about = answered.group.is_none_or(|group| row.field.is_some_and(|field| field.group() == group));
        if !about || answered.decided_at.is_none_or(|decided| row.at < decided) {
            continue;
        }
        if !CARRIES_OUT.contains(&row.cause.as_str()) {
            changed_since.insert(row.field);
        } else if !changed_since.contains(&row.field) {
            rows.push(row);
        }
    }
    rows.reverse();
    rows
}

/// Why lines stand in the history that belong to an answer.
const CARRIES_OUT: [&str; 6] = ["decided", "removed", "restored", "push", "push_effect", "push_removed"];

/// Whether taking back changes anything: what the library says, or what is agreed with a provider.
fn changes(loaded: &LoadedManga, undone: &Undone) -> bool {
    let base = |provider: Provider| loaded.state.sides[provider].as_ref().and_then(|side| side.base.as_ref());
    undone.local != loaded.state.local || Provider::ALL.into_iter().any(|at| undone.bases[at].as_ref() != base(at))
}

fn note(report: &mut UndoReport, loaded: &LoadedManga, undone: &Undone) {
    let (manga_id, title) = (loaded.id, loaded.title.clone());
    report.left.extend(undone.left.iter().map(|(field, why)| LeftRow {
        manga_id,
        title: title.clone(),
        field: *field,
        why: *why,
    }));
    for provider in Provider::ALL {
        let of = undone.there.iter().filter(|(at, ..)| *at == provider);
        let fields: Vec<_> = of.map(|(_, field, before, after)| UndoneField::new(*field, before, after)).collect();
        if !fields.is_empty() {
            let (title, action) = (title.clone(), "put_back");
            report.plan.push(UndoneRow { manga_id, title, action, provider: Some(provider), fields });
        }
    }
    if undone.local == loaded.state.local {
        return;
    }
    let action = match (loaded.state.local.present(), undone.local.present()) {
        (None, Some(_)) => "restore",
        (Some(_), None) => "remove_local",
        (Some(_), Some(_)) | (None, None) => "undo",
    };
    let fields = undone.fields.iter().map(|(field, before, after, _)| UndoneField::new(*field, before, after));
    report.plan.push(UndoneRow { manga_id, title, action, provider: None, fields: fields.collect() });
}

fn nothing_done(report: &UndoReport, manga: &[(MangaId, Vec<JournalRow>)]) -> EngineError {
    let mut rows = manga.iter().flat_map(|(_, rows)| rows);
    if report.left.is_empty() && rows.any(|row| matches!(row.cause.as_str(), "linked" | "unlinked")) {
        return EngineError::Refused("a link is taken back with `unlink`, and a split with `link`".into());
    }
    let newer = report.newer();
    let text = match report.left.is_empty() {
        _ if newer > 0 => return EngineError::NewerEdits(newer),
        true => "there is nothing to take back: nothing in the library was changed by it".to_owned(),
        false => return EngineError::UndoneBefore,
    };
    EngineError::Refused(text)
}
