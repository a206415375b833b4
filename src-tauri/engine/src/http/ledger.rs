//! What outlives a process: pauses and request counts. The database keeps them; a double in memory serves tests.
//!
//! Knows no SQL and nothing of requests but whose they are and what they are called.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use kuroibara_core::{Provider, Time};
use serde::Serialize;

/// Keeps what every process that talks to a provider must know. Its own failures are its own to report: a request is
/// never refused because it could not be counted.
#[async_trait::async_trait]
pub trait Ledger: Send + Sync {
    /// The pause that was made last, which may be over by now.
    async fn paused(&self, provider: Provider) -> Option<Pause>;

    /// Nobody asks this provider before `until`; the later of two pauses holds (see [`Pause::yields_to`]).
    async fn pause(&self, provider: Provider, until: Time, reason: PauseReason);

    /// The provider answers again that turned us away: a [`PauseReason::ShutOut`] ends. Any other pause stays, since the
    /// provider asked for it.
    async fn lift(&self, provider: Provider);

    /// One request left.
    async fn count(&self, provider: Provider, route: &'static str);
}

/// A time in which nobody asks a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Who is not asked.
    pub provider: Provider,
    /// Until when.
    pub until: Time,
    /// Why.
    pub reason: PauseReason,
}

impl Pause {
    /// No pause is believed to be longer: it would be asked again after it anyway.
    pub const LONGEST: Duration = Duration::from_secs(3_600);

    /// Whether nobody asks at `now`. No pause is made that ends so far from now that it is longer than the longest: the clock
    /// was set back since, or another device's is ahead, and for all we know the pause is over.
    pub fn holds(&self, now: Time) -> bool {
        now < self.until && self.until <= now + Self::LONGEST
    }

    /// Whether a new pause until then takes this one's place: a later one does, and any where this one is no pause by the
    /// clock that makes the new one. Else a device that is a day ahead would keep the others from pausing for a day.
    pub fn yields_to(&self, until: Time) -> bool {
        self.until < until || self.until > until + Self::LONGEST
    }
}

/// Why nobody asks a provider for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// Its answers say that nothing is left of this minute's requests.
    MinuteUsedUp,
    /// It had more requests than it takes.
    TooMany,
    /// It says that it is out of order: until when, or for a while.
    NotWorking,
    /// A gate before it turns this program or this network away. Asking on would keep the gate shut.
    ShutOut,
}

impl PauseReason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::MinuteUsedUp, Self::TooMany, Self::NotWorking, Self::ShutOut];

    /// The reason in words, to stand after the provider's name.
    pub fn why(self) -> &'static str {
        match self {
            Self::MinuteUsedUp => "nothing is left of this minute's requests",
            Self::TooMany => "it had more requests than it takes, and wants a pause",
            Self::NotWorking => "it is out of order, and left alone for a while",
            Self::ShutOut => "it turns Kuroibara away",
        }
    }

    /// The word used in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MinuteUsedUp => "minute_used_up",
            Self::TooMany => "too_many",
            Self::NotWorking => "not_working",
            Self::ShutOut => "shut_out",
        }
    }

    /// The reason of that word. An unknown one comes from another version, and says at least that it did not work.
    pub(crate) fn of_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word).unwrap_or(Self::NotWorking)
    }
}

/// A ledger that ends with the process.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    pauses: BTreeMap<Provider, Pause>,
    counts: BTreeMap<(Provider, &'static str), u32>,
}

impl MemoryLedger {
    /// How many requests left, by provider and route.
    pub fn counts(&self) -> BTreeMap<(Provider, &'static str), u32> {
        self.kept().counts.clone()
    }

    // A panic elsewhere can't leave these two maps half-changed, so a poisoned lock is as good as any.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl Ledger for MemoryLedger {
    async fn paused(&self, provider: Provider) -> Option<Pause> {
        self.kept().pauses.get(&provider).cloned()
    }

    async fn pause(&self, provider: Provider, until: Time, reason: PauseReason) {
        let mut kept = self.kept();
        if kept.pauses.get(&provider).is_none_or(|held| held.yields_to(until)) {
            kept.pauses.insert(provider, Pause { provider, until, reason });
        }
    }

    async fn lift(&self, provider: Provider) {
        self.kept().pauses.retain(|at, pause| *at != provider || pause.reason != PauseReason::ShutOut);
    }

    async fn count(&self, provider: Provider, route: &'static str) {
        *self.kept().counts.entry((provider, route)).or_default() += 1;
    }
}
