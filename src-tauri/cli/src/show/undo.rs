//! What was taken back.

use kuroibara_engine::{
    core::undo::Left,
    undo::{LeftRow, UndoReport},
};

use super::{paragraphs, report, value_text};
use crate::table::{Look, Table, truncated};

/// A value in a row is no wider, in columns.
const VALUE_WIDTH: usize = 32;
/// So many of the values that stay are named.
const NAMED: usize = 3;

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
        let place = row.provider.map(|provider| format!("at {}:", provider.title()));
        let presence = presence.or(place);
        let what: Vec<String> = presence.into_iter().chain(row.fields.iter().map(told)).collect();
        table.row([truncated(&row.title, look.title_width()), what.join(", ")]);
    }
    let end = format!("Taken back. The next sync carries it to the services; `undo {}` brings it back.", report.run_id);
    paragraphs([table.text(), left(report), end])
}

/// What stays as it is, the first few by name.
fn left(report: &UndoReport) -> String {
    let newer: Vec<&LeftRow> = report.left.iter().filter(|left| left.why == Left::NewerEdit).collect();
    let mut names: Vec<String> = newer.iter().take(NAMED).map(|left| name(left)).collect();
    if newer.len() > NAMED {
        names.push("…".into());
    }
    match newer.len() {
        0 => String::new(),
        1 => format!("{} was changed again since and stays as it is; --force takes it back too.", names.join(", ")),
        many => format!(
            "{many} values were changed again since and stay as they are: {}; --force takes them back too.",
            names.join(", ")
        ),
    }
}

fn name(left: &LeftRow) -> String {
    let title = truncated(&left.title, VALUE_WIDTH);
    match left.field {
        Some(field) => format!("{} of {title}", report::field_name(field.as_str())),
        None => title,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kuroibara_core::{Field, MangaId};
    use kuroibara_engine::core::RunId;

    fn stays(title: &str, field: Option<Field>) -> LeftRow {
        LeftRow { manga_id: MangaId(uuid::Uuid::nil()), title: title.into(), field, why: Left::NewerEdit }
    }

    fn told(rows: Vec<LeftRow>) -> String {
        let report = UndoReport {
            run_id: RunId(uuid::Uuid::nil()),
            strategy: "undo",
            applied: true,
            providers: Default::default(),
            plan: Vec::new(),
            left: rows,
        };
        left(&report)
    }

    #[test]
    fn what_stays_is_named() {
        assert_eq!(told(Vec::new()), "");
        let one = told(vec![stays("Akira", Some(Field::Score))]);
        assert_eq!(one, "score of Akira was changed again since and stays as it is; --force takes it back too.");
        let many = told(["A", "B", "C", "D"].map(|title| stays(title, None)).into());
        assert_eq!(
            many,
            "4 values were changed again since and stay as they are: A, B, C, …; --force takes them back too."
        );
    }
}
