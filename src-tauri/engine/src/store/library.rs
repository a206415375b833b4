//! The library as it is shown: searched, filtered, sorted, one page at a time. Reads only.

use std::collections::HashMap;

use enum_map::EnumMap;
use kuroibara_core::{Entry, ExternalId, MangaId, Provider, Stamps, Status, Time, Totals};
use uuid::Uuid;

use super::{
    Db, StoreError,
    entries::{self, EntryColumns},
    sql::{Arg, Tx, args},
    text::{Word, folded, provider, some_count, time},
};
use crate::providers::Format;

/// Which entries to show, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LibraryQuery {
    /// What any name must contain, whatever the case or width of its letters.
    pub search: Option<String>,
    /// Only entries of these statuses; none given: of all.
    pub statuses: Vec<Status>,
    /// Only manga that are mapped there.
    pub at: Option<Provider>,
    /// The order.
    pub sort: Sort,
    /// The most entries to give.
    pub limit: u32,
    /// How many to leave out before.
    pub offset: u32,
}

/// The order of entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By title, A first.
    #[default]
    Title,
    /// By the last change, the newest first.
    Updated,
}

/// One page of the library.
#[derive(Clone, Debug, PartialEq)]
pub struct LibraryPage {
    /// How many entries there are on all pages.
    pub total: u64,
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
    /// Its ids at the providers.
    pub mappings: EnumMap<Provider, Option<ExternalId>>,
    /// What the reader says.
    pub entry: Entry,
    /// When and by whom it was said.
    pub stamps: Stamps,
    /// The entry's version, to be given back with an edit.
    pub version: i64,
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
    updated_at: i64,
}

impl Db {
    /// One page of the library.
    pub async fn library(&self, query: &LibraryQuery) -> Result<LibraryPage, StoreError> {
        let mut tx = self.pool.read().await?;
        let page = [arguments(query, self), args![query.limit, query.offset]].concat();
        let listing = match query.sort {
            Sort::Title => BY_TITLE,
            Sort::Updated => BY_UPDATE,
        };
        let rows: Vec<Shown> = tx.all(listing, page).await?;
        let total = match rows.len() as u64 {
            all if query.offset == 0 && all < u64::from(query.limit) => all,
            _ => self.count(&mut tx, query).await?,
        };
        Ok(LibraryPage { total, entries: with_mappings(&mut tx, rows).await? })
    }

    async fn count(&self, tx: &mut Tx, query: &LibraryQuery) -> Result<u64, StoreError> {
        let total: Option<(i64,)> = tx.optional(COUNT, arguments(query, self)).await?;
        Ok(total.map_or(0, |(total,)| u64::try_from(total).unwrap_or(0)))
    }

    /// One entry of the library; none: there is no such manga, or it was removed.
    pub async fn library_row(&self, manga: MangaId) -> Result<Option<LibraryRow>, StoreError> {
        let mut tx = self.pool.read().await?;
        let rows: Vec<Shown> = tx.all(ONE, args![manga, self.user()]).await?;
        Ok(with_mappings(&mut tx, rows).await?.pop())
    }

    /// The manga that is that work at a provider, whether it is in the library or not.
    pub async fn find_manga(&self, at: Provider, id: &ExternalId) -> Result<Option<MangaId>, StoreError> {
        let row: Option<(Uuid,)> = self.pool.optional(FIND, args![at, id.as_str(), self.user()]).await?;
        Ok(row.map(|(key,)| MangaId(key)))
    }
}

/// Adds the ids at the providers to a page's rows.
async fn with_mappings(tx: &mut Tx, rows: Vec<Shown>) -> Result<Vec<LibraryRow>, StoreError> {
    let mut ids: HashMap<Uuid, EnumMap<Provider, Option<ExternalId>>> = HashMap::new();
    let keys = rows.iter().map(|row| Arg::from(row.manga_id)).collect();
    tx.each_among(IDS, keys, |(manga, kind, id): (Uuid, String, String)| {
        ids.entry(manga).or_default()[provider(&kind)?] = Some(ExternalId(id));
        Ok(())
    })
    .await?;
    rows.into_iter().map(|row| row.shown(&mut ids)).collect()
}

impl Shown {
    fn shown(self, ids: &mut HashMap<Uuid, EnumMap<Provider, Option<ExternalId>>>) -> Result<LibraryRow, StoreError> {
        Ok(LibraryRow {
            manga: MangaId(self.manga_id),
            title: self.title,
            format: Word::read("format", &self.format)?,
            cover: self.cover,
            totals: Totals {
                chapters: some_count("total_chapters", self.total_chapters)?,
                volumes: some_count("total_volumes", self.total_volumes)?,
            },
            mappings: ids.remove(&self.manga_id).unwrap_or_default(),
            entry: self.columns.entry()?,
            stamps: entries::read_stamps(&self.stamps)?,
            version: self.version,
            updated_at: time(self.updated_at),
        })
    }
}

/// The arguments that every statement over the library begins with: `$1` to `$4`. What the query leaves open is null, and
/// lets every entry pass.
fn arguments(query: &LibraryQuery, db: &Db) -> Vec<Arg> {
    let search = query.search.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(pattern);
    let statuses: Option<String> =
        (!query.statuses.is_empty()).then(|| query.statuses.iter().map(|s| format!("|{s}|")).collect());
    args![db.user(), search, statuses, query.at.map(|at| at.as_str())]
}

/// A pattern for `LIKE` that finds `text` anywhere.
fn pattern(text: &str) -> String {
    let escaped = folded(text).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// `$key` is where the manga's key is cheapest to have when most entries do not pass.
macro_rules! passing {
    ($key:literal) => {
        concat!(
            "e.user_id = $1 AND e.removed_at IS NULL AND ($2 IS NULL OR ",
            $key,
            " IN (SELECT manga_id FROM manga_titles WHERE folded LIKE $2 ESCAPE '\\')) \
                AND ($3 IS NULL OR $3 LIKE '%|' || e.status || '|%') \
                AND ($4 IS NULL OR EXISTS (SELECT 1 FROM external_manga_mappings x JOIN external_integrations i \
                    ON i.id = x.integration_id WHERE x.manga_id = e.manga_id AND i.integration_type = $4)) "
        )
    };
}
macro_rules! columns {
    () => {
        "SELECT e.manga_id, m.title, m.format, m.cover, m.total_chapters, m.total_volumes, e.status, e.chapters_read, \
            e.volumes_read, e.score, e.rereads, e.started_on, e.finished_on, e.notes, e.private, e.stamps, e.version, \
            e.updated_at "
    };
}
const COUNT: &str = concat!("SELECT count(*) FROM library_entries e WHERE ", passing!("e.manga_id"));
/// To SQLite a cross join says which table comes first: the titles in their order, until the page is full.
const BY_TITLE: &str = concat!(
    columns!(),
    "FROM manga m CROSS JOIN library_entries e WHERE e.manga_id = m.id AND ",
    passing!("m.id"),
    "ORDER BY m.sort_title, m.id LIMIT $5 OFFSET $6"
);
const BY_UPDATE: &str = concat!(
    columns!(),
    "FROM library_entries e JOIN manga m ON m.id = e.manga_id WHERE ",
    passing!("e.manga_id"),
    "ORDER BY e.updated_at DESC, e.manga_id DESC LIMIT $5 OFFSET $6"
);
const ONE: &str = concat!(
    columns!(),
    "FROM library_entries e JOIN manga m ON m.id = e.manga_id \
        WHERE e.manga_id = $1 AND e.user_id = $2 AND e.removed_at IS NULL"
);
const IDS: &str = "SELECT x.manga_id, i.integration_type, x.external_manga_id FROM external_manga_mappings x \
    JOIN external_integrations i ON i.id = x.integration_id WHERE x.manga_id IN {}";
const FIND: &str = "SELECT x.manga_id FROM external_manga_mappings x JOIN external_integrations i \
    ON i.id = x.integration_id WHERE i.integration_type = $1 AND x.external_manga_id = $2 AND i.user_id = $3";
