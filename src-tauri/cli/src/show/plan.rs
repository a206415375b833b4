//! The plan that waits.

use kuroibara_engine::plan::{WaitingPlan, WaitingRow};

use super::{paragraphs, report, value_text};
use crate::table::{Look, Table, Tone, truncated};

/// The plan that waits, if one does.
pub(crate) fn waiting(found: &Option<WaitingPlan>, look: Look) -> String {
    found.as_ref().map_or_else(|| "No plan waits.".into(), |found| plan(found, look))
}

/// A plan that waits.
pub(crate) fn plan(plan: &WaitingPlan, look: Look) -> String {
    let mut table = Table::new(look, &["ROW", "SERVICE", "CHANGE", "TITLE", "WHAT"]);
    for row in &plan.rows {
        let tone = if row.skipped { Tone::Quiet } else { Tone::Plain };
        let what = if row.skipped { "left out".into() } else { what(row) };
        let cells = [
            row.row.to_string(),
            row.provider.title().into(),
            row.action.replace('_', " "),
            truncated(&row.title, look.title_width()),
            what,
        ];
        table.toned_row(cells.map(|cell| (cell, tone)));
    }
    paragraphs([table.text(), NEXT.into()])
}

const NEXT: &str = "Carry it out with `plan apply`, or leave rows out with `plan skip ROW` or `plan never ROW`.";

/// What changes, in few words. The plan was stored as text, so its values are read from that.
fn what(row: &WaitingRow) -> String {
    let changes = row.fields.as_array().into_iter().flatten();
    let said = |change: &serde_json::Value| {
        let value = |side: &str| truncated(&value_text(&change[side]), report::VALUE_WIDTH);
        let name = report::field_name(change["field"].as_str().unwrap_or_default());
        match row.action.starts_with("create") {
            true => format!("{name} {}", value("after")),
            false => format!("{name} {} → {}", value("before"), value("after")),
        }
    };
    changes.map(said).collect::<Vec<_>>().join(", ")
}
