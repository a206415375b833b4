//! Push and settle: plans and sends until nothing is left to send.

use std::collections::HashSet;

use futures::future::join_all;
use kuroibara_core::{MangaId, Provider};

use super::{
    carry::ROUNDS,
    course::Course,
    report::{ProviderReport, ProviderStatus},
    retrieve::Retrieved,
    run::Run,
    send,
    subject::Subject,
    survey::stored,
};
use crate::error::EngineError;

impl Course<'_> {
    /// Plans and sends until nothing is left: what was stored is the truth, so a crash between two rounds loses nothing.
    pub(super) async fn settle(&mut self, mut touched: HashSet<MangaId>) -> Result<(), EngineError> {
        let mut stopped: HashSet<Provider> = HashSet::new();
        for _ in 0..ROUNDS {
            if touched.is_empty() {
                break;
            }
            let subjects = stored(&self.field(), &touched).await?;
            let stale = self.run.store(&subjects, false).await?;
            let ready: HashSet<MangaId> = touched.difference(&stale).copied().collect();
            // The versions have moved with what was just stored.
            let subjects = stored(&self.field(), &ready).await?;
            touched = stale;
            touched.extend(self.send_all(&subjects, &mut stopped).await?);
        }
        Ok(())
    }

    /// Sends to all providers at the same time.
    async fn send_all(
        &mut self,
        subjects: &[Subject],
        stopped: &mut HashSet<Provider>,
    ) -> Result<HashSet<MangaId>, EngineError> {
        let (run, policy) = (self.run, &self.policy);
        let sendings = self.retrieved.iter_mut().filter(|(provider, _)| !stopped.contains(provider)).filter_map(
            |(provider, one)| {
                let one = one.as_mut()?;
                Some(async move {
                    snapshot(run, one, subjects).await?;
                    let mut sent = ProviderReport::default();
                    let touched = send::send(run, one, subjects, policy, &mut sent).await?;
                    Ok::<_, EngineError>((provider, sent, touched))
                })
            },
        );
        let mut touched = HashSet::new();
        for outcome in join_all(sendings).await {
            let (provider, sent, manga) = outcome?;
            // A provider with problems is not asked again in this run: the queue knows when to try.
            if !sent.errors.is_empty() {
                stopped.insert(provider);
            }
            touched.extend(manga);
            let entry = self.reports.entry(provider).or_default();
            add(entry, sent);
        }
        Ok(touched)
    }
}

/// Keeps what each list held before the first write of this run.
async fn snapshot(run: &Run<'_>, retrieved: &mut Retrieved, subjects: &[Subject]) -> Result<(), EngineError> {
    let provider = retrieved.integration.provider;
    if retrieved.snapshot_taken || !subjects.iter().any(|subject| subject.writes_to(provider)) {
        return Ok(());
    }
    let now = run.engine.clock.now();
    run.engine.db.take_snapshot(run.id, retrieved.integration.id, now).await?;
    retrieved.snapshot_taken = true;
    Ok(())
}

fn add(report: &mut ProviderReport, sent: ProviderReport) {
    report.pushed += sent.pushed;
    report.created_remote += sent.created_remote;
    report.removed += sent.removed;
    if !sent.errors.is_empty() && report.status == ProviderStatus::Success {
        let only_signed_out = sent.errors.iter().all(|problem| problem.code == "sign_in_again");
        report.status = if only_signed_out { ProviderStatus::SignInAgain } else { ProviderStatus::Partial };
    }
    report.errors.extend(sent.errors);
}
