//! MyAnimeList's part of the control interface: `inside` over HTTP. The user is `?user=ID`, else the reader.
//!
//! | route | meaning |
//! |---|---|
//! | `GET /_control/list` | the list: `{"MANGA_ID": entry}` |
//! | `GET`, `PATCH`, `DELETE /_control/entries/{manga}` | shows; sets the given fields, adding the entry if need be; removes |
//! | `PATCH /_control/manga/{id}` | `{"chapters", "volumes", "approved"}` of the catalogue; 0 is unknown |
//! | `PATCH /_control/knobs` | what the facts leave open |
//! | `POST /_control/approve` | `{"url", "user"}` of an authorize page; answers `{"redirect"}`, where the browser would be sent |
//! | `POST /_control/token` | `{"access_token"}` without a sign-in |
//! | `POST /_control/expire`, `/_control/revoke` | ends access tokens; ends all tokens |

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Entry, Knobs, MyAnimeList};
use crate::control::{READER, Whose, patched};

/// The routes under `/_control/` that only this service has.
pub(super) fn routes() -> Router<MyAnimeList> {
    Router::new()
        .route("/_control/list", get(list))
        .route("/_control/entries/{manga}", get(show_entry).patch(set_entry).delete(remove_entry))
        .route("/_control/manga/{id}", patch(set_title))
        .route("/_control/knobs", patch(set_knobs))
        .route("/_control/approve", post(approve))
        .route("/_control/token", post(token))
        .route("/_control/expire", post(expire))
        .route("/_control/revoke", post(revoke))
}

async fn list(State(service): State<MyAnimeList>, Query(whose): Query<Whose>) -> Json<BTreeMap<i64, Entry>> {
    Json(service.list_of(whose.user).entries())
}

async fn show_entry(
    State(service): State<MyAnimeList>,
    Path(manga): Path<i64>,
    Query(whose): Query<Whose>,
) -> Result<Json<Entry>, StatusCode> {
    service.list_of(whose.user).entry(manga).map(Json).ok_or(StatusCode::NOT_FOUND)
}

async fn set_entry(
    State(service): State<MyAnimeList>,
    Path(manga): Path<i64>,
    Query(whose): Query<Whose>,
    Json(changes): Json<Value>,
) -> Result<Json<Entry>, StatusCode> {
    let list = service.list_of(whose.user);
    let wanted: Entry = patched(&list.entry(manga).unwrap_or_default(), changes)?;
    list.set_entry(manga, |entry| *entry = wanted).map(Json).ok_or(StatusCode::NOT_FOUND)
}

async fn remove_entry(
    State(service): State<MyAnimeList>,
    Path(manga): Path<i64>,
    Query(whose): Query<Whose>,
) -> StatusCode {
    if service.list_of(whose.user).remove_entry(manga) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TitleChange {
    chapters: Option<u32>,
    volumes: Option<u32>,
    approved: Option<bool>,
}

async fn set_title(
    State(service): State<MyAnimeList>,
    Path(id): Path<i64>,
    Json(change): Json<TitleChange>,
) -> StatusCode {
    let known = service.set_title(id, |title| {
        title.num_chapters = change.chapters.unwrap_or(title.num_chapters);
        title.num_volumes = change.volumes.unwrap_or(title.num_volumes);
        title.approved = change.approved.unwrap_or(title.approved);
    });
    if known { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

async fn set_knobs(State(service): State<MyAnimeList>, Json(changes): Json<Value>) -> Result<Json<Knobs>, StatusCode> {
    let wanted: Knobs = patched(&service.state().knobs.clone(), changes)?;
    service.set_knobs(|knobs| *knobs = wanted.clone());
    Ok(Json(wanted))
}

#[derive(Deserialize)]
struct Approval {
    url: String,
    user: Option<i64>,
}

async fn approve(
    State(service): State<MyAnimeList>,
    Json(approval): Json<Approval>,
) -> Result<Json<Value>, (StatusCode, &'static str)> {
    let redirect = service.approve(&approval.url, approval.user.unwrap_or(READER));
    redirect.map(|redirect| Json(json!({ "redirect": redirect }))).map_err(|message| (StatusCode::BAD_REQUEST, message))
}

async fn token(State(service): State<MyAnimeList>, Query(whose): Query<Whose>) -> Json<Value> {
    Json(json!({ "access_token": service.token(whose.user) }))
}

async fn expire(State(service): State<MyAnimeList>, Query(whose): Query<Whose>) -> StatusCode {
    service.expire_tokens(whose.user);
    StatusCode::NO_CONTENT
}

async fn revoke(State(service): State<MyAnimeList>, Query(whose): Query<Whose>) -> StatusCode {
    service.revoke_tokens(whose.user);
    StatusCode::NO_CONTENT
}
