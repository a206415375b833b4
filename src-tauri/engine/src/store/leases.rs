//! Leases: who may sync, or renew a token, right now. In the database's own time, with a number that only grows.
//!
//! Knows nothing of what a lease is for.

use std::time::Duration;

use super::{
    Db, StoreError,
    sql::{Tx, args},
};

/// Proof that this process took a lease. Whoever takes it later has a higher number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseProof {
    /// What was taken, such as `sync`.
    pub name: String,
    /// Who took it: a name that no other process has.
    pub holder: String,
    /// The fencing number.
    pub fence: i64,
}

impl Db {
    /// Takes a lease for `ttl`, unless somebody else holds it. A holder that takes its own lease again gets a new number.
    pub async fn acquire_lease(
        &self,
        name: &str,
        holder: &str,
        ttl: Duration,
    ) -> Result<Option<LeaseProof>, StoreError> {
        let mut tx = self.pool.write().await?;
        let now = tx.now().await?;
        let row: Option<(Option<String>, i64, i64)> = tx.optional(SELECT, args![name]).await?;
        let (current, fence, expires_at) = row.unwrap_or((None, 0, i64::MIN));
        if current.is_some_and(|current| current != holder) && expires_at > now {
            return Ok(None);
        }
        let until = now.saturating_add(nanos(ttl));
        tx.run(TAKE, args![name, holder, fence + 1, until]).await?;
        tx.commit().await?;
        Ok(Some(LeaseProof { name: name.to_owned(), holder: holder.to_owned(), fence: fence + 1 }))
    }

    /// Makes a lease last `ttl` from now. False: it has ended or is somebody else's, and this process must stop.
    pub async fn renew_lease(&self, proof: &LeaseProof, ttl: Duration) -> Result<bool, StoreError> {
        let mut tx = self.pool.write().await?;
        let now = tx.now().await?;
        let until = now.saturating_add(nanos(ttl));
        let renewed = tx.run(RENEW, args![&*proof.name, &*proof.holder, proof.fence, now, until]).await?;
        tx.commit().await?;
        Ok(renewed == 1)
    }

    /// Whether a lease is still this process's and has not ended.
    pub async fn holds_lease(&self, proof: &LeaseProof) -> Result<bool, StoreError> {
        let mut tx = self.pool.read().await?;
        let now = tx.now().await?;
        let row: Option<(Option<String>, i64, i64)> = tx.optional(SELECT, args![&*proof.name]).await?;
        Ok(row.is_some_and(|row| is_ours(&row, proof) && row.2 > now))
    }

    /// Gives a lease back. One that is not this process's any more stays as it is.
    pub async fn release_lease(&self, proof: &LeaseProof) -> Result<(), StoreError> {
        self.pool.run(RELEASE, args![&*proof.name, &*proof.holder, proof.fence]).await?;
        Ok(())
    }

    /// Gives back what is held by anybody whose name begins with `holder` and a colon.
    pub async fn release_leases_of(&self, holder: &str) -> Result<(), StoreError> {
        self.pool.run(RELEASE_ALL, args![format!("{holder}:%")]).await?;
        Ok(())
    }
}

/// Ends the transaction unless nobody else took the lease. One that has ended but was not taken still counts here: what
/// was already done under it may be stored.
pub(super) async fn ensure_not_taken(tx: &mut Tx, proof: &LeaseProof) -> Result<(), StoreError> {
    let row: Option<(Option<String>, i64, i64)> = tx.optional(SELECT, args![&*proof.name]).await?;
    if row.is_some_and(|row| is_ours(&row, proof)) { Ok(()) } else { Err(StoreError::LeaseLost) }
}

fn is_ours((holder, fence, _): &(Option<String>, i64, i64), proof: &LeaseProof) -> bool {
    holder.as_deref() == Some(&*proof.holder) && *fence == proof.fence
}

fn nanos(ttl: Duration) -> i64 {
    i64::try_from(ttl.as_nanos()).unwrap_or(i64::MAX)
}

const SELECT: &str = "SELECT holder, fence, expires_at FROM leases WHERE name = $1";
const TAKE: &str = "INSERT INTO leases (name, holder, fence, expires_at) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, fence = excluded.fence, expires_at = excluded.expires_at";
const RENEW: &str =
    "UPDATE leases SET expires_at = $5 WHERE name = $1 AND holder = $2 AND fence = $3 AND expires_at > $4";
const RELEASE: &str = "UPDATE leases SET holder = NULL, expires_at = 0 WHERE name = $1 AND holder = $2 AND fence = $3";
const RELEASE_ALL: &str = "UPDATE leases SET holder = NULL, expires_at = 0 WHERE holder LIKE $1";
