//! Taking an answer back: the question is open again, and everything is as it was when it was asked. That is for as long as
//! no service has been sent anything of it and nothing of the title changed since; later it is an undo like any other.

use std::collections::BTreeMap;

use kuroibara_core::{Base, Entry, Field, Fields, Local, Provider, Stamps, Time, merge::decide::Decided};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{AT_ONCE, moved, no_such_question, presence_line};
use crate::{
    Engine,
    edit::to_json,
    error::EngineError,
    store::{
        Batch, Change, Conflict, ConflictChange, JournalRow, Json, LoadedManga, MangaChange, MappingChange,
        OutboxChange, Pick, Remembered, Scope,
    },
};

/// An answer is remembered in this way for a day: who takes it back later does so in the history.
const REMEMBERED: chrono::TimeDelta = chrono::TimeDelta::days(1);

/// What became of taking an answer back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Reopened {
    /// Questions that are open again.
    pub reopened: usize,
    /// Questions whose answer was carried out already, or whose title was changed since: they stay answered.
    pub carried_out: usize,
}

/// What there was before an answer, and by what to tell that the answer is still the last thing that happened.
#[derive(Serialize, Deserialize)]
struct Before {
    /// The entry's version that the answer was given on: the answer itself made the next.
    version: i64,
    /// The library's side, where the answer changed it.
    local: Option<LocalBefore>,
    /// The agreement with each provider.
    bases: BTreeMap<Provider, Option<Base>>,
    /// What the answer made of those that it changed.
    after: BTreeMap<Provider, Option<Base>>,
}

#[derive(Serialize, Deserialize)]
struct LocalBefore {
    fields: Fields,
    stamps: Stamps,
    removed_at: Option<Time>,
}

impl Engine {
    /// Takes an answer back, and those that were given alike with it: the questions are open again. Fails where every one of
    /// them was carried out already; [`Engine::undo`] with the question's id then takes back what it changed.
    pub async fn reopen(&self, id: Uuid) -> Result<Reopened, EngineError> {
        let conflict = self.db.conflict(id).await?.ok_or_else(|| no_such_question(id))?;
        if conflict.decided_at.is_none() {
            return Err(EngineError::Refused("this question is open".into()));
        }
        let Some(Remembered { with, .. }) = conflict.remembered else { return Err(EngineError::CarriedOut) };
        let answered = self.db.conflicts_decided_with(with).await?;
        let mut reopened = 0;
        for some in answered.chunks(AT_ONCE) {
            reopened += self.reopen_some(some).await?;
        }
        self.tell(crate::events::Event::LibraryChanged);
        let carried_out = answered.len() - reopened;
        if reopened == 0 { Err(EngineError::CarriedOut) } else { Ok(Reopened { reopened, carried_out }) }
    }

    /// In one transaction. A title that somebody changes meanwhile is not as it was when it was decided any more.
    async fn reopen_some(&self, some: &[Conflict]) -> Result<usize, EngineError> {
        let pick = Pick { manga: some.iter().map(|one| one.manga).collect(), ..Pick::default() };
        let loaded = self.db.load_manga(&Scope::Only(pick)).await?;
        let answered: BTreeMap<_, _> = some.iter().map(|one| (one.manga, one)).collect();
        let change = |loaded: &LoadedManga| self.reopening(loaded, answered.get(&loaded.id)?);
        let changes: Vec<MangaChange> = loaded.iter().filter_map(change).collect();
        let batch = Batch { at: self.clock.now(), fence: None, manga: &changes, integrations: &[], whole: false };
        Ok(changes.len() - self.db.commit(&batch).await?.stale.len())
    }

    /// None: the answer can't be taken back any more.
    fn reopening(&self, loaded: &LoadedManga, answered: &Conflict) -> Option<MangaChange> {
        let before: Before = serde_json::from_value(answered.remembered.as_ref()?.before.clone()).ok()?;
        let is_same = |open: &Conflict| {
            (open.kind, open.group, open.provider) == (answered.kind, answered.group, answered.provider)
        };
        if loaded.conflicts.iter().any(is_same) || !before.is_last(loaded) {
            return None;
        }
        let local = before.local.as_ref().map(LocalBefore::local);
        let mut change = MangaChange::of(loaded.id, loaded.version);
        change.mappings = self.former_bases(loaded, &before);
        change.journal = self.lines_back(loaded, local.as_ref());
        change.conflicts = vec![ConflictChange::Reopen { id: answered.id }];
        change.local = local;
        Some(change)
    }

    fn former_bases(&self, loaded: &LoadedManga, before: &Before) -> Vec<MappingChange> {
        let since = self.clock.now();
        let mappings = loaded.mappings.iter().filter_map(|(provider, mapping)| Some((provider, mapping.as_ref()?)));
        let change = |(provider, mapping): (Provider, &crate::store::LoadedMapping)| {
            let base = match before.after.contains_key(&provider) {
                true => moved(before.bases.get(&provider).and_then(Option::as_ref)),
                false => Change::Keep,
            };
            MappingChange { base, outbox: OutboxChange::Due { since }, ..MappingChange::of(mapping.id) }
        };
        mappings.map(change).collect()
    }

    fn lines_back(&self, loaded: &LoadedManga, former: Option<&Local>) -> Vec<JournalRow> {
        let mut lines = vec![self.line(loaded.id, (None, None, None), "reopened")];
        let Some(former) = former else { return lines };
        if let (Local::Present(now, _), Local::Present(then, stamps)) = (&loaded.state.local, former) {
            let changed = Field::ALL.into_iter().filter(|field| now.get(*field) != then.get(*field));
            lines.extend(changed.map(|field| {
                let row = (Some(field), to_json(&now.get(field)), to_json(&then.get(field)));
                JournalRow { origin: stamps.fields[field].origin, ..self.line(loaded.id, row, "undo") }
            }));
        }
        lines.extend(presence_line(&loaded.state.local, former).map(|(fields, cause)| {
            let row = if cause == "removed" { (None, fields, None) } else { (None, None, fields) };
            self.line(loaded.id, row, cause)
        }));
        lines
    }

    pub(super) async fn forget_old_decisions(&self) -> Result<(), EngineError> {
        Ok(self.db.forget_decisions_before(self.clock.now() - REMEMBERED).await?)
    }
}

/// What taking this decision back will need.
pub(super) fn before(loaded: &LoadedManga, decided: &Decided) -> Json {
    let sides = || loaded.state.sides();
    let changed = |(provider, side): &(Provider, &kuroibara_core::Side)| decided.bases[*provider] != side.base;
    let before = Before {
        version: loaded.version,
        local: (decided.local != loaded.state.local).then(|| LocalBefore::of(&loaded.state.local)).flatten(),
        bases: sides().map(|(provider, side)| (provider, side.base.clone())).collect(),
        after: sides().filter(changed).map(|(provider, _)| (provider, decided.bases[provider].clone())).collect(),
    };
    to_json(&before).unwrap_or_default()
}

impl Before {
    /// Whether the answer is the last thing that happened to the title, and no service has been sent anything since.
    fn is_last(&self, loaded: &LoadedManga) -> bool {
        let agreed = |provider: Provider| self.after.get(&provider).or(self.bases.get(&provider)).cloned().flatten();
        loaded.version == self.version + 1
            && loaded.state.sides().all(|(provider, side)| side.intent.is_none() && side.base == agreed(provider))
    }
}

impl LocalBefore {
    fn of(local: &Local) -> Option<Self> {
        let (entry, stamps, removed_at) = match local {
            Local::Never => return None,
            Local::Present(entry, stamps) => (entry, stamps, None),
            Local::Removed(entry, stamps, at) => (entry, stamps, Some(*at)),
        };
        Some(Self { fields: entry.fields(), stamps: *stamps, removed_at })
    }

    fn local(&self) -> Local {
        let entry = Entry::from_fields(&self.fields);
        match self.removed_at {
            None => Local::Present(entry, self.stamps),
            Some(at) => Local::Removed(entry, self.stamps, at),
        }
    }
}
