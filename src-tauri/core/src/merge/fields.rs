//! Fields, group by group, over all providers at once.

use enum_map::EnumMap;

use super::{
    Lost, Merged, Pull, Question,
    newest::{Proposal, last_edit, local_wins, newest_of, progress, values},
    view::View,
};
use crate::{
    Base, Entry, Field, Group, Local, MangaState, Origin, Pair, Policy, Provider, Rule, Stamp, Stamps, state::Sent,
};

/// What merging the fields of one entry decided.
pub(super) struct Outcome {
    entry: Entry,
    stamps: Stamps,
    pulls: Vec<Pull>,
    lost: Vec<Lost>,
    asked: Vec<Group>,
    /// Providers whose values of a group lost: their agreement is what was read, and ours is unsent.
    beaten: Vec<(Provider, Group)>,
}

/// Merges the fields. Whether a field is known at a provider is judged by the status *after* the merge, so the groups
/// are merged again when the status changed.
pub(super) fn merge(
    entry: &Entry,
    stamps: &Stamps,
    state: &MangaState,
    bases: &EnumMap<Provider, Option<Base>>,
    policy: &Policy,
) -> Outcome {
    let mut status = entry.status;
    let mut outcome;
    let mut rounds = 0;
    loop {
        let views = views(entry, status, state, bases, policy);
        outcome = Outcome::unchanged(entry, stamps);
        Group::ALL.into_iter().for_each(|group| outcome.merge_group(group, entry, stamps, &views));
        rounds += 1;
        if outcome.entry.status == status || rounds == 3 {
            return outcome;
        }
        status = outcome.entry.status;
    }
}

/// The fields after a person chose one side for `group`: the library's values, or one provider's as it has them. None:
/// that provider has no entry to choose. `open` are the groups that wait for other answers.
pub(super) fn choose(
    (entry, stamps): (&Entry, &Stamps),
    state: &MangaState,
    bases: &EnumMap<Provider, Option<Base>>,
    policy: &Policy,
    (group, side): (Group, Origin),
    open: Vec<Group>,
) -> Option<Outcome> {
    let chosen = match side {
        Origin::User => entry.clone(),
        Origin::Provider(provider) => {
            let seen = state.sides[provider].as_ref()?.remote.present()?;
            with_group(entry, &views(entry, seen.fields.status()?, state, bases, policy), provider, group)?
        }
    };
    let views = views(entry, chosen.status, state, bases, policy);
    let mut outcome = Outcome { asked: open, ..Outcome::unchanged(entry, stamps) };
    // A value that stays keeps who brought it: choosing it here does not carry it from one provider to another.
    if let Origin::Provider(provider) = side {
        let view = views.iter().find(|view| view.provider == provider)?;
        outcome.take(group, &Change { view, entry: chosen.clone() }, chosen);
    }
    let contradicts = |view: &&View<'_>| {
        let fields = group.fields().iter();
        let differs = |field: &&Field| {
            let mine = view.shape.round(**field, &outcome.entry.get(**field), view.totals);
            view.both(**field).is_some_and(|(_, theirs)| mine != *theirs)
        };
        Origin::Provider(view.provider) != side && fields.filter(differs).count() > 0
    };
    let losers: Vec<&View<'_>> = views.iter().filter(contradicts).collect();
    losers.into_iter().for_each(|view| outcome.note_loser(group, view));
    Some(outcome)
}

/// The entry with a provider's group exactly as that provider has it, blanks included.
fn with_group(entry: &Entry, views: &[View<'_>], provider: Provider, group: Group) -> Option<Entry> {
    let view = views.iter().find(|view| view.provider == provider)?;
    let mut chosen = entry.clone();
    for field in group.fields() {
        let Some((mine, theirs)) = view.both(*field) else { continue };
        if mine != theirs {
            chosen.set(*field, theirs.clone());
        }
    }
    Some(chosen)
}

fn views<'a>(
    entry: &'a Entry,
    status: crate::Status,
    state: &'a MangaState,
    bases: &'a EnumMap<Provider, Option<Base>>,
    policy: &'a Policy,
) -> Vec<View<'a>> {
    state
        .sides()
        .filter_map(|(provider, side)| {
            View::new(provider, &policy.providers[provider], side, bases[provider].as_ref(), entry, status)
        })
        .collect()
}

/// What one provider proposes for one group: the entry with its changes.
struct Change<'a> {
    view: &'a View<'a>,
    entry: Entry,
}

impl<'a> Change<'a> {
    /// The provider's changes to `group`, if it made any and they may come in.
    fn of(view: &'a View<'a>, group: Group, local: &Entry) -> Option<Self> {
        let changed = |field: &&Field| view.delta(**field).is_some_and(|delta| delta.remote);
        if !view.policy.pulls() || !group.fields().iter().any(|field| changed(&field)) {
            return None;
        }
        let mut entry = local.clone();
        for field in group.fields().iter().filter(changed) {
            match view.both(*field) {
                Some((mine, theirs)) if mine != theirs => entry.set(*field, theirs.clone()),
                Some(_) | None => {}
            }
        }
        Some(Self { view, entry })
    }

    /// The fields of `group` that the library changed and this provider has not confirmed.
    fn unconfirmed(&self, group: Group) -> impl Iterator<Item = Field> {
        let view = self.view;
        group.fields().iter().copied().filter(move |field| view.delta(*field).is_some_and(|delta| delta.local))
    }

    /// Whether `entry` holds everything that this provider changed, in its terms.
    fn is_contained_in(&self, entry: &Entry, group: Group) -> bool {
        group.fields().iter().all(|field| match self.view.both(*field) {
            Some((_, theirs)) if self.view.delta(*field).is_some_and(|delta| delta.remote) => {
                self.view.shape.round(*field, &entry.get(*field), self.view.totals) == *theirs
            }
            Some(_) | None => true,
        })
    }

    /// The local entry with this provider's whole group, not only its changes. What it never said anything of stays.
    fn with_whole_group(&self, group: Group, local: &Entry) -> Entry {
        let mut entry = local.clone();
        for field in group.fields() {
            let Some((mine, theirs)) = self.view.both(*field) else { continue };
            let is_said = !self.view.says_nothing_of(*field) || self.begins_again(*field);
            if mine != theirs && is_said {
                entry.set(*field, theirs.clone());
            }
        }
        entry
    }

    /// No chapters of a reread are a count like any other.
    fn begins_again(&self, field: Field) -> bool {
        field == Field::Chapters && self.view.seen.fields.status() == Some(crate::Status::Rereading)
    }

    /// Whether a value that was agreed on is gone on this side.
    fn clears(&self, field: Field) -> bool {
        !self.view.is_first(field) && self.view.changed(field).is_some_and(crate::Value::is_empty)
    }

    fn proposal(&self, group: Group, local: &Entry) -> Proposal<'_> {
        Proposal { seen: self.view.seen, entry: &self.entry, whole: self.with_whole_group(group, local) }
    }
}

/// Who wins a group.
enum Winner {
    Local,
    /// The change of that index, with only what it changed.
    Change(usize),
    /// The change of that index, with its whole group.
    Group(usize),
    Nobody,
}

impl Outcome {
    fn unchanged(entry: &Entry, stamps: &Stamps) -> Self {
        let (entry, stamps) = (entry.clone(), *stamps);
        Self { entry, stamps, pulls: Vec::new(), lost: Vec::new(), asked: Vec::new(), beaten: Vec::new() }
    }

    fn merge_group(&mut self, group: Group, local: &Entry, stamps: &Stamps, views: &[View<'_>]) {
        let changes: Vec<_> = views.iter().filter_map(|view| Change::of(view, group, local)).collect();
        if !changes.is_empty() {
            self.settle(group, local, stamps, &changes);
        }
        if !self.asked.contains(&group) {
            self.overrule(group, views);
        }
    }

    fn settle(&mut self, group: Group, local: &Entry, stamps: &Stamps, changes: &[Change<'_>]) {
        let edited = edited_here(group, changes);
        let winner = agreed(group, local, &edited, changes);
        match winner.unwrap_or_else(|| decided(group, local, stamps, &edited, changes)) {
            Winner::Local => {
                self.fill(group, &edited, changes, None);
                self.note_beaten(group, changes, None);
            }
            Winner::Change(i) => self.take(group, &changes[i], changes[i].entry.clone()),
            Winner::Group(i) => {
                self.take(group, &changes[i], changes[i].with_whole_group(group, local));
                self.fill(group, &edited, changes, Some(i));
                self.note_beaten(group, changes, Some(i));
            }
            Winner::Nobody => self.asked.push(group),
        }
    }

    /// Where changes only go to a provider, the library wins every conflict; what it replaces there is still remembered.
    fn overrule(&mut self, group: Group, views: &[View<'_>]) {
        let both_changed = |view: &View<'_>, field: &Field| {
            !view.is_same(*field) && view.delta(*field).is_some_and(|delta| delta.local && delta.remote)
        };
        let one_way = views.iter().filter(|view| view.policy.pushes() && !view.policy.pulls());
        for view in one_way.filter(|view| group.fields().iter().any(|field| both_changed(view, field))) {
            self.note_loser(group, view);
        }
    }

    /// Remembers the providers whose changes lost: all but the winner.
    fn note_beaten(&mut self, group: Group, changes: &[Change<'_>], winner: Option<usize>) {
        for (_, loser) in changes.iter().enumerate().filter(|(i, _)| Some(*i) != winner) {
            if !loser.is_contained_in(&self.entry, group) {
                self.note_loser(group, loser.view);
            }
        }
    }

    /// All that was read of the group, also what can't be compared at present: the journal is where it can be found.
    fn note_loser(&mut self, group: Group, view: &View<'_>) {
        self.lost.push(Lost { side: Origin::Provider(view.provider), group, fields: view.seen.fields.of(group) });
        self.beaten.push((view.provider, group));
    }

    /// Takes a provider's values, with the provider's time. A local value that this provider never confirmed is not
    /// lost without a trace, whether it competed or not.
    fn take(&mut self, group: Group, change: &Change<'_>, entry: Entry) {
        let stamp = Stamp::new(change.view.seen.updated_at, Origin::Provider(change.view.provider));
        let mut unconfirmed = false;
        for field in group.fields() {
            let (before, after) = (self.entry.get(*field), entry.get(*field));
            if before != after {
                unconfirmed |= !change.view.has_confirmed(*field, &before);
                self.entry.set(*field, after.clone());
                self.stamps.fields[*field] = stamp;
                self.pulls.push(Pull { field: *field, from: change.view.provider, before, after, stamp });
            }
        }
        if unconfirmed {
            self.lost.push(Lost { side: Origin::User, group, fields: change.view.unrounded(group) });
        }
    }

    /// Whoever wins, a blank that nobody ever stated replaces no value: at a first link it takes the other side's. Of a
    /// field that the winner can't hold at all, the newest of those who changed it is heard.
    fn fill(&mut self, group: Group, edited: &[Field], changes: &[Change<'_>], winner: Option<usize>) {
        for field in group.fields().iter().copied().filter(|field| !edited.contains(field)) {
            let begins_again = field == Field::Chapters && self.entry.status == crate::Status::Rereading;
            let is_open = self.entry.get(field).is_empty() && !begins_again && !changes.iter().any(|c| c.clears(field));
            let is_mute = winner.is_some_and(|i| !changes[i].view.can_ever_hold(field));
            let speaks = |change: &&Change<'_>| {
                let value = change.view.changed(field);
                value.is_some_and(|value| is_mute || is_open && !value.is_empty() && change.view.is_first(field))
            };
            let rank = |change: &&Change<'_>| (change.view.seen.updated_at, change.view.theirs(field).cloned());
            if let Some(change) = changes.iter().filter(speaks).max_by_key(rank) {
                self.take_one(field, change);
            }
        }
    }

    fn take_one(&mut self, field: Field, change: &Change<'_>) {
        let Some(value) = change.view.changed(field) else { return };
        let stamp = Stamp::new(change.view.seen.updated_at, Origin::Provider(change.view.provider));
        let (before, from) = (self.entry.get(field), change.view.provider);
        self.entry.set(field, value.clone());
        self.stamps.fields[field] = stamp;
        self.pulls.push(Pull { field, from, before, after: value.clone(), stamp });
    }

    /// Puts the outcome into `merged`: the entry, and every base with what now agrees.
    pub(super) fn apply(self, state: &MangaState, policy: &Policy, merged: &mut Merged) {
        let bases = std::mem::take(&mut merged.bases);
        let status = self.entry.status;
        for view in views(&self.entry, status, state, &bases, policy) {
            merged.bases[view.provider] = Some(self.base_after(&view));
        }
        for (provider, base) in bases {
            if merged.bases[provider].is_none() {
                merged.bases[provider] = base;
            }
        }
        merged.pulls = self.pulls;
        merged.lost = self.lost;
        merged.questions.extend(self.asked.into_iter().map(Question::Differs));
        merged.local = Local::Present(self.entry, self.stamps);
    }

    /// The agreement with one provider after the merge.
    fn base_after(&self, view: &View<'_>) -> Base {
        let mut base = view.base.cloned().unwrap_or_default();
        base.entry_id.clone_from(&view.seen.entry_id);
        base.presence = crate::state::Presence::Both;
        for field in Field::ALL {
            // What only ours can't be held for keeps its old agreement, or a value that was left behind there would later
            // come back as if it were new.
            if view.theirs(field).is_none() {
                base.pairs[field] = None;
                continue;
            }
            // Nothing that is asked is noted either, or the question would answer itself in the next run.
            let Some((mine, theirs)) = view.both(field).filter(|_| !self.asked.contains(&field.group())) else {
                continue;
            };
            let raw = self.entry.get(field);
            if mine == theirs {
                let ours = Some(Sent { raw, projected: mine.clone() });
                let same = |old: &Pair| old.ours == ours && old.theirs == *theirs;
                let back = base.pairs[field].as_ref().filter(|old| same(old)).and_then(|old| old.back.clone());
                base.pairs[field] = Some(Pair { ours, theirs: theirs.clone(), back });
            } else if self.beaten.contains(&(view.provider, field.group())) {
                base.pairs[field] = Some(Pair::new(None, theirs.clone()));
            }
        }
        // One that came out as it was is the old one, and shares its memory.
        view.base.filter(|old| **old == base).cloned().unwrap_or(base)
    }
}

/// What the library changed and competes with: only what no changed provider has already confirmed.
fn edited_here(group: Group, changes: &[Change<'_>]) -> Vec<Field> {
    let some_view = |field: Field, local: bool| {
        changes.iter().any(|change| change.view.delta(field).is_some_and(|delta| delta.local == local))
    };
    group.fields().iter().copied().filter(|field| some_view(*field, true) && !some_view(*field, false)).collect()
}

/// The winner where no two changes contradict each other: the same edit on two sides is never a question. It is the
/// change that holds what all the others hold, in each provider's terms, and what the library changed.
fn agreed(group: Group, local: &Entry, edited: &[Field], changes: &[Change<'_>]) -> Option<Winner> {
    let holds_all = |chosen: &Change<'_>| {
        let mut mine = edited.iter().copied().chain(chosen.unconfirmed(group));
        let whole = chosen.with_whole_group(group, local);
        mine.all(|field| !chosen.view.contradicts(field)) && changes.iter().all(|c| c.is_contained_in(&whole, group))
    };
    let rank = |i: &usize| (changes[*i].view.seen.updated_at, values(&changes[*i].entry, group));
    (0..changes.len()).filter(|i| holds_all(&changes[*i])).max_by_key(rank).map(Winner::Change)
}

/// The winner of a conflict, by the one rule that all involved providers share; nobody where one says to ask or they
/// disagree.
fn decided(group: Group, local: &Entry, stamps: &Stamps, edited: &[Field], changes: &[Change<'_>]) -> Winner {
    let rule = changes[0].view.policy.rule_of(group);
    if rule == Rule::Ask || changes.iter().any(|change| change.view.policy.rule_of(group) != rule) {
        return Winner::Nobody;
    }
    let proposals: Vec<_> = changes.iter().map(|change| change.proposal(group, local)).collect();
    let Some(newest) = newest_of(&proposals, group) else { return Winner::Nobody };
    let by_time = |i: usize| match edited {
        [] => Winner::Group(i),
        _ if local_wins(local, last_edit(edited, stamps), &proposals[i], group) => Winner::Local,
        _ => Winner::Group(i),
    };
    match rule {
        Rule::Ask => Winner::Nobody,
        Rule::Newest => by_time(newest),
        Rule::Local if !edited.is_empty() => Winner::Local,
        Rule::Local | Rule::Remote => Winner::Group(newest),
        Rule::Furthest if group == Group::ReadingState => furthest(local, edited, changes, newest, by_time),
        Rule::Furthest => by_time(newest),
    }
}

/// The side that read furthest; a tie goes by time.
fn furthest(
    local: &Entry,
    edited: &[Field],
    changes: &[Change<'_>],
    newest: usize,
    by_time: impl Fn(usize) -> Winner,
) -> Winner {
    let best = changes.iter().map(|change| progress(&change.entry)).max().unwrap_or_default();
    if !edited.is_empty() && progress(local) > best {
        return Winner::Local;
    }
    let tied: Vec<usize> = (0..changes.len()).filter(|i| progress(&changes[*i].entry) == best).collect();
    let proposals: Vec<_> = tied.iter().map(|i| changes[*i].proposal(Group::ReadingState, local)).collect();
    let leader = newest_of(&proposals, Group::ReadingState).map_or(newest, |i| tied[i]);
    if !edited.is_empty() && progress(local) == best { by_time(leader) } else { Winner::Group(leader) }
}
