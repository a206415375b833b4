//! AniList's part of the control interface: `inside` over HTTP. The user is `?user=ID`, else the reader.
//!
//! | route | meaning |
//! |---|---|
//! | `GET /_control/list` | the list: `{"MEDIA_ID": entry}` |
//! | `GET`, `PATCH`, `DELETE /_control/entries/{media}` | shows; sets the given fields, adding the entry if need be; removes |
//! | `PATCH /_control/user` | score format, custom lists, split completed lists, private profile |
//! | `PATCH /_control/knobs` | what the facts leave open |
//! | `POST /_control/approve` | `{"url", "user"}` of an authorization page; answers `{"redirect"}` |
//! | `POST /_control/token` | `{"access_token"}` without a sign-in |
//! | `POST /_control/expire`, `/_control/revoke` | ends the user's tokens, which is the same here |
//! | `PATCH /_control/media/{id}` | `{"locked"}` |
//! | `POST /_control/media/{id}/merge/{into}`, `DELETE /_control/media/{id}` | a moderator's work |

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::{self, READER, Whose, patched};

use super::state::{Entry, User};
use super::{AniList, Knobs};

/// The routes of the table above, the common ones, and the covers.
pub(super) fn routes(anilist: &AniList) -> Router {
    Router::new()
        .route("/_control/list", get(list))
        .route("/_control/entries/{media}", get(show_entry).patch(set_entry).delete(remove_entry))
        .route("/_control/user", patch(set_user))
        .route("/_control/knobs", patch(set_knobs))
        .route("/_control/approve", post(approve))
        .route("/_control/token", post(token))
        .route("/_control/expire", post(revoke))
        .route("/_control/revoke", post(revoke))
        .route("/_control/media/{id}", patch(set_media).delete(delete_media))
        .route("/_control/media/{id}/merge/{into}", post(merge_media))
        .with_state(anilist.clone())
        .merge(crate::cover::routes())
        .merge(control::routes(anilist.shared.front.clone()))
}

async fn list(State(anilist): State<AniList>, Query(whose): Query<Whose>) -> Json<BTreeMap<i64, Entry>> {
    Json(anilist.list_of(whose.user).entries())
}

async fn show_entry(State(anilist): State<AniList>, Path(media): Path<i64>, Query(whose): Query<Whose>) -> Response {
    match anilist.list_of(whose.user).entry(media) {
        Some(entry) => Json(entry).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn set_entry(
    State(anilist): State<AniList>,
    Path(media): Path<i64>,
    Query(whose): Query<Whose>,
    Json(patch): Json<Value>,
) -> Result<Json<Entry>, StatusCode> {
    let now = anilist.shared.front.clock.now();
    let list = anilist.list_of(whose.user);
    anilist.media(media).ok_or(StatusCode::NOT_FOUND)?;
    let stamped = |entry| Entry { updated_at: now.timestamp(), ..entry };
    let known = list.entry(media).unwrap_or_else(|| Entry::blank(0, whose.user, media, now));
    let wanted = patched(&stamped(known), patch)?;
    list.set_entry(media, |entry| *entry = wanted).map(Json).ok_or(StatusCode::NOT_FOUND)
}

async fn remove_entry(
    State(anilist): State<AniList>,
    Path(media): Path<i64>,
    Query(whose): Query<Whose>,
) -> StatusCode {
    if anilist.list_of(whose.user).remove_entry(media) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

async fn set_user(
    State(anilist): State<AniList>,
    Query(whose): Query<Whose>,
    Json(patch): Json<Value>,
) -> Result<Json<User>, StatusCode> {
    let known = anilist.shared.state().users.get(&whose.user).cloned().ok_or(StatusCode::NOT_FOUND)?;
    let wanted = patched(&known, patch)?;
    anilist.set_user(whose.user, |user| *user = wanted.clone());
    Ok(Json(wanted))
}

async fn set_knobs(State(anilist): State<AniList>, Json(patch): Json<Value>) -> Result<Json<Knobs>, StatusCode> {
    let wanted = patched(&anilist.shared.state().knobs, patch)?;
    anilist.set_knobs(|knobs| *knobs = wanted);
    Ok(Json(wanted))
}

#[derive(Deserialize)]
struct Approval {
    url: String,
    user: Option<i64>,
}

async fn approve(State(anilist): State<AniList>, Json(approval): Json<Approval>) -> Response {
    match anilist.approve(&approval.url, approval.user.unwrap_or(READER)) {
        Ok(redirect) => Json(json!({"redirect": redirect})).into_response(),
        Err(refusal) => (StatusCode::BAD_REQUEST, Json(refusal)).into_response(),
    }
}

async fn token(State(anilist): State<AniList>, Query(whose): Query<Whose>) -> Json<Value> {
    Json(json!({"access_token": anilist.token(whose.user)}))
}

async fn revoke(State(anilist): State<AniList>, Query(whose): Query<Whose>) -> StatusCode {
    anilist.revoke_tokens(whose.user);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct MediaPatch {
    locked: bool,
}

async fn set_media(State(anilist): State<AniList>, Path(id): Path<i64>, Json(said): Json<MediaPatch>) -> StatusCode {
    let known = anilist.set_media(id, |media| media.locked = said.locked);
    if known { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

async fn delete_media(State(anilist): State<AniList>, Path(id): Path<i64>) -> StatusCode {
    anilist.delete_media(id);
    StatusCode::NO_CONTENT
}

async fn merge_media(State(anilist): State<AniList>, Path((from, into)): Path<(i64, i64)>) -> StatusCode {
    anilist.merge_media(from, into);
    StatusCode::NO_CONTENT
}
