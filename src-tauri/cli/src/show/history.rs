//! What was done.

use std::collections::BTreeMap;

use kuroibara_core::Provider;
use kuroibara_engine::{
    history::{ChangeView, History, RunView},
    sync::report::{ProviderReport, ProviderStatus},
};

use super::{moment, moment_or_never, paragraphs, report, value_text, word};
use crate::table::{Look, Table, truncated};

/// A value in a row is no wider, in columns.
const VALUE_WIDTH: usize = 32;

/// Runs and changes, the newest first.
pub(crate) fn history(history: &History, look: Look) -> String {
    lines(history, look, "Nothing was done yet.")
}

/// The changes that were searched for.
pub(crate) fn history_found(history: &History, look: Look) -> String {
    lines(history, look, "No change is like that.")
}

fn lines(history: &History, look: Look, nothing: &str) -> String {
    if history.runs.is_empty() && history.changes.is_empty() {
        return nothing.into();
    }
    let mut runs = Table::new(look, &["RUN", "KIND", "BY", "STATUS", "BEGAN", "ENDED"]);
    for some in history.runs.chunk_by(|one, next| is_quiet(one) && is_quiet(next)) {
        runs.row(folded(some));
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

/// A run, or several in a row that found nothing to do: there is nothing of theirs to look at or to take back.
fn folded(some: &[RunView]) -> [String; 6] {
    match some {
        [newest, .., oldest] => {
            let (what, began) = (format!("{} quiet syncs", some.len()), moment(oldest.started_at));
            let ended = moment_or_never(newest.finished_at);
            [what, String::new(), String::new(), word(&newest.status), began, ended]
        }
        [run] => {
            let (began, ended) = (moment(run.started_at), moment_or_never(run.finished_at));
            [run.run_id.to_string(), word(&run.strategy), word(&run.trigger), word(&run.status), began, ended]
        }
        [] => Default::default(),
    }
}

/// Whether a run ended well and found nothing to do and nothing to say.
fn is_quiet(run: &RunView) -> bool {
    let Some(told) = run.providers.clone() else { return false };
    let Ok(told) = serde_json::from_value::<BTreeMap<Provider, ProviderReport>>(told) else { return false };
    run.status == ProviderStatus::Success.as_str() && told.values().all(did_nothing)
}

fn did_nothing(one: &ProviderReport) -> bool {
    let kept = ProviderReport {
        status: one.status,
        requests: one.requests,
        held: one.held,
        held_titles: one.held_titles.clone(),
        refused: one.refused,
        unmatched: one.unmatched,
        ..ProviderReport::default()
    };
    *one == ProviderReport { notices: one.notices.clone(), ..kept }
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
        None if change.cause == "conflict_lost" => format!("lost: {}", told(change.before.as_ref())),
        None => "entry".into(),
    }
}

/// The values of an entry, field by field.
fn told(entry: Option<&serde_json::Value>) -> String {
    let fields = entry.and_then(serde_json::Value::as_object).into_iter().flatten();
    let fields: Vec<String> = fields
        .map(|(field, value)| format!("{} {}", report::field_name(field), truncated(&value_text(value), VALUE_WIDTH)))
        .collect();
    fields.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use kuroibara_core::{MangaId, RunId, Time};
    use serde_json::json;

    fn at(minute: i64) -> Time {
        Time::from_timestamp(1_800_000_000 + 60 * minute, 0).unwrap_or_default()
    }

    fn run(n: u128, status: ProviderStatus, pulled: usize) -> RunView {
        let report = ProviderReport { status, pulled, requests: 1, ..ProviderReport::default() };
        RunView {
            run_id: RunId(uuid::Uuid::from_u128(n)),
            strategy: "incremental".into(),
            trigger: "schedule".into(),
            status: status.as_str().into(),
            started_at: at(n as i64),
            finished_at: Some(at(n as i64)),
            providers: Some(json!({ "anilist": report })),
        }
    }

    #[test]
    fn syncs_in_a_row_that_found_nothing_are_one_line() {
        let well = ProviderStatus::Success;
        let runs = vec![
            run(9, well, 0),
            run(8, well, 0),
            run(7, well, 1),
            run(6, well, 0),
            run(5, ProviderStatus::Partial, 0),
        ];
        let ids: Vec<String> = runs.iter().map(|run| run.run_id.to_string()).collect();
        let text = history(&History { runs, changes: Vec::new() }, Look::default());
        assert!(text.contains("2 quiet syncs"), "{text}");
        let named = ids.iter().map(|id| text.contains(id));
        assert_eq!(named.collect::<Vec<_>>(), [false, false, true, true, true], "{text}");
    }

    #[test]
    fn what_lost_a_conflict_is_told_with_its_values() {
        let change = ChangeView {
            change_id: uuid::Uuid::nil(),
            run_id: None,
            manga_id: MangaId(uuid::Uuid::nil()),
            title: Some("Akira".into()),
            provider: Some(Provider::Kitsu),
            field: None,
            before: Some(json!({ "status": "plan_to_read", "score": 80 })),
            after: None,
            origin: "kitsu",
            cause: "conflict_lost".into(),
            at: at(1),
        };
        assert_eq!(what(&change), "lost: score 80, status plan to read");
    }
}
