//! One sync per user at a time, over all processes and devices, by a lease in the database.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::task::JoinHandle;

use crate::{
    Engine,
    error::EngineError,
    events::Event,
    http::Fence,
    store::{Db, LeaseProof},
};

/// How long a lease lasts without being renewed. A laptop that slept longer writes nothing any more.
const LASTS: Duration = Duration::from_secs(60);
/// How long a second sync waits for the first.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long it waits before it says so: most are over by then.
const QUIET: Duration = Duration::from_secs(1);

/// The right to sync, renewed in the background while it is held.
pub(super) struct Lease {
    held: Arc<Held>,
    renewal: JoinHandle<()>,
    /// The engine's count of leases that were not given back.
    unreturned: Arc<AtomicUsize>,
}

struct Held {
    db: Db,
    proof: LeaseProof,
    lost: AtomicBool,
    /// Whether the engine is about to be closed.
    ending: Arc<AtomicBool>,
}

impl Lease {
    /// Takes the lease, waiting for another sync to end.
    pub(super) async fn take(engine: &Engine) -> Result<Self, EngineError> {
        let began = engine.clock.now();
        let name = format!("sync:{}", engine.db.user());
        let mut told = false;
        while !engine.ending.load(Ordering::SeqCst) {
            // Two syncs of one process are two holders as well.
            let holder = format!("{}:{}", engine.holder, uuid::Uuid::new_v4());
            if let Some(proof) = engine.db.acquire_lease(&name, &holder, LASTS).await? {
                return Ok(Self::hold(engine, proof));
            }
            let waited = (engine.clock.now() - began).to_std().unwrap_or_default();
            if waited >= PATIENCE {
                break;
            }
            if waited >= QUIET && !std::mem::replace(&mut told, true) {
                engine.tell(Event::Waiting);
            }
            engine.clock.sleep(Duration::from_millis(250)).await;
        }
        if told {
            engine.tell(Event::GivenUp);
        }
        Err(EngineError::Busy)
    }

    fn hold(engine: &Engine, proof: LeaseProof) -> Self {
        let held = Arc::new(Held {
            db: engine.db.clone(),
            proof,
            lost: AtomicBool::new(false),
            ending: engine.ending.clone(),
        });
        let renewal = tokio::spawn(renew(held.clone()));
        engine.leases.fetch_add(1, Ordering::Relaxed);
        Self { held, renewal, unreturned: engine.leases.clone() }
    }

    /// What each transaction of the run has to show.
    pub(super) fn proof(&self) -> &LeaseProof {
        &self.held.proof
    }

    /// What is asked before each request.
    pub(super) fn fence(&self) -> Arc<dyn Fence> {
        self.held.clone()
    }

    /// Lets the next sync begin.
    pub(super) async fn release(self) {
        if let Err(error) = self.held.db.release_lease(&self.held.proof).await {
            tracing::warn!(%error, "the lease could not be given back; it ends by itself");
        }
        self.unreturned.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A run that was given up in the middle must not hold its lease for ever: it ends by itself.
impl Drop for Lease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

/// Renews the lease for as long as it is held. This waits in real time: leases live in the database's time.
async fn renew(held: Arc<Held>) {
    while !held.lost.load(Ordering::Relaxed) {
        tokio::time::sleep(LASTS / 3).await;
        if !matches!(held.db.renew_lease(&held.proof, LASTS).await, Ok(true)) {
            held.lost.store(true, Ordering::Relaxed);
        }
    }
}

#[async_trait::async_trait]
impl Fence for Held {
    async fn holds(&self) -> bool {
        let over = self.lost.load(Ordering::Relaxed) || self.ending.load(Ordering::SeqCst);
        !over && self.db.holds_lease(&self.proof).await.unwrap_or(false)
    }
}
