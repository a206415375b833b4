//! Column `differs` of the mappings: whether a provider holds something else than the library, in its own terms.
//!
//! It is worked out by the core from what the other columns say, when somebody wants to see it; whatever changes those
//! columns forgets it. So a page, a filter and a count cost no planning.

use kuroibara_core::{MangaId, MappingId};
use uuid::Uuid;

use super::{
    Db, StoreError,
    change::{Change, LinkChange, MangaChange, MappingChange},
    sql::args,
};

impl Db {
    /// Some manga of which it is not known whether a provider holds something else.
    pub async fn unjudged(&self, limit: u32) -> Result<Vec<MangaId>, StoreError> {
        let rows: Vec<(Uuid,)> = self.pool.all(UNJUDGED, args![limit]).await?;
        Ok(rows.into_iter().map(|(key,)| MangaId(key)).collect())
    }

    /// Stores for each mapping whether it differs, unless anything was changed since `generation` was read. False: it was,
    /// and nothing is stored.
    pub async fn store_differences(&self, judged: &[(MappingId, bool)], generation: i64) -> Result<bool, StoreError> {
        let mut tx = self.pool.write().await?;
        let now: Option<(i64,)> = tx.optional("SELECT generation FROM library_facts", args![]).await?;
        if now.is_none_or(|(now,)| now != generation) {
            return Ok(false);
        }
        tx.run_rows(STORE, judged.iter().map(|(id, differs)| args![*id, *differs]).collect()).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Whether a change may make a provider differ from the library, or agree with it.
pub(super) fn may_change(change: &MangaChange) -> bool {
    let touches = |mapping: &MappingChange| {
        let relinks = match mapping.link {
            LinkChange::Keep => false,
            LinkChange::New(_) | LinkChange::MovedFrom(_) | LinkChange::Gone => true,
        };
        let rebased = match mapping.base {
            Change::Keep => false,
            Change::Set(_) | Change::Clear => true,
        };
        relinks || rebased || mapping.read.is_some() || mapping.totals.is_some()
    };
    change.local.is_some() || change.mappings.iter().any(touches)
}

/// Forgets it of all mappings of these manga.
pub(super) const FORGET: &str =
    "UPDATE external_manga_mappings SET differs = NULL WHERE differs IS NOT NULL AND manga_id IN {}";
const UNJUDGED: &str = "SELECT DISTINCT manga_id FROM external_manga_mappings WHERE differs IS NULL \
    ORDER BY manga_id LIMIT $1";
const STORE: &str = "UPDATE external_manga_mappings SET differs = v.column2 FROM (VALUES {}) AS v \
    WHERE external_manga_mappings.id = v.column1";
