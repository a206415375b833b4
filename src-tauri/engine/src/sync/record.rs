//! What is written down of a run: that it began, how it ended, and the plan that waits.

use std::collections::BTreeMap;

use kuroibara_core::Provider;

use super::{
    report::{ProviderReport, ProviderStatus, Report, Strategy},
    run::Run,
    waiting::{WaitingRow, is_same},
};
use crate::{
    edit::to_json,
    error::EngineError,
    store::{NewRun, PlanChange},
};

impl Run<'_> {
    /// Writes down that the run begins. A dry run leaves no trace.
    pub(super) async fn begin(&self) -> Result<(), EngineError> {
        if self.order.dry_run {
            return Ok(());
        }
        let strategy = if self.order.full { Strategy::Full } else { Strategy::Incremental };
        let (strategy, trigger) = (strategy.as_str().to_owned(), self.order.trigger.as_str().to_owned());
        let new = NewRun { id: self.id, strategy, trigger, started_at: self.began_at };
        Ok(self.engine.db.begin_run(&new).await?)
    }

    /// Writes down how the run ended. A run that failed is never called a success.
    pub(super) async fn finish(
        &self,
        result: &Result<(Report, Option<Vec<WaitingRow>>), EngineError>,
    ) -> Result<(), EngineError> {
        if let Err(error) = self.engine.ledger.flush().await {
            tracing::warn!(%error, "the requests were not counted");
        }
        if self.order.dry_run {
            return Ok(());
        }
        let (db, now) = (&self.engine.db, self.engine.clock.now());
        match result {
            Ok((report, waiting)) => {
                let plan = self.plan_change(waiting.as_deref()).await?;
                let summary = to_json(&Summary { strategy: report.strategy, providers: &report.providers });
                let summary = summary.unwrap_or_default();
                let (strategy, status) = (Some(report.strategy.as_str()), overall(report).as_str());
                db.end_run(self.id, strategy, status, &summary, plan, now).await?;
                for (provider, one) in report.providers.iter().filter(|(_, one)| one.status != ProviderStatus::Skipped)
                {
                    db.note_synced(*provider, now, one.status.as_str()).await?;
                }
            }
            Err(error) => {
                let problem = serde_json::json!({ "error": { "code": error.code(), "message": error.to_string() } });
                db.end_run(self.id, None, ProviderStatus::Failed.as_str(), &problem, PlanChange::Keep, now).await?;
            }
        }
        Ok(())
    }
}

impl Run<'_> {
    /// What becomes of the plan that waits. One that comes to the same as before stays as it is, so that whoever looks at it
    /// can decide, and nobody is told twice.
    async fn plan_change(&self, waiting: Option<&[WaitingRow]>) -> Result<PlanChange, EngineError> {
        let Some(waiting) = waiting else {
            let is_all = self.order.providers.is_empty() || self.order.accepted.is_some();
            return Ok(if is_all { PlanChange::Settle } else { PlanChange::Keep });
        };
        let shown = self.engine.db.waiting_plan().await?.and_then(|run| WaitingRow::read(run.plan).ok());
        let is_known = self.order.accepted.is_none() && shown.is_some_and(|shown| is_same(waiting, &shown));
        Ok(match to_json(&waiting) {
            Some(plan) if !is_known => PlanChange::Wait(plan),
            Some(_) | None => PlanChange::Keep,
        })
    }
}

/// What is kept of a report: its rows are in the journal.
#[derive(serde::Serialize)]
struct Summary<'a> {
    strategy: Strategy,
    providers: &'a BTreeMap<Provider, ProviderReport>,
}

/// How the run went as a whole.
pub(crate) fn overall(report: &Report) -> ProviderStatus {
    let mut statuses: Vec<ProviderStatus> = report.providers.values().map(|one| one.status).collect();
    statuses.retain(|status| *status != ProviderStatus::Skipped);
    match statuses.first() {
        None => ProviderStatus::Skipped,
        Some(first) if statuses.iter().all(|status| status == first) => *first,
        Some(_) => ProviderStatus::Partial,
    }
}
