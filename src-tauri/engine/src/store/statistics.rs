//! Counts over the whole library, each in one statement. What they are shown as, the engine decides.

use chrono::TimeDelta;
use kuroibara_core::{Provider, Status, Time};

use super::{
    Db, StoreError,
    sql::args,
    text::{Word, count, nanos, provider, word},
};
use crate::providers::Format;

/// A week, in nanoseconds.
const WEEK: i64 = 7 * 24 * 60 * 60 * 1_000_000_000;

/// What was counted. What nothing was found of is left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Entries, chapters and volumes read, rereads.
    pub totals: [u64; 4],
    /// Entries by status.
    pub statuses: Vec<(Status, u32)>,
    /// Entries by score: which ten of the hundred points (0: 1 to 10), none: unrated.
    pub scores: Vec<(Option<u8>, u32)>,
    /// Entries by format.
    pub formats: Vec<(Format, u32)>,
    /// Chapters read by weeks since the first moment that was asked for.
    pub weeks: Vec<(u32, u64)>,
    /// Per provider that takes part: entries mapped there, those that differ, those that wait.
    pub places: Vec<(Provider, [u32; 3])>,
}

impl Db {
    /// Counts everything; weeks begin at `since`.
    pub async fn figures(&self, since: Time, weeks: u32) -> Result<Figures, StoreError> {
        let mut tx = self.pool.read().await?;
        let totals: Option<(i64, i64, i64, i64)> = tx.optional(TOTALS, args![self.user]).await?;
        let statuses: Vec<(String, i64)> = tx.all(STATUSES, args![self.user]).await?;
        let scores: Vec<(Option<i64>, i64)> = tx.all(SCORES, args![self.user]).await?;
        let formats: Vec<(String, i64)> = tx.all(FORMATS, args![self.user]).await?;
        let until = since + TimeDelta::weeks(weeks.into());
        let read: Vec<(i64, i64)> = tx.all(WEEKS, args![nanos(since), nanos(until), WEEK]).await?;
        let places: Vec<(String, i64, i64, i64)> = tx.all(PLACES, args![self.user]).await?;
        Ok(Figures {
            totals: totals.map_or([0; 4], |(a, b, c, d)| [a, b, c, d].map(|n| u64::try_from(n).unwrap_or(0))),
            statuses: each(statuses, |(status, n)| Ok((word("status", &status)?, count("count", n)?)))?,
            scores: each(scores, |(ten, n)| Ok((ten.and_then(|ten| u8::try_from(ten).ok()), count("count", n)?)))?,
            formats: each(formats, |(format, n)| Ok((Format::read("format", &format)?, count("count", n)?)))?,
            weeks: each(read, |(week, n)| Ok((count("week", week)?, u64::try_from(n).unwrap_or(0))))?,
            places: each(places, |(at, all, differ, wait)| {
                Ok((provider(&at)?, [count("count", all)?, count("count", differ)?, count("count", wait)?]))
            })?,
        })
    }
}

fn each<A, B>(rows: Vec<A>, read: impl FnMut(A) -> Result<B, StoreError>) -> Result<Vec<B>, StoreError> {
    rows.into_iter().map(read).collect()
}

const TOTALS: &str = "SELECT count(*), CAST(coalesce(sum(chapters_read), 0) AS BIGINT), \
    CAST(coalesce(sum(volumes_read), 0) AS BIGINT), CAST(coalesce(sum(rereads), 0) AS BIGINT) \
    FROM library_entries WHERE user_id = $1 AND removed_at IS NULL";
const STATUSES: &str = "SELECT status, count(*) FROM library_entries \
    WHERE user_id = $1 AND removed_at IS NULL GROUP BY status";
const SCORES: &str = "SELECT (score - 1) / 10, count(*) FROM library_entries \
    WHERE user_id = $1 AND removed_at IS NULL GROUP BY (score - 1) / 10";
const FORMATS: &str = "SELECT m.format, count(*) FROM library_entries e JOIN manga m ON m.id = e.manga_id \
    WHERE e.user_id = $1 AND e.removed_at IS NULL GROUP BY m.format";
/// Only what grew: a corrected count was not read backwards. The values of this field are whole numbers in JSON.
const WEEKS: &str = "SELECT (at - $1) / $3, \
    CAST(sum(CASE WHEN CAST(after_value AS BIGINT) > CAST(before_value AS BIGINT) \
    THEN CAST(after_value AS BIGINT) - CAST(before_value AS BIGINT) ELSE 0 END) AS BIGINT) FROM journal \
    WHERE at >= $1 AND at < $2 AND field = 'chapters_read' AND provider IS NULL AND cause <> 'undo' \
    GROUP BY (at - $1) / $3";
const PLACES: &str = "SELECT i.integration_type, count(*), \
    CAST(coalesce(sum(CASE WHEN x.differs THEN 1 ELSE 0 END), 0) AS BIGINT), \
    CAST(coalesce(sum(CASE WHEN o.mapping_id IS NULL THEN 0 ELSE 1 END), 0) AS BIGINT) \
    FROM external_integrations i JOIN external_manga_mappings x ON x.integration_id = i.id \
    JOIN library_entries e ON e.manga_id = x.manga_id LEFT JOIN outbox o ON o.mapping_id = x.id \
    WHERE i.user_id = $1 AND i.access_token IS NOT NULL AND i.sync_enabled AND e.removed_at IS NULL \
    AND x.remote = 'present' GROUP BY i.integration_type";
