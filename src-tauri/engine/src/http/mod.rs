//! Every request goes through here: one client, per-provider limits, retries, counting.
//!
//! Knows requests and routes; knows nothing of lists, tokens' meaning or the database.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use enum_map::EnumMap;
use kuroibara_core::{Provider, Time};
use rand::{SeedableRng, rngs::StdRng};
use reqwest::{StatusCode, header::HeaderMap};
use tokio::sync::Semaphore;

use self::{
    knock::Knocks,
    pace::{Pace, Turns},
};
use crate::clock::Clock;

pub mod address;
mod answer;
mod knock;
mod ledger;
mod pace;
pub mod picture;
mod send;
#[cfg(test)]
mod tests;

pub use ledger::{Ledger, MemoryLedger, Pause, PauseReason};
pub(crate) use send::SHUT_OUT;

/// The way out to the providers. Clones share limits, pauses and counts; [`Http::fenced`] makes one that counts for itself.
#[derive(Clone)]
pub struct Http {
    shared: Arc<Shared>,
    fence: Option<Arc<dyn Fence>>,
    counters: Arc<Counters>,
    /// None: who turned us away is left alone.
    knocks: Option<Arc<Knocks>>,
}

/// How requests are made.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// What we call ourselves; some services block unknown or generic names, so the user can change it.
    pub user_agent: String,
    /// Whether the services' limits are kept.
    pub limits: Limits,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// Of the randomness in waits after failures, so that a history can be replayed.
    pub seed: u64,
}

/// Whether requests are spread over time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Limits {
    /// As the services want it.
    #[default]
    Real,
    /// Not at all: for simulated services. Pauses that a service asks for are kept even so.
    Off,
}

/// How long to wait for what.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For the whole answer, from the first byte sent to the last received.
    pub total: Duration,
}

/// Says whether this process may still talk to the providers.
#[async_trait::async_trait]
pub trait Fence: Send + Sync {
    /// Whether the lease is still held. Asked right before each request.
    async fn holds(&self) -> bool;
}

/// How many requests left, by provider.
#[derive(Debug, Default)]
pub struct Counters(EnumMap<Provider, AtomicU32>);

struct Shared {
    local: reqwest::Client,
    remote: OnceLock<Result<reqwest::Client, String>>,
    settings: HttpSettings,
    lanes: EnumMap<Provider, Lane>,
    rng: Mutex<StdRng>,
    clock: Arc<dyn Clock>,
    ledger: Arc<dyn Ledger>,
}

/// One provider's turns, and how many requests to it are under way.
struct Lane {
    turns: Mutex<Turns>,
    places: Semaphore,
    /// By the newest answer that told the time.
    clock_ahead: Mutex<Option<chrono::Duration>>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        let user_agent = format!("Kuroibara/{} (+unofficial)", env!("CARGO_PKG_VERSION"));
        Self { user_agent, limits: Limits::Real, timeouts: Timeouts::default(), seed: rand::random() }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), total: Duration::from_secs(30) }
    }
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http").field("counters", &self.counters).finish_non_exhaustive()
    }
}

impl Counters {
    /// The requests to one provider.
    pub fn get(&self, provider: Provider) -> u32 {
        self.0[provider].load(Ordering::Relaxed)
    }

    fn add(&self, provider: Provider) {
        self.0[provider].fetch_add(1, Ordering::Relaxed);
    }
}

impl Http {
    /// Opens nothing yet: connections are made, and root certificates read, when they are needed.
    pub fn new(settings: HttpSettings, clock: Arc<dyn Clock>, ledger: Arc<dyn Ledger>) -> Result<Self, HttpError> {
        // An error means that the process has chosen its provider of cryptography already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let shared = Arc::new(Shared::new(settings, clock, ledger)?);
        Ok(Self { shared, fence: None, counters: Arc::default(), knocks: None })
    }

    /// Builds requests: `http.client().get(url).bearer_auth(…).build()`. Only [`Http::send`] sends them.
    pub fn client(&self) -> &reqwest::Client {
        &self.shared.local
    }

    /// The same way out, with the same limits, that asks `fence` before each request and counts for itself.
    pub fn fenced(&self, fence: Arc<dyn Fence>) -> Self {
        Self { fence: Some(fence), counters: Arc::default(), ..self.clone() }
    }

    /// The requests that left through this handle and its clones.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// How far the provider's clock is ahead of ours, by its newest answer of this process that told the time.
    pub fn clock_ahead(&self, provider: Provider) -> Option<chrono::Duration> {
        *self.shared.lanes[provider].clock_ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many requests a provider allows in a minute, and how many of them are left, as far as this process knows.
    pub fn budget(&self, provider: Provider) -> (u32, u32) {
        self.turns(provider).budget(self.shared.clock.now())
    }

    /// How many requests a minute a provider promises, while it allows fewer.
    pub fn promised(&self, provider: Provider) -> Option<u32> {
        let (allowed, _) = self.budget(provider);
        Pace::of(provider).promised.filter(|promised| *promised > allowed)
    }

    fn turns(&self, provider: Provider) -> MutexGuard<'_, Turns> {
        // Numbers can't be left half-changed by a panic elsewhere, so a poisoned lock is as good as any.
        self.shared.lanes[provider].turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn new(settings: HttpSettings, clock: Arc<dyn Clock>, ledger: Arc<dyn Ledger>) -> Result<Self, HttpError> {
        // No root certificates and no proxy: this client only ever talks to this machine itself.
        let local = builder(&settings).tls_certs_only([]).no_proxy().build().map_err(unusable)?;
        let lanes = EnumMap::from_fn(|provider| Lane::new(provider, clock.now()));
        let rng = Mutex::new(StdRng::seed_from_u64(settings.seed));
        Ok(Self { local, remote: OnceLock::new(), settings, lanes, rng, clock, ledger })
    }

    /// The client for this address. The one for the world is made at its first use: reading the machine's root
    /// certificates takes longer than most commands.
    fn client_for(&self, url: &url::Url) -> Result<&reqwest::Client, HttpError> {
        if address::is_loopback(url) {
            return Ok(&self.local);
        }
        let remote = self.remote.get_or_init(|| builder(&self.settings).build().map_err(|e| e.to_string()));
        remote.as_ref().map_err(|reason| HttpError::Unusable(reason.clone()))
    }
}

/// A redirect is never followed: it would carry a token or a password to an address that nobody checked.
fn builder(settings: &HttpSettings) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(settings.user_agent.clone())
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(settings.timeouts.connect)
        .timeout(settings.timeouts.total)
}

fn unusable(error: reqwest::Error) -> HttpError {
    HttpError::Unusable(error.without_url().to_string())
}

impl Lane {
    fn new(provider: Provider, now: Time) -> Self {
        let places = Semaphore::new(Pace::of(provider).at_once);
        Self { turns: Mutex::new(Turns::new(provider, now)), places, clock_ahead: Mutex::default() }
    }
}

/// Whether a request may be sent again when nobody knows if it took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// It only reads: nothing changes there, whatever becomes of the answer.
    Read,
    /// A write that ends in the same state however often it is done.
    Safe,
    /// Asking twice could do harm.
    Never,
}

/// One request to a provider.
#[derive(Debug)]
pub struct Call {
    /// Whose limits apply.
    pub provider: Provider,
    /// What is counted, such as `list` or `save`: a name, never an address with ids in it.
    pub route: &'static str,
    /// The request itself.
    pub request: reqwest::Request,
    /// Whether it may be sent again.
    pub repeat: Repeat,
}

/// A provider's answer of any status, with its body whole.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, unpacked.
    pub body: Bytes,
    /// When the answer had arrived, by our clock.
    pub received_at: Time,
}

impl Reply {
    /// How far the provider's clock is ahead of ours, by its `Date` header (whole seconds); zero where it sent none.
    pub fn clock_ahead(&self) -> chrono::Duration {
        let date = self.headers.get(reqwest::header::DATE).and_then(|d| d.to_str().ok());
        let parsed = date.and_then(|d| httpdate::parse_http_date(d).ok()).map(Time::from);
        parsed.map_or(chrono::Duration::zero(), |theirs| theirs - self.received_at)
    }
}

/// What there is to know, and to do, where a service turns us away. For the command line: the window has words of its own.
pub const TURNED_AWAY: &str = "It does so at times with programs or whole networks, mostly for some hours. Nothing is lost: it \
    is asked again by itself, and at once by a sync or a sign-in that you start. If it lasts for days, try another network, or \
    set KUROIBARA_USER_AGENT to a name of your own";

/// Why there is no answer to work with.
#[derive(Clone, Debug, thiserror::Error)]
pub enum HttpError {
    /// Nothing was sent, or what was sent certainly had no effect.
    #[error("{provider} can't be reached: {reason}. Check the network and try again", provider = .provider.title())]
    Unreachable {
        /// Who was asked.
        provider: Provider,
        /// What went wrong, without any address.
        reason: String,
    },
    /// The request left, and the answer was lost: a write may have taken effect.
    #[error("{}", lost(*provider, reason, *is_read))]
    AnswerLost {
        /// Who was asked.
        provider: Provider,
        /// What went wrong, without any address.
        reason: String,
        /// Whether it only asked: then nothing was changed.
        is_read: bool,
    },
    /// A 5xx, a notice or any answer that is not the API's own. A write may have taken effect.
    #[error("{provider} is not working right now (status {status}). Nothing is lost; try again later", provider = .provider.title())]
    Outage {
        /// Who was asked.
        provider: Provider,
        /// The HTTP status.
        status: u16,
    },
    /// A page that refuses in place of the API's answer: a firewall before the service turns this program, or everybody of
    /// this network, away. It stays so for hours, and asking again makes it stay longer (myanimelist.md §4).
    #[error("{provider} turns Kuroibara away (status {status}). {TURNED_AWAY}", provider = .provider.title())]
    ShutOut {
        /// Who was asked.
        provider: Provider,
        /// The HTTP status.
        status: u16,
    },
    /// The provider asks to wait longer than a run should, or turned us away a moment ago.
    #[error(
        "{provider} is not asked before {until}: {why}. What is left goes out then",
        provider = .provider.title(), until = .until.format("%Y-%m-%d %H:%M UTC"), why = .reason.why()
    )]
    Paused {
        /// Who was asked.
        provider: Provider,
        /// When to ask again.
        until: Time,
        /// Why.
        reason: PauseReason,
    },
    /// The machine offers no way to make requests at all.
    #[error("no secure connections can be made on this machine ({0}). Are its root certificates installed?")]
    Unusable(String),
    /// An address that would carry secrets in the open.
    #[error("{}: only https addresses are used, or http ones of this machine itself", .0.title())]
    Insecure(Provider),
    /// Another process has taken the sync over: this one must not write any more.
    #[error("another sync has taken over, so this one stopped before its next request")]
    LeaseLost,
}

fn lost(provider: Provider, reason: &str, is_read: bool) -> String {
    let provider = provider.title();
    if is_read {
        return format!(
            "{provider}'s answer could not be read to its end ({reason}); nothing was changed there. The next sync asks again"
        );
    }
    format!("{provider} did not answer: {reason}. It is not known whether the change arrived; the next sync finds out")
}
