//! `MediaListCollection`: a whole list or a chunk of it, grouped by status and by custom list (anilist.md section 6).

use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::{Result, SimpleObject};

use crate::anilist::reply::refusal;
use crate::anilist::state::{Entry, State, User};
use crate::anilist::values::{ListStatus, MediaFormat};

use super::entry::EntryNode;
use super::media::{Many, within, without};
use super::order::{MediaListSort, arrange};
use super::user::UserNode;

/// Only the most recently updated entries are shown of a larger list.
const MOST: usize = 11_000;
/// The largest chunk.
const CHUNK: usize = 500;

/// `MediaListCollection`.
#[derive(SimpleObject)]
pub(super) struct MediaListCollection {
    lists: Option<Vec<Option<MediaListGroup>>>,
    user: Option<UserNode>,
    has_next_chunk: Option<bool>,
}

/// `MediaListGroup`.
#[derive(SimpleObject)]
struct MediaListGroup {
    entries: Option<Vec<Option<EntryNode>>>,
    name: Option<String>,
    is_custom_list: Option<bool>,
    is_split_completed_list: Option<bool>,
    status: Option<ListStatus>,
}

/// Whose entries are asked for, and which.
#[derive(Default)]
pub(super) struct EntryFilter {
    pub(super) user_id: Option<i64>,
    pub(super) user_name: Option<String>,
    pub(super) status: Option<ListStatus>,
    pub(super) status_in: Many<ListStatus>,
    pub(super) status_not_in: Many<ListStatus>,
    pub(super) media_id: Option<i64>,
    pub(super) media_id_in: Many<i64>,
    pub(super) sort: Many<MediaListSort>,
}

/// Which part of the list is asked for.
#[derive(Default)]
pub(super) struct Chunk {
    pub(super) number: Option<i64>,
    pub(super) size: Option<i64>,
    pub(super) single_completed_list: bool,
}

impl EntryFilter {
    /// The reader whose list it is. The user is never taken from the token.
    pub(super) fn owner<'a>(&self, state: &'a State, viewer: Option<i64>) -> Result<&'a User> {
        let user = match (self.user_id, &self.user_name) {
            (Some(id), _) => state.users.get(&id),
            (None, Some(name)) => state.users.values().find(|user| user.name.eq_ignore_ascii_case(name)),
            (None, None) => return Err(refusal(400, "A userId or userName is required.")),
        };
        let user = user.ok_or_else(|| refusal(404, "User not found"))?;
        if user.private_profile && viewer != Some(user.id) {
            return Err(refusal(404, "Private User"));
        }
        Ok(user)
    }

    /// The owner's entries that match and that the viewer may see, in the order asked for.
    pub(super) fn find(&self, state: &State, owner: i64, viewer: Option<i64>) -> Vec<Arc<Entry>> {
        let visible = |entry: &Entry| !entry.private || viewer == Some(owner);
        let mut found: Vec<_> = match self.media_id {
            Some(media) => state.entry_of(owner, media).into_iter().cloned().collect(),
            None => state.entries_of(owner).cloned().collect(),
        };
        found.retain(|entry| visible(entry) && self.admits(entry));
        let sorts: Vec<_> = self.sort.iter().flatten().flatten().copied().collect();
        arrange(&mut found, &sorts);
        found
    }

    fn admits(&self, entry: &Entry) -> bool {
        self.status.is_none_or(|status| status == entry.status)
            && within(&self.status_in, &entry.status)
            && without(&self.status_not_in, &entry.status)
            && within(&self.media_id_in, &entry.media_id)
    }
}

impl MediaListCollection {
    /// The groups of one chunk of these entries.
    pub(super) fn new(state: &State, owner: &User, mut entries: Vec<Arc<Entry>>, chunk: &Chunk) -> Self {
        keep_newest(&mut entries);
        let (entries, more) = chunk.cut(entries);
        let mut groups = status_groups(state, owner, &entries, chunk.single_completed_list);
        groups.extend(owner.custom_lists.iter().filter_map(|name| custom_group(name, &entries)));
        Self {
            lists: Some(groups.into_iter().map(Some).collect()),
            user: Some(UserNode(owner.clone())),
            has_next_chunk: Some(more),
        }
    }
}

fn keep_newest(entries: &mut Vec<Arc<Entry>>) {
    if entries.len() > MOST {
        let mut times: Vec<_> = entries.iter().map(|entry| (entry.updated_at, entry.id)).collect();
        times.sort_unstable();
        let oldest_kept = times[times.len() - MOST];
        entries.retain(|entry| (entry.updated_at, entry.id) >= oldest_kept);
    }
}

impl Chunk {
    /// Its number from 1; chunk 0 is chunk 1.
    pub(super) fn place(&self) -> usize {
        usize::try_from(self.number.unwrap_or(1)).unwrap_or(1).max(1)
    }

    /// Chunks count unique entries. Without chunk arguments the whole list comes at once.
    fn cut(&self, mut entries: Vec<Arc<Entry>>) -> (Vec<Arc<Entry>>, bool) {
        if self.number.is_none() && self.size.is_none() {
            return (entries, false);
        }
        let size = self.size.map_or(CHUNK, |size| usize::try_from(size).unwrap_or(1).clamp(1, CHUNK));
        let before = (self.place() - 1).saturating_mul(size);
        let mut rest = entries.split_off(before.min(entries.len()));
        let more = rest.len() > size;
        rest.truncate(size);
        (rest, more)
    }
}

/// Entries by status, the hidden ones left out; completed ones also by format where the owner wants that.
fn status_groups(state: &State, owner: &User, entries: &[Arc<Entry>], single: bool) -> Vec<MediaListGroup> {
    let split = owner.split_completed && !single;
    let format = |entry: &Entry| state.shelf.get(entry.media_id).map(|media| media.format);
    let mut groups: BTreeMap<(usize, Option<MediaFormat>), Vec<&Arc<Entry>>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| !entry.hidden_from_status_lists) {
        let place = ListStatus::ALL.iter().position(|&status| status == entry.status).unwrap_or_default();
        let by_format = split && entry.status == ListStatus::Completed;
        groups.entry((place, if by_format { format(entry) } else { None })).or_default().push(entry);
    }
    groups.into_iter().map(|((place, format), entries)| status_group(ListStatus::ALL[place], format, entries)).collect()
}

fn status_group(status: ListStatus, format: Option<MediaFormat>, entries: Vec<&Arc<Entry>>) -> MediaListGroup {
    let suffix = match format {
        Some(MediaFormat::Novel) => " Novel",
        Some(MediaFormat::OneShot) => " One Shot",
        Some(_) => " Manga",
        None => "",
    };
    MediaListGroup {
        entries: Some(nodes(entries)),
        name: Some(format!("{}{suffix}", status.group_name())),
        is_custom_list: Some(false),
        is_split_completed_list: Some(format.is_some()),
        status: Some(status),
    }
}

/// A custom list has no status of its own, and holds hidden entries too.
fn custom_group(name: &str, entries: &[Arc<Entry>]) -> Option<MediaListGroup> {
    let held: Vec<_> = entries.iter().filter(|entry| entry.custom_lists.contains(name)).collect();
    (!held.is_empty()).then(|| MediaListGroup {
        entries: Some(nodes(held)),
        name: Some(name.into()),
        is_custom_list: Some(true),
        is_split_completed_list: Some(false),
        status: None,
    })
}

fn nodes(entries: Vec<&Arc<Entry>>) -> Vec<Option<EntryNode>> {
    entries.into_iter().map(|entry| Some(EntryNode(Arc::clone(entry)))).collect()
}
