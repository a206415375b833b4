//! Every request goes through here: one client, per-provider limits, retries, counting.
//!
//! Knows requests and routes; knows nothing of lists, tokens' meaning or the database.

use bytes::Bytes;
use kuroibara_core::{Provider, Time};
use reqwest::{StatusCode, header::HeaderMap};

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
#[derive(Debug, thiserror::Error)]
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
    /// Another process has taken the sync over: this one must not write any more.
    #[error("another sync has taken over, so this one stopped before its next request")]
    LeaseLost,
}
