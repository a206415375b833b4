//! Tables `manga`, `manga_titles` and `manga_names`: the works of the library, and all their names.

use std::collections::{BTreeSet, HashMap};

use kuroibara_core::{MangaId, Time, Totals};
use uuid::Uuid;

use super::{
    Db, StoreError,
    change::Details,
    sql::{Arg, args},
    text::{Word, folded, from_json, json, some_count},
};
use crate::providers::{Title, TitleKind};

/// A work's own row and its names' rows.
pub(super) struct MangaRows {
    /// For [`PUT`].
    pub(super) manga: Vec<Arg>,
    /// For [`PUT_TITLES`].
    pub(super) titles: Vec<Vec<Arg>>,
    /// For [`PUT_NAMES`].
    pub(super) names: Vec<Arg>,
}

/// The rows of a work.
pub(super) fn rows(manga: MangaId, details: &Details, now: Time) -> Result<MangaRows, StoreError> {
    let named = args![&*details.title, folded(&details.title), details.format.word(), details.year.map(i64::from)];
    let authors = json("authors", &details.authors)?;
    let totals = details.totals;
    let rest = args![authors, totals.chapters, totals.volumes, details.cover.as_deref(), details.adult, now, now];
    let (titles, names) = (title_rows(manga, details), args![manga, searched(details)]);
    Ok(MangaRows { manga: [args![manga], named, rest].concat(), titles, names })
}

/// The title to show comes first.
fn title_rows(manga: MangaId, details: &Details) -> Vec<Vec<Arg>> {
    let shown = std::iter::once(("shown", &*details.title));
    let others = details.titles.iter().map(|title| (title.kind.word(), &*title.text));
    let numbered = shown.chain(others).enumerate();
    numbered.map(|(n, (kind, text))| args![manga, n as i64, kind, text]).collect()
}

/// Every name, one to a line, so that no search finds the end of one with the beginning of the next.
fn searched(details: &Details) -> String {
    let names = std::iter::once(&details.title).chain(details.titles.iter().map(|title| &title.text));
    names.map(|name| folded(name)).collect::<Vec<_>>().join("\n")
}

/// Makes works, or changes what is known of them.
pub(super) const PUT: &str = "INSERT INTO manga (id, title, sort_title, format, year, authors, total_chapters, \
    total_volumes, cover, adult, created_at, updated_at) VALUES {} ON CONFLICT (id) DO UPDATE SET \
    title = excluded.title, sort_title = excluded.sort_title, format = excluded.format, year = excluded.year, \
    authors = excluded.authors, total_chapters = excluded.total_chapters, total_volumes = excluded.total_volumes, \
    cover = excluded.cover, adult = excluded.adult, updated_at = excluded.updated_at";
/// Names of works; those that were there are deleted before.
pub(super) const PUT_TITLES: &str = "INSERT INTO manga_titles (manga_id, position, kind, text) VALUES {}";
/// What is looked through when searching for works.
pub(super) const PUT_NAMES: &str = "INSERT INTO manga_names (manga_id, folded) VALUES {} \
    ON CONFLICT (manga_id) DO UPDATE SET folded = excluded.folded";
/// Deletes the names of works that get new ones.
pub(super) const DROP_TITLES: &str = "DELETE FROM manga_titles WHERE manga_id IN {}";
/// Says which work this one turned out to be.
pub(super) const MERGE: &str = "UPDATE manga SET merged_into = $2, updated_at = $3 WHERE id = $1";

#[derive(sqlx::FromRow)]
struct DetailsRow {
    title: String,
    format: String,
    year: Option<i64>,
    authors: String,
    total_chapters: Option<i64>,
    total_volumes: Option<i64>,
    cover: Option<String>,
    adult: bool,
}

#[derive(sqlx::FromRow)]
struct KeyedDetailsRow {
    id: Uuid,
    #[sqlx(flatten)]
    details: DetailsRow,
}

impl Db {
    /// What is known of a work; none: there is no such work.
    pub async fn details(&self, manga: MangaId) -> Result<Option<Details>, StoreError> {
        let mut tx = self.pool.read().await?;
        let row: Option<DetailsRow> = tx.optional("SELECT * FROM manga WHERE id = $1", args![manga]).await?;
        let titles: Vec<(String, String)> = tx.all(TITLES, args![manga]).await?;
        row.map(|row| row.details(titles)).transpose()
    }

    /// What is known of these works, as far as they exist.
    pub async fn details_of(&self, manga: &[MangaId]) -> Result<HashMap<MangaId, Details>, StoreError> {
        let keys = || manga.iter().map(|id| Arg::from(*id)).collect();
        let mut tx = self.pool.read().await?;
        let mut titles: HashMap<Uuid, Vec<(String, String)>> = HashMap::new();
        let names: Vec<(Uuid, String, String)> = tx.all_among(TITLES_AMONG, keys()).await?;
        names.into_iter().for_each(|(id, kind, text)| titles.entry(id).or_default().push((kind, text)));
        let rows: Vec<KeyedDetailsRow> = tx.all_among("SELECT * FROM manga WHERE id IN {}", keys()).await?;
        rows.into_iter()
            .map(|row| Ok((MangaId(row.id), row.details.details(titles.remove(&row.id).unwrap_or_default())?)))
            .collect()
    }

    /// The titles to show of these works, as far as they exist.
    pub async fn shown_titles(&self, manga: &BTreeSet<MangaId>) -> Result<HashMap<MangaId, String>, StoreError> {
        let keys = manga.iter().map(|id| Arg::from(*id)).collect();
        let rows: Vec<(Uuid, String)> = self.pool.read().await?.all_among(SHOWN, keys).await?;
        Ok(rows.into_iter().map(|(id, title)| (MangaId(id), title)).collect())
    }
}

impl DetailsRow {
    fn details(self, titles: Vec<(String, String)>) -> Result<Details, StoreError> {
        let title = |(kind, text): (String, String)| Ok(Title { kind: TitleKind::read("kind", &kind)?, text });
        Ok(Details {
            title: self.title,
            titles: titles.into_iter().map(title).collect::<Result<_, StoreError>>()?,
            format: Word::read("format", &self.format)?,
            year: self.year.and_then(|year| i32::try_from(year).ok()),
            authors: from_json("authors", &self.authors)?,
            totals: Totals {
                chapters: some_count("total_chapters", self.total_chapters)?,
                volumes: some_count("total_volumes", self.total_volumes)?,
            },
            cover: self.cover,
            adult: self.adult,
        })
    }
}

const SHOWN: &str = "SELECT id, title FROM manga WHERE id IN {}";
const TITLES_AMONG: &str =
    "SELECT manga_id, kind, text FROM manga_titles WHERE position > 0 AND manga_id IN {} ORDER BY manga_id, position";
const TITLES: &str = "SELECT kind, text FROM manga_titles WHERE manga_id = $1 AND position > 0 ORDER BY position";
