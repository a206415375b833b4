//! The firewall before the API: nothing is documented but "DoS detected", and clients have seen an HTML page for a while
//! (myanimelist.md section 4). How many requests are too many is inferred from peers' pacing. Pure.

use chrono::{DateTime, TimeDelta, Utc};

/// A bucket that fills slowly, and a block once it is empty.
#[derive(Clone, Debug)]
pub struct Firewall {
    /// Requests allowed at once.
    pub burst: f64,
    /// Requests regained each second.
    pub per_second: f64,
    /// How long the page is shown after one request too many.
    pub block: TimeDelta,
    left: f64,
    seen: Option<DateTime<Utc>>,
    blocked_until: Option<DateTime<Utc>>,
}

impl Firewall {
    /// A full bucket.
    pub fn new(burst: f64, per_second: f64, block: TimeDelta) -> Self {
        Self { burst, per_second, block, left: burst, seen: None, blocked_until: None }
    }

    /// Counts a request; whether it passes.
    pub(super) fn admits(&mut self, now: DateTime<Utc>) -> bool {
        if self.blocked_until.is_some_and(|until| now < until) {
            return false;
        }
        let elapsed = self.seen.map_or(TimeDelta::zero(), |seen| now - seen);
        self.seen = Some(now);
        self.left = (self.left + elapsed.as_seconds_f64() * self.per_second).min(self.burst);
        self.left -= 1.0;
        if self.left < 0.0 {
            self.blocked_until = Some(now + self.block);
        }
        self.left >= 0.0
    }
}

impl Default for Firewall {
    /// Twice what careful peers send (section 4).
    fn default() -> Self {
        Self::new(20.0, 2.0, TimeDelta::seconds(60))
    }
}
