//! The firewall before the API: nothing is documented but "DoS detected", and clients have seen an HTML page for a while
//! (section 4). How much is too much is a knob. Pure.

use chrono::{DateTime, TimeDelta, Utc};

use super::knobs::Flood;

/// A bucket that fills slowly, and a block once it is empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Firewall {
    /// Requests missing from the bucket.
    used: f64,
    seen: Option<DateTime<Utc>>,
    blocked_until: Option<DateTime<Utc>>,
}

impl Firewall {
    /// Counts a request; whether it passes.
    pub(super) fn admits(&mut self, flood: Flood, now: DateTime<Utc>) -> bool {
        if self.blocked_until.is_some_and(|until| now < until) {
            return false;
        }
        let elapsed = self.seen.map_or(TimeDelta::zero(), |seen| now - seen);
        self.seen = Some(now);
        self.used = (self.used - elapsed.as_seconds_f64() * flood.per_second).max(0.0) + 1.0;
        let admitted = self.used <= flood.burst;
        if !admitted {
            self.blocked_until = Some(now + TimeDelta::seconds(flood.block_seconds));
        }
        admitted
    }
}
