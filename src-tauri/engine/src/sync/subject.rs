//! One manga under consideration in a run: what the store knew, what was just read, and what follows.

use enum_map::EnumMap;
use kuroibara_core::{
    ExternalId, MangaId, MangaState, MappingId, Policy, Provider, Remote, Time, Totals,
    identify::WorkId,
    merge::{Arrival, Question},
    plan::{self, Action, MangaPlan, Wishes},
};

use super::{report::PlanRow, row_key};
use crate::store::{Conflict, Details, Due, LoadedManga, NewLink};

/// One manga under consideration. What is large is boxed: thousands of these are put into a map, taken out and sorted.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) manga: MangaId,
    /// Set for a manga that is not in the library yet.
    pub(super) new: Option<Box<Details>>,
    pub(super) title: String,
    /// The version of the entry that this is planned from.
    pub(super) version: i64,
    /// Everything that the planner may see: the providers that take part in this run.
    pub(super) state: Box<MangaState>,
    /// What the store holds, to store only what differs.
    pub(super) stored: Box<MangaState>,
    pub(super) ties: EnumMap<Provider, Option<Box<Tie>>>,
    pub(super) plan: Box<MangaPlan>,
    /// What the person chose in the place of what would be merged.
    pub(super) wishes: Option<Box<Wishes>>,
    /// The questions that are open in the store.
    pub(super) open: Vec<Conflict>,
}

/// A mapping of the manga.
#[derive(Clone, Debug)]
pub(super) struct Tie {
    pub(super) id: MappingId,
    pub(super) external_id: ExternalId,
    /// Set for a mapping that is not stored yet.
    pub(super) new: Option<NewLink>,
    pub(super) due: Option<Due>,
    /// Whether something read or chosen before is still to be merged.
    pub(super) unsettled: bool,
    /// When it was read in this run, if it was.
    pub(super) read_at: Option<Time>,
    /// Totals that differ from the stored ones.
    pub(super) totals: Option<Totals>,
    /// It is missing from a listing, which only a direct look can confirm.
    pub(super) unsure: bool,
    /// It was named in a listing or found by a look of this run.
    pub(super) listed: bool,
    /// The person said that it is never to be synced.
    pub(super) ignored: bool,
}

impl Subject {
    /// A manga as it is stored.
    pub(super) fn loaded(loaded: LoadedManga) -> Self {
        let ties = loaded.mappings.map(|_, mapping| {
            let tie = mapping.map(|m| Tie {
                id: m.id,
                external_id: m.external_id,
                new: None,
                due: m.due,
                unsettled: m.unsettled,
                read_at: None,
                totals: None,
                unsure: false,
                listed: false,
                ignored: false,
            });
            tie.map(Box::new)
        });
        let state = Box::new(loaded.state);
        let plan =
            plan::plan(&MangaState { local: state.local.clone(), sides: EnumMap::default() }, &Policy::default());
        Self {
            manga: loaded.id,
            new: None,
            title: loaded.title,
            version: loaded.version,
            stored: state.clone(),
            state,
            ties,
            plan: Box::new(plan),
            wishes: None,
            open: loaded.conflicts,
        }
    }

    /// Takes out of sight what does not take part in this run.
    pub(super) fn keep_only(&mut self, takes_part: impl Fn(Provider) -> bool) {
        for (provider, side) in &mut self.state.sides {
            if !takes_part(provider) || self.ties[provider].as_ref().is_some_and(|tie| tie.ignored) {
                *side = None;
            }
        }
    }

    /// Takes out of sight where a write left and nothing was read since: what is known there may no longer be so.
    pub(super) fn hide_the_unanswered(&mut self) {
        for side in self.state.sides.values_mut() {
            if side.as_ref().is_some_and(|side| side.intent.is_some()) {
                *side = None;
            }
        }
    }

    /// Plans it. What a provider has refused is set aside until there is something new to send, or the person says so.
    pub(super) fn plan(&mut self, policy: &Policy) {
        *self.plan = match &self.wishes {
            Some(wishes) => plan::plan_as_wished(&self.state, policy, wishes),
            None => plan::plan(&self.state, policy),
        };
        if !self.plan.merged.pulls.is_empty() {
            return;
        }
        for (provider, tie) in &self.ties {
            if tie.as_ref().and_then(|tie| tie.due.as_ref()).is_some_and(|due| due.refused) {
                self.plan.pushes[provider].request = None;
                self.plan.merged.removals.retain(|at| *at != provider);
            }
        }
    }

    /// Providers where only a direct look can say whether the entry is gone, and where that matters.
    pub(super) fn to_look_at(&self) -> impl Iterator<Item = (Provider, ExternalId)> {
        self.ties.iter().filter_map(|(provider, tie)| {
            let tie = tie.as_ref().filter(|tie| tie.unsure)?;
            let had_base = self.stored.sides[provider].as_ref().is_some_and(|side| side.base.is_some());
            let creates = self.plan.pushes[provider].request.is_some();
            (had_base || creates).then(|| (provider, tie.external_id.clone()))
        })
    }

    /// The intended changes, which are the plan's rows, as they are shown.
    pub(super) fn shown(&self, rows: Vec<plan::Row>) -> Vec<PlanRow> {
        let link = |provider| plan::Row { provider, action: Action::Link, stamp: None, fields: Vec::new() };
        self.links().map(link).chain(rows).filter_map(|row| self.row(row)).collect()
    }

    fn row(&self, row: plan::Row) -> Option<PlanRow> {
        let plan::Row { provider, action, stamp, fields } = row;
        let external_id = self.ties[provider].as_ref()?.external_id.clone();
        let manga_id = self.new.is_none().then_some(self.manga);
        let (origin, at) = stamp.map(|stamp| (stamp.origin, stamp.at)).unzip();
        let (title, work) = (self.title.clone(), self.work());
        Some(PlanRow { manga_id, title, provider, external_id, work, action, origin, at, fields })
    }

    /// The works that it is.
    pub(super) fn works(&self) -> impl Iterator<Item = WorkId> {
        self.ties.iter().filter_map(|(provider, tie)| Some((provider, tie.as_ref()?.external_id.clone())))
    }

    /// One of its works, the same in each run that ties it to the same ones.
    fn work(&self) -> String {
        self.works().next().map(|(provider, id)| row_key(provider, &id)).unwrap_or_default()
    }

    /// Listed works that turn out to be a manga which another provider has too. One that does not come into the library
    /// is linked to nothing yet.
    fn links(&self) -> impl Iterator<Item = Provider> {
        let is_stored = self.new.is_none() || self.plan.merged.arrival.is_some();
        let several = is_stored && self.ties.values().flatten().count() > 1;
        self.ties.iter().filter_map(move |(provider, tie)| {
            let fresh = tie.as_ref().is_some_and(|tie| tie.new.is_some());
            let listed = self.state.sides[provider].as_ref().is_some_and(|side| side.remote.present().is_some());
            (fresh && listed && several && !self.arrives_from(provider)).then_some(provider)
        })
    }

    /// By title, then by the works' ids, which no two manga share: an order that does not depend on keys made in this run.
    pub(super) fn order(&self) -> (&str, [Option<&ExternalId>; 3]) {
        let ids = self.ties.as_array().each_ref().map(|tie| tie.as_ref().map(|tie| &tie.external_id));
        (&self.title, ids)
    }

    /// Questions that concern `provider`.
    pub(super) fn questions_at(&self, provider: Provider) -> usize {
        let has_side = self.state.sides[provider].is_some();
        let concerns = |question: &&Question| match question {
            Question::Differs(_) => has_side,
            Question::RemovedHere(at) | Question::VanishedThere(at) => *at == provider,
        };
        self.plan.merged.questions.iter().filter(concerns).count()
    }

    /// Whether the library holds this manga at `provider` as present.
    pub(super) fn is_listed_at(&self, provider: Provider) -> bool {
        matches!(self.state.sides[provider].as_ref().map(|side| &side.remote), Some(Remote::Present(_)))
    }

    /// Whether the plan takes values from `provider` into an entry that was here before.
    pub(super) fn pulls_from(&self, provider: Provider) -> bool {
        self.plan.merged.arrival.is_none() && self.plan.merged.pulls.iter().any(|pull| pull.from == provider)
    }

    /// Whether the plan brings the entry into the library from `provider`.
    pub(super) fn arrives_from(&self, provider: Provider) -> bool {
        self.plan.merged.arrival.is_some_and(|arrival| source(arrival) == provider)
    }

    /// Whether something is held back from `provider`.
    pub(super) fn is_held_at(&self, provider: Provider) -> bool {
        let push = &self.plan.pushes[provider];
        !push.held.is_empty() || push.held_entry.is_some()
    }

    /// Whether the plan writes to `provider`.
    pub(super) fn writes_to(&self, provider: Provider) -> bool {
        self.plan.pushes[provider].request.is_some() || self.plan.merged.removals.contains(&provider)
    }
}

fn source(arrival: Arrival) -> Provider {
    match arrival {
        Arrival::Created(provider) | Arrival::Restored(provider) => provider,
    }
}
