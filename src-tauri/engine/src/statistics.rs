//! The library in numbers, for charts: every bar is there, even where there is nothing to count.

use chrono::{Datelike, Days, Local, NaiveDate, NaiveTime, TimeZone};
use kuroibara_core::{Provider, Status, Time};
use serde::Serialize;

use crate::{Engine, error::EngineError, providers::Format, store::Figures};

/// How many weeks are looked back.
const WEEKS: u32 = 52;

/// The library in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Statistics {
    /// All titles together.
    pub totals: LibraryTotals,
    /// Titles by status, all six.
    pub by_status: Vec<StatusCount>,
    /// Titles by score: 1 to 10 points, 11 to 20, …, 91 to 100.
    pub by_score: [u32; 10],
    /// Titles without a score.
    pub unrated: u32,
    /// Titles by format, all four.
    pub by_format: Vec<FormatCount>,
    /// Chapters read in each of the last 52 weeks, the oldest first.
    pub chapters_per_week: Vec<WeekCount>,
    /// How each connected provider agrees with the library.
    pub in_step: Vec<StepCount>,
}

/// All titles together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct LibraryTotals {
    /// Titles.
    pub titles: u64,
    /// Chapters read.
    pub chapters_read: u64,
    /// Volumes read.
    pub volumes_read: u64,
    /// Rereads.
    pub rereads: u64,
}

/// Titles of one status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct StatusCount {
    /// The status.
    pub status: Status,
    /// How many.
    pub titles: u32,
}

/// Titles of one format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct FormatCount {
    /// The format.
    pub format: Format,
    /// How many.
    pub titles: u32,
}

/// Chapters read in one week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct WeekCount {
    /// The week's Monday, by the reader's calendar.
    pub monday: NaiveDate,
    /// How many.
    pub chapters: u64,
}

/// How one provider agrees with the library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct StepCount {
    /// Which provider.
    pub provider: Provider,
    /// Titles that are in both lists.
    pub titles: u32,
    /// Those of them that are the same in the provider's terms.
    pub in_step: u32,
    /// Those that differ.
    pub differ: u32,
    /// Those of which something waits to be sent.
    pub wait: u32,
}

impl Engine {
    /// The library in numbers.
    pub async fn statistics(&self) -> Result<Statistics, EngineError> {
        self.judge_all().await?;
        let monday = first_monday(self.today());
        let figures = self.db.figures(begin_of(monday), WEEKS).await?;
        Ok(Statistics::of(&figures, monday))
    }
}

/// The Monday with which the last 52 weeks begin, this one among them.
fn first_monday(today: NaiveDate) -> NaiveDate {
    let back = u64::from(today.weekday().num_days_from_monday()) + 7 * u64::from(WEEKS - 1);
    today.checked_sub_days(Days::new(back)).unwrap_or(today)
}

/// The day's first moment by the reader's calendar.
fn begin_of(day: NaiveDate) -> Time {
    let midnight = day.and_time(NaiveTime::MIN);
    // Where clocks go forward at midnight there is none, and an hour more or less moves no bar.
    Local.from_local_datetime(&midnight).earliest().map_or_else(|| midnight.and_utc(), |at| at.to_utc())
}

impl Statistics {
    fn of(figures: &Figures, monday: NaiveDate) -> Self {
        let [titles, chapters_read, volumes_read, rereads] = figures.totals;
        let score = |ten: usize| found(&figures.scores, &u8::try_from(ten).ok());
        let step = |(provider, [titles, differ, wait]): &(Provider, [u32; 3])| StepCount {
            provider: *provider,
            titles: *titles,
            in_step: titles - differ,
            differ: *differ,
            wait: *wait,
        };
        let week = |n: u32| WeekCount {
            monday: monday.checked_add_days(Days::new(7 * u64::from(n))).unwrap_or(monday),
            chapters: found(&figures.weeks, &n),
        };
        let formats = [Format::Manga, Format::Novel, Format::OneShot, Format::Unknown];
        let status = |status| StatusCount { status, titles: found(&figures.statuses, &status) };
        let mut in_step: Vec<StepCount> = figures.places.iter().map(step).collect();
        in_step.sort_by_key(|one| one.provider);
        Self {
            totals: LibraryTotals { titles, chapters_read, volumes_read, rereads },
            by_status: Status::ALL.into_iter().map(status).collect(),
            by_score: std::array::from_fn(score),
            unrated: found(&figures.scores, &None),
            by_format: formats
                .into_iter()
                .map(|format| FormatCount { format, titles: found(&figures.formats, &format) })
                .collect(),
            chapters_per_week: (0..WEEKS).map(week).collect(),
            in_step,
        }
    }
}

/// What was counted of `key`; nothing if it is not there.
fn found<K: PartialEq, N: Copy + Default>(counts: &[(K, N)], key: &K) -> N {
    counts.iter().find(|(one, _)| one == key).map_or_else(N::default, |(_, count)| *count)
}
