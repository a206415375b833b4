//! Ids at providers that do not have the manga in their list yet, asked for only where an entry would go there.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use kuroibara_core::{ExternalId, MangaId, Origin, Provider, identify::WorkId};

use super::{
    agenda::Item,
    retrieve::Retrieved,
    survey::{Field, Looks, Trouble},
};
use crate::{error::EngineError, store::Kept};

/// An id that nobody knew is asked for again after so long: providers add links all the time.
const AGAIN_AFTER: TimeDelta = TimeDelta::days(7);

/// Gives each manga that would go to a provider its id there, where hard links tell it without a doubt.
pub(super) async fn resolve(field: &Field<'_>, items: &mut [Item], looks: &mut Looks) -> Result<(), Trouble> {
    for (provider, retrieved) in field.taking_part() {
        let wanted = wanted(field, items, provider, retrieved).await?;
        if wanted.is_empty() {
            continue;
        }
        let foreign = ask(provider, retrieved, &wanted, looks).await?;
        let taken = taken(field, provider, &wanted, items, looks).await?;
        let agreed = agreed(provider, &wanted, &taken, looks);
        let mut misses: HashSet<WorkId> = foreign.into_iter().collect();
        for item in items.iter_mut() {
            let manga = item.outline.id;
            let Some(id) = agreed.get(&manga).filter(|id| !looks.is_rejected(manga, provider, id)) else { continue };
            item.add((provider, (*id).clone()));
            wanted[&manga].iter().for_each(|id| {
                misses.remove(id);
            });
        }
        remember_misses(field, provider, misses).await?;
    }
    Ok(())
}

/// The manga without an id at a provider that would go there, with the ids by which that provider may know them.
type Wanted = HashMap<MangaId, Vec<WorkId>>;

async fn wanted(
    field: &Field<'_>,
    items: &[Item],
    provider: Provider,
    retrieved: &Retrieved,
) -> Result<Wanted, EngineError> {
    let understood = retrieved.client.abilities().resolves;
    if understood.is_empty() || !field.policy.providers[provider].pushes() {
        return Ok(Wanted::new());
    }
    let mut wanted: Wanted = items
        .iter()
        .filter(|item| item.outline.works[provider].is_none() && goes_everywhere(field, item))
        .map(|item| (item.outline.id, ids(item, understood)))
        .collect();
    let misses: HashSet<WorkId> = if wanted.is_empty() { HashSet::new() } else { misses(field, provider).await? };
    wanted.values_mut().for_each(|ids| ids.retain(|id| !misses.contains(id)));
    wanted.retain(|_, ids| !ids.is_empty());
    Ok(wanted)
}

/// Whether the entry is one that goes to every provider: the services are kept in step, or the user added it here.
fn goes_everywhere(field: &Field<'_>, item: &Item) -> bool {
    match item.outline.kept {
        Kept::By(origin) => field.policy.keep_in_step || origin == Origin::User,
        Kept::Never => field.policy.keep_in_step,
        Kept::Removed => false,
    }
}

fn ids(item: &Item, understood: &[Provider]) -> Vec<WorkId> {
    understood.iter().filter_map(|provider| Some((*provider, item.outline.works[*provider].clone()?))).collect()
}

/// Asks for what was not asked for in this run, and says what that was.
async fn ask(
    provider: Provider,
    retrieved: &Retrieved,
    wanted: &Wanted,
    looks: &mut Looks,
) -> Result<Vec<WorkId>, Trouble> {
    let is_new = |id: &&WorkId| !looks.resolved.contains_key(&(provider, (*id).clone()));
    let mut foreign: Vec<WorkId> = wanted.values().flatten().filter(is_new).cloned().collect();
    foreign.sort_unstable();
    foreign.dedup();
    if !foreign.is_empty() {
        let answers = retrieved.client.resolve(Some(&retrieved.token), &foreign).await;
        let answers = answers.map_err(|error| Trouble::At(provider, error))?;
        looks.resolved.extend(foreign.iter().map(|id| ((provider, id.clone()), Vec::new())));
        looks.resolved.extend(answers.into_iter().map(|answer| ((provider, answer.foreign), answer.works)));
    }
    Ok(foreign)
}

/// Ids here that are some other manga's already.
async fn taken(
    field: &Field<'_>,
    provider: Provider,
    wanted: &Wanted,
    items: &[Item],
    looks: &Looks,
) -> Result<HashSet<ExternalId>, EngineError> {
    let answers = wanted.values().flatten().flat_map(|id| looks.resolved_to(provider, id));
    let works: Vec<WorkId> = answers.map(|id| (provider, id.clone())).collect();
    let stored = field.run.engine.db.mappings_around(&works).await?;
    let stored = stored.into_keys().filter(|(at, _)| *at == provider).map(|(_, id)| id);
    let new = items.iter().filter_map(|item| item.outline.works[provider].clone());
    Ok(stored.chain(new).collect())
}

/// One id for each manga on which all answers about it agree. An id that two manga would share is nobody's.
fn agreed<'a>(
    provider: Provider,
    wanted: &Wanted,
    taken: &HashSet<ExternalId>,
    looks: &'a Looks,
) -> HashMap<MangaId, &'a ExternalId> {
    let mut claims: HashMap<&ExternalId, Vec<MangaId>> = HashMap::new();
    for (manga, ids) in wanted {
        let works: HashSet<&ExternalId> = ids.iter().flat_map(|id| looks.resolved_to(provider, id)).collect();
        if let (1, Some(work)) = (works.len(), works.iter().next()) {
            claims.entry(work).or_default().push(*manga);
        }
    }
    let clear = claims.into_iter().filter(|(work, manga)| manga.len() == 1 && !taken.contains(*work));
    clear.map(|(work, manga)| (manga[0], work)).collect()
}

fn key(provider: Provider) -> String {
    format!("unresolved:{provider}")
}

/// Foreign ids that this provider did not know a short while ago.
async fn misses(field: &Field<'_>, provider: Provider) -> Result<HashSet<WorkId>, EngineError> {
    let engine = field.run.engine;
    let cached: Option<Vec<WorkId>> = engine.db.cached(&key(provider), engine.clock.now()).await?;
    Ok(cached.unwrap_or_default().into_iter().collect())
}

/// What led to no id is not asked again for a while, be it that nobody knows it, or that two manga would share the answer:
/// which of them a run looks at must not decide.
async fn remember_misses(field: &Field<'_>, provider: Provider, new: HashSet<WorkId>) -> Result<(), EngineError> {
    let mut misses = misses(field, provider).await?;
    let before = misses.len();
    misses.extend(new);
    if misses.len() > before {
        let mut all: Vec<WorkId> = misses.into_iter().collect();
        all.sort_unstable();
        let now = field.run.engine.clock.now();
        field.run.engine.db.cache(&key(provider), &all, now, now + AGAIN_AFTER).await?;
    }
    Ok(())
}
