//! What a sync asks of the tables beyond the manga that it loads: whole mappings, counts, versions, marks.

use std::collections::HashMap;

use kuroibara_core::{ExternalId, Fields, IntegrationId, MangaId, Provider, RunId, Time};
use serde::Serialize;
use uuid::Uuid;

use super::{
    Db, Snapshot, StoreError,
    sql::{Arg, args},
    text::{count, from_json, provider},
};

/// One entry of a list as it is kept in a snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, serde::Deserialize)]
pub struct KeptEntry {
    /// The work's id at the provider.
    pub id: ExternalId,
    /// What the list said of it.
    pub fields: Fields,
}

impl Db {
    /// Every mapping of the manga that have one of these works: what hangs together with them.
    pub async fn mappings_around(
        &self,
        works: &[(Provider, ExternalId)],
    ) -> Result<HashMap<(Provider, ExternalId), MangaId>, StoreError> {
        let mut tx = self.pool.read().await?;
        let mut around = HashMap::new();
        let mut take = |(manga, kind, id): (Uuid, String, String)| {
            around.insert((provider(&kind)?, ExternalId(id)), MangaId(manga));
            Ok(())
        };
        // Beyond a few hundred works one reading of all is cheaper than asking for each.
        if works.len() > 500 {
            tx.each(ALL_MAPPINGS, take).await?;
        } else {
            let manga: Vec<(Uuid,)> =
                tx.all_among(MANGA_OF, works.iter().map(|(_, id)| Arg::from(id.as_str())).collect()).await?;
            tx.each_among(MAPPINGS_OF, manga.into_iter().map(|(key,)| Arg::from(key)).collect(), &mut take).await?;
        }
        Ok(around)
    }

    /// How many entries of an integration are known to be in its list.
    pub async fn count_present(&self, integration: IntegrationId) -> Result<u32, StoreError> {
        self.count_at(COUNT_PRESENT, integration).await
    }

    /// How many entries of an integration have a base.
    pub async fn count_bases(&self, integration: IntegrationId) -> Result<u32, StoreError> {
        self.count_at(COUNT_BASES, integration).await
    }

    async fn count_at(&self, text: &'static str, integration: IntegrationId) -> Result<u32, StoreError> {
        let row: Option<(i64,)> = self.pool.optional(text, args![integration]).await?;
        count("count", row.map_or(0, |(number,)| number))
    }

    /// The versions of these manga's entries; a manga without an entry is left out.
    pub async fn versions(&self, manga: &[MangaId]) -> Result<HashMap<MangaId, i64>, StoreError> {
        let mut tx = self.pool.read().await?;
        let rows: Vec<(Uuid, i64)> =
            tx.all_among(super::entries::VERSIONS, manga.iter().map(|id| Arg::from(*id)).collect()).await?;
        Ok(rows.into_iter().map(|(id, version)| (MangaId(id), version)).collect())
    }

    /// Has every mapping of an integration, or of all, merged again by the next sync: the user chose something else.
    pub async fn unsettle(&self, integration: Option<IntegrationId>) -> Result<(), StoreError> {
        match integration {
            Some(id) => self.pool.run(UNSETTLE_ONE, args![id]).await?,
            None => self.pool.run(UNSETTLE_ALL, args![]).await?,
        };
        Ok(())
    }

    /// Has every integration's next sync wait for a person again.
    pub async fn withdraw_approvals(&self, now: Time) -> Result<(), StoreError> {
        self.pool.run(WITHDRAW, args![self.user, now]).await?;
        Ok(())
    }

    /// Has the next sync of one provider wait for a person again.
    pub async fn withdraw_approval(&self, at: Provider, now: Time) -> Result<(), StoreError> {
        let text = "UPDATE external_integrations SET approved_at = NULL, updated_at = $3 \
            WHERE user_id = $1 AND integration_type = $2 AND approved_at IS NOT NULL";
        self.pool.run(text, args![self.user, at, now]).await?;
        Ok(())
    }

    /// Notes when and how a run ended at a provider.
    pub async fn note_synced(&self, at: Provider, now: Time, status: &str) -> Result<(), StoreError> {
        self.pool.run(SYNCED, args![self.user, at, now, status]).await?;
        Ok(())
    }

    /// Keeps an integration's list as it was last read, before a run writes to it.
    pub async fn take_snapshot(&self, run: RunId, integration: IntegrationId, now: Time) -> Result<(), StoreError> {
        let rows: Vec<(String, String)> = self.pool.all(LISTED, args![integration]).await?;
        let kept = |(id, fields): (String, String)| {
            Ok(KeptEntry { id: ExternalId(id), fields: from_json("remote_fields", &fields)? })
        };
        let list: Vec<KeptEntry> = rows.into_iter().map(kept).collect::<Result<_, StoreError>>()?;
        let entries = u32::try_from(list.len()).unwrap_or(u32::MAX);
        let list = serde_json::to_value(list).map_err(|_| StoreError::Unintelligible { column: "snapshots.body" })?;
        let snapshot = Snapshot { id: self.new_id(now), run, integration, entries, bytes: 0, taken_at: now };
        self.keep_snapshot(&snapshot, &list).await
    }
}

const ALL_MAPPINGS: &str = "SELECT m.manga_id, i.integration_type, m.external_manga_id \
    FROM external_manga_mappings m JOIN external_integrations i ON i.id = m.integration_id";
const MANGA_OF: &str = "SELECT DISTINCT manga_id FROM external_manga_mappings WHERE external_manga_id IN {}";
const MAPPINGS_OF: &str = "SELECT m.manga_id, i.integration_type, m.external_manga_id \
    FROM external_manga_mappings m JOIN external_integrations i ON i.id = m.integration_id WHERE m.manga_id IN {}";
const COUNT_PRESENT: &str =
    "SELECT count(*) FROM external_manga_mappings WHERE integration_id = $1 AND remote = 'present'";
const COUNT_BASES: &str = "SELECT count(*) FROM external_manga_mappings WHERE integration_id = $1 AND base IS NOT NULL";
const UNSETTLE_ONE: &str =
    "UPDATE external_manga_mappings SET unsettled = TRUE, differs = NULL WHERE integration_id = $1";
const UNSETTLE_ALL: &str = "UPDATE external_manga_mappings SET unsettled = TRUE, differs = NULL";
const WITHDRAW: &str = "UPDATE external_integrations SET approved_at = NULL, updated_at = $2 WHERE user_id = $1";
const SYNCED: &str = "UPDATE external_integrations SET last_sync_at = $3, last_sync_status = $4 \
    WHERE user_id = $1 AND integration_type = $2";
const LISTED: &str = "SELECT external_manga_id, remote_fields FROM external_manga_mappings \
    WHERE integration_id = $1 AND remote = 'present' ORDER BY external_manga_id";
