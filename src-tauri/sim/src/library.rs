//! A reader's library from a seed, in no service's terms: what each of the three lists holds at the start. The lists
//! overlap and mostly agree, with the differences that years of use on several services leave behind.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use crate::catalog::{Catalog, Format, Work};

/// One of the three simulated services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// AniList.
    AniList,
    /// MyAnimeList.
    MyAnimeList,
    /// Kitsu.
    Kitsu,
}

/// Where the reader is with a work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Reading it.
    Reading,
    /// Has read it.
    Completed,
    /// Paused.
    OnHold,
    /// Given up.
    Dropped,
    /// Wants to read it.
    Planned,
    /// Reading it again.
    Rereading,
}

/// A date of which only the year, or year and month, may be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartialDate {
    /// The year.
    pub year: Option<i32>,
    /// The month, 1 to 12.
    pub month: Option<u32>,
    /// The day, 1 to 31.
    pub day: Option<u32>,
}

/// One line of a list; each service stores what it can of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seeded {
    /// The work, by its place in the catalogue.
    pub work: usize,
    /// Where the reader is.
    pub status: Status,
    /// Chapters read.
    pub chapters: u32,
    /// Volumes read.
    pub volumes: u32,
    /// 1 to 100, or none.
    pub score: Option<u32>,
    /// How often it was read again.
    pub rereads: u32,
    /// When reading began.
    pub started: PartialDate,
    /// When it ended.
    pub finished: PartialDate,
    /// The reader's notes; may be empty.
    pub notes: String,
    /// Whether others may not see it.
    pub private: bool,
    /// When the entry was last saved.
    pub updated_at: DateTime<Utc>,
}

/// How large the lists are.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Entries in each list, as far as the catalogue has works for it.
    pub entries: usize,
    /// Which share of a list's works is in all three lists (0 to 1).
    pub overlap: f64,
}

/// The list that a service holds at the start, all of it saved before `now`.
pub fn library(catalog: &Catalog, seed: u64, service: Service, size: Size, now: DateTime<Utc>) -> Vec<Seeded> {
    let works = chosen(catalog, seed, service, size);
    works.into_iter().map(|work| differing(entry(work, seed, now), work, seed, service, now)).collect()
}

/// The shared works first, the same for all services; then each service goes on from another place in the same order.
fn chosen(catalog: &Catalog, seed: u64, service: Service, size: Size) -> Vec<&Work> {
    let mut works: Vec<&Work> = catalog.works().iter().collect();
    works.shuffle(&mut StdRng::seed_from_u64(seed ^ 0x5eed));
    let everywhere =
        |work: &&Work| [Service::AniList, Service::MyAnimeList, Service::Kitsu].iter().all(|&s| listed(work, s));
    let (shared, own): (Vec<&Work>, Vec<&Work>) = works.into_iter().partition(everywhere);
    let in_all = ((size.entries as f64 * size.overlap.clamp(0.0, 1.0)) as usize).min(shared.len());
    let (shared, spare) = shared.split_at(in_all);
    let mut rest: Vec<&Work> =
        own.into_iter().chain(spare.iter().copied()).filter(|work| listed(work, service)).collect();
    let skipped = rest.len() / 3 * ordinal(service);
    rest.rotate_left(skipped);
    shared.iter().copied().chain(rest).take(size.entries).collect()
}

fn listed(work: &Work, service: Service) -> bool {
    match service {
        Service::AniList => work.anilist.is_some(),
        Service::MyAnimeList => work.myanimelist.is_some(),
        Service::Kitsu => !work.kitsu.is_empty(),
    }
}

fn ordinal(service: Service) -> usize {
    match service {
        Service::AniList => 0,
        Service::MyAnimeList => 1,
        Service::Kitsu => 2,
    }
}

/// What the reader thinks of a work, the same for all services.
fn entry(work: &Work, seed: u64, now: DateTime<Utc>) -> Seeded {
    let mut rng = StdRng::seed_from_u64(seed.wrapping_mul(31).wrapping_add(work.index as u64));
    let status = status(work, &mut rng);
    let chapters = progress(work.chapters, status, &mut rng);
    let begun = now.date_naive() - TimeDelta::days(rng.random_range(200..3000));
    let ended = begun + TimeDelta::days(rng.random_range(1..190));
    Seeded {
        work: work.index,
        status,
        chapters,
        volumes: if chapters == 0 { 0 } else { work.volumes.map_or(chapters / 9, |v| v.min(chapters / 6 + 1)) },
        score: (status != Status::Planned && rng.random_bool(0.7)).then(|| rng.random_range(3..=20) * 5),
        rereads: if rng.random_bool(0.04) { rng.random_range(1..4) } else { 0 },
        started: if status == Status::Planned { PartialDate::default() } else { date(begun, &mut rng) },
        finished: if status == Status::Completed { date(ended, &mut rng) } else { PartialDate::default() },
        notes: notes(&mut rng),
        private: rng.random_bool(0.02),
        updated_at: now - TimeDelta::seconds(rng.random_range(86_400..60 * 86_400)),
    }
}

fn status(work: &Work, rng: &mut StdRng) -> Status {
    match rng.random_range(0..100) {
        0..25 => Status::Reading,
        25..55 if work.finished => Status::Completed,
        25..55 => Status::Reading,
        55..65 => Status::OnHold,
        65..72 => Status::Dropped,
        72..97 => Status::Planned,
        _ => Status::Rereading,
    }
}

fn progress(total: Option<u32>, status: Status, rng: &mut StdRng) -> u32 {
    match status {
        Status::Planned => 0,
        Status::Completed => total.unwrap_or(1),
        Status::Reading | Status::OnHold | Status::Dropped | Status::Rereading => {
            rng.random_range(0..total.unwrap_or(120).max(1))
        }
    }
}

/// One date in eight is known only to the month, one in twelve only to the year, one in ten not at all.
fn date(day: NaiveDate, rng: &mut StdRng) -> PartialDate {
    let (year, month) = (Some(day.year()), Some(day.month()));
    match rng.random_range(0..120) {
        0..12 => PartialDate::default(),
        12..22 => PartialDate { year, ..PartialDate::default() },
        22..37 => PartialDate { year, month, day: None },
        _ => PartialDate { year, month, day: Some(day.day()) },
    }
}

fn notes(rng: &mut StdRng) -> String {
    const NOTES: [&str; 6] = [
        "Read the whole arc in one night.",
        "Tom & Jerry <3 \"the cat's tail\"",
        "図書館で借りた。第３巻から面白い。",
        "lent vol. 2 to Mia\nget it back!",
        "5 > 4 & 3 < 4; it's 'fine'",
        "재독 예정 📚",
    ];
    if rng.random_bool(0.12) { NOTES[rng.random_range(0..NOTES.len())].into() } else { String::new() }
}

/// One shared entry in four differs at each service: progress ahead, another score, another status, older notes.
fn differing(mut entry: Seeded, work: &Work, seed: u64, service: Service, now: DateTime<Utc>) -> Seeded {
    let own = seed.wrapping_mul(131).wrapping_add(work.index as u64 * 3 + ordinal(service) as u64);
    let mut rng = StdRng::seed_from_u64(own);
    match rng.random_range(0..100) {
        0..12 if work.format != Format::OneShot && entry.status == Status::Reading => {
            let ahead = entry.chapters + rng.random_range(1..12);
            entry.chapters = work.chapters.map_or(ahead, |total| ahead.min(total));
        }
        12..18 => entry.score = entry.score.map(|score| (score + 7).min(100)),
        18..21 if entry.status == Status::Reading => entry.status = Status::OnHold,
        21..25 => entry.notes.clear(),
        _ => return entry,
    }
    entry.updated_at = now - TimeDelta::seconds(rng.random_range(3_600..20 * 86_400));
    entry
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::collections::HashSet;

    use super::*;

    fn lists(overlap: f64) -> [Vec<Seeded>; 3] {
        let catalog = Catalog::generate(3, 3000, None);
        let now = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
        let size = Size { entries: 400, overlap };
        [Service::AniList, Service::MyAnimeList, Service::Kitsu].map(|s| library(&catalog, 3, s, size, now))
    }

    #[test]
    fn the_lists_have_the_wanted_size_and_share() {
        let [a, b, c] = lists(0.7);
        assert_eq!([a.len(), b.len(), c.len()], [400; 3]);
        let works = |list: &[Seeded]| list.iter().map(|entry| entry.work).collect::<HashSet<_>>();
        let in_all = works(&a).intersection(&works(&b)).filter(|work| works(&c).contains(work)).count();
        assert!((280..400).contains(&in_all), "{in_all} works are in all lists");
    }

    #[test]
    fn shared_works_mostly_agree_and_sometimes_differ() {
        let [a, b, _] = lists(1.0);
        let same = a.iter().zip(&b).filter(|(a, b)| a.score == b.score && a.chapters == b.chapters).count();
        assert!((280..400).contains(&same), "{same} of 400 agree");
    }
}
