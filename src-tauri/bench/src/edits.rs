//! Requests and simulated time for a thousand local edits.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use kuroibara_engine::{
    clock::Clock,
    core::{Field, Fields, MangaId, Provider, Score, Status, Time, Value},
    library::EntryView,
    store::LibraryQuery,
};
use kuroibara_sim::{Limits, Sim, SimClock, SimConfig};

use crate::{
    Outcome,
    figure::Figure,
    world::{Reader, count_anew, limited, requests, unlimited, writes},
};

const EDITS: usize = 1000;
const ENTRIES: usize = 6 * EDITS;

/// The services' clock is ours: a wait moves both.
#[derive(Debug)]
pub(crate) struct Shared(pub(crate) SimClock);

#[async_trait::async_trait]
impl Clock for Shared {
    fn now(&self) -> Time {
        self.0.now()
    }

    async fn sleep(&self, duration: Duration) {
        self.0.advance(TimeDelta::from_std(duration).unwrap_or_default());
        tokio::task::yield_now().await;
    }
}

/// At all three services: how many requests it takes.
pub(crate) async fn measure() -> Outcome<Vec<Figure>> {
    let clock = SimClock::manual("2026-11-01T12:00:00Z".parse()?);
    let sim = services(Limits::Off, clock.clone()).await?;
    let reader = Reader::new(unlimited(&sim), Arc::new(Shared(clock.clone()))).await?;
    reader.connect(&Provider::ALL).await?;
    reader.sync().await?;
    clock.advance(TimeDelta::hours(1));
    edit(&reader, &Provider::ALL).await?;
    count_anew(&sim);
    reader.sync().await?;
    let mut figures: Vec<Figure> = Provider::ALL.into_iter().map(|provider| sent(&sim, provider)).collect();
    // The counts say nothing if something was left out.
    let left = reader.sync_fully().await?.plan.len();
    figures.push(Figure::count(format!("{EDITS} local edits"), left, "changes left", 0));
    Ok(figures)
}

/// At AniList alone, with its real limit: how long it takes. The other services' waits would move the shared clock too.
pub(crate) async fn measure_at_the_limit() -> Outcome<Vec<Figure>> {
    let start = "2026-11-01T12:00:00Z".parse()?;
    let clock = SimClock::manual(start);
    let sim = services(Limits::Real, clock.clone()).await?;
    let reader = Reader::new(limited(&sim), Arc::new(Shared(clock.clone()))).await?;
    reader.connect(&[Provider::AniList]).await?;
    reader.sync().await?;
    clock.advance(TimeDelta::hours(1));
    edit(&reader, &[Provider::AniList]).await?;
    count_anew(&sim);
    let begun = clock.now();
    reader.sync().await?;
    let took = (clock.now() - begun).as_seconds_f64();
    let refused = requests(&sim, Provider::AniList).iter().filter(|request| request.status == Some(429)).count();
    let what = format!("{EDITS} local edits at AniList's 30 requests a minute");
    Ok(vec![
        Figure::new(what.clone(), took, "simulated seconds", 120.0),
        Figure::count(what, refused, "refusals (429)", 1),
        unsent(&sim, Provider::AniList),
    ])
}

async fn services(limits: Limits, clock: SimClock) -> Outcome<Sim> {
    // Each list has the same works, so that each edit goes to each of them.
    let config =
        SimConfig { works: 2 * ENTRIES, entries: ENTRIES, overlap: 1.0, limits, clock, ..SimConfig::default() };
    Ok(Sim::start(config).await?)
}

/// Reads a chapter of a thousand titles that are on all these lists, and rates them.
async fn edit(reader: &Reader, at: &[Provider]) -> Outcome<()> {
    let library = reader.engine.library(&LibraryQuery { limit: u32::MAX, ..LibraryQuery::default() }).await?;
    let chosen: Vec<&EntryView> = library.entries.iter().filter(|entry| is_plain(entry, at)).take(EDITS).collect();
    if chosen.len() < EDITS {
        return Err(format!("only {} titles of {} are fit to be edited", chosen.len(), library.entries.len()).into());
    }
    for (n, entry) in chosen.into_iter().enumerate() {
        let (manga, changes) = change(n, entry)?;
        reader.engine.edit(manga, &changes).await?;
    }
    Ok(())
}

/// A title of which no service changes more than it is told.
fn is_plain(entry: &EntryView, at: &[Provider]) -> bool {
    let has_more = entry.total_chapters.is_none_or(|total| entry.chapters_read + 2 < total);
    let everywhere = at.iter().all(|provider| entry.mappings.contains_key(provider));
    everywhere && has_more && !entry.private && entry.status == Status::Reading
}

fn change(n: usize, entry: &EntryView) -> Outcome<(MangaId, Fields)> {
    let mut changes = Fields::new().with(Field::Chapters, Value::Count(entry.chapters_read + 1));
    if n.is_multiple_of(2) {
        // A step that every service can hold.
        let score = 10 + 10 * (n as i64 / 2 % 9);
        changes.set(Field::Score, Value::Score(Some(Score::new(score)?)));
    }
    Ok((entry.manga_id, changes))
}

fn sent(sim: &Sim, provider: Provider) -> Figure {
    let at_most = match provider {
        Provider::AniList => 40,
        // An edit that the service holds already is not sent.
        Provider::MyAnimeList | Provider::Kitsu => writes(sim, provider) + 1,
    };
    let what = format!("{EDITS} local edits, {}", provider.title());
    Figure::count(what, requests(sim, provider).len(), "requests", at_most)
}

/// What did not arrive: the other figures say nothing if something did not.
fn unsent(sim: &Sim, provider: Provider) -> Figure {
    let what = format!("{EDITS} local edits, {}", provider.title());
    Figure::count(what, EDITS.abs_diff(writes(sim, provider)), "edits not written once", 0)
}
