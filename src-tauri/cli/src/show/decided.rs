//! What a person said of titles that may be the same.

use kuroibara_engine::decided::{DecidedView, SaidView};
use serde::Serialize;

use super::{moment, paragraphs};
use crate::table::{Look, Table, truncated};

/// Linked, rejected and without a counterpart, the newest first.
#[derive(Serialize)]
pub(crate) struct Decided {
    pub(crate) decided: Vec<DecidedView>,
}

/// A row for each.
pub(crate) fn decided(found: &Decided, look: Look) -> String {
    if found.decided.is_empty() {
        return "You have said nothing of matches yet.".into();
    }
    let mut table = Table::new(look, &["AT", "TITLE", "YOU SAID", "WHERE", "MANGA"]);
    for one in &found.decided {
        let title = truncated(&one.manga.title, look.title_width());
        let said = truncated(&said(one), look.title_width());
        table.row([moment(one.at), title, said, place(one), one.manga_id.to_string()]);
    }
    paragraphs([table.text(), NEXT.into()])
}

const NEXT: &str = "`matches reopen MANGA WHERE` takes back what is not the same or not there; `unlink MANGA PROVIDER` takes \
    a link back.";

fn said(one: &DecidedView) -> String {
    let named = |title: &Option<String>| title.clone().unwrap_or_else(|| "it".into());
    match &one.said {
        SaidView::Linked { title, .. } => format!("is {}", named(title)),
        SaidView::Rejected { title, .. } => format!("is not {}", named(title)),
        SaidView::Ignored { reason } if reason.is_empty() => "is not there".into(),
        SaidView::Ignored { reason } => format!("is not there: {reason}"),
    }
}

fn place(one: &DecidedView) -> String {
    match &one.said {
        SaidView::Linked { external_id, .. } | SaidView::Rejected { external_id, .. } => {
            format!("{}:{external_id}", one.provider)
        }
        SaidView::Ignored { .. } => one.provider.to_string(),
    }
}
