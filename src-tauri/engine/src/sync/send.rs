//! Push: intents are stored, requests leave, and answers become bases.
//!
//! An intent is stored before its request leaves, so that after a crash or a lost answer our own write is not taken for
//! somebody's edit. One writer per provider; the providers work side by side.

use std::collections::HashSet;

use chrono::TimeDelta;
use kuroibara_core::{
    Base, ExternalId, Field, Intent, MangaId, Observation, Origin, Policy, Provider, Remote, Time, Value, learn,
};

use super::{
    apply::{Pen, json_of},
    place::observation,
    report::{Problem, ProviderReport},
    retrieve::Retrieved,
    run::Run,
    subject::Subject,
};
use crate::{
    connect::SignIn,
    error::EngineError,
    events::{Event, Phase},
    http::HttpError,
    providers::{ApiError, RemoteEntry, Removal, Write},
    store::{Batch, Change, Failure, JournalRow, MangaChange, MappingChange, OutboxChange},
};

/// One write of one run.
struct Job<'a> {
    subject: &'a Subject,
    external_id: ExternalId,
    /// None: the entry is removed there.
    write: Option<(Write, Intent)>,
}

/// Sends everything that the subjects' plans have for one provider. Counts go into `report`; the manga that were
/// written come back, to be planned again from what was answered.
pub(super) async fn send(
    run: &Run<'_>,
    retrieved: &mut Retrieved,
    subjects: &[Subject],
    policy: &Policy,
    report: &mut ProviderReport,
) -> Result<HashSet<MangaId>, EngineError> {
    let provider = retrieved.integration.provider;
    let now = run.engine.clock.now();
    let jobs: Vec<Job<'_>> = subjects.iter().filter_map(|subject| job(subject, provider, now)).collect();
    let mut touched = HashSet::new();
    let mut done = 0;
    for chunk in jobs.chunks(retrieved.client.abilities().writes_at_once.max(1)) {
        tell(run, provider, done, jobs.len());
        let stop = Sender { run, provider, policy }.send(retrieved, chunk, report, &mut touched).await?;
        done += chunk.len();
        if stop {
            break;
        }
    }
    if !jobs.is_empty() {
        tell(run, provider, done, jobs.len());
    }
    Ok(touched)
}

fn tell(run: &Run<'_>, provider: Provider, done: usize, total: usize) {
    let seconds_left = run.seconds_left(provider, done, total);
    let (run_id, phase, total) = (run.id, Phase::Sending, Some(total));
    run.engine.tell(Event::Progress { run_id, provider, phase, done, total, seconds_left });
}

fn job(subject: &Subject, provider: Provider, now: Time) -> Option<Job<'_>> {
    let external_id = subject.ties[provider].as_ref()?.external_id.clone();
    if subject.plan.merged.removals.contains(&provider) {
        return Some(Job { subject, external_id, write: None });
    }
    let request = subject.plan.pushes[provider].request.as_ref()?;
    let entry = subject.plan.merged.local.entry()?;
    let seen = subject.state.sides[provider].as_ref()?.remote.present();
    let intent = learn::intend(now, request.fields.clone(), entry, seen);
    let write = Write {
        id: external_id.clone(),
        entry_id: seen.and_then(|seen| seen.entry_id.clone()),
        before: intent.before.clone(),
        fields: request.fields.clone(),
    };
    Some(Job { subject, external_id, write: Some((write, intent)) })
}

impl Job<'_> {
    fn mapping(&self, provider: Provider) -> Option<MappingChange> {
        self.subject.ties[provider].as_ref().map(|tie| MappingChange::of(tie.id))
    }
}

struct Sender<'a> {
    run: &'a Run<'a>,
    provider: Provider,
    policy: &'a Policy,
}

impl Sender<'_> {
    /// Sends one chunk. True: nothing more can be sent in this run.
    async fn send(
        &self,
        retrieved: &mut Retrieved,
        chunk: &[Job<'_>],
        report: &mut ProviderReport,
        touched: &mut HashSet<MangaId>,
    ) -> Result<bool, EngineError> {
        let stale = self.store_intents(chunk).await?;
        touched.extend(&stale);
        // What was edited meanwhile is planned again; its intent was not stored.
        let fresh: Vec<&Job<'_>> = chunk.iter().filter(|job| !stale.contains(&job.subject.manga)).collect();
        let mut outcomes = self.ask(retrieved, &fresh).await;
        if self.renew(retrieved, &outcomes).await? {
            self.ask_again(retrieved, &fresh, &mut outcomes).await;
        }
        let stop = outcomes.iter().any(|outcome| outcome.as_ref().is_err_and(ends_the_run));
        self.learn(retrieved, fresh, outcomes, report, touched).await?;
        Ok(stop)
    }

    async fn store_intents(&self, chunk: &[Job<'_>]) -> Result<Vec<MangaId>, EngineError> {
        let changes: Vec<MangaChange> = chunk.iter().filter_map(|job| self.intent(job)).collect();
        self.commit(&changes).await
    }

    fn intent(&self, job: &Job<'_>) -> Option<MangaChange> {
        let (_, intent) = job.write.as_ref()?;
        let mapping = MappingChange { intent: Change::Set(intent.clone()), ..job.mapping(self.provider)? };
        Some(MangaChange { mappings: vec![mapping], ..MangaChange::of(job.subject.manga, job.subject.version) })
    }

    /// Sends the writes, then the removals; one outcome for each job, in order. A removal answers no entry.
    async fn ask(&self, retrieved: &Retrieved, jobs: &[&Job<'_>]) -> Vec<Result<Option<RemoteEntry>, ApiError>> {
        let writes: Vec<Write> =
            jobs.iter().filter_map(|job| job.write.as_ref().map(|(write, _)| write.clone())).collect();
        let removals: Vec<Removal> =
            jobs.iter().filter(|job| job.write.is_none()).map(|job| removal(job, self.provider)).collect();
        let session = retrieved.session();
        let saved = if writes.is_empty() { Vec::new() } else { retrieved.client.save(&session, &writes).await };
        let gone = if removals.is_empty() { Vec::new() } else { retrieved.client.remove(&session, &removals).await };
        let (mut saved, mut gone) = (saved.into_iter(), gone.into_iter());
        let lost = || Err(ApiError::Unreadable { provider: self.provider, what: "fewer outcomes than writes".into() });
        jobs.iter()
            .map(|job| match job.write {
                Some(_) => saved.next().map_or_else(lost, |outcome| outcome.map(Some)),
                None => gone.next().map_or_else(lost, |outcome| outcome.map(|()| None)),
            })
            .collect()
    }

    /// Renews the sign-in where it has ended in the middle of a run. False: nothing to be sent again.
    async fn renew(
        &self,
        retrieved: &mut Retrieved,
        outcomes: &[Result<Option<RemoteEntry>, ApiError>],
    ) -> Result<bool, EngineError> {
        if !outcomes.iter().any(|outcome| matches!(outcome, Err(ApiError::TokenExpired(_)))) {
            return Ok(false);
        }
        let sign_in = SignIn::of(self.run.engine, &retrieved.integration);
        match sign_in.renew(retrieved.client.as_ref(), &retrieved.token).await {
            Ok(token) => {
                retrieved.token = token;
                Ok(true)
            }
            // The outcomes say what happened to each item.
            Err(EngineError::Api(_) | EngineError::Http(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn ask_again(
        &self,
        retrieved: &Retrieved,
        jobs: &[&Job<'_>],
        outcomes: &mut [Result<Option<RemoteEntry>, ApiError>],
    ) {
        let refused: Vec<usize> =
            (0..outcomes.len()).filter(|i| matches!(outcomes[*i], Err(ApiError::TokenExpired(_)))).collect();
        let again: Vec<&Job<'_>> = refused.iter().map(|i| jobs[*i]).collect();
        for (i, outcome) in refused.into_iter().zip(self.ask(retrieved, &again).await) {
            outcomes[i] = outcome;
        }
    }

    /// Stores what the answers teach.
    async fn learn(
        &self,
        retrieved: &mut Retrieved,
        jobs: Vec<&Job<'_>>,
        outcomes: Vec<Result<Option<RemoteEntry>, ApiError>>,
        report: &mut ProviderReport,
        touched: &mut HashSet<MangaId>,
    ) -> Result<(), EngineError> {
        let mut changes = Vec::new();
        let mut signed_out = None;
        for (job, outcome) in jobs.into_iter().zip(outcomes) {
            touched.insert(job.subject.manga);
            let Some(mapping) = job.mapping(self.provider) else { continue };
            if let Err(error @ (ApiError::SignInAgain(_) | ApiError::TokenExpired(_))) = &outcome {
                signed_out = Some(error.to_string());
            }
            changes.push(self.lesson(retrieved, job, mapping, outcome, report));
        }
        // An edit made meanwhile does not make an answer less true: only a newer merge of the same links does.
        let stale = self.commit(&changes).await?;
        self.commit_again(changes, &stale).await?;
        if signed_out.is_some() {
            SignIn::of(self.run.engine, &retrieved.integration).failed(ApiError::SignInAgain(self.provider)).await;
        }
        Ok(())
    }

    fn lesson(
        &self,
        retrieved: &mut Retrieved,
        job: &Job<'_>,
        mapping: MappingChange,
        outcome: Result<Option<RemoteEntry>, ApiError>,
        report: &mut ProviderReport,
    ) -> MangaChange {
        let mut change = MangaChange::of(job.subject.manga, job.subject.version);
        match (outcome, &job.write) {
            (Ok(Some(saved)), Some((write, intent))) => {
                let seen = self.seen(retrieved, job, &saved);
                if retrieved.counted.insert(job.subject.manga) {
                    count_saved(write, report);
                }
                change.journal = self.journal(job, intent, &seen);
                change.mappings.push(self.confirmed(job, mapping, intent, seen));
            }
            (Ok(_), _) => {
                report.removed += 1;
                change.journal = vec![self.removal_row(job)];
                change.mappings.push(self.gone(mapping, Change::Clear));
            }
            (Err(ApiError::NotFound(_)), Some((Write { before: Some(_), .. }, _))) => {
                change.mappings.push(self.gone(mapping, Change::Keep));
            }
            (Err(error), _) => {
                report.errors.push(problem(&error, job.subject.manga));
                change.mappings.push(self.failed(job, mapping, &error));
            }
        }
        change
    }

    fn seen(&self, retrieved: &Retrieved, job: &Job<'_>, saved: &RemoteEntry) -> Observation {
        let shape = self.policy.providers[self.provider].shape(self.provider);
        let side = job.subject.state.sides[self.provider].clone().unwrap_or_default();
        observation(saved, retrieved.clock_ahead(), Some(retrieved.began_at), &shape, &side)
    }

    /// What was confirmed moves the base. The mapping stays due until a new plan finds nothing more to send.
    fn confirmed(&self, job: &Job<'_>, mapping: MappingChange, intent: &Intent, seen: Observation) -> MappingChange {
        let shape = self.policy.providers[self.provider].shape(self.provider);
        let totals = job.subject.state.sides[self.provider].as_ref().map(|side| side.totals).unwrap_or_default();
        let base = learn::answered(job.subject.plan.base(self.provider), intent, &seen, &shape, totals);
        let before = job.subject.state.sides[self.provider].as_ref().and_then(|side| side.remote.present());
        let seen = if is_our_change_only(before, &seen, base.as_ref()) { with_span_of(before, seen) } else { seen };
        let read = Some((Remote::Present(seen), self.run.engine.clock.now()));
        MappingChange { read, base: set_or_clear(base), intent: Change::Clear, ..mapping }
    }

    /// The entry is not there any more. Whether that is a question, the next plan says.
    fn gone(&self, mapping: MappingChange, base: Change<Base>) -> MappingChange {
        let read = Some((Remote::Absent, self.run.engine.clock.now()));
        MappingChange { read, base, intent: Change::Clear, ..mapping }
    }

    fn failed(&self, job: &Job<'_>, mapping: MappingChange, error: &ApiError) -> MappingChange {
        let failure = Failure { code: error.code().to_owned(), message: error.to_string() };
        let Some(due) = job.subject.ties[self.provider].as_ref().and_then(|tie| tie.due.as_ref()) else {
            return mapping;
        };
        let mark = due.mark;
        match error {
            // A new entry for a work that is not there will never be taken.
            ApiError::Refused { .. } | ApiError::NotFound(_) => MappingChange {
                intent: Change::Clear,
                outbox: OutboxChange::Refused { mark, error: failure },
                ..mapping
            },
            error => {
                let next_try_at = self.run.engine.clock.now() + pause(due.attempts);
                let certain = !may_have_taken_effect(error);
                let intent = if certain { Change::Clear } else { Change::Keep };
                MappingChange { intent, outbox: OutboxChange::Failed { mark, next_try_at, error: failure }, ..mapping }
            }
        }
    }

    fn journal(&self, job: &Job<'_>, intent: &Intent, seen: &Observation) -> Vec<JournalRow> {
        let pen = self.pen();
        let stamps = job.subject.plan.sent_stamps(self.provider);
        let origin = |field: Field| stamps.map_or(Origin::User, |stamps| stamps.fields[field].origin);
        let manga = job.subject.manga;
        let Some(before) = &intent.before else {
            let row = (None, None, super::apply::json(&seen.fields));
            return vec![pen.row(manga, Some(self.provider), row, origin(Field::Status), "push_created")];
        };
        let changed = |field: &Field| seen.fields.get(*field) != before.get(*field);
        let row = |field: Field| {
            let cause = if intent.sent.get(field).is_some() { "push" } else { "push_effect" };
            let values = (Some(field), json_of(before.get(field)), json_of(seen.fields.get(field)));
            pen.row(manga, Some(self.provider), values, origin(field), cause)
        };
        Field::ALL.into_iter().filter(changed).map(row).collect()
    }

    fn removal_row(&self, job: &Job<'_>) -> JournalRow {
        let seen = job.subject.state.sides[self.provider].as_ref().and_then(|side| side.remote.present());
        let before = seen.and_then(|seen| super::apply::json(&seen.fields));
        self.pen().row(job.subject.manga, Some(self.provider), (None, before, None), Origin::User, "push_removed")
    }

    fn pen(&self) -> Pen<'_> {
        self.run.pen(false)
    }

    async fn commit(&self, changes: &[MangaChange]) -> Result<Vec<MangaId>, EngineError> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let at = self.run.engine.clock.now();
        let batch = Batch { at, fence: Some(self.run.lease.proof()), manga: changes, integrations: &[], whole: false };
        Ok(self.run.engine.db.commit(&batch).await?.stale)
    }

    /// Answers are stored even where the reader has edited meanwhile: they say what the provider holds. The edit differs
    /// from what was sent, so it stays due.
    async fn commit_again(&self, mut changes: Vec<MangaChange>, stale: &[MangaId]) -> Result<(), EngineError> {
        changes.retain(|change| stale.contains(&change.manga));
        for _ in 0..5 {
            if changes.is_empty() {
                return Ok(());
            }
            let versions = self.run.engine.db.versions(&changes.iter().map(|c| c.manga).collect::<Vec<_>>()).await?;
            for change in &mut changes {
                change.version = versions.get(&change.manga).copied().unwrap_or(0);
                // A later edit has put the mapping back into the queue under another mark.
                change.mappings.iter_mut().for_each(|mapping| mapping.outbox = OutboxChange::Keep);
            }
            let still = self.commit(&changes).await?;
            changes.retain(|change| still.contains(&change.manga));
        }
        // The intents are stored: the next run finds out what these writes did.
        Ok(())
    }
}

fn removal(job: &Job<'_>, provider: Provider) -> Removal {
    let seen = job.subject.state.sides[provider].as_ref().and_then(|side| side.remote.present());
    Removal { id: job.external_id.clone(), entry_id: seen.and_then(|seen| seen.entry_id.clone()) }
}

fn count_saved(write: &Write, report: &mut ProviderReport) {
    match write.before {
        None => report.created_remote += 1,
        Some(_) => report.pushed += 1,
    }
}

/// Whether an answer holds something that is not agreed, which our own write did not touch: what else differs from `before` is
/// agreed on. That it was saved just now says nothing of such a field.
fn is_our_change_only(before: Option<&Observation>, seen: &Observation, base: Option<&Base>) -> bool {
    let Some((before, base)) = before.zip(base) else { return false };
    let agreed = |field: Field, value: &Value| base.pairs[field].as_ref().is_some_and(|pair| pair.theirs == *value);
    let mut open = seen.fields.iter().filter(|(field, value)| !agreed(*field, value)).peekable();
    open.peek().is_some() && open.all(|(field, value)| before.fields.get(field) == Some(value))
}

/// What was seen, changed when it had been `before`.
fn with_span_of(before: Option<&Observation>, seen: Observation) -> Observation {
    match before {
        Some(before) => Observation { updated_at: before.updated_at, read_before: before.read_before, ..seen },
        None => seen,
    }
}

fn set_or_clear(base: Option<Base>) -> Change<Base> {
    base.map_or(Change::Clear, Change::Set)
}

fn problem(error: &ApiError, manga: MangaId) -> Problem {
    Problem { code: error.code().to_owned(), message: error.to_string(), manga_id: Some(manga) }
}

/// Whether a write of unknown fate may have arrived: then its intent stays. What a gate before the service turned away never
/// did, nor did what was not sent because of it: else no question about these titles could be answered while the gate is shut.
fn may_have_taken_effect(error: &ApiError) -> bool {
    match error {
        ApiError::Http(HttpError::AnswerLost { .. } | HttpError::Outage { .. }) | ApiError::Unreadable { .. } => true,
        ApiError::Http(_)
        | ApiError::TokenExpired(_)
        | ApiError::SignInAgain(_)
        | ApiError::Refused { .. }
        | ApiError::NotFound(_) => false,
    }
}

/// Whether the rest of the run would fail alike.
fn ends_the_run(error: &ApiError) -> bool {
    match error {
        ApiError::Http(error) => !matches!(error, HttpError::AnswerLost { .. }),
        ApiError::TokenExpired(_) | ApiError::SignInAgain(_) => true,
        ApiError::Refused { .. } | ApiError::NotFound(_) | ApiError::Unreadable { .. } => false,
    }
}

/// From a minute to six hours, doubling.
fn pause(attempts: u32) -> TimeDelta {
    TimeDelta::minutes(1i64 << attempts.min(8)).min(TimeDelta::hours(6))
}
