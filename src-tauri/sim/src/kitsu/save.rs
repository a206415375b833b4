//! What saving a library entry does beside what was asked: validation, then the steps before the save in their real
//! order (kitsu.md sections 5.6 and 5.7). Pure; JSON:API, the bulk routes and the website all come through here.

use chrono::{DateTime, SubsecRound, Utc};

use super::entry::{Entry, Status};

/// One failed validation: the attribute as answers name it, and the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Invalid {
    pub(super) attribute: &'static str,
    pub(super) message: &'static str,
}

/// The entry as it is stored, or why it is not. `before` is what is stored now; `chapters` the manga's total.
pub(super) fn save(
    before: Option<&Entry>,
    mut entry: Entry,
    chapters: Option<u32>,
    now: DateTime<Utc>,
) -> Result<Entry, Vec<Invalid>> {
    let now = now.trunc_subsecs(3);
    let total = chapters.map(i64::from);
    let invalid = validate(&entry, total);
    if !invalid.is_empty() {
        return Err(invalid);
    }
    before_save(before, &mut entry, total, now);
    // A save without a change writes nothing, the time stamp included (Rails; inferred).
    if before != Some(&entry) {
        entry.updated_at = now;
    }
    Ok(entry)
}

/// The five steps, in this order. "Changed" means different from what is stored, not sent (section 5.7).
fn before_save(before: Option<&Entry>, entry: &mut Entry, total: Option<i64>, now: DateTime<Utc>) {
    let progress_changed = |entry: &Entry| before.map_or(0, |before| before.progress) != entry.progress;
    let status_changed = |entry: &Entry| before.map(|before| before.status) != Some(entry.status);
    if !status_changed(entry) && total == Some(entry.progress) {
        entry.status = Status::Completed;
    }
    if status_changed(entry) && entry.status == Status::Completed {
        entry.progress = total.unwrap_or(entry.progress);
    }
    if status_changed(entry) || progress_changed(entry) {
        entry.progressed_at = Some(now);
    }
    if status_changed(entry) {
        date(entry, now);
    }
    if progress_changed(entry) && !status_changed(entry) {
        entry.status = Status::Current;
    }
}

/// Dates are set only where there are none, and never cleared (section 5.7, step 4).
fn date(entry: &mut Entry, now: DateTime<Utc>) {
    if matches!(entry.status, Status::Current | Status::Completed) {
        entry.started_at = entry.started_at.or(Some(now));
    }
    if entry.status == Status::Completed {
        entry.finished_at = entry.finished_at.or(Some(now));
    }
}

/// Section 5.6. The cap without a known total is 5000.
fn validate(entry: &Entry, total: Option<i64>) -> Vec<Invalid> {
    let rating = entry.rating_twenty.unwrap_or(2);
    let rules = [
        (entry.progress < 0, "progress", "must be greater than or equal to 0"),
        (rating < 2, "rating", "must be greater than or equal to 2"),
        (rating > 20, "rating", "must be less than or equal to 20"),
        (entry.reconsume_count < 0, "reconsumeCount", "must be greater than or equal to 0"),
        (entry.reconsume_count > 50, "reconsumeCount", "just... go outside"),
        (total.is_some_and(|total| entry.progress > total), "progress", "cannot exceed length of media"),
        (total.is_none() && entry.progress > 5000, "progress", "is rather unreasonably high"),
    ];
    let broken = rules.into_iter().filter(|(broken, ..)| *broken);
    broken.map(|(_, attribute, message)| Invalid { attribute, message }).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn stored(status: Status, progress: i64) -> Entry {
        Entry { id: 1, status, progress, ..Entry::default() }
    }

    fn saved(before: &Entry, status: Status, progress: i64) -> Entry {
        let entry = Entry { status, progress, ..before.clone() };
        save(Some(before), entry, Some(10), DateTime::from_timestamp_millis(1_767_225_600_789).unwrap()).unwrap()
    }

    #[test]
    fn progress_with_an_unchanged_status_makes_the_entry_current() {
        for status in Status::ALL {
            assert_eq!(saved(&stored(status, 3), status, 4).status, Status::Current);
        }
    }

    #[test]
    fn raising_a_completed_entry_to_the_total_makes_it_current() {
        assert_eq!(saved(&stored(Status::Completed, 8), Status::Completed, 10).status, Status::Current);
    }

    #[test]
    fn reaching_the_total_completes_every_other_entry() {
        for status in [Status::Current, Status::Planned, Status::OnHold, Status::Dropped] {
            assert_eq!(saved(&stored(status, 3), status, 10).status, Status::Completed);
        }
    }

    #[test]
    fn any_save_at_the_total_completes() {
        let before = stored(Status::OnHold, 10);
        assert_eq!(saved(&before, Status::OnHold, 10).status, Status::Completed);
    }

    #[test]
    fn a_changed_status_is_kept_with_changed_progress() {
        let after = saved(&stored(Status::Planned, 0), Status::OnHold, 4);
        assert_eq!((after.status, after.progress, after.started_at), (Status::OnHold, 4, None));
    }

    #[test]
    fn a_planned_entry_that_becomes_current_by_progress_gets_no_start_date() {
        let after = saved(&stored(Status::Planned, 0), Status::Planned, 1);
        assert_eq!((after.status, after.started_at), (Status::Current, None));
        assert!(after.progressed_at.is_some());
    }
}
