//! MyAnimeList at the start: its part of the catalogue, the reader's list in its own terms, its API clients.

use std::collections::{BTreeMap, HashMap};

use chrono::SubsecRound;

use super::entry::{Entry, Status};
use super::firewall::Firewall;
use super::knobs::{Flood, Knobs};
use super::oauth::{Client, OAuth};
use super::state::{List, State};
use super::title::Title;
use super::write::save;
use super::{PUBLIC_CLIENT, REDIRECTS, WEB_CLIENT, WEB_SECRET};
use crate::catalog::{Format, Work};
use crate::control::READER;
use crate::library::{PartialDate, Seeded, Status as Place};
use crate::{Limits, Setup};

/// The state of a service that has just been set up.
pub(super) fn state(setup: &Setup) -> State {
    State {
        titles: titles(setup),
        lists: HashMap::from([(READER, list(setup))]),
        oauth: OAuth::new(vec![client(WEB_CLIENT, Some(WEB_SECRET)), client(PUBLIC_CLIENT, None)]),
        firewall: Firewall::default(),
        knobs: Knobs { flood: (setup.limits == Limits::Real).then(Flood::default), ..Knobs::default() },
    }
}

fn client(id: &str, secret: Option<&str>) -> Client {
    let redirects = REDIRECTS.map(str::to_owned).to_vec();
    Client { id: id.to_owned(), secret: secret.map(str::to_owned), redirects }
}

/// Where several works share an id, MyAnimeList has the first.
fn titles(setup: &Setup) -> BTreeMap<i64, Title> {
    let mut titles = BTreeMap::new();
    for work in setup.catalog.works() {
        if let Some(id) = work.myanimelist {
            titles.entry(id).or_insert_with(|| title(id, work, &setup.base_url));
        }
    }
    titles
}

fn title(id: i64, work: &Work, base_url: &str) -> Title {
    Title {
        id,
        title: work.romaji.clone(),
        english: work.english.clone(),
        japanese: work.native.clone(),
        synonyms: work.synonyms.clone(),
        media_type: media_type(work.format),
        nsfw: nsfw(work),
        num_chapters: work.chapters_at_myanimelist().unwrap_or(0),
        num_volumes: work.volumes.unwrap_or(0),
        year: work.year,
        status: if work.finished { "finished" } else { "currently_publishing" },
        authors: work.authors.clone(),
        approved: true,
        picture: crate::cover::address(base_url, id),
    }
}

fn media_type(format: Format) -> &'static str {
    match format {
        Format::Manga => "manga",
        Format::Novel => "light_novel",
        Format::OneShot => "one_shot",
    }
}

/// Some works that are not for adults only are gray, and hidden as well (section 2).
fn nsfw(work: &Work) -> &'static str {
    match work.index % 20 {
        _ if work.adult => "black",
        7 => "gray",
        _ => "white",
    }
}

fn list(setup: &Setup) -> List {
    let mut list = List::new();
    for seeded in &setup.library {
        let id = setup.catalog.works().get(seeded.work).and_then(|work| work.myanimelist);
        if let Some(id) = id {
            list.entry(id).or_insert_with(|| entry(seeded));
        }
    }
    list
}

/// Private is unknown here; the score has ten steps.
fn entry(seeded: &Seeded) -> Entry {
    let mut entry = Entry {
        status: status(seeded.status),
        is_rereading: seeded.status == Place::Rereading,
        score: seeded.score.map_or(0, |score| u8::try_from((score + 5) / 10).unwrap_or(10).min(10)),
        num_volumes_read: seeded.volumes,
        num_chapters_read: seeded.chapters,
        num_times_reread: seeded.rereads,
        comments: seeded.notes.clone(),
        start_date: date(seeded.started),
        finish_date: date(seeded.finished),
        ..Entry::default()
    };
    save(&mut entry, false, seeded.updated_at.trunc_subsecs(0));
    entry
}

/// The website's way to reread is a completed entry that is being reread (section 5).
fn status(place: Place) -> Status {
    match place {
        Place::Reading => Status::Reading,
        Place::Completed | Place::Rereading => Status::Completed,
        Place::OnHold => Status::OnHold,
        Place::Dropped => Status::Dropped,
        Place::Planned => Status::PlanToRead,
    }
}

/// Year, year and month, or the whole date.
fn date(date: PartialDate) -> Option<String> {
    let year = date.year?;
    Some(match (date.month, date.day) {
        (None, _) => format!("{year:04}"),
        (Some(month), None) => format!("{year:04}-{month:02}"),
        (Some(month), Some(day)) => format!("{year:04}-{month:02}-{day:02}"),
    })
}
