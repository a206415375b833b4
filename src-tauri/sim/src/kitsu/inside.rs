//! What a test sees and does in process, without HTTP: the reader at the website, Kitsu's moderators, its operators. The
//! control interface is the same over HTTP.

use std::collections::BTreeMap;

use super::Kitsu;
use super::entry::Entry;
use super::manga::{Manga, Mapping};
use super::state::{Knobs, User};
use crate::control::READER;

/// The library of one reader, as they see it on the website with the filter off.
#[derive(Clone)]
pub struct UserList {
    service: Kitsu,
    user: i64,
}

impl UserList {
    /// All entries, by manga id.
    pub fn entries(&self) -> BTreeMap<i64, Entry> {
        let state = self.service.state();
        let own = state.entries.values().filter(|entry| entry.user == self.user);
        own.map(|entry| (entry.manga, entry.clone())).collect()
    }

    /// The entry about this manga.
    pub fn entry(&self, manga: i64) -> Option<Entry> {
        self.service.state().place(self.user, manga).cloned()
    }

    /// Edits the entry about this manga, adding it when absent. The website saves by the same rules as the API (section
    /// 5.7), so what is stored may differ from what was asked; the error is the first failed validation.
    pub fn set_entry(&self, manga: i64, edit: impl FnOnce(&mut Entry)) -> Result<Entry, &'static str> {
        let now = self.service.front.clock.now();
        let mut state = self.service.state();
        let stored = state.place(self.user, manga).cloned();
        let mut entry = stored.unwrap_or(Entry { user: self.user, manga, ..Entry::default() });
        let (id, created_at, updated_at) = (entry.id, entry.created_at, entry.updated_at);
        edit(&mut entry);
        let entry = Entry { id, user: self.user, manga, created_at, updated_at, ..entry };
        let saved = state.save(entry, now).cloned();
        saved.map_err(|invalid| invalid.first().map_or("invalid", |invalid| invalid.message))
    }

    /// Removes the entry about this manga; whether there was one.
    pub fn remove_entry(&self, manga: i64) -> bool {
        let mut state = self.service.state();
        let id = state.place(self.user, manga).map(|entry| entry.id);
        id.and_then(|id| state.remove(id)).is_some()
    }
}

impl Kitsu {
    /// The library of this reader.
    pub fn list_of(&self, user: i64) -> UserList {
        UserList { service: self.clone(), user }
    }

    /// The demo reader's library, by manga id, hidden entries included.
    pub fn entries(&self) -> BTreeMap<i64, Entry> {
        self.list_of(READER).entries()
    }

    /// The demo reader's entry about this manga.
    pub fn entry(&self, manga: i64) -> Option<Entry> {
        self.list_of(READER).entry(manga)
    }

    /// Edits or adds an entry of the demo reader, as `UserList::set_entry`.
    pub fn set_entry(&self, manga: i64, edit: impl FnOnce(&mut Entry)) -> Result<Entry, &'static str> {
        self.list_of(READER).set_entry(manga, edit)
    }

    /// Removes an entry of the demo reader; whether there was one.
    pub fn remove_entry(&self, manga: i64) -> bool {
        self.list_of(READER).remove_entry(manga)
    }

    /// The manga as the catalogue has it.
    pub fn manga(&self, id: i64) -> Option<Manga> {
        self.state().manga.get(&id).cloned()
    }

    /// Changes a manga in the catalogue (totals, age rating); whether it is known.
    pub fn set_manga(&self, id: i64, edit: impl FnOnce(&mut Manga)) -> bool {
        self.state().manga.get_mut(&id).map(edit).is_some()
    }

    /// A manga's mappings.
    pub fn mappings(&self, manga: i64) -> Vec<Mapping> {
        let state = self.state();
        state.mappings.of(manga).iter().filter_map(|id| state.mappings.get(*id).cloned()).collect()
    }

    /// Replaces a manga's mappings by these sites and ids.
    pub fn set_mappings(&self, manga: i64, mappings: &[(&str, &str)]) {
        let mut state = self.state();
        state.mappings.clear(manga);
        for (site, id) in mappings {
            state.mappings.add(manga, site, id);
        }
    }

    /// Changes a reader's settings.
    pub fn set_user(&self, user: i64, edit: impl FnOnce(&mut User)) {
        if let Some(user) = self.state().users.get_mut(&user) {
            edit(user);
        }
    }

    /// Changes what the facts leave open.
    pub fn set_knobs(&self, edit: impl FnOnce(&mut Knobs)) {
        edit(&mut self.state().knobs);
    }

    /// An access token of this reader without a sign-in.
    pub fn token(&self, user: i64) -> String {
        let now = self.front.clock.now();
        let pair = self.state().oauth.issue(user, false, "public", now);
        pair["access_token"].as_str().unwrap_or_default().to_owned()
    }

    /// The reader's access tokens expire now; refresh tokens still work.
    pub fn expire_tokens(&self, user: i64) {
        let now = self.front.clock.now();
        self.state().oauth.expire(user, now);
    }

    /// All tokens of the reader are revoked: 401 from now on.
    pub fn revoke_tokens(&self, user: i64) {
        self.state().oauth.revoke_all(user);
    }

    /// All tokens of the reader are purged: whoever sends one is anonymous from now on (section 1).
    pub fn forget_tokens(&self, user: i64) {
        self.state().oauth.forget(user);
    }
}
