//! Works that no id links, compared by titles after a run brought new ones: what is certain becomes one manga, what is likely
//! a question. How likely is decided in [`kuroibara_core::matching`]; here the library is read and the outcome stored.
//!
//! It asks no service. What a person said is for ever: a rejected pair is never compared, and a link is never changed.

use std::collections::{HashMap, HashSet};

use enum_map::EnumMap;
use kuroibara_core::{
    ExternalId, MangaId, Provider, RunId, Time,
    identify::WorkId,
    matching::{Against, Candidate, Card, Facts, Form, Index, Sign, Verdict, pair},
};
use serde::{Deserialize, Serialize};

use crate::{
    Engine,
    error::EngineError,
    providers::Format,
    store::{Details, Kept, MatchCandidate, Outline, Scope},
};

/// Of each title so many candidates are kept.
pub(crate) const KEPT: usize = 3;

/// What speaks for a link and against it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Evidence {
    /// Facts about the pair.
    pub signs: Vec<Sign>,
    /// Why a person has to look, however likely it is.
    pub against: Vec<Against>,
}

impl Engine {
    /// Compares what came into the library since `since`, and what a person wants to be asked again, with what it could be
    /// elsewhere. `doubtful`: works of which the services' own links contradict each other; nothing links them without a person.
    pub(crate) async fn match_titles(
        &self,
        run: RunId,
        since: Time,
        doubtful: &HashSet<WorkId>,
    ) -> Result<(), EngineError> {
        let mut shelf = Shelf::of(self, since, doubtful).await?;
        for (here, there) in [(0, 1), (0, 2), (1, 2)].map(|(here, there)| (Provider::ALL[here], Provider::ALL[there])) {
            let sides = shelf.sides(here, there);
            if sides.ours.is_empty() || sides.theirs.is_empty() {
                continue;
            }
            let verdicts = shelf.compare(&sides);
            self.carry_out_matches(run, &mut shelf, &sides, verdicts).await?;
        }
        // At a service that is not connected nothing was compared.
        let compared: Vec<_> = shelf.again.iter().copied().filter(|(_, at)| shelf.connected[*at]).collect();
        Ok(self.db.was_asked_again(&compared).await?)
    }

    /// Whether a person wants to be asked something again that can be compared now.
    pub(crate) async fn wants_matching(&self) -> Result<bool, EngineError> {
        let again = self.db.asked_again().await?;
        if again.is_empty() {
            return Ok(false);
        }
        let integrations = self.db.integrations().await?;
        Ok(again.iter().any(|(_, at)| integrations[*at].is_connected()))
    }

    async fn carry_out_matches(
        &self,
        run: RunId,
        shelf: &mut Shelf<'_>,
        sides: &Sides,
        verdicts: Vec<Verdict>,
    ) -> Result<(), EngineError> {
        let mut asked = Vec::new();
        for (ours, verdict) in sides.ours.iter().zip(verdicts) {
            let candidates = match verdict {
                Verdict::Link(sure) => {
                    let theirs = sides.theirs[sure.target];
                    let linked = !shelf.is_doubtful(*ours) && !shelf.is_doubtful(theirs);
                    if linked && self.make_one(run, *ours, theirs).await? {
                        shelf.made_one(*ours, theirs);
                        continue;
                    }
                    vec![sure]
                }
                Verdict::Review(candidates) => candidates,
                Verdict::Nothing | Verdict::Crowded => continue,
            };
            asked.extend(candidates.iter().take(KEPT).filter_map(|one| self.question(shelf, sides, *ours, one)));
        }
        self.db.put_match_candidates(&asked).await?;
        Ok(())
    }

    /// The older one of two manga is both from now on. False: they can't be, or somebody changed one of them meanwhile.
    async fn make_one(&self, run: RunId, a: MangaId, b: MangaId) -> Result<bool, EngineError> {
        match self.join(a.min(b), a.max(b), Some(run)).await {
            Ok(joined) => Ok(joined.is_some()),
            Err(EngineError::LinkContradicts(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn question(&self, shelf: &Shelf<'_>, sides: &Sides, ours: MangaId, one: &Candidate) -> Option<MatchCandidate> {
        let theirs = sides.theirs[one.target];
        let outline = shelf.outlines.get(&theirs)?;
        let doubtful = shelf.is_doubtful(ours) || shelf.is_doubtful(theirs);
        let against = one.against.iter().copied().chain(doubtful.then_some(Against::Contradictory)).collect();
        let evidence = Evidence { signs: one.signs.clone(), against };
        let now = self.clock.now();
        Some(MatchCandidate {
            id: self.db.new_id(now),
            manga: ours,
            provider: sides.there,
            external_id: outline.works[sides.there].clone()?,
            title: outline.title.clone(),
            confidence: (one.confidence * 100.0).round() as u32,
            evidence: serde_json::to_value(evidence).unwrap_or_default(),
            shown: None,
            opened_at: now,
        })
    }
}

/// Every manga that lacks a place, with what is known of it.
struct Shelf<'a> {
    outlines: HashMap<MangaId, Outline>,
    cards: HashMap<MangaId, Card>,
    rejected: HashSet<(MangaId, Provider, ExternalId)>,
    without: HashSet<(MangaId, Provider)>,
    /// What a person wants to be asked again: as good as new.
    again: HashSet<(MangaId, Provider)>,
    connected: EnumMap<Provider, bool>,
    doubtful: &'a HashSet<WorkId>,
    since: Time,
}

/// Manga that are known at one of two services only.
struct Sides {
    here: Provider,
    there: Provider,
    /// Known here.
    ours: Vec<MangaId>,
    /// Known there.
    theirs: Vec<MangaId>,
}

impl<'a> Shelf<'a> {
    async fn of(engine: &Engine, since: Time, doubtful: &'a HashSet<WorkId>) -> Result<Self, EngineError> {
        let connected = engine.db.integrations().await?.map(|_, one| one.is_connected());
        let mut outlines = engine.db.outlines(&Scope::All).await?;
        let lacks = |outline: &Outline| connected.iter().any(|(at, is)| *is && outline.works[at].is_none());
        outlines.retain(|_, outline| matches!(outline.kept, Kept::By(_)) && lacks(outline));
        let keys: Vec<MangaId> = outlines.keys().copied().collect();
        let details = engine.db.details_of(&keys).await?;
        let cards = details.into_iter().map(|(manga, details)| (manga, card(details))).collect();
        let (rejected, without) = (engine.db.rejected_pairs().await?, engine.db.without_counterpart().await?);
        let again = engine.db.asked_again().await?;
        Ok(Self { outlines, cards, rejected, without, again, connected, doubtful, since })
    }

    /// What may be the same, at two services. Of a side on which nothing is new only what is new on the other matters.
    fn sides(&self, here: Provider, there: Provider) -> Sides {
        let only = |at: Provider, not_at: Provider| {
            let fits = |one: &&Outline| {
                one.works[at].is_some() && one.works[not_at].is_none() && !self.without.contains(&(one.id, not_at))
            };
            let mut manga: Vec<MangaId> = self.outlines.values().filter(fits).map(|one| one.id).collect();
            manga.sort_unstable();
            manga
        };
        let mut sides = Sides { here, there, ours: only(here, there), theirs: only(there, here) };
        let is_new = |manga: &MangaId, lacks: Provider| self.is_new(*manga) || self.again.contains(&(*manga, lacks));
        let any_new = |manga: &[MangaId], lacks: Provider| manga.iter().any(|one| is_new(one, lacks));
        match (any_new(&sides.ours, there), any_new(&sides.theirs, here)) {
            _ if !self.connected[here] || !self.connected[there] => sides.ours.clear(),
            (true, true) => {}
            (true, false) => sides.ours.retain(|one| is_new(one, there)),
            (false, true) => {
                sides = Sides { here: there, there: here, ours: sides.theirs, theirs: sides.ours };
                sides.ours.retain(|one| is_new(one, here));
            }
            (false, false) => sides.ours.clear(),
        }
        sides
    }

    fn compare(&self, sides: &Sides) -> Vec<Verdict> {
        let card = |manga: &MangaId| self.cards.get(manga).cloned().unwrap_or_default();
        let works: Vec<Card> = sides.ours.iter().map(card).collect();
        let index = Index::new(sides.theirs.iter().map(card).collect());
        let third = Provider::ALL.into_iter().find(|at| *at != sides.here && *at != sides.there);
        let at_third = |manga: &[MangaId]| {
            let is_there = |manga: &MangaId| third.is_some_and(|at| self.outlines[manga].works[at].is_some());
            manga.iter().enumerate().filter(|(_, manga)| is_there(manga)).map(|(place, _)| place).collect()
        };
        let facts = Facts {
            taken: HashSet::new(),
            rejected: self.rejected(sides),
            other_works: at_third(&sides.ours),
            other_targets: at_third(&sides.theirs),
        };
        pair(&works, &index, &facts)
    }

    /// Pairs that a person rejected.
    fn rejected(&self, sides: &Sides) -> HashSet<(usize, usize)> {
        let place = |manga: &[MangaId]| -> HashMap<MangaId, usize> {
            manga.iter().enumerate().map(|(place, manga)| (*manga, place)).collect()
        };
        let (ours, theirs) = (place(&sides.ours), place(&sides.theirs));
        let by_work: HashMap<(Provider, &ExternalId), MangaId> = self
            .outlines
            .values()
            .flat_map(|one| one.works.iter().filter_map(|(at, id)| Some(((at, id.as_ref()?), one.id))))
            .collect();
        let said = self.rejected.iter().filter_map(|(manga, at, id)| {
            let other = by_work.get(&(*at, id))?;
            let either = |a: &MangaId, b: &MangaId| Some((*ours.get(a)?, *theirs.get(b)?));
            either(manga, other).or_else(|| either(other, manga))
        });
        said.collect()
    }

    fn is_new(&self, manga: MangaId) -> bool {
        let made = manga.0.get_timestamp().map(|stamp| stamp.to_unix());
        made.is_some_and(|(seconds, nanos)| {
            (seconds as i64, nanos / 1_000_000) >= (self.since.timestamp(), self.since.timestamp_subsec_millis())
        })
    }

    fn is_doubtful(&self, manga: MangaId) -> bool {
        let works = self.outlines.get(&manga).into_iter().flat_map(|one| one.works.iter());
        works.filter_map(|(at, id)| Some((at, id.clone()?))).any(|work| self.doubtful.contains(&work))
    }

    /// Two manga are one from now on, for the services that follow.
    fn made_one(&mut self, a: MangaId, b: MangaId) {
        let (kept, gone) = (a.min(b), a.max(b));
        let Some(other) = self.outlines.remove(&gone) else { return };
        let Some(kept) = self.outlines.get_mut(&kept) else { return };
        for (at, id) in other.works {
            kept.works[at] = kept.works[at].take().or(id);
        }
    }
}

/// What the matcher may see of a manga.
pub(crate) fn card(details: Details) -> Card {
    let titles = details.titles.into_iter().map(|title| title.text);
    Card {
        titles: std::iter::once(details.title).chain(titles).collect(),
        authors: details.authors,
        form: match details.format {
            Format::Manga => Form::Comic,
            Format::Novel => Form::Novel,
            Format::OneShot => Form::OneShot,
            Format::Unknown => Form::Unknown,
        },
        year: details.year,
        chapters: details.totals.chapters,
        volumes: details.totals.volumes,
    }
}
