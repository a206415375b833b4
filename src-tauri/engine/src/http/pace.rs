//! How fast a provider may be asked: a bucket that fills with time, and that shrinks by what the provider's answers say.
//!
//! Pure: the time comes in, a wait goes out. Facts: `X-RateLimit-*` and the one-minute lockout at AniList (nominally 90 a
//! minute, really 30, and a second limiter for bursts without published numbers); nothing published at MyAnimeList, where
//! one a second is what careful clients do; no limit on lists at Kitsu, where its docs ask for moderation.

use std::{collections::VecDeque, time::Duration};

use kuroibara_core::{Provider, Time};

/// A provider's limit as it is believed to be before its first answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// How many may follow each other at once.
    burst: f64,
    /// How many a minute in the long run, counted over any minute, burst included.
    per_minute: f64,
    /// How many may be under way at the same time.
    pub(super) at_once: usize,
    /// How many a minute it promises, where that is more than it has allowed for long.
    pub(super) promised: Option<u32>,
}

impl Pace {
    pub(super) fn of(provider: Provider) -> Self {
        match provider {
            Provider::AniList => Self { burst: 4.0, per_minute: 30.0, at_once: 2, promised: Some(90) },
            Provider::MyAnimeList => Self { burst: 10.0, per_minute: 72.0, at_once: 2, promised: None },
            Provider::Kitsu => Self { burst: 20.0, per_minute: 300.0, at_once: 4, promised: None },
        }
    }

    /// What fills up in a second. The burst comes out of the minute's number, and two stay unused, so that no minute,
    /// wherever the provider begins to count it, sees more than the limit.
    fn per_second(self) -> f64 {
        ((self.per_minute - self.burst - 2.0) / 60.0).max(1.0 / 30.0)
    }
}

/// Whose turn it is when.
#[derive(Debug)]
pub(super) struct Turns {
    start: Pace,
    pace: Pace,
    /// How many may go at once; below zero: so many have been promised a turn and wait.
    level: f64,
    /// When `level` was right.
    at: Time,
    lockouts: u32,
    /// When the turns of the last minute were promised for.
    recent: VecDeque<Time>,
}

impl Turns {
    pub(super) fn new(provider: Provider, now: Time) -> Self {
        let pace = Pace::of(provider);
        Self { start: pace, pace, level: pace.burst, at: now, lockouts: 0, recent: VecDeque::new() }
    }

    /// Promises a turn and says how long to wait for it.
    pub(super) fn reserve(&mut self, now: Time) -> Duration {
        self.fill(now);
        self.level -= 1.0;
        let wait = Duration::from_secs_f64((-self.level).max(0.0) / self.pace.per_second());
        self.forget_old(now);
        self.recent.push_back(now + wait);
        wait
    }

    /// The limit of a minute, and what is left of it.
    pub(super) fn budget(&mut self, now: Time) -> (u32, u32) {
        self.forget_old(now);
        let limit = self.pace.per_minute as u32;
        (limit, limit.saturating_sub(u32::try_from(self.recent.len()).unwrap_or(u32::MAX)))
    }

    fn forget_old(&mut self, now: Time) {
        let minute = chrono::TimeDelta::minutes(1);
        // Nobody waits ten minutes for a turn: the clock was set back.
        let is_past = |at: &Time| now - *at >= minute || *at - now > minute * 10;
        while self.recent.front().is_some_and(is_past) {
            self.recent.pop_front();
        }
    }

    /// Follows what an answer said of the limit.
    pub(super) fn learn(&mut self, limit: Option<u32>, remaining: Option<u32>) {
        if let Some(limit) = limit.map(f64::from).filter(|limit| *limit >= 1.0) {
            // AniList's headers once promised three times what it allowed: after a lockout they can only lower the pace.
            let trusted = if self.lockouts == 0 { limit } else { limit.min(self.pace.per_minute) };
            self.pace.per_minute = trusted;
            self.pace.burst = self.pace.burst.min((trusted / 4.0).max(1.0));
        }
        // More is gone than one burst: another process may have made one just now, and two together are too much.
        if remaining.is_some_and(|remaining| f64::from(remaining) + self.pace.burst < self.pace.per_minute) {
            self.level = self.level.min(0.0);
        }
    }

    /// Slows down after a 429: no more bursts, the first pace again, and after another one a quarter less.
    pub(super) fn locked_out(&mut self) {
        self.lockouts += 1;
        let slower = if self.lockouts == 1 { self.start.per_minute } else { self.pace.per_minute * 0.75 };
        self.pace.per_minute = self.pace.per_minute.min(slower);
        self.pace.burst = 1.0;
        self.level = self.level.min(1.0);
    }

    fn fill(&mut self, now: Time) {
        // A clock that was set back fills nothing; one that jumped ahead fills the bucket, and no more than that.
        let seconds = (now - self.at).to_std().unwrap_or_default().as_secs_f64();
        self.level = (self.level + seconds * self.pace.per_second()).min(self.pace.burst);
        self.at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Time {
        Time::from_timestamp(1_800_000_000, 0).unwrap_or_default()
    }

    /// When `count` requests in a row would leave, in seconds from the start.
    fn departures(turns: &mut Turns, count: usize) -> Vec<f64> {
        let mut now = start();
        let mut all = Vec::new();
        for _ in 0..count {
            now += turns.reserve(now);
            all.push((now - start()).as_seconds_f64());
        }
        all
    }

    #[test]
    fn no_minute_at_anilist_sees_more_than_thirty_and_forty_requests_fit_into_two() {
        let all = departures(&mut Turns::new(Provider::AniList, start()), 100);
        for from in &all {
            let within = all.iter().filter(|at| (*from..=from + 60.0).contains(*at)).count();
            assert!(within <= 30, "{within} within a minute");
        }
        assert!(all[40] < 110.0, "{}", all[40]);
    }

    #[test]
    fn myanimelist_gets_ten_at_once_and_then_one_a_second() {
        let all = departures(&mut Turns::new(Provider::MyAnimeList, start()), 20);
        assert!(all[9] < 0.001, "{all:?}");
        assert!((9.9..=10.1).contains(&all[19]), "{all:?}");
    }

    #[test]
    fn a_higher_limit_is_used_and_a_lower_one_obeyed() {
        let mut high = Turns::new(Provider::AniList, start());
        high.learn(Some(90), Some(89));
        assert!(departures(&mut high, 40)[39] < 30.0);
        let mut low = Turns::new(Provider::AniList, start());
        low.learn(Some(12), Some(11));
        let all = departures(&mut low, 14);
        assert!(all[13] > 60.0, "{all:?}");
    }

    #[test]
    fn a_burst_of_another_process_counts_as_ours() {
        let mut turns = Turns::new(Provider::AniList, start());
        assert_eq!(turns.reserve(start()), Duration::ZERO);
        turns.learn(Some(30), Some(20));
        assert!(turns.reserve(start()) > Duration::from_secs(2));
    }

    #[test]
    fn after_a_lockout_headers_can_only_slow_down() {
        let mut turns = Turns::new(Provider::AniList, start());
        turns.learn(Some(90), Some(60));
        turns.locked_out();
        turns.learn(Some(90), Some(60));
        let all = departures(&mut turns, 31);
        assert!(all[30] > 60.0, "{all:?}");
    }

    #[test]
    fn a_clock_that_jumps_neither_stops_nor_floods() {
        let mut turns = Turns::new(Provider::AniList, start());
        for _ in 0..4 {
            turns.reserve(start());
        }
        let back = start() - chrono::Duration::days(400);
        assert!(turns.reserve(back) < Duration::from_secs(5));
        let ahead = start() + chrono::Duration::days(400);
        let waits: Vec<_> = (0..5).map(|_| turns.reserve(ahead)).collect();
        assert!(waits[4] > Duration::from_secs(1), "{waits:?}");
    }
}
