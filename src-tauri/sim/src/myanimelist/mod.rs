//! The simulated MyAnimeList, by the facts of myanimelist.md; "section" in these files means a section of it.
//! It must not know the application's own client.

mod control;
mod entry;
mod fields;
mod firewall;
mod list;
mod oauth;
mod refusal;
mod routes;
mod sign_in;
mod state;
mod stock;
mod title;
mod write;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::http::{Method, Uri};
use url::Url;

pub use self::entry::{Entry, Status};
pub use self::firewall::Firewall;
pub use self::oauth::Client;
use self::refusal::{failure, too_many};
pub use self::state::Odd;
use self::state::State;
pub use self::title::Title;
use crate::Setup;
use crate::control::Account;
use crate::faults::Faults;
use crate::front::{Front, Recorded, Style};
use crate::params::Params;

/// The simulated MyAnimeList. Clones share its state.
#[derive(Clone)]
pub struct MyAnimeList {
    front: Front,
    base_url: String,
    state: Arc<Mutex<State>>,
    /// Whose list the helpers below read and change.
    account: i64,
}

impl MyAnimeList {
    /// A service over its catalogue, holding the reader's list.
    pub fn new(setup: Setup) -> Self {
        let state = Arc::new(Mutex::new(stock::state(&setup)));
        let front = Front::new(setup.clock, Style { route, too_many, failure });
        Self { front, base_url: setup.base_url, state, account: READER }
    }

    /// The whole service, to be served or called in process.
    pub fn router(&self) -> Router {
        let service = sign_in::routes().merge(routes::routes()).with_state(self.clone());
        let control = control::routes().with_state(self.clone());
        self.front.wrap(service).merge(crate::control::routes(self.front.clone())).merge(control)
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

    /// The same service, with the helpers below acting for another account.
    pub fn of(&self, account: i64) -> Self {
        Self { account, ..self.clone() }
    }

    /// The account's list by manga id.
    pub fn entries(&self) -> BTreeMap<i64, Entry> {
        self.state().lists.get(&self.account).cloned().unwrap_or_default()
    }

    /// One entry of the list.
    pub fn entry(&self, manga: i64) -> Option<Entry> {
        self.state().lists.get(&self.account)?.get(&manga).cloned()
    }

    /// Edits an entry as the reader does at the website, adding it when absent; stamped now. None for an unknown manga.
    pub fn set_entry(&self, manga: i64, edit: impl FnOnce(&mut Entry)) -> Option<Entry> {
        let now = self.front.clock.now();
        let mut state = self.state();
        state.titles.get(&manga)?;
        let keep_finish_date = state.keep_finish_date;
        let entry = state.lists.entry(self.account).or_default().entry(manga).or_default();
        edit(entry);
        write::save(entry, keep_finish_date, now);
        Some(entry.clone())
    }

    /// Removes an entry as the reader does at the website; whether there was one.
    pub fn remove_entry(&self, manga: i64) -> bool {
        self.state().remove(self.account, manga).is_ok()
    }

    /// The title as the catalogue has it.
    pub fn title(&self, manga: i64) -> Option<Title> {
        self.state().titles.get(&manga).cloned()
    }

    /// Changes a title in the catalogue (totals, approval, nsfw); whether it is known.
    pub fn set_title(&self, manga: i64, edit: impl FnOnce(&mut Title)) -> bool {
        self.state().titles.get_mut(&manga).map(edit).is_some()
    }

    /// The account agrees to what an authorize address asks: the address to which the browser is sent.
    pub fn approve(&self, authorize_url: &str) -> Result<String, &'static str> {
        let query = Url::parse(authorize_url).map_err(|_| "not an address")?;
        let query = Params::parse(query.query().unwrap_or_default());
        let now = self.front.clock.now();
        let mut state = self.state();
        let request = state.oauth.requested(&query)?;
        Ok(state.oauth.approve(request, self.account, now))
    }

    /// The account's access tokens stop working now; its refresh tokens still work.
    pub fn expire_tokens(&self) {
        self.state().oauth.expire(self.account);
    }

    /// The account takes the application's permission away: no token of it works any more.
    pub fn revoke_tokens(&self) {
        self.state().oauth.revoke(self.account);
    }

    /// Switches the behaviour that the facts leave open.
    pub fn set_options(&self, options: Options) {
        options.apply(&mut self.state());
    }

    /// Registers one more API client.
    pub fn add_client(&self, client: Client) {
        self.state().oauth.clients.push(client);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the facts leave open, as far as a test or a person wants it changed.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Seconds that a new access token lives: 3600 by the documents, 2415600 by real replies (section 1).
    pub expires_in: Option<i64>,
    /// Whether a refresh token works only once (section 1).
    pub refresh_once: Option<bool>,
    /// Whether a finish date is kept on entries that are not completed (section 5).
    pub keep_finish_date: Option<bool>,
    /// Whether a limit above the maximum is lowered, in place of refused (section 8).
    pub clamp_limits: Option<bool>,
    /// What happens to a row where a page ends (section 3).
    pub pages: Option<Odd>,
    /// Whether the firewall counts requests (section 4).
    pub firewall: Option<bool>,
}

impl Options {
    fn apply(self, state: &mut State) {
        let State { oauth, firewall, keep_finish_date, clamp_limits, pages, .. } = state;
        set(&mut oauth.expires_in, self.expires_in);
        set(&mut oauth.refresh_once, self.refresh_once);
        set(keep_finish_date, self.keep_finish_date);
        set(clamp_limits, self.clamp_limits);
        set(pages, self.pages);
        set(firewall, self.firewall.map(|on| on.then(Firewall::default)));
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// The account with the demo library.
const READER: i64 = 4242;
/// The client of the type "web", which has a secret.
const WEB_CLIENT: &str = "sim-mal-web-client";
const WEB_SECRET: &str = "sim-mal-web-secret";
/// The client of the type "other", which has none.
const PUBLIC_CLIENT: &str = "sim-mal-public-client";
/// Where the application waits for the browser.
const REDIRECTS: [&str; 2] = ["kuroibara://oauth/myanimelist", "http://127.0.0.1:17349/oauth/myanimelist"];

fn accounts() -> [Account; 2] {
    Account::all()
}

/// Requests are recorded under their path.
fn route(_: &Method, uri: &Uri, _: &[u8]) -> String {
    uri.path().into()
}
