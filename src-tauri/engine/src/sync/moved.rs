//! Works that a provider merged into others: an entry that the library knows is listed under another work's id. The mapping
//! follows it, or the same entry would be a new manga, of which nothing that the person said is known.
//!
//! An entry's own id is the only proof; titles and links are not looked at.

use std::collections::HashMap;

use kuroibara_core::{EntryId, ExternalId, Provider, identify::WorkId};

use super::{retrieve::Retrieved, survey::Field};
use crate::{error::EngineError, store::Moved};

/// Follows what moved among the listed works that nothing is `known` of. False: nothing did.
pub(super) async fn follow(field: &Field<'_>, known: impl Fn(&WorkId) -> bool) -> Result<bool, EngineError> {
    let mut moved = Vec::new();
    for (provider, retrieved) in field.taking_part().filter(|(_, one)| one.integration.list_cursor.is_some()) {
        let entries = strangers(provider, retrieved, &known);
        if !entries.is_empty() {
            moved.extend(found(field, provider, retrieved, &entries).await?);
        }
    }
    Ok(!moved.is_empty() && field.run.engine.db.follow_moved(&moved, field.run.lease.proof()).await? > 0)
}

/// The entries of works that the library does not know.
fn strangers(
    provider: Provider,
    retrieved: &Retrieved,
    known: impl Fn(&WorkId) -> bool,
) -> HashMap<EntryId, ExternalId> {
    let listed = retrieved.listing.entries.iter().filter(|one| !known(&(provider, one.work.id.clone())));
    listed.filter_map(|one| Some((one.entry.entry_id.clone()?, one.work.id.clone()))).collect()
}

async fn found(
    field: &Field<'_>,
    provider: Provider,
    retrieved: &Retrieved,
    entries: &HashMap<EntryId, ExternalId>,
) -> Result<Vec<Moved>, EngineError> {
    let ids: Vec<EntryId> = entries.keys().cloned().collect();
    let mappings = field.run.engine.db.mappings_of_entries(retrieved.integration.id, &ids).await?;
    let moved = mappings.into_iter().filter_map(|(mapping, from, entry)| {
        let to = entries.get(&entry)?.clone();
        (to != from).then_some(Moved { mapping, provider, from, to })
    });
    Ok(moved.collect())
}
