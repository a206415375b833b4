//! The plan that waits, and what is never synced.

use kuroibara_core::Provider;
use kuroibara_engine::{
    plan::{NeverView, WaitingField, WaitingPlan, WaitingRow},
    sync::report::Waits,
};
use serde::Serialize;

use super::{cause, moment, paragraphs, report, value_text};
use crate::table::{Look, Table, Tone, truncated};

/// What is never synced.
#[derive(Serialize)]
pub(crate) struct Nevers {
    pub(crate) nevers: Vec<NeverView>,
}

/// The plan that waits, if one does.
pub(crate) fn waiting(found: &Option<WaitingPlan>, look: Look) -> String {
    found.as_ref().map_or_else(|| "No plan waits.".into(), |found| plan(found, look))
}

/// A plan that waits.
pub(crate) fn plan(plan: &WaitingPlan, look: Look) -> String {
    let mut table = Table::new(look, &["ROW", "SERVICE", "CHANGE", "TITLE", "WHAT", "WHY"]);
    for row in &plan.rows {
        let tone = match (row.skipped, row.changed_since) {
            (true, _) => Tone::Quiet,
            (false, Some(_)) => Tone::Attention,
            (false, None) => Tone::Plain,
        };
        let cells = [
            row.row.to_string(),
            row.provider.title().into(),
            report::change(row.action).into(),
            truncated(&row.title, look.title_width()),
            if row.skipped { "left out".into() } else { what(row) },
            why(row),
        ];
        table.toned_row(cells.map(|cell| (cell, tone)));
    }
    let rows = if plan.rows.is_empty() { String::new() } else { table.text() };
    let next = if plan.rows.is_empty() { NEXT_OF_NONE } else { NEXT };
    paragraphs([rows, stops(plan), changed(plan), next.into()])
}

const NEXT: &str = "Carry it out with `plan apply`, or leave rows out with `plan skip ROW` or `plan never ROW`.";
const NEXT_OF_NONE: &str = "`plan apply` takes the lists as they are: nothing is removed, and each missing title becomes a \
    question. If a list is wrong, do nothing: the next sync reads it again.";

/// Why the guard stopped it, in numbers.
fn stops(plan: &WaitingPlan) -> String {
    let stop = |(provider, waits): (&Provider, &Waits)| match waits {
        Waits::Guard { stop } => Some(stop.sentence(*provider)),
        Waits::First | Waits::Changed { .. } => None,
    };
    plan.waits.iter().filter_map(stop).collect::<Vec<_>>().join("\n")
}

fn changed(plan: &WaitingPlan) -> String {
    match plan.rows.iter().filter(|row| row.changed_since.is_some()).count() {
        0 => String::new(),
        1 => "1 row is not as it was shown before.".into(),
        rows => format!("{rows} rows are not as they were shown before."),
    }
}

/// What changes, in few words.
fn what(row: &WaitingRow) -> String {
    let said = |change: &WaitingField| {
        let value =
            |value: Option<&serde_json::Value>| truncated(&value_text(value.unwrap_or_default()), report::VALUE_WIDTH);
        let name = report::field_name(change.field.as_str());
        let after = change.wish.as_ref().map(|wish| &wish.value).or(change.after.as_ref());
        match (change.skipped, row.at.is_some()) {
            (true, _) => format!("{name} left out"),
            (false, true) => format!("{name} {}", value(after)),
            (false, false) => format!("{name} {} → {}", value(change.before.as_ref()), value(after)),
        }
    };
    row.fields.iter().map(said).collect::<Vec<_>>().join(", ")
}

/// Who changed it last, and when.
fn why(row: &WaitingRow) -> String {
    let newest = row.fields.iter().max_by_key(|one| one.at).map(|one| cause(one.origin, one.at, one.brought_back));
    newest.or(row.at.zip(row.origin).map(|(at, origin)| cause(origin, at, false))).unwrap_or_default()
}

/// What is never synced, the newest first.
pub(crate) fn nevers(found: &Nevers, look: Look) -> String {
    if found.nevers.is_empty() {
        return "Everything takes part.".into();
    }
    let mut table = Table::new(look, &["TITLE", "WHAT", "ID", "SINCE"]);
    for never in &found.nevers {
        let title = truncated(never.title.as_deref().unwrap_or("–"), look.title_width());
        let what = never.field.map_or_else(|| "all of it".into(), |field| report::field_name(field.as_str()));
        let id = format!("{}:{}", never.provider, never.external_id);
        table.row([title, what, id, moment(never.at)]);
    }
    paragraphs([table.text(), "Take one back with `plan allow ID`, or `plan allow ID --field FIELD`.".into()])
}
