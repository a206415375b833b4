//! An edit as a person wrote it: any of the fields, each as text or number, not yet known to be possible.

use kuroibara_core::{Field, Fields, PartialDate, Score, Status, Value};
use serde::{Deserialize, Deserializer};

use crate::error::EngineError;

/// What is to be changed of an entry. What is left out stays; what can be empty is emptied by null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(default, deny_unknown_fields)]
pub struct EntryChange {
    /// Where the reader stands.
    pub status: Option<Status>,
    /// Chapters read.
    pub chapters_read: Option<u32>,
    /// Volumes read.
    pub volumes_read: Option<u32>,
    /// How often it was read again.
    pub rereads: Option<u32>,
    /// The rating, 1 to 100.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "specta", specta(type = Option<u8>))]
    pub score: Option<Option<i64>>,
    /// When reading began: a year, a month or a day.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub started_on: Option<Option<String>>,
    /// When the last chapter was read.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub finished_on: Option<Option<String>>,
    /// Free text.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub notes: Option<Option<String>>,
    /// Whether others may not see it.
    pub private: Option<bool>,
}

/// What is there is given, null too.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(value).map(Some)
}

impl TryFrom<EntryChange> for Fields {
    type Error = EngineError;

    fn try_from(change: EntryChange) -> Result<Self, EngineError> {
        let notes = change.notes.map(|text| text.filter(|text| !text.is_empty()));
        let values = [
            (Field::Status, change.status.map(Value::Status)),
            (Field::Chapters, change.chapters_read.map(Value::Count)),
            (Field::Volumes, change.volumes_read.map(Value::Count)),
            (Field::Rereads, change.rereads.map(Value::Count)),
            (Field::Score, score(change.score)?),
            (Field::StartedOn, date(change.started_on)?),
            (Field::FinishedOn, date(change.finished_on)?),
            (Field::Notes, notes.map(|text| Value::Text(text.map(Into::into)))),
            (Field::Private, change.private.map(Value::Flag)),
        ];
        Ok(values.into_iter().filter_map(|(field, value)| Some((field, value?))).collect())
    }
}

fn score(given: Option<Option<i64>>) -> Result<Option<Value>, EngineError> {
    let Some(points) = given else { return Ok(None) };
    let score = points.map(Score::new).transpose();
    score.map(|score| Some(Value::Score(score))).map_err(|error| EngineError::BadInput(error.to_string()))
}

/// A date that is written as nothing is none.
fn date(given: Option<Option<String>>) -> Result<Option<Value>, EngineError> {
    let Some(text) = given else { return Ok(None) };
    let date = text.filter(|text| !text.trim().is_empty()).map(|text| text.trim().parse::<PartialDate>()).transpose();
    date.map(|date| Some(Value::Date(date))).map_err(|error| EngineError::BadInput(error.to_string()))
}
