//! What happened: runs and changes, the newest first.

use std::collections::HashMap;

use kuroibara_core::{MangaId, Provider, RunId, Time};
use serde::Serialize;

pub use crate::store::{ChangeKind, HistoryQuery};
use crate::{
    Engine,
    error::EngineError,
    store::{JournalRow, Run},
};

/// Runs and changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct History {
    /// The runs.
    pub runs: Vec<RunView>,
    /// The changes.
    pub changes: Vec<ChangeView>,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct RunView {
    /// Which run.
    pub run_id: RunId,
    /// `full`, `incremental` or `edit`.
    pub strategy: String,
    /// Who asked for it.
    pub trigger: String,
    /// How it ended, or `running` or `interrupted`.
    pub status: String,
    /// When it began.
    pub started_at: Time,
    /// When it ended.
    pub finished_at: Option<Time>,
    /// What it did per provider.
    #[cfg_attr(feature = "specta", specta(type = Option<std::collections::BTreeMap<Provider, crate::sync::report::ProviderReport>>))]
    pub providers: Option<serde_json::Value>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ChangeView {
    /// Which change.
    pub change_id: uuid::Uuid,
    /// The run that made it; none: the reader did.
    pub run_id: Option<RunId>,
    /// Which manga.
    pub manga_id: MangaId,
    /// Its title.
    pub title: Option<String>,
    /// Where; none: in the library.
    pub provider: Option<Provider>,
    /// Which field; none: the whole entry.
    #[cfg_attr(feature = "specta", specta(type = Option<kuroibara_core::Field>))]
    pub field: Option<&'static str>,
    /// What was there.
    #[cfg_attr(feature = "specta", specta(type = Option<Was>))]
    pub before: Option<serde_json::Value>,
    /// What is there now.
    #[cfg_attr(feature = "specta", specta(type = Option<Was>))]
    pub after: Option<serde_json::Value>,
    /// Who brought the new value.
    pub origin: &'static str,
    /// Why.
    pub cause: String,
    /// When.
    pub at: Time,
}

/// What a line of history says was there, or is: a field's value, a whole entry, or a work that was linked.
#[cfg(feature = "specta")]
#[derive(Serialize, specta::Type)]
#[serde(untagged)]
#[allow(dead_code, reason = "it only says how TypeScript writes it")]
enum Was {
    Value(kuroibara_core::Value),
    Entry(std::collections::BTreeMap<kuroibara_core::Field, kuroibara_core::Value>),
}

impl Engine {
    /// The newest runs and changes, or those of one run; `offset` leaves out the newest of each.
    pub async fn history(&self, run: Option<RunId>, limit: u32, offset: u32) -> Result<History, EngineError> {
        let runs = match run {
            Some(run) => self.db.run(run).await?.into_iter().collect(),
            None => self.db.runs(limit, offset).await?,
        };
        if let (Some(run), true) = (run, runs.is_empty()) {
            return Err(EngineError::Refused(format!("there is no run {run}. See `history` for those that there are")));
        }
        let changes = self.told(self.db.journal(run, limit, offset).await?).await?;
        Ok(History { runs: runs.into_iter().map(RunView::from).collect(), changes })
    }

    /// The newest changes that are looked for, with no run; `offset` leaves out the newest.
    ///
    /// # Errors
    /// When the library can't be read.
    pub async fn history_of(&self, query: &HistoryQuery, limit: u32, offset: u32) -> Result<History, EngineError> {
        let changes = self.told(self.db.journal_found(query, limit, offset).await?).await?;
        Ok(History { runs: Vec::new(), changes })
    }

    async fn told(&self, changes: Vec<JournalRow>) -> Result<Vec<ChangeView>, EngineError> {
        let named = changes.iter().flat_map(|row| [Some(row.manga), joined(row)]).flatten().collect();
        let titles = self.db.shown_titles(&named).await?;
        Ok(changes.into_iter().map(|row| ChangeView::of(row, &titles)).collect())
    }
}

/// The manga that was made one with the row's, where that is what it tells: it is kept by its id.
fn joined(row: &JournalRow) -> Option<MangaId> {
    let id = row.after.as_ref().filter(|_| row.cause == "linked")?.as_str()?;
    id.parse().ok().map(MangaId)
}

impl From<Run> for RunView {
    fn from(run: Run) -> Self {
        Self {
            run_id: run.id,
            strategy: run.strategy,
            trigger: run.trigger,
            status: run.status,
            started_at: run.started_at,
            finished_at: run.finished_at,
            providers: run.report.and_then(|mut report| report.get_mut("providers").map(serde_json::Value::take)),
        }
    }
}

impl ChangeView {
    fn of(row: JournalRow, titles: &HashMap<MangaId, String>) -> Self {
        // What a row of two that became one has as before is the other's entry, which was never this one's: it is kept for undo.
        let (before, after) = match joined(&row) {
            Some(manga) => (None, titles.get(&manga).map(|title| serde_json::Value::from(title.as_str()))),
            None => (row.before, row.after),
        };
        Self {
            title: titles.get(&row.manga).cloned(),
            change_id: row.id,
            run_id: row.run,
            manga_id: row.manga,
            provider: row.provider,
            field: row.field.map(kuroibara_core::Field::as_str),
            before,
            after,
            origin: row.origin.as_str(),
            cause: row.cause,
            at: row.at,
        }
    }
}
