//! Every request goes through here: one client, per-provider limits, retries, counting.
//!
//! Knows requests and routes; knows nothing of lists, tokens' meaning or the database.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use kuroibara_core::{Provider, Time};
use reqwest::{StatusCode, header::HeaderMap};

use crate::clock::Clock;

mod ledger;

pub use ledger::{Ledger, MemoryLedger};

/// The way out to the providers. Clones share limits, pauses and counts; [`Http::fenced`] makes one that counts for itself.
#[derive(Clone)]
pub struct Http {
    shared: Arc<Shared>,
    fence: Option<Arc<dyn Fence>>,
    counters: Arc<Counters>,
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
pub struct Counters(enum_map::EnumMap<Provider, AtomicU32>);

struct Shared {
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    ledger: Arc<dyn Ledger>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        let user_agent = format!("Kuroibara/{} (+unofficial)", env!("CARGO_PKG_VERSION"));
        Self { user_agent, limits: Limits::Real, timeouts: Timeouts::default() }
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
}

impl Http {
    /// Opens nothing yet: connections are made when they are needed.
    pub fn new(settings: HttpSettings, clock: Arc<dyn Clock>, ledger: Arc<dyn Ledger>) -> Result<Self, HttpError> {
        // An error means that the process has chosen its provider of cryptography already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .user_agent(settings.user_agent)
            .redirect(reqwest::redirect::Policy::none())
            .tls_certs_only([])
            .no_proxy()
            .build()
            .map_err(|e| HttpError::Unusable(e.to_string()))?;
        let shared = Arc::new(Shared { client, clock, ledger });
        Ok(Self { shared, fence: None, counters: Arc::default() })
    }

    /// Builds requests: `http.client().get(url).bearer_auth(…).build()`. Only [`Http::send`] sends them.
    pub fn client(&self) -> &reqwest::Client {
        &self.shared.client
    }

    /// Sends when it is this provider's turn, repeats what may be repeated, and answers what came: a 4xx of the API's own
    /// is a [`Reply`] (but 429, which is waited out).
    pub async fn send(&self, call: Call) -> Result<Reply, HttpError> {
        let Call { provider, route, request, .. } = call;
        if let Some(fence) = &self.fence
            && !fence.holds().await
        {
            return Err(HttpError::LeaseLost);
        }
        self.counters.0[provider].fetch_add(1, Ordering::Relaxed);
        self.shared.ledger.count(provider, route).await;
        let lost = |_| HttpError::AnswerLost { provider, reason: "the connection broke".into() };
        let response = self.shared.client.execute(request).await.map_err(lost)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(lost)?;
        Ok(Reply { status, headers, body, received_at: self.shared.clock.now() })
    }

    /// The same way out, with the same limits, that asks `fence` before each request and counts for itself.
    pub fn fenced(&self, fence: Arc<dyn Fence>) -> Self {
        Self { shared: self.shared.clone(), fence: Some(fence), counters: Arc::default() }
    }

    /// The requests that left through this handle and its clones.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
}

/// Whether a request may be sent again when nobody knows if it took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Reading, or a write that ends in the same state however often it is done.
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

/// Why there is no answer to work with.
#[derive(Clone, Debug, thiserror::Error)]
pub enum HttpError {
    /// Nothing was sent, or what was sent certainly had no effect.
    #[error("{provider} can't be reached: {reason}. Check the network and try again")]
    Unreachable {
        /// Who was asked.
        provider: Provider,
        /// What went wrong, without any address.
        reason: String,
    },
    /// The request left, and the answer was lost: it may have taken effect.
    #[error("{provider} did not answer: {reason}. It is not known whether the change arrived; the next sync finds out")]
    AnswerLost {
        /// Who was asked.
        provider: Provider,
        /// What went wrong, without any address.
        reason: String,
    },
    /// A 5xx, a block page or any answer that is not the API's own. A write may have taken effect.
    #[error("{provider} is not working right now (status {status}). Nothing is lost; try again later")]
    Outage {
        /// Who was asked.
        provider: Provider,
        /// The HTTP status.
        status: u16,
    },
    /// The provider asks to wait longer than a run should.
    #[error("{provider} asks to wait until {until}; the rest goes out then")]
    Paused {
        /// Who was asked.
        provider: Provider,
        /// When to ask again.
        until: Time,
    },
    /// The machine offers no way to make requests at all.
    #[error("no secure connections can be made on this machine ({0}). Are its root certificates installed?")]
    Unusable(String),
    /// An address that would carry secrets in the open.
    #[error("{0}: only https addresses are used, or http ones of this machine itself")]
    Insecure(Provider),
    /// Another process has taken the sync over: this one must not write any more.
    #[error("another sync has taken over, so this one stopped before its next request")]
    LeaseLost,
}
