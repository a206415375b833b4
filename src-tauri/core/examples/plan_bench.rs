//! How long planning takes: 100,000 entries at three providers, most of them in step and some changed on every side. Prints
//! one JSON object: seconds for one pass on one core and the peak of resident memory, each beside its bound.
#![allow(clippy::print_stdout, missing_docs)]

use std::time::Instant;

use chrono::TimeDelta;
use enum_map::EnumMap;
use kuroibara_core::{
    Base, Entry, EntryId, Field, Local, MangaState, Observation, Origin, Pair, PartialDate, Policy, Provider, Remote,
    Score, Shape, Side, Stamp, Stamps, Status, Time, Totals, Value, plan::plan, state::Sent,
};

fn main() {
    let entries: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let policy = Policy { keep_in_step: true, ..Policy::default() };
    let states: Vec<MangaState> = (0..entries).map(state).collect();
    let begun = Instant::now();
    let (mut settled, mut requests) = (0, 0);
    for state in &states {
        let plan = plan(state, &policy);
        settled += usize::from(plan.is_settled(state));
        requests += plan.pushes.values().filter(|push| push.request.is_some()).count();
    }
    let seconds = begun.elapsed().as_secs_f64();
    eprintln!("{settled} settled, {requests} requests");
    let what = format!("planning {entries} entries at 3 providers on one core");
    let mut figures = vec![serde_json::json!({
        "what": what, "measured": seconds, "unit": "s", "at_most": 1, "holds": seconds <= 1.0,
    })];
    if let Some(megabytes) = peak_megabytes() {
        let (what, holds) = ("peak memory of it", megabytes <= 500.0);
        figures.push(serde_json::json!({
            "what": what, "measured": megabytes, "unit": "MB", "at_most": 500, "holds": holds,
        }));
    }
    let holds = figures.iter().all(|figure| figure["holds"] == true);
    println!("{}", serde_json::json!({ "holds": holds, "figures": figures }));
}

/// Of ten entries one was edited here and one at a provider; one is not linked yet; the rest is in step.
fn state(n: usize) -> MangaState {
    let mut entry = entry(n);
    let sides = EnumMap::from_fn(|provider| Some(side(provider, n, &entry)));
    if n.is_multiple_of(10) {
        entry.chapters += 1;
    }
    MangaState { local: Local::Present(entry, Stamps::all(Stamp::new(day(3), Origin::User))), sides }
}

fn entry(n: usize) -> Entry {
    let count = |most: usize| (n * 7 % most) as u32;
    Entry {
        status: Status::ALL[n % 6],
        chapters: count(300),
        volumes: count(30),
        score: Score::new((n % 101) as i64).ok(),
        rereads: count(3),
        started_on: PartialDate::new(2020, Some(1 + (n % 12) as u8), Some(1 + (n % 28) as u8)).ok(),
        finished_on: None,
        notes: n.is_multiple_of(4).then(|| format!("note {n}").into()),
        private: false,
    }
}

fn side(provider: Provider, n: usize, entry: &Entry) -> Side {
    let (shape, totals) = (Shape::of(provider), Totals { chapters: n.is_multiple_of(2).then_some(400), volumes: None });
    let held = shape.project(&entry.fields(), totals);
    let entry_id = (provider != Provider::MyAnimeList).then(|| EntryId(n.to_string()));
    let mut base = Base { entry_id: entry_id.clone(), ..Base::default() };
    for (field, value) in held.iter() {
        let ours = Some(Sent { raw: entry.get(field), projected: value.clone() });
        base.pairs[field] = Some(Pair::new(ours, value.clone()));
    }
    let mut fields = held;
    if n % 10 == 1 && provider == Provider::ALL[n % 3] {
        fields.set(Field::Chapters, Value::Count(entry.chapters + 2));
    }
    let seen = Observation { fields, entry_id, updated_at: day(2), read_before: Some(day(1)) };
    Side {
        totals,
        base: (n % 10 != 2).then_some(base),
        remote: Remote::Present(seen),
        intent: None,
        left_out: Default::default(),
    }
}

fn day(n: i64) -> Time {
    Time::UNIX_EPOCH + TimeDelta::days(20_000 + n)
}

/// In megabytes of 1,000,000 bytes.
fn peak_megabytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}
