//! Table `sync_runs`: each sync with its plan, its report and how it ended.

use kuroibara_core::{RunId, Time};
use uuid::Uuid;

use super::{
    Db, StoreError,
    change::Json,
    sql::args,
    text::{json, some_from_json, some_time, time},
};

/// A sync that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRun {
    /// Its key, from [`Db::new_id`].
    pub id: RunId,
    /// `full`, `incremental` or `edit`.
    pub strategy: String,
    /// Who asked for it, as a stable word such as `manual` or `auto`.
    pub trigger: String,
    /// When it began.
    pub started_at: Time,
}

/// A sync of the past, or of now.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its key.
    pub id: RunId,
    /// `full`, `incremental` or `edit`.
    pub strategy: String,
    /// Who asked for it.
    pub trigger: String,
    /// `running`, `interrupted`, or how it ended, as a stable word.
    pub status: String,
    /// When it began.
    pub started_at: Time,
    /// When it ended.
    pub finished_at: Option<Time>,
    /// What it did.
    pub report: Option<Json>,
    /// What it was to do; kept while it waits for a person.
    pub plan: Option<Json>,
}

/// What the end of a sync means for the plan that waits.
#[derive(Clone, Debug, PartialEq)]
pub enum PlanChange {
    /// It is as it was.
    Keep,
    /// None waits any more.
    Settle,
    /// This one waits, and no other.
    Wait(Json),
}

#[derive(sqlx::FromRow)]
struct RunRow {
    id: Uuid,
    strategy: String,
    trigger_kind: String,
    status: String,
    started_at: i64,
    finished_at: Option<i64>,
    report: Option<String>,
    plan: Option<String>,
}

impl TryFrom<RunRow> for Run {
    type Error = StoreError;

    fn try_from(row: RunRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: RunId(row.id),
            strategy: row.strategy,
            trigger: row.trigger_kind,
            status: row.status,
            started_at: time(row.started_at),
            finished_at: some_time(row.finished_at),
            report: some_from_json("sync_runs.report", row.report.as_deref())?,
            plan: some_from_json("sync_runs.plan", row.plan.as_deref())?,
        })
    }
}

impl Db {
    /// Notes that a sync begins, and that those which never ended were interrupted: only one runs at a time.
    pub async fn begin_run(&self, run: &NewRun) -> Result<(), StoreError> {
        let mut tx = self.pool.write().await?;
        tx.run(INTERRUPT, args![self.user, run.started_at]).await?;
        tx.run(BEGIN, args![run.id, self.user, &*run.strategy, &*run.trigger, run.started_at]).await?;
        tx.commit_seen().await
    }

    /// Notes how a sync ended, with what it did, and what becomes of the plan that waits. How much it looked at is
    /// known only now: a list may have had to be read whole.
    pub async fn end_run(
        &self,
        id: RunId,
        strategy: Option<&str>,
        status: &str,
        report: &Json,
        plan: PlanChange,
        now: Time,
    ) -> Result<(), StoreError> {
        let (settles, plan) = match plan {
            PlanChange::Keep => (false, None),
            PlanChange::Settle => (true, None),
            PlanChange::Wait(plan) => (true, Some(json("sync_runs.plan", &plan)?)),
        };
        let report = json("sync_runs.report", report)?;
        let mut tx = self.pool.write().await?;
        if settles {
            tx.run(SETTLE, args![self.user]).await?;
        }
        tx.run(END, args![id, status, now, report, plan, strategy]).await?;
        tx.commit_seen().await
    }

    /// Syncs, the newest first.
    pub async fn runs(&self, limit: u32, offset: u32) -> Result<Vec<Run>, StoreError> {
        let rows: Vec<RunRow> = self.pool.all(LIST, args![self.user, limit, offset]).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// One sync.
    pub async fn run(&self, id: RunId) -> Result<Option<Run>, StoreError> {
        let row: Option<RunRow> = self.pool.optional("SELECT * FROM sync_runs WHERE id = $1", args![id]).await?;
        row.map(TryInto::try_into).transpose()
    }

    /// The newest sync whose plan waits for a person, unless a later one replaced it.
    pub async fn waiting_plan(&self) -> Result<Option<Run>, StoreError> {
        let row: Option<RunRow> = self.pool.optional(WAITING, args![self.user]).await?;
        row.map(TryInto::try_into).transpose()
    }

    /// Puts other rows in the place of a plan that waits, with what was `said` of it until now. False: it waits no more.
    pub async fn replace_plan(&self, id: RunId, plan: &Json, said: &Json) -> Result<bool, StoreError> {
        let text = "UPDATE sync_runs SET plan = $2, said = $3 WHERE id = $1 AND plan IS NOT NULL";
        let (plan, said) = (json("sync_runs.plan", plan)?, json("sync_runs.said", said)?);
        Ok(self.pool.run_seen(text, args![id, plan, said]).await? > 0)
    }

    /// What was said of a plan, as [`replace_plan`](Self::replace_plan) was given it.
    pub async fn said_of_plan(&self, id: RunId) -> Result<Option<Json>, StoreError> {
        let text = "SELECT said FROM sync_runs WHERE id = $1";
        let row: Option<(Option<String>,)> = self.pool.optional(text, args![id]).await?;
        some_from_json("sync_runs.said", row.and_then(|(said,)| said).as_deref())
    }
}

const INTERRUPT: &str = "UPDATE sync_runs SET status = 'interrupted', finished_at = $2 \
    WHERE user_id = $1 AND status = 'running'";
const BEGIN: &str = "INSERT INTO sync_runs (id, user_id, strategy, trigger_kind, status, started_at) \
    VALUES ($1, $2, $3, $4, 'running', $5)";
const END: &str = "UPDATE sync_runs SET status = $2, finished_at = $3, report = $4, plan = $5, \
    strategy = coalesce($6, strategy) WHERE id = $1";
const SETTLE: &str = "UPDATE sync_runs SET plan = NULL, said = NULL WHERE user_id = $1 AND plan IS NOT NULL";
const LIST: &str = "SELECT * FROM sync_runs WHERE user_id = $1 ORDER BY started_at DESC, id DESC LIMIT $2 OFFSET $3";
const WAITING: &str = "SELECT * FROM sync_runs WHERE user_id = $1 AND plan IS NOT NULL \
    ORDER BY started_at DESC, id DESC LIMIT 1";
