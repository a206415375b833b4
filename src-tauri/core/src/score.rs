//! A rating on the finest scale any provider has.

use std::num::NonZeroU8;

use serde::{Deserialize, Serialize};

/// A rating from 1 to 100 points. “Not rated” is the absence of a score, never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(try_from = "u8", into = "u8")]
pub struct Score(NonZeroU8);

/// A number outside 1 to 100.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a score is a whole number from 1 to 100, not {0}")]
pub struct ScoreOutOfRange(i64);

impl Score {
    /// The score of so many points, or an error outside 1 to 100.
    pub fn new(points: i64) -> Result<Self, ScoreOutOfRange> {
        u8::try_from(points)
            .ok()
            .filter(|p| *p <= 100)
            .and_then(NonZeroU8::new)
            .map(Self)
            .ok_or(ScoreOutOfRange(points))
    }

    /// The points, 1 to 100.
    pub fn points(self) -> u8 {
        self.0.get()
    }

    /// The nearest score that is a multiple of `step` points and at least `lowest`: halves go up, and a
    /// rating never becomes “not rated” by rounding.
    pub fn rounded_to(self, step: u8, lowest: u8) -> Self {
        let points = (u16::from(self.points()) + u16::from(step) / 2) / u16::from(step) * u16::from(step);
        let bounded = points.clamp(u16::from(lowest), 100) as u8;
        Self(NonZeroU8::new(bounded).unwrap_or(NonZeroU8::MIN))
    }
}

impl TryFrom<u8> for Score {
    type Error = ScoreOutOfRange;

    fn try_from(points: u8) -> Result<Self, Self::Error> {
        Self::new(points.into())
    }
}

impl From<Score> for u8 {
    fn from(score: Score) -> Self {
        score.points()
    }
}
