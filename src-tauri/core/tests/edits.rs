//! A person's own edit, completed with what it implies.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod model;

use kuroibara_core::{
    Entry, Field, PartialDate, Status, Totals, Value,
    edit::{EditError, LONGEST_NOTE, edit},
};
use model::say::{chapters, fields, finished, notes, rereads, status, volumes};

const TOTALS: Totals = Totals { chapters: Some(120), volumes: Some(12) };

fn today() -> PartialDate {
    "2026-03-01".parse().unwrap()
}

fn entry(was: Status) -> Entry {
    Entry { chapters: 30, volumes: 3, ..Entry::new(was) }
}

#[test]
fn completing_fills_known_totals_and_today() {
    let done = edit(&entry(Status::Reading), &fields([status(Status::Completed)]), TOTALS, today()).unwrap();
    assert_eq!((done.chapters, done.volumes, done.finished_on, done.rereads), (120, 12, Some(today()), 0));
}

#[test]
fn completing_fills_nothing_that_is_not_known_and_no_date_that_is_set() {
    let was = Entry { finished_on: "2019-05".parse().ok(), ..entry(Status::OnHold) };
    let done = edit(&was, &fields([status(Status::Completed)]), Totals::default(), today()).unwrap();
    assert_eq!((done.chapters, done.volumes, done.finished_on), (30, 3, was.finished_on));
}

#[test]
fn completing_a_reread_counts_one_more() {
    let was = Entry { rereads: 2, ..entry(Status::Rereading) };
    assert_eq!(edit(&was, &fields([status(Status::Completed)]), TOTALS, today()).unwrap().rereads, 3);
}

#[test]
fn what_the_edit_says_itself_is_never_overridden() {
    let said = [status(Status::Completed), chapters(100), volumes(9), rereads(7), finished("")];
    let done = edit(&entry(Status::Rereading), &fields(said.clone()), TOTALS, today()).unwrap();
    said.into_iter().for_each(|(field, value)| assert_eq!(done.get(field), value));
}

#[test]
fn an_edit_of_a_completed_entry_implies_nothing() {
    let was = Entry { rereads: 1, ..entry(Status::Completed) };
    let same = edit(&was, &fields([status(Status::Completed), notes("n")]), TOTALS, today()).unwrap();
    assert_eq!(same, Entry { notes: Some("n".into()), ..was });
}

#[test]
fn any_other_status_implies_nothing() {
    for to in Status::ALL.into_iter().filter(|to| *to != Status::Completed) {
        let done = edit(&entry(Status::Rereading), &fields([status(to)]), TOTALS, today()).unwrap();
        assert_eq!(done, Entry { status: to, ..entry(Status::Rereading) });
    }
}

#[test]
fn more_than_there_is_can_not_have_been_read() {
    let above = |change| edit(&entry(Status::Reading), &fields([change]), TOTALS, today()).unwrap_err();
    assert_eq!(above(chapters(121)), EditError::AboveTotal { what: "chapters", total: 120, given: 121 });
    assert_eq!(above(volumes(13)), EditError::AboveTotal { what: "volumes", total: 12, given: 13 });
    assert!(edit(&entry(Status::Reading), &fields([chapters(120)]), TOTALS, today()).is_ok());
}

#[test]
fn a_count_that_already_was_above_the_total_may_stay_or_be_lowered() {
    let was = Entry { chapters: 130, ..entry(Status::Reading) };
    assert!(edit(&was, &fields([chapters(130)]), TOTALS, today()).is_ok());
    assert!(edit(&was, &fields([chapters(125)]), TOTALS, today()).is_ok());
    assert!(edit(&was, &fields([chapters(131)]), TOTALS, today()).is_err());
    assert_eq!(edit(&was, &fields([status(Status::Completed)]), TOTALS, today()).unwrap().chapters, 130);
}

#[test]
fn counts_that_nobody_reaches_and_endless_notes_are_refused() {
    let of = |change| edit(&entry(Status::Reading), &fields([change]), Totals::default(), today());
    assert_eq!(of(chapters(100_001)), Err(EditError::Absurd(100_001)));
    assert_eq!(of(rereads(100_001)), Err(EditError::Absurd(100_001)));
    assert_eq!(of(notes(&"ß".repeat(LONGEST_NOTE + 1))), Err(EditError::NoteTooLong(LONGEST_NOTE + 1)));
    assert!(of(notes(&"ß".repeat(LONGEST_NOTE))).is_ok());
}

#[test]
fn an_empty_note_is_no_note() {
    let was = Entry { notes: Some("n".into()), ..entry(Status::Reading) };
    let change = [(Field::Notes, Value::Text(Some("".into())))];
    assert_eq!(edit(&was, &fields(change), TOTALS, today()).unwrap().notes, None);
}
