//! Table `journal`: every change that was applied, so that it can be shown and undone.

use kuroibara_core::{MangaId, RunId, Time};
use uuid::Uuid;

use super::{
    Db, StoreError,
    change::JournalRow,
    sql::{Arg, args},
    text::{field, json, origin, some_from_json, some_word, time},
};

/// Which lines of history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JournalFilter {
    /// Only this run's.
    pub run: Option<RunId>,
    /// Only this manga's.
    pub manga: Option<MangaId>,
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: Uuid,
    run_id: Option<Uuid>,
    manga_id: Uuid,
    provider: Option<String>,
    field: Option<String>,
    before_value: Option<String>,
    after_value: Option<String>,
    origin: String,
    cause: String,
    at: i64,
}

impl TryFrom<Stored> for JournalRow {
    type Error = StoreError;

    fn try_from(row: Stored) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            run: row.run_id.map(RunId),
            manga: MangaId(row.manga_id),
            provider: some_word("provider", row.provider.as_deref())?,
            field: row.field.map(|word| field("journal.field", &word)).transpose()?,
            before: some_from_json("before_value", row.before_value.as_deref())?,
            after: some_from_json("after_value", row.after_value.as_deref())?,
            origin: origin("journal.origin", row.origin)?,
            cause: row.cause,
            at: time(row.at),
        })
    }
}

impl Db {
    /// Lines of history, the newest first.
    pub async fn journal(&self, only: JournalFilter, limit: u32, offset: u32) -> Result<Vec<JournalRow>, StoreError> {
        let (run, manga) = (only.run.map(|run| run.0), only.manga.map(|manga| manga.0));
        let rows: Vec<Stored> = match (run, manga) {
            (None, None) => self.pool.all(ALL, args![limit, offset]).await?,
            (Some(run), None) => self.pool.all(OF_RUN, args![limit, offset, run]).await?,
            (None, Some(manga)) => self.pool.all(OF_MANGA, args![limit, offset, manga]).await?,
            (Some(run), Some(manga)) => self.pool.all(OF_BOTH, args![limit, offset, run, manga]).await?,
        };
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Every line since a moment, the newest first.
    pub async fn journal_since(&self, since: Time) -> Result<Vec<JournalRow>, StoreError> {
        let rows: Vec<Stored> = self.pool.all(SINCE, args![since]).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// One line of history.
    pub async fn journal_row(&self, id: Uuid) -> Result<Option<JournalRow>, StoreError> {
        let row: Option<Stored> = self.pool.optional("SELECT * FROM journal WHERE id = $1", args![id]).await?;
        row.map(TryInto::try_into).transpose()
    }
}

/// The arguments of [`INSERT`].
pub(super) fn row(line: &JournalRow) -> Result<Vec<Arg>, StoreError> {
    let [before, after] = [&line.before, &line.after].map(|v| v.as_ref().map(|v| json("journal", v)).transpose());
    let what = args![line.id, line.run.map(|run| run.0), line.manga, line.provider.map(|p| p.as_str())];
    let how = args![line.field.map(|f| f.as_str()), before?, after?, line.origin.as_str(), &*line.cause, line.at];
    Ok([what, how].concat())
}

const SINCE: &str = "SELECT * FROM journal WHERE at >= $1 ORDER BY at DESC, id DESC";
/// Adds lines.
pub(super) const INSERT: &str = "INSERT INTO journal \
    (id, run_id, manga_id, provider, field, before_value, after_value, origin, cause, at) VALUES {}";
const ALL: &str = "SELECT * FROM journal ORDER BY at DESC, id DESC LIMIT $1 OFFSET $2";
const OF_RUN: &str = "SELECT * FROM journal WHERE run_id = $3 ORDER BY at DESC, id DESC LIMIT $1 OFFSET $2";
const OF_MANGA: &str = "SELECT * FROM journal WHERE manga_id = $3 ORDER BY at DESC, id DESC LIMIT $1 OFFSET $2";
const OF_BOTH: &str = "SELECT * FROM journal WHERE run_id = $3 AND manga_id = $4 \
    ORDER BY at DESC, id DESC LIMIT $1 OFFSET $2";
