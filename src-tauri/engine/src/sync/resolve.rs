//! Ids at providers that do not have the manga in their list yet, asked for only where an entry would go there.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use kuroibara_core::{ExternalId, Local, MangaId, Origin, Provider, identify::WorkId};

use super::{
    retrieve::Retrieved,
    subject::Subject,
    survey::{Field, Looks, Trouble},
};
use crate::{error::EngineError, providers::Resolved};

/// An id that nobody knew is asked for again after so long: providers add links all the time.
const AGAIN_AFTER: TimeDelta = TimeDelta::days(7);

/// Gives each manga that would go to a provider its id there, where hard links tell it without a doubt.
pub(super) async fn resolve(
    field: &Field<'_>,
    subjects: &mut HashMap<MangaId, Subject>,
    looks: &mut Looks,
) -> Result<(), Trouble> {
    for (provider, retrieved) in field.taking_part() {
        let wanted = wanted(field, subjects, provider, retrieved, looks).await?;
        if wanted.is_empty() {
            continue;
        }
        let foreign: Vec<WorkId> = wanted.iter().flat_map(|(_, ids)| ids.iter().cloned()).collect();
        let answers = retrieved.client.resolve(Some(&retrieved.token), &foreign).await;
        let answers = answers.map_err(|error| Trouble::At(provider, error))?;
        looks.asked.extend(foreign.iter().cloned().map(|id| (provider, id)));
        let taken = taken(field, provider, &answers, subjects).await?;
        let mut misses: HashSet<WorkId> = foreign.into_iter().collect();
        for (manga, id) in agreed(&wanted, &answers, &taken) {
            if let Some(subject) =
                subjects.get_mut(&manga).filter(|subject| !is_rejected(looks, subject, provider, &id))
            {
                field.tie(subject, provider, &id, None);
                for id in wanted.iter().filter(|(wanting, _)| *wanting == manga).flat_map(|(_, ids)| ids) {
                    misses.remove(id);
                }
            }
        }
        remember_misses(field, provider, misses).await?;
    }
    Ok(())
}

/// The manga without an id at `provider` that would go there, with the ids by which that provider may know them.
async fn wanted(
    field: &Field<'_>,
    subjects: &HashMap<MangaId, Subject>,
    provider: Provider,
    retrieved: &Retrieved,
    looks: &Looks,
) -> Result<Vec<(MangaId, Vec<WorkId>)>, EngineError> {
    let understood = retrieved.client.abilities().resolves;
    if understood.is_empty() || !field.policy.providers[provider].pushes() {
        return Ok(Vec::new());
    }
    let mut wanted: Vec<(MangaId, Vec<WorkId>)> = subjects
        .values()
        .filter(|subject| subject.ties[provider].is_none() && goes_everywhere(field, subject))
        .map(|subject| (subject.manga, ids(subject, understood)))
        .collect();
    let misses: HashSet<WorkId> = if wanted.is_empty() { HashSet::new() } else { misses(field, provider).await? };
    for (_, ids) in &mut wanted {
        ids.retain(|id| !misses.contains(id) && !looks.asked.contains(&(provider, id.clone())));
    }
    wanted.retain(|(_, ids)| !ids.is_empty());
    wanted.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(wanted)
}

/// Whether the entry is one that goes to every provider: the services are kept in step, or the user added it here.
fn goes_everywhere(field: &Field<'_>, subject: &Subject) -> bool {
    match &subject.state.local {
        Local::Present(_, stamps) => field.policy.keep_in_step || stamps.presence.origin == Origin::User,
        Local::Never => field.policy.keep_in_step,
        Local::Removed(..) => false,
    }
}

fn ids(subject: &Subject, understood: &[Provider]) -> Vec<WorkId> {
    let known = |provider: &Provider| {
        let tie = subject.ties[*provider].as_ref()?;
        Some((*provider, tie.external_id.clone()))
    };
    understood.iter().filter_map(known).collect()
}

/// Ids here that are some other manga's already.
async fn taken(
    field: &Field<'_>,
    provider: Provider,
    answers: &[Resolved],
    subjects: &HashMap<MangaId, Subject>,
) -> Result<HashSet<ExternalId>, EngineError> {
    let works: Vec<WorkId> = answers.iter().flat_map(|a| a.works.iter().map(|id| (provider, id.clone()))).collect();
    let stored = field.engine.db.mappings_around(&works).await?;
    let stored = stored.into_keys().filter(|(at, _)| *at == provider).map(|(_, id)| id);
    let new =
        subjects.values().filter_map(|subject| subject.ties[provider].as_ref().map(|tie| tie.external_id.clone()));
    Ok(stored.chain(new).collect())
}

/// One id for each manga on which all answers about it agree. An id that two manga would share is nobody's.
fn agreed(
    wanted: &[(MangaId, Vec<WorkId>)],
    answers: &[Resolved],
    taken: &HashSet<ExternalId>,
) -> Vec<(MangaId, ExternalId)> {
    let by_id: HashMap<&WorkId, &Vec<ExternalId>> = answers.iter().map(|a| (&a.foreign, &a.works)).collect();
    let mut claims: HashMap<&ExternalId, Vec<MangaId>> = HashMap::new();
    for (manga, ids) in wanted {
        let works: HashSet<&ExternalId> =
            ids.iter().filter_map(|id| by_id.get(id)).flat_map(|works| works.iter()).collect();
        if let (1, Some(work)) = (works.len(), works.iter().next()) {
            claims.entry(work).or_default().push(*manga);
        }
    }
    let clear = claims.into_iter().filter(|(work, manga)| manga.len() == 1 && !taken.contains(*work));
    clear.map(|(work, manga)| (manga[0], work.clone())).collect()
}

fn is_rejected(looks: &Looks, subject: &Subject, provider: Provider, id: &ExternalId) -> bool {
    looks.rejected.contains(&(subject.manga, (provider, id.clone())))
}

fn key(provider: Provider) -> String {
    format!("unresolved:{provider}")
}

/// Foreign ids that this provider did not know a short while ago.
async fn misses(field: &Field<'_>, provider: Provider) -> Result<HashSet<WorkId>, EngineError> {
    let cached: Option<Vec<WorkId>> = field.engine.db.cached(&key(provider), field.engine.clock.now()).await?;
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
        let now = field.engine.clock.now();
        field.engine.db.cache(&key(provider), &all, now, now + AGAIN_AFTER).await?;
    }
    Ok(())
}
