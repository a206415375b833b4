//! AniList's catalogue: its media, found by id, MyAnimeList id or search. It knows no lists or readers.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::catalog::{Catalog, Work};

use super::values::{FuzzyDate, MediaFormat, MediaStatus};

/// One medium as AniList shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Media {
    /// AniList's id.
    pub id: i64,
    /// MyAnimeList's id; nullable and not unique (anilist.md section 10).
    pub id_mal: Option<i64>,
    /// The title in Latin letters.
    pub romaji: String,
    /// The English title.
    pub english: Option<String>,
    /// The title in its own script.
    pub native: Option<String>,
    /// Other titles.
    pub synonyms: Vec<String>,
    /// What kind of work it is.
    pub format: MediaFormat,
    /// How far its publication is.
    pub status: MediaStatus,
    /// Null until finished (section 7).
    pub chapters: Option<u32>,
    /// Null until finished (section 7).
    pub volumes: Option<u32>,
    /// When publication began.
    pub start: FuzzyDate,
    /// Who made it, "First Last".
    pub authors: Vec<String>,
    /// Whether it is for adults only.
    pub adult: bool,
    /// Whether it can't be added to lists (section 9).
    pub locked: bool,
    /// All titles in lower case, for the search.
    searchable: Vec<String>,
}

/// All media.
#[derive(Clone, Debug, Default)]
pub(super) struct Shelf {
    media: BTreeMap<i64, Arc<Media>>,
    by_mal: HashMap<i64, Vec<i64>>,
}

impl Media {
    fn from_work(work: &Work) -> Option<Self> {
        let titles = [Some(&work.romaji), work.english.as_ref(), work.native.as_ref()];
        Some(Self {
            id: work.anilist?,
            id_mal: work.myanimelist,
            romaji: work.romaji.clone(),
            english: work.english.clone(),
            native: work.native.clone(),
            synonyms: work.synonyms.clone(),
            format: work.format.into(),
            status: status(work),
            chapters: work.finished.then(|| work.chapters_at_anilist()).flatten(),
            volumes: work.finished.then_some(work.volumes).flatten(),
            start: work.year.map(FuzzyDate::in_year).unwrap_or_default(),
            authors: work.authors.clone(),
            adult: work.adult,
            locked: false,
            searchable: titles.into_iter().flatten().chain(&work.synonyms).map(|title| title.to_lowercase()).collect(),
        })
    }

    /// How well a search in lower case meets the titles; none when it does not. Fewer is better.
    pub(super) fn match_rank(&self, search: &str) -> Option<usize> {
        self.searchable.iter().filter_map(|title| rank(title, search)).min()
    }

    /// Invented, but the same for ever.
    pub(super) fn popularity(&self) -> i64 {
        self.id.wrapping_mul(2_654_435_761) % 100_000
    }
}

/// The exact title first, then its beginning, then its middle, then all words in any order.
fn rank(title: &str, search: &str) -> Option<usize> {
    let extra = title.len().saturating_sub(search.len());
    match title.find(search) {
        Some(0) => Some(extra),
        Some(_) => Some(1_000 + extra),
        None => search.split_whitespace().all(|word| title.contains(word)).then_some(2_000 + extra),
    }
}

fn status(work: &Work) -> MediaStatus {
    match (work.finished, work.index % 12) {
        (true, _) => MediaStatus::Finished,
        (false, 0) => MediaStatus::Hiatus,
        (false, _) => MediaStatus::Releasing,
    }
}

impl Shelf {
    pub(super) fn new(catalog: &Catalog) -> Self {
        let mut shelf = Self::default();
        for media in catalog.works().iter().filter_map(Media::from_work) {
            if let Some(mal) = media.id_mal {
                shelf.by_mal.entry(mal).or_default().push(media.id);
            }
            shelf.media.insert(media.id, Arc::new(media));
        }
        shelf
    }

    pub(super) fn get(&self, id: i64) -> Option<&Arc<Media>> {
        self.media.get(&id)
    }

    pub(super) fn by_mal(&self, id: i64) -> impl Iterator<Item = &Arc<Media>> {
        self.by_mal.get(&id).into_iter().flatten().filter_map(|id| self.media.get(id))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Media>> {
        self.media.values()
    }

    /// Changes a medium, as a moderator may; whether it is known.
    pub(super) fn edit(&mut self, id: i64, edit: impl FnOnce(&mut Media)) -> bool {
        self.media.get_mut(&id).map(|media| edit(Arc::make_mut(media))).is_some()
    }

    pub(super) fn remove(&mut self, id: i64) -> bool {
        self.media.remove(&id).is_some()
    }
}
