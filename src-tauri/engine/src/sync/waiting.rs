//! A plan that waits for a person, as it is stored with its run: the intended changes, and what the person said of them.
//! Made anew, it keeps what was said, and marks what is no longer as it was shown. Pure.

use std::collections::HashMap;

use kuroibara_core::{
    ExternalId, Field, MangaId, Origin, Provider, Time,
    plan::{Action, FieldChange},
};
use serde::{Deserialize, Serialize};

use super::report::PlanRow;
use crate::{edit::to_json, store::Json};

/// One row of a plan that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct WaitingRow {
    /// Its number.
    #[serde(default)]
    pub row: usize,
    /// Whether it is left out when the plan is applied.
    #[serde(default)]
    pub skipped: bool,
    /// Since when it is other than the plan showed it before; none: it is as it was.
    #[serde(default)]
    pub changed_since: Option<Time>,
    /// The manga; none until it is in the library.
    pub manga_id: Option<MangaId>,
    /// Its title.
    pub title: String,
    /// Where it comes from or goes to.
    pub provider: Provider,
    /// The work's id there.
    pub external_id: ExternalId,
    /// One of the title's works, such as `anilist:30002`: rows with the same one are about the same title.
    pub work: String,
    /// What happens.
    pub action: Action,
    /// Who brought the entry or removed it, `user` or a provider; none where only fields change.
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub origin: Option<Origin>,
    /// When that was.
    pub at: Option<Time>,
    /// Field by field.
    pub fields: Vec<WaitingField>,
}

/// One field of a row that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct WaitingField {
    /// The field.
    pub field: Field,
    /// The value before; none: unknown, or not there yet.
    #[cfg_attr(feature = "specta", specta(type = Option<kuroibara_core::Value>))]
    pub before: Option<Json>,
    /// The value after.
    #[cfg_attr(feature = "specta", specta(type = Option<kuroibara_core::Value>))]
    pub after: Option<Json>,
    /// Who set it: `user` or a provider.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub origin: Origin,
    /// When it was set.
    pub at: Time,
    /// Whether a person brought it back then, by an undo or from a kept list.
    #[serde(default)]
    pub brought_back: bool,
    /// Whether it is left out when the plan is applied.
    #[serde(default)]
    pub skipped: bool,
    /// What the person chose instead of the value after, in the library's terms.
    #[serde(default)]
    pub wish: Option<Wish>,
}

/// A value that a person chose in a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Wish {
    /// The value.
    #[cfg_attr(feature = "specta", specta(type = kuroibara_core::Value))]
    pub value: Json,
    /// When it was chosen.
    pub at: Time,
}

/// What names a row of a plan from one run to the next.
pub(super) type RowName = (Provider, ExternalId, Action);

/// What a field of a row comes to.
pub(super) type Change = (Field, Option<Json>, Option<Json>);

impl WaitingRow {
    pub(super) fn name(&self) -> RowName {
        (self.provider, self.external_id.clone(), self.action)
    }

    /// The rows of a plan as they are stored, numbered from 1.
    pub(crate) fn read(stored: Option<Json>) -> Result<Vec<Self>, serde_json::Error> {
        let rows = stored.map(serde_json::from_value::<Vec<Self>>).transpose()?.unwrap_or_default();
        Ok(rows.into_iter().enumerate().map(|(n, row)| Self { row: n + 1, ..row }).collect())
    }

    /// What it comes to, whatever was said of it.
    fn changes(&self) -> Vec<Change> {
        self.fields.iter().map(|one| (one.field, one.before.clone(), one.after.clone())).collect()
    }

    /// Whether it brings something into the library.
    pub(crate) fn comes_in(&self) -> bool {
        matches!(self.action, Action::Pull | Action::CreateLocal)
    }

    /// Whether it changes nothing but fields of an entry that both sides have.
    pub(crate) fn is_of_fields(&self) -> bool {
        match self.action {
            Action::Pull | Action::Push => true,
            Action::CreateLocal | Action::CreateRemote | Action::RemoveLocal | Action::RemoveRemote | Action::Link => {
                false
            }
        }
    }
}

impl PlanRow {
    pub(super) fn name(&self) -> RowName {
        (self.provider, self.external_id.clone(), self.action)
    }

    pub(super) fn changes(&self) -> Vec<Change> {
        self.fields.iter().filter_map(change).collect()
    }
}

fn change(one: &FieldChange) -> Option<Change> {
    Some((Field::from_name(one.field)?, json(one.before.as_ref()), json(one.after.as_ref())))
}

fn json(value: Option<&kuroibara_core::Value>) -> Option<Json> {
    value.and_then(to_json)
}

impl From<&PlanRow> for WaitingRow {
    fn from(row: &PlanRow) -> Self {
        let field = |one: &FieldChange| {
            let (field, before, after) = change(one)?;
            let FieldChange { origin, at, brought_back, .. } = *one;
            Some(WaitingField { field, before, after, origin, at, brought_back, skipped: false, wish: None })
        };
        Self {
            row: 0,
            skipped: false,
            changed_since: None,
            manga_id: row.manga_id,
            title: row.title.clone(),
            provider: row.provider,
            external_id: row.external_id.clone(),
            work: row.work.clone(),
            action: row.action,
            origin: row.origin,
            at: row.at,
            fields: row.fields.iter().filter_map(field).collect(),
        }
    }
}

/// The rows of a plan that waits, made anew: what was said of them before still stands, and what is not as it was shown is
/// marked with `now`.
pub(super) fn renewed(planned: &[PlanRow], shown: &[WaitingRow], now: Time) -> Vec<WaitingRow> {
    let old: HashMap<RowName, &WaitingRow> = shown.iter().map(|row| (row.name(), row)).collect();
    let renew = |planned: &PlanRow| {
        let mut row = WaitingRow::from(planned);
        match old.get(&row.name()) {
            Some(old) => {
                row.changed_since = if row.changes() == old.changes() { old.changed_since } else { Some(now) };
                row.keep_what_was_said(old);
            }
            None => row.changed_since = (!shown.is_empty()).then_some(now),
        }
        row
    };
    planned.iter().map(renew).collect()
}

impl WaitingRow {
    /// What a person said of it in an earlier plan. A row that comes to something else is not left out unseen but for the
    /// fields of which that was said.
    fn keep_what_was_said(&mut self, old: &Self) {
        for one in &mut self.fields {
            let said = old.fields.iter().find(|said| said.field == one.field);
            one.skipped = said.is_some_and(|said| said.skipped);
            one.wish = said.and_then(|said| said.wish.clone());
        }
        let all = !self.fields.is_empty() && self.fields.iter().all(|one| one.skipped);
        self.skipped = if self.is_of_fields() { all } else { old.skipped };
    }
}

/// Whether two plans come to the same, whatever was said of them.
pub(super) fn is_same(made: &[WaitingRow], shown: &[WaitingRow]) -> bool {
    made.len() == shown.len()
        && made.iter().zip(shown).all(|(new, old)| new.name() == old.name() && new.changes() == old.changes())
}

/// What of `planned` is not among `done`.
pub(super) fn without(planned: Vec<PlanRow>, done: &[PlanRow]) -> Vec<PlanRow> {
    let done: HashMap<RowName, &PlanRow> = done.iter().map(|row| (row.name(), row)).collect();
    let rest = |mut row: PlanRow| {
        let Some(done) = done.get(&row.name()) else { return Some(row) };
        let is_done = |one: &FieldChange| {
            done.fields.iter().any(|d| (d.field, &d.before, &d.after) == (one.field, &one.before, &one.after))
        };
        row.fields.retain(|one| !is_done(one));
        (!row.fields.is_empty()).then_some(row)
    };
    planned.into_iter().filter_map(rest).collect()
}
