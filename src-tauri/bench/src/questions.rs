//! What ten thousand open questions cost: statements, the size of the answers, and requests. Times are told beside them, without a
//! bound.

#[path = "../../engine/tests/world/statements.rs"]
mod statements;

use std::{sync::Arc, time::Instant};

use chrono::TimeDelta;
use kuroibara_core::{Field, Fields, Provider, Rule, Value, merge::decide::Answer};
use kuroibara_engine::{settings::SettingsChange, store::LibraryQuery};
use kuroibara_sim::{Catalog, Limits, Sim, SimClock, SimConfig, Work, anilist::ListStatus};

use self::statements::Statements;
use crate::{
    Outcome,
    edits::Shared,
    figure::Figure,
    world::{Reader, count_anew, requests, unlimited, writes},
};

const QUESTIONS: usize = 10_000;
/// As many as the window asks for at once.
const PAGE: u32 = 200;

pub(crate) async fn measure() -> Outcome<Vec<Figure>> {
    let clock = SimClock::manual("2026-11-01T12:00:00Z".parse()?);
    let sim = services(clock.clone()).await?;
    let reader = Reader::new(unlimited(&sim), Arc::new(Shared(clock.clone()))).await?;
    ask(&reader, &sim, &clock).await?;
    let mut costs = Costs::default();
    let _counting = tracing::subscriber::set_default(costs.statements.clone());
    let all = costs.of("the whole list", 10, reader.engine.conflicts(u32::MAX, None)).await?;
    let last_page_but_one = Some(all.conflicts[QUESTIONS - PAGE as usize - 1].id);
    let page = costs.of("a page of the list", 10, reader.engine.conflicts(PAGE, last_page_but_one)).await?;
    let (first, second) = (all.conflicts[0].id, all.conflicts[1].id);
    costs.of("one answer", 25, reader.engine.resolve(first, Answer::Provider(Provider::AniList))).await?;
    let alike = costs.of("an answer for all alike", 800, reader.engine.resolve_alike(second, Answer::Local)).await?;
    let back = costs.of("taking it back", 800, reader.engine.reopen(second)).await?;
    reader.engine.resolve_alike(second, Answer::Local).await?;
    let mut figures = costs.figures;
    figures.push(size("a page of the list", &page, Some(200_000))?);
    figures.push(size("the whole list", &all, None)?);
    let undone = [all.total as usize, alike + 1, back.reopened + 1].map(|each| each.abs_diff(QUESTIONS)).iter().sum();
    figures.push(count("all of it", undone, "questions not listed, answered or open again", 0));
    figures.extend(settled(&reader, &sim, &clock).await?);
    Ok(figures)
}

/// The next sync sends what was chosen, and the one after it finds nothing to do.
async fn settled(reader: &Reader, sim: &Sim, clock: &SimClock) -> Outcome<[Figure; 3]> {
    clock.advance(TimeDelta::minutes(1));
    count_anew(sim);
    reader.sync().await?;
    let (sent, asked) = (writes(sim, Provider::AniList), requests(sim, Provider::AniList).len());
    clock.advance(TimeDelta::minutes(1));
    let left = reader.sync_fully().await?.plan.len();
    Ok([
        count("the sync that sends the answers", asked, "requests", QUESTIONS / 25 + QUESTIONS / 500 + 1),
        count("the sync that sends the answers", sent.abs_diff(QUESTIONS - 1), "entries not written once", 0),
        count(
            "a full sync after it",
            left + reader.engine.conflicts(0, None).await?.total as usize,
            "changes and questions left",
            0,
        ),
    ])
}

/// Works that AniList knows and that stand in its list.
async fn services(clock: SimClock) -> Outcome<Sim> {
    let work = |n| Work { anilist: Some(1000 + n), ..Work::titled(&format!("The {n}th Rose of the Lantern Garden")) };
    let catalog = Arc::new(Catalog::new((0..QUESTIONS as i64).map(work).collect()));
    let config = SimConfig { entries: 0, limits: Limits::Off, clock, ..SimConfig::default() };
    let sim = Sim::with_catalog(config, catalog).await?;
    for n in 0..QUESTIONS as i64 {
        sim.anilist.set_entry(1000 + n, |entry| entry.status = ListStatus::Current);
    }
    Ok(sim)
}

/// The notes of each title are changed here and there, so that each is asked about.
async fn ask(reader: &Reader, sim: &Sim, clock: &SimClock) -> Outcome<()> {
    clock.advance(TimeDelta::days(1));
    reader.connect(&[Provider::AniList]).await?;
    let ask = SettingsChange { rule: Some(Rule::Ask), ..SettingsChange::default() };
    reader.engine.update(Provider::AniList, &ask).await?;
    reader.sync().await?;
    clock.advance(TimeDelta::minutes(1));
    let all = LibraryQuery { limit: u32::MAX, ..LibraryQuery::default() };
    let manga: Vec<_> = reader.engine.library(&all).await?.entries.iter().map(|entry| entry.manga_id).collect();
    let note = |text: &str| format!("{text}, and look up whether the new edition has its colour pages");
    let here = Fields::new().with(Field::Notes, Value::Text(Some(note("Lent volume 3 to a friend").into())));
    reader.engine.edit_many(&manga, &here).await?;
    let there = note("Reread from chapter 12");
    for n in 0..QUESTIONS as i64 {
        sim.anilist.set_entry(1000 + n, |entry| entry.notes = Some(there.clone()));
    }
    clock.advance(TimeDelta::minutes(1));
    reader.sync().await?;
    Ok(())
}

/// What each step cost so far.
#[derive(Default)]
struct Costs {
    statements: Statements,
    figures: Vec<Figure>,
}

impl Costs {
    async fn of<T, E>(&mut self, what: &str, at_most: usize, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        self.statements.taken();
        let begun = Instant::now();
        let done = work.await?;
        self.figures.push(Figure::told(named(what), begun.elapsed().as_secs_f64() * 1000.0, "ms"));
        self.figures.push(count(what, self.statements.taken(), "statements", at_most));
        Ok(done)
    }
}

fn named(what: &str) -> String {
    format!("{QUESTIONS} open questions, {what}")
}

fn count(what: &str, measured: usize, unit: &'static str, at_most: usize) -> Figure {
    Figure::count(named(what), measured, unit, at_most)
}

fn size(what: &str, answer: &impl serde::Serialize, at_most: Option<usize>) -> Outcome<Figure> {
    let bytes = serde_json::to_vec(answer)?.len();
    Ok(match at_most {
        Some(at_most) => count(what, bytes, "bytes", at_most),
        None => Figure::told(named(what), bytes as f64, "bytes"),
    })
}
