//! The pages and endpoints of the sign-in (anilist.md section 2): the authorization page with its two buttons, the pin
//! page, and the token endpoint. The rules are in `oauth`.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use crate::control::Account;
use crate::page::{ACCOUNT, ALLOW, DECISION, consent};
use crate::params::Params;

use super::AniList;
use super::oauth::{INVALID_CLIENT, Refusal};
use super::token::LIFETIME;

/// The routes of the sign-in.
pub(super) fn routes() -> Router<AniList> {
    Router::new()
        .route("/api/v2/oauth/authorize", get(authorize).post(decide))
        .route("/api/v2/oauth/pin", get(pin))
        .route("/api/v2/oauth/token", post(token))
}

async fn authorize(State(anilist): State<AniList>, RawQuery(query): RawQuery) -> Response {
    let wish = Params::parse(&query.unwrap_or_default());
    match anilist.shared.state().access.consider(&wish) {
        Ok(_) => Html(consent("AniList", &wish, &Account::all())).into_response(),
        Err(refusal) => refused(refusal),
    }
}

/// The reader's answer: the form sends the wish again with the account and the decision.
async fn decide(State(anilist): State<AniList>, form: String) -> Response {
    let form = Params::parse(&form);
    let named = |account: &Account| form.get(ACCOUNT) == Some(account.name.as_str());
    let decided = match (form.get(DECISION), Account::all().into_iter().find(named)) {
        (Some(ALLOW), Some(account)) => anilist.grant(&form, account.id),
        _ => anilist.deny(&form),
    };
    match decided {
        Ok(address) => (StatusCode::FOUND, [(header::LOCATION, address)]).into_response(),
        Err(refusal) => refused(refusal),
    }
}

/// Shows the code or the token, to be copied into the application.
async fn pin() -> Html<&'static str> {
    Html(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>AniList (simulated)</title></head>\
         <body><h1>AniList (simulated)</h1><p>Copy this into the application:</p><textarea id=\"pin\" readonly></textarea>\
         <script>const from = new URLSearchParams(location.hash.slice(1) || location.search);\
         document.getElementById('pin').value = from.get('access_token') || from.get('code') || '';</script></body></html>",
    )
}

/// A refresh token may come along and is good for nothing.
async fn token(State(anilist): State<AniList>, headers: HeaderMap, body: Bytes) -> Response {
    let now = anilist.shared.front.clock.now();
    let exchanged = anilist.shared.state().access.exchange(&fields(&headers, &body), now);
    let reply = |token| json!({"token_type": "Bearer", "expires_in": LIFETIME.num_seconds(), "access_token": token, "refresh_token": "def502"});
    exchanged.map_or_else(refused, |token| Json(reply(token)).into_response())
}

/// JSON and form fields are taken alike; a client's id may be a number in JSON.
fn fields(headers: &HeaderMap, body: &[u8]) -> Params {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Params::parse(&String::from_utf8_lossy(body));
    }
    let object: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), Into::into);
    object.into_iter().map(|(name, value)| (name, text(value))).collect()
}

fn refused(refusal: Refusal) -> Response {
    let status = if refusal == INVALID_CLIENT { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
    (status, Json(refusal)).into_response()
}
