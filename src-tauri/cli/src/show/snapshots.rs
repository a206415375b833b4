//! The lists as they were before a sync wrote to them.

use kuroibara_engine::snapshots::{SnapshotDetail, SnapshotTitle, SnapshotView};
use serde::Serialize;

use super::{moment, paragraphs, report, value_text};
use crate::table::{Look, Table, truncated};

/// The lists that are kept, the newest first.
#[derive(Serialize)]
pub(crate) struct Snapshots {
    pub(crate) snapshots: Vec<SnapshotView>,
}

/// The lists that are kept.
pub(crate) fn snapshots(found: &Snapshots, look: Look) -> String {
    if found.snapshots.is_empty() {
        return "None yet: a list is kept before a sync first writes to it.".into();
    }
    let mut table = Table::new(look, &["SERVICE", "KEPT", "TITLES", "ID"]);
    for one in &found.snapshots {
        table.row([one.provider.title().into(), moment(one.taken_at), one.entries.to_string(), one.id.to_string()]);
    }
    paragraphs([
        table.text(),
        "Look at one with `snapshots show ID`, bring it back with `snapshots restore ID`.".into(),
    ])
}

/// What one of them says.
pub(crate) fn snapshot(found: &SnapshotDetail, look: Look) -> String {
    let mut table = Table::new(look, &["TITLE", "WHAT", "ID"]);
    for one in &found.titles {
        let title = truncated(one.title.as_deref().unwrap_or("–"), look.title_width());
        table.row([title, what(one), format!("{}:{}", found.snapshot.provider, one.external_id)]);
    }
    table.text()
}

fn what(one: &SnapshotTitle) -> String {
    let said = one.fields.iter().filter(|(_, value)| !value.is_empty()).map(|(field, value)| {
        let value = value_text(&serde_json::to_value(value).unwrap_or_default());
        format!("{} {}", report::field_name(field.as_str()), truncated(&value, report::VALUE_WIDTH))
    });
    said.collect::<Vec<_>>().join(", ")
}
