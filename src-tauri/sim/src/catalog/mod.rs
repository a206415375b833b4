//! The works that exist in the simulated world, the same for all three services: titles, totals and the id each service
//! gives a work. It knows nothing of lists, accounts or HTTP.

mod corpus;
mod invent;

use std::collections::HashMap;
use std::path::Path;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// What kind of work it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// A comic of several chapters.
    Manga,
    /// A light novel (a manga by type at all three services).
    Novel,
    /// A comic of one chapter.
    OneShot,
}

/// One work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// Its place in the catalogue.
    pub index: usize,
    /// Its id at AniList, if it is listed there.
    pub anilist: Option<i64>,
    /// Its id at MyAnimeList. Not unique: AniList may split what MyAnimeList joins (anilist.md section 10).
    pub myanimelist: Option<i64>,
    /// Its ids at Kitsu: none, one, or rarely two (mapping.md section 1).
    pub kitsu: Vec<i64>,
    /// What kind of work it is.
    pub format: Format,
    /// The title in Latin letters.
    pub romaji: String,
    /// The English title.
    pub english: Option<String>,
    /// The title in its own script.
    pub native: Option<String>,
    /// Other titles.
    pub synonyms: Vec<String>,
    /// Who made it, "First Last".
    pub authors: Vec<String>,
    /// How many chapters there are; known once finished.
    pub chapters: Option<u32>,
    /// How many volumes there are; known once finished.
    pub volumes: Option<u32>,
    /// AniList's total, where it differs from `chapters`.
    pub anilist_chapters: Option<u32>,
    /// MyAnimeList's total, where it differs from `chapters`.
    pub myanimelist_chapters: Option<u32>,
    /// Kitsu's total, where it differs from `chapters`.
    pub kitsu_chapters: Option<u32>,
    /// The year in which it began.
    pub year: Option<i32>,
    /// Whether publication has ended.
    pub finished: bool,
    /// Whether it is for adults only (R18).
    pub adult: bool,
}

/// All works, found by index or by any service's id.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    works: Vec<Work>,
    anilist: HashMap<i64, usize>,
    myanimelist: HashMap<i64, Vec<usize>>,
    kitsu: HashMap<i64, usize>,
}

impl Catalog {
    /// So many works from a seed: nine tenths real ones where `corpus` holds `titles.jsonl.gz`, the rest (or all) invented.
    pub fn generate(seed: u64, works: usize, corpus: Option<&Path>) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let real = corpus.map(corpus::read).unwrap_or_default();
        let ids = invent::Ids::above(&real);
        let mut chosen = corpus::choose(real, works * 9 / 10, &mut rng);
        invent::fill(&mut chosen, works, ids, &mut rng);
        for work in &mut chosen {
            total(work, &mut rng);
        }
        Self::new(chosen)
    }

    /// A catalogue of just these works; their `index` is set here.
    pub fn new(works: Vec<Work>) -> Self {
        let mut catalog = Self { works, ..Self::default() };
        for (index, work) in catalog.works.iter_mut().enumerate() {
            work.index = index;
            catalog.anilist.extend(work.anilist.map(|id| (id, index)));
            catalog.kitsu.extend(work.kitsu.iter().map(|&id| (id, index)));
            if let Some(id) = work.myanimelist {
                catalog.myanimelist.entry(id).or_default().push(index);
            }
        }
        catalog
    }

    /// All works in order.
    pub fn works(&self) -> &[Work] {
        &self.works
    }

    /// The work with this AniList id.
    pub fn by_anilist(&self, id: i64) -> Option<&Work> {
        self.anilist.get(&id).and_then(|&index| self.works.get(index))
    }

    /// The works with this MyAnimeList id; MyAnimeList itself shows the first.
    pub fn by_myanimelist(&self, id: i64) -> impl Iterator<Item = &Work> {
        self.myanimelist.get(&id).into_iter().flatten().filter_map(|&index| self.works.get(index))
    }

    /// The work with this Kitsu id.
    pub fn by_kitsu(&self, id: i64) -> Option<&Work> {
        self.kitsu.get(&id).and_then(|&index| self.works.get(index))
    }
}

impl Work {
    /// A work with a title and nothing else, for tests to fill in.
    pub fn titled(romaji: &str) -> Self {
        Self {
            index: 0,
            anilist: None,
            myanimelist: None,
            kitsu: Vec::new(),
            format: Format::Manga,
            romaji: romaji.into(),
            english: None,
            native: None,
            synonyms: Vec::new(),
            authors: Vec::new(),
            chapters: None,
            volumes: None,
            anilist_chapters: None,
            myanimelist_chapters: None,
            kitsu_chapters: None,
            year: None,
            finished: false,
            adult: false,
        }
    }

    /// The total that AniList shows.
    pub fn chapters_at_anilist(&self) -> Option<u32> {
        self.anilist_chapters.or(self.chapters)
    }

    /// The total that MyAnimeList shows.
    pub fn chapters_at_myanimelist(&self) -> Option<u32> {
        self.myanimelist_chapters.or(self.chapters)
    }

    /// The total that Kitsu shows.
    pub fn chapters_at_kitsu(&self) -> Option<u32> {
        self.kitsu_chapters.or(self.chapters)
    }
}

/// The corpus has no totals, years or adult works, so these are drawn from the seed for every work.
fn total(work: &mut Work, rng: &mut StdRng) {
    work.year = rng.random_bool(0.97).then(|| rng.random_range(1975..=2025));
    work.finished = work.format == Format::OneShot || rng.random_bool(0.65);
    work.adult = work.adult || rng.random_bool(0.03);
    if !work.finished {
        return;
    }
    let volumes = rng.random_range(1..=30);
    let chapters = if work.format == Format::OneShot { 1 } else { volumes * rng.random_range(4..=9) };
    work.volumes = Some(if work.format == Format::OneShot { 1 } else { volumes });
    work.chapters = Some(chapters);
    if chapters > 1 && rng.random_bool(0.03) {
        let other = Some(chapters + rng.random_range(1..=3));
        match rng.random_range(0..3) {
            0 => work.anilist_chapters = other,
            1 => work.myanimelist_chapters = other,
            _ => work.kitsu_chapters = other,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_works() {
        let works = Catalog::generate(7, 400, None);
        assert_eq!(works.works(), Catalog::generate(7, 400, None).works());
        assert_ne!(works.works(), Catalog::generate(8, 400, None).works());
    }

    #[test]
    fn every_id_at_anilist_and_kitsu_names_one_work() {
        let catalog = Catalog::generate(1, 3000, None);
        for work in catalog.works() {
            assert!(work.anilist.is_none_or(|id| catalog.by_anilist(id).unwrap().index == work.index));
            assert!(work.kitsu.iter().all(|&id| catalog.by_kitsu(id).unwrap().index == work.index));
        }
    }

    #[test]
    fn some_works_lack_links_share_them_or_have_two() {
        let catalog = Catalog::generate(1, 3000, None);
        let any = |test: fn(&Work) -> bool| catalog.works().iter().any(test);
        assert!(any(|work| work.anilist.is_some() && work.myanimelist.is_none()));
        assert!(any(|work| work.anilist.is_none() && work.myanimelist.is_some()));
        assert!(any(|work| work.kitsu.is_empty()));
        assert!(any(|work| work.kitsu.len() == 2));
        assert!(any(|work| work.adult));
        assert!(any(|work| work.kitsu_chapters.is_some()));
        assert!(catalog.myanimelist.values().any(|works| works.len() > 1));
    }
}
