//! Calendar dates of which a reader may know only the year, or the year and month.

use std::{fmt, str::FromStr};

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// A year, a month of a year, or a day: a date in the reader's own calendar, never a moment in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(try_from = "String", into = "String")]
pub struct PartialDate {
    year: u16,
    month: Option<u8>,
    day: Option<u8>,
}

/// Text or numbers that are no date.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("“{0}” is not a date: write YYYY, YYYY-MM or YYYY-MM-DD")]
pub struct BadDate(String);

impl PartialDate {
    /// A date of the parts that are known. A day without a month, or a day that the month has not, is an error.
    pub fn new(year: u16, month: Option<u8>, day: Option<u8>) -> Result<Self, BadDate> {
        let exists = match (month, day) {
            (None, None) => true,
            (None, Some(_)) => false,
            (Some(m), d) => NaiveDate::from_ymd_opt(year.into(), m.into(), d.map_or(1, Into::into)).is_some(),
        };
        if exists && (1..=9999).contains(&year) {
            Ok(Self { year, month, day })
        } else {
            Err(BadDate(format!("{year:04}-{}-{}", part(month), part(day))))
        }
    }

    /// The year, 1 to 9999.
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12, where known.
    pub fn month(self) -> Option<u8> {
        self.month
    }

    /// The day of the month, where known.
    pub fn day(self) -> Option<u8> {
        self.day
    }

    /// Whether year, month and day are all known.
    pub fn is_full(self) -> bool {
        self.day.is_some()
    }
}

fn part(number: Option<u8>) -> String {
    number.map_or_else(|| "??".to_owned(), |n| format!("{n:02}"))
}

impl From<NaiveDate> for PartialDate {
    fn from(date: NaiveDate) -> Self {
        let year = date.year().clamp(1, 9999) as u16;
        Self { year, month: Some(date.month() as u8), day: Some(date.day() as u8) }
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

impl FromStr for PartialDate {
    type Err = BadDate;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadDate(text.to_owned());
        let well_formed = matches!(text.len(), 4 | 7 | 10)
            && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
        if !well_formed {
            return Err(bad());
        }
        let number = |range: std::ops::Range<usize>| text.get(range).and_then(|t| t.parse::<u16>().ok());
        let small = |n: Option<u16>| n.and_then(|n| u8::try_from(n).ok());
        Self::new(number(0..4).ok_or_else(bad)?, small(number(5..7)), small(number(8..10))).map_err(|_| bad())
    }
}

impl TryFrom<String> for PartialDate {
    type Error = BadDate;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PartialDate> for String {
    fn from(date: PartialDate) -> Self {
        date.to_string()
    }
}
