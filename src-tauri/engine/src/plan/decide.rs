//! What a person says of a plan that waits: not this time, never, or another value; of a row, a group of fields or one
//! field. What hangs on a change that is left out is left out with it.

use std::collections::HashSet;

use kuroibara_core::{Field, Fields, Group, Origin, RunId, Time, plan::Action};
use serde::Deserialize;

use super::{WaitingPlan, WaitingRow, Wish, take_back::Before};
use crate::{Engine, error::EngineError, store::Ignored};

/// What a person says of a part of a plan.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PlanDecision {
    /// The rows' numbers.
    pub rows: Vec<usize>,
    /// Which part of each.
    pub part: Part,
    /// What becomes of it.
    pub verdict: Verdict,
}

/// A part of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// All of it.
    Row,
    /// The fields of a group.
    Group(Group),
    /// One field.
    Field(Field),
}

/// What becomes of a part of a plan.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is applied with the plan, as it was proposed. A “never” that would keep it out is taken back.
    Accept,
    /// It is left out this time; the next sync proposes it again.
    Skip,
    /// It is left out for ever, of this title at this provider.
    Never,
    /// This value takes its place, everywhere. Only for one field.
    Value(#[cfg_attr(feature = "specta", specta(type = kuroibara_core::Value))] serde_json::Value),
}

impl Engine {
    /// Decides on a part of the plan that waits. With `run`, only if that is still the plan: its rows may have changed.
    pub async fn plan_decide(&self, run: Option<RunId>, said: &PlanDecision) -> Result<WaitingPlan, EngineError> {
        let mut plan = self.plan_of(run).await?;
        let (then, now) = (plan.rows.clone(), self.clock.now());
        for row in &said.rows {
            plan.decide(*row, said, now)?;
        }
        let (mut nevers, mut allowed) = (Vec::new(), Vec::new());
        match said.verdict {
            Verdict::Never => nevers = self.never(&plan, said, now).await?,
            Verdict::Accept | Verdict::Value(_) => allowed = self.no_longer_never(&plan, said).await?,
            Verdict::Skip => {}
        }
        let mut earlier = self.said(plan.run_id).await?;
        earlier.extend(Before::of(&then, &plan.rows, nevers, allowed));
        self.keep_plan(plan, &earlier).await
    }

    /// Says what is kept out of every sync by this that was not before.
    async fn never(&self, plan: &WaitingPlan, said: &PlanDecision, now: Time) -> Result<Vec<Ignored>, EngineError> {
        let before = self.db.ignored().await?;
        let mut new = Vec::new();
        for row in said.rows.iter().filter_map(|row| plan.rows.get(row - 1)) {
            let (provider, external_id) = (row.provider, &row.external_id);
            let what = |field| Ignored { provider, external_id: external_id.clone(), field };
            let what: Vec<Ignored> = match said.part {
                Part::Row => vec![what(None)],
                Part::Group(_) | Part::Field(_) => {
                    let fields = row.fields.iter().map(|one| one.field).filter(|field| said.part.holds(*field));
                    fields.map(|field| what(Some(field))).collect()
                }
            };
            self.db.ignore(&what, &row.title, now).await?;
            new.extend(what.into_iter().filter(|one| !before.contains(one)));
        }
        Ok(new)
    }

    /// Takes back what keeps this out of every sync: else what was accepted could not be what happens.
    async fn no_longer_never(&self, plan: &WaitingPlan, said: &PlanDecision) -> Result<Vec<Ignored>, EngineError> {
        let before = self.db.ignored().await?;
        let rows = said.rows.iter().filter_map(|row| plan.rows.get(row - 1));
        let allowed: Vec<Ignored> = rows.flat_map(|row| row.nevers(said.part, &before)).collect();
        for one in &allowed {
            self.db.stop_ignoring(one).await?;
        }
        Ok(allowed)
    }
}

impl Part {
    fn holds(self, field: Field) -> bool {
        match self {
            Self::Row => true,
            Self::Group(group) => field.group() == group,
            Self::Field(one) => field == one,
        }
    }
}

/// A change that others may hang on: a field as somebody set it.
type Cause = (Field, Origin, Time);

impl WaitingPlan {
    fn decide(&mut self, row: usize, said: &PlanDecision, now: Time) -> Result<(), EngineError> {
        let place = row.checked_sub(1).filter(|place| *place < self.rows.len()).ok_or_else(|| self.has_no(row))?;
        let fields: Vec<Field> =
            self.rows[place].fields.iter().map(|one| one.field).filter(|field| said.part.holds(*field)).collect();
        if fields.is_empty() && said.part != Part::Row {
            return Err(EngineError::BadInput(format!("row {row} does not change that. See `plan`")));
        }
        match &said.verdict {
            Verdict::Skip | Verdict::Never => self.leave_out(place, said.part, &fields),
            Verdict::Accept => {
                self.take_in(place, said.part, &fields);
                Ok(())
            }
            Verdict::Value(value) => self.wish(place, said.part, value, now),
        }
    }

    fn leave_out(&mut self, place: usize, part: Part, fields: &[Field]) -> Result<(), EngineError> {
        let row = &mut self.rows[place];
        let causes = row.causes(fields);
        if part == Part::Row {
            row.skipped = true;
        } else if !row.is_of_fields() && fields.contains(&Field::Status) {
            let text = "an entry can't be without a status: leave the whole row out";
            return Err(EngineError::BadInput(text.into()));
        }
        row.fields.iter_mut().filter(|one| fields.contains(&one.field)).for_each(|one| one.skipped = true);
        row.settle();
        let (work, provider, action, comes_in) = (row.work.clone(), row.provider, row.action, row.comes_in());
        let whole = part == Part::Row && action == Action::CreateLocal;
        for other in self.rows.iter_mut().filter(|other| other.work == work) {
            // Without its entry nothing of a title happens; without a link nothing happens there.
            let hangs_on = whole || part == Part::Row && action == Action::Link && other.provider == provider;
            if hangs_on {
                other.skipped = true;
                other.fields.iter_mut().for_each(|one| one.skipped = true);
            } else if comes_in && sends(other.action) {
                other.mark(&causes, true);
            }
        }
        Ok(())
    }

    fn take_in(&mut self, place: usize, part: Part, fields: &[Field]) {
        let row = &mut self.rows[place];
        row.skipped = false;
        for one in row.fields.iter_mut().filter(|one| part == Part::Row || fields.contains(&one.field)) {
            (one.skipped, one.wish) = (false, None);
        }
        row.settle();
        let (causes, work, action) = (row.causes(fields), row.work.clone(), row.action);
        for other in self.rows.iter_mut().filter(|other| other.work == work) {
            if sends(action) && other.comes_in() {
                other.mark(&causes, false);
            }
            // Nothing of a title happens without its entry.
            if other.action == Action::CreateLocal && other.skipped {
                other.skipped = false;
                other.fields.iter_mut().for_each(|one| one.skipped = false);
            }
        }
    }

    /// The person's own value goes everywhere, so each row of the title that is about the same change takes it.
    fn wish(&mut self, place: usize, part: Part, value: &serde_json::Value, at: Time) -> Result<(), EngineError> {
        let Part::Field(field) = part else {
            return Err(EngineError::BadInput("a value is chosen for one field".into()));
        };
        let told = serde_json::from_value::<Fields>(serde_json::json!({ field.as_str(): value }));
        let value = told.ok().and_then(|fields| serde_json::to_value(fields.get(field)?).ok());
        let value = value.ok_or_else(|| EngineError::BadInput(format!("that is no value of {}", field.as_str())))?;
        self.take_in(place, part, &[field]);
        let (causes, work) = (self.rows[place].causes(&[field]), self.rows[place].work.clone());
        for row in self.rows.iter_mut().filter(|row| row.work == work) {
            for one in row.fields.iter_mut().filter(|one| causes.contains(&(one.field, one.origin, one.at))) {
                one.wish = Some(Wish { value: value.clone(), at });
            }
        }
        Ok(())
    }
}

fn sends(action: Action) -> bool {
    matches!(action, Action::Push | Action::CreateRemote)
}

impl WaitingRow {
    /// What keeps this part of it out of every sync.
    pub(super) fn nevers(&self, part: Part, ignored: &HashSet<Ignored>) -> Vec<Ignored> {
        let (provider, external_id) = (self.provider, &self.external_id);
        let fields = self.fields.iter().map(|one| one.field).filter(|field| part.holds(*field)).map(Some);
        let what = |field| Ignored { provider, external_id: external_id.clone(), field };
        fields.chain([None]).map(what).filter(|one| ignored.contains(one)).collect()
    }

    fn causes(&self, fields: &[Field]) -> Vec<Cause> {
        let causes = self.fields.iter().filter(|one| fields.contains(&one.field));
        causes.map(|one| (one.field, one.origin, one.at)).collect()
    }

    /// Leaves out, or takes in again, the fields that stem from these changes. An entry is never without its status.
    fn mark(&mut self, causes: &[Cause], skipped: bool) {
        let is_own = self.is_of_fields();
        for one in self.fields.iter_mut().filter(|one| causes.contains(&(one.field, one.origin, one.at))) {
            one.skipped = skipped && (is_own || one.field != Field::Status);
        }
        self.settle();
    }

    /// A row of fields is left out when all of them are.
    fn settle(&mut self) {
        if self.is_of_fields() {
            self.skipped = self.fields.iter().all(|one| one.skipped);
        }
    }
}
