//! One run from its first request to its last acknowledged write.

use std::collections::HashSet;

use kuroibara_core::{MangaId, Provider, RunId, Time, identify::WorkId};

use super::{
    Order,
    apply::Pen,
    course::Course,
    lease::Lease,
    report::Report,
    retrieve::Retrieved,
    row_key,
    subject::{Subject, Tie},
};
use crate::{
    Engine,
    error::EngineError,
    events::Event,
    http::Http,
    store::{Batch, IntegrationChange, ListingRead, MangaChange},
};

/// Manga per transaction: enough to be fast, few enough to let edits in between.
const PER_TRANSACTION: usize = 500;

/// One run.
pub(super) struct Run<'a> {
    pub(super) engine: &'a Engine,
    pub(super) id: RunId,
    pub(super) lease: &'a Lease,
    pub(super) http: Http,
    pub(super) order: &'a Order,
    pub(super) began_at: Time,
    /// Works that the person said are never to be synced.
    pub(super) ignored: HashSet<WorkId>,
}

/// Carries `order` out.
#[tracing::instrument(skip_all, fields(run))]
pub(super) async fn run(engine: &Engine, order: &Order, lease: &Lease) -> Result<Report, EngineError> {
    let began_at = engine.clock.now();
    let id = RunId(engine.db.new_id(began_at));
    tracing::Span::current().record("run", tracing::field::display(id));
    let ignored = engine.db.ignored().await?.into_iter().filter(|one| one.field.is_none());
    let ignored = ignored.map(|one| (one.provider, one.external_id)).collect();
    let run = Run { engine, id, lease, http: engine.http.fenced(lease.fence()), order, began_at, ignored };
    engine.tell(Event::Started { run_id: id });
    run.begin().await?;
    let result = run.steps().await;
    run.finish(&result).await?;
    let applied = result.as_ref().is_ok_and(|report| report.applied);
    engine.tell(Event::Finished { run_id: id, applied });
    result
}

impl Run<'_> {
    async fn steps(&self) -> Result<Report, EngineError> {
        let mut course = Course::begin(self).await?;
        let strategy = course.strategy();
        let mut everything = course.plan().await?;
        let plan = std::mem::take(&mut everything.tally.rows);
        let ready = course.ready(&everything.tally).await?;
        if !self.order.dry_run {
            course.carry_out(everything.agenda, ready).await?;
        }
        let mut providers = course.reports;
        for (provider, report) in &mut providers {
            report.requests = self.http.counters().get(*provider);
            let status = report.status;
            self.engine.tell(Event::ProviderDone { run_id: self.id, provider: *provider, status });
        }
        Ok(Report { run_id: self.id, strategy, applied: !self.order.dry_run, providers, plan })
    }

    /// Stores what the plans change here. Manga that somebody edited meanwhile come back, to be planned again.
    pub(super) async fn store(&self, subjects: &[Subject], relisted: bool) -> Result<HashSet<MangaId>, EngineError> {
        let pen = self.pen(relisted);
        let now = pen.now;
        let (mut rest, mut stale) = (subjects.iter(), HashSet::new());
        loop {
            // Made only now: all changes of a first import at once would take more memory than what they are made of.
            let changes = rest.by_ref().filter_map(|subject| pen.change(subject));
            let manga: Vec<MangaChange> = changes.take(PER_TRANSACTION).collect();
            if manga.is_empty() {
                return Ok(stale);
            }
            let fence = Some(self.lease.proof());
            let batch = Batch { at: now, fence, manga: &manga, integrations: &[], whole: false };
            stale.extend(self.engine.db.commit(&batch).await?.stale);
            self.engine.tell(Event::LibraryChanged);
        }
    }

    /// Writes down what happens now. `relisted`: see [`Pen::relisted`].
    pub(super) fn pen(&self, relisted: bool) -> Pen<'_> {
        Pen { db: &self.engine.db, run: self.id, now: self.engine.clock.now(), relisted }
    }

    /// Whether the person leaves this out.
    pub(super) fn is_skipped(&self, subject: &Subject) -> bool {
        let skipped = &self.order.skipped;
        let key = |(provider, tie): (Provider, &Option<Box<Tie>>)| {
            tie.as_ref().is_some_and(|tie| skipped.contains(&row_key(provider, &tie.external_id)))
        };
        !skipped.is_empty() && subject.ties.iter().any(key)
    }

    /// The cursors move only when everything that was listed is stored.
    pub(super) async fn store_listings(&self, retrieved: impl Iterator<Item = &Retrieved>) -> Result<(), EngineError> {
        let now = self.engine.clock.now();
        let integrations: Vec<IntegrationChange> = retrieved.map(|one| self.listing(one, now)).collect();
        let batch =
            Batch { at: now, fence: Some(self.lease.proof()), manga: &[], integrations: &integrations, whole: false };
        self.engine.db.commit(&batch).await?;
        Ok(())
    }

    fn listing(&self, one: &Retrieved, now: Time) -> IntegrationChange {
        let newest = one.listing.entries.iter().map(|listed| listed.entry.updated_at).max();
        // An empty first listing gets a cursor as well, else every run would be a full one.
        let cursor = newest.or_else(|| one.integration.list_cursor.is_none().then(|| one.began_at + one.clock_ahead()));
        let listing = ListingRead {
            read_at: one.began_at,
            cursor,
            full: one.full,
            total: one.listing.total,
            clock_ahead: one.clock_ahead(),
        };
        let approved_at = one.integration.approved_at.is_none().then_some(now);
        IntegrationChange { listing: Some(listing), approved_at, ..IntegrationChange::of(one.integration.id) }
    }

    /// Seconds until `total` entries are sent at the pace of those `done`.
    pub(super) fn seconds_left(&self, _provider: Provider, done: usize, total: usize) -> Option<u64> {
        let spent = (self.engine.clock.now() - self.began_at).num_seconds().max(0) as u64;
        (done > 0).then(|| spent * (total - done) as u64 / done as u64)
    }
}
