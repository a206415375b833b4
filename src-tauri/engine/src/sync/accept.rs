//! What a person accepted of a plan that waited: exactly that is applied. A title of which the plan is no longer what was
//! accepted is left as it is, and waits again.

use std::collections::{HashMap, HashSet};

use kuroibara_core::{
    ExternalId, Field, Fields, Provider, Side, Time,
    identify::WorkId,
    plan::{Action, Wishes},
    state::LeftOut,
};

use super::{
    subject::Subject,
    waiting::{Change, RowName, WaitingField, WaitingRow},
};

/// What of a plan is to be applied, and what is not.
#[derive(Clone, Debug, Default)]
pub struct Accepted {
    /// What each row comes to that is to be applied.
    rows: HashMap<RowName, Vec<Change>>,
    left_out: HashMap<WorkId, Out>,
    /// Fields that are left out on their way into the library, by the work that the row was of: they come from no other
    /// service of the title either.
    kept_away: HashMap<WorkId, LeftOut>,
    wishes: HashMap<WorkId, Wishes>,
    /// Rows that were not asked for: they wait further.
    pub(super) rest: Vec<WaitingRow>,
    /// What was left out of what was asked for.
    set_aside: Vec<WaitingRow>,
}

/// What is left out of a work.
#[derive(Clone, Copy, Debug)]
enum Out {
    /// All of it.
    Place,
    /// These fields.
    Fields(LeftOut),
}

/// What became of what was accepted of a title.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// It is what would happen now.
    Stands,
    /// Nothing of it is left to do.
    Gone,
    /// Something else would happen now.
    Differs,
}

impl Accepted {
    /// All rows but those that are left out, or only those of these numbers. A row that was left out and is named all the
    /// same is meant whole.
    pub fn of(rows: &[WaitingRow], only: &[usize]) -> Self {
        let mut accepted = Self::default();
        for row in rows {
            let is_named = only.contains(&row.row);
            match if only.is_empty() { !row.skipped } else { is_named } {
                true => accepted.take(row, row.skipped && is_named),
                false => accepted.leave(row),
            }
            if !only.is_empty() && !is_named {
                accepted.rest.push(row.clone());
                continue;
            }
            let out = left_out_of(row).filter(|_| !is_named || !row.skipped);
            accepted.set_aside.extend(out.clone());
            if row.is_of_fields() && rows.iter().any(|other| waits_with(row, other, only)) {
                accepted.rest.extend(out);
            }
        }
        accepted
    }

    fn take(&mut self, row: &WaitingRow, whole: bool) {
        let (taken, left): (Vec<&WaitingField>, Vec<&WaitingField>) =
            row.fields.iter().partition(|one| whole || !one.skipped);
        let changes = taken.iter().map(|one| (one.field, one.before.clone(), one.after.clone())).collect();
        self.rows.insert(row.name(), changes);
        self.leave_fields(row, left);
        for one in taken {
            let Some(wish) = &one.wish else { continue };
            let told = serde_json::from_value::<Fields>(serde_json::json!({ one.field.as_str(): wish.value }));
            let Some(value) = told.ok().and_then(|fields| fields.get(one.field).cloned()) else { continue };
            let none = || Wishes { fields: Fields::new(), at: wish.at };
            let wishes = self.wishes.entry((row.provider, row.external_id.clone())).or_insert_with(none);
            wishes.fields.set(one.field, value);
            wishes.at = wishes.at.min(wish.at);
        }
    }

    fn leave(&mut self, row: &WaitingRow) {
        if row.is_of_fields() {
            self.leave_fields(row, row.fields.iter().collect());
        } else {
            self.left_out.insert((row.provider, row.external_id.clone()), Out::Place);
        }
    }

    fn leave_fields(&mut self, row: &WaitingRow, fields: Vec<&WaitingField>) {
        if fields.is_empty() {
            return;
        }
        let none = Out::Fields(LeftOut::default());
        let work = (row.provider, row.external_id.clone());
        if row.comes_in() {
            let away = self.kept_away.entry(work.clone()).or_default();
            fields.iter().for_each(|one| away[one.field] = true);
        }
        match self.left_out.entry(work).or_insert(none) {
            Out::Place => {}
            Out::Fields(out) => fields.iter().for_each(|one| out[one.field] = true),
        }
    }

    /// The works of its rows, so that each title is looked at.
    pub(super) fn works(&self) -> impl Iterator<Item = (Provider, &ExternalId)> {
        self.rows.keys().map(|(provider, id, _)| (*provider, id))
    }

    /// The names of its rows.
    pub(super) fn names(&self) -> impl Iterator<Item = &RowName> {
        self.rows.keys()
    }

    /// The providers of which something is left out.
    pub(super) fn left_at(&self) -> HashSet<Provider> {
        self.left_out.keys().map(|(provider, _)| *provider).collect()
    }

    /// What of a title no service may bring into the library.
    fn kept_away(&self, subject: &Subject) -> LeftOut {
        let mut away = LeftOut::default();
        for out in subject.works().filter_map(|work| self.kept_away.get(&work)) {
            out.iter().filter(|(_, out)| **out).for_each(|(field, _)| away[field] = true);
        }
        away
    }

    /// The providers that hold something of a title which is kept away from the library, and would bring it in.
    pub(super) fn kept_away_from<'a>(&self, subject: &'a Subject) -> impl Iterator<Item = Provider> + use<'a> {
        let away = self.kept_away(subject);
        let here = subject.plan.merged.local.present().map(|(entry, _)| entry);
        let differs = move |seen: &Fields, field| {
            seen.get(field).is_some_and(|there| here.is_some_and(|entry| entry.get(field) != *there))
        };
        subject.state.sides().filter_map(move |(provider, side)| {
            let seen = &side.remote.present()?.fields;
            away.iter().any(|(field, out)| *out && differs(seen, field)).then_some(provider)
        })
    }

    /// Takes out of sight what is left out.
    pub(super) fn mask(&self, subject: &mut Subject) {
        let away = self.kept_away(subject);
        subject.state.sides.values_mut().flatten().for_each(|side| leave_out(side, &away));
        for provider in Provider::ALL {
            let Some(tie) = &subject.ties[provider] else { continue };
            match self.left_out.get(&(provider, tie.external_id.clone())) {
                None => {}
                Some(Out::Place) => {
                    subject.state.sides[provider] = None;
                    if tie.new.is_some() {
                        subject.ties[provider] = None;
                    }
                }
                Some(Out::Fields(out)) => {
                    subject.state.sides[provider].iter_mut().for_each(|side| leave_out(side, out))
                }
            }
        }
    }

    /// What the person chose for this title in the place of what would be merged.
    pub(super) fn wishes(&self, subject: &Subject) -> Option<Box<Wishes>> {
        let mut all: Option<Box<Wishes>> = None;
        for work in subject.works() {
            let Some(wishes) = self.wishes.get(&work) else { continue };
            let all = all.get_or_insert_with(|| Box::new(Wishes { fields: Fields::new(), at: wishes.at }));
            wishes.fields.iter().for_each(|(field, value)| all.fields.set(field, value.clone()));
            all.at = all.at.min(wishes.at);
        }
        all
    }

    /// The rows that a title comes to now, to wait again since they are not what was accepted. What was left out stays so: it
    /// was out of sight when they were made, and would come as something new after the next approval.
    pub(super) fn differing(&self, subject: &Subject, now: Time) -> Vec<WaitingRow> {
        let planned = subject.shown(subject.plan.rows(&subject.state));
        let mut rows: Vec<WaitingRow> =
            planned.iter().map(|row| WaitingRow { changed_since: Some(now), ..row.into() }).collect();
        let works: HashSet<WorkId> = subject.works().collect();
        for out in self.set_aside.iter().filter(|out| works.contains(&(out.provider, out.external_id.clone()))) {
            match rows.iter_mut().find(|row| row.name() == out.name()) {
                Some(row) => row.leave_out_too(out),
                None => rows.push(out.clone()),
            }
        }
        rows
    }

    /// The rows that were accepted of a title.
    pub(super) fn of_title<'a>(&'a self, subject: &Subject) -> Vec<(RowName, &'a Vec<Change>)> {
        let works = subject.works().collect::<Vec<_>>();
        let names = works.iter().flat_map(|(provider, id)| Action::ALL.map(|action| (*provider, id.clone(), action)));
        names.filter_map(|name| self.rows.get(&name).map(|changes| (name, changes))).collect()
    }

    /// Whether what would happen to a title is what was accepted, exactly. What the person's own values lead to is accepted
    /// with them.
    pub(super) fn verdict(&self, subject: &Subject) -> Verdict {
        let planned = subject.shown(subject.plan.rows(&subject.state));
        let accepted = self.of_title(subject);
        let wishes = subject.wishes.as_deref();
        let own: Vec<Field> = wishes.iter().flat_map(|wishes| wishes.fields.iter()).map(|(field, _)| field).collect();
        let wanted = fulfilled(subject, wishes);
        let now: HashMap<RowName, Vec<Change>> = planned.iter().map(|row| (row.name(), row.changes())).collect();
        let now = without_own(now, &own);
        let then = accepted.iter().map(|(name, changes)| (name.clone(), (*changes).clone())).collect();
        match now == without_own(then, &own) && wanted {
            true => Verdict::Stands,
            false if planned.is_empty() => Verdict::Gone,
            false => Verdict::Differs,
        }
    }
}

impl WaitingRow {
    /// Adds what was left out of it, but for fields that it is about by itself.
    fn leave_out_too(&mut self, out: &Self) {
        let fields = out.fields.iter().filter(|one| self.fields.iter().all(|own| own.field != one.field));
        let fields: Vec<WaitingField> = fields.cloned().collect();
        self.fields.extend(fields);
        self.fields.sort_by_key(|one| one.field);
    }
}

/// Whether another row of the same title waits further.
fn waits_with(row: &WaitingRow, other: &WaitingRow, only: &[usize]) -> bool {
    !only.is_empty() && other.work == row.work && !only.contains(&other.row)
}

/// What was left out of a row: it stays out while other rows of its title wait.
fn left_out_of(row: &WaitingRow) -> Option<WaitingRow> {
    let fields: Vec<WaitingField> = row.fields.iter().filter(|one| one.skipped).cloned().collect();
    (row.skipped || !fields.is_empty()).then(|| WaitingRow { fields, skipped: true, ..row.clone() })
}

/// Whether the library would hold what the person chose.
fn fulfilled(subject: &Subject, wishes: Option<&Wishes>) -> bool {
    let Some(wishes) = wishes else { return true };
    let local = subject.plan.merged.local.present();
    local.is_some_and(|(entry, _)| wishes.fields.iter().all(|(field, value)| entry.get(field) == *value))
}

/// Rows without these fields; one that changes nothing else is none.
fn without_own(rows: HashMap<RowName, Vec<Change>>, own: &[Field]) -> HashMap<RowName, Vec<Change>> {
    if own.is_empty() {
        return rows;
    }
    let rest = |((provider, id, action), mut changes): (RowName, Vec<Change>)| {
        changes.retain(|(field, ..)| !own.contains(field));
        let is_nothing = changes.is_empty() && matches!(action, Action::Pull | Action::Push);
        (!is_nothing).then_some(((provider, id, action), changes))
    };
    rows.into_iter().filter_map(rest).collect()
}

fn leave_out(side: &mut Side, out: &LeftOut) {
    out.iter().filter(|(_, out)| **out).for_each(|(field, _)| side.left_out[field] = true);
}
