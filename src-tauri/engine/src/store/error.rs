//! Why the database did not do what was asked, in words that say what to do.

use std::path::PathBuf;

/// Why the library can't be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address in `DATABASE_URL` is none that we know.
    #[error("the database address can't be used: {0}. Write sqlite:PATH or postgresql://USER@HOST/NAME")]
    BadAddress(String),
    /// The file or its folder may not be read or written.
    #[error("{} can't be opened: {reason}. Nothing was changed. Check who owns it and whether it may be written", path.display())]
    NoAccess {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The file is something else than a database of ours.
    #[error("{} is not a Kuroibara database. It was left as it is: give another path, or move the file away", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged.
    #[error(
        "the database is damaged ({reason}). It was left as it is: close Kuroibara, keep a copy of the file and put a copy \
         from the folder `backups` beside it in its place, or move it away and connect again"
    )]
    Damaged {
        /// What the check found.
        reason: String,
    },
    /// A newer Kuroibara wrote it.
    #[error("a newer Kuroibara made this database (change {version}). It was left as it is: install the newer version")]
    Newer {
        /// The newest migration that this program does not know.
        version: i64,
    },
    /// A migration did not go through.
    #[error("the database could not be brought up to date: {reason}. A copy from before is in the folder `backups`")]
    Migration {
        /// What went wrong.
        reason: String,
    },
    /// No room left.
    #[error("the disk is full, so nothing was stored. Make room and try again")]
    DiskFull,
    /// The database may only be read.
    #[error("the database may only be read, so nothing was stored. Check who owns the file and its folder")]
    ReadOnly,
    /// Another process did not let go in time.
    #[error("another process keeps the database busy, so nothing was stored. Try again in a moment")]
    Busy,
    /// The server can't be reached.
    #[error("the database server can't be reached: {reason}. Check the address, the network and whether it runs")]
    Unreachable {
        /// What went wrong, without the address.
        reason: String,
    },
    /// The server refused the sign-in or has no such database.
    #[error("the database server refused: {reason}. Check name, password and database in the address")]
    Refused {
        /// What the server said.
        reason: String,
    },
    /// Another process has taken the sync over.
    #[error("another sync has taken over, so this one stored nothing more")]
    LeaseLost,
    /// A row holds what this program can't read.
    #[error("the library holds something this version can't read (column {column}). Install the newest version")]
    Unintelligible {
        /// Where.
        column: &'static str,
    },
    /// The database said no to a statement: a mistake of ours.
    #[error("the database did not accept a statement: {0}. Nothing was stored. Please report this")]
    Statement(String),
}

impl StoreError {
    /// Whether the same may work in a moment.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Busy | Self::Unreachable { .. })
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) if error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some() => {
                of_postgres(&*error)
            }
            sqlx::Error::Database(error) => of_sqlite(&*error),
            sqlx::Error::Io(error) => Self::Unreachable { reason: error.kind().to_string() },
            sqlx::Error::Tls(_) => Self::Unreachable { reason: "no secure connection could be made".into() },
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Self::Unreachable { reason: "it was closed".into() }
            }
            other => Self::Statement(other.to_string()),
        }
    }
}

/// By SQLite's primary result code, which is the low byte of the extended one.
fn of_sqlite(error: &dyn sqlx::error::DatabaseError) -> StoreError {
    let code = error.code().and_then(|code| code.parse::<i64>().ok()).unwrap_or(0) & 0xFF;
    let reason = error.message().to_owned();
    match code {
        5 | 6 => StoreError::Busy,
        8 => StoreError::ReadOnly,
        11 => StoreError::Damaged { reason },
        13 => StoreError::DiskFull,
        26 => StoreError::Damaged { reason: "the file is not a database".into() },
        10 | 14 => StoreError::NoAccess { path: PathBuf::from("the database file"), reason },
        _ => StoreError::Statement(reason),
    }
}

/// By PostgreSQL's SQLSTATE.
fn of_postgres(error: &dyn sqlx::error::DatabaseError) -> StoreError {
    let (code, reason) = (error.code().unwrap_or_default(), error.message().to_owned());
    match &*code {
        "53100" => StoreError::DiskFull,
        "25006" => StoreError::ReadOnly,
        "28000" | "28P01" | "3D000" | "42501" => StoreError::Refused { reason },
        "40001" | "40P01" | "55P03" => StoreError::Busy,
        code if code.starts_with("08") || code.starts_with("57P") || code.starts_with("53") => {
            StoreError::Unreachable { reason }
        }
        code if code.starts_with("XX") => StoreError::Damaged { reason },
        _ => StoreError::Statement(reason),
    }
}
