//! Most entries of most runs are as they were: this tells so by looking, without building what a merge needs.
//!
//! It may say no of an entry that is at rest, never yes of one that is not. It decides nothing else.

use crate::{
    Base, Entry, Field, MangaState, Observation, Pair, Policy, Provider, ProviderPolicy, Shape, Side, Status, Value,
    state::Presence,
};

/// Whether the library and every provider hold what they agreed on, so that a plan would be empty.
pub(super) fn is_at_rest(state: &MangaState, policy: &Policy) -> bool {
    let Some((entry, _)) = state.local.present() else { return false };
    state.sides().all(|(provider, side)| is_side_at_rest(entry, side, &policy.providers[provider], provider))
}

fn is_side_at_rest(entry: &Entry, side: &Side, chosen: &ProviderPolicy, provider: Provider) -> bool {
    let (Some(base), Some(seen), None) = (&side.base, side.remote.present(), &side.intent) else { return false };
    let shape = chosen.shape(provider);
    let is_held = entry.private && !shape.private;
    let is_as_known = base.presence == Presence::Both && base.entry_id == seen.entry_id;
    let at_rest = |field: Field| is_field_at_rest(field, entry, seen, base, chosen, &shape, side);
    chosen.enabled && !is_held && is_as_known && Field::ALL.into_iter().all(at_rest)
}

fn is_field_at_rest(
    field: Field,
    entry: &Entry,
    seen: &Observation,
    base: &Base,
    chosen: &ProviderPolicy,
    shape: &Shape,
    side: &Side,
) -> bool {
    let value = entry.get(field);
    let held_here = shape.holds(field, &value, entry.status);
    let status = seen.fields.status().unwrap_or(Status::PlanToRead);
    let theirs = seen.fields.get(field).filter(|theirs| shape.holds(field, theirs, status));
    match (theirs, &base.pairs[field]) {
        (None, pair) => pair.is_none(),
        // What is switched off or left out, or can't be held for ours, is left as it is.
        (Some(_), _) if !held_here || !chosen.allows(field) || side.left_out[field] => true,
        (Some(theirs), Some(Pair { ours: Some(sent), theirs: known, back: None })) => {
            let mine = |value: &Value| shape.round(field, value, side.totals);
            theirs == known && sent.projected == *theirs && sent.raw == value && mine(&value) == *theirs
        }
        (Some(_), _) => false,
    }
}
