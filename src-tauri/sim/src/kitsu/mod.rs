//! The simulated Kitsu, by the facts of kitsu.md; "section" in these files means a section of it. JSON:API only.
//! It must not know the application's own client.

mod body;
mod control;
mod document;
mod entry;
mod inside;
mod kind;
mod listing;
mod manga;
mod oauth;
mod query;
mod refusal;
mod routes;
mod save;
mod sign_in;
mod state;
mod stock;
mod writing;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::http::{Method, Uri};

pub use self::entry::{Entry, Status};
pub use self::inside::UserList;
pub use self::manga::{Manga, Mapping};
use self::refusal::{failure, too_many};
use self::state::State;
pub use self::state::{IncludeManga, Knobs, User};
use crate::Setup;
use crate::faults::Faults;
use crate::front::{Front, Onlooker, Recorded, Style};

/// The simulated Kitsu. Clones share its state.
#[derive(Clone)]
pub struct Kitsu {
    front: Front,
    base_url: String,
    state: Arc<Mutex<State>>,
}

impl Kitsu {
    /// A service over its catalogue, holding the reader's list.
    pub fn new(setup: Setup) -> Self {
        let state = Arc::new(Mutex::new(stock::state(&setup)));
        let front = Front::new(setup.clock, Style { route, too_many, failure });
        Self { front, base_url: setup.base_url, state }
    }

    /// The whole service, to be served or called in process.
    pub fn router(&self) -> Router {
        let service = sign_in::routes().merge(routes::routes()).merge(writing::routes()).with_state(self.clone());
        let control = control::routes().with_state(self.clone());
        self.front
            .wrap(service)
            .merge(crate::control::routes(self.front.clone()))
            .merge(crate::cover::routes())
            .merge(control)
    }

    /// The address of its API.
    pub fn url(&self) -> String {
        format!("{}/api/edge", self.base_url)
    }

    /// The address below which `/token` is.
    pub fn oauth_url(&self) -> String {
        format!("{}/api/oauth", self.base_url)
    }

    /// The environment variables that point the application here. Kitsu needs no client.
    pub fn env(&self) -> Vec<(&'static str, String)> {
        vec![("KUROIBARA_KITSU_API_URL", self.url()), ("KUROIBARA_KITSU_OAUTH_URL", self.oauth_url())]
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

/// Requests are recorded under their path.
fn route(_: &Method, uri: &Uri, _: &[u8]) -> String {
    uri.path().into()
}
