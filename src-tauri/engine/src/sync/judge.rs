//! Between plan and apply: what may go ahead by itself, and what waits for a person.

use enum_map::EnumMap;
use kuroibara_core::{
    Provider,
    guard::{Guard, Weighed},
};

use super::{Order, report::Waits, retrieve::Retrieved, tally::Tally};
use crate::{Engine, error::EngineError};

/// Which providers' parts of the plan wait.
pub(super) async fn judge(
    engine: &Engine,
    order: &Order,
    retrieved: &EnumMap<Provider, Option<Retrieved>>,
    tally: &Tally,
) -> Result<EnumMap<Provider, Option<Waits>>, EngineError> {
    let mut waits = EnumMap::default();
    if order.approved {
        return Ok(waits);
    }
    let guard = Guard::of(engine.db.local_user().await?.guard_percent);
    for (provider, retrieved) in retrieved.iter().filter_map(|(p, r)| Some((p, r.as_ref()?))) {
        waits[provider] = if retrieved.integration.approved_at.is_none() {
            (tally.at[provider].rows > 0).then_some(Waits::First)
        } else {
            stopped(engine, guard, retrieved, tally.at[provider].lowered).await?
        };
    }
    Ok(waits)
}

async fn stopped(
    engine: &Engine,
    guard: Guard,
    retrieved: &Retrieved,
    lowered: usize,
) -> Result<Option<Waits>, EngineError> {
    let listed = retrieved.full.then_some(retrieved.listing.entries.len());
    if lowered == 0 && listed != Some(0) {
        return Ok(None);
    }
    let with_base = engine.db.count_bases(retrieved.integration.id).await? as usize;
    let stop = guard.check(Weighed { with_base, listed, lowered }).err();
    Ok(stop.map(|stop| Waits::Guard { stop }))
}
