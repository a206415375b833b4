//! Table `conflicts`: questions about a manga that only a person can answer, with what each side says.

use kuroibara_core::{Group, MangaId, Provider, Time};
use uuid::Uuid;

use super::{
    Db, StoreError,
    change::{ConflictKind, Json, NewConflict, Remembered},
    sql::{Arg, args},
    text::{Word, from_json, json, some_from_json, some_time, some_word, time},
};

/// A question, open or decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// Its key.
    pub id: Uuid,
    /// Which manga.
    pub manga: MangaId,
    /// What it is about.
    pub kind: ConflictKind,
    /// Which fields, for [`ConflictKind::Fields`].
    pub group: Option<Group>,
    /// Which provider, where it is about one.
    pub provider: Option<Provider>,
    /// Base, local and every provider.
    pub body: Json,
    /// Since when it is open.
    pub opened_at: Time,
    /// Since when it is not any more.
    pub decided_at: Option<Time>,
    /// How it was decided, as a stable word.
    pub decision: Option<String>,
    /// What taking that back needs, while it can be.
    pub remembered: Option<Remembered>,
}

/// A row of the table.
#[derive(sqlx::FromRow)]
pub(super) struct ConflictRow {
    id: Uuid,
    pub(super) manga_id: Uuid,
    kind: String,
    field_group: Option<String>,
    provider: Option<String>,
    body: String,
    opened_at: i64,
    decided_at: Option<i64>,
    decision: Option<String>,
    decided_with: Option<Uuid>,
    moved: Option<String>,
}

impl TryFrom<ConflictRow> for Conflict {
    type Error = StoreError;

    fn try_from(row: ConflictRow) -> Result<Self, StoreError> {
        let before: Option<Json> = some_from_json("conflicts.moved", row.moved.as_deref())?;
        Ok(Self {
            remembered: row.decided_with.zip(before).map(|(with, before)| Remembered { with, before }),
            id: row.id,
            manga: MangaId(row.manga_id),
            kind: Word::read("conflicts.kind", &row.kind)?,
            group: row.field_group.map(|word| Word::read("field_group", &word)).transpose()?,
            provider: some_word("provider", row.provider.as_deref())?,
            body: from_json("conflicts.body", &row.body)?,
            opened_at: time(row.opened_at),
            decided_at: some_time(row.decided_at),
            decision: row.decision,
        })
    }
}

impl Db {
    /// The open questions, the oldest first.
    pub async fn open_conflicts(&self) -> Result<Vec<Conflict>, StoreError> {
        let rows: Vec<ConflictRow> = self.pool.all(OPEN, args![]).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// How many questions are open, and some of them, the oldest first: those that follow the question `after`, open or
    /// not any more, so that none is passed over because another was answered between two pages.
    pub async fn open_conflicts_page(
        &self,
        limit: u32,
        after: Option<Uuid>,
    ) -> Result<(u64, Vec<Conflict>), StoreError> {
        let mut tx = self.pool.read().await?;
        let total: Option<(i64,)> = tx.optional(COUNT, args![]).await?;
        let rows: Vec<ConflictRow> = match after {
            None => tx.all(FIRST, args![limit]).await?,
            Some(after) => tx.all(NEXT, args![limit, after]).await?,
        };
        let page = rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
        Ok((total.map_or(0, |(total,)| u64::try_from(total).unwrap_or(0)), page))
    }

    /// The keys of the open questions, the oldest first.
    pub async fn open_conflict_ids(&self) -> Result<Vec<Uuid>, StoreError> {
        let text = "SELECT id FROM conflicts WHERE decided_at IS NULL ORDER BY opened_at, id";
        let rows: Vec<(Uuid,)> = self.pool.all(text, args![]).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// One question, open or decided.
    pub async fn conflict(&self, id: Uuid) -> Result<Option<Conflict>, StoreError> {
        let row: Option<ConflictRow> = self.pool.optional("SELECT * FROM conflicts WHERE id = $1", args![id]).await?;
        row.map(TryInto::try_into).transpose()
    }

    /// The questions that were answered with this one and can still be taken back.
    pub async fn conflicts_decided_with(&self, id: Uuid) -> Result<Vec<Conflict>, StoreError> {
        let text = "SELECT * FROM conflicts WHERE decided_with = $1 AND moved IS NOT NULL ORDER BY opened_at, id";
        let rows: Vec<ConflictRow> = self.pool.all(text, args![id]).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Forgets how to take back what was decided before then.
    pub async fn forget_decisions_before(&self, then: Time) -> Result<(), StoreError> {
        let text = "UPDATE conflicts SET moved = NULL WHERE moved IS NOT NULL AND decided_at < $1";
        self.pool.run(text, args![then]).await.map(drop)
    }
}

/// The arguments of [`CLOSE`].
pub(super) fn decided(
    id: Uuid,
    decision: &str,
    remembered: Option<&Remembered>,
    now: Time,
) -> Result<Vec<Arg>, StoreError> {
    let before = remembered.map(|remembered| json("conflicts.moved", &remembered.before)).transpose()?;
    Ok(args![id, decision, now, remembered.map(|remembered| remembered.with), before])
}

/// The arguments of [`ASK`].
pub(super) fn row(manga: MangaId, asked: &NewConflict, now: Time) -> Result<Vec<Arg>, StoreError> {
    let about = args![asked.id, manga, asked.kind.word(), asked.group.map(Word::word)];
    let rest = args![asked.provider.map(|p| p.as_str()), json("conflicts.body", &asked.body)?, now];
    Ok([about, rest].concat())
}

/// Asks. The same question that is open already only gets the new body.
pub(super) const ASK: &str = "INSERT INTO conflicts (id, manga_id, kind, field_group, provider, body, opened_at) \
    VALUES {} ON CONFLICT (manga_id, kind, (coalesce(field_group, '')), (coalesce(provider, ''))) \
    WHERE decided_at IS NULL DO UPDATE SET body = excluded.body";
/// Closes questions. One that is closed already keeps its decision.
pub(super) const CLOSE: &str = "UPDATE conflicts SET decision = v.column2, decided_at = v.column3, \
    decided_with = v.column4, moved = v.column5 FROM (VALUES {}) AS v WHERE conflicts.id = v.column1 AND conflicts.decided_at IS NULL";
/// Asks again what was decided.
pub(super) const REOPEN: &str =
    "UPDATE conflicts SET decision = NULL, decided_at = NULL, decided_with = NULL, moved = NULL WHERE id IN {}";
/// The open questions about these manga.
pub(super) const OPEN_AMONG: &str = "SELECT * FROM conflicts WHERE decided_at IS NULL AND manga_id IN {}";
/// Those about a manga that there is: one that was merged into another asks nothing any more.
macro_rules! answerable {
    () => {
        "FROM conflicts WHERE decided_at IS NULL AND EXISTS \
         (SELECT 1 FROM manga m WHERE m.id = conflicts.manga_id AND m.merged_into IS NULL)"
    };
}
const COUNT: &str = concat!("SELECT count(*) ", answerable!());
const FIRST: &str = concat!("SELECT * ", answerable!(), " ORDER BY opened_at, id LIMIT $1");
const NEXT: &str = concat!(
    "SELECT * ",
    answerable!(),
    " AND (opened_at, id) > (SELECT opened_at, id FROM conflicts WHERE id = $2) ORDER BY opened_at, id LIMIT $1"
);
/// All open questions.
pub(super) const OPEN: &str = "SELECT * FROM conflicts WHERE decided_at IS NULL ORDER BY opened_at, id";
