//! The token endpoint over HTTP: form or JSON bodies (kitsu.md section 1). The rules are in `oauth`.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use super::Kitsu;
use super::oauth::TokenError;
use super::refusal::retry_later;
use crate::control::Account;
use crate::params::Params;

/// The routes below `/api/oauth`.
pub(super) fn routes() -> Router<Kitsu> {
    Router::new().route("/api/oauth/token", post(token)).route("/api/oauth/revoke", post(revoke))
}

async fn token(State(service): State<Kitsu>, headers: HeaderMap, body: Bytes) -> Response {
    let now = service.front.clock.now();
    let mut state = service.state();
    let throttled = state.knobs.throttled;
    let answer = state.oauth.token(&form(&headers, &body), &Account::all(), throttled, now);
    let mut response = answer.map_or_else(refused, |pair| Json(pair).into_response());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn revoke(State(service): State<Kitsu>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = service.state().oauth.revoke(&form(&headers, &body));
    answer.map_or_else(refused, |()| Json(json!({})).into_response())
}

/// A JSON object or a form; anything else has no parameters.
fn form(headers: &HeaderMap, body: &[u8]) -> Params {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        return std::str::from_utf8(body).map(Params::parse).unwrap_or_default();
    }
    let object: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    object.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
}

/// Only errors about the client are 401, the rest are 400 (section 1).
fn refused(error: TokenError) -> Response {
    let TokenError::Standard(name) = error else { return retry_later() };
    let status = match name {
        "invalid_client" => StatusCode::UNAUTHORIZED,
        "unauthorized_client" => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    };
    let description = "The provided authorization grant is invalid, expired, revoked, or was issued to another client.";
    let challenge = format!(r#"Bearer realm="Kitsu", error="{name}", error_description="{description}""#);
    let body = Json(json!({ "error": name, "error_description": description }));
    (status, [(header::WWW_AUTHENTICATE, challenge)], body).into_response()
}
