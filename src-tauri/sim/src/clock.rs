//! The simulated services' only source of time: everything that expires or is stamped asks here.
//! It knows nothing of the services, and tests move it instead of sleeping.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// A clock that can be moved. Clones share one time.
#[derive(Clone, Debug)]
pub struct SimClock(Arc<Mutex<Time>>);

#[derive(Clone, Copy, Debug)]
enum Time {
    /// Real time plus an offset.
    Running(TimeDelta),
    /// Stands still until moved.
    Manual(DateTime<Utc>),
}

impl SimClock {
    /// Real time, which can still be moved by `advance`.
    pub fn real() -> Self {
        Self(Arc::new(Mutex::new(Time::Running(TimeDelta::zero()))))
    }

    /// A clock that stands at `start` until moved.
    pub fn manual(start: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(Time::Manual(start))))
    }

    /// The simulated present.
    pub fn now(&self) -> DateTime<Utc> {
        match *self.time() {
            Time::Running(offset) => Utc::now() + offset,
            Time::Manual(now) => now,
        }
    }

    /// Moves the clock, back too when `by` is negative.
    pub fn advance(&self, by: TimeDelta) {
        match &mut *self.time() {
            Time::Running(offset) => *offset += by,
            Time::Manual(now) => *now += by,
        }
    }

    fn time(&self) -> MutexGuard<'_, Time> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for SimClock {
    fn default() -> Self {
        Self::real()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let start = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
        let clock = SimClock::manual(start);
        assert_eq!(clock.now(), start);
        clock.clone().advance(TimeDelta::days(365));
        assert_eq!(clock.now(), start + TimeDelta::days(365));
    }

    #[test]
    fn a_running_clock_can_be_moved_ahead() {
        let clock = SimClock::real();
        clock.advance(TimeDelta::hours(2));
        assert!(clock.now() > Utc::now() + TimeDelta::minutes(119));
    }
}
