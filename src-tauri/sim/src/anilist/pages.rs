//! The pages and endpoints of the sign-in (anilist.md section 2): the authorization page with its two buttons, the pin
//! page, and the token endpoint. The rules are in `oauth`.

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use html_escape::encode_safe;
use serde::Deserialize;
use serde_json::json;

use super::oauth::{Exchange, INVALID_CLIENT, Refusal, Wish};
use super::token::LIFETIME;
use super::{AniList, READER};

/// The routes of the sign-in.
pub(super) fn routes() -> Router<AniList> {
    Router::new()
        .route("/api/v2/oauth/authorize", get(authorize).post(decide))
        .route("/api/v2/oauth/pin", get(pin))
        .route("/api/v2/oauth/token", post(token))
}

async fn authorize(State(anilist): State<AniList>, Query(wish): Query<Wish>) -> Response {
    let state = anilist.shared.state();
    match state.access.consider(&wish) {
        Ok(_) => Html(page(&wish, state.users.values().map(|user| (user.id, user.name.as_str())))).into_response(),
        Err(refusal) => refused(refusal),
    }
}

fn page<'a>(wish: &Wish, users: impl Iterator<Item = (i64, &'a str)>) -> String {
    let fields = [
        ("client_id", &wish.client_id),
        ("redirect_uri", &wish.redirect_uri),
        ("response_type", &wish.response_type),
        ("state", &wish.state),
        ("scope", &wish.scope),
    ];
    let hidden: String = fields
        .into_iter()
        .filter_map(|(name, value)| value.as_deref().map(|value| (name, encode_safe(value))))
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"))
        .collect();
    let options: String =
        users.map(|(id, name)| format!("<option value=\"{id}\">{}</option>", encode_safe(name))).collect();
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Authorize (simulated AniList)</title></head>\
         <body><h1>Simulated AniList</h1><p>An application asks for access to your account.</p>\
         <form method=\"post\">{hidden}<p><label>Account <select name=\"user\">{options}</select></label></p>\
         <button name=\"decision\" value=\"approve\">Approve</button> \
         <button name=\"decision\" value=\"deny\">Deny</button></form></body></html>"
    )
}

#[derive(Deserialize)]
struct Decision {
    decision: String,
    user: Option<i64>,
    client_id: Option<String>,
    redirect_uri: Option<String>,
    response_type: Option<String>,
    state: Option<String>,
    scope: Option<String>,
}

async fn decide(State(anilist): State<AniList>, Form(said): Form<Decision>) -> Response {
    let wish = Wish {
        client_id: said.client_id,
        redirect_uri: said.redirect_uri,
        response_type: said.response_type,
        state: said.state,
        scope: said.scope,
    };
    let decided = match said.decision.as_str() {
        "approve" => anilist.grant(&wish, said.user.unwrap_or(READER)),
        _ => anilist.deny(&wish),
    };
    match decided {
        Ok(address) => (StatusCode::FOUND, [(header::LOCATION, address)]).into_response(),
        Err(refusal) => refused(refusal),
    }
}

/// Shows the code or the token, to be copied into the application.
async fn pin() -> Html<&'static str> {
    Html(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Pin (simulated AniList)</title></head>\
         <body><h1>Simulated AniList</h1><p>Copy this into the application:</p><textarea id=\"pin\" readonly></textarea>\
         <script>const from = new URLSearchParams(location.hash.slice(1) || location.search);\
         document.getElementById('pin').value = from.get('access_token') || from.get('code') || '';</script></body></html>",
    )
}

/// Takes JSON and form fields alike; a client's id may be a number in JSON.
async fn token(State(anilist): State<AniList>, headers: HeaderMap, body: Bytes) -> Response {
    let now = anilist.shared.front.clock.now();
    let Some(exchange) = exchange(&headers, &body) else { return refused(INVALID_CLIENT) };
    match anilist.shared.state().access.exchange(&exchange, now) {
        Ok(token) => Json(json!({
            "token_type": "Bearer", "expires_in": LIFETIME.num_seconds(), "access_token": token,
            "refresh_token": "def502-not-good-for-anything",
        }))
        .into_response(),
        Err(refusal) => refused(refusal),
    }
}

fn exchange(headers: &HeaderMap, body: &[u8]) -> Option<Exchange> {
    let is_json = headers.get(header::CONTENT_TYPE)?.to_str().ok()?.starts_with("application/json");
    let fields: Vec<(String, String)> = if is_json {
        let object: serde_json::Map<_, _> = serde_json::from_slice(body).ok()?;
        object.into_iter().map(|(name, value)| (name, value.as_str().map_or(value.to_string(), Into::into))).collect()
    } else {
        url::form_urlencoded::parse(body).into_owned().collect()
    };
    let mut exchange = Exchange::default();
    for (name, value) in fields {
        match name.as_str() {
            "grant_type" => exchange.grant_type = value,
            "client_id" => exchange.client_id = value,
            "client_secret" => exchange.client_secret = value,
            "redirect_uri" => exchange.redirect_uri = value,
            "code" => exchange.code = value,
            _ => {}
        }
    }
    Some(exchange)
}

fn refused(refusal: Refusal) -> Response {
    let status = if refusal == INVALID_CLIENT { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
    (status, Json(refusal)).into_response()
}
