//! One run from its first request to its last acknowledged write.

use std::collections::{BTreeMap, HashSet};

use enum_map::EnumMap;
use futures::future::join_all;
use kuroibara_core::{MangaId, Policy, Provider, RunId, Time, identify::WorkId};

use super::{
    Order,
    apply::Pen,
    judge::{Waits, judge},
    lease::Lease,
    report::{PlanRow, Problem, ProviderReport, ProviderStatus, Report, Strategy},
    retrieve::{Missed, Retrieved, retrieve, tell_listing},
    row_key, send,
    subject::Subject,
    survey::{Field, Looks, Survey, Trouble, stored, survey},
};
use crate::{
    Engine,
    connect::SignIn,
    edit::to_json,
    error::EngineError,
    events::Event,
    http::Http,
    store::{Batch, IntegrationChange, ListingRead, MangaChange, NewRun},
    sync::Trigger,
};

/// Rounds of planning and sending after the first: a save rule may need a second request, an edit may come in between.
const ROUNDS: usize = 4;
/// Manga per transaction: enough to be fast, few enough to let edits in between.
const PER_TRANSACTION: usize = 500;

/// One run.
pub(super) struct Run<'a> {
    pub(super) engine: &'a Engine,
    pub(super) id: RunId,
    pub(super) lease: &'a Lease,
    http: Http,
    order: &'a Order,
    began_at: Time,
    /// Works that the person said are never to be synced.
    ignored: HashSet<WorkId>,
}

/// What became of each provider so far.
type Retrievals = EnumMap<Provider, Option<Retrieved>>;

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
        let integrations = self.engine.db.integrations().await?;
        let policy = self.engine.policy(&integrations).await?;
        let mut reports: BTreeMap<Provider, ProviderReport> = BTreeMap::new();
        let mut retrieved = self.retrieve(&integrations, &mut reports).await;
        let strategy = self.strategy(&retrieved);
        let mut looks = Looks::default();
        let everything = self.survey(&integrations, &mut retrieved, &policy, &mut looks, None, &mut reports).await?;
        self.count_planned(&everything, &retrieved, &mut reports);
        let plan = self.rows(&everything.subjects);
        let waits = judge(self.engine, self.order, &retrieved, &everything.subjects).await?;
        self.note_waiting(&waits, &mut reports);
        let mut report = Report { run_id: self.id, strategy, applied: false, providers: reports, plan };
        if !self.order.dry_run {
            let ready = waits.map(|_, waits| waits.is_none());
            let go_on = self
                .without_the_waiting(&integrations, &mut retrieved, &policy, everything, ready, &mut looks, &mut report)
                .await?;
            report.applied = true;
            self.carry_out(&integrations, &mut retrieved, &policy, go_on, &mut looks, &mut report).await?;
        }
        for (provider, provider_report) in &mut report.providers {
            provider_report.requests = self.http.counters().get(*provider);
            let status = provider_report.status;
            self.engine.tell(Event::ProviderDone { run_id: self.id, provider: *provider, status });
        }
        Ok(report)
    }

    fn strategy(&self, retrieved: &Retrievals) -> Strategy {
        match self.order.trigger {
            _ if retrieved.values().flatten().any(|one| one.full) => Strategy::Full,
            Trigger::Edit => Strategy::Edit,
            Trigger::Manual | Trigger::Schedule | Trigger::Return => Strategy::Incremental,
        }
    }

    /// Reads all lists at the same time. Who can't be read is out of this run, and the report says why.
    async fn retrieve(
        &self,
        integrations: &EnumMap<Provider, crate::store::Integration>,
        reports: &mut BTreeMap<Provider, ProviderReport>,
    ) -> Retrievals {
        let asked = &self.order.providers;
        let wanted = Provider::ALL
            .into_iter()
            .filter(|p| if asked.is_empty() { is_connected(&integrations[*p]) } else { asked.contains(p) });
        let readings = wanted.map(|provider| async move {
            tell_listing(self.engine, self.id, provider);
            (provider, retrieve(self.engine, &self.http, integrations[provider].clone(), self.order).await)
        });
        let mut retrieved = Retrievals::default();
        for (provider, outcome) in join_all(readings).await {
            let mut report = ProviderReport { status: ProviderStatus::Success, ..ProviderReport::default() };
            match outcome {
                Ok(one) => {
                    report.notices.clone_from(&one.listing.notices);
                    retrieved[provider] = Some(one);
                }
                Err(Missed { status, problem }) => {
                    report.status = status;
                    report.errors.extend(problem);
                }
            }
            reports.insert(provider, report);
        }
        retrieved
    }

    /// Surveys. Who does not answer on the way is left out, and the others go on.
    async fn survey(
        &self,
        integrations: &EnumMap<Provider, crate::store::Integration>,
        retrieved: &mut Retrievals,
        policy: &Policy,
        looks: &mut Looks,
        only: Option<&HashSet<MangaId>>,
        reports: &mut BTreeMap<Provider, ProviderReport>,
    ) -> Result<Survey, EngineError> {
        loop {
            match survey(&self.field(integrations, retrieved, policy), looks, only).await {
                Ok(found) => return Ok(found),
                Err(Trouble::Engine(error)) => return Err(error),
                Err(Trouble::At(provider, error)) => {
                    retrieved[provider] = None;
                    let error = SignIn::of(self.engine, &integrations[provider]).failed(error).await;
                    let Missed { status, problem } = Missed::by(&error);
                    let report = reports.entry(provider).or_default();
                    report.status = status;
                    report.errors.extend(problem);
                }
            }
        }
    }

    fn field<'f>(
        &'f self,
        integrations: &'f EnumMap<Provider, crate::store::Integration>,
        retrieved: &'f Retrievals,
        policy: &'f Policy,
    ) -> Field<'f> {
        let retrieved = EnumMap::from_fn(|provider| retrieved[provider].as_ref());
        Field { engine: self.engine, integrations, retrieved, policy, ignored: &self.ignored }
    }

    fn count_planned(&self, found: &Survey, retrieved: &Retrievals, reports: &mut BTreeMap<Provider, ProviderReport>) {
        for (provider, report) in reports.iter_mut().filter(|(provider, _)| retrieved[**provider].is_some()) {
            let listed = |subject: &&Subject| subject.new.is_some() && subject.is_listed_at(*provider);
            let alone = |subject: &&Subject| subject.ties.values().flatten().count() == 1;
            report.unmatched = found.subjects.iter().filter(listed).filter(alone).count();
            report.conflicts = found.subjects.iter().map(|subject| subject.questions_at(*provider)).sum();
            report.held = found.subjects.iter().filter(|subject| subject.is_held_at(*provider)).count();
            for doubt in found.doubts.iter().filter(|doubt| doubt.works.iter().any(|(at, _)| at == provider)) {
                report.errors.push(doubtful(doubt));
            }
        }
    }

    fn rows(&self, subjects: &[Subject]) -> Vec<PlanRow> {
        subjects.iter().filter(|subject| !self.is_skipped(subject)).flat_map(Subject::rows).collect()
    }

    fn is_skipped(&self, subject: &Subject) -> bool {
        let skipped = &self.order.skipped;
        let key = |(provider, tie): (Provider, &Option<super::subject::Tie>)| {
            tie.as_ref().is_some_and(|tie| skipped.contains(&row_key(provider, &tie.external_id)))
        };
        !skipped.is_empty() && subject.ties.iter().any(key)
    }

    fn note_waiting(&self, waits: &EnumMap<Provider, Option<Waits>>, reports: &mut BTreeMap<Provider, ProviderReport>) {
        for (provider, report) in reports {
            let problem = match &waits[*provider] {
                None => continue,
                Some(Waits::First) => None,
                Some(Waits::Guard(stop)) => Some(Problem {
                    code: "guard".into(),
                    message: format!("{}: {stop}", provider.title()),
                    manga_id: None,
                }),
            };
            report.status = ProviderStatus::NeedsApproval;
            report.errors.extend(problem);
        }
    }

    /// What may go ahead: everything, or everything again without the providers that wait.
    async fn without_the_waiting(
        &self,
        integrations: &EnumMap<Provider, crate::store::Integration>,
        retrieved: &mut Retrievals,
        policy: &Policy,
        everything: Survey,
        ready: EnumMap<Provider, bool>,
        looks: &mut Looks,
        report: &mut Report,
    ) -> Result<Survey, EngineError> {
        let mut all_ready = true;
        for (provider, one) in retrieved.iter_mut().filter(|(provider, _)| !ready[*provider]) {
            all_ready &= one.take().is_none();
            tracing::info!(%provider, "waits for approval");
        }
        let mut go_on = match all_ready {
            true => everything,
            false => self.survey(integrations, retrieved, policy, looks, None, &mut report.providers).await?,
        };
        go_on.subjects.retain(|subject| !self.is_skipped(subject));
        Ok(go_on)
    }

    async fn carry_out(
        &self,
        integrations: &EnumMap<Provider, crate::store::Integration>,
        retrieved: &mut Retrievals,
        policy: &Policy,
        found: Survey,
        looks: &mut Looks,
        report: &mut Report,
    ) -> Result<(), EngineError> {
        self.count_pulled(&found.subjects, report);
        let mut touched = self.writing(&found.subjects);
        let mut stale = self.store(&found.subjects).await?;
        for _ in 0..ROUNDS {
            if stale.is_empty() {
                break;
            }
            let reports = &mut report.providers;
            let again = self.survey(integrations, retrieved, policy, looks, Some(&stale), reports).await?;
            touched.extend(&stale);
            stale = self.store(&again.subjects).await?;
        }
        // With something left unstored the cursor stays, so that the next run reads it again; with something left out by the
        // person nothing is approved either.
        if stale.is_empty() && self.order.skipped.is_empty() {
            self.store_listings(retrieved).await?;
        }
        drop(found);
        self.settle(integrations, retrieved, policy, touched, report).await
    }

    /// Plans and sends until nothing is left: what was stored is the truth, so a crash between two rounds loses nothing.
    async fn settle(
        &self,
        integrations: &EnumMap<Provider, crate::store::Integration>,
        retrieved: &mut Retrievals,
        policy: &Policy,
        mut touched: HashSet<MangaId>,
        report: &mut Report,
    ) -> Result<(), EngineError> {
        let mut stopped: HashSet<Provider> = HashSet::new();
        for _ in 0..ROUNDS {
            if touched.is_empty() {
                break;
            }
            let subjects = stored(&self.field(integrations, retrieved, policy), &touched).await?;
            let stale = self.store(&subjects).await?;
            let ready: HashSet<MangaId> = touched.difference(&stale).copied().collect();
            // The versions have moved with what was just stored.
            let subjects = stored(&self.field(integrations, retrieved, policy), &ready).await?;
            touched = stale;
            touched.extend(self.send_all(retrieved, &subjects, policy, report, &mut stopped).await?);
        }
        Ok(())
    }

    /// Sends to all providers at the same time.
    async fn send_all(
        &self,
        retrieved: &mut Retrievals,
        subjects: &[Subject],
        policy: &Policy,
        report: &mut Report,
        stopped: &mut HashSet<Provider>,
    ) -> Result<HashSet<MangaId>, EngineError> {
        let sendings =
            retrieved.iter_mut().filter(|(provider, _)| !stopped.contains(provider)).filter_map(|(provider, one)| {
                let one = one.as_mut()?;
                Some(async move {
                    self.snapshot(one, subjects).await?;
                    let mut sent = ProviderReport::default();
                    let touched = send::send(self, one, subjects, policy, &mut sent).await?;
                    Ok::<_, EngineError>((provider, sent, touched))
                })
            });
        let mut touched = HashSet::new();
        for outcome in join_all(sendings).await {
            let (provider, sent, manga) = outcome?;
            // A provider with problems is not asked again in this run: the queue knows when to try.
            if !sent.errors.is_empty() {
                stopped.insert(provider);
            }
            touched.extend(manga);
            let entry = report.providers.entry(provider).or_default();
            add(entry, sent);
        }
        Ok(touched)
    }

    /// Keeps what each list held before the first write of this run.
    async fn snapshot(&self, retrieved: &mut Retrieved, subjects: &[Subject]) -> Result<(), EngineError> {
        let provider = retrieved.integration.provider;
        if retrieved.snapshot_taken || !subjects.iter().any(|subject| subject.writes_to(provider)) {
            return Ok(());
        }
        let now = self.engine.clock.now();
        self.engine.db.take_snapshot(self.id, retrieved.integration.id, now).await?;
        retrieved.snapshot_taken = true;
        Ok(())
    }

    fn writing(&self, subjects: &[Subject]) -> HashSet<MangaId> {
        subjects.iter().filter(|subject| subject.plan.writes()).map(|subject| subject.manga).collect()
    }

    fn count_pulled(&self, subjects: &[Subject], report: &mut Report) {
        for (provider, report) in &mut report.providers {
            let at = |subject: &&Subject, wanted: fn(&Subject, Provider) -> bool| wanted(subject, *provider);
            report.pulled = subjects.iter().filter(|subject| at(subject, Subject::pulls_from)).count();
            report.created_local = subjects.iter().filter(|subject| at(subject, Subject::arrives_from)).count();
        }
    }

    /// Stores what the plans change here. Manga that somebody edited meanwhile come back, to be planned again.
    async fn store(&self, subjects: &[Subject]) -> Result<HashSet<MangaId>, EngineError> {
        let now = self.engine.clock.now();
        let pen = Pen { db: &self.engine.db, run: self.id, now };
        let changes: Vec<MangaChange> = subjects.iter().filter_map(|subject| pen.change(subject)).collect();
        let mut stale = HashSet::new();
        for manga in changes.chunks(PER_TRANSACTION) {
            let batch = Batch { at: now, fence: Some(self.lease.proof()), manga, integrations: &[], whole: false };
            stale.extend(self.engine.db.commit(&batch).await?.stale);
        }
        if !changes.is_empty() {
            self.engine.tell(Event::LibraryChanged);
        }
        Ok(stale)
    }

    /// The cursors move only when everything that was listed is stored.
    async fn store_listings(&self, retrieved: &Retrievals) -> Result<(), EngineError> {
        let now = self.engine.clock.now();
        let integrations: Vec<IntegrationChange> =
            retrieved.values().flatten().map(|one| self.listing(one, now)).collect();
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

    /// Writes down that the run begins. A dry run leaves no trace.
    async fn begin(&self) -> Result<(), EngineError> {
        if self.order.dry_run {
            return Ok(());
        }
        let strategy = if self.order.full { Strategy::Full } else { Strategy::Incremental };
        let (strategy, trigger) = (strategy.as_str().to_owned(), self.order.trigger.as_str().to_owned());
        let new = NewRun { id: self.id, strategy, trigger, started_at: self.began_at };
        Ok(self.engine.db.begin_run(&new).await?)
    }

    /// Writes down how the run ended. A run that failed is never called a success.
    async fn finish(&self, result: &Result<Report, EngineError>) -> Result<(), EngineError> {
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

fn is_connected(integration: &crate::store::Integration) -> bool {
    integration.is_connected() || integration.sign_in_again
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

fn doubtful(doubt: &kuroibara_core::identify::Doubt) -> Problem {
    let works: Vec<String> =
        doubt.works.iter().map(|(provider, id)| crate::identify::work_name(*provider, id)).collect();
    let message = format!(
        "{} are said to be the same work, but contradict each other. Nothing was linked: use `link` for those that belong together",
        works.join(", ")
    );
    Problem { code: "contradictory_links".into(), message, manga_id: doubt.manga.first().copied() }
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
