//! What lines of history mean for an undo: which steps were taken, and what the library held before each. Pure: it reads
//! nothing but the lines it is given.

use std::cmp::Reverse;

use enum_map::EnumMap;
use kuroibara_core::{
    Entry, Field, Fields, Origin, Provider, Status, Value,
    undo::{Step, was_here_before},
};

use super::past::Past;
use crate::store::{JournalRow, LoadedManga};

/// What these lines of history (the newest first) did to a manga, several changes of one field as one. `lines` is all that
/// ever happened to it.
pub(crate) fn steps(rows: &[JournalRow], lines: &[JournalRow], loaded: &LoadedManga, keeps_in_step: bool) -> Vec<Step> {
    let past = Past { lines, loaded, keeps_in_step };
    let mut steps: Vec<Step> = Vec::new();
    for row in rows.iter().rev() {
        if let Some(step) = step(row, &past) {
            join(&mut steps, step);
        }
    }
    // What a service made of it by itself and was sent back is as it was.
    steps.retain(|step| match step {
        Step::There { before, after, .. } | Step::Only { before, after, .. } => before != after,
        Step::Here { .. } | Step::Came | Step::Went { .. } => true,
    });
    take_along(&mut steps);
    // What leaves the library takes nothing back anywhere: there it is taken back by itself.
    if was_here_before(&steps) != Some(false) {
        take_back_from_here(&mut steps, rows, &past);
    }
    // Of several services that held different values the library can take one back: a value rather than none, whichever
    // service was asked first.
    steps.sort_by_key(|step| match step {
        Step::There { before, .. } => (before.is_empty(), Some(Reverse(before.clone()))),
        Step::Here { .. } | Step::Only { .. } | Step::Came | Step::Went { .. } => (false, None),
    });
    steps
}

/// Where the library takes a field back that a person had set, what a service held of it besides comes back everywhere too.
fn take_along(steps: &mut [Step]) {
    let of_there = |step: &Step| if let Step::There { field, .. } = step { Some(*field) } else { None };
    let carried: Vec<Field> = steps.iter().filter_map(of_there).collect();
    for step in steps {
        if let Step::Only { provider, field, before, after } = step
            && carried.contains(field)
        {
            let (before, after, former) = (before.clone(), after.clone(), Origin::Provider(*provider));
            *step = Step::There { provider: *provider, field: *field, before, after, former };
        }
    }
}

/// What was changed here went to the services as it is: taking it back here takes it back there, but for those that held
/// something else.
fn take_back_from_here(steps: &mut Vec<Step>, rows: &[JournalRow], past: &Past<'_>) {
    let here: Vec<(Field, Value)> = steps.iter().filter_map(field_here).collect();
    steps.retain(|step| match step {
        Step::There { field, .. } | Step::Only { field, .. } => here.iter().all(|(other, _)| other != field),
        Step::Here { .. } | Step::Came | Step::Went { .. } => true,
    });
    for (field, before) in here {
        let first = rows.iter().rfind(|row| row.field == Some(field) && row.provider.is_none());
        let others = first.into_iter().flat_map(|row| past.held_otherwise(row, field, &before));
        steps.extend(others.map(|(provider, before, after)| Step::Only { provider, field, before, after }));
    }
}

fn field_here(step: &Step) -> Option<(Field, Value)> {
    match step {
        Step::Here { field, before, .. } => Some((*field, before.clone())),
        Step::There { .. } | Step::Only { .. } | Step::Came | Step::Went { .. } => None,
    }
}

fn step(row: &JournalRow, past: &Past<'_>) -> Option<Step> {
    let Some(field) = row.field else {
        return match (row.provider, row.cause.as_str()) {
            (None, "created" | "added" | "restored") => Some(Step::Came),
            (None, "removed") => Some(Step::Went { there: past.gone_since(row) }),
            (Some(provider), "push_removed") => Some(Step::Went { there: EnumMap::from_fn(|at| at == provider) }),
            _ => None,
        };
    };
    let (before, after) = (value(field, row.before.as_ref())?, value(field, row.after.as_ref())?);
    let Some(provider) = row.provider else {
        let former = match row.origin {
            // That provider had agreed on it before: it comes back there too, whoever had brought it.
            Origin::Provider(_) if row.cause == "pull" => row.origin,
            Origin::Provider(_) | Origin::User => past.brought_before(row, 0),
        };
        let held = past.held_since(row, field, &before);
        return Some(Step::Here { field, before, after, former, held });
    };
    match row.cause.as_str() {
        "push" => sent(row, (provider, field), after, past),
        // A service that changed the status by itself gets its own back; what else it made up is not worth a request.
        "push_effect" if field == Field::Status => Some(Step::Only { provider, field, before, after }),
        "undo" => Some(Step::Only { provider, field, before, after }),
        _ => None,
    }
}

/// What was sent: where it carried what a person had set here, the library takes it back.
fn sent(row: &JournalRow, (provider, field): (Provider, Field), after: Value, past: &Past<'_>) -> Option<Step> {
    if past.was_made(row) {
        return None;
    }
    let before = past.before_effects(row, field)?;
    if before.is_empty() && past.was_unknown(row, (provider, field), &after) {
        return None;
    }
    Some(match past.carried(row, (provider, field), &before) {
        Some(before) => Step::There { provider, field, before, after, former: past.brought_before(row, 1) },
        None => Step::Only { provider, field, before, after },
    })
}

/// Adds a step: a later change of the same field makes both one, from the first before to the last after.
fn join(steps: &mut Vec<Step>, later: Step) {
    for earlier in steps.iter_mut() {
        match (earlier, &later) {
            (Step::Here { field, after, .. }, Step::Here { field: same, after: last, .. }) if field == same => {
                after.clone_from(last);
                return;
            }
            (
                Step::There { provider, field, after, .. } | Step::Only { provider, field, after, .. },
                Step::There { provider: there, field: same, after: last, .. }
                | Step::Only { provider: there, field: same, after: last, .. },
            ) if provider == there && field == same => {
                after.clone_from(last);
                return;
            }
            _ => {}
        }
    }
    steps.push(later);
}

/// A value as the history holds it; nothing is the empty value.
pub(crate) fn value(field: Field, json: Option<&serde_json::Value>) -> Option<Value> {
    let Some(json) = json else { return Some(Entry::new(Status::PlanToRead).get(field)) };
    let told = serde_json::json!({ field.as_str(): json });
    let fields: Fields = serde_json::from_value(told).ok()?;
    fields.get(field).cloned()
}
