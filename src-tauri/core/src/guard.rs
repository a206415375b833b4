//! Between plan and apply: a plan that takes too much away stops and asks.

use serde::{Deserialize, Serialize};

use crate::Provider;

/// How much a plan may take away by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The share of the entries with a base that a plan may lower, clear or remove, in hundredths: 0 to 100.
    pub percent: u32,
    /// So many are always fine.
    pub least: usize,
}

impl Guard {
    /// The share where nobody chose another.
    pub const PERCENT: u32 = 10;

    /// The guard of a share in hundredths; what is above 100 is all.
    pub fn of(percent: u32) -> Self {
        Self { percent: percent.min(100), least: 5 }
    }
}

impl Default for Guard {
    fn default() -> Self {
        Self::of(Self::PERCENT)
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

/// Why the guard stopped, in numbers of titles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Stop {
    /// A full listing is empty although there are bases.
    EmptyListing {
        /// Entries that the listing has: none.
        returned: usize,
        /// Entries with a base.
        of: usize,
    },
    /// Too much would be taken away.
    TooMuch {
        /// Entries that would be lowered, cleared or removed.
        lowered: usize,
        /// So many may be without asking.
        allowed: usize,
        /// Entries with a base.
        of: usize,
    },
}

impl Guard {
    /// Stops a plan that takes more away than a person would expect.
    pub fn check(&self, weighed: Weighed) -> Result<(), Stop> {
        let Weighed { with_base, listed, lowered } = weighed;
        if listed == Some(0) && with_base > 0 {
            return Err(Stop::EmptyListing { returned: 0, of: with_base });
        }
        let allowed = (with_base.saturating_mul(self.percent as usize) / 100).max(self.least);
        if lowered > allowed { Err(Stop::TooMuch { lowered, allowed, of: with_base }) } else { Ok(()) }
    }
}

impl Stop {
    /// The same as a sentence for people.
    pub fn sentence(&self, provider: Provider) -> String {
        let at = provider.title();
        match self {
            Self::EmptyListing { returned, of } => {
                let (returned, of) = (grouped(*returned), grouped(*of));
                format!("{at} returned {returned} of {of} titles. Nothing was changed; approve it if that is right")
            }
            Self::TooMuch { lowered, allowed, of } => {
                let (lowered, allowed, of) = (grouped(*lowered), grouped(*allowed), grouped(*of));
                format!(
                    "{at}: {lowered} of {of} titles would be lowered, cleared or removed, and {allowed} may be without \
                     asking. Nothing was changed; approve it if that is right"
                )
            }
        }
    }
}

/// 1204 as `1,204`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let comma = |(n, digit): (usize, char)| {
        let is_end_of_three = n > 0 && (digits.len() - n).is_multiple_of(3);
        is_end_of_three.then_some(',').into_iter().chain([digit])
    };
    digits.chars().enumerate().flat_map(comma).collect()
}
