//! Random histories of the real engine with its database and the three simulated services: edits and removals on all sides,
//! also while a sync runs, faults, lost answers, crashes between any two steps, changed choices, signing out and in. After
//! each of them the world comes to rest, and the laws of the design hold.
//!
//! `KUROIBARA_HISTORIES` says how many are played; a failing seed is printed with the command that plays it again.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "../../../core/tests/model/author.rs"]
mod author;
#[path = "../../../core/tests/model/chance.rs"]
mod chance;
#[path = "../../../core/tests/model/heads.rs"]
mod heads;
mod laws;
mod memory;
mod plot;
mod websites;
mod world;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use kuroibara_engine::{Engine, clock::SystemClock, config::Config, secret::Secret, vault};
use world::{PASSPHRASE, Place, folder};

/// How many are played when nobody says: about three minutes on two cores. How they interleave differs from machine to
/// machine, so a seed that held may break elsewhere; 14,000 were played without a break before this was set.
const HISTORIES: u64 = 2_000;

/// One of so many is played on PostgreSQL, where there is a server.
const ON_POSTGRESQL: u64 = 25;

/// What became of a history that broke a law.
struct Broken {
    seed: u64,
    laws: Vec<String>,
    log: Vec<String>,
}

#[test]
fn random_histories_keep_every_law() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let from = number("KUROIBARA_FROM").unwrap_or(0);
    // The services answer side by side, as real ones do, so the same seed may take another turn: it gets several chances.
    let seeds: Vec<u64> = match number("KUROIBARA_SEED") {
        Some(seed) => vec![seed; 10],
        None => (from..from + number("KUROIBARA_HISTORIES").unwrap_or(HISTORIES)).collect(),
    };
    let broken = play(&seeds);
    let count = broken.len();
    if let Some(worst) = broken.into_iter().min_by_key(|broken| broken.log.len()) {
        panic!(
            "{count} of {} histories broke a law; the shortest is\n\
             KUROIBARA_SEED={} cargo test -p kuroibara-engine --test histories\n{}\n\n{}",
            seeds.len(),
            worst.seed,
            worst.log.join("\n"),
            worst.laws.join("\n"),
        );
    }
}

/// Plays these seeds in as many threads as the machine has cores.
fn play(seeds: &[u64]) -> Vec<Broken> {
    let template = template();
    let server = server();
    let next = AtomicUsize::new(0);
    let broken = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(&seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = match server.as_ref().filter(|_| seed % ON_POSTGRESQL == ON_POSTGRESQL - 1) {
                        Some(server) => server.one(seed),
                        None => one(seed, &Place::Copy(template.1.clone())),
                    };
                    if !outcome.laws.is_empty() {
                        println!("seed {seed}: {}", outcome.laws.join(" | "));
                        broken.lock().unwrap().push(outcome);
                    }
                }
            });
        }
    });
    broken.into_inner().unwrap()
}

fn one(seed: u64, place: &Place) -> Broken {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let log = Mutex::new(Vec::new());
    let played = catch_unwind(AssertUnwindSafe(|| runtime.block_on(plot::history(seed, place, &log))));
    let laws = played.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        vec![format!("panicked: {}", text.unwrap_or("?"))]
    });
    runtime.shutdown_background();
    Broken { seed, laws, log: log.into_inner().unwrap() }
}

/// A database as the first start leaves it, to be copied for each history.
fn template() -> (tempfile::TempDir, PathBuf) {
    let dir = folder();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let now = "2026-03-01T11:00:00Z".parse().unwrap();
        kuroibara_engine::store::Db::open(None, dir.path(), now).await.unwrap().close().await;
    });
    let file = dir.path().join("kuroibara.db");
    (dir, file)
}

/// A PostgreSQL server with a library as the first start leaves it, to be copied for each history.
struct Server {
    url: url::Url,
    template: String,
    keyring: Arc<vault::MemoryKeyring>,
}

/// The server of the tests; none: `cargo xtask test` starts one.
fn server() -> Option<Server> {
    let url: url::Url = std::env::var("KUROIBARA_TEST_POSTGRES_URL").ok()?.parse().unwrap();
    let template = format!("histories_{}", uuid::Uuid::new_v4().simple());
    let server = Server { url, template, keyring: Arc::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        server.administer(&format!("CREATE DATABASE {}", server.template)).await;
        let (url, dir) = (server.database(&server.template), folder());
        let env = |name: &str| match name {
            "DATABASE_URL" => Some(url.clone()),
            "KUROIBARA_PASSPHRASE" => Some(PASSPHRASE.to_owned()),
            "KUROIBARA_DATA_DIR" => dir.path().to_str().map(Into::into),
            _ => None,
        };
        let config = Config::from_env(env).unwrap();
        let engine = Engine::open(config, Arc::new(SystemClock), server.keyring.clone()).await.unwrap();
        engine.vault().seal(&vault::Place::new("a", "key"), &Secret::new("is made at its first use")).await.unwrap();
        engine.close().await;
    });
    Some(server)
}

impl Server {
    fn one(&self, seed: u64) -> Broken {
        let name = format!("history_{}", uuid::Uuid::new_v4().simple());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(self.administer(&format!("CREATE DATABASE {name} TEMPLATE {}", self.template)));
        let outcome = one(seed, &Place::Server(self.database(&name), self.keyring.clone()));
        runtime.block_on(self.administer(&format!("DROP DATABASE {name} WITH (FORCE)")));
        outcome
    }

    fn database(&self, name: &str) -> String {
        let mut url = self.url.clone();
        url.set_path(name);
        url.into()
    }

    async fn administer(&self, statement: &str) {
        use sqlx::{AssertSqlSafe, Connection};
        let mut connection = sqlx::PgConnection::connect(self.url.as_str()).await.unwrap();
        sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}
