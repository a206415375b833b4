//! What was done.

use kuroibara_engine::history::{ChangeView, History};

use super::{moment, moment_or_never, paragraphs, report, value_text, word};
use crate::table::{Look, Table, truncated};

/// A value in a row is no wider, in columns.
const VALUE_WIDTH: usize = 32;

/// Runs and changes, the newest first.
pub(crate) fn history(history: &History, look: Look) -> String {
    lines(history, look, "Nothing was done yet.")
}

/// The changes of the titles that were searched for.
pub(crate) fn history_found(history: &History, look: Look) -> String {
    lines(history, look, "Nothing was done to a title that has this in one of its names.")
}

fn lines(history: &History, look: Look, nothing: &str) -> String {
    if history.runs.is_empty() && history.changes.is_empty() {
        return nothing.into();
    }
    let mut runs = Table::new(look, &["RUN", "KIND", "BY", "STATUS", "BEGAN", "ENDED"]);
    for run in &history.runs {
        let (began, ended) = (moment(run.started_at), moment_or_never(run.finished_at));
        runs.row([run.run_id.to_string(), word(&run.strategy), word(&run.trigger), word(&run.status), began, ended]);
    }
    let mut changes = Table::new(look, &["AT", "TITLE", "WHERE", "WHAT", "BY", "WHY", "ID"]);
    for change in &history.changes {
        let place = change.provider.map_or("here", |provider| provider.title());
        let (at, by) = (moment(change.at), change.origin.replace('_', " "));
        let title = truncated(change.title.as_deref().unwrap_or("–"), look.title_width());
        let id = change.change_id.to_string();
        changes.row([at, title, place.into(), what(change), by, word(&change.cause), id]);
    }
    paragraphs([runs, changes].map(|table| if table.is_empty() { String::new() } else { table.text() }))
}

/// Whether it names a work, or nothing, and is not an entry.
fn is_a_link(value: &Option<serde_json::Value>) -> bool {
    value.as_ref().is_none_or(serde_json::Value::is_string)
}

fn what(change: &ChangeView) -> String {
    let value =
        |value: &Option<serde_json::Value>| truncated(&value_text(value.as_ref().unwrap_or_default()), VALUE_WIDTH);
    match change.field {
        Some(field) => {
            let name = report::field_name(field);
            format!("{name} {} → {}", value(&change.before), value(&change.after))
        }
        None if change.cause == "linked" => format!("link → {}", value(&change.after)),
        None if is_a_link(&change.before) && is_a_link(&change.after) => {
            format!("link {} → {}", value(&change.before), value(&change.after))
        }
        None => "entry".into(),
    }
}
