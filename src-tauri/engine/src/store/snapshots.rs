//! Table `snapshots`: each provider's list as it was before the first write of a run, packed, and only the newest few.

use std::io::{Read, Write};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use kuroibara_core::{IntegrationId, RunId, Time};
use uuid::Uuid;

use super::{
    Db, StoreError,
    change::Json,
    sql::args,
    text::{count, from_json, time},
};

/// How many are kept of each integration.
const KEPT: i64 = 10;

/// A list as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Its key.
    pub id: Uuid,
    /// The run before whose writes it was taken.
    pub run: RunId,
    /// Whose list it is.
    pub integration: IntegrationId,
    /// How many entries it has.
    pub entries: u32,
    /// When it was taken.
    pub taken_at: Time,
}

impl Db {
    /// Keeps a list, and drops all but the newest few of this integration.
    pub async fn keep_snapshot(&self, snapshot: &Snapshot, list: &Json) -> Result<(), StoreError> {
        let body = packed(list)?;
        let mut tx = self.pool.write().await?;
        let what = args![snapshot.id, snapshot.run, snapshot.integration, snapshot.entries, body, snapshot.taken_at];
        tx.run(KEEP, what).await?;
        tx.run(DROP, args![snapshot.integration, KEPT]).await?;
        tx.commit().await
    }

    /// The lists that are kept of an integration, the newest first, without their content.
    pub async fn snapshots(&self, integration: IntegrationId) -> Result<Vec<Snapshot>, StoreError> {
        let rows: Vec<(Uuid, Uuid, i64, i64)> = self.pool.all(LIST, args![integration]).await?;
        let snapshot = |(id, run, entries, at): (Uuid, Uuid, i64, i64)| {
            let (run, entries) = (RunId(run), count("snapshots.entries", entries)?);
            Ok(Snapshot { id, run, integration, entries, taken_at: time(at) })
        };
        rows.into_iter().map(snapshot).collect()
    }

    /// The content of a list that is kept.
    pub async fn snapshot_list(&self, id: Uuid) -> Result<Option<Json>, StoreError> {
        let row: Option<(Vec<u8>,)> = self.pool.optional("SELECT body FROM snapshots WHERE id = $1", args![id]).await?;
        row.map(|(body,)| unpacked(&body)).transpose()
    }
}

fn packed(list: &Json) -> Result<Vec<u8>, StoreError> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    let written = serde_json::to_writer(&mut packer, list).map_err(std::io::Error::from);
    written.and_then(|()| packer.flush()).and_then(|()| packer.finish()).map_err(|_| BAD)
}

fn unpacked(body: &[u8]) -> Result<Json, StoreError> {
    let mut text = String::new();
    GzDecoder::new(body).read_to_string(&mut text).map_err(|_| BAD)?;
    from_json("snapshots.body", &text)
}

const BAD: StoreError = StoreError::Unintelligible { column: "snapshots.body" };
const KEEP: &str = "INSERT INTO snapshots (id, run_id, integration_id, entries, body, taken_at) \
    VALUES ($1, $2, $3, $4, $5, $6)";
const DROP: &str = "DELETE FROM snapshots WHERE integration_id = $1 AND id NOT IN (SELECT id FROM snapshots \
    WHERE integration_id = $1 ORDER BY taken_at DESC, id DESC LIMIT $2)";
const LIST: &str = "SELECT id, run_id, entries, taken_at FROM snapshots WHERE integration_id = $1 \
    ORDER BY taken_at DESC, id DESC";
