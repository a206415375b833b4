//! The library as it is shown: searched, filtered, sorted, one page at a time. Reads only.

use std::collections::HashMap;

use enum_map::EnumMap;
use kuroibara_core::{Entry, ExternalId, MangaId, Provider, Stamps, Status, Time, Totals};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    Db, StoreError,
    entries::{self, EntryColumns},
    sql::{Arg, Tx, args},
    text::{Word, folded, provider, some_count, time},
};
use crate::providers::{Format, Title, TitleKind};

/// Which entries to show, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(default, deny_unknown_fields)]
pub struct LibraryQuery {
    /// What any name must contain, whatever the case or width of its letters.
    pub search: Option<String>,
    /// Only entries of these statuses; none given: of all.
    pub statuses: Vec<Status>,
    /// Only manga that are mapped at one of these; none given: wherever they are.
    pub at: Vec<Provider>,
    /// Only manga of which a connected provider holds something else, or waits for something.
    pub differs: bool,
    /// The order.
    pub sort: Sort,
    /// Whether the order is turned round.
    pub descending: bool,
    /// The most entries to give.
    pub limit: u32,
    /// How many to leave out before.
    pub offset: u32,
    /// Whether the number of all is not needed. It then comes only where the page tells it: to count them is a look at every
    /// entry, or at every name, where the page itself is found by a few.
    pub uncounted: bool,
}

/// The order of entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// By title, A first.
    #[default]
    Title,
    /// By the last change, the oldest first.
    Updated,
    /// By score, the unrated first.
    Score,
    /// By chapters read, the fewest first.
    Progress,
    /// By when the entry was added, the oldest first.
    Added,
}

/// One page of the library.
#[derive(Clone, Debug, PartialEq)]
pub struct LibraryPage {
    /// How many entries there are on all pages; none: they were not to be counted.
    pub total: Option<u64>,
    /// The entries of this page.
    pub entries: Vec<LibraryRow>,
}

/// An entry as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct LibraryRow {
    /// Which manga.
    pub manga: MangaId,
    /// Its title.
    pub title: String,
    /// What kind of work it is.
    pub format: Format,
    /// Address of its cover picture.
    pub cover: Option<String>,
    /// How long it is, as far as any provider knows.
    pub totals: Totals,
    /// Its names by language.
    pub titles: Vec<Title>,
    /// Its ids at the providers.
    pub mappings: EnumMap<Provider, Option<ExternalId>>,
    /// Whether a connected provider holds something else than the library; none: that is still to be worked out.
    pub differs: Option<bool>,
    /// Whether something waits to be sent to a connected provider, or was refused there.
    pub waits: bool,
    /// What the reader says.
    pub entry: Entry,
    /// When and by whom it was said.
    pub stamps: Stamps,
    /// The entry's version, to be given back with an edit.
    pub version: i64,
    /// When the entry came into the library.
    pub added_at: Time,
    /// The last change.
    pub updated_at: Time,
}

#[derive(sqlx::FromRow)]
struct Shown {
    manga_id: Uuid,
    title: String,
    format: String,
    cover: Option<String>,
    total_chapters: Option<i64>,
    total_volumes: Option<i64>,
    #[sqlx(flatten)]
    columns: EntryColumns,
    stamps: String,
    version: i64,
    created_at: i64,
    updated_at: i64,
    /// Of a search among what was found: how many that are, up to one more than few.
    #[sqlx(default)]
    found: Option<i64>,
}

/// What is shown of a manga's places: its ids, and how they stand.
#[derive(Default)]
struct Places {
    ids: EnumMap<Provider, Option<ExternalId>>,
    titles: Vec<Title>,
    differs: bool,
    unjudged: bool,
    waits: bool,
}

#[derive(sqlx::FromRow)]
struct PlaceRow {
    manga_id: Uuid,
    integration_type: String,
    external_manga_id: String,
    takes_part: bool,
    differs: Option<bool>,
    waits: bool,
}

impl Db {
    /// One page of the library.
    pub async fn library(&self, query: &LibraryQuery) -> Result<LibraryPage, StoreError> {
        let mut tx = self.pool.read().await?;
        let (rows, total) = match searched(query) {
            Some(_) => self.found(&mut tx, query).await?,
            None => self.unsearched(&mut tx, query).await?,
        };
        Ok(LibraryPage { total, entries: with_places(&mut tx, rows).await? })
    }

    /// A page of all that pass, and how many those are.
    async fn unsearched(&self, tx: &mut Tx, query: &LibraryQuery) -> Result<(Vec<Shown>, Option<u64>), StoreError> {
        let rows = self.page(tx, query, Look::Nowhere).await?;
        let is_all = query.offset == 0 && rows.len() < query.limit as usize;
        let total = match (is_all, query.uncounted) {
            (true, _) => Some(rows.len() as u64),
            (false, true) => None,
            (false, false) => Some(count(tx, COUNT, arguments(query, self)).await?),
        };
        Ok((rows, total))
    }

    /// A page of what is searched for, and how many that are. The names are gone through once where few match.
    async fn found(&self, tx: &mut Tx, query: &LibraryQuery) -> Result<(Vec<Shown>, Option<u64>), StoreError> {
        let rows = self.page(tx, query, Look::Names).await?;
        match rows.first().and_then(|row| row.found).map(i64::unsigned_abs) {
            Some(found) if found <= FEW => return Ok((rows, Some(found))),
            None if query.offset == 0 && query.limit > 0 => return Ok((rows, Some(0))),
            Some(_) if query.uncounted => return Ok((self.page(tx, query, Look::Entries).await?, None)),
            Some(_) | None => {}
        }
        let total = count(tx, FOUND, arguments(query, self)).await?;
        let rows = if total > FEW { self.page(tx, query, Look::Entries).await? } else { rows };
        Ok((rows, Some(total)))
    }

    async fn page(&self, tx: &mut Tx, query: &LibraryQuery, look: Look) -> Result<Vec<Shown>, StoreError> {
        let given = [arguments(query, self), args![query.limit, query.offset]].concat();
        tx.all(listing(query.sort, query.descending, look), given).await
    }

    /// One entry of the library; none: there is no such manga, or it was removed.
    pub async fn library_row(&self, manga: MangaId) -> Result<Option<LibraryRow>, StoreError> {
        let mut tx = self.pool.read().await?;
        let rows: Vec<Shown> = tx.all(ONE, args![manga, self.user()]).await?;
        Ok(with_places(&mut tx, rows).await?.pop())
    }

    /// These entries of the library, as far as they are there, in any order.
    pub async fn library_rows(&self, manga: &[MangaId]) -> Result<Vec<LibraryRow>, StoreError> {
        let mut tx = self.pool.read().await?;
        let rows: Vec<Shown> = tx.all_among(SOME, manga.iter().map(|id| Arg::from(*id)).collect()).await?;
        with_places(&mut tx, rows).await
    }

    /// The manga that is that work at a provider, whether it is in the library or not.
    pub async fn find_manga(&self, at: Provider, id: &ExternalId) -> Result<Option<MangaId>, StoreError> {
        let row: Option<(Uuid,)> = self.pool.optional(FIND, args![at, id.as_str(), self.user()]).await?;
        Ok(row.map(|(key,)| MangaId(key)))
    }
}

async fn count(tx: &mut Tx, sql: &'static str, arguments: Vec<Arg>) -> Result<u64, StoreError> {
    let total: Option<(i64,)> = tx.optional(sql, arguments).await?;
    Ok(total.map_or(0, |(total,)| u64::try_from(total).unwrap_or(0)))
}

/// Adds to a page's rows how they stand at the providers, and their names.
async fn with_places(tx: &mut Tx, rows: Vec<Shown>) -> Result<Vec<LibraryRow>, StoreError> {
    let mut places: HashMap<Uuid, Places> = HashMap::new();
    let keys: Vec<Arg> = rows.iter().map(|row| Arg::from(row.manga_id)).collect();
    tx.each_among(PLACES, keys.clone(), |row: PlaceRow| places.entry(row.manga_id).or_default().add(row)).await?;
    tx.each_among(NAMES, keys, |(manga, kind, text): (Uuid, String, String)| {
        let title = Title { kind: TitleKind::read("kind", &kind)?, text };
        places.entry(manga).or_default().titles.push(title);
        Ok(())
    })
    .await?;
    rows.into_iter().map(|row| row.shown(&mut places)).collect()
}

impl Places {
    fn add(&mut self, row: PlaceRow) -> Result<(), StoreError> {
        self.ids[provider(&row.integration_type)?] = Some(ExternalId(row.external_manga_id));
        if row.takes_part {
            self.differs |= row.differs == Some(true);
            self.unjudged |= row.differs.is_none();
            self.waits |= row.waits;
        }
        Ok(())
    }
}

impl Shown {
    fn shown(self, places: &mut HashMap<Uuid, Places>) -> Result<LibraryRow, StoreError> {
        let at = places.remove(&self.manga_id).unwrap_or_default();
        Ok(LibraryRow {
            manga: MangaId(self.manga_id),
            title: self.title,
            format: Word::read("format", &self.format)?,
            cover: self.cover,
            totals: Totals {
                chapters: some_count("total_chapters", self.total_chapters)?,
                volumes: some_count("total_volumes", self.total_volumes)?,
            },
            titles: at.titles,
            mappings: at.ids,
            differs: if at.unjudged { None } else { Some(at.differs) },
            waits: at.waits,
            entry: self.columns.entry()?,
            stamps: entries::read_stamps(&self.stamps)?,
            version: self.version,
            added_at: time(self.created_at),
            updated_at: time(self.updated_at),
        })
    }
}

/// The arguments that every statement over the library begins with: `$1` to `$5`. What the query leaves open is null or
/// false, and lets every entry pass.
fn arguments(query: &LibraryQuery, db: &Db) -> Vec<Arg> {
    args![db.user(), searched(query).map(pattern), words(&query.statuses), words(&query.at), query.differs]
}

/// What is searched for, if anything.
fn searched(query: &LibraryQuery) -> Option<&str> {
    query.search.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// The words of which a column must be one; none given: any.
pub(super) fn words<T: std::fmt::Display>(words: &[T]) -> Option<String> {
    (!words.is_empty()).then(|| words.iter().map(|word| format!("|{word}|")).collect())
}

/// A pattern for `LIKE` that finds `text` anywhere.
pub(super) fn pattern(text: &str) -> String {
    let escaped = folded(text).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// Whether an integration is asked for anything at all.
macro_rules! takes_part {
    () => {
        "(i.access_token IS NOT NULL AND i.sync_enabled)"
    };
}
/// `$key` is where the manga's key is cheapest to have when most entries do not pass.
macro_rules! passing {
    ($key:literal) => {
        concat!(
            "e.user_id = $1 AND e.removed_at IS NULL AND ($3 IS NULL OR $3 LIKE '%|' || e.status || '|%') \
                AND ($4 IS NULL OR EXISTS (SELECT 1 FROM external_manga_mappings x JOIN external_integrations i \
                    ON i.id = x.integration_id WHERE x.manga_id = e.manga_id AND $4 LIKE '%|' || i.integration_type || '|%')) \
                AND ($5 = FALSE OR ",
            $key,
            " IN (SELECT x.manga_id FROM external_manga_mappings x JOIN external_integrations i \
                ON i.id = x.integration_id WHERE x.differs AND ",
            takes_part!(),
            " UNION ALL SELECT x.manga_id FROM outbox o JOIN external_manga_mappings x ON x.id = o.mapping_id \
                JOIN external_integrations i ON i.id = x.integration_id WHERE ",
            takes_part!(),
            ")) "
        )
    };
}
macro_rules! is_found {
    () => {
        "folded LIKE $2 ESCAPE '\\' "
    };
}
/// What is found: up to one more than few. The names are gone through in the order in which they lie, and only the
/// entries of those that match are looked up.
macro_rules! found {
    ($what:literal) => {
        concat!(
            "SELECT ",
            $what,
            " FROM manga_names n CROSS JOIN library_entries e WHERE e.manga_id = n.manga_id AND n.",
            is_found!(),
            "AND ",
            passing!("e.manga_id")
        )
    };
}
/// So many entries count as few.
macro_rules! few {
    () => {
        1_000
    };
}
macro_rules! columns {
    () => {
        "SELECT e.manga_id, m.title, m.format, m.cover, m.total_chapters, m.total_volumes, e.status, e.chapters_read, \
            e.volumes_read, e.score, e.rereads, e.started_on, e.finished_on, e.notes, e.private, e.stamps, e.version, \
            e.created_at, e.updated_at"
    };
}
/// A page in an order. To SQLite a cross join says which table comes first: by title it is the titles in their order, until
/// the page is full. Of what is found, a page that would be of too many is one row, which says so.
macro_rules! page {
    (Nowhere, title, $order:literal) => {
        page!("manga m CROSS JOIN library_entries e WHERE e.manga_id = m.id AND ", "m.id", "", $order)
    };
    (Nowhere, entry, $order:literal) => {
        page!("library_entries e JOIN manga m ON m.id = e.manga_id WHERE ", "e.manga_id", "", $order)
    };
    (Entries, title, $order:literal) => {
        page!(
            "manga m CROSS JOIN library_entries e WHERE e.manga_id = m.id AND ",
            "m.id",
            concat!("AND EXISTS (SELECT 1 FROM manga_names n WHERE n.manga_id = m.id AND n.", is_found!(), ") "),
            $order
        )
    };
    (Entries, entry, $order:literal) => {
        page!(
            "library_entries e JOIN manga m ON m.id = e.manga_id WHERE ",
            "e.manga_id",
            concat!("AND EXISTS (SELECT 1 FROM manga_names n WHERE n.manga_id = e.manga_id AND n.", is_found!(), ") "),
            $order
        )
    };
    (Names, $from:ident, $order:literal) => {
        concat!(
            "WITH found AS MATERIALIZED (",
            found!("n.manga_id"),
            "LIMIT 1 + ",
            few!(),
            ") ",
            columns!(),
            ", (SELECT count(*) FROM found) AS found \
                FROM found f CROSS JOIN manga m CROSS JOIN library_entries e \
                WHERE m.id = f.manga_id AND e.manga_id = f.manga_id AND e.user_id = $1 ORDER BY ",
            $order,
            " LIMIT CASE WHEN (SELECT count(*) FROM found) > ",
            few!(),
            " THEN 1 ELSE $6 END OFFSET $7"
        )
    };
    ($from:literal, $key:literal, $matching:expr, $order:literal) => {
        concat!(columns!(), " FROM ", $from, passing!($key), $matching, "ORDER BY ", $order, " LIMIT $6 OFFSET $7")
    };
}
macro_rules! listing {
    ($look:ident, $sort:expr, $descending:expr) => {
        match ($sort, $descending) {
            (Sort::Title, false) => page!($look, title, "m.sort_title, m.id"),
            (Sort::Title, true) => page!($look, title, "m.sort_title DESC, m.id DESC"),
            (Sort::Updated, false) => page!($look, entry, "e.updated_at, e.manga_id"),
            (Sort::Updated, true) => page!($look, entry, "e.updated_at DESC, e.manga_id DESC"),
            (Sort::Score, false) => page!($look, entry, "coalesce(e.score, 0), e.manga_id"),
            (Sort::Score, true) => page!($look, entry, "coalesce(e.score, 0) DESC, e.manga_id DESC"),
            (Sort::Progress, false) => page!($look, entry, "e.chapters_read, e.manga_id"),
            (Sort::Progress, true) => page!($look, entry, "e.chapters_read DESC, e.manga_id DESC"),
            (Sort::Added, false) => page!($look, entry, "e.created_at, e.manga_id"),
            (Sort::Added, true) => page!($look, entry, "e.created_at DESC, e.manga_id DESC"),
        }
    };
}
/// Where a page looks whether names match.
#[derive(Clone, Copy)]
enum Look {
    /// Nowhere: nothing is searched for.
    Nowhere,
    /// Among all names, before the entries: fast where few match.
    Names,
    /// At each entry in its order until the page is full: fast where many match.
    Entries,
}
/// So many entries count as few.
const FEW: u64 = few!();

fn listing(sort: Sort, descending: bool, look: Look) -> &'static str {
    match look {
        Look::Nowhere => listing!(Nowhere, sort, descending),
        Look::Names => listing!(Names, sort, descending),
        Look::Entries => listing!(Entries, sort, descending),
    }
}

const COUNT: &str = concat!("SELECT count(*) FROM library_entries e WHERE ", passing!("e.manga_id"));
const FOUND: &str = found!("count(*)");
const ONE: &str = concat!(
    columns!(),
    " FROM library_entries e JOIN manga m ON m.id = e.manga_id \
        WHERE e.manga_id = $1 AND e.user_id = $2 AND e.removed_at IS NULL"
);
const SOME: &str = concat!(
    columns!(),
    " FROM library_entries e JOIN manga m ON m.id = e.manga_id WHERE e.removed_at IS NULL AND e.manga_id IN {}"
);
const PLACES: &str = concat!(
    "SELECT x.manga_id, i.integration_type, x.external_manga_id, ",
    takes_part!(),
    " AS takes_part, x.differs, o.mapping_id IS NOT NULL AS waits FROM external_manga_mappings x \
        JOIN external_integrations i ON i.id = x.integration_id LEFT JOIN outbox o ON o.mapping_id = x.id \
        WHERE x.manga_id IN {}"
);
const NAMES: &str = "SELECT manga_id, kind, text FROM manga_titles \
    WHERE kind IN ('romaji', 'english', 'native') AND manga_id IN {} ORDER BY manga_id, position";
const FIND: &str = "SELECT x.manga_id FROM external_manga_mappings x JOIN external_integrations i \
    ON i.id = x.integration_id WHERE i.integration_type = $1 AND x.external_manga_id = $2 AND i.user_id = $3";
