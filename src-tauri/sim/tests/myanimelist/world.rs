//! A small world by hand, and a reader who is signed in to it.

use std::sync::Arc;

use chrono::DateTime;
use kuroibara_sim::control::READER;
use kuroibara_sim::myanimelist::{Entry, Status};
use kuroibara_sim::{Catalog, Sim, SimClock, SimConfig, Work};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, redirect};
use serde_json::Value;

pub(crate) const WEB: [(&str, &str); 2] =
    [("client_id", "sim-mal-web-client"), ("client_secret", "sim-mal-web-secret")];
pub(crate) const REDIRECT: &str = "kuroibara://oauth/myanimelist";
pub(crate) const VERIFIER: &str = "a-verifier-of-exactly-forty-three-characters";

pub(crate) struct World {
    pub(crate) sim: Sim,
    pub(crate) client: Client,
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// The manga 1 to 4: finished, unfinished, gray, black.
fn catalog() -> Catalog {
    let work = |id: i64, title: &str| Work { myanimelist: Some(id), ..Work::titled(title) };
    let finished = Work { chapters: Some(10), volumes: Some(2), finished: true, ..work(1, "Yoru no Umi") };
    let named = Work { english: Some("Star & Moon".into()), native: Some("星と月".into()), ..finished };
    let written = Work { authors: vec!["Emi Aoki".into()], year: Some(1999), ..named };
    let filler = (0..4).map(|n| Work::titled(&format!("Nowhere {n}")));
    let gray = work(3, "Kage no Machi");
    let works = [written, work(2, "Ame no Eki")].into_iter().chain(filler).chain([Work::titled("Nowhere 4"), gray]);
    Catalog::new(works.chain([Work { adult: true, ..work(4, "Yoru no Heya") }]).collect())
}

/// An empty list, no tokens yet.
pub(crate) async fn signed_out() -> World {
    let clock = SimClock::manual(DateTime::from_timestamp_millis(1_767_225_600_789).unwrap());
    let config = SimConfig { entries: 0, clock, ..SimConfig::default() };
    // Another test may have installed it, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let sim = Sim::with_catalog(config, Arc::new(catalog())).await.unwrap();
    World { sim, client, access: String::new(), refresh: String::new() }
}

/// An empty list and a reader with tokens.
pub(crate) async fn world() -> World {
    let mut world = signed_out().await;
    let code = world.code(&[]);
    world.tokens(&[("code", &code), ("redirect_uri", REDIRECT)]).await.unwrap();
    world
}

impl World {
    /// An authorize address, with some parameters set otherwise.
    pub(crate) fn authorize_url(&self, others: &[(&str, &str)]) -> String {
        let usual = [
            ("response_type", "code"),
            ("client_id", WEB[0].1),
            ("code_challenge", VERIFIER),
            ("redirect_uri", REDIRECT),
            ("state", "s t&te"),
        ];
        let replaced = |name: &str| others.iter().any(|(other, _)| *other == name);
        let pairs = usual.into_iter().filter(|(name, _)| !replaced(name)).chain(others.iter().copied());
        let pairs = pairs.filter(|(_, value)| *value != "-");
        let address = format!("{}/authorize", self.sim.myanimelist.oauth_url());
        url::Url::parse_with_params(&address, pairs).unwrap().into()
    }

    /// The code that the browser brings back.
    pub(crate) fn code(&self, others: &[(&str, &str)]) -> String {
        let back = self.sim.myanimelist.approve(&self.authorize_url(others), READER).unwrap();
        query(&back, "code").unwrap()
    }

    /// Exchanges a code with the usual client and verifier unless `form` says otherwise.
    pub(crate) async fn tokens(&mut self, form: &[(&str, &str)]) -> Result<Value, (StatusCode, Value)> {
        let usual = [WEB[0], WEB[1], ("grant_type", "authorization_code"), ("code_verifier", VERIFIER)];
        let given = |name: &str| form.iter().any(|(other, _)| *other == name);
        let pairs: Vec<_> = usual.into_iter().filter(|(name, _)| !given(name)).chain(form.iter().copied()).collect();
        let sent = self.client.post(format!("{}/token", self.sim.myanimelist.oauth_url())).form(&pairs).send().await;
        let (status, body) = answer(sent.unwrap()).await;
        if status != StatusCode::OK {
            return Err((status, body));
        }
        self.access = body["access_token"].as_str().unwrap().into();
        self.refresh = body["refresh_token"].as_str().unwrap().into();
        Ok(body)
    }

    /// A request to the API on the reader's behalf.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.sim.myanimelist.url())).bearer_auth(&self.access)
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        answer(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub(crate) async fn patch(&self, manga: i64, form: &[(&str, &str)]) -> (StatusCode, Value) {
        let path = format!("/manga/{manga}/my_list_status");
        answer(self.request(Method::PATCH, &path).form(form).send().await.unwrap()).await
    }

    /// The ids that a listing shows.
    pub(crate) async fn ids(&self, query: &str) -> Vec<i64> {
        let (status, body) = self.get(&format!("/users/@me/mangalist?{query}")).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["data"].as_array().unwrap().iter().map(|row| row["node"]["id"].as_i64().unwrap()).collect()
    }

    /// Puts a manga on the list as the reader does at the website.
    pub(crate) fn add(&self, manga: i64, status: Status) -> Entry {
        self.sim.myanimelist.set_entry(manga, |entry| entry.status = status).unwrap()
    }
}

/// Status and JSON body.
pub(crate) async fn answer(response: Response) -> (StatusCode, Value) {
    (response.status(), response.json().await.unwrap_or(Value::Null))
}

/// One parameter of an address.
pub(crate) fn query(address: &str, name: &str) -> Option<String> {
    let address = url::Url::parse(address).unwrap();
    address.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
