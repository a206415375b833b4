//! MyAnimeList's part of the control interface: what the reader does at the website, and what only the simulation's
//! owner can do. The account is `?account=ID`, else the reader.
//!
//! | route | meaning |
//! |---|---|
//! | `GET /_control/list` | the list: `{"MANGA_ID": entry}` |
//! | `PATCH /_control/list/{id}` | changes the fields given, adding the entry when absent; answers the entry |
//! | `DELETE /_control/list/{id}` | removes the entry |
//! | `PATCH /_control/manga/{id}` | `{"chapters", "volumes", "approved"}` of the catalogue |
//! | `PATCH /_control/options` | see `Options` |
//! | `POST /_control/tokens` | `{"revoke": false}` expires access tokens, `true` revokes all |
//! | `POST /_control/approve` | `{"authorize_url"}`; answers `{"redirect"}`, where the browser would be sent |

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Entry, MyAnimeList, Options, READER};
use crate::control::merged;

/// The routes under `/_control/` that only this service has.
pub(super) fn routes() -> Router<MyAnimeList> {
    Router::new()
        .route("/_control/list", get(list))
        .route("/_control/list/{id}", patch(edit).delete(remove))
        .route("/_control/manga/{id}", patch(set_title))
        .route("/_control/options", patch(set_options))
        .route("/_control/tokens", post(tokens))
        .route("/_control/approve", post(approve))
}

#[derive(Deserialize)]
struct Who {
    #[serde(default = "reader")]
    account: i64,
}

fn reader() -> i64 {
    READER
}

async fn list(State(service): State<MyAnimeList>, Query(who): Query<Who>) -> Json<BTreeMap<i64, Entry>> {
    Json(service.of(who.account).entries())
}

async fn edit(
    State(service): State<MyAnimeList>,
    Path(id): Path<i64>,
    Query(who): Query<Who>,
    Json(changes): Json<Value>,
) -> Result<Json<Entry>, StatusCode> {
    let service = service.of(who.account);
    let entry: Entry = merged(&service.entry(id).unwrap_or_default(), &changes).ok_or(StatusCode::BAD_REQUEST)?;
    service.set_entry(id, |stored| *stored = entry).map(Json).ok_or(StatusCode::NOT_FOUND)
}

async fn remove(State(service): State<MyAnimeList>, Path(id): Path<i64>, Query(who): Query<Who>) -> StatusCode {
    if service.of(who.account).remove_entry(id) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
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

async fn set_options(State(service): State<MyAnimeList>, Json(options): Json<Options>) -> StatusCode {
    service.set_options(options);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Tokens {
    revoke: bool,
}

async fn tokens(State(service): State<MyAnimeList>, Query(who): Query<Who>, Json(tokens): Json<Tokens>) -> StatusCode {
    let service = service.of(who.account);
    if tokens.revoke {
        service.revoke_tokens()
    } else {
        service.expire_tokens()
    }
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Approve {
    authorize_url: String,
}

async fn approve(
    State(service): State<MyAnimeList>,
    Query(who): Query<Who>,
    Json(asked): Json<Approve>,
) -> Result<Json<Value>, (StatusCode, &'static str)> {
    let redirect = service.of(who.account).approve(&asked.authorize_url);
    redirect.map(|redirect| Json(json!({ "redirect": redirect }))).map_err(|message| (StatusCode::BAD_REQUEST, message))
}
