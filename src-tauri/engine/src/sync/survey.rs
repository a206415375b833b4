//! Resolve: what is now known of every side of every manga, and the plan that follows, a slice of them at a time.
//!
//! The library may be large, so no two slices are held together. What is kept of a plan are its rows, its counts and which
//! manga change at all; those are planned once more when they are stored.

use std::collections::{HashMap, HashSet};

use enum_map::EnumMap;
use kuroibara_core::{ExternalId, MangaId, Policy, Provider, identify::WorkId};

use super::{
    agenda::{Agenda, Item, agenda},
    nevers::Nevers,
    retrieve::Retrieved,
    run::Run,
    subject::Subject,
    tally::Tally,
};
use crate::{
    error::EngineError,
    providers::{ApiError, Listed},
    store::{Integration, LoadedManga, Moved, Pick, Scope},
};

/// What takes part in a survey.
pub(super) struct Field<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) integrations: &'a EnumMap<Provider, Integration>,
    pub(super) retrieved: EnumMap<Provider, Option<&'a Retrieved>>,
    pub(super) policy: &'a Policy,
    pub(super) nevers: &'a Nevers,
    /// Works that have other ids from now on, of which the library is not told.
    pub(super) moved: &'a [Moved],
}

/// Why a survey could not be made.
pub(super) enum Trouble {
    /// One provider did not answer on the way: without it there may be one.
    At(Provider, ApiError),
    /// Works got other ids: what was read of the library is out of date. With those that a dry run only imagines to follow.
    Moved(Vec<Moved>),
    /// Anything else.
    Engine(EngineError),
}

impl<E: Into<EngineError>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}

/// What was found.
pub(super) struct Survey {
    /// Every manga of which anything changes, here or at a provider.
    pub(super) agenda: Agenda,
    /// What would be done.
    pub(super) tally: Tally,
}

/// What a run asked beyond the listings, so that nothing is asked twice.
#[derive(Default)]
pub(super) struct Looks {
    /// Works that were looked at directly.
    pub(super) seen: HashMap<WorkId, Look>,
    /// The ids that a provider has for a foreign one.
    pub(super) resolved: HashMap<(Provider, WorkId), Vec<ExternalId>>,
    /// Pairs that a person said are not the same.
    pub(super) rejected: HashSet<(MangaId, WorkId)>,
}

/// What a direct look found.
pub(super) enum Look {
    /// The list has it.
    There(Box<Listed>),
    /// The list certainly does not have it.
    Gone,
    /// That can't be said.
    Unclear,
}

/// Some manga of an agenda, planned.
pub(super) struct Slice {
    pub(super) subjects: Vec<Subject>,
    /// Where only a direct look could tell whether the entry is gone, and none was taken yet.
    pub(super) unseen: Vec<(MangaId, WorkId)>,
}

/// Plans everything that was listed and everything that is due; with `only`, nothing but these manga.
pub(super) async fn survey(
    field: &Field<'_>,
    looks: &mut Looks,
    only: Option<&HashSet<MangaId>>,
) -> Result<Survey, Trouble> {
    let mut agenda = agenda(field, looks, only).await?;
    let listed = field.listed();
    loop {
        let (mut tally, mut unseen) = (Tally::default(), Vec::new());
        for items in agenda.slices() {
            let slice = field.slice(items, &listed, looks).await?;
            unseen.extend(slice.unseen);
            tally.add(&slice.subjects, field.run);
        }
        if unseen.is_empty() {
            agenda.keep_only(&tally.changing);
            return Ok(Survey { agenda, tally });
        }
        look(field, &unseen, looks).await?;
    }
}

/// These manga as they are stored, planned: for a round after the first, when nothing was listed again. A write whose
/// answer was lost is judged by the next listing: until then its provider takes no part.
pub(super) async fn stored(field: &Field<'_>, manga: &HashSet<MangaId>) -> Result<Vec<Subject>, EngineError> {
    let mut subjects: Vec<Subject> = field.load(manga.iter().copied().collect()).await?.into_values().collect();
    // Their own values were stored with the first round: what was edited since is newer.
    let accepted = field.run.order.accepted.as_deref();
    accepted.into_iter().for_each(|accepted| subjects.iter_mut().for_each(|subject| accepted.mask(subject)));
    subjects.iter_mut().for_each(Subject::hide_the_unanswered);
    subjects.iter_mut().for_each(|subject| subject.plan(field.policy));
    subjects.sort_by(|a, b| a.order().cmp(&b.order()));
    Ok(subjects)
}

/// Looks directly at what a listing misses.
async fn look(field: &Field<'_>, unseen: &[(MangaId, WorkId)], looks: &mut Looks) -> Result<(), Trouble> {
    for (provider, retrieved) in field.taking_part() {
        let wanted = unseen.iter().filter(|(_, (at, _))| *at == provider).map(|(_, (_, id))| id.clone());
        let wanted: Vec<ExternalId> = wanted.collect();
        if !wanted.is_empty() {
            let seen = retrieved.client.look(&retrieved.session(), &wanted).await;
            let seen = seen.map_err(|error| Trouble::At(provider, error))?;
            looks.seen.extend(wanted.into_iter().map(|id| ((provider, id), Look::Unclear)));
            looks.seen.extend(seen.into_iter().map(|(id, listed)| ((provider, id), listed.into())));
        }
    }
    Ok(())
}

impl From<Option<Listed>> for Look {
    fn from(listed: Option<Listed>) -> Self {
        listed.map_or(Self::Gone, |listed| Self::There(Box::new(listed)))
    }
}

impl Looks {
    /// What a provider is known to call a foreign work.
    pub(super) fn resolved_to(&self, provider: Provider, foreign: &WorkId) -> &[ExternalId] {
        self.resolved.get(&(provider, foreign.clone())).map_or(&[], Vec::as_slice)
    }

    /// Whether a person said that this is not that work.
    pub(super) fn is_rejected(&self, manga: MangaId, provider: Provider, id: &ExternalId) -> bool {
        self.rejected.contains(&(manga, (provider, id.clone())))
    }
}

impl<'a> Field<'a> {
    pub(super) fn taking_part(&self) -> impl Iterator<Item = (Provider, &'a Retrieved)> {
        self.retrieved.iter().filter_map(|(provider, retrieved)| Some((provider, (*retrieved)?)))
    }

    /// Every listed entry, but those that the person said are never to be synced.
    pub(super) fn listed(&self) -> Vec<(Provider, &'a Listed)> {
        let all = self.taking_part().flat_map(|(p, r)| r.listing.entries.iter().map(move |listed| (p, listed)));
        all.filter(|(p, one)| !self.is_ignored(*p, &one.work.id)).collect()
    }

    pub(super) fn is_ignored(&self, provider: Provider, id: &ExternalId) -> bool {
        self.nevers.is_ignored(provider, id)
    }

    /// Brings these manga into memory and plans them.
    pub(super) async fn slice(
        &self,
        items: &[Item],
        listed: &[(Provider, &Listed)],
        looks: &Looks,
    ) -> Result<Slice, EngineError> {
        let stored = items.iter().filter(|item| !item.is_new).map(|item| item.outline.id).collect();
        let mut loaded = self.load(stored).await?;
        let mut slice = Slice { subjects: Vec::with_capacity(items.len()), unseen: Vec::new() };
        for item in items {
            let known = loaded.remove(&item.outline.id);
            let new = || item.is_new.then(|| self.new_subject(item, listed));
            let Some(mut subject) = known.or_else(new) else { continue };
            self.place(item, listed, &mut subject);
            self.note_absences(&mut subject);
            self.hear_the_person(&mut subject);
            subject.plan(self.policy);
            let unseen = subject.to_look_at().filter(|work| !looks.seen.contains_key(work));
            slice.unseen.extend(unseen.map(|work| (subject.manga, work)));
            if self.confirm(&mut subject, looks) {
                subject.plan(self.policy);
            }
            slice.subjects.push(subject);
        }
        Ok(slice)
    }

    /// Leaves out what the person leaves out of the plan that is applied, and puts their own values in it.
    fn hear_the_person(&self, subject: &mut Subject) {
        if let Some(accepted) = &self.run.order.accepted {
            subject.wishes = accepted.wishes(subject);
            accepted.mask(subject);
        }
    }

    /// Manga as they are stored.
    async fn load(&self, manga: Vec<MangaId>) -> Result<HashMap<MangaId, Subject>, EngineError> {
        let loaded = self.run.engine.db.load_manga(&Scope::Only(Pick { manga, ..Pick::default() })).await?;
        Ok(loaded.into_iter().map(|manga| (manga.id, self.subject(manga))).collect())
    }

    fn subject(&self, loaded: LoadedManga) -> Subject {
        let mut subject = Subject::loaded(loaded);
        for (provider, tie) in &mut subject.ties {
            let Some(tie) = tie else { continue };
            if let Some(moved) = self.moved.iter().find(|moved| moved.mapping == tie.id) {
                tie.external_id.clone_from(&moved.to);
            }
            tie.ignored = self.is_ignored(provider, &tie.external_id);
        }
        subject.keep_only(|provider| self.retrieved[provider].is_some());
        subject
    }
}
