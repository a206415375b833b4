//! A reader's world for tests: the three simulated services, an engine with its own database, and the hands of a person.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use std::{sync::Arc, time::Duration};

use kuroibara_core::Provider;
use kuroibara_engine::{
    Engine,
    clock::ManualClock,
    config::Config,
    secret::Secret,
    sync::{
        Order,
        report::{ProviderStatus, Report},
    },
    vault::MemoryKeyring,
};
use kuroibara_sim::{Account, READER, Sim, SimClock, SimConfig};

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
        let start = "2026-11-01T12:00:00Z".parse().unwrap();
        let sim_clock = SimClock::manual(start);
        let sim = Sim::start(SimConfig { works, entries, clock: sim_clock, ..SimConfig::default() }).await.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let mut env: std::collections::HashMap<String, String> =
            sim.env().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        env.insert("KUROIBARA_DATA_DIR".into(), dir.path().to_str().unwrap().into());
        env.insert("KUROIBARA_LIMITS".into(), "off".into());
        let config = Config::from_env(|name| env.get(name).cloned()).unwrap();
        let clock = ManualClock::new(start);
        let keyring = Arc::new(MemoryKeyring::default());
        let engine = Engine::open(config.clone(), Arc::new(clock.clone()), keyring.clone()).await.unwrap();
        Self { sim, engine, clock, keyring, config, dir }
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
        let back = match provider {
            Provider::AniList => {
                let begun = self.engine.begin_login(provider).await.unwrap();
                self.sim.anilist.approve(begun.authorize_url.as_str(), READER).unwrap()
            }
            Provider::MyAnimeList => {
                let begun = self.engine.begin_login(provider).await.unwrap();
                self.sim.myanimelist.approve(begun.authorize_url.as_str(), READER).unwrap()
            }
            Provider::Kitsu => {
                let account = Account::all()[0].clone();
                self.engine.connect_kitsu(&account.name, Secret::new(account.password)).await.unwrap();
                return;
            }
        };
        self.engine.finish_login(&back).await.unwrap();
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

/// Asserts that every provider of a report is done and well.
pub fn assert_success(report: &Report) {
    for (provider, one) in &report.providers {
        assert_eq!(one.status, ProviderStatus::Success, "{provider}: {:?}", one.errors);
    }
}
