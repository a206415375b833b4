//! Taking back what was said of the plan that waits, the newest first: its rows are as they were before that was said.

use kuroibara_core::{ExternalId, Field, Provider, RunId};
use serde::{Deserialize, Serialize};

use super::{WaitingPlan, WaitingRow, Wish};
use crate::{Engine, error::EngineError, store::Ignored};

/// So many decisions are remembered.
const REMEMBERED: usize = 20;

/// What was there before a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Before {
    /// The rows that it changed.
    rows: Vec<RowBefore>,
    /// What it has since kept out of every sync.
    nevers: Vec<Kept>,
    /// What it let into the syncs again, and the title.
    #[serde(default)]
    allowed: Vec<(Kept, String)>,
}

/// Something that is kept out of every sync.
type Kept = (Provider, ExternalId, Option<Field>);

/// What was said of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct RowBefore {
    row: usize,
    skipped: bool,
    fields: Vec<(bool, Option<Wish>)>,
}

impl Engine {
    /// Takes back what was said last of the plan that waits. With `run`, only if that is still the plan.
    pub async fn plan_take_back(&self, run: Option<RunId>) -> Result<WaitingPlan, EngineError> {
        let mut plan = self.plan_of(run).await?;
        let mut said = self.said(plan.run_id).await?;
        let Some(last) = said.pop() else {
            return Err(EngineError::Refused("nothing that was said of this plan is left to take back".into()));
        };
        for (provider, external_id, field) in last.nevers {
            // Whoever allowed it meanwhile did the same.
            self.db.stop_ignoring(&Ignored { provider, external_id, field }).await?;
        }
        for ((provider, external_id, field), title) in last.allowed {
            let never = Ignored { provider, external_id, field };
            self.db.ignore(&[never], &title, self.clock.now()).await?;
        }
        last.rows.iter().for_each(|before| before.put_back(&mut plan));
        self.keep_plan(plan, &said).await
    }

    /// What was said of a plan, the newest last.
    pub(super) async fn said(&self, run: RunId) -> Result<Vec<Before>, EngineError> {
        let said = self.db.said_of_plan(run).await?;
        // What another version remembered can't be taken back, and that is all.
        Ok(said.and_then(|said| serde_json::from_value(said).ok()).unwrap_or_default())
    }

    /// Stores the plan as it is now decided.
    pub(super) async fn keep_plan(&self, mut plan: WaitingPlan, said: &[Before]) -> Result<WaitingPlan, EngineError> {
        let rows = serde_json::to_value(&plan.rows).unwrap_or_default();
        let newest = &said[said.len().saturating_sub(REMEMBERED)..];
        plan.said = newest.len();
        let said = serde_json::to_value(newest).unwrap_or_default();
        if self.db.replace_plan(plan.run_id, &rows, &said).await? { Ok(plan) } else { Err(EngineError::PlanReplaced) }
    }
}

impl Before {
    /// What a decision that made `now` of the rows `then` has to remember; none: it changed nothing.
    pub(super) fn of(
        then: &[WaitingRow],
        now: &[WaitingRow],
        nevers: Vec<Ignored>,
        allowed: Vec<Ignored>,
    ) -> Option<Self> {
        let changed = then.iter().zip(now).filter(|(then, now)| then != now);
        let rows: Vec<RowBefore> = changed.map(|(then, _)| RowBefore::of(then)).collect();
        let kept = |one: Ignored| (one.provider, one.external_id, one.field);
        let titled = |one: Ignored| {
            let of = |row: &&WaitingRow| (row.provider, &row.external_id) == (one.provider, &one.external_id);
            let title = then.iter().find(of).map(|row| row.title.clone());
            (kept(one), title.unwrap_or_default())
        };
        let allowed: Vec<_> = allowed.into_iter().map(titled).collect();
        let nevers: Vec<_> = nevers.into_iter().map(kept).collect();
        (!rows.is_empty() || !nevers.is_empty() || !allowed.is_empty()).then_some(Self { rows, nevers, allowed })
    }
}

impl RowBefore {
    fn of(row: &WaitingRow) -> Self {
        let fields = row.fields.iter().map(|one| (one.skipped, one.wish.clone())).collect();
        Self { row: row.row, skipped: row.skipped, fields }
    }

    fn put_back(&self, plan: &mut WaitingPlan) {
        let Some(row) = plan.rows.iter_mut().find(|row| row.row == self.row) else { return };
        row.skipped = self.skipped;
        for (one, (skipped, wish)) in row.fields.iter_mut().zip(&self.fields) {
            (one.skipped, one.wish) = (*skipped, wish.clone());
        }
    }
}
