//! Table `api_usage` and the pauses that providers ask for: what every process that talks to a provider must know.
//!
//! Counts are gathered in memory and stored now and then, since each would otherwise cost a write to the disk.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DurationRound, TimeDelta};
use kuroibara_core::{Provider, Time};

use super::{
    Db, StoreError,
    sql::args,
    text::{provider, time},
};
use crate::{
    clock::Clock,
    http::{Ledger, Pause, PauseReason},
};

/// So many requests are counted before they are stored.
const STORED_AT: usize = 50;

/// How often a route was asked in one hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Who was asked.
    pub provider: Provider,
    /// What for.
    pub route: String,
    /// The hour's beginning.
    pub hour: Time,
    /// How often.
    pub requests: u64,
}

impl Db {
    /// The pauses that hold at `now`.
    pub async fn pauses(&self, now: Time) -> Result<Vec<Pause>, StoreError> {
        let rows: Vec<PauseRow> = self.pool.all(PAUSES, args![self.user, now]).await?;
        let pauses: Vec<Pause> = rows.into_iter().map(pause).collect::<Result<_, _>>()?;
        Ok(pauses.into_iter().filter(|pause| pause.holds(now)).collect())
    }

    /// The requests of each route and hour from `since` on, the newest first.
    pub async fn usage(&self, since: Time) -> Result<Vec<Usage>, StoreError> {
        let rows: Vec<(String, String, i64, i64)> = self.pool.all(LIST, args![since]).await?;
        let usage = |(at, route, hour, requests): (String, String, i64, i64)| {
            let (hour, requests) = (time(hour), u64::try_from(requests).unwrap_or(0));
            Ok(Usage { provider: provider(&at)?, route, hour, requests })
        };
        rows.into_iter().map(usage).collect()
    }

    /// Adds to the counts of the hour of `now`.
    pub async fn add_usage(&self, counts: &[(Provider, &str, u32)], now: Time) -> Result<(), StoreError> {
        let hour = now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now);
        let rows = counts.iter().map(|(at, route, requests)| args![*at, *route, hour, *requests]).collect();
        let mut tx = self.pool.write().await?;
        tx.run_rows(ADD, rows).await?;
        tx.commit().await
    }

    /// The pause of a provider that was made last, which may be over by now.
    pub async fn paused(&self, at: Provider) -> Result<Option<Pause>, StoreError> {
        let row: Option<PauseRow> = self.pool.optional(PAUSED, args![self.user, at]).await?;
        row.map(pause).transpose()
    }

    /// Nobody asks a provider before `until`; the later of two pauses holds (see [`Pause::yields_to`]).
    pub async fn pause(&self, at: Provider, until: Time, reason: PauseReason) -> Result<(), StoreError> {
        self.pool.run_seen(PAUSE, args![self.user, at, until, reason.as_str(), until + Pause::LONGEST]).await?;
        Ok(())
    }

    /// Ends the pause of a provider that turned us away and answers again. One that it asked for stays.
    pub async fn lift(&self, at: Provider) -> Result<(), StoreError> {
        self.pool.run_seen(LIFT, args![self.user, at, PauseReason::ShutOut.as_str()]).await?;
        Ok(())
    }
}

type PauseRow = (String, i64, Option<String>);

fn pause((at, until, reason): PauseRow) -> Result<Pause, StoreError> {
    let reason = PauseReason::of_word(&reason.unwrap_or_default());
    Ok(Pause { provider: provider(&at)?, until: time(until), reason })
}

const LIST: &str = "SELECT provider, route, hour, requests FROM api_usage WHERE hour >= $1 \
    ORDER BY hour DESC, provider, route";
const PAUSES: &str = "SELECT integration_type, paused_until, pause_reason FROM external_integrations \
    WHERE user_id = $1 AND paused_until > $2";
const PAUSED: &str = "SELECT integration_type, paused_until, pause_reason FROM external_integrations \
    WHERE user_id = $1 AND integration_type = $2 AND paused_until IS NOT NULL";
const ADD: &str = "INSERT INTO api_usage (provider, route, hour, requests) VALUES {} \
    ON CONFLICT (provider, route, hour) DO UPDATE SET requests = api_usage.requests + excluded.requests";
const PAUSE: &str = "UPDATE external_integrations SET paused_until = $3, pause_reason = $4 \
    WHERE user_id = $1 AND integration_type = $2 AND (paused_until IS NULL OR paused_until < $3 OR paused_until > $5)";
const LIFT: &str = "UPDATE external_integrations SET paused_until = NULL, pause_reason = NULL \
    WHERE user_id = $1 AND integration_type = $2 AND pause_reason = $3";

/// The database as the ledger of all requests.
#[derive(Debug)]
pub struct DbLedger {
    db: Db,
    clock: Arc<dyn Clock>,
    counts: Mutex<BTreeMap<(Provider, &'static str), u32>>,
}

impl DbLedger {
    /// A ledger that knows the hour by `clock`.
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        Self { db, clock, counts: Mutex::default() }
    }

    /// Stores what was counted since the last time. To be called when a run ends.
    pub async fn flush(&self) -> Result<(), StoreError> {
        let counts = std::mem::take(&mut *self.counts());
        let counts: Vec<_> = counts.into_iter().map(|((at, route), requests)| (at, route, requests)).collect();
        if counts.is_empty() { Ok(()) } else { self.db.add_usage(&counts, self.clock.now()).await }
    }

    // A panic elsewhere can't leave a map of numbers half-changed.
    fn counts(&self) -> MutexGuard<'_, BTreeMap<(Provider, &'static str), u32>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl Ledger for DbLedger {
    async fn paused(&self, provider: Provider) -> Option<Pause> {
        self.db.paused(provider).await.unwrap_or_else(|error| {
            tracing::warn!(%provider, %error, "it is not known whether there is a pause");
            None
        })
    }

    async fn pause(&self, provider: Provider, until: Time, reason: PauseReason) {
        if let Err(error) = self.db.pause(provider, until, reason).await {
            tracing::warn!(%provider, %error, "a pause is known to this process only");
        }
    }

    async fn lift(&self, provider: Provider) {
        if let Err(error) = self.db.lift(provider).await {
            tracing::warn!(%provider, %error, "a pause lasts on though it is over");
        }
    }

    async fn count(&self, provider: Provider, route: &'static str) {
        let gathered = {
            let mut counts = self.counts();
            *counts.entry((provider, route)).or_default() += 1;
            counts.values().map(|count| *count as usize).sum::<usize>()
        };
        if gathered < STORED_AT {
            return;
        }
        if let Err(error) = self.flush().await {
            tracing::warn!(%error, "some requests are not counted");
        }
    }
}
