//! The library and one entry of it.

use kuroibara_engine::{
    library::{EntryView, LibraryView},
    search::Hit,
};

use super::{moment, paragraphs, word, yes_no};
use crate::table::{Look, Table, facts, truncated};

/// One page of the library.
pub(crate) fn library(page: &LibraryView, look: Look) -> String {
    let mut table = Table::new(look, &["TITLE", "STATUS", "CHAPTERS", "VOLUMES", "SCORE", "AT", "ID"]);
    for entry in &page.entries {
        table.row([
            truncated(&entry.title, look.title_width()),
            word(&entry.status),
            of_total(entry.chapters_read, entry.total_chapters),
            of_total(entry.volumes_read, entry.total_volumes),
            entry.score.map_or_else(|| "–".into(), |score| score.points().to_string()),
            entry.mappings.keys().map(|provider| provider.title()).collect::<Vec<_>>().join(" "),
            entry.manga_id.to_string(),
        ]);
    }
    let shown = match page.total {
        Some(0) => "Nothing is here. `sync` brings your lists in; `add` adds a title.".into(),
        total => part_of(total.unwrap_or(0), page.entries.len()),
    };
    paragraphs([if table.is_empty() { String::new() } else { table.text() }, shown])
}

/// How many of a list are shown.
pub(super) fn part_of(total: u64, shown: usize) -> String {
    if total == shown as u64 { format!("{total} in all.") } else { format!("{shown} of {total}.") }
}

/// One entry.
pub(crate) fn entry(entry: &EntryView, _look: Look) -> String {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "–".into());
    let mappings = entry.mappings.iter().map(|(provider, id)| format!("{provider}:{id}")).collect::<Vec<_>>();
    facts(&[
        ("Title", entry.title.clone()),
        ("Id", entry.manga_id.to_string()),
        ("At", mappings.join("  ")),
        ("Format", word(&entry.format)),
        ("Status", word(&entry.status)),
        ("Chapters", of_total(entry.chapters_read, entry.total_chapters)),
        ("Volumes", of_total(entry.volumes_read, entry.total_volumes)),
        ("Score", or_none(entry.score.map(|score| score.points().to_string()))),
        ("Rereads", entry.rereads.to_string()),
        ("Started", or_none(entry.started_on.map(|date| date.to_string()))),
        ("Finished", or_none(entry.finished_on.map(|date| date.to_string()))),
        ("Private", yes_no(entry.private)),
        ("Notes", or_none(entry.notes.clone())),
        ("Changed", moment(entry.updated_at)),
    ])
}

/// What a search found.
pub(crate) fn hits(hits: &Vec<Hit>, look: Look) -> String {
    let mut table = Table::new(look, &["ID", "TITLE", "FORMAT", "YEAR", "CHAPTERS", "VOLUMES", "YOURS"]);
    let count = |count: Option<u32>| count.map_or_else(|| "–".into(), |count| count.to_string());
    for hit in hits {
        table.row([
            format!("{}:{}", hit.provider, hit.external_id),
            truncated(&hit.title, look.title_width()),
            word(&hit.format),
            hit.year.map_or_else(|| "–".into(), |year| year.to_string()),
            count(hit.chapters),
            count(hit.volumes),
            yes_no(hit.manga_id.is_some()),
        ]);
    }
    if table.is_empty() { "Nothing was found.".into() } else { table.text() }
}

fn of_total(read: u32, total: Option<u32>) -> String {
    total.map_or_else(|| read.to_string(), |total| format!("{read}/{total}"))
}
