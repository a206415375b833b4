//! What Kitsu remembers: accounts, catalogue, mappings, libraries and tokens, and who may see what (kitsu.md section
//! 5.3). Pure: the time is a parameter. Knows no HTTP.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

use super::entry::Entry;
use super::manga::{Manga, Mapping};
use super::oauth::OAuth;
use super::save::{Invalid, save};
use crate::control::Account;

/// Everything that the service knows.
#[derive(Debug)]
pub(super) struct State {
    pub(super) users: BTreeMap<i64, User>,
    pub(super) manga: BTreeMap<i64, Manga>,
    pub(super) mappings: Mappings,
    /// By the entry's own id.
    pub(super) entries: BTreeMap<i64, Entry>,
    /// Entry ids by account and manga, which are unique together.
    places: HashMap<(i64, i64), i64>,
    last_entry: i64,
    pub(super) oauth: OAuth,
    pub(super) knobs: Knobs,
}

/// An account and its settings.
#[derive(Clone, Debug)]
pub struct User {
    pub(super) account: Account,
    /// Whether R18 manga are hidden from the account: so for every new one (sections 4 and 5.3).
    pub sfw_filter: bool,
    /// `simple`, `regular` or `advanced`: display only (section 4).
    pub rating_system: String,
}

/// What the facts leave open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knobs {
    /// When `include=manga` on library entries fails (section 5.2).
    pub include_manga: IncludeManga,
    /// Whether more than 15 sign-ins a minute are refused (section 1); so where limits are real.
    pub throttled: bool,
}

/// When `include=manga` on library entries answers 500 (section 5.2; the cause is inferred).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncludeManga {
    /// It never does.
    Works,
    /// Where a manga on the page is hidden from the reader.
    #[default]
    FailsWhenHidden,
    /// Always.
    Fails,
}

/// Mappings in the order of their ids, found by manga and by the other site's id.
#[derive(Debug, Default)]
pub(super) struct Mappings {
    all: BTreeMap<i64, Mapping>,
    by_manga: HashMap<i64, Vec<i64>>,
    last: i64,
}

/// Who asks: an account or nobody, and whether R18 is hidden from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Viewer {
    pub(super) account: Option<i64>,
    sfw: bool,
}

impl State {
    pub(super) fn new(users: Vec<User>, manga: BTreeMap<i64, Manga>, throttled: bool) -> Self {
        Self {
            users: users.into_iter().map(|user| (user.account.id, user)).collect(),
            manga,
            mappings: Mappings::default(),
            entries: BTreeMap::new(),
            places: HashMap::new(),
            last_entry: 9000,
            oauth: OAuth::new(),
            knobs: Knobs { include_manga: IncludeManga::default(), throttled },
        }
    }

    /// The viewer for an account; nobody sees R18 without one.
    pub(super) fn viewer(&self, account: Option<i64>) -> Viewer {
        let sfw = account.and_then(|id| self.users.get(&id)).is_none_or(|user| user.sfw_filter);
        Viewer { account, sfw }
    }

    /// The visibility of entries (section 5.3): private ones are their owner's; R18 ones hide behind the filter even
    /// from their owner, except those that are private as well.
    pub(super) fn sees(&self, viewer: Viewer, entry: &Entry) -> bool {
        let own = viewer.account == Some(entry.user);
        let adult = self.manga.get(&entry.manga).is_some_and(|manga| manga.adult);
        match entry.private {
            true => own,
            false => !(adult && viewer.sfw),
        }
    }

    /// R18 manga are hidden unless there is a token and the filter is off (section 5.3).
    pub(super) fn shows(&self, viewer: Viewer, manga: i64) -> bool {
        self.manga.get(&manga).is_some_and(|manga| !(manga.adult && viewer.sfw))
    }

    /// The entry of an account for a manga.
    pub(super) fn place(&self, account: i64, manga: i64) -> Option<&Entry> {
        self.entries.get(self.places.get(&(account, manga))?)
    }

    /// Stores a new entry or a changed one through the rules of saving.
    pub(super) fn save(&mut self, mut entry: Entry, now: DateTime<Utc>) -> Result<&Entry, Vec<Invalid>> {
        let chapters = self.manga.get(&entry.manga).ok_or(vec![NO_MEDIA])?.chapter_count;
        let before = self.entries.get(&entry.id);
        if before.is_none() {
            if self.places.contains_key(&(entry.user, entry.manga)) {
                return Err(vec![TAKEN]);
            }
            entry.id = self.last_entry + 1;
            entry.created_at = now.trunc_subsecs(3);
        }
        let entry = save(before, entry, chapters, now)?;
        Ok(self.put(entry))
    }

    /// Stores an entry as it is.
    pub(super) fn put(&mut self, entry: Entry) -> &Entry {
        self.last_entry = self.last_entry.max(entry.id);
        self.places.insert((entry.user, entry.manga), entry.id);
        self.entries.entry(entry.id).insert_entry(entry).into_mut()
    }

    /// Removes an entry by its own id.
    pub(super) fn remove(&mut self, id: i64) -> Option<Entry> {
        let removed = self.entries.remove(&id)?;
        self.places.remove(&(removed.user, removed.manga));
        Some(removed)
    }
}

impl Mappings {
    /// Adds one; the id is the next.
    pub(super) fn add(&mut self, manga: i64, site: &str, external_id: &str) {
        self.last += 1;
        let mapping = Mapping { id: self.last, manga, site: site.into(), external_id: external_id.into() };
        self.all.insert(self.last, mapping);
        self.by_manga.entry(manga).or_default().push(self.last);
    }

    /// Takes all mappings of a manga away.
    pub(super) fn clear(&mut self, manga: i64) {
        for id in self.by_manga.remove(&manga).unwrap_or_default() {
            self.all.remove(&id);
        }
    }

    pub(super) fn get(&self, id: i64) -> Option<&Mapping> {
        self.all.get(&id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Mapping> {
        self.all.values()
    }

    /// The ids of a manga's mappings.
    pub(super) fn of(&self, manga: i64) -> &[i64] {
        self.by_manga.get(&manga).map_or(&[], Vec::as_slice)
    }
}

/// Unique per account and manga (section 5.4).
const TAKEN: Invalid = Invalid { attribute: "mangaId", message: "has already been taken" };
/// An unknown manga (section 5.4, inferred).
const NO_MEDIA: Invalid = Invalid { attribute: "media", message: "must exist" };
