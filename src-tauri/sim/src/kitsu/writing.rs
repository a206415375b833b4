//! The JSON:API routes that write library entries, one by one and in bulk (kitsu.md sections 5.4, 5.5 and 5.8). What
//! saving does is in `save`.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{patch, post};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Kitsu;
use super::body::Body;
use super::document::Document;
use super::entry::{Entry, Status};
use super::kind::Kind;
use super::query::Query;
use super::refusal::{JSON_API, Refusal, document};
use super::routes::{Caller, account, seen};
use super::save::Invalid;
use super::state::State as Memory;

/// Writes beside the reading routes of the same addresses.
pub(super) fn routes() -> Router<Kitsu> {
    Router::new()
        .route("/api/edge/library-entries", post(create))
        .route("/api/edge/library-entries/_bulk", patch(change_many).put(change_many).delete(remove_many))
        .route("/api/edge/library-entries/{id}", patch(update).put(update).delete(remove))
}

/// Authorisation comes before validation: a missing or foreign user is 403 (section 5.4).
async fn create(
    State(service): State<Kitsu>,
    Caller(account): Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refusal> {
    typed(&headers)?;
    let body = Body::parse(&bytes)?;
    let (id, answer) = write(&service, account, query, |state, now| {
        let user = body.user.filter(|user| account == Some(*user));
        let user = user.ok_or_else(|| Refusal::forbidden("create", "Create"))?;
        let mut entry = Entry { user, manga: body.manga.unwrap_or_default(), ..Entry::default() };
        let mut invalid = body.apply(&mut entry)?;
        if body.lacks_status() {
            invalid.push(Invalid { attribute: "status", message: "can't be blank" });
        }
        save(state, entry, invalid, now)
    })?;
    let location = format!("{}/library-entries/{id}", service.url());
    Ok(([(header::LOCATION, location)], document(StatusCode::CREATED, &answer)).into_response())
}

async fn update(
    State(service): State<Kitsu>,
    Caller(account): Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refusal> {
    typed(&headers)?;
    let body = Body::parse(&bytes)?;
    body.is_for(&id)?;
    let (_, answer) = write(&service, account, query, |state, now| {
        let mut entry = own(state, account, &id, ("update", "Update"))?;
        let invalid = body.apply(&mut entry)?;
        save(state, entry, invalid, now)
    })?;
    Ok(document(StatusCode::OK, &answer))
}

async fn remove(
    State(service): State<Kitsu>,
    Caller(account): Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let mut state = service.state();
    let entry = own(&state, account, &id, ("destroy", "Destroy"))?;
    state.remove(entry.id);
    service.front.log.wrote(1);
    Ok(StatusCode::NO_CONTENT)
}

/// Only the status can be changed in bulk. Entries whose validation fails are shown as they would have been, but not
/// stored (section 5.8). No `Accept` and no `Content-Type` is checked.
async fn change_many(
    State(service): State<Kitsu>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refusal> {
    let account = account(&headers, &service)?;
    let query = Query::parse(Kind::LibraryEntries, &query.unwrap_or_default())?;
    let body: Value = serde_json::from_slice(&bytes).map_err(|_| Refusal::plain(400, "Bad Request"))?;
    let status = body.pointer("/data/attributes/status").and_then(Value::as_str).and_then(Status::parse);
    let now = service.front.clock.now();
    let mut state = service.state();
    let mut shown = Vec::new();
    for mut entry in in_bulk(&state, account, &query)? {
        entry.status = status.unwrap_or(entry.status);
        let stored = state.save(entry.clone(), now).cloned();
        service.front.log.wrote(usize::from(stored.is_ok()));
        shown.push(stored.unwrap_or(entry));
    }
    let data: Vec<Value> = shown.iter().map(in_memory).collect();
    Ok(document(StatusCode::OK, &json!({ "data": data })))
}

async fn remove_many(
    State(service): State<Kitsu>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    let account = account(&headers, &service)?;
    let query = Query::parse(Kind::LibraryEntries, &query.unwrap_or_default())?;
    let mut state = service.state();
    for entry in in_bulk(&state, account, &query)? {
        state.remove(entry.id);
        service.front.log.wrote(1);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The entries of a bulk call: `filter[id]` and `filter[user_id]`, without either all entries of everybody. One that is
/// not yours refuses the whole call; missing ones are skipped (section 5.8).
fn in_bulk(state: &Memory, account: Option<i64>, query: &Query) -> Result<Vec<Entry>, Refusal> {
    let holds = |name: &str, id: i64| query.filter(name).is_none_or(|ids| ids.contains(&id.to_string()));
    let chosen = state.entries.values().filter(|entry| holds("id", entry.id) && holds("user_id", entry.user));
    let chosen: Vec<Entry> = chosen.cloned().collect();
    match chosen.iter().all(|entry| account == Some(entry.user)) {
        true => Ok(chosen),
        false => Err(Refusal::plain(401, "Not permitted")),
    }
}

fn in_memory(entry: &Entry) -> Value {
    let attributes = Kind::LibraryEntries.attributes().iter();
    let attributes: serde_json::Map<_, _> =
        attributes.map(|name| ((*name).to_owned(), entry.attribute(name))).collect();
    json!({ "id": entry.id.to_string(), "type": "libraryEntries", "attributes": attributes })
}

/// Makes a change under one lock; the answer is the entry as it is afterwards.
fn write(
    service: &Kitsu,
    account: Option<i64>,
    query: Option<String>,
    change: impl FnOnce(&mut Memory, DateTime<Utc>) -> Result<i64, Refusal>,
) -> Result<(i64, Value), Refusal> {
    let query = Query::parse(Kind::LibraryEntries, &query.unwrap_or_default())?;
    let (base, now) = (service.url(), service.front.clock.now());
    let mut state = service.state();
    let id = change(&mut state, now)?;
    service.front.log.wrote(1);
    let viewer = state.viewer(account);
    Ok((id, Document::new(&state, viewer, &query, &base).one((Kind::LibraryEntries, id))))
}

fn save(state: &mut Memory, entry: Entry, invalid: Vec<Invalid>, now: DateTime<Utc>) -> Result<i64, Refusal> {
    if !invalid.is_empty() {
        return Err(Refusal::invalid(&invalid));
    }
    state.save(entry, now).map(|entry| entry.id).map_err(|invalid| Refusal::invalid(&invalid))
}

/// Invisible is 404, visible but somebody else's 403 (sections 2 and 5.3).
fn own(state: &Memory, account: Option<i64>, id: &str, (verb, title): (&str, &str)) -> Result<Entry, Refusal> {
    let entry = seen(state, state.viewer(account), id)?;
    match account == Some(entry.user) {
        true => Ok(entry.clone()),
        false => Err(Refusal::forbidden(verb, title)),
    }
}

/// Bodies must be JSON:API by their media type (section 2).
fn typed(headers: &HeaderMap) -> Result<(), Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().is_some_and(|kind| kind.trim() == JSON_API) {
        return Ok(());
    }
    let detail = format!("All requests that create or update must use the '{JSON_API}' Content-Type.");
    Err(Refusal::new(415, 415, "Unsupported media type", &detail))
}
