//! Between plan and apply: what may go ahead by itself, and what waits for a person.

use enum_map::EnumMap;
use kuroibara_core::{
    Provider,
    guard::{Guard, Stop, Weighed},
};

use super::{Order, retrieve::Retrieved, tally::Tally};
use crate::{Engine, error::EngineError};

/// Why a provider's part of a plan waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Waits {
    /// It is the first sync of this integration, or the services are kept in step since.
    First,
    /// The guard stopped it.
    Guard(Stop),
}

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
    for (provider, retrieved) in retrieved.iter().filter_map(|(p, r)| Some((p, r.as_ref()?))) {
        waits[provider] = if retrieved.integration.approved_at.is_none() {
            (tally.at[provider].rows > 0).then_some(Waits::First)
        } else {
            guard(engine, retrieved, tally.at[provider].lowered).await?
        };
    }
    Ok(waits)
}

async fn guard(engine: &Engine, retrieved: &Retrieved, lowered: usize) -> Result<Option<Waits>, EngineError> {
    let listed = retrieved.full.then_some(retrieved.listing.entries.len());
    if lowered == 0 && listed != Some(0) {
        return Ok(None);
    }
    let with_base = engine.db.count_bases(retrieved.integration.id).await? as usize;
    let stop = Guard::default().check(Weighed { with_base, listed, lowered }).err();
    Ok(stop.map(Waits::Guard))
}
