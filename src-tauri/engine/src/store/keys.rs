//! Table `vault_keys`, and every sealed text with its place: what the vault needs of the database. Opens nothing itself.

use kuroibara_core::Time;
use uuid::Uuid;

use super::{Db, StoreError, sql::args, text::time};

/// A data key as the vault keeps it: opaque here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultKey {
    /// Its number as text.
    pub id: String,
    /// How it is kept, and the wrapped key.
    pub body: String,
    /// When it was made.
    pub created_at: Time,
}

/// Where a sealed text stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SealedAt {
    /// In a column of an integration.
    Integration(Uuid, SealedColumn),
    /// In a pending login.
    Login(String),
}

/// The columns of an integration that hold sealed texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SealedColumn {
    /// `client_secret`.
    ClientSecret,
    /// `access_token`.
    AccessToken,
    /// `refresh_token`.
    RefreshToken,
}

impl SealedColumn {
    /// Every such column.
    pub const ALL: [Self; 3] = [Self::ClientSecret, Self::AccessToken, Self::RefreshToken];

    /// The column's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecret => "client_secret",
            Self::AccessToken => "access_token",
            Self::RefreshToken => "refresh_token",
        }
    }

    fn replacing(self) -> &'static str {
        match self {
            Self::ClientSecret => {
                "UPDATE external_integrations SET client_secret = $3 WHERE id = $1 AND client_secret = $2"
            }
            Self::AccessToken => {
                "UPDATE external_integrations SET access_token = $3 WHERE id = $1 AND access_token = $2"
            }
            Self::RefreshToken => {
                "UPDATE external_integrations SET refresh_token = $3 WHERE id = $1 AND refresh_token = $2"
            }
        }
    }
}

impl Db {
    /// Every data key.
    pub async fn vault_keys(&self) -> Result<Vec<VaultKey>, StoreError> {
        let text = "SELECT id, body, created_at FROM vault_keys ORDER BY created_at, id";
        let rows: Vec<(String, String, i64)> = self.pool.all(text, args![]).await?;
        let key = |(id, body, at)| VaultKey { id, body, created_at: time(at) };
        Ok(rows.into_iter().map(key).collect())
    }

    /// Adds a data key. False: there is one of that number already, and it stays.
    pub async fn add_vault_key(&self, key: &VaultKey) -> Result<bool, StoreError> {
        let text = "INSERT INTO vault_keys (id, body, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
        Ok(self.pool.run(text, args![&*key.id, &*key.body, key.created_at]).await? == 1)
    }

    /// Deletes a data key that seals nothing any more.
    pub async fn drop_vault_key(&self, id: &str) -> Result<(), StoreError> {
        self.pool.run("DELETE FROM vault_keys WHERE id = $1", args![id]).await?;
        Ok(())
    }

    /// Every sealed text with its place.
    pub async fn sealed_texts(&self) -> Result<Vec<(SealedAt, String)>, StoreError> {
        type Columns = (Uuid, Option<String>, Option<String>, Option<String>);
        let mut tx = self.pool.read().await?;
        let text = "SELECT id, client_secret, access_token, refresh_token FROM external_integrations";
        let integrations: Vec<Columns> = tx.all(text, args![]).await?;
        let logins: Vec<(String, String)> = tx.all("SELECT id, body FROM pending_logins", args![]).await?;
        let of_integration = |(id, secret, access, refresh): Columns| {
            let columns = SealedColumn::ALL.into_iter().zip([secret, access, refresh]);
            columns.filter_map(move |(column, text)| Some((SealedAt::Integration(id, column), text?)))
        };
        let of_logins = logins.into_iter().map(|(id, text)| (SealedAt::Login(id), text));
        Ok(integrations.into_iter().flat_map(of_integration).chain(of_logins).collect())
    }

    /// Puts `new` where `old` is. Something else that is there by now, such as a renewed token, stays.
    pub async fn replace_sealed(&self, at: &SealedAt, old: &str, new: &str) -> Result<(), StoreError> {
        match at {
            SealedAt::Integration(id, column) => self.pool.run(column.replacing(), args![*id, old, new]).await?,
            SealedAt::Login(id) => self.pool.run(REPLACE_LOGIN, args![&**id, old, new]).await?,
        };
        Ok(())
    }
}

const REPLACE_LOGIN: &str = "UPDATE pending_logins SET body = $3 WHERE id = $1 AND body = $2";
