//! A reader's world for tests: the three simulated services, an engine with its own database, and the hands of a person.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use std::{sync::Arc, time::Duration};

use kuroibara_core::Provider;
use kuroibara_engine::{
    Engine,
    clock::ManualClock,
    config::Config,
    decide::ConflictView,
    secret::Secret,
    sync::{
        Order,
        report::{ProviderStatus, Report},
    },
    vault::MemoryKeyring,
};
use kuroibara_sim::{Account, Catalog, READER, Sim, SimClock, SimConfig, Work, anilist, kitsu, myanimelist};

/// Everything that a story needs.
pub struct World {
    pub sim: Sim,
    pub engine: Engine,
    pub clock: ManualClock,
    pub keyring: Arc<MemoryKeyring>,
    pub config: Config,
    pub dir: tempfile::TempDir,
}

impl World {
    /// Services with so many works and entries, and an engine that knows nothing yet.
    pub async fn with(works: usize, entries: usize) -> Self {
        let clock = SimClock::manual(start());
        Self::of(Sim::start(SimConfig { works, entries, clock, ..SimConfig::default() }).await.unwrap()).await
    }

    /// Services with so many works that all three know, all lists empty: work n is 1000 + n at AniList, 2000 + n at
    /// MyAnimeList and 3000 + n at Kitsu.
    pub async fn of_works(count: i64) -> Self {
        let work = |n| Work {
            anilist: Some(1000 + n),
            myanimelist: Some(2000 + n),
            kitsu: vec![3000 + n],
            ..Work::titled(&format!("Work {n}"))
        };
        Self::of_these((0..count).map(work).collect()).await
    }

    /// Services that know these works, all lists empty.
    pub async fn of_these(works: Vec<Work>) -> Self {
        let catalog = Arc::new(Catalog::new(works));
        let config = SimConfig { entries: 0, clock: SimClock::manual(start()), ..SimConfig::default() };
        Self::of(Sim::with_catalog(config, catalog).await.unwrap()).await
    }

    /// The same before anything happened, with the library in this PostgreSQL database instead.
    pub async fn on(self, database: &str) -> Self {
        let Self { sim, clock, keyring, mut config, dir, engine } = self;
        engine.close().await;
        config.database_url = Some(Secret::new(database.to_owned()));
        // Several devices share such a database, and no keyring.
        config.passphrase = Some(Secret::new("three lists and one library".to_owned()));
        let engine = Engine::open(config.clone(), Arc::new(clock.clone()), keyring.clone()).await.unwrap();
        Self { sim, engine, clock, keyring, config, dir }
    }

    /// An engine that knows nothing yet before these services.
    async fn of(sim: Sim) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut env: std::collections::HashMap<String, String> =
            sim.env().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        env.insert("KUROIBARA_DATA_DIR".into(), dir.path().to_str().unwrap().into());
        env.insert("KUROIBARA_LIMITS".into(), "off".into());
        let config = Config::from_env(|name| env.get(name).cloned()).unwrap();
        let clock = ManualClock::new(start());
        let keyring = Arc::new(MemoryKeyring::default());
        let engine = Engine::open(config.clone(), Arc::new(clock.clone()), keyring.clone()).await.unwrap();
        Self { sim, engine, clock, keyring, config, dir }
    }

    /// These works stand in all three lists as being read, and the services are kept in step.
    pub async fn in_step(works: i64) -> Self {
        let world = Self::of_works(works).await;
        for n in 0..works {
            world.sim.anilist.set_entry(1000 + n, |entry| entry.status = anilist::ListStatus::Current);
            world.sim.myanimelist.set_entry(2000 + n, |entry| entry.status = myanimelist::Status::Reading);
            world.sim.kitsu.set_entry(3000 + n, |entry| entry.status = kitsu::Status::Current).unwrap();
        }
        world.pass(90_000);
        world.connect_all().await;
        world.engine.set_keep_in_step(true).await.unwrap();
        world.sync().await;
        world.sync().await;
        world
    }

    /// A second device or process on the same library.
    pub async fn another_engine(&self) -> Engine {
        Engine::open(self.config.clone(), Arc::new(self.clock.clone()), self.keyring.clone()).await.unwrap()
    }

    /// What time it is at the services.
    pub fn clock_time(&self) -> kuroibara_core::Time {
        self.sim.clock.now()
    }

    /// Time passes everywhere.
    pub fn pass(&self, seconds: i64) {
        self.clock.advance(Duration::from_secs(seconds as u64));
        self.sim.clock.advance(chrono::TimeDelta::seconds(seconds));
    }

    pub async fn connect_all(&self) {
        for provider in Provider::ALL {
            self.connect(provider).await;
        }
    }

    pub async fn connect(&self, provider: Provider) {
        self.connect_as(provider, READER).await;
    }

    /// Signs in to one of the two accounts that each service has.
    pub async fn connect_as(&self, provider: Provider, account: i64) {
        let back = match provider {
            Provider::AniList => {
                let begun = self.engine.begin_login(provider).await.unwrap();
                self.sim.anilist.approve(begun.authorize_url.as_str(), account).unwrap()
            }
            Provider::MyAnimeList => {
                let begun = self.engine.begin_login(provider).await.unwrap();
                self.sim.myanimelist.approve(begun.authorize_url.as_str(), account).unwrap()
            }
            Provider::Kitsu => {
                let account = Account::all().into_iter().find(|one| one.id == account).unwrap();
                self.engine.connect_kitsu(&account.name, Secret::new(account.password)).await.unwrap();
                return;
            }
        };
        self.engine.finish_login(&back).await.unwrap();
    }

    /// All open questions.
    pub async fn asked(&self) -> Vec<ConflictView> {
        self.engine.conflicts(u32::MAX, None).await.unwrap().conflicts
    }

    /// A sync that carries everything out.
    pub async fn sync(&self) -> Report {
        self.engine.sync(&Order { approved: true, ..Order::default() }).await.unwrap()
    }

    pub async fn full(&self) -> Report {
        self.engine.sync(&Order { approved: true, full: true, ..Order::default() }).await.unwrap()
    }

    /// Forgets what was counted at the services.
    pub fn reset_counters(&self) {
        self.sim.anilist.reset_counters();
        self.sim.myanimelist.reset_counters();
        self.sim.kitsu.reset_counters();
    }

    /// Writes at AniList, MyAnimeList and Kitsu.
    pub fn writes(&self) -> [usize; 3] {
        [self.sim.anilist.writes(), self.sim.myanimelist.writes(), self.sim.kitsu.writes()]
    }
}

fn start() -> kuroibara_core::Time {
    "2026-11-01T12:00:00Z".parse().unwrap()
}

/// Asserts that every provider of a report is done and well.
pub fn assert_success(report: &Report) {
    for (provider, one) in &report.providers {
        assert_eq!(one.status, ProviderStatus::Success, "{provider}: {:?}", one.errors);
    }
}
