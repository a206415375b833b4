//! What lines of history mean for an undo: which steps were taken, and what the library held before each. Pure: it reads
//! nothing but the lines it is given.

use std::cmp::Reverse;

use enum_map::EnumMap;
use kuroibara_core::{Entry, Field, Fields, Origin, Provider, Shape, Status, Totals, Value, undo::Step};

use crate::store::{JournalRow, LoadedManga};

/// What these lines of history (the newest first) did to a manga, several changes of one field as one. `past` is all that
/// ever happened to it.
pub(crate) fn steps(rows: &[JournalRow], past: &[JournalRow], loaded: &LoadedManga, keeps_in_step: bool) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for row in rows.iter().rev() {
        if let Some(step) = step(row, past, loaded) {
            join(&mut steps, step);
        }
    }
    let went = steps.iter().any(|step| matches!(step, Step::Went { .. }));
    let leaves = steps.contains(&Step::Came) && !went;
    // What a service made of it by itself and was sent back is as it was.
    steps.retain(|step| match step {
        Step::There { before, after, .. } | Step::Only { before, after, .. } => before != after,
        Step::Here { .. } | Step::Came | Step::Went { .. } => true,
    });
    take_along(&mut steps);
    // What was changed here went to the services as it is: taking it back here takes it back there.
    let here: Vec<(Field, Value)> = steps.iter().filter_map(field_here).collect();
    steps.retain(|step| match step {
        // What leaves the library takes nothing back anywhere: there it is taken back by itself.
        Step::Only { .. } if leaves => true,
        Step::There { field, .. } | Step::Only { field, .. } => here.iter().all(|(other, _)| other != field),
        Step::Here { .. } | Step::Came | Step::Went { .. } => true,
    });
    if !keeps_in_step && !leaves {
        let alone = here.iter().flat_map(|(field, before)| held_otherwise(rows, *field, before, past, loaded));
        steps.extend(alone);
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

fn field_here(step: &Step) -> Option<(Field, Value)> {
    match step {
        Step::Here { field, before, .. } => Some((*field, before.clone())),
        Step::There { .. } | Step::Only { .. } | Step::Came | Step::Went { .. } => None,
    }
}

fn step(row: &JournalRow, past: &[JournalRow], loaded: &LoadedManga) -> Option<Step> {
    let Some(field) = row.field else {
        return match (row.provider, row.cause.as_str()) {
            (None, "created" | "added" | "restored") => Some(Step::Came),
            (None, "removed") => Some(Step::Went { there: gone_since(row, past) }),
            (Some(provider), "push_removed") => Some(Step::Went { there: EnumMap::from_fn(|at| at == provider) }),
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
            let held = held_since(row, field, &before, past, loaded);
            Some(Step::Here { field, before, after, former, held })
        }
        Some(provider) if row.cause == "undo" => Some(Step::Only { provider, field, before, after }),
        // A service that changed the status by itself gets its own back; what else it made up is not worth a request.
        Some(provider) if row.cause == "push_effect" && field == Field::Status => {
            Some(Step::Only { provider, field, before, after })
        }
        Some(_) if row.cause != "push" => None,
        Some(provider) => {
            let there = before_effects(row, older.clone()).map_or(Some(before), |json| value(field, json))?;
            if was_made(row, older.clone())
                || (there.is_empty() && was_unknown(row, (provider, field), &after, past, loaded))
            {
                return None;
            }
            let here: Vec<&JournalRow> = older.clone().filter(is_here).collect();
            let (before, place) = finer(provider, totals(loaded, provider), there.clone(), &here);
            if place != Some(0) || here.first().is_none_or(|line| !is_by_a_person(line)) {
                return Some(Step::Only { provider, field, before: there, after });
            }
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

/// Providers where the entry was removed after `row` took it out of the library.
fn gone_since(row: &JournalRow, past: &[JournalRow]) -> EnumMap<Provider, bool> {
    let newer = past.iter().take_while(|line| line.id != row.id);
    let gone = newer.filter(|line| line.cause == "push_removed").filter_map(|line| line.provider);
    EnumMap::from_iter(gone.map(|at| (at, true)))
}

/// Whether the entry was made at the provider in the same run: before that nothing was there.
fn was_made<'a>(row: &JournalRow, mut older: impl Iterator<Item = &'a JournalRow>) -> bool {
    older.any(|line| line.run == row.run && line.provider == row.provider && line.cause == "push_created")
}

/// Whether a person set here what a line of history says, rather than a service.
fn is_by_a_person(line: &JournalRow) -> bool {
    !matches!(line.cause.as_str(), "pull" | "adopted" | "created")
}

/// Whether `provider` could not hold the field before `row`, such as a finish date before the title was completed: then it
/// held none because it knew of none.
fn was_unknown(
    row: &JournalRow,
    (provider, field): (Provider, Field),
    after: &Value,
    past: &[JournalRow],
    loaded: &LoadedManga,
) -> bool {
    let of_status = |line: &&JournalRow| line.provider == Some(provider) && line.field == Some(Field::Status);
    let same_run = past.iter().filter(of_status).rfind(|line| line.run == row.run);
    let Some(Value::Status(status)) = same_run.and_then(|line| value(Field::Status, line.before.as_ref())) else {
        return false;
    };
    let held = Fields::new().with(field, after.clone());
    Shape::of(provider).project_as(&held, status, totals(loaded, provider)).is_empty()
}

/// What `provider` held of a field before the first thing that it was sent after `row`, and after the last.
fn sent_since(row: &JournalRow, field: Field, provider: Provider, past: &[JournalRow]) -> Option<(Value, Value)> {
    let is_sent = |line: &&JournalRow| {
        let is_there = line.provider == Some(provider) && line.field == Some(field);
        is_there && matches!(line.cause.as_str(), "push" | "push_effect")
    };
    let newer: Vec<&JournalRow> = past.iter().take_while(|line| line.id != row.id).filter(is_sent).collect();
    let (last, first) = (newer.first()?, newer.last()?);
    value(field, first.before.as_ref()).zip(value(field, last.after.as_ref()))
}

/// Providers that held `before`, the library's value until `row`, when the first thing after it was sent there.
fn held_since(
    row: &JournalRow,
    field: Field,
    before: &Value,
    past: &[JournalRow],
    loaded: &LoadedManga,
) -> EnumMap<Provider, bool> {
    EnumMap::from_fn(|at| {
        let sent = sent_since(row, field, at, past);
        sent.is_some_and(|(there, _)| Shape::of(at).round(field, before, totals(loaded, at)) == there)
    })
}

/// What goes back at single providers of a field that was changed here: they held something else than the library. Where
/// services are kept in step the library's value goes there instead, as it does everywhere.
fn held_otherwise(
    rows: &[JournalRow],
    field: Field,
    before: &Value,
    past: &[JournalRow],
    loaded: &LoadedManga,
) -> Vec<Step> {
    let Some(row) = rows.iter().rfind(|row| row.field == Some(field) && row.provider.is_none()) else {
        return Vec::new();
    };
    let alone = |provider: Provider| {
        let (there, after) = sent_since(row, field, provider, past)?;
        let is_other = Shape::of(provider).round(field, before, totals(loaded, provider)) != there && there != after;
        is_other.then_some(Step::Only { provider, field, before: there, after })
    };
    Provider::ALL.into_iter().filter_map(alone).collect()
}

fn totals(loaded: &LoadedManga, at: Provider) -> Totals {
    loaded.state.sides[at].as_ref().map(|side| side.totals).unwrap_or_default()
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
