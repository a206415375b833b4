//! Searches at a service for titles that would go there and that no id, and nothing in its list, is the counterpart of.
//!
//! It runs after a sync on the schedule or when somebody asks for it, never within a sync, and asks for a few titles at a
//! time. What is found goes through the same matcher as everything else; a service that does not answer yields a problem and
//! never a guess.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::TimeDelta;
use kuroibara_core::{
    MangaId, Origin, Policy, Provider,
    matching::{Against, Candidate, Facts, Index, Verdict, pair},
};
use serde::Serialize;

use crate::{
    Engine,
    connect::SignIn,
    error::EngineError,
    events::Event,
    identify::details_of,
    matches::Shown,
    matching::{Evidence, KEPT, card},
    providers::{ApiError, TitleKind, Work},
    store::{Details, Integration, Kept, MatchCandidate, Outline, Scope},
    sync::report::Problem,
};

/// A title that was searched for is searched for again after so long: services add works all the time.
const AGAIN_AFTER: TimeDelta = TimeDelta::days(30);
/// So many names of a title are searched for: by one alone every sixth is not among the first five hits.
const NAMES: usize = 3;
/// So many hits of each name are looked at.
const HITS: usize = 10;
/// What every service takes as a search, in characters (myanimelist.md §3).
const LENGTHS: std::ops::RangeInclusive<usize> = 3..=64;

/// What a search for counterparts brought at one provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sought {
    /// Titles that were searched for.
    pub searched: usize,
    /// Those of which the counterpart was certain, and is linked.
    pub linked: usize,
    /// Those of which something was found that a person has to look at.
    pub questions: usize,
    /// Titles that are still to be searched for: call again.
    pub left: usize,
    /// Why nothing could be searched for.
    pub errors: Vec<Problem>,
}

/// A title and the names that it is searched for by.
struct Wanted {
    outline: Outline,
    details: Details,
    names: Vec<String>,
}

impl Engine {
    /// Searches every connected provider for the counterparts of some titles. What is certain is linked and goes out with the
    /// next sync; what is likely is among the matches; nothing is asked again within a month.
    pub async fn seek(&self) -> Result<BTreeMap<Provider, Sought>, EngineError> {
        let integrations = self.db.integrations().await?;
        let policy = self.policy(&integrations).await?;
        let mut sought = BTreeMap::new();
        for (provider, integration) in &integrations {
            let may = integration.is_connected() && !integration.sign_in_again;
            if may && policy.providers[provider].pushes() {
                sought.insert(provider, self.seek_at(integration, &policy).await?);
            }
        }
        if sought.values().any(|one| one.linked + one.questions > 0) {
            self.tell(Event::LibraryChanged);
        }
        Ok(sought)
    }

    async fn seek_at(&self, integration: &Integration, policy: &Policy) -> Result<Sought, EngineError> {
        let (wanted, left) = self.wanted(integration.provider, policy).await?;
        if wanted.is_empty() {
            return Ok(Sought::default());
        }
        match self.hits(integration, &wanted).await {
            Ok(hits) => {
                let sought = self.match_hits(integration.provider, &wanted, hits).await?;
                Ok(Sought { left, searched: wanted.len(), ..sought })
            }
            Err(error) => {
                let problem = unsearched(integration.provider, &error);
                Ok(Sought { left: left + wanted.len(), errors: vec![problem], ..Sought::default() })
            }
        }
    }

    /// The titles whose turn it is, and how many are left for later.
    async fn wanted(&self, at: Provider, policy: &Policy) -> Result<(Vec<Wanted>, usize), EngineError> {
        let asked: HashSet<String> = self.db.cached_keys(&key(at, ""), self.clock.now()).await?;
        let waiting: HashSet<_> =
            self.db.match_candidates().await?.iter().map(|one| (one.manga, one.provider)).collect();
        let without = self.db.without_counterpart().await?;
        let mut lacking: Vec<Outline> = self.db.outlines(&Scope::All).await?.into_values().collect();
        lacking.retain(|one| {
            let is_open = !waiting.contains(&(one.id, at)) && !without.contains(&(one.id, at));
            one.works[at].is_none() && goes_everywhere(one, policy) && is_open && !asked.contains(&key(at, one.id))
        });
        lacking.sort_unstable_by_key(|one| one.id);
        let budget = self.client(at).abilities().searches_at_once / NAMES;
        let left = lacking.len().saturating_sub(budget);
        lacking.truncate(budget);
        let keys: Vec<MangaId> = lacking.iter().map(|one| one.id).collect();
        let mut details = self.db.details_of(&keys).await?;
        let wanted = lacking.into_iter().filter_map(|outline| {
            let details = details.remove(&outline.id)?;
            Some(Wanted { names: names(&details), details, outline })
        });
        Ok((wanted.collect(), left))
    }

    /// Every work that was found, once.
    async fn hits(&self, integration: &Integration, wanted: &[Wanted]) -> Result<Vec<Work>, EngineError> {
        let client = self.client(integration.provider);
        let token = SignIn::of(self, integration).token(client.as_ref()).await?;
        let app = self.api_client(integration).await?;
        let names: Vec<&str> = wanted.iter().flat_map(|one| one.names.iter().map(String::as_str)).collect();
        let found = client.search_many(Some(&token), &app, &names, HITS).await;
        self.ledger.flush().await?;
        let mut seen = HashSet::new();
        let found = found?.into_iter().flatten();
        Ok(found.filter(|work| seen.insert(work.id.clone())).collect())
    }

    async fn match_hits(&self, at: Provider, wanted: &[Wanted], hits: Vec<Work>) -> Result<Sought, EngineError> {
        let mut free = Vec::new();
        for work in hits {
            // What stands in the library already was compared there.
            if self.db.find_manga(at, &work.id).await?.is_none() {
                free.push(work);
            }
        }
        let index = Index::new(free.iter().map(|work| card(details_of(std::iter::once(work)))).collect());
        let works: Vec<_> = wanted.iter().map(|one| card(one.details.clone())).collect();
        let facts = Facts { rejected: self.rejected_hits(at, wanted, &free).await?, ..Facts::default() };
        let mut sought = Sought::default();
        for (one, verdict) in wanted.iter().zip(pair(&works, &index, &facts)) {
            let found = match verdict {
                Verdict::Link(sure) => {
                    let work = &free[sure.target];
                    if !contradicts(one, work) && self.tie_found(one.outline.id, at, work).await? {
                        sought.linked += 1;
                        vec![]
                    } else {
                        vec![sure]
                    }
                }
                Verdict::Review(candidates) => candidates,
                Verdict::Nothing | Verdict::Crowded => vec![],
            };
            let rows: Vec<_> = found.iter().take(KEPT).map(|found| self.asked_of(at, one, found, &free)).collect();
            sought.questions += usize::from(!rows.is_empty());
            self.db.put_match_candidates(&rows).await?;
            let now = self.clock.now();
            self.db.cache(&key(at, one.outline.id), &(), now, now + AGAIN_AFTER).await?;
        }
        Ok(sought)
    }

    async fn rejected_hits(
        &self,
        at: Provider,
        wanted: &[Wanted],
        hits: &[Work],
    ) -> Result<HashSet<(usize, usize)>, EngineError> {
        let manga: HashMap<MangaId, usize> = wanted.iter().enumerate().map(|(n, one)| (one.outline.id, n)).collect();
        let hits: HashMap<_, usize> = hits.iter().enumerate().map(|(n, work)| (&work.id, n)).collect();
        let said = self.db.rejected_pairs().await?;
        let here = said.iter().filter(|(_, provider, _)| *provider == at);
        Ok(here.filter_map(|(one, _, id)| Some((*manga.get(one)?, *hits.get(id)?))).collect())
    }

    fn asked_of(&self, at: Provider, one: &Wanted, found: &Candidate, hits: &[Work]) -> MatchCandidate {
        let work = &hits[found.target];
        let doubt = contradicts(one, work).then_some(Against::Contradictory);
        let against = found.against.iter().copied().chain(doubt).collect();
        let evidence = Evidence { signs: found.signs.clone(), against };
        let shown = Shown::from(&details_of(std::iter::once(work)));
        let now = self.clock.now();
        MatchCandidate {
            id: self.db.new_id(now),
            manga: one.outline.id,
            provider: at,
            external_id: work.id.clone(),
            title: work.title.clone(),
            confidence: (found.confidence * 100.0).round() as u32,
            evidence: serde_json::to_value(evidence).unwrap_or_default(),
            shown: serde_json::to_value(shown).ok(),
            opened_at: now,
        }
    }
}

/// Whether the service itself says that the hit is another work than this one.
fn contradicts(one: &Wanted, hit: &Work) -> bool {
    hit.links.iter().any(|(at, id)| one.outline.works[*at].as_ref().is_some_and(|ours| ours != id))
}

/// Whether the entry is one that goes to every provider.
fn goes_everywhere(one: &Outline, policy: &Policy) -> bool {
    match one.kept {
        Kept::By(origin) => policy.keep_in_step || origin == Origin::User,
        Kept::Never | Kept::Removed => false,
    }
}

/// What a title is searched for by: the shown one first, then those of other languages.
fn names(details: &Details) -> Vec<String> {
    let order = [TitleKind::Romaji, TitleKind::English, TitleKind::Native, TitleKind::Synonym];
    let others = order.iter().flat_map(|kind| details.titles.iter().filter(move |title| title.kind == *kind));
    let mut names: Vec<String> = Vec::new();
    for name in std::iter::once(&details.title).chain(others.map(|title| &title.text)) {
        let name: String = name.trim().chars().take(*LENGTHS.end()).collect();
        let says_something = name.chars().filter(|c| c.is_alphanumeric()).count() >= *LENGTHS.start();
        if says_something && names.len() < NAMES && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn unsearched(provider: Provider, error: &EngineError) -> Problem {
    let message = format!("{} could not be searched, so nothing was linked: {error}", provider.title());
    let signed_out = matches!(error, EngineError::Api(ApiError::SignInAgain(_)));
    let code = if signed_out { "sign_in_again" } else { "search_failed" };
    Problem { code: code.into(), message, manga_id: None }
}

/// Under which a title is kept as searched for.
pub(crate) fn key(at: Provider, manga: impl std::fmt::Display) -> String {
    format!("counterpart:{at}:{manga}")
}
