//! What came back, judged: an answer of the API's own, a request to wait, or nothing to work with.
//!
//! Knows HTTP and what providers' front doors do; knows nothing of what a body means.

use std::{error::Error, time::Duration};

use bytes::{Bytes, BytesMut};
use kuroibara_core::{Provider, Time};
use reqwest::{
    StatusCode,
    header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER},
};

use super::{HttpError, Pause, Reply};

/// More than any list page; a body beyond it is not read to its end.
const LONGEST_BODY: usize = 64 << 20;
/// What a 429 without a word about its length means: the lockouts that are known last a minute.
const UNSAID_PAUSE: Duration = Duration::from_secs(60);

/// What one attempt brought.
#[derive(Debug)]
pub(super) enum Verdict {
    /// The API's own answer.
    Answer(Reply),
    /// 429: it had no effect, and nobody asks again before that.
    TooMany { pause: Duration },
    /// Nothing left this machine.
    NotSent(HttpError),
    /// It may have taken effect. `pause`: the provider asks to be left alone for so long.
    Lost { error: HttpError, pause: Option<Duration>, again: bool },
}

/// What an answer says of the provider's limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LimitHeaders {
    pub(super) limit: Option<u32>,
    pub(super) remaining: Option<u32>,
    /// How long until the count begins anew.
    pub(super) reset: Option<Duration>,
}

impl LimitHeaders {
    pub(super) fn read(headers: &HeaderMap, now: Time) -> Self {
        let reset = number::<i64>(headers, "x-ratelimit-reset").and_then(|at| Time::from_timestamp(at, 0));
        Self {
            limit: number(headers, "x-ratelimit-limit"),
            remaining: number(headers, "x-ratelimit-remaining"),
            reset: reset.map(|at| until(at, headers, now)),
        }
    }
}

/// Reads the body and judges the whole.
pub(super) async fn judge(
    provider: Provider,
    answer: reqwest::Result<reqwest::Response>,
    now: impl Fn() -> Time,
) -> Verdict {
    let response = match answer {
        Ok(response) => response,
        Err(error) => return unanswered(provider, &error),
    };
    let (status, headers) = (response.status(), response.headers().clone());
    match whole_body(response).await {
        Ok(body) => judge_whole(provider, Reply { status, headers, body, received_at: now() }),
        Err(_) if status == StatusCode::TOO_MANY_REQUESTS => {
            Verdict::TooMany { pause: asked_pause(&headers, now()).unwrap_or(UNSAID_PAUSE) }
        }
        Err(reason) => lost(provider, reason),
    }
}

pub(super) fn judge_whole(provider: Provider, reply: Reply) -> Verdict {
    let (status, headers) = (reply.status, &reply.headers);
    if status == StatusCode::TOO_MANY_REQUESTS {
        let pause = asked_pause(headers, reply.received_at).unwrap_or(UNSAID_PAUSE);
        return Verdict::TooMany { pause };
    }
    let server_error = status.is_server_error();
    if server_error || status.is_redirection() || is_page(headers, &reply.body) {
        let pause = headers.get(RETRY_AFTER).and_then(|_| asked_pause(headers, reply.received_at));
        let shut = status == StatusCode::FORBIDDEN;
        let status = status.as_u16();
        let error = if shut { HttpError::ShutOut { provider, status } } else { HttpError::Outage { provider, status } };
        // A page that is no server's failure stays: asking for it again at once brings the same one.
        return Verdict::Lost { error, pause, again: server_error };
    }
    if is_cut(headers, &reply.body) {
        return lost(provider, "the answer was cut short".into());
    }
    Verdict::Answer(reply)
}

fn lost(provider: Provider, reason: String) -> Verdict {
    Verdict::Lost { error: HttpError::AnswerLost { provider, reason, is_read: false }, pause: None, again: true }
}

fn unanswered(provider: Provider, error: &reqwest::Error) -> Verdict {
    let reason = reason(error);
    if error.is_connect() || error.is_builder() {
        return Verdict::NotSent(HttpError::Unreachable { provider, reason });
    }
    lost(provider, reason)
}

/// The innermost cause: it never holds an address or a header, as outer ones may.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it took too long".into();
    }
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if std::ptr::addr_eq(cause, error) { "the connection failed".into() } else { cause.to_string() }
}

async fn whole_body(mut response: reqwest::Response) -> Result<Bytes, String> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| reason(&e))? {
        if body.len() + chunk.len() > LONGEST_BODY {
            return Err("the answer is far too long".into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// A page for people, such as a maintenance notice or a firewall's, whatever its status says.
fn is_page(headers: &HeaderMap, body: &[u8]) -> bool {
    let said = content_type(headers).contains("html");
    said || body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

/// Whether JSON ends before its end.
fn is_cut(headers: &HeaderMap, body: &[u8]) -> bool {
    let json = content_type(headers).contains("json") && !body.is_empty();
    json && serde_json::from_slice::<serde::de::IgnoredAny>(body).is_err_and(|e| e.is_eof())
}

fn content_type(headers: &HeaderMap) -> String {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase()
}

/// For how long the provider asks to be left alone, and a second more: its seconds are rounded.
fn asked_pause(headers: &HeaderMap, now: Time) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::trim);
    let seconds = text.and_then(|text| text.parse::<u64>().ok()).map(Duration::from_secs);
    let date = || text.and_then(|text| httpdate::parse_http_date(text).ok()).map(|at| until(at.into(), headers, now));
    let pause = seconds.or_else(date).or_else(|| LimitHeaders::read(headers, now).reset)?;
    Some((pause + Duration::from_secs(1)).min(Pause::LONGEST))
}

/// How long until `at`, which is in the provider's time: its `Date` header says what time it is there.
fn until(at: Time, headers: &HeaderMap, now: Time) -> Duration {
    let date = headers.get(DATE).and_then(|value| value.to_str().ok());
    let there = date.and_then(|text| httpdate::parse_http_date(text).ok()).map_or(now, Time::from);
    (at - there).to_std().unwrap_or_default().min(Pause::LONGEST)
}

fn number<T: std::str::FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}
