//! The simulated MyAnimeList, by the facts of myanimelist.md; "section" in these files means a section of it.
//! It must not know the application's own client.

mod control;
mod entry;
mod fields;
mod firewall;
mod inside;
mod knobs;
mod list;
mod oauth;
mod refusal;
mod routes;
mod sign_in;
mod state;
mod stock;
mod title;
mod write;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::http::{Method, Uri};

pub use self::entry::{Entry, Status};
pub use self::inside::UserList;
pub use self::knobs::{Flood, Knobs, Odd};
pub use self::oauth::Client;
use self::refusal::{failure, too_many};
use self::state::State;
pub use self::title::Title;
use crate::Setup;
use crate::faults::Faults;
use crate::front::{Front, Onlooker, Recorded, Style};

/// The simulated MyAnimeList. Clones share its state.
#[derive(Clone)]
pub struct MyAnimeList {
    front: Front,
    base_url: String,
    state: Arc<Mutex<State>>,
}

impl MyAnimeList {
    /// A service over its catalogue, holding the reader's list.
    pub fn new(setup: Setup) -> Self {
        let state = Arc::new(Mutex::new(stock::state(&setup)));
        let front = Front::new(setup.clock, Style { route, too_many, failure });
        Self { front, base_url: setup.base_url, state }
    }

    /// The whole service, to be served or called in process.
    pub fn router(&self) -> Router {
        let service = sign_in::routes().merge(routes::routes()).with_state(self.clone());
        let control = control::routes().with_state(self.clone());
        self.front
            .wrap(service)
            .merge(crate::control::routes(self.front.clone()))
            .merge(crate::cover::routes())
            .merge(control)
    }

    /// The address of its API.
    pub fn url(&self) -> String {
        format!("{}/v2", self.base_url)
    }

    /// The address below which `/authorize` and `/token` are.
    pub fn oauth_url(&self) -> String {
        format!("{}/v1/oauth2", self.base_url)
    }

    /// The environment variables that point the application here, with a client that has a secret.
    pub fn env(&self) -> Vec<(&'static str, String)> {
        vec![
            ("KUROIBARA_MAL_API_URL", self.url()),
            ("KUROIBARA_MAL_OAUTH_URL", self.oauth_url()),
            ("MAL_CLIENT_ID", WEB_CLIENT.into()),
            ("MAL_CLIENT_SECRET", WEB_SECRET.into()),
        ]
    }

    /// The faults before this service.
    pub fn faults(&self) -> &Faults {
        &self.front.faults
    }

    /// Who looks on at each request of this service.
    pub fn onlooker(&self) -> &Onlooker {
        &self.front.onlooker
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The id of the client of the type "web", which has a secret (section 1).
pub const WEB_CLIENT: &str = "sim-mal-web-client";
/// Its secret.
pub const WEB_SECRET: &str = "sim-mal-web-secret";
/// The id of the client of the type "other", which has none (section 1).
pub const PUBLIC_CLIENT: &str = "sim-mal-public-client";
/// Where the application waits for the browser.
const REDIRECTS: [&str; 2] = ["kuroibara://oauth/myanimelist", "http://127.0.0.1:17349/oauth/myanimelist"];

/// Requests are recorded under their path.
fn route(_: &Method, uri: &Uri, _: &[u8]) -> String {
    uri.path().into()
}
