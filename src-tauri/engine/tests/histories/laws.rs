//! The laws of the sync, checked on a world that has come to rest. Each broken law is one line.

use std::{collections::HashMap, sync::Arc, time::Duration};

use enum_map::EnumMap;
use kuroibara_core::{
    Direction, Field, Local, MangaState, Origin, Provider, Remote, Totals, Value,
    merge::Question,
    plan::{MangaPlan, plan},
    state::Presence,
};
use kuroibara_engine::{
    plan::{WaitingPlan, WaitingRow},
    store::{ConflictKind, JournalRow, LoadedManga},
    sync::{
        Order,
        report::{ProviderStatus, Report},
    },
};

use crate::{
    heads::{Head, is_unique, same},
    world::World,
};

/// Runs that a world may need to come to rest: one, and one more for what a crash or a lost answer left behind.
const RUNS_TO_REST: usize = 3;

/// Heals everything, syncs until nothing is left, and checks what must hold then.
pub async fn check_at_rest(world: &Arc<World>) -> Vec<String> {
    heal(world).await;
    let mut rested = false;
    for _ in 0..RUNS_TO_REST {
        world.clock.pass(Duration::from_secs(25 * 3600));
        rested = is_quiet(sync(world, true).await.as_ref());
        if rested {
            break;
        }
    }
    let mut broken = std::mem::take(&mut world.memory().broken);
    if !rested {
        broken.push(format!("law 1: {RUNS_TO_REST} full syncs did not bring the world to rest"));
    }
    broken.extend(stillness(world).await);
    let stored = world.stored().await;
    broken.extend(duplicates(world, &stored));
    for manga in &stored {
        broken.extend(agreement(world, manga).await);
    }
    broken.extend(nothing_lost(world, &stored).await);
    broken
}

/// The services are well again, and the reader signs in where that is needed.
async fn heal(world: &Arc<World>) {
    world.note("== everything is well again");
    // Whatever pause a service asked for is over.
    world.clock.pass(Duration::from_secs(7 * 3600));
    for provider in Provider::ALL {
        world.faults(provider).clear();
        let integration = world.view.integration(provider).await.unwrap();
        if integration.is_connected() {
            let account = world.memory().accounts[provider];
            world.connect(provider, account).await;
        }
    }
    world.clock.pass(Duration::from_secs(7 * 3600));
}

async fn sync(world: &Arc<World>, full: bool) -> Option<Report> {
    world.sync(&Order { full, approved: true, ..Order::default() }, Vec::new(), None).await
}

fn is_quiet(report: Option<&Report>) -> bool {
    report.is_some_and(|report| report.plan.is_empty())
}

/// Law 1, second half: a further sync writes nothing, plans nothing, and moves neither the library nor a base.
async fn stillness(world: &Arc<World>) -> Vec<String> {
    let mut broken = Vec::new();
    for full in [true, false] {
        let before = (world.stored().await, EnumMap::<Provider, usize>::from_fn(|p| world.writes(p)));
        world.clock.pass(Duration::from_secs(3600));
        let Some(report) = sync(world, full).await else {
            broken.push("law 1: the last sync did not run".to_owned());
            continue;
        };
        for (provider, one) in &report.providers {
            let contradictory = one.errors.iter().all(|problem| problem.code == "contradictory_links");
            if one.status != ProviderStatus::Success && one.status != ProviderStatus::Skipped || !contradictory {
                broken.push(format!("law 1: at rest {provider} is {:?}: {:?}", one.status, one.errors));
            }
            if one.status == ProviderStatus::Success && one.requests > 8 {
                broken.push(format!("a sync with nothing new asked {provider} {} times", one.requests));
            }
        }
        if !report.plan.is_empty() {
            broken.push(format!("law 1: a further sync (full {full}) plans {:?}", report.plan));
        }
        let writes = EnumMap::<Provider, usize>::from_fn(|p| world.writes(p));
        if writes != before.1 {
            broken.push(format!("law 1: a further sync (full {full}) wrote {:?} -> {writes:?}", before.1));
        }
        let after = world.stored().await;
        for (before, after) in before.0.iter().zip(&after) {
            let bases =
                |manga: &LoadedManga| manga.state.sides().map(|(p, side)| (p, side.base.clone())).collect::<Vec<_>>();
            if bases(before) != bases(after) || before.state.local != after.state.local {
                broken.push(format!("law 1: a further sync (full {full}) moved {}", before.title));
            }
        }
        if before.0.len() != after.len() {
            broken.push("law 1: a further sync made a manga".to_owned());
        }
    }
    broken.extend(std::mem::take(&mut world.memory().broken));
    broken
}

/// One work with all its links is one manga.
fn duplicates(world: &World, stored: &[LoadedManga]) -> Vec<String> {
    let mut seen: HashMap<usize, usize> = HashMap::new();
    for work in
        stored.iter().filter(|manga| manga.state.local.present().is_some()).filter_map(|manga| world.work_of(manga))
    {
        *seen.entry(work).or_default() += 1;
    }
    let memory = world.memory();
    let linked = |work: &usize| memory.titles[*work].ids.values().all(Option::is_some) && !memory.split.contains(work);
    let twice = seen.into_iter().filter(|(work, count)| *count > 1 && linked(work));
    twice.map(|(work, count)| format!("work {work} is in the library {count} times")).collect()
}

/// The planner's view of a manga: the providers that take part.
async fn state(world: &World, manga: &LoadedManga) -> MangaState {
    let integrations = world.view.integrations().await.unwrap();
    let mut state = manga.state.clone();
    for provider in Provider::ALL {
        if !integrations[provider].is_connected() || !integrations[provider].policy.enabled {
            state.sides[provider] = None;
        }
        // Where nothing would go, nobody looks; what is not there is absent all the same.
        let there = world.work_of(manga).is_some_and(|work| world.list(provider).contains_key(&work));
        if let Some(side) = state.sides[provider].as_mut().filter(|side| side.remote == Remote::Unknown && !there) {
            side.remote = Remote::Absent;
        }
    }
    state
}

/// Law 1, first half: all sides agree, but for what is held, masked, refused, asked or accepted.
async fn agreement(world: &World, manga: &LoadedManga) -> Vec<String> {
    let policy = world.memory().policy.clone();
    let state = state(world, manga).await;
    let plan = plan(&state, &policy);
    let mut broken = Vec::new();
    let Some(work) = world.work_of(manga) else { return vec![format!("{} is no work", manga.title)] };
    for (provider, side) in state.sides() {
        let there = world.list(provider).remove(&work);
        let shape = policy.providers[provider].shape(provider);
        let real = there.as_ref().map(|fields| shape.project(fields, side.totals));
        let seen = side.remote.present().map(|seen| seen.fields.clone());
        if real != seen && !(seen.is_none() && manga.state.local.present().is_none()) {
            broken.push(format!("law 1: work {work} at {provider} was read as {seen:?} and is {real:?}"));
        }
        if manga.mappings[provider].as_ref().and_then(|m| m.due.as_ref()).is_some_and(|due| due.refused) {
            continue;
        }
        match (&manga.state.local, there.is_some()) {
            (Local::Present(..), true) => {
                broken.extend(disagreements(world, work, &plan, manga, &state, provider, &policy, real))
            }
            (Local::Present(..), false) => {
                let accepted = side.base.as_ref().is_some_and(|base| base.presence == Presence::KeptHere);
                let asked = plan.merged.questions.contains(&Question::VanishedThere(provider));
                let held = plan.pushes[provider].held_entry.is_some() || !policy.providers[provider].pushes();
                if !(accepted || asked || held) {
                    broken.push(format!("law 1: work {work} is here and not at {provider}"));
                }
                if asked
                    && !manga
                        .conflicts
                        .iter()
                        .any(|c| c.kind == ConflictKind::VanishedThere && c.provider == Some(provider))
                {
                    broken.push(format!("work {work} vanished at {provider} and nobody is asked"));
                }
            }
            (Local::Removed(..) | Local::Never, true) => {
                let accepted = side.base.as_ref().is_some_and(|base| base.presence == Presence::KeptThere);
                let asked = plan.merged.questions.contains(&Question::RemovedHere(provider));
                if !(accepted || asked || policy.providers[provider].direction != Direction::Both) {
                    broken.push(format!("law 1: work {work} is not here and at {provider}"));
                }
            }
            (Local::Removed(..) | Local::Never, false) => {}
        }
        for open in manga.conflicts.iter().filter(|open| open.provider == Some(provider)) {
            if open.kind == ConflictKind::VanishedThere && there.is_some() {
                broken.push(format!("law 7: work {work} is said to have vanished at {provider}, and is there"));
            }
        }
    }
    broken
}

#[allow(clippy::too_many_arguments)]
fn disagreements(
    world: &World,
    work: usize,
    plan: &MangaPlan,
    manga: &LoadedManga,
    state: &MangaState,
    provider: Provider,
    policy: &kuroibara_core::Policy,
    real: Option<kuroibara_core::Fields>,
) -> Vec<String> {
    let chosen = &policy.providers[provider];
    let side = state.sides[provider].as_ref().unwrap();
    let shape = chosen.shape(provider);
    let (Some((entry, _)), Some(theirs)) = (manga.state.local.present(), real) else { return Vec::new() };
    let mine = shape.project(&entry.fields(), side.totals);
    let differs = |field: &Field| mine.get(*field).zip(theirs.get(*field)).is_some_and(|(m, t)| m != t);
    let excused = |field: &Field| {
        let asked = plan.merged.questions.contains(&Question::Differs(field.group()));
        let held = plan.pushes[provider].held.contains(field) || plan.pushes[provider].held_entry.is_some();
        let masked = !chosen.allows(*field) || chosen.direction != Direction::Both;
        let vanished = plan.merged.questions.contains(&Question::VanishedThere(provider));
        let put_back = world.memory().put_back.get(&(provider, work, *field)).cloned();
        let is_put_back = put_back.is_some_and(|value| theirs.get(*field) == Some(&value));
        let noted = is_put_back && is_noted(manga, provider, *field);
        asked || held || masked || vanished || noted || is_accepted(manga, side.totals, provider, *field)
    };
    let wrong = Field::ALL.into_iter().filter(differs).filter(|field| !excused(field));
    let tell = |field: Field| (field, mine.get(field).cloned(), theirs.get(field).cloned());
    wrong.map(|field| format!("law 1: work {work}: {provider} disagrees: {:?}", tell(field))).collect()
}

/// An accepted difference: only Kitsu's own rules make one, and only what they really do.
fn is_accepted(manga: &LoadedManga, totals: Totals, provider: Provider, field: Field) -> bool {
    let Some((entry, _)) = manga.state.local.present() else { return false };
    let explained = match field {
        Field::Status | Field::Chapters => totals.chapters.is_some(),
        Field::StartedOn | Field::FinishedOn => entry.get(field).is_empty(),
        Field::Volumes | Field::Rereads | Field::Score | Field::Notes | Field::Private => false,
    };
    is_noted(manga, provider, field) && explained && provider == Provider::Kitsu
}

/// Whether the agreement with a provider says what the library holds now.
fn is_noted(manga: &LoadedManga, provider: Provider, field: Field) -> bool {
    let base = manga.state.sides[provider].as_ref().and_then(|side| side.base.as_ref());
    let (Some(base), Some((entry, _))) = (base, manga.state.local.present()) else { return false };
    base.pairs[field].as_ref().and_then(|pair| pair.ours.as_ref()).is_some_and(|sent| sent.raw == entry.get(field))
}

/// Law 3: every edit that nobody knowingly replaced is in the library, or in the journal as a decided conflict, or waits
/// visibly for a person.
async fn nothing_lost(world: &World, stored: &[LoadedManga]) -> Vec<String> {
    let journal = world.view.journal(None, 100_000, 0).await.unwrap();
    let heads: Vec<(usize, Vec<Head>)> = world.memory().heads.iter().map(|heads| heads.0.clone()).enumerate().collect();
    let mut broken = Vec::new();
    for (work, heads) in heads {
        let manga: Vec<&LoadedManga> = stored.iter().filter(|manga| world.work_of(manga) == Some(work)).collect();
        let rows: Vec<&JournalRow> = journal.iter().filter(|row| manga.iter().any(|m| m.id == row.manga)).collect();
        for head in heads.iter().filter(|head| head.alive) {
            let safe = head.value.is_empty()
                || is_chance(head, &heads)
                || manga.iter().any(|manga| is_in_library(manga, head) || is_open(manga, head))
                || rows.iter().any(|row| is_journalled(row, head))
                || is_outside(world, &manga, work, head).await;
            if !safe {
                broken.push(format!(
                    "law 3: work {work}: {:?} {:?} = {:?} is nowhere",
                    head.side, head.field, head.value
                ));
            }
        }
    }
    broken
}

/// Two sides that say the same agree by chance, and then one of the two edits is the agreement.
fn is_chance(head: &Head, heads: &[Head]) -> bool {
    let alike = |other: &Head| {
        other.side != head.side && other.field == head.field && same(head.field, &other.value, &head.value)
    };
    !is_unique(head.field) && heads.iter().any(alike)
}

fn is_in_library(manga: &LoadedManga, head: &Head) -> bool {
    match &manga.state.local {
        Local::Present(entry, _) | Local::Removed(entry, ..) => same(head.field, &entry.get(head.field), &head.value),
        Local::Never => false,
    }
}

fn is_journalled(row: &JournalRow, head: &Head) -> bool {
    if !["conflict_lost", "push_removed", "linked"].contains(&row.cause.as_str()) {
        return false;
    }
    let fields: Option<kuroibara_core::Fields> = row.before.clone().and_then(|json| serde_json::from_value(json).ok());
    let holds = |value: &Value| same(head.field, value, &head.value);
    fields.is_some_and(|fields| fields.get(head.field).is_some_and(holds))
}

fn is_open(manga: &LoadedManga, head: &Head) -> bool {
    manga.conflicts.iter().any(|open| open.kind == ConflictKind::Fields && open.group == Some(head.field.group()))
}

/// Edits at a provider that the reader's own choices leave there.
async fn is_outside(world: &World, manga: &[&LoadedManga], work: usize, head: &Head) -> bool {
    let Origin::Provider(provider) = head.side else { return false };
    let connected = world.view.integration(provider).await.unwrap().is_connected();
    let chosen = world.memory().policy.providers[provider];
    let waits = connected && chosen.pulls() && chosen.allows(head.field);
    // The library's value can't be held there, so the two are not compared.
    let shape = chosen.shape(provider);
    // Of a work that was split only the manga that is mapped there matters.
    let there = manga.iter().filter(|manga| manga.mappings[provider].is_some());
    let entry = there.filter_map(|manga| manga.state.local.present()).map(|(entry, _)| entry).next();
    let incomparable =
        entry.is_some_and(|entry| shape.project(&entry.fields(), Totals::default()).get(head.field).is_none());
    // The list of another account is nobody's business now.
    if world.lists_elsewhere(provider, work).any(|fields| fields.get(head.field) == Some(&head.value)) {
        return true;
    }
    let stays = world.list(provider).remove(&work).and_then(|fields| fields.get(head.field).cloned());
    (!waits || incomparable || entry.is_none()) && stays.is_some_and(|value| same(head.field, &value, &head.value))
}

/// What must hold after each run, however it went.
/// What is applied of a plan is what was accepted, exactly: each row of it, with no other value.
pub fn check_accepted(world: &World, plan: Option<&WaitingPlan>, only: &[usize], report: &Report) {
    let rows = || plan.into_iter().flat_map(|plan| &plan.rows);
    for done in &report.plan {
        let is_it = |row: &&WaitingRow| {
            (row.provider, &row.external_id, row.action) == (done.provider, &done.external_id, done.action)
        };
        let accepted =
            rows().find(is_it).filter(|row| if only.is_empty() { !row.skipped } else { only.contains(&row.row) });
        let Some(accepted) = accepted else {
            world.memory().broken.push(format!("applied and not accepted: {done:?}"));
            continue;
        };
        let json = |value: &Option<Value>| serde_json::to_value(value).ok().filter(|value| !value.is_null());
        let did: Vec<_> = done.fields.iter().map(|one| (one.field, json(&one.before), json(&one.after))).collect();
        let taken = accepted.fields.iter().filter(|one| accepted.skipped || !one.skipped);
        let meant: Vec<_> = taken.map(|one| (one.field.as_str(), one.before.clone(), one.after.clone())).collect();
        if did != meant {
            world.memory().broken.push(format!("accepted {meant:?} and applied {did:?}"));
        }
    }
}

pub fn check_report(world: &World, report: &Report) {
    let mut memory = world.memory();
    for (provider, one) in &report.providers {
        if one.status == ProviderStatus::Success && !memory.answered[*provider] {
            memory.broken.push(format!("{provider} is called a success and never answered"));
        }
        if one.status == ProviderStatus::Success && one.errors.iter().any(|e| e.code != "contradictory_links") {
            memory.broken.push(format!("{provider} is called a success with {:?}", one.errors));
        }
        if one.requests > 120 {
            memory.broken.push(format!("{provider} was asked {} times in one run", one.requests));
        }
    }
}
