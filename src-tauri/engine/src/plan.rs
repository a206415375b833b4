//! The plan that waits for a person: what the first sync of an integration, or one that the guard stopped, would do. It is
//! looked at, decided row by row and field by field, and applied: exactly what was accepted, and nothing else.

mod decide;
mod never;
mod take_back;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use kuroibara_core::{Provider, RunId};
use serde::Serialize;

pub use crate::sync::waiting::{WaitingField, WaitingRow, Wish};
pub use decide::{Part, PlanDecision, Verdict};
pub use never::NeverView;

use crate::{
    Engine,
    error::EngineError,
    sync::{
        Order,
        accept::Accepted,
        report::{ProviderReport, Report, Strategy, Waits},
    },
};

/// A plan that waits.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct WaitingPlan {
    /// The run that made it. Another one made means that it has changed.
    pub run_id: RunId,
    /// Whether it was made from whole lists.
    pub full: bool,
    /// Why it waits, by provider.
    pub waits: BTreeMap<Provider, Waits>,
    /// How many of the things that were said of it can be taken back.
    pub said: usize,
    /// Its rows, numbered from 1.
    pub rows: Vec<WaitingRow>,
}

impl Engine {
    /// The plan that waits; none if nothing does.
    pub async fn waiting_plan(&self) -> Result<Option<WaitingPlan>, EngineError> {
        let Some(run) = self.db.waiting_plan().await? else { return Ok(None) };
        let rows = WaitingRow::read(run.plan)
            .map_err(|_| EngineError::Refused("the plan that waits was made by another version: sync again".into()))?;
        let full = run.strategy == Strategy::Full.as_str();
        let said = self.said(run.id).await?.len();
        Ok(Some(WaitingPlan { run_id: run.id, full, waits: waits(run.report), said, rows }))
    }

    /// The plan that waits, if it is still the one of `run`; without one, whichever waits.
    async fn plan_of(&self, run: Option<RunId>) -> Result<WaitingPlan, EngineError> {
        let plan = self.waiting_plan().await?.ok_or(EngineError::NoPlan)?;
        if run.is_none_or(|run| run == plan.run_id) { Ok(plan) } else { Err(EngineError::PlanReplaced) }
    }

    /// Carries the plan out: all of it but what was left out, or only these rows. Lists are read again first: a title of
    /// which the plan is no longer as it was shown is left as it is, and waits again. With `run`, only if that is still
    /// the plan that waits.
    pub async fn plan_apply(&self, run: Option<RunId>, rows: &[usize]) -> Result<Report, EngineError> {
        self.sync(&self.plan_order(run, rows).await?).await
    }

    /// The sync that carries out the plan, or only these rows of it.
    pub async fn plan_order(&self, run: Option<RunId>, rows: &[usize]) -> Result<Order, EngineError> {
        let plan = self.plan_of(run).await?;
        if let Some(unknown) = rows.iter().find(|row| !(1..=plan.rows.len()).contains(row)) {
            return Err(plan.has_no(*unknown));
        }
        self.refuse_the_never(&plan, rows).await?;
        let providers: BTreeSet<Provider> = plan.rows.iter().map(|row| row.provider).collect();
        let accepted = Some(Arc::new(Accepted::of(&plan.rows, rows)));
        let providers = providers.into_iter().collect();
        Ok(Order { providers, full: plan.full, approved: true, accepted, ..Order::default() })
    }

    /// A row that was left out and is named all the same is meant whole, but not against the person's own “never”.
    async fn refuse_the_never(&self, plan: &WaitingPlan, named: &[usize]) -> Result<(), EngineError> {
        let ignored = self.db.ignored().await?;
        let is_never =
            |row: &&WaitingRow| row.skipped && named.contains(&row.row) && !row.nevers(Part::Row, &ignored).is_empty();
        let Some(never) = plan.rows.iter().find(is_never) else { return Ok(()) };
        let (row, title) = (never.row, &never.title);
        let text = format!("you said that row {row} ({title}) is never synced. `plan accept {row}` takes that back");
        Err(EngineError::Refused(text))
    }
}

impl WaitingPlan {
    fn has_no(&self, row: usize) -> EngineError {
        EngineError::Refused(format!("the plan has {} rows, and {row} is none of them. See `plan`", self.rows.len()))
    }
}

/// Why each provider's part waits, from the report of the run.
fn waits(report: Option<serde_json::Value>) -> BTreeMap<Provider, Waits> {
    let providers = report.and_then(|mut report| report.get_mut("providers").map(serde_json::Value::take));
    let told = providers.and_then(|told| serde_json::from_value::<BTreeMap<Provider, ProviderReport>>(told).ok());
    told.into_iter().flatten().filter_map(|(provider, one)| Some((provider, one.waits?))).collect()
}
