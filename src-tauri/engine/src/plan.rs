//! The plan that waits for a person: what the first sync of an integration, or one that the guard stopped, would do.

use std::collections::BTreeSet;

use kuroibara_core::{ExternalId, MangaId, Provider, RunId};
use serde::{Deserialize, Serialize};

use crate::{
    Engine,
    error::EngineError,
    store::Ignored,
    sync::{
        Order,
        report::{Report, Strategy},
        row_key,
    },
};

/// A plan that waits.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct WaitingPlan {
    /// The run that made it.
    pub run_id: RunId,
    /// Whether it was made from whole lists.
    pub full: bool,
    /// Its rows, numbered from 1.
    pub rows: Vec<WaitingRow>,
}

/// One row of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct WaitingRow {
    /// Its number.
    #[serde(default)]
    pub row: usize,
    /// Whether it is left out when the plan is applied.
    #[serde(default)]
    pub skipped: bool,
    /// The manga; none until it is in the library.
    pub manga_id: Option<MangaId>,
    /// Its title.
    pub title: String,
    /// Where it comes from or goes to.
    pub provider: Provider,
    /// The work's id there.
    pub external_id: ExternalId,
    /// What happens.
    #[cfg_attr(feature = "specta", specta(type = kuroibara_core::plan::Action))]
    pub action: String,
    /// Field by field.
    #[cfg_attr(feature = "specta", specta(type = Vec<kuroibara_core::plan::FieldChange>))]
    pub fields: serde_json::Value,
}

impl WaitingRow {
    fn key(&self) -> String {
        row_key(self.provider, &self.external_id)
    }
}

impl Engine {
    /// The plan that waits; none if nothing does.
    pub async fn waiting_plan(&self) -> Result<Option<WaitingPlan>, EngineError> {
        let Some(run) = self.db.waiting_plan().await? else { return Ok(None) };
        let rows = run.plan.map(serde_json::from_value::<Vec<WaitingRow>>).transpose();
        let rows = rows
            .map_err(|_| EngineError::Refused("the plan that waits was made by another version: sync again".into()))?;
        let numbered = rows.into_iter().flatten().enumerate().map(|(n, row)| WaitingRow { row: n + 1, ..row });
        let full = run.strategy == Strategy::Full.as_str();
        Ok(Some(WaitingPlan { run_id: run.id, full, rows: numbered.collect() }))
    }

    /// Leaves a title out of the plan that waits. The next sync proposes it again.
    pub async fn plan_skip(&self, row: usize) -> Result<WaitingPlan, EngineError> {
        let mut plan = self.plan_with(row).await?;
        let key = plan.rows[row - 1].key();
        plan.rows.iter_mut().filter(|row| row.key() == key).for_each(|row| row.skipped = true);
        let rows = serde_json::to_value(&plan.rows).unwrap_or_default();
        self.db.replace_plan(plan.run_id, &rows).await?;
        Ok(plan)
    }

    /// Never syncs this title with this provider again, and leaves it out of the plan.
    pub async fn plan_never(&self, row: usize) -> Result<WaitingPlan, EngineError> {
        let plan = self.plan_skip(row).await?;
        let WaitingRow { provider, external_id, .. } = plan.rows[row - 1].clone();
        self.db.ignore(&Ignored { provider, external_id, field: None }, self.clock.now()).await?;
        Ok(plan)
    }

    /// Carries the plan out: all of it but what was left out, or only these rows. Lists are read again first, so what
    /// changed meanwhile is taken into account; what is left out waits further.
    pub async fn plan_apply(&self, rows: &[usize]) -> Result<Report, EngineError> {
        let plan = self.waiting_plan().await?.ok_or_else(nothing_waits)?;
        if let Some(unknown) = rows.iter().find(|row| !(1..=plan.rows.len()).contains(row)) {
            return Err(no_such_row(*unknown, &plan));
        }
        let wanted = |row: &WaitingRow| if rows.is_empty() { !row.skipped } else { rows.contains(&row.row) };
        let applied: BTreeSet<String> = plan.rows.iter().filter(|row| wanted(row)).map(WaitingRow::key).collect();
        let skipped = plan.rows.iter().map(WaitingRow::key).filter(|key| !applied.contains(key)).collect();
        let providers: BTreeSet<Provider> = plan.rows.iter().map(|row| row.provider).collect();
        let providers = providers.into_iter().collect();
        let report =
            self.sync(&Order { providers, full: plan.full, approved: true, skipped, ..Order::default() }).await?;
        // What was not asked for waits further; what was left out of the whole is proposed again by the next sync.
        let rest: Vec<&WaitingRow> = plan.rows.iter().filter(|row| !applied.contains(&row.key())).collect();
        if rows.is_empty() || rest.is_empty() {
            self.db.settle_plan(plan.run_id).await?;
        } else {
            self.db.replace_plan(plan.run_id, &serde_json::to_value(&rest).unwrap_or_default()).await?;
        }
        Ok(report)
    }

    async fn plan_with(&self, row: usize) -> Result<WaitingPlan, EngineError> {
        let plan = self.waiting_plan().await?.ok_or_else(nothing_waits)?;
        if (1..=plan.rows.len()).contains(&row) { Ok(plan) } else { Err(no_such_row(row, &plan)) }
    }
}

fn nothing_waits() -> EngineError {
    EngineError::Refused("no plan waits. `sync` makes one when there is something to ask".into())
}

fn no_such_row(row: usize, plan: &WaitingPlan) -> EngineError {
    EngineError::Refused(format!("the plan has {} rows, and {row} is none of them. See `plan`", plan.rows.len()))
}
