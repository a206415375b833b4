//! Opening what is there, what is not, and what can't be opened: nothing is ever overwritten.

use std::{fs, path::PathBuf};

use super::*;

/// Where the file of a fresh SQLite library is.
fn file(fresh: &Fresh) -> PathBuf {
    fresh.dir.path().join("kuroibara.db")
}

/// A statement that no function of the store has, for making a database worse than it is.
async fn spoil(db: &Db, statement: &'static str) {
    db.pool.run(statement, Vec::new()).await.unwrap();
}

laws! {
    async fn a_library_is_there_again_when_it_is_opened_again(fresh: &Fresh) {
        let db = fresh.open().await;
        let (user, manga) = (db.user(), new_manga(&db, "Akira", 1));
        store(&db, &[manga]).await;
        db.close().await;
        let db = fresh.open().await;
        assert_eq!((db.user(), load(&db).await.len()), (user, 1));
        assert_eq!(db.health().await.unwrap().damage, None);
    }

    async fn a_database_of_a_newer_version_is_left_alone(fresh: &Fresh) {
        let db = fresh.open().await;
        spoil(&db, "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
            SELECT 99991231235959, 'later', success, checksum, execution_time FROM _sqlx_migrations \
            ORDER BY version LIMIT 1").await;
        db.close().await;
        let error = fresh.open_at(now()).await.unwrap_err();
        assert!(matches!(error, StoreError::Newer { version: 99_991_231_235_959 }), "{error}");
    }

    async fn a_migration_that_was_edited_afterwards_is_noticed(fresh: &Fresh) {
        let db = fresh.open().await;
        spoil(&db, "UPDATE users SET username = 'still here'").await;
        match &db.pool {
            sql::Pool::Sqlite(_) => spoil(&db, "UPDATE _sqlx_migrations SET checksum = x'00'").await,
            sql::Pool::Postgres(_) => spoil(&db, "UPDATE _sqlx_migrations SET checksum = '\\\\x00'").await,
        }
        db.close().await;
        assert!(matches!(fresh.open_at(now()).await.unwrap_err(), StoreError::Migration { .. }));
    }

    async fn keys_of_one_moment_ascend(fresh: &Fresh) {
        let db = fresh.open().await;
        let keys: Vec<_> = (0..1_000).map(|_| db.new_id(now())).collect();
        assert!(keys.is_sorted());
    }
}

#[tokio::test]
async fn an_address_that_means_nothing_is_refused_without_being_repeated() {
    let dir = tempfile::tempdir().unwrap();
    for url in ["mysql://me:hunter2@host/x", "hunter2", "sqlite::memory:", "sqlite:", "postgresql://me:hunter2@[bad/x"]
    {
        let error = Db::open(Some(url), dir.path(), now()).await.unwrap_err();
        assert!(matches!(error, StoreError::BadAddress(_)), "{url}: {error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_as_such_without_its_password() {
    let dir = tempfile::tempdir().unwrap();
    let url = "postgresql://me:hunter2@127.0.0.1:1/x";
    let error = Db::open(Some(url), dir.path(), now()).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_path_in_the_address_is_used() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("deep/down/my library.db");
    let db = Db::open(Some(&format!("sqlite:{}", path.display())), dir.path(), now()).await.unwrap();
    assert_eq!(db.health().await.unwrap().file, Some(path.clone()));
    assert!(path.exists() && !dir.path().join("kuroibara.db").exists());
}

#[cfg(unix)]
#[tokio::test]
async fn the_data_directory_is_made_and_only_its_owner_may_enter() {
    use std::os::unix::fs::PermissionsExt;
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("kuroibara");
    let db = Db::open(None, &dir, now()).await.unwrap();
    assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
    db.close().await;
}

#[tokio::test]
async fn what_is_no_library_of_ours_is_left_as_it_is() {
    let stranger = Fresh::sqlite();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file(&stranger)).create_if_missing(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query("CREATE TABLE theirs (x)").execute(&pool).await.unwrap();
    pool.close().await;
    let text = Fresh::sqlite();
    fs::write(file(&text), "a shopping list, and a long one: ".repeat(20)).unwrap();
    let short = Fresh::sqlite();
    fs::write(file(&short), "milk").unwrap();
    for fresh in [stranger, text, short] {
        let before = fs::read(file(&fresh)).unwrap();
        let error = fresh.open_at(now()).await.unwrap_err();
        assert!(matches!(error, StoreError::NotADatabase { .. }), "{error}");
        assert_eq!(fs::read(file(&fresh)).unwrap(), before);
        assert_eq!(fs::read_dir(fresh.dir.path()).unwrap().count(), 1, "nothing was put beside it");
    }
}

#[tokio::test]
async fn an_empty_file_is_a_first_start() {
    let fresh = Fresh::sqlite();
    fs::write(file(&fresh), "").unwrap();
    assert_eq!(load(&fresh.open().await).await.len(), 0);
}

/// Fills the file so that it has pages to damage, and damages those in the middle.
async fn damaged() -> Fresh {
    let fresh = Fresh::sqlite();
    let db = fresh.open().await;
    let changes: Vec<_> = (0..500).map(|n| new_manga(&db, &format!("Title {n}"), n)).collect();
    store(&db, &changes).await;
    db.close().await;
    let mut bytes = fs::read(file(&fresh)).unwrap();
    let (from, to) = (bytes.len() / 4, bytes.len() * 3 / 4);
    bytes[from..to].fill(0xA5);
    fs::write(file(&fresh), &bytes).unwrap();
    fresh
}

#[tokio::test]
async fn a_damaged_file_is_noticed_by_the_daily_check_and_left_as_it_is() {
    let fresh = damaged().await;
    let before = fs::read(file(&fresh)).unwrap();
    let error = fresh.open_at(later(86_400)).await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    assert_eq!(fs::read(file(&fresh)).unwrap(), before);
}

#[tokio::test]
async fn a_file_that_nobody_closed_is_checked_at_the_next_start() {
    let fresh = damaged().await;
    // The log that a process which was killed leaves behind.
    fs::write(fresh.dir.path().join("kuroibara.db-wal"), [0; 32]).unwrap();
    assert!(matches!(fresh.open_at(later(1)).await.unwrap_err(), StoreError::Damaged { .. }));
}

#[tokio::test]
async fn a_truncated_file_is_damaged_and_not_a_first_start() {
    let fresh = Fresh::sqlite();
    fresh.open().await.close().await;
    let bytes = fs::read(file(&fresh)).unwrap();
    fs::write(file(&fresh), &bytes[..5_000]).unwrap();
    let error = fresh.open_at(later(1)).await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}

#[tokio::test]
async fn a_copy_is_kept_before_an_existing_library_is_migrated() {
    let fresh = Fresh::sqlite();
    let db = fresh.open().await;
    store(&db, &[new_manga(&db, "Akira", 1)]).await;
    // As if this program knew one migration more than the one that made the file.
    spoil(&db, "CREATE TABLE kept (x BIGINT)").await;
    let sql::Pool::Sqlite(pool) = &db.pool else { unreachable!() };
    open::keep_copy(pool, &file(&fresh), 7).await.unwrap();
    open::keep_copy(pool, &file(&fresh), 7).await.unwrap();
    db.close().await;
    let copy = fresh.dir.path().join("backups/before-the-change-after-7.db");
    let copied = Db::open(Some(&format!("sqlite:{}", copy.display())), fresh.dir.path(), now()).await.unwrap();
    assert_eq!(load(&copied).await.len(), 1);
}

#[tokio::test]
async fn many_processes_may_have_the_library_open_at_once() {
    let fresh = Fresh::sqlite();
    let mut open = Vec::new();
    for _ in 0..4 {
        open.push(fresh.open().await);
    }
    for db in &open {
        store(db, &[new_manga(db, "Akira", 1)]).await;
    }
    assert_eq!(load(&open[0]).await.len(), 4);
}

#[tokio::test]
async fn a_place_that_can_not_be_used_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let occupied = dir.path().join("a file");
    fs::write(&occupied, "in the way").unwrap();
    let error = Db::open(None, &occupied, now()).await.unwrap_err();
    assert!(matches!(&error, StoreError::NoAccess { path, .. } if *path == occupied), "{error}");
    fs::create_dir(dir.path().join("kuroibara.db")).unwrap();
    let error = Db::open(None, dir.path(), now()).await.unwrap_err();
    assert!(matches!(error, StoreError::NoAccess { .. }), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_may_only_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(dir.path().join("probe"), "").is_ok() {
        println!("left out: this user may write everywhere");
        return;
    }
    let error = Db::open(None, dir.path(), now()).await.unwrap_err();
    assert!(matches!(error, StoreError::NoAccess { .. }), "{error}");
}

#[tokio::test]
async fn a_full_disk_is_named_and_nothing_is_half_stored() {
    let fresh = Fresh::sqlite();
    let db = fresh.open().await;
    let sql::Pool::Sqlite(pool) = &db.pool else { unreachable!() };
    // To SQLite a file that may not grow is the same as a disk that is full.
    let mut all = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        all.push(pool.acquire().await.unwrap());
    }
    for connection in &mut all {
        sqlx::query("PRAGMA max_page_count = 1").execute(&mut **connection).await.unwrap();
    }
    drop(all);
    let changes: Vec<_> = (0..2_000).map(|n| new_manga(&db, &format!("Title {n}"), n)).collect();
    let error = db.commit(&batch(&changes)).await.unwrap_err();
    assert!(matches!(error, StoreError::DiskFull), "{error}");
    let db = fresh.open().await;
    assert_eq!(load(&db).await.len(), 0);
    store(&db, &changes).await;
}

#[test]
fn what_is_slow_can_be_awaited_by_a_task_of_its_own() {
    fn is_send<T: Send>(_: impl FnOnce(&'static Db) -> T) {}
    is_send(|db| db.load_manga(&Scope::All));
    is_send(|db| db.commit(&Batch { at: Time::UNIX_EPOCH, fence: None, manga: &[], integrations: &[], whole: false }));
    is_send(|db| db.open_conflicts());
}
