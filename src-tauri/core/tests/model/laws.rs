//! The laws of the sync, checked on a world that has come to rest.

use kuroibara_core::{
    Direction, Field, Group, Local, Origin, Provider, Remote, Totals, Value,
    merge::Question,
    plan::{MangaPlan, plan},
    state::Presence,
};

use super::{
    heads::{Head, is_unique, same},
    sync::{Scope, calm},
    world::World,
};

/// Syncs quietly and checks what must hold then. Each broken law is one line.
pub fn check_at_rest(world: &mut World) -> Vec<String> {
    world.note(|| "== quiet".to_owned());
    world.sync(Scope::Full, &mut calm).unwrap();
    let mut broken = std::mem::take(&mut world.broken);
    broken.extend(agreement(world));
    broken.extend(nothing_lost(world));
    broken.extend(nothing_invented(world));
    broken.extend(stillness(world));
    broken
}

/// Rule 12: a date that a server filled in by itself is no edit.
fn nothing_invented(world: &World) -> Vec<String> {
    let Some(entry) = world.entry() else { return Vec::new() };
    let pulled = |field: &Field| world.heads.is_invented(*field, &entry.get(*field));
    let wrong = [Field::StartedOn, Field::FinishedOn].into_iter().filter(pulled);
    wrong.map(|field| format!("rule 12: an invented {field:?} came into the library")).collect()
}

/// Law 1, second half: a second sync writes nothing and moves no base.
fn stillness(world: &mut World) -> Vec<String> {
    let (links, local) = (world.links.clone(), world.local.clone());
    let mut broken = Vec::new();
    for scope in [Scope::Full, Scope::Incremental] {
        world.wait(3600);
        let writes = world.sync(scope, &mut calm).unwrap();
        if writes != 0 {
            broken.push(format!("law 1: a second sync ({scope:?}) wrote {writes} times"));
        }
        for provider in Provider::ALL {
            if world.links[provider].base != links[provider].base {
                broken.push(format!("law 1: a second sync moved the base of {provider}"));
            }
        }
        if world.local != local {
            broken.push("law 1: a second sync changed the library".to_owned());
        }
    }
    broken.extend(std::mem::take(&mut world.broken));
    broken
}

/// Law 1, first half: all sides agree, but for what is held, masked, refused, asked or accepted.
fn agreement(world: &World) -> Vec<String> {
    let (state, policy) = (world.state(), &world.policy);
    let plan = plan(&state, policy);
    let mut broken = Vec::new();
    for (provider, side) in state.sides() {
        match (&world.local, &side.remote) {
            (Local::Present(..), Remote::Present(_)) => broken.extend(disagreements(world, &plan, provider)),
            (Local::Present(..), Remote::Absent) => {
                let accepted = side.base.as_ref().is_some_and(|base| base.presence == Presence::KeptHere);
                let asked = plan.merged.questions.contains(&Question::VanishedThere(provider));
                let held = plan.pushes[provider].held_entry.is_some() || !policy.providers[provider].pushes();
                if !(accepted || asked || held) {
                    broken.push(format!("law 1: here and not at {provider}"));
                }
            }
            (Local::Removed(..) | Local::Never, Remote::Present(_)) => {
                let accepted = side.base.as_ref().is_some_and(|base| base.presence == Presence::KeptThere);
                let asked = plan.merged.questions.contains(&Question::RemovedHere(provider));
                let chosen = &policy.providers[provider];
                if !(accepted || asked || chosen.direction != Direction::Both) {
                    broken.push(format!("law 1: not here and at {provider}"));
                }
            }
            (Local::Removed(..) | Local::Never, Remote::Absent) => {}
            (_, Remote::Unknown) => broken.push(format!("law 1: nobody looked at {provider}")),
        }
    }
    broken
}

fn disagreements(world: &World, plan: &MangaPlan, provider: Provider) -> Vec<String> {
    let chosen = &world.policy.providers[provider];
    let (shape, totals) = (chosen.shape(provider), world.services[provider].totals);
    let Some(read) = world.services[provider].read() else { return vec!["law 1: stale".to_owned()] };
    let Some(entry) = world.entry() else { return Vec::new() };
    let mine = shape.project(&entry.fields(), totals);
    let theirs = shape.project(&read.fields, totals);
    let differs = |field: &Field| mine.get(*field).zip(theirs.get(*field)).is_some_and(|(m, t)| m != t);
    let excused = |field: &Field| {
        let asked = plan.merged.questions.contains(&Question::Differs(field.group()));
        let hides = *field == Field::Private && mine.get(Field::Private) == Some(&Value::Flag(true));
        let waits = plan.pushes[provider].held_entry.is_some() && !hides;
        let held = plan.pushes[provider].held.contains(field) || waits;
        let masked = !chosen.allows(*field) || chosen.direction != Direction::Both;
        let vanished = plan.merged.questions.contains(&Question::VanishedThere(provider));
        asked || held || masked || vanished || is_accepted(world, provider, *field)
    };
    let wrong = Field::ALL.into_iter().filter(differs).filter(|field| !excused(field));
    let tell = |field: Field| (field, mine.get(field).cloned(), theirs.get(field).cloned());
    wrong.map(|field| format!("law 1: {provider} disagrees: {:?}", tell(field))).collect()
}

/// An accepted difference: only Kitsu's own rules make one, and only what they really do.
fn is_accepted(world: &World, provider: Provider, field: Field) -> bool {
    let Some(base) = &world.links[provider].base else { return false };
    let Some(entry) = world.entry() else { return false };
    let noted =
        base.pairs[field].as_ref().and_then(|pair| pair.ours.as_ref()).is_some_and(|sent| sent.raw == entry.get(field));
    let explained = match field {
        Field::Status | Field::Chapters => world.services[provider].totals.chapters.is_some(),
        Field::StartedOn | Field::FinishedOn => entry.get(field).is_empty(),
        Field::Volumes | Field::Rereads | Field::Score | Field::Notes | Field::Private => false,
    };
    noted && explained && provider == Provider::Kitsu
}

/// Law 3: every edit that nobody knowingly replaced is in the library, or in the journal as a decided conflict, or
/// waits visibly for a person.
fn nothing_lost(world: &World) -> Vec<String> {
    let lost = world.heads.0.iter().filter(|head| head.alive && !is_safe(world, head));
    lost.map(|head| format!("law 3: {:?} {:?} = {:?} is nowhere", head.side, head.field, head.value)).collect()
}

fn is_safe(world: &World, head: &Head) -> bool {
    // A clear can't be told from any other, and before a first link it is none: `cases.rs` has its rules.
    if head.value.is_empty() {
        return true;
    }
    // Two sides that say the same agree by chance, and then one of the two edits is the agreement.
    let alike = |other: &Head| {
        other.side != head.side && other.field == head.field && same(head.field, &other.value, &head.value)
    };
    if !is_unique(head.field) && world.heads.0.iter().any(alike) {
        return true;
    }
    is_in_library(world, head) || is_journalled(world, head) || is_open(world, head) || is_outside(world, head)
}

fn is_in_library(world: &World, head: &Head) -> bool {
    match &world.local {
        Local::Present(entry, _) => same(head.field, &entry.get(head.field), &head.value),
        Local::Removed(entry, ..) => same(head.field, &entry.get(head.field), &head.value),
        Local::Never => false,
    }
}

fn is_journalled(world: &World, head: &Head) -> bool {
    let group: Group = head.field.group();
    let holds = |value: &Value| same(head.field, value, &head.value);
    world.journal.iter().any(|lost| lost.group == group && lost.fields.get(head.field).is_some_and(holds))
}

/// Waiting for a person: asked, or kept where it is.
fn is_open(world: &World, head: &Head) -> bool {
    world.questions.contains(&Question::Differs(head.field.group()))
}

/// Edits at a provider that the reader's own choices leave there.
fn is_outside(world: &World, head: &Head) -> bool {
    let Origin::Provider(provider) = head.side else { return false };
    let chosen = &world.policy.providers[provider];
    let waits = world.links[provider].connected && chosen.pulls() && chosen.allows(head.field);
    // The library's value can't be held there, so the two are not compared.
    let shape = chosen.shape(provider);
    let incomparable =
        world.entry().is_some_and(|entry| shape.project(&entry.fields(), Totals::default()).get(head.field).is_none());
    // Still there and unread: nothing overwrote it.
    let stays = world.services[provider].read().and_then(|read| read.fields.get(head.field).cloned());
    (!waits || incomparable || world.entry().is_none())
        && stays.is_some_and(|value| same(head.field, &value, &head.value))
}
