//! Syncing by itself: an edit goes out after a quiet moment, lists are read on a schedule.

use std::time::Duration;

use chrono::TimeDelta;
use kuroibara_core::{Provider, Time};

use crate::{
    Engine,
    error::EngineError,
    sync::{Order, Trigger, report::Report},
};

/// How often it looks for something to do.
const TICK: Duration = Duration::from_secs(1);

/// When to sync by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// An edit goes out when nothing was edited for so long: several quick edits are one write.
    pub quiet: TimeDelta,
    /// Lists are read this often.
    pub every: TimeDelta,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { quiet: TimeDelta::seconds(3), every: TimeDelta::minutes(30) }
    }
}

/// What a watch remembers between two looks.
#[derive(Clone, Copy, Debug)]
struct Watch {
    generation: i64,
    /// When the library was last seen to change.
    changed_at: Time,
    /// When all lists were last asked for.
    listed_at: Option<Time>,
}

impl Engine {
    /// Syncs by itself until `stop` ends: at once, on the schedule, and after edits, of other processes too. Each run's
    /// outcome goes to `done`; a run that fails is tried again when it is due.
    pub async fn watch(
        &self,
        schedule: Schedule,
        stop: impl Future<Output = ()>,
        mut done: impl FnMut(Result<Report, EngineError>),
    ) -> Result<(), EngineError> {
        let mut watch =
            Watch { generation: self.db.generation().await?, changed_at: self.clock.now(), listed_at: None };
        tokio::pin!(stop);
        loop {
            if let Some(order) = self.due(&mut watch, &schedule).await? {
                done(self.sync(&order).await);
                // What the run stored itself is no edit.
                watch.generation = self.db.generation().await?;
            }
            tokio::select! {
                () = &mut stop => return Ok(()),
                () = self.clock.sleep(TICK) => {}
            }
        }
    }

    /// What to do now, if anything.
    async fn due(&self, watch: &mut Watch, schedule: &Schedule) -> Result<Option<Order>, EngineError> {
        let now = self.clock.now();
        let providers = self.automatic().await?;
        if providers.is_empty() {
            return Ok(None);
        }
        let order = |trigger| Some(Order { providers: providers.clone(), trigger, ..Order::default() });
        let trigger = if watch.listed_at.is_none() { Trigger::Return } else { Trigger::Schedule };
        // A clock that was set back must not stop the schedule.
        if watch.listed_at.is_none_or(|at| now - at >= schedule.every || now < at) {
            watch.listed_at = Some(now);
            return Ok(order(trigger));
        }
        let generation = self.db.generation().await?;
        if generation != watch.generation {
            (watch.generation, watch.changed_at) = (generation, now);
        }
        let quiet = now - watch.changed_at >= schedule.quiet || now < watch.changed_at;
        let waits = self.db.next_due_at(&providers).await?.is_some_and(|at| at <= now);
        Ok(if quiet && waits { order(Trigger::Edit) } else { None })
    }

    /// The providers that sync by themselves and can: whoever needs a sign-in is left in peace until then.
    async fn automatic(&self) -> Result<Vec<Provider>, EngineError> {
        let integrations = self.db.integrations().await?;
        let able = integrations.into_iter().filter(|(_, integration)| {
            integration.auto_sync
                && integration.policy.enabled
                && integration.is_connected()
                && !integration.sign_in_again
        });
        Ok(able.map(|(provider, _)| provider).collect())
    }
}
