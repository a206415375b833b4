//! Works that a provider merged into others: an entry that the library knows is listed under another work's id. The mapping
//! follows it, or the same entry would be a new manga, of which nothing that the person said is known.
//!
//! An entry's own id is the only proof; titles and links are not looked at.

use std::collections::HashMap;

use kuroibara_core::{EntryId, ExternalId, Origin, Provider, identify::WorkId};

use super::{retrieve::Retrieved, survey::Field};
use crate::{
    edit::to_json,
    error::EngineError,
    link::name,
    store::{JournalRow, Moved},
};

/// What moved among the listed works that nothing is `known` of.
pub(super) async fn moved(field: &Field<'_>, known: impl Fn(&WorkId) -> bool) -> Result<Vec<Moved>, EngineError> {
    let mut moved = Vec::new();
    for (provider, retrieved) in field.taking_part().filter(|(_, one)| one.integration.list_cursor.is_some()) {
        let entries = strangers(provider, retrieved, &known);
        if !entries.is_empty() {
            moved.extend(field.run.engine.db.moved((retrieved.integration.id, provider), &entries).await?);
        }
    }
    Ok(moved)
}

/// Lets the mappings follow for good, with a line of history each. How many could.
pub(super) async fn follow(field: &Field<'_>, moved: &[Moved]) -> Result<u64, EngineError> {
    let lines: Vec<_> = moved.iter().map(|one| (one.clone(), line(field, one))).collect();
    Ok(field.run.engine.db.follow_moved(&lines, field.run.lease.proof()).await?)
}

fn line(field: &Field<'_>, Moved { manga, provider, from, to, .. }: &Moved) -> JournalRow {
    let [before, after] = [from, to].map(|id| to_json(&name(*provider, id)));
    let line = field.run.engine.line(*manga, (None, before, after), "moved");
    JournalRow { run: Some(field.run.id), provider: Some(*provider), origin: Origin::Provider(*provider), ..line }
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
