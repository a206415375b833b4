//! Every way in which MyAnimeList says no, as the body it says it with. Knows nothing of why.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde_json::json;

/// A refused API request (myanimelist.md sections 2 to 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The firewall's HTML page (section 4).
    Blocked,
    /// No credentials, or none that suffice (section 2).
    Forbidden,
    /// A bearer token that is unknown, expired or revoked (section 1).
    InvalidToken,
    /// A parameter that cannot be right; the text is the message (section 3).
    BadRequest(&'static str),
    /// A title that has not been approved (section 3).
    InvalidContent,
    /// No such title, entry, user or address (section 2).
    NotFound,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Blocked => (StatusCode::FORBIDDEN, Html(BLOCK_PAGE)).into_response(),
            Self::Forbidden => error(StatusCode::FORBIDDEN, "forbidden", ""),
            Self::InvalidToken => invalid_token(),
            Self::BadRequest(message) => error(StatusCode::BAD_REQUEST, "bad_request", message),
            Self::InvalidContent => error(StatusCode::BAD_REQUEST, "invalid_content", "Invalid content"),
            Self::NotFound => error(StatusCode::NOT_FOUND, "not_found", ""),
        }
    }
}

/// A 429. None is documented (section 4), so there are no rate headers to leave out.
pub(super) fn too_many(_: bool, retry_after: Option<u64>, _: DateTime<Utc>) -> Response {
    let mut response = error(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "");
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// The service's own error with any status (section 2).
pub(super) fn failure(status: StatusCode) -> Response {
    match status.as_u16() {
        401 => invalid_token(),
        403 => Refusal::Forbidden.into_response(),
        404 => Refusal::NotFound.into_response(),
        _ => error(status, "internal_server_error", ""),
    }
}

fn error(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(json!({ "error": code, "message": message }))).into_response()
}

/// The message is missing here, as clients have seen (section 1).
fn invalid_token() -> Response {
    let challenge = r#"Bearer error="invalid_token",error_description="The access token expired""#;
    let body = Json(json!({ "error": "invalid_token" }));
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)], body).into_response()
}

/// Holds both phrases that a client looks for (section 4).
const BLOCK_PAGE: &str = "<!DOCTYPE html><html><head><title>403</title></head><body><h1>Request blocked</h1>\
     <p>Too many requests: your IP has been banned for a while.</p></body></html>";
