//! How the core's values are written in columns: times, words of enums, JSON.
//!
//! Knows no table. What can't be read back is an error that names the column, never a default.

use std::str::FromStr;

use chrono::DateTime;
use kuroibara_core::{Direction, Field, Group, Origin, Provider, RemovalPolicy, Rule, Time};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    change::{ConflictKind, LinkSource},
    error::StoreError,
};
use crate::providers::{Format, TitleKind};

/// Nanoseconds since 1970. What lies outside the years 1677 to 2262 becomes their end.
pub(super) fn nanos(time: Time) -> i64 {
    time.timestamp_nanos_opt().unwrap_or(if time.timestamp() < 0 { i64::MIN } else { i64::MAX })
}

/// The time of so many nanoseconds since 1970.
pub(super) fn time(nanos: i64) -> Time {
    DateTime::from_timestamp_nanos(nanos)
}

/// The same of a column that may be empty.
pub(super) fn some_time(nanos: Option<i64>) -> Option<Time> {
    nanos.map(time)
}

/// A count out of its column.
pub(super) fn count(column: &'static str, number: i64) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| StoreError::Unintelligible { column })
}

/// The same of a column that may be empty.
pub(super) fn some_count(column: &'static str, number: Option<i64>) -> Result<Option<u32>, StoreError> {
    number.map(|number| count(column, number)).transpose()
}

/// A value as JSON.
pub(super) fn json<T: Serialize>(column: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Unintelligible { column })
}

/// A value out of JSON.
pub(super) fn from_json<T: DeserializeOwned>(column: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Unintelligible { column })
}

/// The same of a column that may be empty.
pub(super) fn some_from_json<T: DeserializeOwned>(
    column: &'static str,
    text: Option<&str>,
) -> Result<Option<T>, StoreError> {
    text.map(|text| from_json(column, text)).transpose()
}

/// A value out of its word.
pub(super) fn word<T: FromStr>(column: &'static str, word: &str) -> Result<T, StoreError> {
    word.parse().map_err(|_| StoreError::Unintelligible { column })
}

/// The same of a column that may be empty.
pub(super) fn some_word<T: FromStr>(column: &'static str, text: Option<&str>) -> Result<Option<T>, StoreError> {
    text.map(|text| word(column, text)).transpose()
}

/// A value of an enum in its column.
pub(super) trait Word: Sized + Copy + 'static {
    /// Every value.
    const ALL: &'static [Self];
    /// The word in the database.
    fn word(self) -> &'static str;

    /// The value of that word.
    fn read(column: &'static str, word: &str) -> Result<Self, StoreError> {
        Self::ALL.iter().copied().find(|v| v.word() == word).ok_or(StoreError::Unintelligible { column })
    }
}

macro_rules! words {
    ($($kind:ident { $($value:ident => $word:literal),+ $(,)? })+) => {$(
        impl Word for $kind {
            const ALL: &'static [Self] = &[$(Self::$value),+];

            fn word(self) -> &'static str {
                match self { $(Self::$value => $word),+ }
            }
        }
    )+};
}

words! {
    Direction { Both => "both", Pull => "pull", Push => "push" }
    Rule { Newest => "newest", Furthest => "furthest", Local => "local", Remote => "remote", Ask => "ask" }
    RemovalPolicy { Ask => "ask", Follow => "follow", Keep => "keep" }
    Format { Manga => "manga", Novel => "novel", OneShot => "one_shot", Unknown => "unknown" }
    TitleKind { Romaji => "romaji", English => "english", Native => "native", Synonym => "synonym" }
    LinkSource { List => "list", IdMal => "id-mal", KitsuMapping => "kitsu-mapping", Search => "search", User => "user" }
    ConflictKind { Fields => "fields", RemovedHere => "removed_here", VanishedThere => "vanished_there", Link => "link" }
    Group {
        ReadingState => "reading_state", Score => "score", StartedOn => "started_on", Notes => "notes",
        Private => "private",
    }
}

/// A field out of its word.
pub(super) fn field(column: &'static str, word: &str) -> Result<Field, StoreError> {
    Field::from_name(word).ok_or(StoreError::Unintelligible { column })
}

/// An origin out of its word.
pub(super) fn origin(column: &'static str, word: String) -> Result<Origin, StoreError> {
    Origin::try_from(word).map_err(|_| StoreError::Unintelligible { column })
}

/// A provider out of its word.
pub(super) fn provider(word: &str) -> Result<Provider, StoreError> {
    self::word("provider", word)
}

/// The text as it is compared when searching: lower case, and full-width letters like plain ones.
pub(crate) fn folded(text: &str) -> String {
    text.chars().map(narrow).flat_map(char::to_lowercase).collect()
}

/// Full-width ASCII (U+FF01 to U+FF5E) and the ideographic space as their plain forms.
fn narrow(letter: char) -> char {
    match letter {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
        other => other,
    }
}
