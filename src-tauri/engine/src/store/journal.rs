//! Table `journal`: every change that was applied, so that it can be shown and undone.

use std::collections::HashMap;

use kuroibara_core::{MangaId, Provider, RunId, Time};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    Db, StoreError,
    change::JournalRow,
    library::{pattern, words},
    sql::{Arg, args},
    text::{field, json, origin, some_from_json, some_word, time},
};

/// Which changes are looked for. What is left open lets every change pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(default, deny_unknown_fields)]
pub struct HistoryQuery {
    /// Only of titles one of whose names contains this, whole words or not, in any script. Manga that were joined are one
    /// here, whichever of them has the name.
    pub search: Option<String>,
    /// Only at this service, or with a value that it brought.
    pub provider: Option<Provider>,
    /// Only of this kind.
    pub kind: Option<ChangeKind>,
}

/// What kind of change a line of the history tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It came from a service.
    Came,
    /// It was sent to a service, or the service did it because of what was sent.
    Sent,
    /// The person did it here.
    Yours,
    /// A value that gave way in a conflict.
    Lost,
}

impl ChangeKind {
    /// Why lines of this kind stand in the history.
    const fn causes(self) -> &'static [&'static str] {
        match self {
            Self::Came => &["pull", "adopted", "created", "restored", "moved"],
            Self::Sent => &["push", "push_effect", "push_created", "push_removed"],
            Self::Yours => &["edit", "added", "removed", "linked", "unlinked", "undo", "decided", "reopened"],
            Self::Lost => &["conflict_lost"],
        }
    }
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
    /// Lines of history, of one run or of all, the newest first.
    pub async fn journal(&self, run: Option<RunId>, limit: u32, offset: u32) -> Result<Vec<JournalRow>, StoreError> {
        let rows: Vec<Stored> = match run {
            None => self.pool.all(ALL, args![limit, offset]).await?,
            Some(run) => self.pool.all(OF_RUN, args![limit, offset, run.0]).await?,
        };
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// The newest lines that are looked for.
    pub async fn journal_found(
        &self,
        query: &HistoryQuery,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<JournalRow>, StoreError> {
        let given = args![
            limit,
            offset,
            query.provider.map(Provider::as_str),
            query.kind.and_then(|kind| words(kind.causes()))
        ];
        let text = query.search.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let rows: Vec<Stored> = match text {
            None => self.pool.all(FOUND, given).await?,
            Some(text) => self.pool.all(FOUND_OF_TITLES, [given, args![pattern(text)]].concat()).await?,
        };
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Every line of these manga, by manga, the newest first.
    pub async fn journal_of(&self, manga: &[MangaId]) -> Result<HashMap<MangaId, Vec<JournalRow>>, StoreError> {
        let keys = manga.iter().map(|id| Arg::from(*id)).collect();
        let rows: Vec<Stored> = self.pool.read().await?.all_among(OF_MANGA, keys).await?;
        let mut lines: HashMap<MangaId, Vec<JournalRow>> = HashMap::new();
        for row in rows {
            let line = JournalRow::try_from(row)?;
            lines.entry(line.manga).or_default().push(line);
        }
        Ok(lines)
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
/// What every line that is looked for passes, and the order.
macro_rules! passing {
    () => {
        "($3 IS NULL OR provider = $3 OR origin = $3) AND ($4 IS NULL OR $4 LIKE '%|' || cause || '|%') \
            ORDER BY at DESC, id DESC LIMIT $1 OFFSET $2"
    };
}
const FOUND: &str = concat!("SELECT * FROM journal WHERE ", passing!());
/// Works that were joined are one: those of the found names, what they became part of, and all that became part of it.
const FOUND_OF_TITLES: &str = concat!(
    "WITH RECURSIVE whole(id) AS (SELECT manga_id FROM manga_names WHERE folded LIKE $5 ESCAPE '\\' \
        UNION SELECT merged_into FROM manga JOIN whole USING (id) WHERE merged_into IS NOT NULL), \
        parts(id) AS (SELECT id FROM whole UNION SELECT manga.id FROM manga JOIN parts ON merged_into = parts.id) \
        SELECT * FROM journal WHERE manga_id IN (SELECT id FROM parts) AND ",
    passing!()
);
const OF_MANGA: &str = "SELECT * FROM journal WHERE manga_id IN {} ORDER BY at DESC, id DESC";
