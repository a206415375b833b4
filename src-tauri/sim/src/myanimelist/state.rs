//! What MyAnimeList remembers: the catalogue, everybody's lists, tokens and knobs. Pure: the
//! time is a parameter. Knows no HTTP.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::entry::Entry;
use super::fields::Fields;
use super::firewall::Firewall;
use super::knobs::Knobs;
use super::oauth::OAuth;
use super::refusal::Refusal;
use super::title::Title;
use super::write;
use crate::params::Params;

/// One list: entries by manga id.
pub(super) type List = BTreeMap<i64, Entry>;

/// Everything that the service knows.
#[derive(Debug)]
pub(super) struct State {
    pub(super) titles: BTreeMap<i64, Title>,
    /// By account id.
    pub(super) lists: HashMap<i64, List>,
    pub(super) oauth: OAuth,
    pub(super) firewall: Firewall,
    pub(super) knobs: Knobs,
}

impl State {
    /// `PATCH` and `PUT /manga/{id}/my_list_status`: the entry after it (section 3).
    pub(super) fn update(
        &mut self,
        account: i64,
        id: i64,
        form: &Params,
        now: DateTime<Utc>,
    ) -> Result<&Entry, Refusal> {
        let title = self.titles.get(&id).ok_or(Refusal::NotFound)?;
        if !title.approved {
            return Err(Refusal::InvalidContent);
        }
        let list = self.lists.entry(account).or_default();
        let entry = write::upsert(list.get(&id), form, self.knobs.keep_finish_date, now)?;
        Ok(list.entry(id).insert_entry(entry).into_mut())
    }

    /// `DELETE /manga/{id}/my_list_status`: refused when there is nothing to remove (section 3).
    pub(super) fn remove(&mut self, account: i64, id: i64) -> Result<(), Refusal> {
        let removed = self.lists.get_mut(&account).and_then(|list| list.remove(&id));
        removed.map(drop).ok_or(Refusal::NotFound)
    }

    /// `GET /manga/{id}` (section 3); hidden titles are shown to whoever asks by id.
    pub(super) fn manga(&self, caller: Option<i64>, id: i64, query: &Params) -> Result<serde_json::Value, Refusal> {
        let fields = Fields::parse(query.get("fields").unwrap_or_default());
        let title = self.titles.get(&id).ok_or(Refusal::NotFound)?;
        Ok(self.node(title, caller, &fields))
    }
}
