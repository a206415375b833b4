//! What a test sees and does in process, without HTTP: the reader at the website, MyAnimeList's moderators, whoever
//! approves a sign-in. The control interface is the same over HTTP.

use std::collections::BTreeMap;

use url::Url;

use super::entry::Entry;
use super::knobs::Knobs;
use super::oauth::Client;
use super::title::Title;
use super::{MyAnimeList, WEB_CLIENT, write};
use crate::control::READER;
use crate::params::Params;

/// The list of one reader, as they see it on the website.
#[derive(Clone)]
pub struct UserList {
    service: MyAnimeList,
    user: i64,
}

impl UserList {
    /// All entries, by manga id.
    pub fn entries(&self) -> BTreeMap<i64, Entry> {
        self.service.state().lists.get(&self.user).cloned().unwrap_or_default()
    }

    /// The entry about this manga.
    pub fn entry(&self, manga: i64) -> Option<Entry> {
        self.service.state().lists.get(&self.user)?.get(&manga).cloned()
    }

    /// Edits the entry about this manga, adding it when absent, and stamps it. None for an unknown manga.
    pub fn set_entry(&self, manga: i64, edit: impl FnOnce(&mut Entry)) -> Option<Entry> {
        let now = self.service.front.clock.now();
        let mut state = self.service.state();
        state.titles.get(&manga)?;
        let keep_finish_date = state.knobs.keep_finish_date;
        let entry = state.lists.entry(self.user).or_default().entry(manga).or_default();
        edit(entry);
        write::save(entry, keep_finish_date, now);
        Some(entry.clone())
    }

    /// Removes the entry about this manga; whether there was one.
    pub fn remove_entry(&self, manga: i64) -> bool {
        self.service.state().remove(self.user, manga).is_ok()
    }
}

impl MyAnimeList {
    /// The list of this reader.
    pub fn list_of(&self, user: i64) -> UserList {
        UserList { service: self.clone(), user }
    }

    /// The demo reader's list, by manga id.
    pub fn entries(&self) -> BTreeMap<i64, Entry> {
        self.list_of(READER).entries()
    }

    /// The demo reader's entry about this manga.
    pub fn entry(&self, manga: i64) -> Option<Entry> {
        self.list_of(READER).entry(manga)
    }

    /// Edits or adds an entry of the demo reader, as `UserList::set_entry`.
    pub fn set_entry(&self, manga: i64, edit: impl FnOnce(&mut Entry)) -> Option<Entry> {
        self.list_of(READER).set_entry(manga, edit)
    }

    /// Removes an entry of the demo reader; whether there was one.
    pub fn remove_entry(&self, manga: i64) -> bool {
        self.list_of(READER).remove_entry(manga)
    }

    /// The title as the catalogue has it.
    pub fn title(&self, manga: i64) -> Option<Title> {
        self.state().titles.get(&manga).cloned()
    }

    /// Changes a title in the catalogue (totals, approval, nsfw); whether it is known.
    pub fn set_title(&self, manga: i64, edit: impl FnOnce(&mut Title)) -> bool {
        self.state().titles.get_mut(&manga).map(edit).is_some()
    }

    /// Changes what the facts leave open.
    pub fn set_knobs(&self, edit: impl FnOnce(&mut Knobs)) {
        edit(&mut self.state().knobs);
    }

    /// Registers one more API client.
    pub fn register(&self, client: Client) {
        self.state().oauth.clients.push(client);
    }

    /// The reader agrees to what an authorize address asks: the address to which the browser is sent.
    pub fn approve(&self, authorize_url: &str, user: i64) -> Result<String, &'static str> {
        let query = Url::parse(authorize_url).map_err(|_| "not an address")?;
        let query = Params::parse(query.query().unwrap_or_default());
        let now = self.front.clock.now();
        let mut state = self.state();
        let request = state.oauth.requested(&query)?;
        Ok(state.oauth.approve(request, user, now))
    }

    /// An access token of this reader without a sign-in.
    pub fn token(&self, user: i64) -> String {
        let now = self.front.clock.now();
        let mut state = self.state();
        let life = state.knobs.expires_in;
        state.oauth.issue(user, WEB_CLIENT.into(), life, now).0
    }

    /// The reader's access tokens stop working now; refresh tokens still work.
    pub fn expire_tokens(&self, user: i64) {
        self.state().oauth.expire(user);
    }

    /// The reader takes the application's permission away: no token works any more.
    pub fn revoke_tokens(&self, user: i64) {
        self.state().oauth.revoke(user);
    }
}
