//! What the facts leave open, or differs between reports: each a knob, with the likelier side as default.

use serde::{Deserialize, Serialize};

/// The knobs of the simulated AniList.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knobs {
    /// Whether `state` comes back with an authorization code; not documented.
    pub echoes_state: bool,
    /// What a failing alias does to the rest of its request (anilist.md section 5).
    pub batch_failure: BatchFailure,
    /// Whether a save that changes nothing still moves `updatedAt`; unknown (section 6).
    pub noop_save_bumps: bool,
    /// Requests per minute: 30 while "degraded", as it has been since 2024 (section 3).
    pub per_minute: u32,
    /// The burst limiter, whose numbers are not published (section 3).
    pub burst: Option<Burst>,
    /// Whether a burst's 429 bears headers; seen without (section 3).
    pub burst_headers: bool,
}

/// More requests than these within so many seconds are a burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Burst {
    /// How many are still fine.
    pub requests: usize,
    /// Within how many seconds.
    pub seconds: i64,
}

/// What a failing alias does to the rest of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchFailure {
    /// All aliases are null, one error names the culprit, nothing was applied.
    NothingApplied,
    /// The same answer, but the aliases before the culprit were applied.
    EarlierApplied,
    /// Only the failing aliases are null; the others are applied and answered.
    Partial,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            echoes_state: true,
            batch_failure: BatchFailure::NothingApplied,
            noop_save_bumps: true,
            per_minute: 30,
            burst: Some(Burst { requests: 15, seconds: 5 }),
            burst_headers: false,
        }
    }
}
