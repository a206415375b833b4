//! Kitsu's part of the control interface: `inside` over HTTP. The user is `?user=ID`, else the reader.
//!
//! | route | meaning |
//! |---|---|
//! | `GET /_control/list` | the library, hidden entries included: `{"MANGA_ID": entry}` |
//! | `GET`, `PATCH`, `DELETE /_control/entries/{manga}` | shows; sets the given fields, adding the entry if need be; removes |
//! | `PATCH /_control/manga/{id}` | `{"chapters", "volumes", "adult"}` of the catalogue; null is unknown |
//! | `PATCH /_control/user` | `{"sfw_filter", "rating_system"}` |
//! | `PATCH /_control/knobs` | what the facts leave open |
//! | `POST /_control/token` | `{"access_token"}` without a sign-in |
//! | `POST /_control/expire`, `/_control/revoke`, `/_control/forget` | ends access tokens; revokes all; purges all |

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{Entry, Kitsu, Knobs};
use crate::control::{Whose, patched};

/// The routes under `/_control/` that only this service has.
pub(super) fn routes() -> Router<Kitsu> {
    Router::new()
        .route("/_control/list", get(list))
        .route("/_control/entries/{manga}", get(show_entry).patch(set_entry).delete(remove_entry))
        .route("/_control/manga/{id}", patch(set_manga))
        .route("/_control/user", patch(set_user))
        .route("/_control/knobs", patch(set_knobs))
        .route("/_control/token", post(token))
        .route("/_control/expire", post(expire))
        .route("/_control/revoke", post(revoke))
        .route("/_control/forget", post(forget))
}

async fn list(State(service): State<Kitsu>, Query(whose): Query<Whose>) -> Json<BTreeMap<i64, Entry>> {
    Json(service.list_of(whose.user).entries())
}

async fn show_entry(
    State(service): State<Kitsu>,
    Path(manga): Path<i64>,
    Query(whose): Query<Whose>,
) -> Result<Json<Entry>, StatusCode> {
    service.list_of(whose.user).entry(manga).map(Json).ok_or(StatusCode::NOT_FOUND)
}

async fn set_entry(
    State(service): State<Kitsu>,
    Path(manga): Path<i64>,
    Query(whose): Query<Whose>,
    Json(changes): Json<Value>,
) -> Result<Json<Entry>, (StatusCode, &'static str)> {
    let list = service.list_of(whose.user);
    let wanted = patched(&list.entry(manga).unwrap_or_default(), changes);
    let wanted: Entry = wanted.map_err(|status| (status, "a field does not fit"))?;
    let saved = list.set_entry(manga, |entry| *entry = wanted);
    saved.map(Json).map_err(|message| (StatusCode::UNPROCESSABLE_ENTITY, message))
}

async fn remove_entry(State(service): State<Kitsu>, Path(manga): Path<i64>, Query(whose): Query<Whose>) -> StatusCode {
    if service.list_of(whose.user).remove_entry(manga) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

/// The outer option is whether the field was given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MangaChange {
    #[serde(default, deserialize_with = "given")]
    chapters: Option<Option<u32>>,
    #[serde(default, deserialize_with = "given")]
    volumes: Option<Option<u32>>,
    adult: Option<bool>,
}

fn given<'de, D: Deserializer<'de>>(number: D) -> Result<Option<Option<u32>>, D::Error> {
    Option::deserialize(number).map(Some)
}

async fn set_manga(State(service): State<Kitsu>, Path(id): Path<i64>, Json(change): Json<MangaChange>) -> StatusCode {
    let known = service.set_manga(id, |manga| {
        manga.chapter_count = change.chapters.unwrap_or(manga.chapter_count);
        manga.volume_count = change.volumes.unwrap_or(manga.volume_count);
        manga.adult = change.adult.unwrap_or(manga.adult);
    });
    if known { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserChange {
    sfw_filter: Option<bool>,
    rating_system: Option<String>,
}

async fn set_user(
    State(service): State<Kitsu>,
    Query(whose): Query<Whose>,
    Json(change): Json<UserChange>,
) -> StatusCode {
    service.set_user(whose.user, |user| {
        user.sfw_filter = change.sfw_filter.unwrap_or(user.sfw_filter);
        user.rating_system = change.rating_system.unwrap_or_else(|| user.rating_system.clone());
    });
    StatusCode::NO_CONTENT
}

async fn set_knobs(State(service): State<Kitsu>, Json(changes): Json<Value>) -> Result<Json<Knobs>, StatusCode> {
    let wanted: Knobs = patched(&service.state().knobs.clone(), changes)?;
    service.set_knobs(|knobs| *knobs = wanted.clone());
    Ok(Json(wanted))
}

async fn token(State(service): State<Kitsu>, Query(whose): Query<Whose>) -> Json<Value> {
    Json(json!({ "access_token": service.token(whose.user) }))
}

async fn expire(State(service): State<Kitsu>, Query(whose): Query<Whose>) -> StatusCode {
    service.expire_tokens(whose.user);
    StatusCode::NO_CONTENT
}

async fn revoke(State(service): State<Kitsu>, Query(whose): Query<Whose>) -> StatusCode {
    service.revoke_tokens(whose.user);
    StatusCode::NO_CONTENT
}

async fn forget(State(service): State<Kitsu>, Query(whose): Query<Whose>) -> StatusCode {
    service.forget_tokens(whose.user);
    StatusCode::NO_CONTENT
}
