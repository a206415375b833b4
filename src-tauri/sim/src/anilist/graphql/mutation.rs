//! The writes (anilist.md section 9). The aliases of a document are carried out one after the other.

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};

use crate::anilist::reply::{invalid, not_found};
use crate::anilist::state::{Entry, State};
use crate::anilist::values::{FuzzyDate, ListStatus};

use super::change::Change;
use super::entry::EntryNode;
use super::media::Many;
use super::{Call, Reach, answer};

/// The root of all mutations.
pub(in crate::anilist) struct Mutation;

/// `Deleted`.
#[derive(SimpleObject)]
struct Deleted {
    deleted: Option<bool>,
}

#[Object]
#[allow(clippy::too_many_arguments, reason = "the arguments are AniList's")]
impl Mutation {
    /// Creates an entry or changes the one with this id, or the one about this medium.
    #[graphql(name = "SaveMediaListEntry")]
    async fn save_media_list_entry(
        &self,
        context: &Context<'_>,
        id: Option<i64>,
        media_id: Option<i64>,
        status: Option<ListStatus>,
        score: Option<f64>,
        score_raw: Option<i64>,
        progress: Option<i64>,
        progress_volumes: Option<i64>,
        repeat: Option<i64>,
        priority: Option<i64>,
        private: Option<bool>,
        notes: Option<String>,
        hidden_from_status_lists: Option<bool>,
        custom_lists: Many<String>,
        advanced_scores: Many<f64>,
        started_at: Option<FuzzyDate>,
        completed_at: Option<FuzzyDate>,
    ) -> Option<Result<EntryNode>> {
        let change = Change {
            status,
            score,
            score_raw,
            progress,
            progress_volumes,
            repeat,
            priority,
            private,
            notes,
            hidden_from_status_lists,
            custom_lists,
            advanced_scores,
            started_at,
            completed_at,
        };
        attempt(context, |writer| {
            change.check()?;
            let before = writer.target(id, media_id)?;
            writer.save(before, &change).map(EntryNode)
        })
    }

    /// One set of values for many entries.
    #[graphql(name = "UpdateMediaListEntries")]
    async fn update_media_list_entries(
        &self,
        context: &Context<'_>,
        status: Option<ListStatus>,
        score: Option<f64>,
        score_raw: Option<i64>,
        progress: Option<i64>,
        progress_volumes: Option<i64>,
        repeat: Option<i64>,
        priority: Option<i64>,
        private: Option<bool>,
        notes: Option<String>,
        hidden_from_status_lists: Option<bool>,
        advanced_scores: Many<f64>,
        started_at: Option<FuzzyDate>,
        completed_at: Option<FuzzyDate>,
        ids: Many<i64>,
    ) -> Option<Result<Vec<Option<EntryNode>>>> {
        let change = Change {
            status,
            score,
            score_raw,
            progress,
            progress_volumes,
            repeat,
            priority,
            private,
            notes,
            hidden_from_status_lists,
            custom_lists: None,
            advanced_scores,
            started_at,
            completed_at,
        };
        attempt(context, |writer| {
            change.check()?;
            let ids = ids.into_iter().flatten().flatten();
            let before = ids.map(|id| writer.target(Some(id), None)).collect::<Result<Vec<_>>>()?;
            before.into_iter().map(|before| Ok(Some(EntryNode(writer.save(before, &change)?)))).collect()
        })
    }

    /// Takes the ENTRY's id, not the medium's; 404 when there is none.
    #[graphql(name = "DeleteMediaListEntry")]
    async fn delete_media_list_entry(&self, context: &Context<'_>, id: Option<i64>) -> Option<Result<Deleted>> {
        attempt(context, |writer| {
            let Target::Existing(entry) = writer.target(id, None)? else { return Err(not_found()) };
            writer.call.note(entry.id, writer.state.remove(entry.id));
            Ok(Deleted { deleted: Some(true) })
        })
    }
}

/// One alias at work: the state is its own until it is done.
struct Writer<'a> {
    state: &'a mut State,
    call: &'a Call,
    viewer: i64,
    now: chrono::DateTime<chrono::Utc>,
}

/// What a save is about.
enum Target {
    Existing(Arc<Entry>),
    New(i64),
}

/// Carries an alias out, unless an earlier one spoilt the request, and tells the request if it fails.
fn attempt<T>(context: &Context<'_>, write: impl FnOnce(&mut Writer<'_>) -> Result<T>) -> Option<Result<T>> {
    answer(|| {
        let reach = Reach::of(context)?;
        if reach.call.is_spoilt() {
            return Ok(None);
        }
        let written = reach.viewer().and_then(|viewer| {
            let mut state = reach.state();
            write(&mut Writer { state: &mut state, call: reach.call, viewer, now: reach.now() })
        });
        written.map(Some).inspect_err(|_| reach.call.spoil())
    })
}

impl Writer<'_> {
    /// An absent entry is 404, an absent or locked medium a validation error.
    fn target(&self, id: Option<i64>, media: Option<i64>) -> Result<Target> {
        if let Some(id) = id {
            let own = self.state.entry(id).filter(|entry| entry.user_id == self.viewer);
            return own.cloned().map(Target::Existing).ok_or_else(not_found);
        }
        let problem = |text: &str| invalid(&[("mediaId", text.into())]);
        let id = media.ok_or_else(|| problem("The media id field is required."))?;
        let media = self.state.shelf.get(id).ok_or_else(|| problem("The selected media id is invalid."))?;
        match self.state.entry_of(self.viewer, id) {
            Some(entry) => Ok(Target::Existing(Arc::clone(entry))),
            None if media.locked => Err(problem("The selected media is locked.")),
            None => Ok(Target::New(id)),
        }
    }

    fn save(&mut self, target: Target, change: &Change) -> Result<Arc<Entry>> {
        let owner = self.state.users.get(&self.viewer).cloned().ok_or_else(not_found)?;
        let (before, entry) = match target {
            Target::Existing(entry) => (Some(Arc::clone(&entry)), Entry::clone(&entry)),
            Target::New(media) => (None, self.state.blank(self.viewer, media, self.now)),
        };
        let mut after = change.over(entry, &owner);
        let moved = before.as_deref() != Some(&after) || self.state.knobs.noop_save_bumps;
        if moved {
            after.updated_at = self.now.timestamp();
        }
        self.call.note(after.id, before);
        Ok(self.state.put(after))
    }
}
