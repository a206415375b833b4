//! Table `ignored`: what a person said is never to be synced, a whole work at a provider or one field of it.

use std::collections::{HashMap, HashSet};

use kuroibara_core::{ExternalId, Field, Provider, Time, state::LeftOut};

use super::{
    Db, StoreError,
    sql::{Arg, Tx, args},
    text::{field, provider, time},
};

/// What is never to be synced: all of a work, or one field of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ignored {
    /// Where.
    pub provider: Provider,
    /// Which work.
    pub external_id: ExternalId,
    /// Which field; none: all.
    pub field: Option<Field>,
}

/// The same with what a person wants to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Never {
    /// What is never synced.
    pub what: Ignored,
    /// The work's title, where it is known.
    pub title: Option<String>,
    /// Since when.
    pub at: Time,
}

/// In the column that is part of the key and so can't be null: all fields.
const ALL_FIELDS: &str = "*";

impl Db {
    /// What is never to be synced.
    pub async fn ignored(&self) -> Result<HashSet<Ignored>, StoreError> {
        let text = "SELECT provider, external_id, field FROM ignored";
        let rows: Vec<(String, String, String)> = self.pool.all(text, args![]).await?;
        rows.into_iter().map(ignored).collect()
    }

    /// The same for showing: the newest first.
    pub async fn nevers(&self) -> Result<Vec<Never>, StoreError> {
        let rows: Vec<(String, String, String, Option<String>, i64)> = self.pool.all(SHOWN, args![]).await?;
        let never = |(at, id, word, title, since)| Ok(Never { what: ignored((at, id, word))?, title, at: time(since) });
        rows.into_iter().map(never).collect()
    }

    /// Notes that these are never to be synced. The work's title is kept, since it need not be in the library.
    pub async fn ignore(&self, what: &[Ignored], title: &str, now: Time) -> Result<(), StoreError> {
        let mut tx = self.pool.write().await?;
        let rows = what.iter().map(|one| [one.key(), args![title, now]].concat()).collect();
        tx.run_rows(PUT, rows).await?;
        for one in what {
            tx.run(UNSETTLE, args![self.user, one.provider, one.external_id.as_str()]).await?;
        }
        tx.commit_seen().await
    }

    /// Takes that back. The next sync reads this provider's list whole, so that it finds what it passed over. False: there
    /// was nothing to take back.
    pub async fn stop_ignoring(&self, what: &Ignored) -> Result<bool, StoreError> {
        let mut tx = self.pool.write().await?;
        let known: Option<(i64,)> = tx.optional(KNOWN, what.key()).await?;
        if known.is_none() {
            return Ok(false);
        }
        tx.run("DELETE FROM ignored WHERE provider = $1 AND external_id = $2 AND field = $3", what.key()).await?;
        tx.run(READ_WHOLE, args![self.user, what.provider]).await?;
        tx.run(UNSETTLE, args![self.user, what.provider, what.external_id.as_str()]).await?;
        tx.commit_seen().await?;
        Ok(true)
    }
}

/// The fields that are left out, by work.
pub(super) async fn left_out(tx: &mut Tx) -> Result<HashMap<(Provider, ExternalId), LeftOut>, StoreError> {
    let text = "SELECT provider, external_id, field FROM ignored WHERE field <> '*'";
    let rows: Vec<(String, String, String)> = tx.all(text, args![]).await?;
    let mut left_out: HashMap<(Provider, ExternalId), LeftOut> = HashMap::new();
    for row in rows {
        let Ignored { provider, external_id, field } = ignored(row)?;
        let Some(field) = field else { continue };
        left_out.entry((provider, external_id)).or_default()[field] = true;
    }
    Ok(left_out)
}

impl Ignored {
    fn key(&self) -> Vec<Arg> {
        args![self.provider, self.external_id.as_str(), self.field.map_or(ALL_FIELDS, Field::as_str)]
    }
}

fn ignored((at, id, word): (String, String, String)) -> Result<Ignored, StoreError> {
    let named = (word != ALL_FIELDS).then(|| field("ignored.field", &word)).transpose()?;
    Ok(Ignored { provider: provider(&at)?, external_id: ExternalId(id), field: named })
}

const PUT: &str = "INSERT INTO ignored (provider, external_id, field, title, at) VALUES {} \
    ON CONFLICT (provider, external_id, field) DO NOTHING";
const KNOWN: &str = "SELECT at FROM ignored WHERE provider = $1 AND external_id = $2 AND field = $3";
const READ_WHOLE: &str =
    "UPDATE external_integrations SET last_full_at = NULL WHERE user_id = $1 AND integration_type = $2";
const UNSETTLE: &str = "UPDATE external_manga_mappings SET unsettled = TRUE, differs = NULL WHERE external_manga_id = $3 \
    AND integration_id IN (SELECT id FROM external_integrations WHERE user_id = $1 AND integration_type = $2)";
const SHOWN: &str = "SELECT provider, external_id, field, \
    coalesce((SELECT manga.title FROM external_manga_mappings m \
        JOIN external_integrations i ON i.id = m.integration_id JOIN manga ON manga.id = m.manga_id \
        WHERE i.integration_type = ignored.provider AND m.external_manga_id = ignored.external_id), title) AS title, at \
    FROM ignored ORDER BY at DESC, provider, external_id, field";
