//! Presence, once per manga over all providers: any edit beats a removal, and the order of providers never matters.

use super::{Arrival, Merged, Question};
use crate::{
    Base, Entry, Field, Local, MangaState, Observation, Origin, Policy, Provider, Remote, RemovalPolicy, Stamp, Stamps,
    state::Presence,
};

/// Decides whether the entry is in the library, and what becomes of it where it is missing.
pub(super) fn merge(state: &MangaState, policy: &Policy, merged: &mut Merged) {
    match &state.local {
        Local::Present(..) => {}
        Local::Never => create(state, policy, merged),
        Local::Removed(entry, stamps, _) => match newest_arrival_over_removal(state, policy, merged) {
            Some((provider, seen)) => restore(provider, seen, entry, *stamps, merged),
            None => create(state, policy, merged),
        },
    }
    match merged.local {
        Local::Present(..) => note_the_vanished(state, policy, merged),
        Local::Removed(..) | Local::Never => follow_the_removal(state, policy, merged),
    }
}

/// (no base, not here, there): the entry is new. The newest one is taken first; the others then merge as first links.
fn create(state: &MangaState, policy: &Policy, merged: &mut Merged) {
    let new = seen(state, policy).filter(|(provider, _)| merged.bases[*provider].is_none());
    let Some((provider, observation)) = newest(new) else { return };
    let stamp = stamp_of(provider, observation);
    let shape = policy.providers[provider].shape(provider);
    let (totals, left_out) = state.sides[provider].as_ref().map(|s| (s.totals, s.left_out)).unwrap_or_default();
    let fields = shape.project(&observation.fields, totals);
    let takes_part = |field: Field| policy.providers[provider].allows(field) && !left_out[field];
    let taken = fields.iter().filter(|(field, _)| *field == Field::Status || takes_part(*field));
    let entry = Entry::from_fields(&taken.map(|(field, value)| (field, value.clone())).collect());
    merged.local = Local::Present(entry, Stamps::all(stamp));
    merged.arrival = Some(Arrival::Created(provider));
}

/// (base, removed here, changed there): the entry as it was removed comes back, and then merges.
fn restore(provider: Provider, seen: &Observation, entry: &Entry, stamps: Stamps, merged: &mut Merged) {
    let stamps = Stamps { presence: stamp_of(provider, seen), ..stamps };
    merged.local = Local::Present(entry.clone(), stamps);
    merged.arrival = Some(Arrival::Restored(provider));
    for base in merged.bases.values_mut().flatten() {
        if matches!(base.presence, Presence::KeptThere | Presence::RemoveThere) {
            base.presence = Presence::Both;
        }
    }
}

/// What beats the removal: an edit at a provider, or a new entry at one while another still holds the old entry (its
/// blanks would be read as clears there, so the old entry comes back first).
fn newest_arrival_over_removal<'a>(
    state: &'a MangaState,
    policy: &'a Policy,
    merged: &Merged,
) -> Option<(Provider, &'a Observation)> {
    let any_base = merged.bases.values().any(Option::is_some);
    let arrived = seen(state, policy).filter(|(provider, seen)| match &merged.bases[*provider] {
        Some(base) => was_edited(base, seen),
        None => any_base,
    });
    newest(arrived)
}

/// Whether the entry differs from what was agreed.
fn was_edited(base: &Base, seen: &Observation) -> bool {
    base.pairs.iter().any(|(field, pair)| {
        pair.as_ref().is_some_and(|pair| seen.fields.get(field).is_some_and(|theirs| *theirs != pair.theirs))
    })
}

/// (base, here, not there): marked and asked; nothing is deleted or recreated by itself.
fn note_the_vanished(state: &MangaState, policy: &Policy, merged: &mut Merged) {
    for (provider, side) in state.sides() {
        let Some(base) = merged.bases[provider].as_mut() else { continue };
        let gone = side.remote == Remote::Absent && policy.providers[provider].enabled;
        if gone && base.presence != Presence::KeptHere {
            base.presence = Presence::Vanished;
            merged.questions.push(Question::VanishedThere(provider));
        }
    }
}

/// (base, removed here): the removal policy says what follows there; where the entry is gone too, the base is forgotten.
fn follow_the_removal(state: &MangaState, policy: &Policy, merged: &mut Merged) {
    for (provider, side) in state.sides() {
        let chosen = &policy.providers[provider];
        let Some(base) = merged.bases[provider].as_mut() else { continue };
        match side.remote {
            Remote::Unknown => {}
            Remote::Absent => merged.bases[provider] = None,
            Remote::Present(_) if base.presence == Presence::KeptThere => {}
            Remote::Present(_) => match chosen.on_removal() {
                None => {}
                Some(_) if base.presence == Presence::RemoveThere => merged.removals.push(provider),
                Some(RemovalPolicy::Ask) => merged.questions.push(Question::RemovedHere(provider)),
                Some(RemovalPolicy::Follow) => merged.removals.push(provider),
                Some(RemovalPolicy::Keep) => base.presence = Presence::KeptThere,
            },
        }
    }
}

/// The entries that may come into the library.
fn seen<'a>(state: &'a MangaState, policy: &'a Policy) -> impl Iterator<Item = (Provider, &'a Observation)> {
    state
        .sides()
        .filter(|(provider, _)| policy.providers[*provider].pulls())
        .filter_map(|(provider, side)| Some((provider, side.remote.present()?)))
}

/// The entry saved last; of several saved in the same moment their values decide, never an order of providers.
fn newest<'a>(seen: impl Iterator<Item = (Provider, &'a Observation)>) -> Option<(Provider, &'a Observation)> {
    let values = |seen: &Observation| Field::ALL.map(|field| seen.fields.get(field).cloned());
    seen.max_by_key(|(_, seen)| (seen.updated_at, values(seen)))
}

fn stamp_of(provider: Provider, seen: &Observation) -> Stamp {
    Stamp::new(seen.updated_at, Origin::Provider(provider))
}
