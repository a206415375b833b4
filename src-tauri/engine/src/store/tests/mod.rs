//! The store's laws, each held by SQLite and by PostgreSQL. The latter is a real server that `cargo xtask test` starts;
//! without one its half is left out, which is said, and which a build server does not accept.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod changes;
mod commit;
mod figures;
mod leases;
mod library;
mod opening;
mod secrets;
mod tables;
mod values;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta};
use enum_map::EnumMap;
use kuroibara_core::{
    Entry, ExternalId, IntegrationId, Local, MangaId, MappingId, Origin, Provider, Stamp, Stamps, Status, Time, Totals,
};
use tempfile::TempDir;

use super::*;
use crate::providers::{Format, Title, TitleKind};

/// Where a database may be made that no other test knows.
pub(super) struct Fresh {
    url: Option<String>,
    dir: TempDir,
}

impl Fresh {
    fn sqlite() -> Self {
        Self { url: None, dir: tempfile::tempdir().unwrap() }
    }

    /// None: there is no server to test with.
    async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var("KUROIBARA_TEST_POSTGRES_URL") else {
            assert!(std::env::var_os("CI").is_none(), "KUROIBARA_TEST_POSTGRES_URL is not set: run `cargo xtask test`");
            println!("PostgreSQL was skipped: KUROIBARA_TEST_POSTGRES_URL is not set (`cargo xtask test` sets it)");
            return None;
        };
        let name = format!("law_{}", uuid::Uuid::new_v4().simple());
        administer(&server, &format!("CREATE DATABASE {name} TEMPLATE template0")).await;
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        Some(Self { url: Some(url.into()), dir: tempfile::tempdir().unwrap() })
    }

    /// Opens it: the first time, a first start.
    async fn open(&self) -> Db {
        self.open_at(now()).await.unwrap()
    }

    async fn open_at(&self, now: Time) -> Result<Db, StoreError> {
        Db::open(self.url.as_deref(), self.dir.path(), now).await
    }

    async fn remove(self) {
        let (Some(url), Ok(server)) = (&self.url, std::env::var("KUROIBARA_TEST_POSTGRES_URL")) else { return };
        let name = url.rsplit('/').next().unwrap();
        administer(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }
}

async fn administer(server: &str, statement: &str) {
    use sqlx::{AssertSqlSafe, Connection};
    let mut connection = sqlx::PgConnection::connect(server).await.expect("the server of the tests answers");
    sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// Laws that both databases must hold.
macro_rules! laws {
    ($(async fn $name:ident($fresh:ident: &Fresh) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn law($fresh: &$crate::store::tests::Fresh) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                law(&$crate::store::tests::Fresh::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgresql() {
                let Some(fresh) = $crate::store::tests::Fresh::postgres().await else { return };
                law(&fresh).await;
                fresh.remove().await;
            }
        }
    )+};
}
use laws;

fn now() -> Time {
    DateTime::parse_from_rfc3339("2026-11-22T12:00:00.123456789Z").unwrap().to_utc()
}

fn later(seconds: i64) -> Time {
    now() + TimeDelta::seconds(seconds)
}

fn details(title: &str) -> Details {
    Details {
        title: title.to_owned(),
        titles: vec![Title { kind: TitleKind::Native, text: format!("{title}の巻") }],
        format: Format::Manga,
        year: Some(1999),
        authors: vec!["A. Uthor".to_owned()],
        totals: Totals { chapters: Some(100), volumes: None },
        cover: None,
        adult: false,
    }
}

fn entry(chapters: u32) -> Local {
    let said = Entry { chapters, ..Entry::new(Status::Reading) };
    Local::Present(said, Stamps::all(Stamp::new(now(), Origin::User)))
}

/// A manga to be made, with an entry and without mappings.
fn new_manga(db: &Db, title: &str, chapters: u32) -> MangaChange {
    let id = MangaId(db.new_id(now()));
    MangaChange { work: WorkChange::New(details(title)), local: Some(entry(chapters)), ..MangaChange::of(id, 0) }
}

fn new_mapping(db: &Db, integration: IntegrationId, external_id: &str) -> MappingChange {
    let link =
        NewLink { integration, external_id: ExternalId::from(external_id), title: None, source: LinkSource::List };
    MappingChange { link: LinkChange::New(link), ..MappingChange::of(MappingId(db.new_id(now()))) }
}

async fn ids(db: &Db) -> EnumMap<Provider, IntegrationId> {
    let integrations = db.integrations().await.unwrap();
    EnumMap::from_fn(|provider| integrations[provider].id)
}

fn batch(manga: &[MangaChange]) -> Batch<'_> {
    Batch { at: now(), fence: None, manga, integrations: &[], whole: false }
}

/// Stores changes of which none may be stale.
async fn store(db: &Db, manga: &[MangaChange]) {
    assert_eq!(db.commit(&batch(manga)).await.unwrap(), Committed::default());
}

async fn load(db: &Db) -> Vec<LoadedManga> {
    db.load_manga(&Scope::All).await.unwrap()
}

async fn load_one(db: &Db, manga: MangaId) -> LoadedManga {
    let pick = Pick { manga: vec![manga], ..Pick::default() };
    db.load_manga(&Scope::Only(pick)).await.unwrap().pop().unwrap()
}

async fn titles(db: &Db, pick: Pick) -> BTreeSet<String> {
    db.load_manga(&Scope::Only(pick)).await.unwrap().into_iter().map(|manga| manga.title).collect()
}
