//! Works that a provider merged into others: the reader's entry is the same one, under another work's id. What a person said
//! of the old id holds for the new one.

use std::collections::HashMap;

use kuroibara_core::{EntryId, ExternalId, IntegrationId, MangaId, MappingId, Provider};
use uuid::Uuid;

use super::{
    Db, LeaseProof, StoreError,
    change::JournalRow,
    journal, leases,
    sql::{Arg, args},
};

/// A work that has another id from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Which manga.
    pub manga: MangaId,
    /// The mapping to it.
    pub mapping: MappingId,
    /// Where.
    pub provider: Provider,
    /// What it was called.
    pub from: ExternalId,
    /// What it is called.
    pub to: ExternalId,
}

impl Db {
    /// The works at an integration whose entries, as last read, are among these keys, each with the id that the key stands for.
    pub async fn moved(
        &self,
        (integration, provider): (IntegrationId, Provider),
        entries: &HashMap<EntryId, ExternalId>,
    ) -> Result<Vec<Moved>, StoreError> {
        let mut tx = self.pool.read().await?;
        let keys = entries.keys().map(|id| Arg::from(id.as_str())).collect();
        let rows: Vec<(Uuid, Uuid, Uuid, String, String)> = tx.all_among(BY_ENTRY, keys).await?;
        let moved = rows.into_iter().filter_map(|(mapping, at, manga, from, entry)| {
            let to = entries.get(&EntryId(entry)).filter(|to| at == integration.0 && to.as_str() != from)?.clone();
            Some(Moved { manga: MangaId(manga), mapping: MappingId(mapping), provider, from: ExternalId(from), to })
        });
        Ok(moved.collect())
    }

    /// Follows works to their new ids, with all that was said of them and a line of history each. Answers how many: one whose
    /// new id has a mapping already stays as it is.
    pub async fn follow_moved(&self, moved: &[(Moved, JournalRow)], fence: &LeaseProof) -> Result<u64, StoreError> {
        let mut tx = self.pool.write().await?;
        leases::ensure_not_taken(&mut tx, fence).await?;
        let mut followed = 0;
        for (one, line) in moved {
            let (from, to) = (one.from.as_str(), one.to.as_str());
            if tx.run(FOLLOW, args![one.mapping, to]).await? == 0 {
                continue;
            }
            followed += 1;
            tx.run_rows(journal::INSERT, vec![journal::row(line)?]).await?;
            for said in [LINKED, REJECTED, MOVED, IGNORED] {
                tx.run(said, args![one.provider, from, to]).await?;
            }
            // What may be the same is found anew, if it still may.
            tx.run(NO_QUESTION, args![one.provider, from]).await?;
        }
        tx.commit_seen().await?;
        Ok(followed)
    }
}

const BY_ENTRY: &str = "SELECT id, integration_id, manga_id, external_manga_id, remote_entry_id FROM external_manga_mappings \
    WHERE remote_entry_id IN {}";
const FOLLOW: &str = "UPDATE external_manga_mappings SET external_manga_id = $2 WHERE id = $1 AND NOT EXISTS \
    (SELECT 1 FROM external_manga_mappings o JOIN external_manga_mappings m ON m.integration_id = o.integration_id \
        WHERE m.id = $1 AND o.external_manga_id = $2)";
const LINKED: &str = "UPDATE links_by_hand SET external_id = $3 WHERE provider = $1 AND external_id = $2";
const REJECTED: &str = "INSERT INTO rejected_pairs (manga_id, provider, external_id, at, title) \
    SELECT manga_id, provider, $3, at, title FROM rejected_pairs WHERE provider = $1 AND external_id = $2 \
    ON CONFLICT (manga_id, provider, external_id) DO UPDATE SET moved_to = NULL";
const MOVED: &str = "UPDATE rejected_pairs SET moved_to = $3 \
    WHERE provider = $1 AND (external_id = $2 OR moved_to = $2) AND external_id <> $3";
const IGNORED: &str = "INSERT INTO ignored (provider, external_id, field, title, at) \
    SELECT provider, $3, field, title, at FROM ignored WHERE provider = $1 AND external_id = $2 \
    ON CONFLICT (provider, external_id, field) DO NOTHING";
const NO_QUESTION: &str = "DELETE FROM match_candidates WHERE provider = $1 AND external_id = $2";
