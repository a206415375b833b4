//! Questions that only a person can answer.

use kuroibara_core::{Field, Fields};
use kuroibara_engine::{
    decide::{ConflictView, ConflictsView, Reopened},
    store::ConflictKind,
};
use serde::Serialize;

use super::{library::part_of, moment, paragraphs, report, value_text};
use crate::table::{Look, Table, truncated};

/// How many questions were answered.
#[derive(Serialize)]
pub(crate) struct Resolved {
    pub(crate) resolved: usize,
}

/// The open questions: one block each, its sides line by line.
pub(crate) fn conflicts(found: &ConflictsView, look: Look) -> String {
    if found.total == 0 {
        return "Nothing needs you.".into();
    }
    let blocks = found.conflicts.iter().map(|conflict| block(conflict, look));
    paragraphs(blocks.chain([part_of(found.total, found.conflicts.len()), NEXT.to_owned()]))
}

/// What was answered.
pub(crate) fn resolved(resolved: &Resolved, _: Look) -> String {
    match resolved.resolved {
        1 => "Answered. The next sync carries it out.".into(),
        count => format!("{count} questions answered. The next sync carries them out."),
    }
}

/// What is open again.
pub(crate) fn reopened(back: &Reopened, _: Look) -> String {
    let Reopened { reopened, carried_out } = *back;
    let open = match reopened {
        1 => "The question is open again.".to_owned(),
        count => format!("{count} questions are open again."),
    };
    match carried_out {
        0 => open,
        1 => format!("{open} One answer was carried out already, and stays."),
        count => format!("{open} {count} answers were carried out already, and stay."),
    }
}

const NEXT: &str = "Answer with `conflicts resolve ID ANSWER`; --all-alike answers all of the same kind.";

fn block(conflict: &ConflictView, look: Look) -> String {
    let mut table = Table::new(look, &["SIDE", "SAYS", "SINCE"]);
    if let Some(local) = &conflict.local {
        let held = values(&local.fields, conflict, look);
        let says = if conflict.kind == ConflictKind::RemovedHere { format!("removed; was {held}") } else { held };
        table.row(["here".to_owned(), says, moment(local.at)]);
    }
    for (provider, told) in &conflict.sides {
        let says =
            told.fields.as_ref().map_or_else(|| "not in the list".into(), |fields| values(fields, conflict, look));
        table.row([provider.title().to_owned(), says, told.updated_at.map_or_else(String::new, moment)]);
        if let Some(base) = &told.base {
            table.row([String::new(), format!("agreed: {}", values(base, conflict, look)), String::new()]);
        }
    }
    let head =
        format!("{}: {}\n{}   {}", conflict.title, question(conflict), conflict.id, conflict.answers.join(" | "));
    let lines = [head, table.text(), follows(conflict.kind, place(conflict))];
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// What each answer leads to, where its word does not tell.
fn follows(kind: ConflictKind, there: &str) -> String {
    match kind {
        ConflictKind::Fields | ConflictKind::Link => String::new(),
        ConflictKind::RemovedHere => {
            format!("keep: it stays at {there} · remove: it is removed at {there} too · restore: it comes back here")
        }
        ConflictKind::VanishedThere => format!(
            "keep: it stays here, and gone at {there} · remove: it is removed here and at the other services · restore: it is \
             added at {there} again"
        ),
    }
}

fn place(conflict: &ConflictView) -> &'static str {
    conflict.provider.map_or("the service", |provider| provider.title())
}

fn question(conflict: &ConflictView) -> String {
    let there = place(conflict);
    match conflict.kind {
        ConflictKind::Fields => "changed to different values on several sides. Which ones stay?".into(),
        ConflictKind::RemovedHere => format!("you removed it here, and it is still at {there}."),
        ConflictKind::VanishedThere => format!("it is gone at {there}, and still here."),
        ConflictKind::Link => "two titles say that they are the same. `link` those that are.".into(),
    }
}

/// The values in one line. Blanks are told only where the question is about them.
fn values(fields: &Fields, conflict: &ConflictView, look: Look) -> String {
    let shown = |(field, value): (Field, &kuroibara_core::Value)| {
        let name = report::field_name(field.as_str());
        let text = value_text(&serde_json::to_value(value).unwrap_or_default());
        (conflict.group.is_some() || !value.is_empty())
            .then(|| format!("{name} {}", truncated(&text, look.title_width())))
    };
    fields.iter().filter_map(shown).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_answer_leads_to_is_said_where_a_title_is_missing() {
        for kind in [ConflictKind::RemovedHere, ConflictKind::VanishedThere] {
            let text = follows(kind, "Kitsu");
            let names = ["keep: ", "remove: ", "restore: "];
            assert!(names.iter().all(|name| text.contains(name)) && text.contains("Kitsu"), "{text}");
        }
        assert_eq!(follows(ConflictKind::Fields, "Kitsu"), "", "the sides' names tell it");
    }
}
