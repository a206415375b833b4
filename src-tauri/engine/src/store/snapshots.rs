//! Table `snapshots`: each provider's list as it was before the first write of a run, packed, and only the newest few.

use std::io::{Read, Write};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use kuroibara_core::{IntegrationId, RunId, Time};
use uuid::Uuid;

use super::{
    Db, StoreError,
    change::Json,
    sql::{Arg, args},
    text::{count, from_json, time},
};

/// The most that are kept of each integration.
const KEPT: usize = 10;
/// The most bytes that those of one integration take; the newest is kept however large it is.
const KEPT_BYTES: i64 = 16 << 20;
/// No list is larger than this when it is unpacked: what is, was damaged.
const UNPACKED_BYTES: u64 = 512 << 20;

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
    /// How many bytes it takes.
    pub bytes: u32,
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
        let kept: Vec<(Uuid, i64)> = tx.all(SIZES, args![snapshot.integration]).await?;
        tx.run_among(DROP, surplus(&kept).map(Arg::from).collect()).await?;
        tx.commit().await
    }

    /// The lists that are kept, the newest first, without their content.
    pub async fn snapshots(&self) -> Result<Vec<Snapshot>, StoreError> {
        let rows: Vec<SnapshotRow> = self.pool.all(LIST, args![]).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// One of them.
    pub async fn snapshot(&self, id: Uuid) -> Result<Option<Snapshot>, StoreError> {
        let row: Option<SnapshotRow> = self.pool.optional(ONE, args![id]).await?;
        row.map(TryInto::try_into).transpose()
    }

    /// The content of a list that is kept.
    pub async fn snapshot_list(&self, id: Uuid) -> Result<Option<Json>, StoreError> {
        let row: Option<(Vec<u8>,)> = self.pool.optional("SELECT body FROM snapshots WHERE id = $1", args![id]).await?;
        row.map(|(body,)| unpacked(&body)).transpose()
    }
}

/// Those that are too many or too much, of all of one integration with their sizes, the newest first.
fn surplus(kept: &[(Uuid, i64)]) -> impl Iterator<Item = Uuid> {
    let mut bytes = 0;
    let is_surplus = move |(place, (id, size)): (usize, &(Uuid, i64))| {
        bytes += size;
        (place > 0 && (place >= KEPT || bytes > KEPT_BYTES)).then_some(*id)
    };
    kept.iter().enumerate().filter_map(is_surplus)
}

#[derive(sqlx::FromRow)]
struct SnapshotRow {
    id: Uuid,
    run_id: Uuid,
    integration_id: Uuid,
    entries: i64,
    bytes: i64,
    taken_at: i64,
}

impl TryFrom<SnapshotRow> for Snapshot {
    type Error = StoreError;

    fn try_from(row: SnapshotRow) -> Result<Self, StoreError> {
        let (run, integration) = (RunId(row.run_id), IntegrationId(row.integration_id));
        let entries = count("snapshots.entries", row.entries)?;
        let bytes = count("snapshots.body", row.bytes)?;
        Ok(Self { id: row.id, run, integration, entries, bytes, taken_at: time(row.taken_at) })
    }
}

fn packed(list: &Json) -> Result<Vec<u8>, StoreError> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    let written = serde_json::to_writer(&mut packer, list).map_err(std::io::Error::from);
    written.and_then(|()| packer.flush()).and_then(|()| packer.finish()).map_err(|_| BAD)
}

fn unpacked(body: &[u8]) -> Result<Json, StoreError> {
    let mut text = String::new();
    GzDecoder::new(body).take(UNPACKED_BYTES).read_to_string(&mut text).map_err(|_| BAD)?;
    from_json("snapshots.body", &text)
}

const BAD: StoreError = StoreError::Unintelligible { column: "snapshots.body" };
const KEEP: &str = "INSERT INTO snapshots (id, run_id, integration_id, entries, body, taken_at) \
    VALUES ($1, $2, $3, $4, $5, $6)";
const SIZES: &str = "SELECT id, CAST(length(body) AS BIGINT) FROM snapshots WHERE integration_id = $1 \
    ORDER BY taken_at DESC, id DESC";
const DROP: &str = "DELETE FROM snapshots WHERE id IN {}";
macro_rules! snapshots {
    () => {
        "SELECT id, run_id, integration_id, entries, CAST(length(body) AS BIGINT) AS bytes, taken_at FROM snapshots"
    };
}
const LIST: &str = concat!(snapshots!(), " ORDER BY taken_at DESC, id DESC");
const ONE: &str = concat!(snapshots!(), " WHERE id = $1");

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of these sizes, the newest first, are kept.
    fn kept(sizes: &[i64]) -> Vec<i64> {
        let all: Vec<(Uuid, i64)> = sizes.iter().zip(1..).map(|(size, n)| (Uuid::from_u128(n), *size)).collect();
        let gone: Vec<Uuid> = surplus(&all).collect();
        all.into_iter().filter(|(id, _)| !gone.contains(id)).map(|(_, size)| size).collect()
    }

    #[test]
    fn what_is_kept_is_bounded_by_number_and_by_size_and_the_newest_always_stays() {
        assert_eq!(kept(&[1; 12]).len(), 10);
        assert_eq!(
            kept(&[7 << 20, 8 << 20, 2 << 20, 1]),
            [7 << 20, 8 << 20],
            "what is older than what was too much goes too"
        );
        assert_eq!(kept(&[90 << 20, 1]), [90 << 20]);
        assert_eq!(kept(&[]), [0; 0]);
    }
}
