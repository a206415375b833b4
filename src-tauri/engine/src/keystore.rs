//! The database as the vault's key store: where each sealed text stands, in the vault's words.
//!
//! `store` and `vault` do not know each other; this is the one place that knows both, and it decides nothing.

use crate::{
    store::{Db, SealedAt, SealedColumn, VaultKey},
    vault::{KeyStore, Place, SealedTexts, StoreFault, WrappedKey},
};

/// The name of the one sealed column of a pending login.
pub(crate) const LOGIN_COLUMN: &str = "body";

impl From<&SealedAt> for Place {
    fn from(at: &SealedAt) -> Self {
        match at {
            SealedAt::Integration(id, column) => Self::new(id, column.as_str()),
            SealedAt::Login(id) => Self::new(id, LOGIN_COLUMN),
        }
    }
}

/// Where a place of the vault is in the database; none: nowhere.
fn sealed_at(place: &Place) -> Option<SealedAt> {
    if place.column == LOGIN_COLUMN {
        return Some(SealedAt::Login(place.owner.clone()));
    }
    let column = SealedColumn::ALL.into_iter().find(|column| column.as_str() == place.column)?;
    Some(SealedAt::Integration(place.owner.parse().ok()?, column))
}

#[async_trait::async_trait]
impl KeyStore for Db {
    async fn load_wrapped(&self) -> Result<Vec<WrappedKey>, StoreFault> {
        let keys = self.vault_keys().await?;
        Ok(keys.into_iter().map(|VaultKey { id, body, created_at }| WrappedKey { id, body, created_at }).collect())
    }

    async fn store_wrapped(&self, key: &WrappedKey) -> Result<bool, StoreFault> {
        let WrappedKey { id, body, created_at } = key.clone();
        Ok(self.add_vault_key(&VaultKey { id, body, created_at }).await?)
    }

    async fn drop_wrapped(&self, id: &str) -> Result<(), StoreFault> {
        Ok(self.drop_vault_key(id).await?)
    }
}

#[async_trait::async_trait]
impl SealedTexts for Db {
    async fn all(&self) -> Result<Vec<(Place, String)>, StoreFault> {
        Ok(self.sealed_texts().await?.into_iter().map(|(at, text)| (Place::from(&at), text)).collect())
    }

    async fn replace(&self, place: &Place, old: &str, new: &str) -> Result<(), StoreFault> {
        let Some(at) = sealed_at(place) else { return Ok(()) };
        Ok(self.replace_sealed(&at, old, new).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_again() {
        let id = uuid::Uuid::from_u128(7);
        let columns = SealedColumn::ALL.map(|column| SealedAt::Integration(id, column));
        for at in columns.into_iter().chain([SealedAt::Login("a login".into())]) {
            assert_eq!(sealed_at(&Place::from(&at)), Some(at));
        }
        assert_eq!(sealed_at(&Place::new(id, "external_username")), None);
    }
}
