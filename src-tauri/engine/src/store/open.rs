//! Opens the library: finds it, makes it at the first start, brings it up to date, and looks whether it is sound.
//!
//! Nothing that is there is ever overwritten: what can't be opened is left as it is and named in the error.

mod file;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use kuroibara_core::{Provider, Time, UserId};
use sqlx::{
    Connection, PgConnection,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::SqliteConnectOptions,
};
use uuid::{ContextV7, Uuid};

pub(super) use file::OpenMark;
#[cfg(test)]
pub(super) use file::keep_copy;

use super::{
    Db, Shared, StoreError,
    sql::{Pool, args},
};

/// The migrations that this program knows.
pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");
/// The library's file in the data directory.
const FILE_NAME: &str = "kuroibara.db";
/// How long to wait for a connection, or for another process's transaction.
const PATIENCE: Duration = Duration::from_secs(10);

/// What can be said of a database that opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Where it is: a file, or none for a server.
    pub file: Option<PathBuf>,
    /// The newest migration.
    pub version: i64,
    /// What a full check found; none: it is sound, or a server looks after itself.
    pub damage: Option<String>,
}

/// Which database the library is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum DatabaseKind {
    /// A file of our own.
    Sqlite,
    /// A server.
    Postgresql,
}

/// Where the library is, without any password.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct DatabasePlace {
    /// Which database.
    pub kind: DatabaseKind,
    /// The file, or the server and the database's name.
    pub place: String,
}

/// Where the library is.
enum Place {
    File(PathBuf),
    Server(Box<PgConnectOptions>),
}

impl Db {
    /// Opens the library at `url` (`sqlite:PATH` or `postgresql://…`), or without one in `data_dir`, which is made if need
    /// be. What the first start needs is made then.
    pub async fn open(url: Option<&str>, data_dir: &Path, now: Time) -> Result<Self, StoreError> {
        let (pool, mark) = match place(url, data_dir)? {
            Place::File(path) => {
                file::make_dir(data_dir)?;
                let (pool, mark) = file::open(path, now).await?;
                (Pool::Sqlite(pool), Some(mark))
            }
            Place::Server(options) => (server(*options).await?, None),
        };
        let ids = std::sync::Mutex::new(ContextV7::new());
        let mut db = Self { pool, user: UserId(Uuid::nil()), shared: Arc::new(Shared { ids, _open: mark }) };
        db.user = db.user_or_first_start(now).await?;
        Ok(db)
    }

    /// Looks through the whole database, which takes a while.
    pub async fn health(&self) -> Result<Health, StoreError> {
        let text = "SELECT coalesce(max(version), 0) FROM _sqlx_migrations";
        let version = self.pool.optional::<(i64,)>(text, args![]).await?.map_or(0, |(version,)| version);
        let Pool::Sqlite(pool) = &self.pool else { return Ok(Health { file: None, version, damage: None }) };
        let file = Some(pool.connect_options().get_filename().to_owned());
        Ok(Health { file, version, damage: file::damage(pool).await? })
    }

    /// Where the library is.
    pub fn place(&self) -> DatabasePlace {
        match &self.pool {
            Pool::Sqlite(pool) => {
                let place = pool.connect_options().get_filename().display().to_string();
                DatabasePlace { kind: DatabaseKind::Sqlite, place }
            }
            Pool::Postgres(pool) => {
                let options = pool.connect_options();
                let (host, port) = (options.get_host(), options.get_port());
                let place = format!("{host}:{port}/{}", options.get_database().unwrap_or_default());
                DatabasePlace { kind: DatabaseKind::Postgresql, place }
            }
        }
    }

    async fn user_or_first_start(&self, now: Time) -> Result<UserId, StoreError> {
        let text = "SELECT id FROM users ORDER BY created_at, id LIMIT 1";
        if let Some((id,)) = self.pool.optional::<(Uuid,)>(text, args![]).await? {
            return Ok(UserId(id));
        }
        let mut tx = self.pool.write().await?;
        // Two devices may start on one new database at once: the second finds the first one's user.
        if let Some((id,)) = tx.optional::<(Uuid,)>(text, args![]).await? {
            return Ok(UserId(id));
        }
        let user = self.new_id(now);
        tx.run("INSERT INTO users (id, username, created_at) VALUES ($1, 'local', $2)", args![user, now]).await?;
        let integrations = Provider::ALL.map(|provider| args![self.new_id(now), user, provider, now, now]);
        tx.run_rows(INTEGRATIONS, integrations.into()).await?;
        tx.run(FACTS, args![self.new_id(now), now, now, 0_i64]).await?;
        tx.commit().await?;
        Ok(UserId(user))
    }
}

const INTEGRATIONS: &str =
    "INSERT INTO external_integrations (id, user_id, integration_type, created_at, updated_at) VALUES {}";
const FACTS: &str = "INSERT INTO library_facts (id, created_at, checked_at, generation) VALUES ($1, $2, $3, $4)";

fn place(url: Option<&str>, data_dir: &Path) -> Result<Place, StoreError> {
    let Some(url) = url.filter(|url| !url.is_empty()) else { return Ok(Place::File(data_dir.join(FILE_NAME))) };
    // The words of these errors never hold the address itself, in which there may be a password.
    let bad = |reason: &str| StoreError::BadAddress(reason.to_owned());
    match url.split_once(':') {
        Some(("sqlite", path)) if path.contains(":memory:") => Err(bad("a library in memory would be lost")),
        Some(("sqlite", "" | "//")) => Err(bad("the path is missing")),
        Some(("sqlite", _)) => {
            let options = SqliteConnectOptions::from_str(url).map_err(|_| bad("the path can't be read"))?;
            Ok(Place::File(options.get_filename().to_owned()))
        }
        Some(("postgres" | "postgresql", _)) => {
            let options = PgConnectOptions::from_str(url).map_err(|_| bad("the server's address can't be read"))?;
            Ok(Place::Server(Box::new(options)))
        }
        Some(_) | None => Err(bad("it begins with neither sqlite: nor postgresql:")),
    }
}

async fn server(options: PgConnectOptions) -> Result<Pool, StoreError> {
    // A device that falls asleep within a transaction must not keep the others waiting for hours.
    let limits = [("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "30s")];
    let options = options.application_name("kuroibara").options(limits);
    // A pool would go on trying to reach a server that is not there; the first connection says at once what is wrong.
    let connecting = PgConnection::connect_with(&options);
    let waited = tokio::time::timeout(PATIENCE, connecting).await;
    let silent = |_| StoreError::Unreachable { reason: "it does not answer".into() };
    let pending = has_pending(waited.map_err(silent)??).await?;
    let pool = PgPoolOptions::new().max_connections(5).acquire_timeout(PATIENCE).connect_lazy_with(options);
    if pending {
        MIGRATIONS.run(&pool).await.map_err(migration)?;
    }
    Ok(Pool::Postgres(pool))
}

async fn has_pending(mut server: PgConnection) -> Result<bool, StoreError> {
    let there = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
    let (there,): (bool,) = sqlx::query_as(there).fetch_one(&mut server).await?;
    let applied: Vec<Applied> = if there { sqlx::query_as(APPLIED).fetch_all(&mut server).await? } else { Vec::new() };
    server.close().await?;
    is_pending(&applied)
}

/// A migration that the database has had, and its checksum.
type Applied = (i64, Vec<u8>);
const APPLIED: &str = "SELECT version, checksum FROM _sqlx_migrations ORDER BY version";

/// Whether there is anything to migrate. What this program does not know is an error.
fn is_pending(applied: &[Applied]) -> Result<bool, StoreError> {
    let known: BTreeMap<i64, &[u8]> = MIGRATIONS.iter().map(|known| (known.version, &*known.checksum)).collect();
    for (version, checksum) in applied.iter().rev() {
        match known.get(version) {
            None => return Err(StoreError::Newer { version: *version }),
            Some(known) if known != checksum => {
                let reason = format!("change {version} is not the one that this version knows");
                return Err(StoreError::Migration { reason });
            }
            Some(_) => {}
        }
    }
    Ok(known.len() > applied.len())
}

fn migration(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(version) => StoreError::Newer { version },
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => match error.into() {
            StoreError::Statement(reason) => StoreError::Migration { reason },
            known => known,
        },
        other => StoreError::Migration { reason: other.to_string() },
    }
}
