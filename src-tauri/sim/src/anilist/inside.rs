//! What a test sees and does in process, without HTTP: the reader on the website, AniList's moderators, whoever approves a
//! sign-in. The control interface is the same over HTTP.

use std::collections::BTreeMap;

use url::Url;

use crate::control::READER;
use crate::params::Params;

use super::oauth::{Client, INVALID_CLIENT, Refusal};
use super::state::{Entry, User};
use super::{AniList, CLIENT_ID, Knobs, Media};

/// The list of one reader, as they see it on the website.
#[derive(Clone)]
pub struct UserList {
    anilist: AniList,
    user: i64,
}

impl UserList {
    /// All entries, by media id.
    pub fn entries(&self) -> BTreeMap<i64, Entry> {
        let state = self.anilist.shared.state();
        state.entries_of(self.user).map(|entry| (entry.media_id, Entry::clone(entry))).collect()
    }

    /// The entry about this medium.
    pub fn entry(&self, media_id: i64) -> Option<Entry> {
        self.anilist.shared.state().entry_of(self.user, media_id).map(|entry| Entry::clone(entry))
    }

    /// Edits the entry about this medium, adding it when absent, and stamps `updated_at` before the edit, which may so set
    /// another time. Ids stay what they are. None for an unknown medium.
    pub fn set_entry(&self, media_id: i64, edit: impl FnOnce(&mut Entry)) -> Option<Entry> {
        let now = self.anilist.shared.front.clock.now();
        let mut state = self.anilist.shared.state();
        state.shelf.get(media_id)?;
        let known = state.entry_of(self.user, media_id).map(|entry| Entry::clone(entry));
        let mut entry = known.unwrap_or_else(|| state.blank(self.user, media_id, now));
        let id = entry.id;
        entry.updated_at = now.timestamp();
        edit(&mut entry);
        Some(Entry::clone(&state.put(Entry { id, user_id: self.user, media_id, ..entry })))
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

    /// The demo reader's entries, by media id.
    pub fn entries(&self) -> BTreeMap<i64, Entry> {
        self.list_of(READER).entries()
    }

    /// The demo reader's entry about this medium.
    pub fn entry(&self, media_id: i64) -> Option<Entry> {
        self.list_of(READER).entry(media_id)
    }

    /// Edits or adds an entry of the demo reader, as `UserList::set_entry`.
    pub fn set_entry(&self, media_id: i64, edit: impl FnOnce(&mut Entry)) -> Option<Entry> {
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

    /// Changes a medium, such as its total or its lock; whether it is known.
    pub fn set_media(&self, id: i64, edit: impl FnOnce(&mut Media)) -> bool {
        self.shared.state().shelf.edit(id, edit)
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

    /// The reader takes the application's permission away: no token of theirs is good any more.
    pub fn revoke_tokens(&self, user: i64) {
        self.shared.state().access.revoke(user);
    }

    /// The reader's tokens end now. To AniList that is the same as their being revoked.
    pub fn expire_tokens(&self, user: i64) {
        self.revoke_tokens(user);
    }

    /// Approves what an authorization page asks for: the address that the browser is then sent to.
    pub fn approve(&self, authorize_url: &str, user: i64) -> Result<String, Refusal> {
        let address = Url::parse(authorize_url).map_err(|_| INVALID_CLIENT)?;
        self.grant(&Params::parse(address.query().unwrap_or_default()), user)
    }

    pub(super) fn grant(&self, wish: &Params, user: i64) -> Result<String, Refusal> {
        let now = self.shared.front.clock.now();
        let mut state = self.shared.state();
        let granted = state.access.consider(wish)?;
        let echo = state.knobs.echoes_state;
        Ok(state.access.approve(granted, user, echo, now))
    }

    /// The reader says no: the address that the browser is sent to.
    pub(super) fn deny(&self, wish: &Params) -> Result<String, Refusal> {
        let state = self.shared.state();
        state.access.consider(wish).map(|granted| granted.denied(state.knobs.echoes_state))
    }
}
