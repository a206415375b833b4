//! What the facts leave open, or differs between reports: each a knob, with the likelier side as default.

use serde::{Deserialize, Serialize};

/// The knobs of the simulated MyAnimeList.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Knobs {
    /// Seconds that a new access token lives: 3600 by the documents, 2415600 by real replies (section 1).
    pub expires_in: i64,
    /// Whether a refresh token works only once: not by the documents, but some clients believe so (section 1).
    pub refresh_once: bool,
    /// Whether a finish date is kept on entries that are not completed, against what was seen (section 5).
    pub keep_finish_date: bool,
    /// Whether a limit above the maximum is lowered, in place of refused: not verified (section 8).
    pub clamp_limits: bool,
    /// What happens to a row where a page ends (section 3).
    pub pages: Odd,
    /// How many requests the firewall takes for an attack; it is off while none (section 4).
    pub flood: Option<Flood>,
}

/// How pages of a list that changes meanwhile differ from those of one that does not (section 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Odd {
    /// Not at all.
    #[default]
    Never,
    /// The last row of a page comes again on the next.
    Repeat,
    /// A row is on no page.
    Miss,
}

/// What the firewall takes for an attack. The numbers are inferred from peers' pacing (section 4).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flood {
    /// Requests allowed at once.
    pub burst: f64,
    /// Requests regained each second.
    pub per_second: f64,
    /// Seconds for which everything is refused after one request too many.
    pub block_seconds: i64,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            expires_in: 2_415_600,
            refresh_once: false,
            keep_finish_date: false,
            clamp_limits: false,
            pages: Odd::Never,
            flood: None,
        }
    }
}

impl Default for Flood {
    /// Twice what careful peers send.
    fn default() -> Self {
        Self { burst: 20.0, per_second: 2.0, block_seconds: 60 }
    }
}
