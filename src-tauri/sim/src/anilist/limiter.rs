//! The rate limiter (anilist.md section 3): so many requests a minute, a burst limiter beside it, and a lockout of one
//! minute for whoever exceeds either. It counts HTTP requests, whatever they ask for.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use super::knobs::Knobs;

const WINDOW: TimeDelta = TimeDelta::seconds(60);

/// What was counted so far.
#[derive(Debug, Default)]
pub(super) struct Limiter {
    since: Option<DateTime<Utc>>,
    used: u32,
    locked: Option<Lockout>,
    recent: VecDeque<DateTime<Utc>>,
}

/// A lockout and whether its answers bear headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lockout {
    /// When it ends.
    pub(super) until: DateTime<Utc>,
    /// Whether its 429s bear headers.
    pub(super) with_headers: bool,
}

impl Limiter {
    /// Counts one request: the requests that remain in this minute, or the lockout.
    pub(super) fn admit(&mut self, now: DateTime<Utc>, knobs: &Knobs) -> Result<u32, Lockout> {
        self.forget_past(now, knobs);
        if let Some(lockout) = self.locked {
            return Err(lockout);
        }
        self.used += 1;
        self.recent.push_back(now);
        if self.used > knobs.per_minute {
            return Err(self.lock(now, true));
        }
        if knobs.burst.is_some_and(|burst| self.recent.len() > burst.requests) {
            return Err(self.lock(now, knobs.burst_headers));
        }
        Ok(knobs.per_minute - self.used)
    }

    /// The requests that remain, without counting one.
    pub(super) fn remaining(&mut self, now: DateTime<Utc>, knobs: &Knobs) -> u32 {
        self.forget_past(now, knobs);
        if self.locked.is_some() { 0 } else { knobs.per_minute.saturating_sub(self.used) }
    }

    fn forget_past(&mut self, now: DateTime<Utc>, knobs: &Knobs) {
        if self.locked.is_some_and(|lockout| now >= lockout.until) {
            *self = Self::default();
        }
        if self.since.is_none_or(|since| now >= since + WINDOW) {
            self.since = Some(now);
            self.used = 0;
        }
        let burst = TimeDelta::seconds(knobs.burst.map_or(0, |burst| burst.seconds));
        while self.recent.front().is_some_and(|&at| now >= at + burst) {
            self.recent.pop_front();
        }
    }

    fn lock(&mut self, now: DateTime<Utc>, with_headers: bool) -> Lockout {
        *self.locked.insert(Lockout { until: now + WINDOW, with_headers })
    }
}
