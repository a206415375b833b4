//! What a person does at AniList from outside its API: the reader on the website, a moderator, whoever approves a
//! sign-in. Each is a method and, under `/_control/`, a route.
//!
//! | route | meaning |
//! |---|---|
//! | `GET /_control/list?user=` | the reader's entries as JSON |
//! | `GET`, `PATCH`, `DELETE /_control/entries/{media}?user=` | shows; sets the given fields, adding the entry if need be; removes |
//! | `PATCH /_control/user?user=` | score format, custom lists, split completed lists, private profile |
//! | `PATCH /_control/knobs` | what the facts leave open |
//! | `POST /_control/approve` | `{"url", "user"}` of an authorization page; answers `{"redirect"}` |
//! | `POST /_control/token?user=` | `{"access_token"}` without a sign-in |
//! | `POST /_control/revoke?user=` | no token of the reader is good any more |
//! | `PATCH /_control/media/{id}` | `{"locked"}` |
//! | `POST /_control/media/{id}/merge/{into}`, `DELETE /_control/media/{id}` | a moderator's work |

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use html_escape::encode_safe;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::control;

use super::oauth::{Client, INVALID_CLIENT, Refusal, Wish};
use super::state::{Entry, User};
use super::{AniList, CLIENT_ID, Knobs, Media, READER};

/// The list of one reader, as they see it on the website.
#[derive(Clone)]
pub struct UserList {
    anilist: AniList,
    user: i64,
}

impl UserList {
    /// The entry about this medium.
    pub fn entry(&self, media_id: i64) -> Option<Entry> {
        self.anilist.shared.state().entry_of(self.user, media_id).map(|entry| Entry::clone(entry))
    }

    /// All entries, by entry id.
    pub fn entries(&self) -> Vec<Entry> {
        self.anilist.shared.state().entries_of(self.user).map(|entry| Entry::clone(entry)).collect()
    }

    /// Edits the entry about this medium, adding it if need be, and stamps `updated_at`. Ids stay what they are.
    pub fn set_entry(&self, media_id: i64, edit: impl FnOnce(&mut Entry)) -> Entry {
        let now = self.anilist.shared.front.clock.now();
        let mut state = self.anilist.shared.state();
        let known = state.entry_of(self.user, media_id).map(|entry| Entry::clone(entry));
        let mut entry = known.unwrap_or_else(|| state.blank(self.user, media_id, now));
        let id = entry.id;
        entry.updated_at = now.timestamp();
        edit(&mut entry);
        Entry::clone(&state.put(Entry { id, user_id: self.user, media_id, ..entry }))
    }

    /// Removes the entry about this medium; whether there was one.
    pub fn remove_entry(&self, media_id: i64) -> bool {
        let mut state = self.anilist.shared.state();
        let id = state.entry_of(self.user, media_id).map(|entry| entry.id);
        id.is_some_and(|id| state.remove(id).is_some())
    }
}

impl AniList {
    /// The list of this reader.
    pub fn list_of(&self, user: i64) -> UserList {
        UserList { anilist: self.clone(), user }
    }

    /// The demo reader's entry about this medium.
    pub fn entry(&self, media_id: i64) -> Option<Entry> {
        self.list_of(READER).entry(media_id)
    }

    /// The demo reader's entries.
    pub fn entries(&self) -> Vec<Entry> {
        self.list_of(READER).entries()
    }

    /// Edits or adds an entry of the demo reader, as `UserList::set_entry`.
    pub fn set_entry(&self, media_id: i64, edit: impl FnOnce(&mut Entry)) -> Entry {
        self.list_of(READER).set_entry(media_id, edit)
    }

    /// Removes an entry of the demo reader; whether there was one.
    pub fn remove_entry(&self, media_id: i64) -> bool {
        self.list_of(READER).remove_entry(media_id)
    }

    /// The medium with this id.
    pub fn media(&self, id: i64) -> Option<Media> {
        self.shared.state().shelf.get(id).map(|media| Media::clone(media))
    }

    /// Changes a medium, such as its total or its lock.
    pub fn set_media(&self, id: i64, edit: impl FnOnce(&mut Media)) {
        self.shared.state().shelf.edit(id, edit);
    }

    /// A moderator merges one medium into another.
    pub fn merge_media(&self, from: i64, into: i64) {
        self.shared.state().merge_media(from, into);
    }

    /// A moderator deletes a medium.
    pub fn delete_media(&self, id: i64) {
        self.shared.state().delete_media(id);
    }

    /// Changes a reader's settings.
    pub fn set_user(&self, user: i64, edit: impl FnOnce(&mut User)) {
        if let Some(user) = self.shared.state().users.get_mut(&user) {
            edit(user);
        }
    }

    /// Changes what the facts leave open.
    pub fn set_knobs(&self, edit: impl FnOnce(&mut Knobs)) {
        edit(&mut self.shared.state().knobs);
    }

    /// Registers a client, in place of one with the same id.
    pub fn register(&self, client: Client) {
        let clients = &mut self.shared.state().access.clients;
        clients.retain(|known| known.id != client.id);
        clients.push(client);
    }

    /// An access token of this reader without a sign-in.
    pub fn token(&self, user: i64) -> String {
        let now = self.shared.front.clock.now();
        self.shared.state().access.issue(CLIENT_ID, user, now)
    }

    /// No token of this reader is good any more. (To let tokens expire, move the clock by a year.)
    pub fn revoke_tokens(&self, user: i64) {
        self.shared.state().access.revoke(user);
    }

    /// Approves what an authorization page asks for: the address that the browser is then sent to.
    pub fn approve(&self, authorize_url: &str, user: i64) -> Result<String, Refusal> {
        let query = url::Url::parse(authorize_url).map_err(|_| INVALID_CLIENT)?;
        let field = |name: &str| query.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let wish = Wish {
            client_id: field("client_id"),
            redirect_uri: field("redirect_uri"),
            response_type: field("response_type"),
            state: field("state"),
            scope: field("scope"),
        };
        self.grant(&wish, user)
    }

    pub(super) fn grant(&self, wish: &Wish, user: i64) -> Result<String, Refusal> {
        let now = self.shared.front.clock.now();
        let mut state = self.shared.state();
        let granted = state.access.consider(wish)?;
        let echo = state.knobs.echoes_state;
        Ok(state.access.approve(granted, user, echo, now))
    }

    /// The reader says no: the address that the browser is sent to.
    pub(super) fn deny(&self, wish: &Wish) -> Result<String, Refusal> {
        let state = self.shared.state();
        state.access.consider(wish).map(|granted| granted.denied(state.knobs.echoes_state))
    }
}

/// The routes of the table above, the common ones, and the covers.
pub(super) fn routes(anilist: &AniList) -> Router {
    Router::new()
        .route("/_control/list", get(list))
        .route("/_control/entries/{media}", get(show_entry).patch(set_entry).delete(remove_entry))
        .route("/_control/user", patch(set_user))
        .route("/_control/knobs", patch(set_knobs))
        .route("/_control/approve", post(approve))
        .route("/_control/token", post(token))
        .route("/_control/revoke", post(revoke))
        .route("/_control/media/{id}", patch(set_media).delete(delete_media))
        .route("/_control/media/{id}/merge/{into}", post(merge_media))
        .route("/covers/{file}", get(cover))
        .with_state(anilist.clone())
        .merge(control::routes(anilist.shared.front.clone()))
}

#[derive(Deserialize)]
struct Whose {
    user: Option<i64>,
}

impl Whose {
    fn id(&self) -> i64 {
        self.user.unwrap_or(READER)
    }
}

/// Lays the fields of `patch` over `value`; 400 when they don't fit.
fn patched<T: Serialize + DeserializeOwned>(value: &T, patch: Value) -> Result<T, StatusCode> {
    let mut whole = serde_json::to_value(value).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let (Value::Object(fields), Value::Object(said)) = (&mut whole, patch) else { return Err(StatusCode::BAD_REQUEST) };
    fields.extend(said);
    serde_json::from_value(whole).map_err(|_| StatusCode::BAD_REQUEST)
}

async fn list(State(anilist): State<AniList>, Query(whose): Query<Whose>) -> Json<Vec<Entry>> {
    Json(anilist.list_of(whose.id()).entries())
}

async fn show_entry(State(anilist): State<AniList>, Path(media): Path<i64>, Query(whose): Query<Whose>) -> Response {
    match anilist.list_of(whose.id()).entry(media) {
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
    let list = anilist.list_of(whose.id());
    anilist.media(media).ok_or(StatusCode::NOT_FOUND)?;
    let stamped = |entry| Entry { updated_at: now.timestamp(), ..entry };
    let known = list.entry(media).unwrap_or_else(|| Entry::blank(0, whose.id(), media, now));
    let wanted = patched(&stamped(known), patch)?;
    Ok(Json(list.set_entry(media, |entry| *entry = wanted)))
}

async fn remove_entry(
    State(anilist): State<AniList>,
    Path(media): Path<i64>,
    Query(whose): Query<Whose>,
) -> StatusCode {
    if anilist.list_of(whose.id()).remove_entry(media) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

async fn set_user(
    State(anilist): State<AniList>,
    Query(whose): Query<Whose>,
    Json(patch): Json<Value>,
) -> Result<Json<User>, StatusCode> {
    let known = anilist.shared.state().users.get(&whose.id()).cloned().ok_or(StatusCode::NOT_FOUND)?;
    let wanted = patched(&known, patch)?;
    anilist.set_user(whose.id(), |user| *user = wanted.clone());
    Ok(Json(wanted))
}

async fn set_knobs(State(anilist): State<AniList>, Json(patch): Json<Value>) -> Result<Json<Knobs>, StatusCode> {
    let wanted = patched(&anilist.shared.state().knobs.clone(), patch)?;
    anilist.set_knobs(|knobs| *knobs = wanted.clone());
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
    Json(json!({"access_token": anilist.token(whose.id())}))
}

async fn revoke(State(anilist): State<AniList>, Query(whose): Query<Whose>) -> StatusCode {
    anilist.revoke_tokens(whose.id());
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct MediaPatch {
    locked: bool,
}

async fn set_media(State(anilist): State<AniList>, Path(id): Path<i64>, Json(said): Json<MediaPatch>) -> StatusCode {
    anilist.set_media(id, |media| media.locked = said.locked);
    StatusCode::NO_CONTENT
}

async fn delete_media(State(anilist): State<AniList>, Path(id): Path<i64>) -> StatusCode {
    anilist.delete_media(id);
    StatusCode::NO_CONTENT
}

async fn merge_media(State(anilist): State<AniList>, Path((from, into)): Path<(i64, i64)>) -> StatusCode {
    anilist.merge_media(from, into);
    StatusCode::NO_CONTENT
}

/// A picture with the title; real covers are served by another host, so these are neither recorded nor struck by faults.
async fn cover(State(anilist): State<AniList>, Path(file): Path<String>) -> Response {
    let id = file.strip_suffix(".svg").and_then(|id| id.parse().ok());
    let Some(media): Option<Arc<Media>> = id.and_then(|id| anilist.shared.state().shelf.get(id).cloned()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 230 325\"><rect width=\"230\" height=\"325\" \
         fill=\"hsl({},40%,35%)\"/><text x=\"12\" y=\"40\" fill=\"white\" font-size=\"16\">{}</text></svg>",
        media.id % 360,
        encode_safe(&media.romaji)
    );
    ([(header::CONTENT_TYPE, "image/svg+xml")], picture).into_response()
}
