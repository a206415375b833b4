//! The course of one run over the providers that take part: what is known so far, and the next step from there.

use std::collections::{BTreeMap, HashSet};

use enum_map::EnumMap;
use futures::future::join_all;
use kuroibara_core::{MangaId, Policy, Provider};

use super::{
    Trigger,
    judge::judge,
    nevers::Nevers,
    report::{Problem, ProviderReport, ProviderStatus, Strategy, Waits},
    retrieve::{Missed, Retrieved, retrieve, tell_listing},
    run::Run,
    survey::{Field, Looks, Survey, Trouble, survey},
    tally::Tally,
};
use crate::{
    connect::SignIn,
    error::EngineError,
    store::{Integration, Moved},
};

/// One run under way.
pub(super) struct Course<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) integrations: EnumMap<Provider, Integration>,
    pub(super) policy: Policy,
    /// Whose list was read, and who may still be written to.
    pub(super) retrieved: EnumMap<Provider, Option<Retrieved>>,
    pub(super) reports: BTreeMap<Provider, ProviderReport>,
    pub(super) looks: Looks,
    nevers: Nevers,
    /// Works that have other ids from now on, of which the library is not told.
    moved: Vec<Moved>,
}

impl<'a> Course<'a> {
    /// Validate, refresh, retrieve: reads all lists at the same time. Who can't be read takes no part, and its report says
    /// why.
    pub(super) async fn begin(run: &'a Run<'a>) -> Result<Self, EngineError> {
        let integrations = run.engine.db.integrations().await?;
        let policy = run.engine.policy(&integrations).await?;
        let nevers = Nevers::read(&run.engine.db).await?;
        let (retrieved, reports) = (EnumMap::default(), BTreeMap::new());
        let mut course =
            Self { run, integrations, policy, retrieved, reports, looks: Looks::default(), nevers, moved: Vec::new() };
        course.retrieve().await;
        Ok(course)
    }

    async fn retrieve(&mut self) {
        let (run, asked) = (self.run, &self.run.order.providers);
        let wanted = |(provider, integration): &(Provider, &Integration)| {
            if asked.is_empty() { is_connected(integration) } else { asked.contains(provider) }
        };
        let readings = self.integrations.iter().filter(wanted).map(|(provider, integration)| async move {
            tell_listing(run.engine, run.id, provider);
            (provider, retrieve(run.engine, &run.http, integration.clone(), run.order).await)
        });
        for (provider, outcome) in join_all(readings).await {
            let mut report = ProviderReport { status: ProviderStatus::Success, ..ProviderReport::default() };
            match outcome {
                Ok(one) => {
                    report.notices.clone_from(&one.listing.notices);
                    self.retrieved[provider] = Some(one);
                }
                Err(missed) => note_missed(&mut report, missed),
            }
            self.reports.insert(provider, report);
        }
    }

    /// How much is looked at: a list may have to be read whole although nobody asked for it.
    pub(super) fn strategy(&self) -> Strategy {
        match self.run.order.trigger {
            _ if self.retrieved.values().flatten().any(|one| one.full) => Strategy::Full,
            Trigger::Edit => Strategy::Edit,
            Trigger::Manual | Trigger::Schedule | Trigger::Return => Strategy::Incremental,
        }
    }

    /// Map and resolve: everything that would be done, planned, and counted in the reports.
    pub(super) async fn plan(&mut self) -> Result<Survey, EngineError> {
        let found = self.survey(None).await?;
        self.count_planned(&found);
        Ok(found)
    }

    /// What of it may go ahead without a person. The others' part waits.
    pub(super) async fn ready(&mut self, tally: &Tally) -> Result<EnumMap<Provider, bool>, EngineError> {
        let waits = judge(self.run.engine, self.run.order, &self.retrieved, tally).await?;
        self.note_waiting(&waits);
        Ok(waits.map(|_, waits| waits.is_none()))
    }

    /// Surveys. Who does not answer on the way is left out, and the others go on.
    pub(super) async fn survey(&mut self, only: Option<&HashSet<MangaId>>) -> Result<Survey, EngineError> {
        loop {
            let mut looks = std::mem::take(&mut self.looks);
            let found = survey(&self.field(), &mut looks, only).await;
            self.looks = looks;
            match found {
                Ok(found) => return Ok(found),
                Err(Trouble::Engine(error)) => return Err(error),
                Err(Trouble::Moved(imagined)) => {
                    self.nevers = Nevers::read(&self.run.engine.db).await?;
                    self.nevers.follow(&imagined);
                    self.moved = imagined;
                }
                Err(Trouble::At(provider, error)) => {
                    self.retrieved[provider] = None;
                    let error = SignIn::of(self.run.engine, &self.integrations[provider]).failed(error).await;
                    note_missed(self.reports.entry(provider).or_default(), Missed::by(&error));
                }
            }
        }
    }

    /// What a survey works on.
    pub(super) fn field(&self) -> Field<'_> {
        Field {
            run: self.run,
            integrations: &self.integrations,
            retrieved: EnumMap::from_fn(|provider| self.retrieved[provider].as_ref()),
            policy: &self.policy,
            nevers: &self.nevers,
            moved: &self.moved,
        }
    }

    fn count_planned(&mut self, found: &Survey) {
        for (provider, report) in &mut self.reports {
            let counts = found.tally.at[*provider];
            (report.unmatched, report.conflicts, report.held) = (counts.unmatched, counts.conflicts, counts.held);
            report.held_titles.clone_from(&found.tally.held[*provider]);
            let doubts = &found.agenda.doubts;
            for doubt in doubts.iter().filter(|doubt| doubt.works.iter().any(|(at, _)| at == provider)) {
                report.errors.push(doubtful(doubt));
            }
        }
    }

    fn note_waiting(&mut self, waits: &EnumMap<Provider, Option<Waits>>) {
        for (provider, report) in &mut self.reports {
            let Some(waits) = waits[*provider] else { continue };
            report.status = ProviderStatus::NeedsApproval;
            report.waits = Some(waits);
            report.errors.extend(stopped(*provider, waits));
        }
    }
}

fn note_missed(report: &mut ProviderReport, Missed { status, problem }: Missed) {
    report.status = status;
    report.errors.extend(problem);
}

/// What the guard found, as a sentence too.
fn stopped(provider: Provider, waits: Waits) -> Option<Problem> {
    match waits {
        Waits::First | Waits::Changed { .. } => None,
        Waits::Guard { stop } => {
            Some(Problem { code: "guard".into(), message: stop.sentence(provider), manga_id: None })
        }
    }
}

fn is_connected(integration: &Integration) -> bool {
    integration.is_connected() || integration.sign_in_again
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
