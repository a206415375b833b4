//! Time as an argument: what is now, and waiting.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use kuroibara_core::Time;

/// Where the engine takes the time from. Tests pass one that they move by hand.
#[async_trait::async_trait]
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present moment.
    fn now(&self) -> Time;
    /// Returns after `duration`.
    async fn sleep(&self, duration: Duration);
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait::async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Time {
        chrono::Utc::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// Shorter sleeps are those of somebody who looks whether another has ended.
const POLL: Duration = Duration::from_secs(1);

/// A clock that stands still until it is moved, or until somebody sleeps: a sleep moves it and ends at once, or after a
/// fiftieth of its time where it is shorter than a second. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct ManualClock {
    /// Microseconds since 1970, so that moving it needs no lock.
    micros: Arc<AtomicI64>,
}

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: Time) -> Self {
        Self { micros: Arc::new(AtomicI64::new(now.timestamp_micros())) }
    }

    /// Moves it forward.
    pub fn advance(&self, duration: Duration) {
        self.micros.fetch_add(micros(duration), Ordering::SeqCst);
    }

    /// Sets it, backwards too: machines' clocks do jump.
    pub fn set(&self, now: Time) {
        self.micros.store(now.timestamp_micros(), Ordering::SeqCst);
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[async_trait::async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Time {
        Time::from_timestamp_micros(self.micros.load(Ordering::SeqCst)).unwrap_or_default()
    }

    async fn sleep(&self, duration: Duration) {
        self.advance(duration);
        // Others get their turn, as they would in a real wait. Who looks again every moment waits for somebody's work on the
        // database or over HTTP, and that takes real time.
        if duration < POLL {
            tokio::time::sleep(duration / 50).await;
        } else {
            tokio::task::yield_now().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_manual_clock_moves_by_hand_and_by_sleep_only() {
        let start = Time::from_timestamp(1_700_000_000, 0).unwrap_or_default();
        let clock = ManualClock::new(start);
        assert_eq!(clock.now(), start);
        clock.clone().sleep(Duration::from_millis(1_500)).await;
        assert_eq!(clock.now(), start + Duration::from_millis(1_500));
        clock.set(start);
        clock.advance(Duration::from_secs(60));
        assert_eq!(clock.now(), start + Duration::from_secs(60));
    }
}
