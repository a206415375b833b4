//! Between plan and apply: a plan that takes too much away stops and asks.

use serde::{Deserialize, Serialize};

/// How much a plan may take away by itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Guard {
    /// The share of the entries with a base that a plan may lower, clear or remove, from 0 to 1.
    pub share: f64,
    /// So many are always fine.
    pub least: usize,
}

impl Default for Guard {
    fn default() -> Self {
        Self { share: 0.10, least: 5 }
    }
}

/// What the guard looks at, per provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weighed {
    /// Entries with a base at this provider.
    pub with_base: usize,
    /// Entries that its listing has; none where it wasn't a full one.
    pub listed: Option<usize>,
    /// Entries that the plan lowers, clears or removes because of or at this provider, the user's own edits aside.
    pub lowered: usize,
}

/// Why the guard stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// A full listing is empty although there are bases.
    #[error(
        "the list came back empty, but {with_base} titles were in it last time. Nothing was changed; approve it if that is right"
    )]
    EmptyListing {
        /// Entries with a base.
        with_base: usize,
    },
    /// Too much would be taken away.
    #[error(
        "{lowered} of {with_base} titles would be lowered, cleared or removed. Nothing was changed; approve it if that is right"
    )]
    TooMuch {
        /// Entries that would be lowered, cleared or removed.
        lowered: usize,
        /// Entries with a base.
        with_base: usize,
    },
}

impl Guard {
    /// Stops a plan that takes more away than a person would expect.
    pub fn check(&self, weighed: Weighed) -> Result<(), Stop> {
        let Weighed { with_base, listed, lowered } = weighed;
        if listed == Some(0) && with_base > 0 {
            return Err(Stop::EmptyListing { with_base });
        }
        let allowed = ((with_base as f64 * self.share) as usize).max(self.least);
        if lowered > allowed { Err(Stop::TooMuch { lowered, with_base }) } else { Ok(()) }
    }
}
