//! Changing an entry: which form fields there are, what they may hold, and what saving does beside what was
//! asked (myanimelist.md sections 3 and 5). Knows no HTTP and no list.

use chrono::{DateTime, SubsecRound, Utc};

use super::entry::{Entry, Status, date};
use super::refusal::Refusal;
use crate::params::Params;

/// The entry after a form was sent. Only the fields sent change, for PUT as for PATCH (section 3).
pub(super) fn upsert(
    before: Option<&Entry>,
    form: &Params,
    keep_finish_date: bool,
    now: DateTime<Utc>,
) -> Result<Entry, Refusal> {
    let mut entry = before.cloned().unwrap_or_default();
    for (name, value) in form.iter() {
        set(&mut entry, name, value)?;
    }
    save(&mut entry, keep_finish_date, now);
    Ok(entry)
}

/// What any save does: the time stamp in whole seconds, and no finish date unless completed (section 5).
/// Progress is neither capped nor filled in, and never changes the status (section 5).
pub(super) fn save(entry: &mut Entry, keep_finish_date: bool, now: DateTime<Utc>) {
    if entry.status != Status::Completed && !keep_finish_date {
        entry.finish_date = None;
    }
    entry.updated_at = now.trunc_subsecs(0);
}

/// Sets one form field. Unknown names are ignored: nothing is documented for them.
fn set(entry: &mut Entry, name: &str, value: &str) -> Result<(), Refusal> {
    match name {
        "status" => entry.status = Status::parse(value).ok_or(Refusal::BadRequest("invalid status"))?,
        "is_rereading" => entry.is_rereading = flag(value)?,
        "score" => entry.score = small(value, 10, "invalid score")?,
        "num_volumes_read" => entry.num_volumes_read = count(value, "invalid num_volumes_read")?,
        "num_chapters_read" => entry.num_chapters_read = count(value, "invalid num_chapters_read")?,
        "priority" => entry.priority = small(value, 2, "invalid priority")?,
        "num_times_reread" => entry.num_times_reread = count(value, "invalid num_times_reread")?,
        "reread_value" => entry.reread_value = small(value, 5, "invalid reread_value")?,
        "tags" => entry.tags = tags(value),
        "comments" => value.clone_into(&mut entry.comments),
        "start_date" => entry.start_date = optional_date(value, "invalid start_date")?,
        "finish_date" => entry.finish_date = optional_date(value, "invalid finish_date")?,
        _ => {}
    }
    Ok(())
}

fn flag(value: &str) -> Result<bool, Refusal> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Refusal::BadRequest("invalid is_rereading")),
    }
}

/// Whole numbers only; a client sends `8.0` for a score and is understood (section 3).
fn count(value: &str, message: &'static str) -> Result<u32, Refusal> {
    let whole = value.strip_suffix(".0").unwrap_or(value);
    whole.parse().map_err(|_| Refusal::BadRequest(message))
}

fn small(value: &str, most: u8, message: &'static str) -> Result<u8, Refusal> {
    let number = count(value, message)?;
    u8::try_from(number).ok().filter(|number| *number <= most).ok_or(Refusal::BadRequest(message))
}

/// An empty string clears a date (section 3).
fn optional_date(value: &str, message: &'static str) -> Result<Option<String>, Refusal> {
    if value.is_empty() {
        return Ok(None);
    }
    date(value).map(|date| Some(date.to_owned())).ok_or(Refusal::BadRequest(message))
}

/// Joined by commas when sent, a list when read (section 3).
fn tags(value: &str) -> Vec<String> {
    value.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}
