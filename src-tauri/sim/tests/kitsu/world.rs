//! A small world by hand, and a reader who is signed in to it with the filter off.

use std::sync::Arc;

use chrono::DateTime;
use kuroibara_sim::control::READER;
use kuroibara_sim::kitsu::{Entry, Status};
use kuroibara_sim::{Catalog, Sim, SimClock, SimConfig, Work};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

pub(crate) const SECOND: i64 = 4343;
pub(crate) const JSON_API: &str = "application/vnd.api+json";
/// Ten chapters.
pub(crate) const FINISHED: i64 = 11;
/// Total unknown.
pub(crate) const UNFINISHED: i64 = 12;
/// R18.
pub(crate) const ADULT: i64 = 13;
/// Two listings of one work.
pub(crate) const TWINS: [i64; 2] = [14, 15];

pub(crate) struct World {
    pub(crate) sim: Sim,
    pub(crate) client: Client,
    pub(crate) token: String,
}

fn catalog() -> Catalog {
    let work = |kitsu: &[i64], title: &str| {
        let id = kitsu[0] * 10;
        Work { kitsu: kitsu.to_vec(), anilist: Some(id + 30000), myanimelist: Some(id), ..Work::titled(title) }
    };
    let finished = Work { chapters: Some(10), volumes: Some(2), finished: true, ..work(&[FINISHED], "Yoru no Umi") };
    let named = Work { native: Some("夜の海".into()), synonyms: vec!["Night Sea".into()], ..finished };
    let adult = Work { adult: true, ..work(&[ADULT], "Yoru no Heya") };
    Catalog::new(vec![named, work(&[UNFINISHED], "Ame no Eki"), adult, work(&TWINS, "Kage no Machi")])
}

/// An empty library and a reader with a token.
pub(crate) async fn world() -> World {
    let clock = SimClock::manual(DateTime::from_timestamp_millis(1_767_225_600_789).unwrap());
    let config = SimConfig { entries: 0, clock, ..SimConfig::default() };
    // Another test may have installed it, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let sim = Sim::with_catalog(config, Arc::new(catalog())).await.unwrap();
    let token = sim.kitsu.token(READER);
    World { sim, client: Client::new(), token }
}

impl World {
    /// A request to the API on the reader's behalf.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.anonymous(method, path).bearer_auth(&self.token)
    }

    /// A request on nobody's behalf.
    pub(crate) fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.sim.kitsu.url()))
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        answer(self.request(Method::GET, path)).await
    }

    /// A write with a JSON:API body.
    pub(crate) async fn send(&self, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
        let request = self.request(method, path).header("content-type", JSON_API);
        answer(request.body(body.to_string())).await
    }

    pub(crate) async fn create(&self, manga: i64, attributes: Value) -> (StatusCode, Value) {
        let relationships = json!({
            "user": { "data": { "type": "users", "id": READER.to_string() } },
            "manga": { "data": { "type": "manga", "id": manga.to_string() } },
        });
        let body =
            json!({ "data": { "type": "libraryEntries", "attributes": attributes, "relationships": relationships } });
        self.send(Method::POST, "/library-entries", &body).await
    }

    pub(crate) async fn patch(&self, id: i64, attributes: Value) -> (StatusCode, Value) {
        let body = json!({ "data": { "type": "libraryEntries", "id": id.to_string(), "attributes": attributes } });
        self.send(Method::PATCH, &format!("/library-entries/{id}"), &body).await
    }

    /// The library as a listing shows it: manga ids in order.
    pub(crate) async fn listed(&self, query: &str) -> Vec<i64> {
        let query = format!("/library-entries?filter[userId]={READER}&include=media&{query}");
        let (status, body) = self.get(&query).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        let manga = |entry: &Value| entry["relationships"]["media"]["data"]["id"].as_str().unwrap_or("0").parse();
        body["data"].as_array().unwrap().iter().map(|entry| manga(entry).unwrap()).collect()
    }

    /// Puts a manga into the library as the reader does at the website.
    pub(crate) fn add(&self, manga: i64, status: Status) -> Entry {
        self.sim.kitsu.set_entry(manga, |entry| entry.status = status).unwrap()
    }
}

/// Status and JSON body.
pub(crate) async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let response: Response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap_or(Value::Null))
}

/// Status and code of the first error.
pub(crate) fn code((status, body): &(StatusCode, Value)) -> (u16, &str) {
    (status.as_u16(), body["errors"][0]["code"].as_str().unwrap_or_default())
}
