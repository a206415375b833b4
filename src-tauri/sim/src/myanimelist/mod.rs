//! The simulated MyAnimeList, by the facts of myanimelist.md.

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use crate::Setup;
use crate::control;
use crate::faults::Faults;
use crate::front::{Front, Recorded, Style};

/// The simulated MyAnimeList. Clones share its state.
#[derive(Clone)]
pub struct MyAnimeList {
    front: Front,
    base_url: String,
}

impl MyAnimeList {
    /// A service over its catalogue, holding the reader's list.
    pub fn new(setup: Setup) -> Self {
        let style = Style { route, too_many, failure };
        Self { front: Front::new(setup.clock, style), base_url: setup.base_url }
    }

    /// The whole service, to be served or called in process.
    pub fn router(&self) -> Router {
        self.front.wrap(Router::new()).merge(control::routes(self.front.clone()))
    }

    /// The address of its API.
    pub fn url(&self) -> String {
        format!("{}/v2", self.base_url)
    }

    /// The address below which `/authorize` and `/token` are.
    pub fn oauth_url(&self) -> String {
        format!("{}/v1/oauth2", self.base_url)
    }

    /// The environment variables that point the application here.
    pub fn env(&self) -> Vec<(&'static str, String)> {
        vec![("KUROIBARA_MAL_API_URL", self.url()), ("KUROIBARA_MAL_OAUTH_URL", self.oauth_url())]
    }

    /// The faults before this service.
    pub fn faults(&self) -> &Faults {
        &self.front.faults
    }

    /// The requests since the start or the last reset.
    pub fn requests(&self) -> Vec<Recorded> {
        self.front.log.requests()
    }

    /// How many list entries were written through the API.
    pub fn writes(&self) -> usize {
        self.front.log.writes()
    }

    /// Forgets requests and writes.
    pub fn reset_counters(&self) {
        self.front.log.reset();
    }
}

fn route(_: &Method, uri: &Uri, _: &[u8]) -> String {
    uri.path().into()
}

fn too_many(_: bool, _: Option<u64>, _: DateTime<Utc>) -> Response {
    failure(StatusCode::TOO_MANY_REQUESTS)
}

fn failure(status: StatusCode) -> Response {
    (status, status.to_string()).into_response()
}
