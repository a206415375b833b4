//! Table `pending_logins`: sign-ins that were begun in a browser. Each can be taken once, and only for a while.

use chrono::TimeDelta;
use kuroibara_core::{Provider, Time};

use super::{
    Db, StoreError,
    integrations::Sealed,
    sql::args,
    text::{provider, time},
};

/// So long a sign-in that is too old is kept, to say that it is too old and not that nobody began it.
const KEPT_LATE: TimeDelta = TimeDelta::hours(1);

/// A sign-in that waits for its return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingLogin {
    /// Its name: never the state that comes back with it.
    pub id: String,
    /// Where.
    pub provider: Provider,
    /// What is needed to finish it, sealed.
    pub body: Sealed,
    /// Until when it may be finished.
    pub expires_at: Time,
}

impl Db {
    /// Keeps a sign-in, and drops those that nobody finished in time.
    pub async fn keep_login(&self, login: &PendingLogin, now: Time) -> Result<(), StoreError> {
        let mut tx = self.pool.write().await?;
        tx.run("DELETE FROM pending_logins WHERE expires_at <= $1", args![now - KEPT_LATE]).await?;
        tx.run(KEEP, args![&*login.id, login.provider, &*login.body.0, login.expires_at]).await?;
        tx.commit().await
    }

    /// Takes a sign-in out: whoever asks second gets none, and so does who comes too late.
    pub async fn take_login(&self, id: &str, now: Time) -> Result<Option<PendingLogin>, StoreError> {
        let mut tx = self.pool.write().await?;
        let row: Option<Row> = tx.optional(TAKE, args![id]).await?;
        tx.commit().await?;
        Ok(row.map(login).transpose()?.filter(|login| login.expires_at > now))
    }

    /// The sign-ins that wait, and those that lately became too old, the newest first.
    pub async fn pending_logins(&self) -> Result<Vec<PendingLogin>, StoreError> {
        let rows: Vec<Row> = self.pool.all(LIST, args![]).await?;
        rows.into_iter().map(login).collect()
    }
}

type Row = (String, String, String, i64);

fn login((id, at, body, expires_at): Row) -> Result<PendingLogin, StoreError> {
    Ok(PendingLogin { id, provider: provider(&at)?, body: Sealed(body), expires_at: time(expires_at) })
}

const KEEP: &str = "INSERT INTO pending_logins (id, provider, body, expires_at) VALUES ($1, $2, $3, $4)";
const TAKE: &str = "DELETE FROM pending_logins WHERE id = $1 RETURNING id, provider, body, expires_at";
const LIST: &str = "SELECT id, provider, body, expires_at FROM pending_logins ORDER BY expires_at DESC, id DESC";
