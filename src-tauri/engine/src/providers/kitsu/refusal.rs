//! How Kitsu says no (kitsu.md §2). Knows no resources.

use reqwest::StatusCode;
use serde::Deserialize;

use super::PROVIDER;
use crate::{
    http::Reply,
    providers::{ApiError, answer},
};

/// `{"errors":[{…}]}`. Codes and statuses come as text or as numbers and are not needed: the HTTP status says the same.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Errors {
    errors: Vec<Error>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Error {
    title: Option<String>,
    detail: Option<String>,
}

/// The error that an answer means.
pub(super) fn meant(reply: &Reply) -> ApiError {
    match reply.status {
        StatusCode::UNAUTHORIZED => ApiError::TokenExpired(PROVIDER),
        StatusCode::NOT_FOUND => ApiError::NotFound(PROVIDER),
        status if status.is_client_error() => answer::refused(PROVIDER, &words(reply)),
        _ => answer::outage(PROVIDER, reply),
    }
}

/// Whether the list has an entry of this manga already (kitsu.md §5.4).
pub(super) fn is_duplicate(reply: &Reply) -> bool {
    reply.status == StatusCode::UNPROCESSABLE_ENTITY && words(reply).contains("already been taken")
}

/// Each error's detail, or else its title, or else the status.
fn words(reply: &Reply) -> String {
    // A refusal without a readable body still has its status.
    let errors: Errors = serde_json::from_slice(&reply.body).unwrap_or_default();
    let said: Vec<_> = errors.errors.into_iter().filter_map(|error| error.detail.or(error.title)).collect();
    if said.is_empty() { format!("status {}", reply.status.as_u16()) } else { said.join("; ") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn reply(status: u16, body: &'static str) -> Reply {
        let received_at = "2026-01-01T00:00:00Z".parse().unwrap();
        let status = StatusCode::from_u16(status).unwrap();
        Reply { status, headers: reqwest::header::HeaderMap::new(), body: body.into(), received_at }
    }

    #[test]
    fn codes_and_statuses_may_be_text_or_numbers() {
        for body in [
            r#"{"errors":[{"title":"t","detail":"progress - cannot exceed length of media","code":"100","status":"422"}]}"#,
            r#"{"errors":[{"status":422,"code":100,"detail":"progress - cannot exceed length of media"}]}"#,
        ] {
            let error = meant(&reply(422, body)).to_string();
            assert!(error.contains("cannot exceed length of media"), "{error}");
        }
    }

    #[test]
    fn a_refusal_without_words_has_its_status() {
        for body in ["", "[]", "{}", r#"{"errors":[]}"#, r#"{"errors":[{"title":null}]}"#] {
            assert!(meant(&reply(400, body)).to_string().contains("400"), "{body}");
        }
    }

    #[test]
    fn a_duplicate_is_told_from_other_refusals() {
        assert!(is_duplicate(&reply(422, r#"{"errors":[{"title":"has already been taken"}]}"#)));
        assert!(!is_duplicate(&reply(422, r#"{"errors":[{"title":"must exist"}]}"#)));
        assert!(!is_duplicate(&reply(400, r#"{"errors":[{"title":"has already been taken"}]}"#)));
    }
}
