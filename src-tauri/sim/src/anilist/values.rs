//! The small values of AniList's schema: enums, dates and scores. They know no state.

use async_graphql::{Enum, InputObject, SimpleObject};
use serde::{Deserialize, Serialize};

use crate::catalog::Format;
use crate::library::{PartialDate, Status};

/// `MediaListStatus` (anilist.md section 7).
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[graphql(name = "MediaListStatus")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ListStatus {
    /// Reading.
    Current,
    /// Wants to read.
    Planning,
    /// Has read.
    Completed,
    /// Given up.
    Dropped,
    /// On hold.
    Paused,
    /// Reading again.
    Repeating,
}

impl ListStatus {
    /// Every status, in the order of the website's sections.
    pub const ALL: [Self; 6] =
        [Self::Current, Self::Repeating, Self::Completed, Self::Paused, Self::Dropped, Self::Planning];

    /// The name of its group in a manga list.
    pub(super) fn group_name(self) -> &'static str {
        match self {
            Self::Current => "Reading",
            Self::Planning => "Planning",
            Self::Completed => "Completed",
            Self::Dropped => "Dropped",
            Self::Paused => "Paused",
            Self::Repeating => "Rereading",
        }
    }
}

impl From<Status> for ListStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Reading => Self::Current,
            Status::Completed => Self::Completed,
            Status::OnHold => Self::Paused,
            Status::Dropped => Self::Dropped,
            Status::Planned => Self::Planning,
            Status::Rereading => Self::Repeating,
        }
    }
}

/// `ScoreFormat` (anilist.md section 8): how a raw score of 0 to 100 is shown and given. Raw 0 is no score.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScoreFormat {
    /// 0 to 100.
    #[graphql(name = "POINT_100")]
    #[serde(rename = "POINT_100")]
    Point100,
    /// 0 to 10 with one decimal.
    #[graphql(name = "POINT_10_DECIMAL")]
    #[serde(rename = "POINT_10_DECIMAL")]
    Point10Decimal,
    /// 0 to 10.
    #[graphql(name = "POINT_10")]
    #[serde(rename = "POINT_10")]
    Point10,
    /// 0 to 5 stars.
    #[graphql(name = "POINT_5")]
    #[serde(rename = "POINT_5")]
    Point5,
    /// 0 to 3 smileys.
    #[graphql(name = "POINT_3")]
    #[serde(rename = "POINT_3")]
    Point3,
}

impl ScoreFormat {
    /// A raw score as this format shows it. `POINT_10` truncates (seanime#535); the buckets are those of section 8.
    pub fn show(self, raw: u32) -> f64 {
        let bucket =
            |edges: &[u32]| if raw == 0 { 0.0 } else { edges.iter().filter(|&&edge| raw >= edge).count() as f64 + 1.0 };
        match self {
            Self::Point100 => f64::from(raw),
            Self::Point10Decimal => f64::from(raw) / 10.0,
            Self::Point10 => f64::from(raw / 10),
            Self::Point5 => bucket(&[30, 50, 70, 90]),
            Self::Point3 => bucket(&[36, 61]),
        }
    }

    /// The raw score that is stored when `score` is given in this format.
    pub fn store(self, score: f64) -> u32 {
        let bucket =
            |raws: &[u32]| raws.get((score.max(0.0) as usize).min(raws.len() - 1)).copied().unwrap_or_default();
        match self {
            Self::Point100 => (score.round().max(0.0) as u32).min(100),
            Self::Point10Decimal | Self::Point10 => ((score * 10.0).round().max(0.0) as u32).min(100),
            Self::Point5 => bucket(&[0, 10, 30, 50, 70, 90]),
            Self::Point3 => bucket(&[0, 35, 60, 85]),
        }
    }
}

/// `MediaType`; manga, light novels and one-shots are all of type MANGA (section 7).
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// None exist here.
    Anime,
    /// Everything here.
    Manga,
}

/// `MediaFormat`, of which only the last three exist here.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MediaFormat {
    /// Not a manga.
    Tv,
    /// Not a manga.
    TvShort,
    /// Not a manga.
    Movie,
    /// Not a manga.
    Special,
    /// Not a manga.
    Ova,
    /// Not a manga.
    Ona,
    /// Not a manga.
    Music,
    /// A comic of several chapters.
    Manga,
    /// A light novel.
    Novel,
    /// A comic of one chapter.
    OneShot,
}

impl From<Format> for MediaFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Manga => Self::Manga,
            Format::Novel => Self::Novel,
            Format::OneShot => Self::OneShot,
        }
    }
}

/// `MediaStatus`.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaStatus {
    /// Ended.
    Finished,
    /// Being published.
    Releasing,
    /// Announced.
    NotYetReleased,
    /// Broken off.
    Cancelled,
    /// Paused; shown only for `version: 2` (section 7).
    Hiatus,
}

/// `FuzzyDate` and `FuzzyDateInput`: each part may be unknown.
#[derive(
    SimpleObject, InputObject, Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize,
)]
#[graphql(name = "FuzzyDate", input_name = "FuzzyDateInput")]
#[serde(default)]
pub struct FuzzyDate {
    /// The year.
    pub year: Option<i32>,
    /// The month, 1 to 12.
    pub month: Option<i32>,
    /// The day, 1 to 31.
    pub day: Option<i32>,
}

impl FuzzyDate {
    /// Only a year.
    pub fn in_year(year: i32) -> Self {
        Self { year: Some(year), ..Self::default() }
    }

    /// A whole day.
    pub fn on_day(year: i32, month: i32, day: i32) -> Self {
        Self { year: Some(year), month: Some(month), day: Some(day) }
    }
}

impl From<PartialDate> for FuzzyDate {
    fn from(date: PartialDate) -> Self {
        let part = |part: Option<u32>| part.and_then(|part| i32::try_from(part).ok());
        Self { year: date.year, month: part(date.month), day: part(date.day) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn a_score_is_shown_in_each_format_from_its_raw_value() {
        let shown = |raw| {
            [
                ScoreFormat::Point100,
                ScoreFormat::Point10Decimal,
                ScoreFormat::Point10,
                ScoreFormat::Point5,
                ScoreFormat::Point3,
            ]
            .map(|format| format.show(raw))
        };
        assert_eq!(shown(0), [0.0; 5]);
        assert_eq!(shown(35), [35.0, 3.5, 3.0, 2.0, 1.0]);
        assert_eq!(shown(60), [60.0, 6.0, 6.0, 3.0, 2.0]);
        assert_eq!(shown(85), [85.0, 8.5, 8.0, 4.0, 3.0]);
        assert_eq!(shown(100), [100.0, 10.0, 10.0, 5.0, 3.0]);
    }

    #[test]
    fn a_score_given_in_any_format_is_shown_the_same_in_it() {
        for (format, steps) in [
            (ScoreFormat::Point100, 100),
            (ScoreFormat::Point10, 10),
            (ScoreFormat::Point5, 5),
            (ScoreFormat::Point3, 3),
        ] {
            for step in 0..=steps {
                let step = f64::from(step);
                assert_eq!(format.show(format.store(step)), step, "{format:?}");
            }
        }
        assert_eq!(ScoreFormat::Point10Decimal.store(8.5), 85);
    }
}
