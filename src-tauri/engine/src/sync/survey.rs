//! Map and resolve: which manga each listed work is, what is now known of every side, and the plan that follows.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use enum_map::EnumMap;
use kuroibara_core::{
    ExternalId, Local, MangaId, MangaState, MappingId, Observation, Policy, Provider, Remote, Shape, Side,
    identify::{self, Doubt, Found, Identified, Known, WorkId},
    plan,
};

use super::{
    resolve,
    retrieve::Retrieved,
    subject::{Subject, Tie},
};
use crate::{
    Engine,
    error::EngineError,
    identify::details_of,
    providers::{ApiError, Listed, Notice, RemoteEntry},
    store::{Integration, LinkSource, NewLink, Pick, Scope},
};

/// What takes part in a survey.
pub(super) struct Field<'a> {
    pub(super) engine: &'a Engine,
    pub(super) integrations: &'a EnumMap<Provider, Integration>,
    pub(super) retrieved: EnumMap<Provider, Option<&'a Retrieved>>,
    pub(super) policy: &'a Policy,
    /// Works that the person said are never to be synced.
    pub(super) ignored: &'a HashSet<WorkId>,
}

/// Why a survey could not be made.
pub(super) enum Trouble {
    /// One provider did not answer on the way: without it there may be one.
    At(Provider, ApiError),
    /// Anything else.
    Engine(EngineError),
}

impl<E: Into<EngineError>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}

/// What was found.
#[derive(Default)]
pub(super) struct Survey {
    /// Every manga that has to be looked at, planned.
    pub(super) subjects: Vec<Subject>,
    /// Works that hang together in a contradictory way.
    pub(super) doubts: Vec<Doubt>,
}

/// What a run asked beyond the listings, so that nothing is asked twice.
#[derive(Default)]
pub(super) struct Looks {
    /// Works that were looked at directly, with what was there.
    seen: HashMap<WorkId, Option<Listed>>,
    /// Foreign ids that a provider was asked for.
    pub(super) asked: HashSet<(Provider, WorkId)>,
    /// Pairs that a person said are not the same.
    pub(super) rejected: HashSet<(MangaId, WorkId)>,
}

/// These manga as they are stored, planned: for a round after the first, when nothing was listed again. A write whose
/// answer was lost is judged by the next listing: until then its provider takes no part.
pub(super) async fn stored(field: &Field<'_>, manga: &HashSet<MangaId>) -> Result<Vec<Subject>, EngineError> {
    let mut subjects: Vec<Subject> = field.load(&[], Some(manga)).await?.into_values().collect();
    subjects.iter_mut().for_each(Subject::hide_the_unanswered);
    subjects.iter_mut().for_each(|subject| subject.plan(field.policy));
    subjects.sort_by(|a, b| order(a).cmp(&order(b)));
    Ok(subjects)
}

/// Surveys everything that was listed and everything that is due; with `only`, nothing but these manga.
pub(super) async fn survey(
    field: &Field<'_>,
    looks: &mut Looks,
    only: Option<&HashSet<MangaId>>,
) -> Result<Survey, Trouble> {
    let listed = field.listed();
    let found: Vec<Found> = listed.iter().map(|(provider, one)| found(*provider, one)).collect();
    let known = field.known(&found).await?;
    let (identified, doubts) = identify::identify(&found, &known);
    looks.rejected = known.rejected;
    // Copies of every id: not to be held while everything is planned.
    drop((found, known.mappings));
    let mut subjects = field.load(&identified, only).await?;
    for one in &identified {
        field.place(one, &listed, &mut subjects, only);
    }
    resolve::resolve(field, &mut subjects, looks).await?;
    let mut subjects: Vec<Subject> = subjects.into_values().collect();
    subjects.iter_mut().for_each(|subject| field.note_absences(subject));
    subjects.iter_mut().for_each(|subject| subject.plan(field.policy));
    field.look(&mut subjects, looks).await?;
    subjects.sort_by(|a, b| order(a).cmp(&order(b)));
    Ok(Survey { subjects, doubts })
}

/// By title, then by the works' ids, which no two manga share: an order that does not depend on keys made in this run.
fn order(subject: &Subject) -> (&str, [Option<&ExternalId>; 3]) {
    let ids = subject.ties.as_array().each_ref().map(|tie| tie.as_ref().map(|tie| &tie.external_id));
    (&subject.title, ids)
}

fn found(provider: Provider, listed: &Listed) -> Found {
    Found { id: (provider, listed.work.id.clone()), links: listed.work.links.clone() }
}

impl<'a> Field<'a> {
    pub(super) fn taking_part(&self) -> impl Iterator<Item = (Provider, &'a Retrieved)> {
        self.retrieved.iter().filter_map(|(provider, retrieved)| Some((provider, (*retrieved)?)))
    }

    /// Every listed entry, but those that the person said are never to be synced.
    fn listed(&self) -> Vec<(Provider, &'a Listed)> {
        let all = self.taking_part().flat_map(|(p, r)| r.listing.entries.iter().map(move |listed| (p, listed)));
        all.filter(|(p, one)| !self.is_ignored(*p, &one.work.id)).collect()
    }

    fn is_ignored(&self, provider: Provider, id: &ExternalId) -> bool {
        !self.ignored.is_empty() && self.ignored.contains(&(provider, id.clone()))
    }

    async fn known(&self, found: &[Found]) -> Result<Known, EngineError> {
        let works: Vec<WorkId> = found.iter().flat_map(|one| one.links.iter().chain([&one.id]).cloned()).collect();
        let mappings = if works.is_empty() { HashMap::new() } else { self.engine.db.mappings_around(&works).await? };
        let rejected = self.engine.db.rejected_pairs().await?;
        let rejected = rejected.into_iter().map(|(manga, provider, id)| (manga, (provider, id))).collect();
        Ok(Known { mappings, rejected })
    }

    /// The manga to look at, as they are stored.
    async fn load(
        &self,
        identified: &[Identified],
        only: Option<&HashSet<MangaId>>,
    ) -> Result<HashMap<MangaId, Subject>, EngineError> {
        let whole = self.taking_part().any(|(_, retrieved)| retrieved.full);
        let scope = match only {
            Some(only) => Scope::Only(Pick { manga: only.iter().copied().collect(), ..Pick::default() }),
            None if whole => Scope::All,
            None => Scope::Only(Pick {
                manga: identified.iter().filter_map(|one| one.manga).collect(),
                due_at: Some(self.engine.clock.now()),
                unsettled: true,
                works: Vec::new(),
            }),
        };
        let loaded = self.engine.db.load_manga(&scope).await?;
        Ok(loaded.into_iter().map(|manga| (manga.id, self.subject(manga))).collect())
    }

    fn subject(&self, loaded: crate::store::LoadedManga) -> Subject {
        let mut subject = Subject::loaded(loaded);
        for (provider, tie) in &mut subject.ties {
            let Some(tie) = tie else { continue };
            tie.ignored = self.is_ignored(provider, &tie.external_id);
        }
        subject.keep_only(|provider| self.retrieved[provider].is_some());
        subject
    }

    /// Puts what was listed where it belongs: onto a manga of the library, or onto a new one.
    fn place(
        &self,
        one: &Identified,
        listed: &[(Provider, &'a Listed)],
        subjects: &mut HashMap<MangaId, Subject>,
        only: Option<&HashSet<MangaId>>,
    ) {
        let subject = match one.manga {
            Some(manga) => subjects.get_mut(&manga),
            None if only.is_some() => None,
            None => Some(self.new_subject(one, listed, subjects)),
        };
        let Some(subject) = subject else { return };
        for index in &one.found {
            let (provider, entry) = listed[*index];
            self.tie(subject, provider, &entry.work.id, Some(entry));
        }
        for (provider, id) in &one.adds {
            self.tie(subject, *provider, id, None);
        }
        for index in &one.found {
            let (provider, entry) = listed[*index];
            self.observe(subject, provider, entry);
        }
    }

    fn new_subject<'s>(
        &self,
        one: &Identified,
        listed: &[(Provider, &'a Listed)],
        subjects: &'s mut HashMap<MangaId, Subject>,
    ) -> &'s mut Subject {
        let now = self.engine.clock.now();
        let manga = MangaId(self.engine.db.new_id(now));
        let details = details_of(one.found.iter().map(|index| &listed[*index].1.work));
        let state = Box::new(MangaState { local: Local::Never, sides: EnumMap::default() });
        subjects.entry(manga).or_insert_with(|| Subject {
            manga,
            title: details.title.clone(),
            new: Some(Box::new(details)),
            version: 0,
            plan: Box::new(plan::plan(&state, self.policy)),
            stored: state.clone(),
            state,
            ties: EnumMap::default(),
            open: Vec::new(),
        })
    }

    /// Gives the manga a mapping that it has not yet.
    pub(super) fn tie(&self, subject: &mut Subject, provider: Provider, id: &ExternalId, listed: Option<&Listed>) {
        if subject.ties[provider].is_none() {
            let integration = self.integrations[provider].id;
            let source = match (listed, provider) {
                (Some(_), _) => LinkSource::List,
                (None, Provider::MyAnimeList) => LinkSource::IdMal,
                (None, Provider::AniList | Provider::Kitsu) => LinkSource::KitsuMapping,
            };
            let title = listed.map(|listed| listed.work.title.clone());
            subject.ties[provider] = Some(Box::new(Tie {
                id: MappingId(self.engine.db.new_id(self.engine.clock.now())),
                external_id: id.clone(),
                new: Some(NewLink { integration, external_id: id.clone(), title, source }),
                due: None,
                unsettled: false,
                read_at: None,
                totals: None,
                unsure: false,
                listed: false,
                ignored: self.is_ignored(provider, id),
            }));
        }
        let ignored = subject.ties[provider].as_ref().is_some_and(|tie| tie.ignored);
        if self.retrieved[provider].is_some() && !ignored {
            subject.state.sides[provider].get_or_insert_with(Side::default);
        }
    }

    /// Notes what a provider says of an entry.
    fn observe(&self, subject: &mut Subject, provider: Provider, listed: &Listed) {
        let Some(retrieved) = self.retrieved[provider] else { return };
        let Some((tie, side)) = subject.ties[provider].as_mut().zip(subject.state.sides[provider].as_mut()) else {
            return;
        };
        // A manga that holds another id at this provider keeps it.
        if tie.external_id != listed.work.id {
            return;
        }
        if side.totals != listed.work.totals {
            side.totals = listed.work.totals;
            tie.totals = Some(listed.work.totals);
        }
        let shape = self.policy.providers[provider].shape(provider);
        let read_before = self.integrations[provider].list_read_at;
        let seen = observation(&listed.entry, retrieved.clock_ahead(), read_before, &shape, side);
        if side.remote != Remote::Present(seen.clone()) {
            side.remote = Remote::Present(seen);
            tie.read_at = Some(retrieved.began_at);
        }
        tie.unsure = false;
        tie.listed = true;
    }

    /// What is not in a complete listing may be gone; what never was seen is likely not there. A direct look decides.
    fn note_absences(&self, subject: &mut Subject) {
        for (provider, retrieved) in self.taking_part() {
            let Some((tie, side)) = subject.ties[provider].as_mut().zip(subject.state.sides[provider].as_mut()) else {
                continue;
            };
            let hidden = retrieved.listing.notices.contains(&Notice::SfwFilterOn);
            let unseen = !tie.listed;
            let complete = retrieved.full && retrieved.listing.complete && !hidden;
            let missing = match &side.remote {
                Remote::Absent => false,
                Remote::Present(_) => complete && unseen,
                Remote::Unknown => unseen && (complete || side.base.is_none()),
            };
            if missing {
                side.remote = Remote::Absent;
                tie.unsure = true;
            }
        }
    }

    /// Looks directly at what a listing misses, where it matters, and plans again.
    async fn look(&self, subjects: &mut [Subject], looks: &mut Looks) -> Result<(), Trouble> {
        for (provider, retrieved) in self.taking_part() {
            let wanted: Vec<ExternalId> = subjects
                .iter()
                .flat_map(Subject::to_look_at)
                .filter(|(at, id)| *at == provider && !looks.seen.contains_key(&(provider, id.clone())))
                .map(|(_, id)| id)
                .collect();
            if !wanted.is_empty() {
                let seen = retrieved.client.look(&retrieved.session(), &wanted).await;
                let seen = seen.map_err(|error| Trouble::At(provider, error))?;
                looks.seen.extend(seen.into_iter().map(|(id, listed)| ((provider, id), listed)));
            }
        }
        for subject in subjects {
            if self.confirm(subject, looks) {
                subject.plan(self.policy);
            }
        }
        Ok(())
    }

    /// Puts what the looks found in place of what a listing let suppose. What was not looked at stays as it is stored.
    fn confirm(&self, subject: &mut Subject, looks: &Looks) -> bool {
        let mut changed = false;
        let looked_at: HashSet<WorkId> = subject.to_look_at().collect();
        for (provider, retrieved) in self.taking_part() {
            let Some(tie) = subject.ties[provider].as_ref().filter(|tie| tie.unsure) else { continue };
            let work = (provider, tie.external_id.clone());
            match looks.seen.get(&work).filter(|_| looked_at.contains(&work)) {
                Some(Some(listed)) => self.observe(subject, provider, listed),
                Some(None) => mark_absent(subject, provider, retrieved),
                None => put_back(subject, provider),
            }
            changed = true;
        }
        changed
    }
}

fn mark_absent(subject: &mut Subject, provider: Provider, retrieved: &Retrieved) {
    if let Some(tie) = subject.ties[provider].as_mut() {
        tie.unsure = false;
        tie.read_at = Some(retrieved.began_at);
    }
}

fn put_back(subject: &mut Subject, provider: Provider) {
    let stored = subject.stored.sides[provider].as_ref().map(|side| side.remote.clone()).unwrap_or_default();
    if let Some((tie, side)) = subject.ties[provider].as_mut().zip(subject.state.sides[provider].as_mut()) {
        tie.unsure = false;
        side.remote = stored;
    }
}

/// An entry as the planner sees it: in the library's terms, with our time, and since when it may have changed. An
/// entry that is as it was keeps its own span.
pub(super) fn observation(
    entry: &RemoteEntry,
    clock_ahead: TimeDelta,
    read_before: Option<kuroibara_core::Time>,
    shape: &Shape,
    side: &Side,
) -> Observation {
    let fields = shape.project(&entry.fields, side.totals);
    // What the listing holds already shares its memory.
    let fields = if fields == entry.fields { entry.fields.clone() } else { fields };
    let updated_at = entry.updated_at - clock_ahead;
    match side.remote.present() {
        // The `Date` header has whole seconds and travels: a shift of a few seconds is no edit.
        Some(old) if old.fields == fields && (old.updated_at - updated_at).abs() <= TimeDelta::seconds(5) => {
            Observation { entry_id: entry.entry_id.clone(), ..old.clone() }
        }
        Some(_) | None => Observation { fields, entry_id: entry.entry_id.clone(), updated_at, read_before },
    }
}
