//! Between plan and apply: what may go ahead by itself, and what waits for a person.

use enum_map::EnumMap;
use kuroibara_core::{
    Origin, Provider,
    guard::{Guard, Stop, Weighed},
    plan::Action,
};

use super::{Order, retrieve::Retrieved, subject::Subject};
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
    subjects: &[Subject],
) -> Result<EnumMap<Provider, Option<Waits>>, EngineError> {
    let mut waits = EnumMap::default();
    if order.approved {
        return Ok(waits);
    }
    for (provider, retrieved) in retrieved.iter().filter_map(|(p, r)| Some((p, r.as_ref()?))) {
        waits[provider] = if retrieved.integration.approved_at.is_none() {
            has_rows(subjects, provider).then_some(Waits::First)
        } else {
            guard(engine, provider, retrieved, subjects).await?
        };
    }
    Ok(waits)
}

fn has_rows(subjects: &[Subject], provider: Provider) -> bool {
    subjects.iter().any(|subject| subject.rows().iter().any(|row| row.provider == provider))
}

async fn guard(
    engine: &Engine,
    provider: Provider,
    retrieved: &Retrieved,
    subjects: &[Subject],
) -> Result<Option<Waits>, EngineError> {
    let lowered = subjects.iter().filter(|subject| is_lowered_at(subject, provider)).count();
    let listed = retrieved.full.then_some(retrieved.listing.entries.len());
    if lowered == 0 && listed != Some(0) {
        return Ok(None);
    }
    let with_base = engine.db.count_bases(retrieved.integration.id).await? as usize;
    let stop = Guard::default().check(Weighed { with_base, listed, lowered }).err();
    Ok(stop.map(Waits::Guard))
}

/// Whether the plan takes something away because of or at this provider, the user's own edits aside.
fn is_lowered_at(subject: &Subject, provider: Provider) -> bool {
    let by_the_user = |field: &str| {
        let stamps = subject.plan.merged.local.present().map(|(_, stamps)| stamps);
        let field = kuroibara_core::Field::from_name(field);
        stamps.zip(field).is_some_and(|(stamps, field)| stamps.fields[field].origin == Origin::User)
    };
    let rows = subject.plan.rows(&subject.state);
    rows.into_iter().filter(|row| row.provider == provider && row.lowers()).any(|row| match row.action {
        Action::Pull => true,
        Action::Push => row.fields.iter().any(|change| !by_the_user(change.field)),
        Action::RemoveRemote | Action::RemoveLocal | Action::CreateLocal | Action::CreateRemote | Action::Link => false,
    })
}
