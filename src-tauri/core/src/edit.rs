//! A person's own edit: checked, and completed with what it implies.

use crate::{Entry, Field, Fields, PartialDate, Status, Totals, Value};

/// The longest note that is accepted, in characters. AniList holds 6,000: a longer note stays off it.
pub const LONGEST_NOTE: usize = 50_000;

/// Why an edit is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// More was read than there is.
    #[error("there are {total} {what}: {given} can't have been read")]
    AboveTotal {
        /// “chapters” or “volumes”.
        what: &'static str,
        /// How many there are.
        total: u32,
        /// How many were given.
        given: u32,
    },
    /// The note is too long.
    #[error("a note can have {LONGEST_NOTE} characters, and this one has {0}")]
    NoteTooLong(usize),
    /// A count that nobody reaches.
    #[error("{0} is more than anybody reads")]
    Absurd(u32),
}

/// `entry` with `changes` made by the reader on the day `today` in the reader's own calendar.
///
/// Completing fills in known totals and, where empty, today as the finish date; completing a reread counts one more
/// reread. What the edit says itself is never overridden.
pub fn edit(entry: &Entry, changes: &Fields, totals: Totals, today: PartialDate) -> Result<Entry, EditError> {
    check(entry, changes, totals)?;
    let mut edited = entry.clone();
    changes.iter().for_each(|(field, value)| edited.set(field, value.clone()));
    if edited.status == Status::Completed && entry.status != Status::Completed {
        let implied = implied_by_completion(entry, &edited, totals, today);
        implied.iter().filter(|(field, _)| changes.get(*field).is_none()).for_each(|(f, v)| edited.set(f, v.clone()));
    }
    Ok(edited)
}

fn implied_by_completion(before: &Entry, edited: &Entry, totals: Totals, today: PartialDate) -> Fields {
    let mut implied = Fields::new();
    if let Some(chapters) = totals.chapters {
        implied.set(Field::Chapters, Value::Count(chapters.max(edited.chapters)));
    }
    if let Some(volumes) = totals.volumes {
        implied.set(Field::Volumes, Value::Count(volumes.max(edited.volumes)));
    }
    if edited.finished_on.is_none() {
        implied.set(Field::FinishedOn, Value::Date(Some(today)));
    }
    if before.status == Status::Rereading {
        implied.set(Field::Rereads, Value::Count(before.rereads.saturating_add(1)));
    }
    implied
}

fn check(entry: &Entry, changes: &Fields, totals: Totals) -> Result<(), EditError> {
    let counts = [
        (Field::Chapters, "chapters", totals.chapters),
        (Field::Volumes, "volumes", totals.volumes),
        (Field::Rereads, "rereads", None),
    ];
    for (field, what, total) in counts {
        let Some(Value::Count(given)) = changes.get(field) else { continue };
        // A count that already was above the total, as some services keep, may stay or be lowered.
        let held = Fields::count(&entry.fields(), field);
        match total {
            Some(total) if *given > total.max(held) => {
                return Err(EditError::AboveTotal { what, total, given: *given });
            }
            _ if *given > 100_000 => return Err(EditError::Absurd(*given)),
            Some(_) | None => {}
        }
    }
    match changes.get(Field::Notes) {
        Some(Value::Text(Some(text))) if text.chars().count() > LONGEST_NOTE => {
            Err(EditError::NoteTooLong(text.chars().count()))
        }
        _ => Ok(()),
    }
}
