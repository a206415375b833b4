//! The way out against the simulated services with their real limits, in simulated time: nobody is locked out, and it
//! does not take longer than the limits make it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use kuroibara_engine::{
    clock::Clock,
    core::{Provider, Time},
    http::{Call, Http, HttpSettings, Limits, MemoryLedger, Repeat},
};
use kuroibara_sim::{Sim, SimClock, SimConfig};

/// The services' clock is ours: a wait moves both.
#[derive(Debug)]
struct Shared(SimClock);

#[async_trait::async_trait]
impl Clock for Shared {
    fn now(&self) -> Time {
        self.0.now()
    }

    async fn sleep(&self, duration: Duration) {
        self.0.advance(TimeDelta::from_std(duration).unwrap());
        tokio::task::yield_now().await;
    }
}

struct World {
    sim: Sim,
    ledger: Arc<MemoryLedger>,
    begun: Time,
}

impl World {
    async fn new() -> Self {
        let start = Time::from_timestamp(1_800_000_000, 0).unwrap();
        let clock = SimClock::manual(start);
        let config =
            SimConfig { works: 20, entries: 5, limits: kuroibara_sim::Limits::Real, clock, ..SimConfig::default() };
        Self { sim: Sim::start(config).await.unwrap(), ledger: Arc::default(), begun: start }
    }

    /// One process: it knows of the others only what the ledger says.
    fn process(&self) -> Http {
        let settings = HttpSettings { limits: Limits::Real, ..HttpSettings::default() };
        Http::new(settings, Arc::new(Shared(self.sim.clock.clone())), self.ledger.clone()).unwrap()
    }

    async fn ask_anilist(&self, http: &Http) {
        let url: url::Url = self.sim.anilist.url().parse().unwrap();
        let query = serde_json::json!({ "query": "{ Page(perPage: 1) { media(type: MANGA) { id } } }" });
        let request = http.client().post(url).json(&query).build().unwrap();
        let call = Call { provider: Provider::AniList, route: "page", request, repeat: Repeat::Safe };
        assert_eq!(http.send(call).await.unwrap().status, 200);
    }

    fn refusals(&self) -> usize {
        self.sim.anilist.requests().iter().filter(|request| request.status == Some(429)).count()
    }

    fn took(&self) -> TimeDelta {
        self.sim.clock.now() - self.begun
    }
}

#[tokio::test]
async fn forty_requests_to_anilist_fit_into_two_minutes_without_one_refusal() {
    let world = World::new().await;
    let http = world.process();
    for _ in 0..40 {
        world.ask_anilist(&http).await;
    }
    assert_eq!(world.refusals(), 0);
    assert!(world.took() < TimeDelta::minutes(2), "{}", world.took());
}

#[tokio::test]
async fn tasks_that_ask_at_once_are_no_burst() {
    let world = World::new().await;
    let http = world.process();
    futures::future::join_all((0..40).map(|_| world.ask_anilist(&http))).await;
    assert_eq!(world.refusals(), 0);
}

#[tokio::test]
async fn commands_in_quick_succession_are_refused_at_most_once() {
    let world = World::new().await;
    for _ in 0..20 {
        let http = world.process();
        for _ in 0..3 {
            world.ask_anilist(&http).await;
        }
    }
    assert!(world.refusals() <= 1, "{}", world.refusals());
    assert!(world.took() < TimeDelta::minutes(4), "{}", world.took());
}

#[tokio::test]
async fn myanimelist_never_sees_a_flood() {
    let world = World::new().await;
    let http = world.process();
    for _ in 0..60 {
        let url: url::Url = format!("{}/users/@me", world.sim.myanimelist.url()).parse().unwrap();
        let request = http.client().get(url).build().unwrap();
        let call = Call { provider: Provider::MyAnimeList, route: "who", request, repeat: Repeat::Safe };
        // Without a token it is refused in JSON; a flood would be an outage.
        assert!(http.send(call).await.unwrap().status.is_client_error());
    }
    assert!(world.took() < TimeDelta::seconds(60), "{}", world.took());
}
