//! Kitsu at the start: its part of the catalogue with mappings, the accounts, the reader's library in its own terms.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};

use super::entry::{Entry, Status};
use super::manga::Manga;
use super::state::{State, User};
use crate::catalog::{Format, Work};
use crate::control::{Account, READER};
use crate::library::{PartialDate, Seeded, Status as Place};
use crate::{Limits, Setup};

/// The state of a service that has just been set up.
pub(super) fn state(setup: &Setup) -> State {
    let works = setup.catalog.works();
    let manga =
        works.iter().flat_map(|work| work.kitsu.iter().map(|id| (*id, manga(*id, work, &setup.base_url)))).collect();
    let mut state = State::new(users(), manga, setup.limits == Limits::Real);
    map(&mut state, works);
    for (number, seeded) in (9001..).zip(&setup.library) {
        if let Some(entry) = entry(number, seeded, works, &state.manga) {
            state.put(entry);
        }
    }
    state
}

/// A new account has the filter on (section 4); the demonstration's reader switched it off.
fn users() -> Vec<User> {
    let user = |account: Account| User { sfw_filter: account.id != READER, account, rating_system: "advanced".into() };
    Account::all().map(user).to_vec()
}

fn manga(id: i64, work: &Work, base_url: &str) -> Manga {
    Manga {
        id,
        romaji: work.romaji.clone(),
        english: work.english.clone(),
        japanese: work.native.clone(),
        synonyms: work.synonyms.clone(),
        subtype: subtype(work.format),
        chapter_count: work.chapters_at_kitsu(),
        volume_count: work.volumes,
        year: work.year,
        finished: work.finished,
        adult: work.adult,
        picture: crate::cover::address(base_url, id),
    }
}

fn subtype(format: Format) -> &'static str {
    match format {
        Format::Manga => "manga",
        Format::Novel => "novel",
        Format::OneShot => "oneshot",
    }
}

/// Two listings of one work share its ids elsewhere (mapping.md section 1). Some works are mapped to MyAnimeList only:
/// AniList mappings grow from importers (same place).
fn map(state: &mut State, works: &[Work]) {
    for work in works {
        for &id in &work.kitsu {
            if let Some(external) = work.myanimelist {
                state.mappings.add(id, "myanimelist/manga", &external.to_string());
            }
            if let Some(external) = work.anilist.filter(|_| work.myanimelist.is_none() || work.index % 16 != 11) {
                state.mappings.add(id, "anilist/manga", &external.to_string());
            }
        }
    }
}

/// The line of the library, as far as Kitsu can hold it and under its caps (section 5.6).
fn entry(id: i64, seeded: &Seeded, works: &[Work], manga: &BTreeMap<i64, Manga>) -> Option<Entry> {
    let manga = manga.get(works.get(seeded.work)?.kitsu.first()?)?;
    let saved = seeded.updated_at.trunc_subsecs(3);
    let status = status(seeded.status);
    let most = manga.chapter_count.unwrap_or(5000);
    let progress = if status == Status::Completed { manga.chapter_count } else { None };
    Some(Entry {
        id,
        user: READER,
        manga: manga.id,
        status,
        progress: progress.unwrap_or(seeded.chapters).min(most).into(),
        // What importers fill it with (section 5.1).
        volumes_owned: seeded.volumes.into(),
        reconsuming: seeded.status == Place::Rereading,
        reconsume_count: seeded.rereads.min(50).into(),
        notes: (!seeded.notes.is_empty()).then(|| seeded.notes.clone()),
        private: seeded.private,
        rating_twenty: seeded.score.map(|score| i64::from((score + 2) / 5).clamp(2, 20)),
        started_at: day(seeded.started),
        finished_at: day(seeded.finished),
        progressed_at: Some(saved),
        created_at: saved,
        updated_at: saved,
    })
}

fn status(place: Place) -> Status {
    match place {
        Place::Reading | Place::Rereading => Status::Current,
        Place::Completed => Status::Completed,
        Place::OnHold => Status::OnHold,
        Place::Dropped => Status::Dropped,
        Place::Planned => Status::Planned,
    }
}

/// Kitsu knows whole days only.
fn day(date: PartialDate) -> Option<DateTime<Utc>> {
    let day = NaiveDate::from_ymd_opt(date.year?, date.month?, date.day?)?;
    Some(day.and_hms_opt(0, 0, 0)?.and_utc())
}
