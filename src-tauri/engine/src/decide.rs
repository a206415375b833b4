//! Questions that only a person can answer, and their answers. What an answer means is decided in
//! [`kuroibara_core::merge::decide`]; here the question is found, and the decision stored with its history. Nothing is sent:
//! the next sync does.

mod take_back;

use std::collections::{BTreeMap, HashMap};

use enum_map::EnumMap;
use kuroibara_core::{
    Base, Fields, Group, Local, MangaId, MangaState, Origin, Policy, Provider, Remote, Stamps, Time,
    merge::{
        Question,
        decide::{Answer, Decided, decide},
    },
};
use serde::Serialize;
use uuid::Uuid;

pub use take_back::Reopened;

use crate::{
    Engine,
    edit::to_json,
    error::EngineError,
    store::{
        Batch, Change, Conflict, ConflictChange, ConflictKind, Integration, JournalRow, LoadedManga, MangaChange,
        MappingChange, OutboxChange, Pick, Remembered, Scope,
    },
};

/// Questions per transaction.
const AT_ONCE: usize = 500;

/// Some of the open questions.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ConflictsView {
    /// How many are open in all.
    pub total: u64,
    /// Those asked for, the oldest first.
    pub conflicts: Vec<ConflictView>,
}

/// A question that is open, with everything a person needs to answer it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ConflictView {
    /// Its key.
    pub id: Uuid,
    /// What it is about.
    pub kind: ConflictKind,
    /// Which manga.
    pub manga_id: MangaId,
    /// Its title.
    pub title: String,
    /// The fields that differ, as a group: `reading_state`, `score`, `start_date`, `notes` or `private`.
    pub group: Option<Group>,
    /// The provider that it is about, where it is about one.
    pub provider: Option<Provider>,
    /// Since when it is open.
    pub opened_at: Time,
    /// The answers that fit: `local`, a provider's name, `keep`, `remove` or `restore`.
    pub answers: Vec<String>,
    /// The library's values; none: it is not in the library.
    pub local: Option<Told>,
    /// What each provider says.
    pub sides: BTreeMap<Provider, ToldThere>,
}

/// What one side says, and since when.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Told {
    /// The values that the question is about.
    #[cfg_attr(feature = "specta", specta(type = BTreeMap<kuroibara_core::Field, kuroibara_core::Value>))]
    pub fields: Fields,
    /// When the newest of them was set.
    pub at: Time,
    /// Who set it: `user` or a provider.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub origin: Origin,
}

/// What a provider says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ToldThere {
    /// The values there now; none: it has no entry.
    #[cfg_attr(feature = "specta", specta(type = Option<BTreeMap<kuroibara_core::Field, kuroibara_core::Value>>))]
    pub fields: Option<Fields>,
    /// What both agreed on last.
    #[cfg_attr(feature = "specta", specta(type = Option<BTreeMap<kuroibara_core::Field, kuroibara_core::Value>>))]
    pub base: Option<Fields>,
    /// When the entry was last saved there.
    pub updated_at: Option<Time>,
}

impl Engine {
    /// The open questions, the oldest first: at most `limit` of them, from the first on or from behind the one `after`.
    ///
    /// # Errors
    /// When there is no question `after`, or the library can't be read.
    pub async fn conflicts(&self, limit: u32, after: Option<Uuid>) -> Result<ConflictsView, EngineError> {
        if let Some(after) = after {
            self.db.conflict(after).await?.ok_or_else(|| no_such_question(after))?;
        }
        let (total, open) = self.db.open_conflicts_page(limit, after).await?;
        let manga = open.iter().map(|conflict| conflict.manga).collect();
        let loaded = self.db.load_manga(&Scope::Only(Pick { manga, ..Pick::default() })).await?;
        let loaded: HashMap<MangaId, LoadedManga> = loaded.into_iter().map(|manga| (manga.id, manga)).collect();
        let shown = |conflict: Conflict| Some(view(loaded.get(&conflict.manga)?, conflict));
        Ok(ConflictsView { total, conflicts: open.into_iter().filter_map(shown).collect() })
    }

    /// Answers a question and every other open one of its kind, about the same fields or the same provider, alike. Those that
    /// this answer does not fit stay open. Says how many were answered.
    pub async fn resolve_alike(&self, id: Uuid, answer: Answer) -> Result<usize, EngineError> {
        self.resolve(id, answer).await?;
        let Some(first) = self.db.conflict(id).await? else { return Ok(1) };
        let alike =
            |other: &Conflict| (other.kind, other.group, other.provider) == (first.kind, first.group, first.provider);
        let open: Vec<Conflict> = self.db.open_conflicts().await?.into_iter().filter(alike).collect();
        let integrations = self.db.integrations().await?;
        let policy = self.policy(&integrations).await?;
        let mut answered = 1;
        for some in open.chunks(AT_ONCE) {
            answered += self.resolve_some(some, (id, answer), &integrations, &policy).await?;
        }
        Ok(answered)
    }

    /// Answers some questions, each about another manga, in one transaction; again those that somebody changed meanwhile.
    async fn resolve_some(
        &self,
        some: &[Conflict],
        said: (Uuid, Answer),
        integrations: &EnumMap<Provider, Integration>,
        policy: &Policy,
    ) -> Result<usize, EngineError> {
        let mut open: Vec<&Conflict> = some.iter().collect();
        let mut answered = 0;
        while !open.is_empty() {
            // Before the lines of history: by this moment an undo tells what came of the answers.
            let at = self.clock.now();
            let manga = open.iter().map(|one| one.manga).collect();
            let loaded = self.db.load_manga(&Scope::Only(Pick { manga, ..Pick::default() })).await?;
            let mut changes = Vec::new();
            for loaded in &loaded {
                let Some(question) = open.iter().find(|one| one.manga == loaded.id) else { continue };
                let Some(question) = loaded.conflicts.iter().find(|one| one.id == question.id) else { continue };
                match self.decision(loaded, question, said, integrations, policy) {
                    Ok(change) => changes.push(change),
                    Err(EngineError::Refused(why)) => tracing::info!(manga = %loaded.id, why, "stays open"),
                    Err(error) => return Err(error),
                }
            }
            let batch = Batch { at, fence: None, manga: &changes, integrations: &[], whole: false };
            let stale = self.db.commit(&batch).await?.stale;
            answered += changes.len() - stale.len();
            open.retain(|one| stale.contains(&one.manga));
        }
        self.tell(crate::events::Event::LibraryChanged);
        Ok(answered)
    }

    /// Answers a question. The next sync carries it out; what lost is in the history.
    pub async fn resolve(&self, id: Uuid, answer: Answer) -> Result<(), EngineError> {
        let conflict = self.db.conflict(id).await?.ok_or_else(|| no_such_question(id))?;
        if let Some(decision) = conflict.decision {
            return Err(EngineError::AnsweredBefore(decision));
        }
        self.forget_old_decisions().await?;
        let integrations = self.db.integrations().await?;
        let policy = self.policy(&integrations).await?;
        let answered = self.change(conflict.manga, |loaded| {
            let open = loaded.conflicts.iter().find(|open| open.id == id).ok_or_else(|| no_such_question(id))?;
            Ok(Some(self.decision(loaded, open, (id, answer), &integrations, &policy)?))
        });
        match (answered.await, self.db.conflict(id).await?.and_then(|conflict| conflict.decision)) {
            // Somebody was quicker, here or on another device.
            (Err(EngineError::Refused(_)), Some(decision)) => Err(EngineError::AnsweredBefore(decision)),
            (answered, _) => answered,
        }
    }

    /// What an answer changes, which was given to the question `with` and, if that is another one, to this one alike.
    fn decision(
        &self,
        loaded: &LoadedManga,
        open: &Conflict,
        (with, answer): (Uuid, Answer),
        integrations: &EnumMap<Provider, Integration>,
        policy: &Policy,
    ) -> Result<MangaChange, EngineError> {
        let state = taking_part(&loaded.state, integrations);
        let question = question(open).ok_or_else(|| EngineError::Refused(LINK_IT.into()))?;
        let decided = decide(&state, policy, question, answer, self.clock.now())
            .map_err(|unfit| EngineError::Refused(format!("{unfit}. See `conflicts`")))?;
        let mut change = MangaChange::of(loaded.id, loaded.version);
        change.mappings = self.decided_mappings(loaded, &state, &decided);
        change.journal = self.decided_lines(loaded, &decided);
        let remembered = Some(Remembered { with, before: take_back::before(loaded, &decided) });
        let decision = answer.as_str().to_owned();
        change.conflicts = vec![ConflictChange::Close { id: open.id, decision, remembered }];
        change.local = (decided.local != loaded.state.local).then_some(decided.local);
        Ok(change)
    }

    /// Every mapping is due: what was decided is to be looked at by the next sync. One that takes no part keeps its base.
    fn decided_mappings(&self, loaded: &LoadedManga, state: &MangaState, decided: &Decided) -> Vec<MappingChange> {
        let since = self.clock.now();
        let mappings = loaded.mappings.iter().filter_map(|(provider, mapping)| Some((provider, mapping.as_ref()?)));
        let change = |(provider, mapping): (Provider, &crate::store::LoadedMapping)| {
            let base = match state.sides[provider].is_some() {
                true => moved(decided.bases[provider].as_ref()),
                false => Change::Keep,
            };
            MappingChange { base, outbox: OutboxChange::Due { since }, ..MappingChange::of(mapping.id) }
        };
        mappings.map(change).collect()
    }

    fn decided_lines(&self, loaded: &LoadedManga, decided: &Decided) -> Vec<JournalRow> {
        let pulls = decided.pulls.iter().map(|pull| {
            let row = (Some(pull.field), to_json(&pull.before), to_json(&pull.after));
            JournalRow { origin: pull.stamp.origin, ..self.line(loaded.id, row, "decided") }
        });
        let lost = decided.lost.iter().map(|lost| {
            let provider = match lost.side {
                Origin::User => None,
                Origin::Provider(provider) => Some(provider),
            };
            let row = self.line(loaded.id, (None, to_json(&lost.fields), None), "conflict_lost");
            JournalRow { provider, origin: lost.side, ..row }
        });
        let presence = presence_line(&loaded.state.local, &decided.local).map(|(fields, cause)| {
            let row = if cause == "removed" { (None, fields, None) } else { (None, None, fields) };
            self.line(loaded.id, row, cause)
        });
        pulls.chain(lost).chain(presence).collect()
    }
}

const LINK_IT: &str = "which two titles belong together is said with `link`";

/// What the planner may see: the providers that are connected and switched on.
fn taking_part(state: &MangaState, integrations: &EnumMap<Provider, Integration>) -> MangaState {
    let mut state = state.clone();
    for (provider, side) in &mut state.sides {
        if !integrations[provider].is_connected() || !integrations[provider].policy.enabled {
            *side = None;
        }
    }
    state
}

fn question(open: &Conflict) -> Option<Question> {
    match open.kind {
        ConflictKind::Fields => open.group.map(Question::Differs),
        ConflictKind::RemovedHere => open.provider.map(Question::RemovedHere),
        ConflictKind::VanishedThere => open.provider.map(Question::VanishedThere),
        ConflictKind::Link => None,
    }
}

fn moved(base: Option<&Base>) -> Change<Base> {
    base.map_or(Change::Clear, |base| Change::Set(base.clone()))
}

fn presence_line(before: &Local, after: &Local) -> Option<(Option<serde_json::Value>, &'static str)> {
    match (before, after) {
        (Local::Present(entry, _), Local::Removed(..)) => Some((to_json(&entry.fields()), "removed")),
        (Local::Removed(..), Local::Present(entry, _)) => Some((to_json(&entry.fields()), "restored")),
        (Local::Never | Local::Present(..) | Local::Removed(..), _) => None,
    }
}

fn view(loaded: &LoadedManga, conflict: Conflict) -> ConflictView {
    let about = |fields: Fields| conflict.group.map_or_else(|| fields.clone(), |group| fields.of(group));
    let local = match &loaded.state.local {
        Local::Never => None,
        Local::Present(entry, stamps) | Local::Removed(entry, stamps, _) => {
            Some(told(about(entry.fields()), stamps, conflict.group))
        }
    };
    // Of a list that was never read nothing can be said, not even that the title is missing there.
    let read = loaded.state.sides().filter(|(_, side)| side.remote != Remote::Unknown);
    let sides = read.map(|(provider, side)| {
        let seen = side.remote.present();
        let told = ToldThere {
            fields: seen.map(|seen| about(seen.fields.clone())),
            base: side.base.as_ref().map(|base| about(agreed(base))),
            updated_at: seen.map(|seen| seen.updated_at),
        };
        (provider, told)
    });
    let sides: BTreeMap<Provider, ToldThere> = sides.collect();
    ConflictView {
        id: conflict.id,
        kind: conflict.kind,
        manga_id: loaded.id,
        title: loaded.title.clone(),
        group: conflict.group,
        provider: conflict.provider,
        opened_at: conflict.opened_at,
        answers: answers(conflict.kind, &sides).into_iter().map(|answer| answer.as_str().to_owned()).collect(),
        local,
        sides,
    }
}

/// What a provider said when both agreed last.
fn agreed(base: &Base) -> Fields {
    base.pairs.iter().filter_map(|(field, pair)| Some((field, pair.as_ref()?.theirs.clone()))).collect()
}

fn told(fields: Fields, stamps: &Stamps, group: Option<Group>) -> Told {
    let of_group = group.into_iter().flat_map(|group| group.fields()).map(|field| stamps.fields[*field]);
    let newest = of_group.max_by_key(|stamp| stamp.at).unwrap_or(stamps.presence);
    Told { fields, at: newest.at, origin: newest.origin }
}

fn answers(kind: ConflictKind, sides: &BTreeMap<Provider, ToldThere>) -> Vec<Answer> {
    match kind {
        ConflictKind::Fields => {
            let there = sides.iter().filter(|(_, told)| told.fields.is_some());
            [Answer::Local].into_iter().chain(there.map(|(provider, _)| Answer::Provider(*provider))).collect()
        }
        ConflictKind::RemovedHere | ConflictKind::VanishedThere => {
            vec![Answer::Keep, Answer::Remove, Answer::Restore]
        }
        ConflictKind::Link => Vec::new(),
    }
}

fn no_such_question(id: Uuid) -> EngineError {
    EngineError::Refused(format!("no open question has the id {id}. It may have answered itself: see `conflicts`"))
}
