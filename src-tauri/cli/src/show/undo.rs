//! What was taken back.

use kuroibara_engine::{core::undo::Left, undo::UndoReport};

use super::{paragraphs, report, value_text};
use crate::table::{Look, Table, truncated};

/// A value in a row is no wider, in columns.
const VALUE_WIDTH: usize = 32;

/// What was taken back, and what was left.
pub(crate) fn undone(report: &UndoReport, look: Look) -> String {
    let mut table = Table::new(look, &["TITLE", "WHAT"]);
    for row in &report.plan {
        let value =
            |value: &Option<serde_json::Value>| truncated(&value_text(value.as_ref().unwrap_or_default()), VALUE_WIDTH);
        let told = |field: &kuroibara_engine::undo::UndoneField| {
            let name = report::field_name(field.field.as_str());
            format!("{name} {} → {}", value(&field.before), value(&field.after))
        };
        let presence = match row.action {
            "restore" => Some("is in the library again".to_owned()),
            "remove_local" => Some("is out of the library; the services keep it".to_owned()),
            _ => None,
        };
        let what: Vec<String> = presence.into_iter().chain(row.fields.iter().map(told)).collect();
        table.row([truncated(&row.title, look.title_width()), what.join(", ")]);
    }
    let end = format!("Taken back. The next sync carries it to the services; `undo {}` brings it back.", report.run_id);
    paragraphs([table.text(), left(report), end])
}

fn left(report: &UndoReport) -> String {
    let newer = report.left.iter().filter(|left| left.why == Left::NewerEdit).count();
    match newer {
        0 => String::new(),
        newer => format!("{newer} values were changed again since and stay as they are; --force takes them back too."),
    }
}
