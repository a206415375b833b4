//! What AniList remembers: readers, their entries, tokens and codes. It keeps the indexes true and stamps times; it knows
//! neither HTTP nor GraphQL.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::control::{Account, READER};
use crate::library::Seeded;

use super::knobs::Knobs;
use super::media::Shelf;
use super::oauth::Access;
use super::values::{FuzzyDate, ListStatus, ScoreFormat};

/// One list entry (anilist.md section 7).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The entry's own id, never used again once removed.
    pub id: i64,
    /// Its owner.
    pub user_id: i64,
    /// What it is about.
    pub media_id: i64,
    /// Where the reader is.
    pub status: ListStatus,
    /// 0 to 100; 0 is no score. Kept whatever the reader's format is (section 8).
    pub score_raw: u32,
    /// Chapters read.
    pub progress: u32,
    /// Volumes read.
    pub progress_volumes: u32,
    /// How often it was read again.
    pub repeat: u32,
    /// 0 to 255.
    pub priority: u32,
    /// Whether only its owner sees it.
    pub private: bool,
    /// The reader's notes.
    pub notes: Option<String>,
    /// Whether it is shown only in custom lists (section 6).
    pub hidden_from_status_lists: bool,
    /// The custom lists that hold it.
    pub custom_lists: BTreeSet<String>,
    /// One score for each of the reader's advanced scoring sections.
    pub advanced_scores: Vec<f64>,
    /// When reading began.
    pub started_at: FuzzyDate,
    /// When it ended.
    pub completed_at: FuzzyDate,
    /// Unix seconds; may be 0 on old rows (section 7).
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

/// A reader and how their lists are set up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// AniList's user id.
    pub id: i64,
    /// The user name.
    pub name: String,
    /// How the reader gives and sees scores.
    pub score_format: ScoreFormat,
    /// The names of the custom lists for manga.
    pub custom_lists: Vec<String>,
    /// Whether completed entries are grouped by format.
    pub split_completed: bool,
    /// Whether others can't see the profile.
    pub private_profile: bool,
    /// The names of the advanced scoring sections; switched off when empty.
    pub advanced_scoring: Vec<String>,
}

/// The demo reader's custom list.
const FAVOURITES: &str = "Favourites";

/// Everything.
#[derive(Debug)]
pub(super) struct State {
    pub(super) shelf: Shelf,
    pub(super) users: BTreeMap<i64, User>,
    pub(super) access: Access,
    pub(super) knobs: Knobs,
    entries: BTreeMap<i64, Arc<Entry>>,
    by_media: HashMap<(i64, i64), i64>,
    next_entry: i64,
}

impl Entry {
    /// An entry that says nothing yet. Which status an entry gets that is saved without one is not known (section 9).
    pub(super) fn blank(id: i64, user_id: i64, media_id: i64, now: DateTime<Utc>) -> Self {
        Self {
            id,
            user_id,
            media_id,
            status: ListStatus::Current,
            score_raw: 0,
            progress: 0,
            progress_volumes: 0,
            repeat: 0,
            priority: 0,
            private: false,
            notes: None,
            hidden_from_status_lists: false,
            custom_lists: BTreeSet::new(),
            advanced_scores: Vec::new(),
            started_at: FuzzyDate::default(),
            completed_at: FuzzyDate::default(),
            created_at: now.timestamp(),
            updated_at: now.timestamp(),
        }
    }

    /// One entry in nine is a favourite, and some of these are shown nowhere else: readers do that, and a client that skips
    /// custom lists would lose them (section 6).
    fn seeded(self, seeded: &Seeded) -> Self {
        let favourite = seeded.work.is_multiple_of(9);
        Self {
            custom_lists: favourite.then(|| FAVOURITES.into()).into_iter().collect(),
            hidden_from_status_lists: favourite && seeded.work.is_multiple_of(4),
            status: seeded.status.into(),
            score_raw: seeded.score.unwrap_or(0),
            progress: seeded.chapters,
            progress_volumes: seeded.volumes,
            repeat: seeded.rereads,
            private: seeded.private,
            notes: Some(seeded.notes.clone()).filter(|notes| !notes.is_empty()),
            started_at: seeded.started.into(),
            completed_at: seeded.finished.into(),
            created_at: seeded.updated_at.timestamp() - 86_400,
            updated_at: seeded.updated_at.timestamp(),
            ..self
        }
    }
}

impl State {
    /// The accounts of `Account::all`, the first of them with the seeded list.
    pub(super) fn new(catalog: &Catalog, library: &[Seeded], access: Access) -> Self {
        let mut state = Self {
            shelf: Shelf::new(catalog),
            users: Account::all().map(|account| (account.id, User::new(account))).into(),
            access,
            knobs: Knobs::default(),
            entries: BTreeMap::new(),
            by_media: HashMap::new(),
            next_entry: 900_001,
        };
        let media = |seeded: &Seeded| catalog.works().get(seeded.work).and_then(|work| work.anilist);
        if let Some(reader) = state.users.get_mut(&READER).filter(|_| !library.is_empty()) {
            reader.custom_lists.push(FAVOURITES.into());
        }
        for (seeded, media_id) in library.iter().filter_map(|seeded| Some((seeded, media(seeded)?))) {
            let blank = state.blank(READER, media_id, seeded.updated_at);
            state.put(blank.seeded(seeded));
        }
        state
    }

    /// A new entry that is not in the list yet.
    pub(super) fn blank(&mut self, user_id: i64, media_id: i64, now: DateTime<Utc>) -> Entry {
        self.next_entry += 1;
        Entry::blank(self.next_entry - 1, user_id, media_id, now)
    }

    pub(super) fn entry(&self, id: i64) -> Option<&Arc<Entry>> {
        self.entries.get(&id)
    }

    pub(super) fn entry_of(&self, user: i64, media: i64) -> Option<&Arc<Entry>> {
        self.by_media.get(&(user, media)).and_then(|id| self.entries.get(id))
    }

    pub(super) fn entries_of(&self, user: i64) -> impl Iterator<Item = &Arc<Entry>> {
        self.entries.values().filter(move |entry| entry.user_id == user)
    }

    /// Stores an entry under its id.
    pub(super) fn put(&mut self, entry: Entry) -> Arc<Entry> {
        let entry = Arc::new(entry);
        self.by_media.insert((entry.user_id, entry.media_id), entry.id);
        self.entries.insert(entry.id, Arc::clone(&entry));
        entry
    }

    pub(super) fn remove(&mut self, id: i64) -> Option<Arc<Entry>> {
        let entry = self.entries.remove(&id)?;
        self.by_media.remove(&(entry.user_id, entry.media_id));
        Some(entry)
    }

    /// A moderator merges a medium into another: entries move along, unless their owner already has the other (section 10).
    pub(super) fn merge_media(&mut self, from: i64, into: i64) {
        for entry in self.entries_about(from) {
            self.remove(entry.id);
            if self.entry_of(entry.user_id, into).is_none() {
                self.put(Entry { media_id: into, ..Entry::clone(&entry) });
            }
        }
        self.shelf.remove(from);
    }

    /// A moderator deletes a medium; its entries go with it (section 10).
    pub(super) fn delete_media(&mut self, id: i64) {
        for entry in self.entries_about(id) {
            self.remove(entry.id);
        }
        self.shelf.remove(id);
    }

    fn entries_about(&self, media: i64) -> Vec<Arc<Entry>> {
        self.entries.values().filter(|entry| entry.media_id == media).cloned().collect()
    }
}

impl User {
    fn new(account: Account) -> Self {
        Self {
            id: account.id,
            name: account.name,
            score_format: ScoreFormat::Point10Decimal,
            custom_lists: Vec::new(),
            split_completed: false,
            private_profile: false,
            advanced_scoring: Vec::new(),
        }
    }
}
