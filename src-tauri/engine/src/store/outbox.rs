//! Table `outbox`: which mapping is due, since when, and how often it was tried. What is to be sent is never stored here.
//!
//! Each edit gives its row a new mark, so that what finishes later removes only the row that it was begun for.

use enum_map::EnumMap;
use kuroibara_core::{ExternalId, IntegrationId, MangaId, MappingId, Provider, Time};
use uuid::Uuid;

use super::{
    Db, StoreError,
    change::Failure,
    sql::{Arg, args},
    text::{count, provider, some_time, time},
};

/// One row of the queue, for showing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which manga.
    pub manga: MangaId,
    /// Its title.
    pub title: String,
    /// Which mapping of it.
    pub mapping: MappingId,
    /// Where it is to be sent.
    pub provider: Provider,
    /// Its id there.
    pub external_id: ExternalId,
    /// Since when.
    pub due_since: Time,
    /// How often it was tried in vain.
    pub attempts: u32,
    /// When it is tried again; none: at once.
    pub next_try_at: Option<Time>,
    /// Why it failed last.
    pub error: Option<Failure>,
    /// Whether the provider said no for good, so that it waits for another edit.
    pub refused: bool,
}

/// How much waits to be sent to one provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// Titles of which something waits.
    pub waiting: u32,
    /// Since when the oldest does.
    pub waiting_since: Option<Time>,
    /// Titles that were refused for good.
    pub refused: u32,
}

#[derive(sqlx::FromRow)]
struct WaitingRow {
    manga_id: Uuid,
    title: String,
    mapping_id: Uuid,
    integration_type: String,
    external_manga_id: String,
    due_since: i64,
    attempts: i64,
    next_try_at: Option<i64>,
    error_code: Option<String>,
    error_message: Option<String>,
    refused: bool,
}

impl TryFrom<WaitingRow> for Waiting {
    type Error = StoreError;

    fn try_from(row: WaitingRow) -> Result<Self, StoreError> {
        Ok(Self {
            manga: MangaId(row.manga_id),
            title: row.title,
            mapping: MappingId(row.mapping_id),
            provider: provider(&row.integration_type)?,
            external_id: ExternalId(row.external_manga_id),
            due_since: time(row.due_since),
            attempts: count("attempts", row.attempts)?,
            next_try_at: some_time(row.next_try_at),
            error: row.error_code.zip(row.error_message).map(|(code, message)| Failure { code, message }),
            refused: row.refused,
        })
    }
}

impl Db {
    /// What waits to be sent, the oldest first.
    pub async fn waiting(&self, limit: u32) -> Result<Vec<Waiting>, StoreError> {
        let rows: Vec<WaitingRow> = self.pool.all(WAITING, args![limit]).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// How much waits, by provider; none: nothing does.
    pub async fn queues(&self) -> Result<EnumMap<Provider, Option<Queue>>, StoreError> {
        let rows: Vec<(String, bool, i64, i64)> = self.pool.all(QUEUES, args![]).await?;
        let mut queues: EnumMap<Provider, Option<Queue>> = EnumMap::default();
        for (at, refused, titles, since) in rows {
            let queue = queues[provider(&at)?].get_or_insert_default();
            let titles = count("count", titles)?;
            match refused {
                true => queue.refused = titles,
                false => (queue.waiting, queue.waiting_since) = (titles, Some(time(since))),
            }
        }
        Ok(queues)
    }

    /// What of one manga waits to be sent.
    pub async fn waiting_of(&self, manga: MangaId) -> Result<Vec<Waiting>, StoreError> {
        let rows: Vec<WaitingRow> = self.pool.all(WAITING_OF, args![manga]).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// What an integration refused is due again.
    pub async fn stop_refusing(&self, integration: IntegrationId) -> Result<(), StoreError> {
        self.pool.run_seen(STOP_REFUSING, args![integration]).await?;
        Ok(())
    }

    /// When the next row of these providers is due: a time that may lie in the past; none: nothing waits, but what was
    /// refused.
    pub async fn next_due_at(&self, providers: &[Provider]) -> Result<Option<Time>, StoreError> {
        let mut tx = self.pool.read().await?;
        let keys = providers.iter().map(|provider| Arg::from(*provider)).collect();
        let rows: Vec<(Option<i64>,)> = tx.all_among(NEXT_DUE, keys).await?;
        Ok(rows.into_iter().filter_map(|(at,)| some_time(at)).min())
    }
}

/// Marks mappings as due. A row that is there keeps its age, and may be tried again at once.
pub(super) const DUE: &str = "INSERT INTO outbox (mapping_id, mark, due_since, attempts, refused) VALUES {} \
    ON CONFLICT (mapping_id) DO UPDATE SET mark = excluded.mark, attempts = 0, next_try_at = NULL, error_code = NULL, \
    error_message = NULL, refused = FALSE";
/// Removes what was sent, by its mark.
pub(super) const DONE: &str = "DELETE FROM outbox WHERE mark IN {}";
/// Notes what failed, by its mark.
pub(super) const FAILED: &str = "UPDATE outbox SET attempts = outbox.attempts + 1, next_try_at = v.column2, \
    error_code = v.column3, error_message = v.column4, refused = v.column5 FROM (VALUES {}) AS v \
    WHERE outbox.mark = v.column1";
const STOP_REFUSING: &str = "UPDATE outbox SET refused = FALSE, attempts = 0, next_try_at = NULL, error_code = NULL, \
    error_message = NULL WHERE refused AND mapping_id IN (SELECT id FROM external_manga_mappings WHERE integration_id = $1)";
const QUEUES: &str = "SELECT i.integration_type, refused, count(*), min(due_since) FROM outbox \
    JOIN external_manga_mappings m ON m.id = outbox.mapping_id JOIN external_integrations i ON i.id = m.integration_id \
    GROUP BY i.integration_type, refused";
const NEXT_DUE: &str = "SELECT min(coalesce(next_try_at, due_since)) FROM outbox \
    JOIN external_manga_mappings m ON m.id = outbox.mapping_id JOIN external_integrations i ON i.id = m.integration_id \
    WHERE refused = FALSE AND i.integration_type IN {}";
macro_rules! waiting {
    () => {
        "SELECT mappings.manga_id, manga.title, outbox.mapping_id, integration_type, external_manga_id, due_since, \
            attempts, next_try_at, error_code, error_message, refused FROM outbox \
            JOIN external_manga_mappings mappings ON mappings.id = outbox.mapping_id \
            JOIN external_integrations integrations ON integrations.id = mappings.integration_id \
            JOIN manga ON manga.id = mappings.manga_id "
    };
}
const WAITING: &str = concat!(waiting!(), "ORDER BY due_since, outbox.mapping_id LIMIT $1");
const WAITING_OF: &str = concat!(waiting!(), "WHERE mappings.manga_id = $1 ORDER BY due_since, outbox.mapping_id");
