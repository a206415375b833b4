//! Syncing, the plan that waits, and what was done.

use kuroibara_engine::{
    EngineError,
    history::HistoryQuery,
    plan::{Part, PlanDecision, Verdict},
    sync::Order,
    undo::Target,
};

use super::{Desk, library::fields, machine::asked_to_end};
use crate::{
    args::{Changes, ConflictStep, History, MatchStep, OfPlan, PlanPart, PlanStep, SnapshotStep, Sync, Undo},
    exit::{self, Exit},
    failure::Failure,
    progress::Progress,
    show::{self, Decided, Found, Matches, Nevers, Resolved, Snapshots},
};

impl Desk<'_> {
    pub(super) async fn sync(&self, args: &Sync) -> Result<Exit, Failure> {
        self.unlock().await?;
        let order = Order {
            providers: args.providers.clone(),
            full: args.full,
            dry_run: args.dry_run,
            approved: args.yes,
            ..Order::default()
        };
        let progress = Progress::of(self.engine.events());
        let report = unless_stopped(self.engine.sync(&order)).await?;
        drop(progress);
        self.voice.say(&report, show::report(args.dry_run))?;
        Ok(exit::of_report(&report, args.dry_run))
    }

    pub(super) async fn plan(&self, step: Option<&PlanStep>) -> Result<Exit, Failure> {
        match step {
            None => self.voice.say(&self.engine.waiting_plan().await?, show::waiting),
            Some(PlanStep::Skip(of)) => self.decide(of, Verdict::Skip).await,
            Some(PlanStep::Never(of)) => self.decide(of, Verdict::Never).await,
            Some(PlanStep::Accept(of)) => self.decide(of, Verdict::Accept).await,
            Some(PlanStep::Set { row, value, of }) => self.set(*row, value, of).await,
            Some(PlanStep::Back(of)) => self.voice.say(&self.engine.plan_take_back(of.run).await?, show::plan),
            Some(PlanStep::Apply { rows, of }) => self.apply(rows, of).await,
            Some(PlanStep::Nevers) => self.voice.say(&Nevers { nevers: self.engine.nevers().await? }, show::nevers),
            Some(PlanStep::Allow { work, field }) => {
                let nevers = self.engine.allow(work.provider, &work.id, *field).await?;
                self.voice.say(&Nevers { nevers }, show::nevers)
            }
        }
    }

    async fn decide(&self, of: &PlanPart, verdict: Verdict) -> Result<Exit, Failure> {
        let part = of.field.map(Part::Field).or(of.group.map(Part::Group)).unwrap_or(Part::Row);
        let said = PlanDecision { rows: vec![of.row as usize], part, verdict };
        self.voice.say(&self.engine.plan_decide(of.of.run, &said).await?, show::plan)
    }

    async fn set(&self, row: u32, value: &Changes, of: &OfPlan) -> Result<Exit, Failure> {
        let mut plan = None;
        for (field, value) in fields(value).iter() {
            let verdict = Verdict::Value(serde_json::to_value(value).unwrap_or_default());
            let said = PlanDecision { rows: vec![row as usize], part: Part::Field(field), verdict };
            plan = Some(self.engine.plan_decide(of.run, &said).await?);
        }
        self.voice.say(&plan, show::waiting)
    }

    async fn apply(&self, rows: &[u32], of: &OfPlan) -> Result<Exit, Failure> {
        self.unlock().await?;
        let rows: Vec<usize> = rows.iter().map(|row| *row as usize).collect();
        let progress = Progress::of(self.engine.events());
        let report = unless_stopped(self.engine.plan_apply(of.run, &rows)).await?;
        drop(progress);
        self.voice.say(&report, show::report(false))?;
        Ok(exit::of_report(&report, false))
    }

    pub(super) async fn conflicts(&self, limit: Option<u32>, after: Option<uuid::Uuid>) -> Result<Exit, Failure> {
        self.voice.say(&self.engine.conflicts(limit.unwrap_or(u32::MAX), after).await?, show::conflicts)
    }

    pub(super) async fn answer(&self, step: &ConflictStep) -> Result<Exit, Failure> {
        match step {
            ConflictStep::Resolve { id, answer, all_alike } => {
                let resolved = match all_alike {
                    true => self.engine.resolve_alike(*id, *answer).await?,
                    false => self.engine.resolve(*id, *answer).await.map(|()| 1)?,
                };
                self.voice.say(&Resolved { resolved }, show::resolved)
            }
            ConflictStep::Reopen { id } => self.voice.say(&self.engine.reopen(*id).await?, show::reopened),
        }
    }

    pub(super) async fn matches(&self, step: Option<&MatchStep>) -> Result<Exit, Failure> {
        match step {
            None => {}
            Some(MatchStep::Search) => return self.seek().await,
            Some(MatchStep::Decided) => return self.decided().await,
            Some(MatchStep::Reopen { manga, place }) => {
                let manga = self.engine.find(&manga.name).await?;
                self.engine.reopen_match(manga, place.provider, place.id.as_ref()).await?;
                return self.decided().await;
            }
            Some(MatchStep::Accept { id }) => self.engine.accept_match(*id).await?,
            Some(MatchStep::Reject { id }) => self.engine.reject_match(*id).await?,
            Some(MatchStep::Ignore { id, reason }) => self.engine.ignore_match(*id, reason).await?,
        }
        self.voice.say(&Matches { matches: self.engine.matches().await? }, show::matches)
    }

    async fn decided(&self) -> Result<Exit, Failure> {
        self.voice.say(&Decided { decided: self.engine.decided_matches().await? }, show::decided)
    }

    async fn seek(&self) -> Result<Exit, Failure> {
        self.unlock().await?;
        let found = Found { searched: self.engine.seek().await?, matches: self.engine.matches().await? };
        self.voice.say(&found, show::found)?;
        Ok(exit::of_search(&found.searched))
    }

    pub(super) async fn undo(&self, args: &Undo) -> Result<Exit, Failure> {
        // The arguments' group sees to it that there is one of the two.
        let target = args.id.map(Target::Id).or(args.since.map(Target::Since)).unwrap_or(Target::Id(uuid::Uuid::nil()));
        self.voice.say(&self.engine.undo(target, args.force).await?, show::undone)
    }

    pub(super) async fn snapshots(&self, step: Option<&SnapshotStep>) -> Result<Exit, Failure> {
        match step {
            None => self.voice.say(&Snapshots { snapshots: self.engine.snapshots().await? }, show::snapshots),
            Some(SnapshotStep::Show { id, search, limit, offset }) => {
                let limit = limit.map_or(usize::MAX, |limit| limit as usize);
                let seen = self.engine.snapshot(*id, search, limit, *offset as usize).await?;
                self.voice.say(&seen, show::snapshot)
            }
            Some(SnapshotStep::Restore { id, manga, force }) => {
                let only = match manga {
                    Some(name) => Some(self.engine.find(name).await?),
                    None => None,
                };
                self.voice.say(&self.engine.restore(*id, only, *force).await?, show::undone)
            }
        }
    }

    pub(super) async fn history(&self, args: &History) -> Result<Exit, Failure> {
        let query = HistoryQuery { search: args.search.clone(), provider: args.at, kind: args.kind };
        if query == HistoryQuery::default() {
            return self.voice.say(&self.engine.history(args.run, args.limit, 0).await?, show::history);
        }
        self.voice.say(&self.engine.history_of(&query, args.limit, 0).await?, show::history_found)
    }
}

/// Gives the work up when the person or the system wants an end, so that what it held can be given back.
async fn unless_stopped<T>(work: impl Future<Output = Result<T, EngineError>>) -> Result<T, Failure> {
    tokio::select! {
        done = work => Ok(done?),
        () = asked_to_end() => Err(Failure::Stopped),
    }
}
