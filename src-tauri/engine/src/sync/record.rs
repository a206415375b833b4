//! What is written down of a run: that it began, how it ended, and the plan that waits.

use std::collections::BTreeMap;

use kuroibara_core::Provider;

use super::{
    report::{ProviderReport, ProviderStatus, Report, Strategy},
    run::Run,
};
use crate::{edit::to_json, error::EngineError, store::NewRun};

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
    pub(super) async fn finish(&self, result: &Result<Report, EngineError>) -> Result<(), EngineError> {
        if let Err(error) = self.engine.ledger.flush().await {
            tracing::warn!(%error, "the requests were not counted");
        }
        if self.order.dry_run {
            return Ok(());
        }
        let (db, now) = (&self.engine.db, self.engine.clock.now());
        match result {
            Ok(report) => {
                let waiting = has_waiting(report).then(|| to_json(&report.plan)).flatten();
                let summary = to_json(&Summary { strategy: report.strategy, providers: &report.providers });
                let summary = summary.unwrap_or_default();
                if waiting.is_none() && self.order.providers.is_empty() {
                    db.settle_all_plans().await?;
                }
                db.end_run(
                    self.id,
                    Some(report.strategy.as_str()),
                    overall(report).as_str(),
                    &summary,
                    waiting.as_ref(),
                    now,
                )
                .await?;
                for (provider, one) in report.providers.iter().filter(|(_, one)| one.status != ProviderStatus::Skipped)
                {
                    db.note_synced(*provider, now, one.status.as_str()).await?;
                }
            }
            Err(error) => {
                let problem = serde_json::json!({ "error": { "code": error.code(), "message": error.to_string() } });
                db.end_run(self.id, None, ProviderStatus::Failed.as_str(), &problem, None, now).await?;
            }
        }
        Ok(())
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

fn has_waiting(report: &Report) -> bool {
    report.providers.values().any(|one| one.status == ProviderStatus::NeedsApproval)
}
