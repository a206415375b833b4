//! Short words for fields and values, so that a test reads as a sentence.

use kuroibara_core::{Field, Fields, PartialDate, Score, Status, Value};

/// Some fields with their values.
pub fn fields<const N: usize>(pairs: [(Field, Value); N]) -> Fields {
    pairs.into_iter().collect()
}

pub fn status(status: Status) -> (Field, Value) {
    (Field::Status, Value::Status(status))
}

pub fn chapters(count: u32) -> (Field, Value) {
    (Field::Chapters, Value::Count(count))
}

pub fn volumes(count: u32) -> (Field, Value) {
    (Field::Volumes, Value::Count(count))
}

pub fn rereads(count: u32) -> (Field, Value) {
    (Field::Rereads, Value::Count(count))
}

/// Zero is no score.
pub fn score(points: i64) -> (Field, Value) {
    (Field::Score, Value::Score(Score::new(points).ok()))
}

/// The empty text is no notes.
pub fn notes(text: &str) -> (Field, Value) {
    (Field::Notes, Value::Text((!text.is_empty()).then(|| text.into())))
}

pub fn private(flag: bool) -> (Field, Value) {
    (Field::Private, Value::Flag(flag))
}

/// The empty text is no date.
pub fn started(date: &str) -> (Field, Value) {
    (Field::StartedOn, Value::Date(day(date)))
}

pub fn finished(date: &str) -> (Field, Value) {
    (Field::FinishedOn, Value::Date(day(date)))
}

fn day(date: &str) -> Option<PartialDate> {
    (!date.is_empty()).then(|| date.parse().unwrap())
}
