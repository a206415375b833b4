//! Answers as text for a person: tables and sentences. Each takes an answer of the engine and decides nothing.

mod conflicts;
mod decided;
mod history;
mod library;
mod machine;
mod matches;
mod plan;
mod report;
mod settings;
mod snapshots;
mod status;
mod undo;

use chrono::{DateTime, Local};
use kuroibara_core::{Origin, Status, Time};
use serde::Serialize;

pub(crate) use conflicts::{Resolved, conflicts, reopened, resolved};
pub(crate) use decided::{Decided, decided};
pub(crate) use history::{history, history_found};
pub(crate) use library::{entry, hits, library};
pub(crate) use machine::{Checks, WAITS, checks, event, outcome, outcome_text, protection};
pub(crate) use matches::{Found, Matches, found, matches};
pub(crate) use plan::{Nevers, nevers, plan, waiting};
pub(crate) use report::report;
pub(crate) use settings::{guard, in_step, integration, login, settings};
pub(crate) use snapshots::{Snapshots, snapshot, snapshots};
pub(crate) use status::{Accounts, status, tried_again};
pub(crate) use undo::undone;

/// What follows a removal.
pub(crate) const REMOVED: &str =
    "Removed. What follows at the services, the next sync asks or does as `update --removal` says.";

/// A moment, in the reader's own time.
fn moment(at: Time) -> String {
    DateTime::<Local>::from(at).format("%Y-%m-%d %H:%M").to_string()
}

/// Who changed something, or brought it back, and when.
fn cause(origin: Origin, at: Time, brought_back: bool) -> String {
    let who = match origin {
        _ if brought_back => "brought back",
        Origin::User => "you",
        Origin::Provider(provider) => provider.title(),
    };
    format!("{who} {}", moment(at))
}

fn moment_or_never(at: Option<Time>) -> String {
    at.map_or_else(|| "never".into(), moment)
}

fn yes_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.into()
}

/// A word of the contract, as a person reads it: `needs_approval` is “needs approval”.
fn word(value: &impl Serialize) -> String {
    value_text(&serde_json::to_value(value).unwrap_or_default()).replace('_', " ")
}

/// A field's value: none is a word too.
fn value_text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "none".into(),
        serde_json::Value::Bool(yes) => yes_no(*yes),
        serde_json::Value::String(text) if text.parse::<Status>().is_ok() => text.replace('_', " "),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Number(_) | serde_json::Value::Array(_) | serde_json::Value::Object(_) => value.to_string(),
    }
}

/// Paragraphs, those that say something, with an empty line between.
fn paragraphs(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}
