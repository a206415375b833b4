//! Table `match_candidates`: which links wait for a person.

use kuroibara_core::{ExternalId, MangaId, Provider, Time};
use uuid::Uuid;

use super::{
    Db, StoreError,
    change::Json,
    sql::{Arg, args},
    text::{count, from_json, json, provider, time},
};

/// A link that waits for a person.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchCandidate {
    /// Its key, from [`Db::new_id`].
    pub id: Uuid,
    /// Which manga.
    pub manga: MangaId,
    /// Where it may be linked.
    pub provider: Provider,
    /// To which work.
    pub external_id: ExternalId,
    /// That work's title.
    pub title: String,
    /// How sure it is, 0 to 100.
    pub confidence: u32,
    /// What speaks for and against it.
    pub evidence: Json,
    /// That work as it is shown; none: it is in the library.
    pub shown: Option<Json>,
    /// Since when it waits.
    pub opened_at: Time,
}

#[derive(sqlx::FromRow)]
struct CandidateRow {
    id: Uuid,
    manga_id: Uuid,
    provider: String,
    external_id: String,
    title: String,
    confidence: i64,
    evidence: String,
    shown: Option<String>,
    opened_at: i64,
}

impl TryFrom<CandidateRow> for MatchCandidate {
    type Error = StoreError;

    fn try_from(row: CandidateRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            manga: MangaId(row.manga_id),
            provider: provider(&row.provider)?,
            external_id: ExternalId(row.external_id),
            title: row.title,
            confidence: count("confidence", row.confidence)?,
            evidence: from_json("evidence", &row.evidence)?,
            shown: row.shown.map(|shown| from_json("shown", &shown)).transpose()?,
            opened_at: time(row.opened_at),
        })
    }
}

impl Db {
    /// The links that wait for a person, the surest first. What was linked there meanwhile waits no more.
    pub async fn match_candidates(&self) -> Result<Vec<MatchCandidate>, StoreError> {
        let rows: Vec<CandidateRow> = self.pool.all(OPEN_CANDIDATES, args![]).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// One of them.
    pub async fn match_candidate(&self, id: Uuid) -> Result<Option<MatchCandidate>, StoreError> {
        let row: Option<CandidateRow> =
            self.pool.optional("SELECT * FROM match_candidates WHERE id = $1", args![id]).await?;
        row.map(TryInto::try_into).transpose()
    }

    /// Adds links that wait. One that waits already gets what is new of it.
    pub async fn put_match_candidates(&self, candidates: &[MatchCandidate]) -> Result<(), StoreError> {
        let mut tx = self.pool.write().await?;
        let rows = candidates.iter().map(candidate).collect::<Result<_, _>>()?;
        tx.run_rows(PUT_CANDIDATES, rows).await?;
        tx.commit_seen().await
    }
}

fn candidate(candidate: &MatchCandidate) -> Result<Vec<Arg>, StoreError> {
    let what = args![candidate.id, candidate.manga, candidate.provider, candidate.external_id.as_str()];
    let evidence = json("evidence", &candidate.evidence)?;
    let shown = candidate.shown.as_ref().map(|shown| json("shown", shown)).transpose()?;
    Ok([what, args![&*candidate.title, candidate.confidence, evidence, shown, candidate.opened_at]].concat())
}

const OPEN_CANDIDATES: &str = "SELECT c.* FROM match_candidates c JOIN manga m ON m.id = c.manga_id \
    WHERE m.merged_into IS NULL AND NOT EXISTS (SELECT 1 FROM external_manga_mappings p \
        JOIN external_integrations i ON i.id = p.integration_id \
        WHERE p.manga_id = c.manga_id AND i.integration_type = c.provider) \
    ORDER BY c.confidence DESC, c.id";
const PUT_CANDIDATES: &str = "INSERT INTO match_candidates \
    (id, manga_id, provider, external_id, title, confidence, evidence, shown, opened_at) VALUES {} \
    ON CONFLICT (manga_id, provider, external_id) DO UPDATE SET title = excluded.title, \
    confidence = excluded.confidence, evidence = excluded.evidence, shown = excluded.shown";
