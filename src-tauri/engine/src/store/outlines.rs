//! Manga in outline: enough to tell which work each of them is and where in a plan it stands. A sync plans a part of the
//! library at a time, and holds no more than this of the whole.

use std::collections::HashMap;

use enum_map::EnumMap;
use kuroibara_core::{ExternalId, MangaId, Origin, Provider};
use uuid::Uuid;

use super::{Db, Scope, StoreError, entries, load::each, text::provider};

/// A manga in outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Its key.
    pub id: MangaId,
    /// The title to show.
    pub title: String,
    /// What it is called at each provider where it is mapped.
    pub works: EnumMap<Provider, Option<ExternalId>>,
    /// Whether the library has an entry for it.
    pub kept: Kept,
}

/// Whether the library has an entry for a manga.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It never had, or has forgotten it.
    Never,
    /// It has, and that is who brought it.
    By(Origin),
    /// It had until the reader removed it.
    Removed,
}

#[derive(sqlx::FromRow)]
struct OutlineRow {
    id: Uuid,
    title: String,
    stamps: Option<String>,
    removed_at: Option<i64>,
}

impl TryFrom<OutlineRow> for Outline {
    type Error = StoreError;

    fn try_from(row: OutlineRow) -> Result<Self, StoreError> {
        let kept = match (row.stamps, row.removed_at) {
            (None, _) => Kept::Never,
            (Some(_), Some(_)) => Kept::Removed,
            (Some(stamps), None) => Kept::By(entries::read_stamps(&stamps)?.presence.origin),
        };
        Ok(Self { id: MangaId(row.id), title: row.title, works: EnumMap::default(), kept })
    }
}

impl Db {
    /// The manga of a scope in outline, by their keys.
    pub async fn outlines(&self, scope: &Scope) -> Result<HashMap<MangaId, Outline>, StoreError> {
        let mut tx = self.pool.read().await?;
        let keys = scope.keys(&mut tx).await?;
        let mut outlines: HashMap<MangaId, Outline> = HashMap::new();
        let add = |row: OutlineRow| {
            outlines.insert(MangaId(row.id), row.try_into()?);
            Ok(())
        };
        each(&mut tx, keys.as_deref(), MANGA, MANGA_AMONG, add).await?;
        let add_work = |(manga, kind, id): (Uuid, String, String)| {
            // What still hangs on a manga that was merged into another does not count.
            if let Some(outline) = outlines.get_mut(&MangaId(manga)) {
                outline.works[provider(&kind)?] = Some(ExternalId(id));
            }
            Ok(())
        };
        each(&mut tx, keys.as_deref(), WORKS, WORKS_AMONG, add_work).await?;
        Ok(outlines)
    }
}

macro_rules! manga {
    () => {
        "SELECT m.id, m.title, e.stamps, e.removed_at FROM manga m LEFT JOIN library_entries e ON e.manga_id = m.id \
            WHERE m.merged_into IS NULL"
    };
}
macro_rules! works {
    () => {
        "SELECT m.manga_id, i.integration_type, m.external_manga_id \
            FROM external_manga_mappings m JOIN external_integrations i ON i.id = m.integration_id"
    };
}
const MANGA: &str = manga!();
const MANGA_AMONG: &str = concat!(manga!(), " AND m.id IN {}");
const WORKS: &str = works!();
const WORKS_AMONG: &str = concat!(works!(), " WHERE m.manga_id IN {}");
