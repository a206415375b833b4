//! The library on disk: SQLite in a file of our own, or a PostgreSQL server, with one text for every statement.
//!
//! [`Db::load_manga`] gives the planner what it may know, [`Db::commit`] stores what came of it in one transaction; the
//! other files hold one table each. Knows the core's types; knows nothing of requests, tokens' meaning or merging.

mod cache;
mod change;
mod commit;
mod conflicts;
mod decided;
mod differences;
mod entries;
mod error;
mod ignored;
mod integrations;
mod journal;
mod keys;
mod leases;
mod library;
mod load;
mod logins;
mod manga;
mod mappings;
mod matches;
mod moved;
mod open;
mod outbox;
mod outlines;
mod runs;
mod snapshots;
mod sql;
mod statistics;
mod survey;
mod text;
mod usage;
mod users;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use kuroibara_core::{Time, UserId};
use uuid::{ContextV7, Timestamp, Uuid};

pub use change::{
    Batch, Change, Committed, ConflictChange, ConflictKind, Details, Failure, IntegrationChange, JournalRow, Json,
    LinkChange, LinkSource, ListingRead, MangaChange, MappingChange, NewConflict, NewLink, OutboxChange, Remembered,
    WorkChange,
};
pub use conflicts::Conflict;
pub use decided::{Decided, Said};
pub use error::StoreError;
pub use ignored::{Ignored, Never};
pub use integrations::{Integration, Sealed, SignedIn};
pub use journal::{ChangeKind, HistoryQuery};
pub use keys::{SealedAt, SealedColumn, VaultKey};
pub use leases::LeaseProof;
pub use library::{LibraryPage, LibraryQuery, LibraryRow, Sort};
pub use load::{Due, LoadedManga, LoadedMapping, Pick, Scope};
pub use logins::PendingLogin;
pub use matches::MatchCandidate;
pub use moved::Moved;
pub use open::{DatabaseKind, DatabasePlace, Health};
pub use outbox::{Queue, Waiting};
pub use outlines::{Kept, Outline};
pub use runs::{NewRun, PlanChange, Run};
pub use snapshots::Snapshot;
pub use statistics::Figures;
pub use survey::KeptEntry;
pub(crate) use text::folded;
pub use usage::{DbLedger, Usage};
pub use users::User;

/// The open library. Clones share it.
#[derive(Clone, Debug)]
pub struct Db {
    pool: sql::Pool,
    user: UserId,
    shared: Arc<Shared>,
}

/// What all clones of a [`Db`] hold together.
#[derive(Debug)]
struct Shared {
    /// Makes keys of one moment ascend.
    ids: std::sync::Mutex<ContextV7>,
    /// Says to other processes that the file is open, as long as it lives.
    _open: Option<open::OpenMark>,
}

impl Db {
    /// The local user, made when the database was.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// A new key (UUIDv7) of this moment. Keys that one process makes ascend.
    pub fn new_id(&self, now: Time) -> Uuid {
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        Uuid::new_v7(Timestamp::from_unix(&self.shared.ids, seconds, now.timestamp_subsec_nanos()))
    }

    /// Ends the use of the database. Without it the next start takes the end for a crash and checks the file.
    pub async fn close(&self) {
        match &self.pool {
            sql::Pool::Sqlite(pool) => pool.close().await,
            sql::Pool::Postgres(pool) => pool.close().await,
        }
    }
}
