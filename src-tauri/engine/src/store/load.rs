//! Gives the planner what it may know: manga with entry, mappings, bases, what was last read, intents and open questions,
//! in a fixed number of statements however many manga there are.

use std::collections::{HashMap, HashSet};

use enum_map::EnumMap;
use kuroibara_core::{
    Base, ExternalId, IntegrationId, Intent, Local, MangaId, MangaState, MappingId, Provider, Remote, Side, Time,
    Totals, state::LeftOut,
};
use uuid::Uuid;

use super::{
    Db, StoreError,
    conflicts::{self, Conflict, ConflictRow},
    entries::{self, EntryColumns},
    ignored, mappings,
    sql::{Arg, Row, Tx, args},
    text::{count, provider, some_count, some_from_json, some_time, time},
};

/// Which manga to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole library, and what was removed from it.
    All,
    /// Those that any part of the pick names.
    Only(Pick),
}

/// Some manga: those that are named, and those that are due or unsettled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pick {
    /// By their keys.
    pub manga: Vec<MangaId>,
    /// By what they are called at a provider, such as in a listing. Works that nobody mapped yet are simply not found.
    pub works: Vec<(IntegrationId, ExternalId)>,
    /// Those with something to send that is due at that time.
    pub due_at: Option<Time>,
    /// Those of which something read was not merged yet.
    pub unsettled: bool,
}

/// A manga with everything the planner may know of it.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadedManga {
    /// Its key.
    pub id: MangaId,
    /// The title to show.
    pub title: String,
    /// How long it is, as far as any provider knows.
    pub totals: Totals,
    /// The entry's version, to be given back in the change; 0: there is no entry.
    pub version: i64,
    /// The library's side and every mapped provider's, whether it takes part or not.
    pub state: MangaState,
    /// Where it is mapped.
    pub mappings: EnumMap<Provider, Option<LoadedMapping>>,
    /// The questions that are open.
    pub conflicts: Vec<Conflict>,
}

/// A mapping, apart from what [`Side`] holds of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedMapping {
    /// Its key.
    pub id: MappingId,
    /// The provider's id of the work.
    pub external_id: ExternalId,
    /// When the entry was last read by itself, or named in a listing. A later listing that did not name it says more:
    /// [`Integration::list_read_at`](super::Integration::list_read_at).
    pub read_at: Option<Time>,
    /// Whether what was read was not merged yet.
    pub unsettled: bool,
    /// Its place in the queue, if anything is to be sent.
    pub due: Option<Due>,
}

/// A mapping's place in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// To be given back when it is done: a later edit makes another.
    pub mark: Uuid,
    /// Since when.
    pub since: Time,
    /// How often it was tried in vain.
    pub attempts: u32,
    /// When it may be tried again; none: at once.
    pub next_try_at: Option<Time>,
    /// Whether the provider said no for good.
    pub refused: bool,
}

impl Db {
    /// The manga of a scope, in the order of their keys.
    pub async fn load_manga(&self, scope: &Scope) -> Result<Vec<LoadedManga>, StoreError> {
        let mut tx = self.pool.read().await?;
        let keys = scope.keys(&mut tx).await?;
        let keys = keys.as_deref();
        let mut loaded = Loaded { left_out: ignored::left_out(&mut tx).await?, ..Loaded::default() };
        each(&mut tx, keys, MANGA, MANGA_AMONG, |row| loaded.add_manga(row)).await?;
        each(&mut tx, keys, ENTRIES, ENTRIES_AMONG, |row| loaded.add_entry(row)).await?;
        each(&mut tx, keys, MAPPINGS, MAPPINGS_AMONG, |row| loaded.add_mapping(row)).await?;
        each(&mut tx, keys, conflicts::OPEN, conflicts::OPEN_AMONG, |row| loaded.add_conflict(row)).await?;
        loaded.manga.sort_unstable_by_key(|manga| manga.id);
        Ok(loaded.manga)
    }
}

/// Asks one statement for everything, or another for these keys.
pub(super) async fn each<T: Row>(
    tx: &mut Tx,
    keys: Option<&[Uuid]>,
    all: &'static str,
    among: &'static str,
    take: impl FnMut(T) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    match keys {
        None => tx.each(all, take).await,
        Some(keys) => tx.each_among(among, keys.iter().map(|key| Arg::from(*key)).collect(), take).await,
    }
}

impl Scope {
    /// The manga's keys; none: every manga.
    pub(super) async fn keys(&self, tx: &mut Tx) -> Result<Option<Vec<Uuid>>, StoreError> {
        match self {
            Self::All => Ok(None),
            Self::Only(pick) => pick.keys(tx).await.map(Some),
        }
    }
}

impl Pick {
    async fn keys(&self, tx: &mut Tx) -> Result<Vec<Uuid>, StoreError> {
        let works = self.works.iter().map(|(_, id)| Arg::from(id.as_str())).collect();
        let places: Vec<mappings::Place> = tx.all_among(mappings::BY_WORK, works).await?;
        let wanted: HashSet<(IntegrationId, &str)> = self.works.iter().map(|(at, id)| (*at, id.as_str())).collect();
        let is_wanted = |place: &&mappings::Place| wanted.contains(&(place.integration(), &*place.external_manga_id));
        let mut keys: HashSet<Uuid> = places.iter().filter(is_wanted).map(|place| place.manga_id).collect();
        keys.extend(self.manga.iter().map(|id| id.0));
        if let Some(at) = self.due_at {
            keys.extend(tx.all::<(Uuid,)>(DUE, args![at]).await?.into_iter().map(|(key,)| key));
        }
        if self.unsettled {
            keys.extend(tx.all::<(Uuid,)>(UNSETTLED, args![]).await?.into_iter().map(|(key,)| key));
        }
        Ok(keys.into_iter().collect())
    }
}

/// What was loaded so far, and where in it each manga is.
#[derive(Default)]
struct Loaded {
    manga: Vec<LoadedManga>,
    places: HashMap<Uuid, usize>,
    left_out: HashMap<(Provider, ExternalId), LeftOut>,
}

#[derive(sqlx::FromRow)]
struct MangaRow {
    id: Uuid,
    title: String,
    total_chapters: Option<i64>,
    total_volumes: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    manga_id: Uuid,
    #[sqlx(flatten)]
    columns: EntryColumns,
    stamps: String,
    removed_at: Option<i64>,
    version: i64,
}

#[derive(sqlx::FromRow)]
struct MappingRow {
    id: Uuid,
    manga_id: Uuid,
    integration_type: String,
    external_manga_id: String,
    total_chapters: Option<i64>,
    total_volumes: Option<i64>,
    base: Option<String>,
    remote: String,
    remote_fields: Option<String>,
    remote_entry_id: Option<String>,
    remote_updated_at: Option<i64>,
    remote_read_before: Option<i64>,
    remote_read_at: Option<i64>,
    unsettled: bool,
    intent: Option<String>,
    mark: Option<Uuid>,
    due_since: Option<i64>,
    attempts: Option<i64>,
    next_try_at: Option<i64>,
    refused: Option<bool>,
}

impl Loaded {
    fn add_manga(&mut self, row: MangaRow) -> Result<(), StoreError> {
        self.places.insert(row.id, self.manga.len());
        self.manga.push(LoadedManga {
            id: MangaId(row.id),
            title: row.title,
            totals: totals(row.total_chapters, row.total_volumes)?,
            version: 0,
            state: MangaState { local: Local::Never, sides: EnumMap::default() },
            mappings: EnumMap::default(),
            conflicts: Vec::new(),
        });
        Ok(())
    }

    /// The manga of that key. None: it was merged into another, and what still hangs on it does not count.
    fn find(&mut self, key: Uuid) -> Option<&mut LoadedManga> {
        let place = *self.places.get(&key)?;
        self.manga.get_mut(place)
    }

    fn add_entry(&mut self, row: EntryRow) -> Result<(), StoreError> {
        let Some(manga) = self.find(row.manga_id) else { return Ok(()) };
        manga.version = row.version;
        manga.state.local = entries::local(row.columns.entry()?, &row.stamps, row.removed_at)?;
        Ok(())
    }

    fn add_mapping(&mut self, row: MappingRow) -> Result<(), StoreError> {
        let work = (provider(&row.integration_type)?, ExternalId(row.external_manga_id.clone()));
        let left_out = self.left_out.get(&work).copied().unwrap_or_default();
        let Some(manga) = self.find(row.manga_id) else { return Ok(()) };
        let (provider, external_id) = work;
        manga.state.sides[provider] = Some(Side { left_out, ..row.side()? });
        manga.mappings[provider] = Some(LoadedMapping {
            id: MappingId(row.id),
            read_at: some_time(row.remote_read_at),
            unsettled: row.unsettled,
            due: row.due()?,
            external_id,
        });
        Ok(())
    }

    fn add_conflict(&mut self, row: ConflictRow) -> Result<(), StoreError> {
        let Some(manga) = self.find(row.manga_id) else { return Ok(()) };
        manga.conflicts.push(row.try_into()?);
        Ok(())
    }
}

impl MappingRow {
    fn side(&self) -> Result<Side, StoreError> {
        let entry_id = self.remote_entry_id.clone();
        let (updated_at, read_before) = (self.remote_updated_at, self.remote_read_before);
        let remote: Remote =
            mappings::remote(&self.remote, self.remote_fields.as_deref(), entry_id, updated_at, read_before)?;
        Ok(Side {
            totals: totals(self.total_chapters, self.total_volumes)?,
            base: some_from_json::<Base>("base", self.base.as_deref())?,
            remote,
            intent: some_from_json::<Intent>("intents.body", self.intent.as_deref())?.map(Box::new),
            left_out: LeftOut::default(),
        })
    }

    fn due(&self) -> Result<Option<Due>, StoreError> {
        let Some((mark, since)) = self.mark.zip(self.due_since) else { return Ok(None) };
        Ok(Some(Due {
            mark,
            since: time(since),
            attempts: count("attempts", self.attempts.unwrap_or(0))?,
            next_try_at: some_time(self.next_try_at),
            refused: self.refused.unwrap_or(false),
        }))
    }
}

fn totals(chapters: Option<i64>, volumes: Option<i64>) -> Result<Totals, StoreError> {
    Ok(Totals { chapters: some_count("total_chapters", chapters)?, volumes: some_count("total_volumes", volumes)? })
}

macro_rules! manga {
    () => {
        "SELECT id, title, total_chapters, total_volumes FROM manga WHERE merged_into IS NULL"
    };
}
macro_rules! entries {
    () => {
        "SELECT manga_id, status, chapters_read, volumes_read, score, rereads, started_on, finished_on, notes, private, \
            stamps, removed_at, version FROM library_entries"
    };
}
macro_rules! mappings {
    () => {
        "SELECT m.id, m.manga_id, i.integration_type, m.external_manga_id, m.total_chapters, m.total_volumes, m.base, \
            m.remote, m.remote_fields, m.remote_entry_id, m.remote_updated_at, m.remote_read_before, m.remote_read_at, \
            m.unsettled, intents.body AS intent, o.mark, o.due_since, o.attempts, o.next_try_at, o.refused \
            FROM external_manga_mappings m JOIN external_integrations i ON i.id = m.integration_id \
            LEFT JOIN intents ON intents.mapping_id = m.id LEFT JOIN outbox o ON o.mapping_id = m.id"
    };
}
const MANGA: &str = manga!();
const MANGA_AMONG: &str = concat!(manga!(), " AND id IN {}");
const ENTRIES: &str = entries!();
const ENTRIES_AMONG: &str = concat!(entries!(), " WHERE manga_id IN {}");
const MAPPINGS: &str = mappings!();
const MAPPINGS_AMONG: &str = concat!(mappings!(), " WHERE m.manga_id IN {}");
const DUE: &str = "SELECT DISTINCT m.manga_id FROM outbox JOIN external_manga_mappings m ON m.id = outbox.mapping_id \
    WHERE outbox.refused = FALSE AND (outbox.next_try_at IS NULL OR outbox.next_try_at <= $1)";
const UNSETTLED: &str = "SELECT DISTINCT manga_id FROM external_manga_mappings WHERE unsettled";
