//! Syncing, the plan that waits, and what was done.

use kuroibara_core::RunId;
use kuroibara_engine::{EngineError, sync::Order, undo::Target};

use super::{Desk, machine::asked_to_end};
use crate::{
    args::{ConflictStep, PlanStep, Sync, Undo},
    exit::{self, Exit},
    failure::Failure,
    progress::Progress,
    show::{self, Conflicts, Resolved},
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
            Some(PlanStep::Skip { row }) => self.voice.say(&self.engine.plan_skip(*row as usize).await?, show::plan),
            Some(PlanStep::Never { row }) => self.voice.say(&self.engine.plan_never(*row as usize).await?, show::plan),
            Some(PlanStep::Apply { rows }) => self.apply(rows).await,
        }
    }

    async fn apply(&self, rows: &[u32]) -> Result<Exit, Failure> {
        self.unlock().await?;
        let rows: Vec<usize> = rows.iter().map(|row| *row as usize).collect();
        let progress = Progress::of(self.engine.events());
        let report = unless_stopped(self.engine.plan_apply(&rows)).await?;
        drop(progress);
        self.voice.say(&report, show::report(false))?;
        Ok(exit::of_report(&report, false))
    }

    pub(super) async fn conflicts(&self, step: Option<&ConflictStep>) -> Result<Exit, Failure> {
        match step {
            None => self.voice.say(&Conflicts { conflicts: self.engine.conflicts().await? }, show::conflicts),
            Some(ConflictStep::Resolve { id, answer, all_alike }) => {
                let resolved = match all_alike {
                    true => self.engine.resolve_alike(*id, *answer).await?,
                    false => self.engine.resolve(*id, *answer).await.map(|()| 1)?,
                };
                self.voice.say(&Resolved { resolved }, show::resolved)
            }
        }
    }

    pub(super) async fn undo(&self, args: &Undo) -> Result<Exit, Failure> {
        // The arguments' group sees to it that there is one of the two.
        let target = args.id.map(Target::Id).or(args.since.map(Target::Since)).unwrap_or(Target::Id(uuid::Uuid::nil()));
        self.voice.say(&self.engine.undo(target, args.force).await?, show::undone)
    }

    pub(super) async fn history(&self, run: Option<RunId>, limit: u32) -> Result<Exit, Failure> {
        self.voice.say(&self.engine.history(run, limit, 0).await?, show::history)
    }
}

/// Gives the work up when the person or the system wants an end, so that what it held can be given back.
async fn unless_stopped<T>(work: impl Future<Output = Result<T, EngineError>>) -> Result<T, Failure> {
    tokio::select! {
        done = work => Ok(done?),
        () = asked_to_end() => Err(Failure::Stopped),
    }
}
