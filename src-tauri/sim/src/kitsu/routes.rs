//! The JSON:API routes that read: token and headers first, then the query, then the state's answer as a document
//! (kitsu.md sections 2 and 4 to 6). Holds no rule of the library.

use axum::Router;
use axum::extract::{FromRequestParts, Path, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

use super::Kitsu;
use super::document::{Document, Name};
use super::entry::Entry;
use super::kind::Kind;
use super::oauth::Bearer;
use super::query::Query;
use super::refusal::{JSON_API, Refusal, document};
use super::state::{State as Memory, Viewer};
use crate::faults::Fault;

/// The routes below `/api/edge`, and what is answered below no route.
pub(super) fn routes() -> Router<Kitsu> {
    Router::new()
        .route("/api/edge/users", get(users))
        .route("/api/edge/users/{id}", get(user))
        .route("/api/edge/library-entries", get(library))
        .route("/api/edge/library-entries/{id}", get(entry))
        .route("/api/edge/manga", get(catalogue))
        .route("/api/edge/manga/{id}", get(manga))
        .route("/api/edge/manga/{id}/mappings", get(mappings_of))
        .route("/api/edge/mappings", get(mappings))
        .fallback(async || Refusal::no_route())
}

/// The account of the token, if any: dead tokens are 401 everywhere, unknown ones anonymous (section 1). Headers are
/// checked here too.
pub(super) struct Caller(pub(super) Option<i64>);

impl FromRequestParts<Kitsu> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, service: &Kitsu) -> Result<Self, Refusal> {
        let account = account(&parts.headers, service)?;
        accepts(&parts.headers)?;
        Ok(Self(account))
    }
}

/// The account of the request's token.
pub(super) fn account(headers: &HeaderMap, service: &Kitsu) -> Result<Option<i64>, Refusal> {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let now = service.front.clock.now();
    match token.map(|token| service.state().oauth.bearer(token, now)) {
        Some(Bearer::Account(account)) => Ok(Some(account)),
        Some(Bearer::Dead) => Err(Refusal::invalid_token()),
        Some(Bearer::Unknown) | None => Ok(None),
    }
}

/// No `Accept`, `*/*` or exactly JSON:API; `application/json` alone is 406 (section 2).
fn accepts(headers: &HeaderMap) -> Result<(), Refusal> {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let fits = |item: &str| item.trim() == JSON_API || item.trim().starts_with("*/*");
    if accept.trim().is_empty() || accept.split(',').any(fits) {
        return Ok(());
    }
    Err(Refusal::new(406, 406, "Not acceptable", "All requests must accept application/vnd.api+json."))
}

/// What a read handler works with: everything locked and parsed.
struct Reading<'a> {
    state: &'a Memory,
    viewer: Viewer,
    query: &'a Query,
    base: &'a str,
}

impl Reading<'_> {
    fn page(&self, names: &[Name], path: &str, meta: Value) -> Value {
        Document::new(self.state, self.viewer, self.query, self.base).page(names, path, meta)
    }

    fn one(&self, name: Name) -> Value {
        Document::new(self.state, self.viewer, self.query, self.base).one(name)
    }
}

/// Parses the query, locks the state and answers 200 with what `answer` makes of both.
fn read(
    service: &Kitsu,
    Caller(account): Caller,
    (kind, query): (Kind, Option<String>),
    answer: impl FnOnce(&Reading<'_>) -> Result<Value, Refusal>,
) -> Result<Response, Refusal> {
    let query = Query::parse(kind, &query.unwrap_or_default())?;
    let state = service.state();
    let base = service.url();
    let reading = Reading { viewer: state.viewer(account), state: &state, query: &query, base: &base };
    answer(&reading).map(|body| document(StatusCode::OK, &body))
}

async fn users(State(service): State<Kitsu>, caller: Caller, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    read(&service, caller, (Kind::Users, query), |reading| {
        let found = reading.state.accounts(reading.viewer, reading.query)?;
        Ok(reading.page(&found, "/users", json!({})))
    })
}

async fn user(
    State(service): State<Kitsu>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    read(&service, caller, (Kind::Users, query), |reading| {
        let number = id.parse().ok().filter(|id| reading.state.users.contains_key(id));
        number.map(|id| reading.one((Kind::Users, id))).ok_or_else(|| Refusal::not_found(&id))
    })
}

async fn library(State(service): State<Kitsu>, caller: Caller, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    read(&service, caller, (Kind::LibraryEntries, query), |reading| {
        let (mut found, mut meta) = reading.state.library(reading.viewer, reading.query)?;
        let page = u32::try_from(reading.query.offset / reading.query.limit + 1).unwrap_or(u32::MAX);
        if service.faults().take(&Fault::FailPage(page)) {
            return Err(Refusal::internal());
        }
        if service.faults().take(&Fault::EmptyList) {
            (found, meta) = (Vec::new(), json!({ "statusCounts": {} }));
        }
        Ok(reading.page(&found, "/library-entries", meta))
    })
}

async fn entry(
    State(service): State<Kitsu>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    read(&service, caller, (Kind::LibraryEntries, query), |reading| {
        let entry = seen(reading.state, reading.viewer, &id)?;
        Ok(reading.one((Kind::LibraryEntries, entry.id)))
    })
}

async fn catalogue(
    State(service): State<Kitsu>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    read(&service, caller, (Kind::Manga, query), |reading| {
        let found = reading.state.catalogue(reading.viewer, reading.query)?;
        Ok(reading.page(&found, "/manga", json!({})))
    })
}

async fn manga(
    State(service): State<Kitsu>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    read(&service, caller, (Kind::Manga, query), |reading| Ok(reading.one((Kind::Manga, shown(reading, &id)?))))
}

async fn mappings_of(
    State(service): State<Kitsu>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    read(&service, caller, (Kind::Mappings, query), |reading| {
        let manga = shown(reading, &id)?;
        let found: Vec<Name> = reading.state.mappings.of(manga).iter().map(|id| (Kind::Mappings, *id)).collect();
        Ok(reading.page(&found, &format!("/manga/{manga}/mappings"), json!({})))
    })
}

async fn mappings(
    State(service): State<Kitsu>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    read(&service, caller, (Kind::Mappings, query), |reading| {
        let found = reading.state.mapped(reading.query)?;
        Ok(reading.page(&found, "/mappings", json!({})))
    })
}

/// The entry of an address, if the viewer may see it (section 2).
pub(super) fn seen<'a>(state: &'a Memory, viewer: Viewer, id: &str) -> Result<&'a Entry, Refusal> {
    let entry = id.parse().ok().and_then(|id: i64| state.entries.get(&id));
    entry.filter(|entry| state.sees(viewer, entry)).ok_or_else(|| Refusal::not_found(id))
}

/// The manga of an address, if the viewer may see it (section 5.3).
fn shown(reading: &Reading<'_>, id: &str) -> Result<i64, Refusal> {
    let manga = id.parse().ok().filter(|manga| reading.state.shows(reading.viewer, *manga));
    manga.ok_or_else(|| Refusal::not_found(id))
}
