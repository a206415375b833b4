//! What a run read of a manga, put beside what is stored of it: listed entries, absences, and what direct looks found.

use std::collections::HashSet;

use chrono::TimeDelta;
use enum_map::EnumMap;
use kuroibara_core::{
    ExternalId, Local, MangaState, MappingId, Observation, Provider, Remote, Shape, Side, identify::WorkId, plan,
};

use super::{
    agenda::Item,
    retrieve::Retrieved,
    subject::{Subject, Tie},
    survey::{Field, Look, Looks},
};
use crate::{
    identify::details_of,
    providers::{Listed, Notice, RemoteEntry},
    store::{LinkSource, NewLink},
};

impl Field<'_> {
    /// A manga that is not in the library yet.
    pub(super) fn new_subject(&self, item: &Item, listed: &[(Provider, &Listed)]) -> Subject {
        let details = details_of(item.found.iter().map(|index| &listed[*index].1.work));
        let state = Box::new(MangaState { local: Local::Never, sides: EnumMap::default() });
        Subject {
            manga: item.outline.id,
            title: details.title.clone(),
            new: Some(Box::new(details)),
            version: 0,
            plan: Box::new(plan::plan(&state, self.policy)),
            stored: state.clone(),
            state,
            ties: EnumMap::default(),
            wishes: None,
            open: Vec::new(),
        }
    }

    /// Puts what was listed of a manga beside what is stored of it.
    pub(super) fn place(&self, item: &Item, listed: &[(Provider, &Listed)], subject: &mut Subject) {
        let found = || item.found.iter().map(|index| listed[*index]);
        // What the library had is not tied again: somebody may have unlinked it since.
        for (provider, id) in &item.adds {
            let named = found().find(|(at, one)| at == provider && one.work.id == *id);
            self.tie(subject, *provider, id, named.map(|(_, one)| one));
        }
        found().for_each(|(provider, entry)| self.observe(subject, provider, entry));
    }

    /// Gives the manga a mapping that it has not yet.
    fn tie(&self, subject: &mut Subject, provider: Provider, id: &ExternalId, listed: Option<&Listed>) {
        if subject.ties[provider].is_none() {
            let integration = self.integrations[provider].id;
            let source = match (listed, provider) {
                (Some(_), _) => LinkSource::List,
                (None, Provider::MyAnimeList) => LinkSource::IdMal,
                (None, Provider::AniList | Provider::Kitsu) => LinkSource::KitsuMapping,
            };
            let title = listed.map(|listed| listed.work.title.clone());
            subject.ties[provider] = Some(Box::new(Tie {
                id: MappingId(self.run.engine.db.new_id(self.run.engine.clock.now())),
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
            let left_out = self.nevers.left_out(provider, id);
            subject.state.sides[provider].get_or_insert_with(|| Side { left_out, ..Side::default() });
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
    pub(super) fn note_absences(&self, subject: &mut Subject) {
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

    /// Puts what the looks found in place of what a listing let suppose. What was not looked at stays as it is stored.
    pub(super) fn confirm(&self, subject: &mut Subject, looks: &Looks) -> bool {
        let mut changed = false;
        let looked_at: HashSet<WorkId> = subject.to_look_at().collect();
        for (provider, retrieved) in self.taking_part() {
            let Some(tie) = subject.ties[provider].as_ref().filter(|tie| tie.unsure) else { continue };
            let work = (provider, tie.external_id.clone());
            match looks.seen.get(&work).filter(|_| looked_at.contains(&work)) {
                Some(Look::There(listed)) => self.observe(subject, provider, listed),
                Some(Look::Gone) => mark_absent(subject, provider, retrieved),
                Some(Look::Unclear) | None => put_back(subject, provider),
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
        // Somebody saved it as it was, or we did, or the `Date` header, which has whole seconds, travelled longer.
        Some(old) if old.fields == fields => Observation { entry_id: entry.entry_id.clone(), ..old.clone() },
        Some(_) | None => Observation { fields, entry_id: entry.entry_id.clone(), updated_at, read_before },
    }
}
