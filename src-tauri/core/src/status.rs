//! The six reading statuses.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Where a reader stands with a manga.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Being read for the first time.
    Reading,
    /// Read to the end.
    Completed,
    /// Put aside, to go on later.
    OnHold,
    /// Given up.
    Dropped,
    /// Not begun.
    PlanToRead,
    /// Read before, and being read again.
    Rereading,
}

impl Status {
    /// Every status, in the order in which they are shown.
    pub const ALL: [Self; 6] =
        [Self::Reading, Self::Completed, Self::OnHold, Self::Dropped, Self::PlanToRead, Self::Rereading];

    /// The word used on the command line, in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Completed => "completed",
            Self::OnHold => "on_hold",
            Self::Dropped => "dropped",
            Self::PlanToRead => "plan_to_read",
            Self::Rereading => "rereading",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that names no status.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("“{0}” is not a status: use reading, completed, on_hold, dropped, plan_to_read or rereading")]
pub struct UnknownStatus(String);

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|s| s.as_str() == word).ok_or_else(|| UnknownStatus(word.to_owned()))
    }
}
