//! The simulated AniList by raw HTTP: each rule of anilist.md that it keeps, without any client of ours.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod catalogue;
mod gate;
mod listing;
mod schema;
mod signin;
mod website;
mod writing;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use kuroibara_sim::catalog::Format;
use kuroibara_sim::{Catalog, Limits, READER, Sim, SimClock, SimConfig, Work};
use reqwest::header::HeaderMap;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;

/// A world of 120 works with AniList ids 1 to 120 and MyAnimeList ids 1001 to 1120, an empty list, and the reader's token.
struct World {
    sim: Sim,
    token: String,
    http: Client,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

fn works() -> Vec<Work> {
    let work = |n: i64| Work {
        anilist: Some(n),
        myanimelist: Some(1000 + n),
        chapters: Some(50),
        volumes: Some(6),
        finished: true,
        year: Some(2000),
        authors: vec!["Emi Aoki".into()],
        ..Work::titled(&format!("Umi no Hoshi {n}"))
    };
    let mut works: Vec<_> = (1..=120).map(work).collect();
    works[1] =
        Work { finished: false, native: Some("海の星".into()), english: Some("Star of the Sea".into()), ..work(2) };
    works[2] = Work { format: Format::Novel, ..work(3) };
    works[3] = Work { myanimelist: Some(1003), synonyms: vec!["Kuroi Ibara".into()], ..work(4) };
    works[4] = Work { myanimelist: None, adult: true, ..work(5) };
    works
}

async fn world() -> World {
    world_with(Limits::Off).await
}

async fn world_with(limits: Limits) -> World {
    // The second test to come here finds it installed, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let clock = SimClock::manual(DateTime::from_timestamp(START, 0).unwrap());
    let config = SimConfig { entries: 0, clock, limits, ..SimConfig::default() };
    let sim = Sim::with_catalog(config, Arc::new(Catalog::new(works()))).await.unwrap();
    let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    World { token: sim.anilist.token(READER), sim, http }
}

impl World {
    async fn ask(&self, query: &str, variables: Value) -> Answer {
        self.post(Some(&self.token), json!({"query": query, "variables": variables})).await
    }

    async fn ask_as(&self, token: Option<&str>, query: &str) -> Answer {
        self.post(token, json!({"query": query})).await
    }

    async fn post(&self, token: Option<&str>, body: Value) -> Answer {
        let request = self.http.post(self.sim.anilist.url()).header("content-type", "application/json");
        let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
        let response = request.body(body.to_string()).send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, body: serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default() }
    }

    /// The data of a query that must succeed.
    async fn data(&self, query: &str) -> Value {
        let answer = self.ask(query, Value::Null).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body["data"].clone()
    }

    fn pass(&self, seconds: i64) {
        self.sim.clock.advance(TimeDelta::seconds(seconds));
    }

    /// A request to the control interface.
    async fn control(&self, method: &str, path: &str, body: Value) -> Answer {
        let address = self.sim.anilist.url().replace("/graphql", &format!("/_control/{path}"));
        let request = self.http.request(method.parse().unwrap(), address).header("content-type", "application/json");
        let response = request.body(body.to_string()).send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, body: serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default() }
    }
}

impl Answer {
    fn message(&self) -> &str {
        self.body["errors"][0]["message"].as_str().unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
