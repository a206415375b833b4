//! The sign-in pages and the token endpoint over HTTP (section 1). The rules are in `oauth`.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::MyAnimeList;
use super::routes::{form, params};
use super::state::State as Memory;
use crate::control::Account;
use crate::page;
use crate::params::Params;

/// The routes below `/v1/oauth2`.
pub(super) fn routes() -> Router<MyAnimeList> {
    Router::new().route("/v1/oauth2/authorize", get(ask).post(decide)).route("/v1/oauth2/token", post(token))
}

/// The page on which a reader agrees or not.
async fn ask(State(service): State<MyAnimeList>, RawQuery(query): RawQuery) -> Response {
    let query = params(query);
    match service.state().oauth.requested(&query) {
        Ok(_) => Html(page::consent("MyAnimeList", &query, &Account::all())).into_response(),
        Err(message) => refused(message),
    }
}

/// The reader's answer: the form sends the request again with the account and the decision.
async fn decide(State(service): State<MyAnimeList>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(form) = form(&headers, &body) else { return refused("not a form") };
    match decision(&service, &form) {
        Ok(address) => (StatusCode::FOUND, [(header::LOCATION, address)]).into_response(),
        Err(message) => refused(message),
    }
}

fn decision(service: &MyAnimeList, form: &Params) -> Result<String, &'static str> {
    let now = service.front.clock.now();
    let mut state = service.state();
    let request = state.oauth.requested(form)?;
    if form.get(page::DECISION) != Some(page::ALLOW) {
        return Ok(request.denied());
    }
    let user = Account::all().into_iter().find(|user| form.get(page::ACCOUNT) == Some(user.name.as_str()));
    Ok(state.oauth.approve(request, user.ok_or("no such account")?.id, now))
}

async fn token(State(service): State<MyAnimeList>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(form) = form(&headers, &body) else { return refused("not a form") };
    let now = service.front.clock.now();
    let mut state = service.state();
    let Memory { oauth, knobs, .. } = &mut *state;
    match oauth.token(&form, basic(&headers).as_ref(), knobs, now) {
        Ok(pair) => Json(pair).into_response(),
        Err(error) => {
            let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
            (status, Json(error.body())).into_response()
        }
    }
}

/// Client and secret by HTTP Basic, which is allowed too (section 1).
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let sent = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let pair = String::from_utf8(STANDARD.decode(sent).ok()?).ok()?;
    pair.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
}

fn refused(message: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_request", "message": message }))).into_response()
}
