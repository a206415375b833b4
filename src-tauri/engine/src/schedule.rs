//! Syncing by itself: an edit goes out after a quiet moment, lists are read at the start, on a schedule, when the machine
//! wakes up and when the network is back.
//!
//! What to do next is decided in `decide` from what was seen; here it is looked at and done.

mod decide;

use std::{collections::BTreeMap, time::Duration};

use chrono::TimeDelta;
use kuroibara_core::Time;
use tokio::sync::watch::Receiver;

pub use decide::{Schedule, Wishes};

use crate::{
    Engine,
    error::EngineError,
    events::Event,
    sync::{Trigger, report::Report},
};
use decide::{Memory, Seen};

/// How often it looks whether anything changed.
const TICK: Duration = Duration::from_secs(1);
/// What was seen is looked at again after so long, though nothing seems to have changed.
const STALE: TimeDelta = TimeDelta::minutes(1);
/// A tick that took so long means that the machine slept.
const SLEPT: TimeDelta = TimeDelta::seconds(30);

impl Engine {
    /// Syncs by itself until `stop` ends, as `wishes` has it at each moment. Each run's outcome goes to `done`. A run that
    /// fails, and a database that is gone for a while, is tried again when it is due.
    pub async fn watch(
        &self,
        mut wishes: Receiver<Wishes>,
        stop: impl Future<Output = ()>,
        mut done: impl FnMut(Result<Report, EngineError>),
    ) -> Result<(), EngineError> {
        let mut memory = Memory::new(self.look().await?, self.clock.now());
        tokio::pin!(stop);
        loop {
            let wished = wishes.borrow_and_update().clone();
            if let Err(error) = self.step(&mut memory, &wished, &mut done).await {
                // Told once: the next steps find the same.
                if memory.fails(self.clock.now()) {
                    done(Err(error));
                }
            }
            let before = self.clock.now();
            tokio::select! {
                () = &mut stop => return Ok(()),
                () = self.clock.sleep(TICK) => {}
                // Whoever wished for something may be gone; the wishes then stay as they are.
                Ok(()) = wishes.changed() => {}
            }
            if self.clock.now() - before >= SLEPT {
                memory.woke_up();
            }
        }
    }

    async fn step(
        &self,
        memory: &mut Memory,
        wishes: &Wishes,
        done: &mut impl FnMut(Result<Report, EngineError>),
    ) -> Result<(), EngineError> {
        let now = self.clock.now();
        if memory.rests(now) {
            return Ok(());
        }
        let changed = self.db.generation().await? != memory.generation();
        if changed || memory.is_older_than(STALE, now) {
            memory.see(self.look().await?, now);
        }
        if changed {
            // Maybe another process did it, of which nobody else would hear.
            self.tell(Event::LibraryChanged);
        }
        let Some(order) = memory.next(wishes, now) else { return Ok(()) };
        let outcome = self.sync(&order).await;
        memory.note(&outcome, wishes, self.clock.now());
        let is_well = outcome.is_ok();
        done(outcome);
        if is_well && order.trigger != Trigger::Edit {
            self.seek_along().await;
        }
        // What the run stored itself is no edit.
        memory.see_own(self.look().await?, self.clock.now());
        Ok(())
    }

    /// After the lists were read, a few titles without a counterpart are searched for. It goes on the next time, so a search
    /// that fails is no failed run.
    async fn seek_along(&self) {
        match self.seek().await {
            Ok(sought) => {
                for problem in sought.values().flat_map(|one| &one.errors) {
                    tracing::warn!(code = problem.code, "a search for counterparts failed");
                }
            }
            Err(error) => tracing::warn!(%error, "nothing could be searched for"),
        }
    }

    /// Looks at what a decision depends on. The generation comes first: what changes meanwhile is then seen next time.
    async fn look(&self) -> Result<Seen, EngineError> {
        let generation = self.db.generation().await?;
        let integrations = self.db.integrations().await?;
        // Whoever needs a sign-in is left in peace until then.
        let able = integrations
            .into_iter()
            .filter(|(_, one)| one.auto_sync && one.policy.enabled && one.is_connected() && !one.sign_in_again);
        let able: Vec<_> = able.collect();
        let providers: Vec<_> = able.iter().map(|(provider, _)| *provider).collect();
        let read_whole_at: Option<Time> = able.iter().filter_map(|(_, one)| one.last_full_at).min();
        let (now, mut due_at) = (self.clock.now(), BTreeMap::new());
        // What waits for one that is left alone for a while is due when that while is over.
        let pauses = self.db.pauses(now).await?;
        for provider in providers.iter().filter(|provider| pauses.iter().all(|pause| pause.provider != **provider)) {
            due_at.extend(self.db.next_due_at(&[*provider]).await?.map(|at| (*provider, at)));
        }
        Ok(Seen { generation, providers, read_whole_at, due_at })
    }
}
