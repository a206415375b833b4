//! Table `search_cache`: answers to searches and look-ups of titles, for a while.

use std::collections::HashSet;

use kuroibara_core::Time;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    Db, StoreError,
    sql::args,
    text::{from_json, json},
};

impl Db {
    /// The answer that is kept under a key, unless its time is over or this version can't read it.
    pub async fn cached<T: DeserializeOwned>(&self, key: &str, now: Time) -> Result<Option<T>, StoreError> {
        let text = "SELECT body FROM search_cache WHERE key = $1 AND expires_at > $2";
        let row: Option<(String,)> = self.pool.optional(text, args![key, now]).await?;
        // An answer in another version's form is as good as none: it is asked for again.
        Ok(row.and_then(|(body,)| from_json("search_cache.body", &body).ok()))
    }

    /// The keys of the kept answers that begin with `prefix`, which holds no wildcard of `LIKE`.
    pub async fn cached_keys(&self, prefix: &str, now: Time) -> Result<HashSet<String>, StoreError> {
        let text = "SELECT key FROM search_cache WHERE key LIKE $1 AND expires_at > $2";
        let rows: Vec<(String,)> = self.pool.all(text, args![format!("{prefix}%"), now]).await?;
        Ok(rows.into_iter().map(|(key,)| key).collect())
    }

    /// Keeps an answer until `expires_at`, and drops those whose time is over.
    pub async fn cache<T: Serialize>(
        &self,
        key: &str,
        answer: &T,
        now: Time,
        expires_at: Time,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.write().await?;
        tx.run("DELETE FROM search_cache WHERE expires_at <= $1", args![now]).await?;
        tx.run(KEEP, args![key, json("search_cache.body", answer)?, expires_at]).await?;
        tx.commit().await
    }
}

const KEEP: &str = "INSERT INTO search_cache (key, body, expires_at) VALUES ($1, $2, $3) \
    ON CONFLICT (key) DO UPDATE SET body = excluded.body, expires_at = excluded.expires_at";
