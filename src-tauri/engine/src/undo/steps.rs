//! What lines of history mean for an undo: which steps were taken, and what the library held before each. Pure: it reads
//! nothing but the lines it is given.

use std::cmp::Reverse;

use kuroibara_core::{Entry, Field, Fields, Origin, Provider, Shape, Status, Totals, Value, undo::Step};

use crate::store::{JournalRow, LoadedManga};

/// What these lines of history (the newest first) did to a manga, several changes of one field as one. `past` is all that
/// ever happened to it.
pub(crate) fn steps(rows: &[JournalRow], past: &[JournalRow], loaded: &LoadedManga) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for row in rows.iter().rev() {
        if let Some(step) = step(row, past, loaded) {
            join(&mut steps, step);
        }
    }
    // What a service made of it by itself and was sent back is as it was.
    steps.retain(|step| !matches!(step, Step::There { before, after, .. } if before == after));
    // What was changed here went to the services as it is: taking it back here takes it back there.
    let here: Vec<Field> = steps.iter().filter_map(field_here).collect();
    steps.retain(|step| !matches!(step, Step::There { field, .. } if here.contains(field)));
    // Of several services that held different values the library can take one back: a value rather than none, whichever
    // service was asked first.
    steps.sort_by_key(|step| match step {
        Step::There { before, .. } => (before.is_empty(), Some(Reverse(before.clone()))),
        Step::Here { .. } | Step::Came | Step::Went => (false, None),
    });
    steps
}

fn field_here(step: &Step) -> Option<Field> {
    match step {
        Step::Here { field, .. } => Some(*field),
        Step::There { .. } | Step::Came | Step::Went => None,
    }
}

fn step(row: &JournalRow, past: &[JournalRow], loaded: &LoadedManga) -> Option<Step> {
    let Some(field) = row.field else {
        return match (row.provider, row.cause.as_str()) {
            (None, "created" | "added" | "restored") => Some(Step::Came),
            (None, "removed") | (Some(_), "push_removed") => Some(Step::Went),
            _ => None,
        };
    };
    let (before, after) = (value(field, row.before.as_ref())?, value(field, row.after.as_ref())?);
    let is_here = |line: &&JournalRow| line.provider.is_none() && line.field == Some(field);
    let older = past.iter().skip_while(|line| line.id != row.id).skip(1);
    match row.provider {
        None => {
            let former = older.clone().find(is_here).or_else(|| bringer(older.clone()));
            let former = match row.origin {
                // That provider had agreed on it before: it comes back there too, whoever had brought it.
                Origin::Provider(_) if row.cause == "pull" => row.origin,
                Origin::Provider(_) | Origin::User => former.map_or(Origin::User, |line| line.origin),
            };
            Some(Step::Here { field, before, after, former })
        }
        Some(_) if row.cause != "push" => None,
        Some(provider) => {
            let totals = loaded.state.sides[provider].as_ref().map(|side| side.totals).unwrap_or_default();
            let before = before_effects(row, older.clone()).map_or(Some(before), |json| value(field, json))?;
            let here: Vec<&JournalRow> = older.clone().filter(is_here).collect();
            let (before, place) = finer(provider, totals, before, &here);
            // Who had brought it: the line before the one that replaced it, or whatever brought the entry.
            let bringer = place.and_then(|place| here.get(place + 1).copied().or_else(|| bringer(older.clone())));
            let former = match place {
                None => Origin::Provider(provider),
                Some(_) => bringer.map_or(Origin::User, |line| line.origin),
            };
            Some(Step::There { provider, field, before, after, former })
        }
    }
}

/// What `row` put right: a service that changes by itself what a run had not sent (Kitsu's status with the first chapter)
/// is sent that too, and what it made of it in between was never anybody's value. None where it did not.
fn before_effects<'a>(
    row: &JournalRow,
    older: impl Iterator<Item = &'a JournalRow>,
) -> Option<Option<&'a serde_json::Value>> {
    let same = |line: &&JournalRow| line.provider == row.provider && line.field == row.field;
    let effect = |line: &&JournalRow| line.run == row.run && line.cause == "push_effect";
    older.filter(same).take_while(effect).last().map(|line| line.before.as_ref())
}

/// The line, among the `older` ones, with which the entry first came: it says whose the values are that nobody changed
/// since. An entry that went and came back came as it had been.
fn bringer<'a>(older: impl Iterator<Item = &'a JournalRow>) -> Option<&'a JournalRow> {
    let came = |line: &&JournalRow| matches!(line.cause.as_str(), "created" | "added");
    older.filter(|line| line.provider.is_none() && line.field.is_none()).filter(came).last()
}

/// The library's own value that stood for what was at `provider`, and the place among the library's `older` lines of the one
/// that replaced it: rounding must not make an undone 84 an 80. Without such a line it was that provider's value only.
fn finer(provider: Provider, totals: Totals, there: Value, older: &[&JournalRow]) -> (Value, Option<usize>) {
    let shape = Shape::of(provider);
    let own = |line: &JournalRow| {
        let field = line.field?;
        value(field, line.before.as_ref()).filter(|own| shape.round(field, own, totals) == there)
    };
    let found = older.iter().enumerate().find_map(|(place, line)| Some((own(line)?, place)));
    found.map_or((there, None), |(own, place)| (own, Some(place)))
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
                Step::There { provider, field, after, .. },
                Step::There { provider: there, field: same, after: last, .. },
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
