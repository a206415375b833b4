//! The library as a file: made, told from other files, locked against a migration under another process, copied before
//! one, and checked after a crash.

use std::{
    ffi::OsString,
    fs::{self, File, TryLockError},
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};

use chrono::TimeDelta;
use kuroibara_core::Time;
use sqlx::{
    ConnectOptions, Connection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{APPLIED, Applied, MIGRATIONS, PATIENCE, is_pending, migration};
use crate::store::{
    StoreError,
    sql::{Pool, args},
    text::nanos,
};

/// Bytes 68 to 71 of our files (SQLite's `application_id`): “KURO”.
const OURS: i32 = 0x4B55_524F;
/// What every SQLite file begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// What a connection keeps of the file, in KiB: the names of 50,000 titles, the index by which found ones are counted, and
/// what a page of them is made of. Of a small library it keeps no more than there is.
const CACHE: i32 = 16_000;
/// A file that was not checked for so long is checked though nothing seems wrong.
const CHECKED_EVERY: TimeDelta = TimeDelta::days(1);

/// Holds a lock on the file beside the database, shared with every process that has it open.
#[derive(Debug)]
pub(in crate::store) struct OpenMark {
    // Dropping the file releases the lock, also when the process is killed.
    _file: File,
}

/// What the file looked like before it was opened.
struct Found {
    is_new: bool,
    /// Whether no other process has it open.
    alone: bool,
    /// Whether whoever had it open last did not close it.
    unclean: bool,
}

/// Makes a folder that only this user may enter.
pub(super) fn make_dir(path: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| no_access(path, &error))
}

/// Opens the file, which is made if it is not there.
pub(super) async fn open(path: PathBuf, now: Time) -> Result<(SqlitePool, OpenMark), StoreError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_dir(folder)?;
    }
    // Looked at before the lock, which would leave a file beside a stranger's, and again under it.
    is_ours(&path)?;
    let (file, alone) = lock(&path).await?;
    let is_new = !is_ours(&path)?;
    let unclean = alone && fs::metadata(beside(&path, "-wal")).is_ok_and(|wal| wal.len() > 0);
    let found = Found { is_new, alone, unclean };
    let pool = prepare(&path, &found, now).await.map_err(|error| named(error, &path))?;
    let shared = tokio::task::spawn_blocking(move || share(file)).await.map_err(|_| StoreError::Busy)?;
    let file = shared.map_err(|error| no_access(&path, &error))?;
    Ok((pool, OpenMark { _file: file }))
}

async fn prepare(path: &Path, found: &Found, now: Time) -> Result<SqlitePool, StoreError> {
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(PATIENCE).foreign_keys(true);
    if found.is_new {
        sign(&options).await?;
    }
    let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    let options = options.pragma("temp_store", "memory").pragma("cache_size", (-CACHE).to_string());
    // Each has a thread, a cache and statements of its own, and there is one writer at a time.
    let pool = SqlitePoolOptions::new().max_connections(3).acquire_timeout(PATIENCE).connect_with(options).await?;
    migrate(&pool, path, found).await?;
    check(&pool, found, now).await?;
    Ok(pool)
}

/// Writes our mark into a new file before anything else, so that a crash right after leaves no file that looks foreign.
async fn sign(options: &SqliteConnectOptions) -> Result<(), StoreError> {
    let options = options.clone().create_if_missing(true);
    let mut connection = options.pragma("application_id", OURS.to_string()).connect().await?;
    sqlx::query("PRAGMA user_version = 1").execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Brings the file up to date. Nobody else may have it open then: the old version would not know the new tables.
async fn migrate(pool: &SqlitePool, path: &Path, found: &Found) -> Result<(), StoreError> {
    let text = "SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'";
    let (tables,): (i64,) = sqlx::query_as(text).fetch_one(pool).await?;
    let applied: Vec<Applied> = if tables > 0 { sqlx::query_as(APPLIED).fetch_all(pool).await? } else { Vec::new() };
    if !is_pending(&applied)? {
        return Ok(());
    }
    if !found.alone && !applied.is_empty() {
        return Err(StoreError::Busy);
    }
    if let Some((version, _)) = applied.last() {
        keep_copy(pool, path, *version).await?;
    }
    MIGRATIONS.run(pool).await.map_err(migration)
}

/// Keeps a copy of the file as it is. A copy of the same version that is there comes from a migration that failed, so it is
/// as good, and stays.
pub(in crate::store) async fn keep_copy(pool: &SqlitePool, path: &Path, version: i64) -> Result<(), StoreError> {
    let folder = path.with_file_name("backups");
    make_dir(&folder)?;
    let copy = folder.join(format!("before-the-change-after-{version}.db"));
    if copy.exists() {
        return Ok(());
    }
    let unfinished = copy.with_extension("part");
    if unfinished.exists() {
        fs::remove_file(&unfinished).map_err(|error| no_access(&unfinished, &error))?;
    }
    sqlx::query("VACUUM INTO $1").bind(unfinished.to_string_lossy().into_owned()).execute(pool).await?;
    fs::rename(&unfinished, &copy).map_err(|error| no_access(&copy, &error))
}

/// After a crash, and once a day, looks whether the file is sound.
async fn check(pool: &SqlitePool, found: &Found, now: Time) -> Result<(), StoreError> {
    let pool_ = Pool::Sqlite(pool.clone());
    let row: Option<(i64,)> = pool_.optional("SELECT checked_at FROM library_facts", args![]).await?;
    let Some((checked_at,)) = row else { return Ok(()) };
    // A clock that went back must not put the next check off for years.
    let is_recent = checked_at <= nanos(now) && checked_at > nanos(now - CHECKED_EVERY);
    if is_recent && !found.unclean {
        return Ok(());
    }
    if let Some(reason) = damage(pool).await? {
        return Err(StoreError::Damaged { reason });
    }
    pool_.run("UPDATE library_facts SET checked_at = $1", args![now]).await?;
    Ok(())
}

/// What a check of the whole file finds, if anything.
pub(super) async fn damage(pool: &SqlitePool) -> Result<Option<String>, StoreError> {
    let (found,): (String,) = sqlx::query_as("PRAGMA quick_check(1)").fetch_one(pool).await?;
    Ok((found != "ok").then_some(found))
}

/// Whether there is a library in the file. False: there is no file, or an empty one.
fn is_ours(path: &Path) -> Result<bool, StoreError> {
    let mut header = [0; 100];
    let read = match File::open(path).and_then(|mut file| read_up_to(&mut file, &mut header)) {
        Err(error) if error.kind() == ErrorKind::NotFound => 0,
        Err(error) => return Err(no_access(path, &error)),
        Ok(read) => read,
    };
    let ours = header.starts_with(MAGIC) && header[68..72] == OURS.to_be_bytes();
    match read {
        0 => Ok(false),
        100 if ours => Ok(true),
        _ => Err(StoreError::NotADatabase { path: path.to_owned() }),
    }
}

fn read_up_to(file: &mut File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut read = 0;
    while let Some(rest) = buffer.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match file.read(rest)? {
            0 => break,
            more => read += more,
        }
    }
    Ok(read)
}

/// Takes the lock beside the database: alone if nobody else has it, otherwise together with them.
async fn lock(path: &Path) -> Result<(File, bool), StoreError> {
    let beside = beside(path, ".lock");
    let opened = File::options().create(true).truncate(false).write(true).open(&beside);
    let file = opened.map_err(|error| no_access(&beside, &error))?;
    match file.try_lock() {
        Ok(()) => Ok((file, true)),
        // Somebody is migrating, or has it open: the wait for the former is short.
        Err(TryLockError::WouldBlock) => {
            let waited = tokio::task::spawn_blocking(move || file.lock_shared().map(|()| file)).await;
            let file = waited.map_err(|_| StoreError::Busy)?.map_err(|error| no_access(&beside, &error))?;
            Ok((file, false))
        }
        Err(TryLockError::Error(error)) => Err(no_access(&beside, &error)),
    }
}

/// From being alone to being one of many. Windows can't turn one lock into the other, so it is given back first.
fn share(file: File) -> std::io::Result<File> {
    file.unlock()?;
    file.lock_shared()?;
    Ok(file)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn no_access(path: &Path, error: &std::io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::DiskFull,
        _ => StoreError::NoAccess { path: path.to_owned(), reason: error.to_string() },
    }
}

/// The same error, with the file's name where there is room for it.
fn named(error: StoreError, path: &Path) -> StoreError {
    match error {
        StoreError::NoAccess { reason, .. } => StoreError::NoAccess { path: path.to_owned(), reason },
        other => other,
    }
}
