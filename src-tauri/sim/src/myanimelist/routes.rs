//! The API's routes: credentials first, then the request as plain data to the state, then its answer as JSON
//! (sections 2 and 3). Holds no rule of the lists.

use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::MyAnimeList;
use super::fields::Fields;
use super::list::Page;
use super::refusal::{Refusal, failure};
use crate::control::Account;
use crate::faults::Fault;
use crate::params::Params;

/// The routes below `/v2`, and what is answered below no route.
pub(super) fn routes() -> Router<MyAnimeList> {
    Router::new()
        .route("/v2/users/{name}", get(user))
        .route("/v2/users/{name}/mangalist", get(manga_list))
        .route("/v2/manga", get(search))
        .route("/v2/manga/{id}", get(manga))
        .route("/v2/manga/{id}/my_list_status", patch(update).put(update).delete(remove))
        .fallback(nowhere)
}

/// Who asks, told in the order firewall, no credentials, bad credentials (section 8).
enum Caller {
    /// A reader, by access token.
    Account(i64),
    /// A registered client on nobody's behalf: public data only (section 2).
    Client,
}

impl FromRequestParts<MyAnimeList> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, service: &MyAnimeList) -> Result<Self, Refusal> {
        let now = service.front.clock.now();
        let mut state = service.state();
        if state.knobs.flood.is_some_and(|flood| !state.firewall.admits(flood, now)) {
            return Err(Refusal::Blocked);
        }
        if let Some(authorization) = text(&parts.headers, "authorization") {
            let token = authorization.strip_prefix("Bearer ").unwrap_or_default();
            return state.oauth.account(token, now).map(Self::Account).ok_or(Refusal::InvalidToken);
        }
        let client = text(&parts.headers, "x-mal-client-id").and_then(|id| state.oauth.client(id));
        client.map(|_| Self::Client).ok_or(Refusal::Forbidden)
    }
}

impl Caller {
    /// The account; refused where only a client is known (inferred).
    fn account(&self) -> Result<i64, Refusal> {
        self.optional().ok_or(Refusal::Forbidden)
    }

    fn optional(&self) -> Option<i64> {
        match self {
            Self::Account(account) => Some(*account),
            Self::Client => None,
        }
    }

    /// The account that a name in an address means: `@me` or a user's.
    fn named(&self, name: &str) -> Result<i64, Refusal> {
        match name {
            "@me" => self.account(),
            name => Account::all().iter().find(|user| user.name == name).map(|user| user.id).ok_or(Refusal::NotFound),
        }
    }
}

/// Only `@me` is allowed (section 3); what others get is not documented. A picture may be missing (section 3).
async fn user(caller: Caller, Path(name): Path<String>, RawQuery(query): RawQuery) -> Result<Json<Value>, Refusal> {
    if name != "@me" {
        return Err(Refusal::NotFound);
    }
    let id = caller.account()?;
    let found = Account::all().into_iter().find(|user| user.id == id).ok_or(Refusal::NotFound)?;
    let mut answer = json!({ "id": id, "name": found.name });
    let query = params(query);
    let fields = Fields::parse(query.get("fields").unwrap_or_default());
    for (field, value) in [("joined_at", "2015-04-01T00:00:00+00:00"), ("time_zone", "Europe/Berlin")] {
        if fields.has(field) {
            answer[field] = json!(value);
        }
    }
    Ok(Json(answer))
}

async fn manga_list(
    State(service): State<MyAnimeList>,
    caller: Caller,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let (account, query) = (caller.named(&name)?, params(query));
    let mut page = service.state().manga_list(account, &query)?;
    if service.faults().take(&Fault::FailPage(page.number())) {
        return Ok(failure(StatusCode::INTERNAL_SERVER_ERROR));
    }
    if service.faults().take(&Fault::EmptyList) {
        page = Page::default();
    }
    Ok(Json(page.body(&format!("{}/users/{name}/mangalist", service.url()), &query)).into_response())
}

async fn search(
    State(service): State<MyAnimeList>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refusal> {
    let query = params(query);
    let page = service.state().search(caller.optional(), &query)?;
    Ok(Json(page.body(&format!("{}/manga", service.url()), &query)))
}

async fn manga(
    State(service): State<MyAnimeList>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refusal> {
    service.state().manga(caller.optional(), number(&id)?, &params(query)).map(Json)
}

/// PATCH and PUT do the same (section 3). The answer is the whole entry.
async fn update(
    State(service): State<MyAnimeList>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let account = caller.account()?;
    let form = form(&headers, &body).ok_or(Refusal::BadRequest("invalid body"))?;
    let now = service.front.clock.now();
    let answer = service.state().update(account, number(&id)?, &form, now)?.whole();
    service.front.log.wrote(1);
    Ok(Json(answer))
}

/// An empty list is the answer to a removal (section 3).
async fn remove(
    State(service): State<MyAnimeList>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    service.state().remove(caller.account()?, number(&id)?)?;
    service.front.log.wrote(1);
    Ok(Json(json!([])))
}

async fn nowhere(_: Caller) -> Refusal {
    Refusal::NotFound
}

/// Form bodies only (section 2).
pub(super) fn form(headers: &HeaderMap, body: &[u8]) -> Option<Params> {
    let kind = text(headers, header::CONTENT_TYPE.as_str())?;
    let form = kind.split(';').next().is_some_and(|kind| kind.trim() == "application/x-www-form-urlencoded");
    form.then(|| std::str::from_utf8(body).ok().map(Params::parse)).flatten()
}

pub(super) fn params(query: Option<String>) -> Params {
    Params::parse(&query.unwrap_or_default())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn number(id: &str) -> Result<i64, Refusal> {
    id.parse().map_err(|_| Refusal::NotFound)
}
