//! The simulated AniList, by the facts of anilist.md. `gate` takes GraphQL requests, `graphql` executes them over `state`,
//! `pages` and `oauth` are the sign-in, `inside` and `control` act as the user on the website.

mod complexity;
mod control;
mod gate;
mod graphql;
mod inside;
mod knobs;
mod limiter;
mod media;
mod oauth;
mod pages;
mod reply;
mod state;
mod token;
mod values;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::routing::post;

use crate::faults::Faults;
use crate::front::{Front, Onlooker, Recorded, Style};
use crate::{Limits, Setup};

pub use inside::UserList;
pub use knobs::{BatchFailure, Burst, Knobs};
pub use media::Media;
pub use oauth::{Client, Refusal};
pub use state::{Entry, User};
pub use values::{FuzzyDate, ListStatus, MediaFormat, MediaStatus, ScoreFormat};

/// The id of the registered client.
pub const CLIENT_ID: &str = "17349";
/// Its secret.
pub const CLIENT_SECRET: &str = "simulated-anilist-client-secret";

/// The simulated AniList. Clones share its state.
#[derive(Clone)]
pub struct AniList {
    shared: Arc<Shared>,
    schema: graphql::Schema,
}

/// What all parts of the service share.
struct Shared {
    state: Mutex<state::State>,
    limiter: Mutex<limiter::Limiter>,
    writing: tokio::sync::Mutex<()>,
    front: Front,
    limits: Limits,
    base_url: String,
}

impl AniList {
    /// A service over its catalogue, holding the reader's list.
    pub fn new(setup: Setup) -> Self {
        let style = Style { route: gate::route, too_many: reply::too_many, failure: reply::failure };
        let access = oauth::Access::of(demo_client(&setup.base_url));
        let shared = Arc::new(Shared {
            state: Mutex::new(state::State::new(&setup.catalog, &setup.library, access)),
            limiter: Mutex::default(),
            writing: tokio::sync::Mutex::default(),
            front: Front::new(setup.clock, style),
            limits: setup.limits,
            base_url: setup.base_url,
        });
        Self { schema: graphql::schema(Arc::clone(&shared)), shared }
    }

    /// The whole service, to be served or called in process.
    pub fn router(&self) -> Router {
        let endpoint = post(gate::graphql);
        let service = Router::new().route("/", endpoint.clone()).route("/graphql", endpoint).merge(pages::routes());
        self.shared.front.wrap(service.with_state(self.clone())).merge(control::routes(self))
    }

    /// The GraphQL endpoint.
    pub fn url(&self) -> String {
        format!("{}/graphql", self.shared.base_url)
    }

    /// The address below which `/authorize`, `/token` and `/pin` are.
    pub fn oauth_url(&self) -> String {
        format!("{}/api/v2/oauth", self.shared.base_url)
    }

    /// The environment variables that point the application here, with a client that is known here.
    pub fn env(&self) -> Vec<(&'static str, String)> {
        vec![
            ("KUROIBARA_ANILIST_API_URL", self.url()),
            ("KUROIBARA_ANILIST_OAUTH_URL", self.oauth_url()),
            ("ANILIST_CLIENT_ID", CLIENT_ID.into()),
            ("ANILIST_CLIENT_SECRET", CLIENT_SECRET.into()),
        ]
    }

    /// The schema that is executed, as text.
    pub fn sdl(&self) -> String {
        self.schema.sdl()
    }

    /// The faults before this service.
    pub fn faults(&self) -> &Faults {
        &self.shared.front.faults
    }

    /// Who looks on at each request of this service.
    pub fn onlooker(&self) -> &Onlooker {
        &self.shared.front.onlooker
    }

    /// The requests since the start or the last reset.
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.front.log.requests()
    }

    /// How many list entries were written through the API.
    pub fn writes(&self) -> usize {
        self.shared.front.log.writes()
    }

    /// Forgets requests and writes.
    pub fn reset_counters(&self) {
        self.shared.front.log.reset();
    }
}

/// The addresses are those of the application: its own scheme, its loopback listener, and the pin page.
fn demo_client(base_url: &str) -> Client {
    let redirects = ["kuroibara://oauth/anilist", "http://127.0.0.1:17349/oauth/anilist"].map(Into::into);
    let pin = format!("{base_url}/api/v2/oauth/pin");
    Client {
        id: CLIENT_ID.into(),
        secret: CLIENT_SECRET.into(),
        redirects: redirects.into_iter().chain([pin]).collect(),
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, state::State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limiter(&self) -> MutexGuard<'_, limiter::Limiter> {
        self.limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
