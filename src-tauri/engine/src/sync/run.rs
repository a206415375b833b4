//! One run from its first request to its last acknowledged write.

use std::collections::HashSet;

use kuroibara_core::{MangaId, Provider, RunId, Time};

use super::{
    Order,
    accept::Verdict,
    apply::Pen,
    course::Course,
    lease::Lease,
    report::{PlanRow, Report},
    retrieve::Retrieved,
    subject::Subject,
    waiting::{WaitingRow, renewed, without},
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
}

/// Carries `order` out.
#[tracing::instrument(skip_all, fields(run))]
pub(super) async fn run(engine: &Engine, order: &Order, lease: &Lease) -> Result<Report, EngineError> {
    let began_at = engine.clock.now();
    let id = RunId(engine.db.new_id(began_at));
    tracing::Span::current().record("run", tracing::field::display(id));
    let http = engine.http.fenced(lease.fence());
    let http = if order.trigger.knocks() { http.knocking() } else { http };
    let run = Run { engine, id, lease, http, order, began_at };
    engine.tell(Event::Started { run_id: id });
    run.begin().await?;
    let result = run.steps().await;
    run.finish(&result).await?;
    let result = result.map(|(report, _)| report);
    let applied = result.as_ref().is_ok_and(|report| report.applied);
    engine.tell(Event::Finished { run_id: id, applied });
    result
}

impl Run<'_> {
    /// What was done, and what waits for a person.
    async fn steps(&self) -> Result<(Report, Option<Vec<WaitingRow>>), EngineError> {
        let mut course = Course::begin(self).await?;
        let strategy = course.strategy();
        let mut everything = course.plan().await?;
        let plan = std::mem::take(&mut everything.tally.rows);
        let ready = course.ready(&everything.tally).await?;
        let mut waiting = None;
        if !self.order.dry_run {
            let doubtful = everything.agenda.doubts.iter().flat_map(|doubt| doubt.works.iter().cloned()).collect();
            waiting = course.carry_out(everything.agenda, &plan, ready).await?;
            let is_new = course.reports.values().any(|report| report.created_local > 0);
            if is_new || self.engine.wants_matching().await? {
                self.engine.match_titles(self.id, self.began_at, &doubtful).await?;
            }
        }
        let open = self.engine.db.open_conflict_ids().await?.len();
        // What waits for approval asks nothing yet.
        let questions = if self.order.dry_run { everything.tally.questions_of(open) } else { open };
        let queues = self.engine.db.queues().await?;
        let mut providers = course.reports;
        for (provider, report) in &mut providers {
            report.requests = self.http.counters().get(*provider);
            report.refused = queues[*provider].as_ref().map_or(0, |queue| queue.refused as usize);
            let status = report.status;
            self.engine.tell(Event::ProviderDone { run_id: self.id, provider: *provider, status });
        }
        Ok((Report { run_id: self.id, strategy, applied: !self.order.dry_run, questions, providers, plan }, waiting))
    }

    /// What of the rows `planned` waits, when these are `done`: with what was said of them before, and marked where they are
    /// no longer as they were shown.
    pub(super) async fn waiting(&self, planned: &[PlanRow], done: &[PlanRow]) -> Result<Vec<WaitingRow>, EngineError> {
        let shown = self.engine.db.waiting_plan().await?.and_then(|run| WaitingRow::read(run.plan).ok());
        Ok(renewed(&without(planned.to_vec(), done), &shown.unwrap_or_default(), self.engine.clock.now()))
    }

    /// What of an accepted plan waits further: what was not asked for, and what is no longer as it was accepted.
    pub(super) fn rest(&self, differing: Vec<WaitingRow>) -> Option<Vec<WaitingRow>> {
        let rest = self.order.accepted.iter().flat_map(|accepted| accepted.rest.iter().cloned());
        let is_new = |row: &WaitingRow| differing.iter().all(|new| new.name() != row.name());
        let rest: Vec<WaitingRow> = rest.filter(is_new).collect();
        let rest: Vec<WaitingRow> = rest.into_iter().chain(differing).collect();
        (!rest.is_empty()).then_some(rest)
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

    /// Whether what would happen to a title is what was accepted, or nothing.
    pub(super) fn goes_ahead(&self, subject: &Subject) -> bool {
        self.verdict(subject) != Verdict::Differs
    }

    pub(super) fn verdict(&self, subject: &Subject) -> Verdict {
        self.order.accepted.as_ref().map_or(Verdict::Stands, |accepted| accepted.verdict(subject))
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
