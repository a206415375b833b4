//! The lists as they were before a sync wrote to them: seen, and brought back, one title or all. What that means for a manga
//! is decided in [`kuroibara_core::undo`]; the outcome is stored as an undo is, and can be taken back like one. Nothing is
//! sent, and nothing ever deleted at a service: the next sync carries it there.

use std::collections::{BTreeMap, HashMap, HashSet};

use kuroibara_core::{
    ExternalId, Fields, IntegrationId, MangaId, Provider, RunId, Time,
    identify::WorkId,
    undo::{Kept, restore},
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Engine,
    error::EngineError,
    store::{KeptEntry, LoadedManga, Snapshot, StoreError, folded},
    undo::{AT_ONCE, UndoReport},
};

/// A list as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SnapshotView {
    /// Its key.
    pub id: Uuid,
    /// The run before whose writes it was kept.
    pub run_id: RunId,
    /// Whose list it is.
    pub provider: Provider,
    /// When it was kept.
    pub taken_at: Time,
    /// How many titles it has.
    pub entries: u32,
    /// How many bytes it takes.
    pub bytes: u32,
}

/// A list as it was, with some of its titles.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SnapshotDetail {
    /// The list as a whole.
    pub snapshot: SnapshotView,
    /// How many titles were found.
    pub found: usize,
    /// Those of them that were asked for.
    pub titles: Vec<SnapshotTitle>,
}

/// One title of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SnapshotTitle {
    /// The work's id there.
    pub external_id: ExternalId,
    /// Which manga it is; none: it is linked to none any more.
    pub manga_id: Option<MangaId>,
    /// Its title.
    pub title: Option<String>,
    /// What the list said of it.
    #[cfg_attr(feature = "specta", specta(type = BTreeMap<kuroibara_core::Field, kuroibara_core::Value>))]
    pub fields: Fields,
}

/// A kept list in memory.
struct Content {
    snapshot: SnapshotView,
    entries: Vec<KeptEntry>,
    /// What its works are in the library.
    manga: HashMap<WorkId, MangaId>,
}

impl Engine {
    /// The lists that are kept, the newest first.
    pub async fn snapshots(&self) -> Result<Vec<SnapshotView>, EngineError> {
        let providers = self.providers().await?;
        let views = self.db.snapshots().await?.into_iter().filter_map(|one| view(one, &providers));
        Ok(views.collect())
    }

    /// A kept list with some of its titles that hold `search` (all hold nothing), `offset` left out before.
    pub async fn snapshot(
        &self,
        id: Uuid,
        search: &str,
        limit: usize,
        offset: usize,
    ) -> Result<SnapshotDetail, EngineError> {
        let Content { snapshot, entries, manga } = self.content(id).await?;
        let titles = self.db.shown_titles(&manga.values().copied().collect()).await?;
        let title = |entry: KeptEntry| {
            let manga_id = manga.get(&(snapshot.provider, entry.id.clone())).copied();
            let title = manga_id.and_then(|id| titles.get(&id).cloned());
            SnapshotTitle { external_id: entry.id, manga_id, title, fields: entry.fields }
        };
        let sought = folded(search.trim());
        let holds =
            |one: &SnapshotTitle| folded(one.title.as_deref().unwrap_or(one.external_id.as_str())).contains(&sought);
        let mut titles: Vec<SnapshotTitle> = entries.into_iter().map(title).filter(holds).collect();
        titles.sort_by(|a, b| (&a.title, &a.external_id).cmp(&(&b.title, &b.external_id)));
        let found = titles.len();
        let titles = titles.into_iter().skip(offset).take(limit).collect();
        Ok(SnapshotDetail { snapshot, found, titles })
    }

    /// Brings back what a kept list said of one manga, or of all. What was changed since is left as it is, unless `force`
    /// says otherwise.
    pub async fn restore(&self, id: Uuid, only: Option<MangaId>, force: bool) -> Result<UndoReport, EngineError> {
        let Content { snapshot, entries, manga } = self.content(id).await?;
        let provider = snapshot.provider;
        let of = |entry: KeptEntry| Some((*manga.get(&(provider, entry.id))?, entry.fields));
        let wanted = |(manga, _): &(MangaId, Fields)| only.is_none_or(|only| only == *manga);
        let entries: Vec<(MangaId, Fields)> = entries.into_iter().filter_map(of).filter(wanted).collect();
        if entries.is_empty() {
            return Err(EngineError::Refused("this snapshot has no such title. See `snapshots show`".into()));
        }
        let now = self.clock.now();
        let outcome = |loaded: &LoadedManga, fields: &Fields| {
            restore(&loaded.state, &Kept { provider, fields, at: snapshot.taken_at }, now, force)
        };
        let mut report = UndoReport::of(RunId(self.db.new_id(now)), "restore");
        for some in entries.chunks(AT_ONCE) {
            self.take_back(report.run_id, some, &outcome, &mut report).await?;
        }
        report.applied = !report.plan.is_empty();
        match report.newer() {
            _ if report.applied => Ok(report),
            0 => Err(EngineError::Refused("everything is as this snapshot says already".into())),
            newer => Err(EngineError::NewerEdits(newer)),
        }
    }

    async fn content(&self, id: Uuid) -> Result<Content, EngineError> {
        let none = || EngineError::Refused(format!("no snapshot has the id {id}. See `snapshots`"));
        let providers = self.providers().await?;
        let snapshot = self.db.snapshot(id).await?.and_then(|one| view(one, &providers)).ok_or_else(none)?;
        let list = self.db.snapshot_list(id).await.map_err(damaged)?.ok_or_else(none)?;
        let entries: Vec<KeptEntry> = serde_json::from_value(list).map_err(|_| EngineError::SnapshotDamaged)?;
        let works: Vec<WorkId> = entries.iter().map(|entry| (snapshot.provider, entry.id.clone())).collect();
        let mut manga = self.db.mappings_around(&works).await?;
        let works: HashSet<WorkId> = works.into_iter().collect();
        manga.retain(|work, _| works.contains(work));
        Ok(Content { snapshot, entries, manga })
    }

    async fn providers(&self) -> Result<BTreeMap<IntegrationId, Provider>, EngineError> {
        let integrations = self.db.integrations().await?;
        Ok(integrations.into_iter().map(|(provider, integration)| (integration.id, provider)).collect())
    }
}

fn view(one: Snapshot, providers: &BTreeMap<IntegrationId, Provider>) -> Option<SnapshotView> {
    let provider = *providers.get(&one.integration)?;
    let Snapshot { id, run, entries, bytes, taken_at, .. } = one;
    Some(SnapshotView { id, run_id: run, provider, taken_at, entries, bytes })
}

fn damaged(error: StoreError) -> EngineError {
    match error {
        StoreError::Unintelligible { .. } => EngineError::SnapshotDamaged,
        error => error.into(),
    }
}
