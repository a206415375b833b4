//! Taking back what was done: one change, a run, or everything since a moment. What that means for a manga is decided in
//! [`kuroibara_core::undo`]; here the history is read, and the outcome stored with a history of its own, under a run id
//! of its own, so that taking back can be taken back. Nothing is sent: the next sync does.

use std::collections::BTreeMap;

use kuroibara_core::{
    Entry, Field, Fields, MangaId, Origin, Provider, RunId, Shape, Status, Time, Totals, Value,
    undo::{Left, Step, Undone, undo},
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Engine,
    edit::to_json,
    error::EngineError,
    store::{Batch, Change, JournalFilter, JournalRow, LoadedManga, MangaChange, Pick, Scope},
};

/// Manga per transaction.
const AT_ONCE: usize = 500;

/// What is to be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A run, or an earlier undo, or one change: all ids are different.
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
    /// Always `undo`.
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
    /// `undo`, `restore` (it is in the library again) or `remove_local`.
    pub action: &'static str,
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

impl Engine {
    /// Takes back what `target` did. What was changed again since is left as it is, unless `force` says otherwise. Nothing is
    /// ever deleted at a service.
    pub async fn undo(&self, target: Target, force: bool) -> Result<UndoReport, EngineError> {
        let rows = self.rows_of(target).await?;
        let run = RunId(self.db.new_id(self.clock.now()));
        let mut report = UndoReport {
            run_id: run,
            strategy: "undo",
            applied: false,
            providers: BTreeMap::new(),
            plan: Vec::new(),
            left: Vec::new(),
        };
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
                None => {
                    let only = JournalFilter { run: Some(RunId(id)), ..JournalFilter::default() };
                    self.db.journal(only, u32::MAX, 0).await?
                }
            },
        };
        if rows.is_empty() {
            return Err(EngineError::Refused(
                "nothing in the history is called that. See `history` for the ids".into(),
            ));
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
        let mut open: Vec<&(MangaId, Vec<JournalRow>)> = some.iter().collect();
        while !open.is_empty() {
            let pick = Pick { manga: open.iter().map(|(manga, _)| *manga).collect(), ..Pick::default() };
            let loaded = self.db.load_manga(&Scope::Only(pick)).await?;
            let mut outcomes = Vec::new();
            for (manga, rows) in &open {
                let Some(loaded) = loaded.iter().find(|loaded| loaded.id == *manga) else { continue };
                outcomes.push((loaded, self.outcome(loaded, rows, force).await?));
            }
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

    async fn outcome(&self, loaded: &LoadedManga, rows: &[JournalRow], force: bool) -> Result<Undone, EngineError> {
        let only = JournalFilter { manga: Some(loaded.id), ..JournalFilter::default() };
        let past = self.db.journal(only, u32::MAX, 0).await?;
        Ok(undo(&loaded.state, &steps(rows, &past, loaded), self.clock.now(), force))
    }

    /// The change that takes it back; none if nothing is.
    fn undoing(&self, run: RunId, loaded: &LoadedManga, undone: &Undone) -> Option<MangaChange> {
        if undone.local == loaded.state.local {
            return None;
        }
        let mut change = self.due_everywhere(loaded);
        for mapping in &mut change.mappings {
            let at = loaded.mappings.iter().find(|(_, one)| one.as_ref().is_some_and(|one| one.id == mapping.id));
            let Some((provider, _)) = at else { continue };
            let before = loaded.state.sides[provider].as_ref().and_then(|side| side.base.as_ref());
            if let Some(base) = undone.bases[provider].as_ref().filter(|base| Some(*base) != before) {
                mapping.base = Change::Set(base.clone());
            }
        }
        let fields = undone.fields.iter().map(|(field, before, after, former)| {
            let row = self.line(loaded.id, (Some(*field), to_json(before), to_json(after)), "undo");
            JournalRow { origin: *former, ..row }
        });
        let lines = fields.chain(self.presence_line(loaded, undone));
        change.journal = lines.map(|row| JournalRow { run: Some(run), ..row }).collect();
        change.local = Some(undone.local.clone());
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

/// What these lines of history (the newest first) did to a manga, several changes of one field as one. `past` is all that
/// ever happened to it.
fn steps(rows: &[JournalRow], past: &[JournalRow], loaded: &LoadedManga) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for row in rows.iter().rev() {
        if let Some(step) = step(row, past, loaded) {
            join(&mut steps, step);
        }
    }
    // What was changed here went to the services as it is: taking it back here takes it back there.
    let here: Vec<Field> = steps.iter().filter_map(field_here).collect();
    steps.retain(|step| !matches!(step, Step::There { field, .. } if here.contains(field)));
    steps
}

fn field_here(step: &Step) -> Option<Field> {
    match step {
        Step::Here { field, .. } => Some(*field),
        Step::There { .. } | Step::Came | Step::Went => None,
    }
}

fn step(row: &JournalRow, past: &[JournalRow], loaded: &LoadedManga) -> Option<Step> {
    let Some(field) = row.field else {
        return match (row.provider, row.cause.as_str()) {
            (None, "created" | "added" | "restored") => Some(Step::Came),
            (None, "removed") | (Some(_), "push_removed") => Some(Step::Went),
            _ => None,
        };
    };
    let (before, after) = (value(field, row.before.as_ref())?, value(field, row.after.as_ref())?);
    let is_here = |line: &&JournalRow| line.provider.is_none() && line.field == Some(field);
    let older = past.iter().skip_while(|line| line.id != row.id).skip(1);
    match row.provider {
        None => {
            let former = older.clone().find(is_here).or_else(|| older.clone().find(brought));
            let former = match row.origin {
                // That provider had agreed on it before: it comes back there too, whoever had brought it.
                Origin::Provider(_) if row.cause == "pull" => row.origin,
                Origin::Provider(_) | Origin::User => former.map_or(Origin::User, |line| line.origin),
            };
            Some(Step::Here { field, before, after, former })
        }
        Some(_) if row.cause != "push" => None,
        Some(provider) => {
            let totals = loaded.state.sides[provider].as_ref().map(|side| side.totals).unwrap_or_default();
            let here: Vec<&JournalRow> = older.clone().filter(is_here).collect();
            let (before, place) = finer(provider, totals, before, &here);
            // Who had brought it: the line before the one that replaced it, or whatever brought the entry.
            let bringer = place.and_then(|place| here.get(place + 1).copied().or_else(|| older.clone().find(brought)));
            let former = match place {
                None => Origin::Provider(provider),
                Some(_) => bringer.map_or(Origin::User, |line| line.origin),
            };
            Some(Step::There { provider, field, before, after, former })
        }
    }
}

fn brought(line: &&JournalRow) -> bool {
    line.provider.is_none() && line.field.is_none() && matches!(line.cause.as_str(), "created" | "added" | "restored")
}

/// The library's own value that stood for what was at `provider`, and the place among the library's `older` lines of the one
/// that replaced it: rounding must not make an undone 84 an 80. Without such a line it was that provider's value only.
fn finer(provider: Provider, totals: Totals, there: Value, older: &[&JournalRow]) -> (Value, Option<usize>) {
    let shape = Shape::of(provider);
    let own = |line: &JournalRow| {
        let field = line.field?;
        value(field, line.before.as_ref()).filter(|own| shape.round(field, own, totals) == there)
    };
    let found = older.iter().enumerate().find_map(|(place, line)| Some((own(line)?, place)));
    found.map_or((there, None), |(own, place)| (own, Some(place)))
}

/// Adds a step: a later change of the same field makes both one, from the first before to the last after.
fn join(steps: &mut Vec<Step>, later: Step) {
    for earlier in steps.iter_mut() {
        match (earlier, &later) {
            (Step::Here { field, after, .. }, Step::Here { field: same, after: last, .. }) if field == same => {
                after.clone_from(last);
                return;
            }
            (
                Step::There { provider, field, after, .. },
                Step::There { provider: there, field: same, after: last, .. },
            ) if provider == there && field == same => {
                after.clone_from(last);
                return;
            }
            _ => {}
        }
    }
    steps.push(later);
}

/// A value as the history holds it; nothing is the empty value.
fn value(field: Field, json: Option<&serde_json::Value>) -> Option<Value> {
    let Some(json) = json else { return Some(Entry::new(Status::PlanToRead).get(field)) };
    let told = serde_json::json!({ field.as_str(): json });
    let fields: Fields = serde_json::from_value(told).ok()?;
    fields.get(field).cloned()
}

fn note(report: &mut UndoReport, loaded: &LoadedManga, undone: &Undone) {
    let (manga_id, title) = (loaded.id, loaded.title.clone());
    report.left.extend(undone.left.iter().map(|(field, why)| LeftRow {
        manga_id,
        title: title.clone(),
        field: *field,
        why: *why,
    }));
    if undone.local == loaded.state.local {
        return;
    }
    let action = match (loaded.state.local.present(), undone.local.present()) {
        (None, Some(_)) => "restore",
        (Some(_), None) => "remove_local",
        (Some(_), Some(_)) | (None, None) => "undo",
    };
    let fields = undone.fields.iter().map(|(field, before, after, _)| UndoneField {
        field: *field,
        before: to_json(before),
        after: to_json(after),
    });
    report.plan.push(UndoneRow { manga_id, title, action, fields: fields.collect() });
}

fn nothing_done(report: &UndoReport, manga: &[(MangaId, Vec<JournalRow>)]) -> EngineError {
    let mut rows = manga.iter().flat_map(|(_, rows)| rows);
    if report.left.is_empty() && rows.any(|row| matches!(row.cause.as_str(), "linked" | "unlinked")) {
        return EngineError::Refused("a link is taken back with `unlink`, and a split with `link`".into());
    }
    let newer = report.left.iter().filter(|left| left.why == Left::NewerEdit).count();
    let text = match report.left.is_empty() {
        _ if newer > 0 => return EngineError::NewerEdits(newer),
        true => "there is nothing to take back: nothing in the library was changed by it".to_owned(),
        false => "this was taken back before: everything is as it was".to_owned(),
    };
    EngineError::Refused(text)
}
