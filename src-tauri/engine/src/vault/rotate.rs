//! A new data key for everything that is sealed. Both keys can be read until nothing needs the old one.

use super::{Place, Vault, VaultError, seal, wrap::Body};
use crate::{secret::Secret, vault::StoreFault};

/// How often the sealed texts are gone through: each round finds only what others sealed during the last one.
const ROUNDS: u32 = 5;

/// Every sealed text of the database.
#[async_trait::async_trait]
pub trait SealedTexts: Send + Sync {
    /// All of them, each with its place.
    async fn all(&self) -> Result<Vec<(Place, String)>, StoreFault>;

    /// Puts `new` where `old` is. If something else is there by now, such as a renewed token, it stays.
    async fn replace(&self, place: &Place, old: &str, new: &str) -> Result<(), StoreFault>;
}

impl Vault {
    /// Makes a new data key and seals everything anew. With `passphrase` the new key is wrapped by that one. It may be
    /// stopped anywhere: what is sealed can be opened at every moment, and the next rotation drops what this one left.
    pub async fn rotate(&self, texts: &dyn SealedTexts, passphrase: Option<Secret>) -> Result<(), VaultError> {
        let old = self.stored().await?;
        // Opened while the old passphrase is at hand.
        for number in old.keys() {
            match self.key(*number).await {
                Ok(_) | Err(VaultError::KeyGone) => {}
                Err(error) => return Err(error),
            }
        }
        let new = self.make_next(passphrase.clone()).await?.number();
        if passphrase.is_some() {
            self.set_passphrase(passphrase);
        }
        if self.reseal_all(texts, new).await? {
            self.drop_all(old).await?;
        }
        Ok(())
    }

    /// Whether nothing is left that an older key sealed.
    async fn reseal_all(&self, texts: &dyn SealedTexts, new: u32) -> Result<bool, VaultError> {
        for _ in 0..ROUNDS {
            let mut left = 0;
            for (place, old) in texts.all().await.map_err(VaultError::Store)? {
                left += u32::from(self.reseal(texts, new, &place, &old).await?);
            }
            if left == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Seals one text with the new key; false if there was nothing to do.
    async fn reseal(&self, texts: &dyn SealedTexts, new: u32, place: &Place, old: &str) -> Result<bool, VaultError> {
        if seal::key_number(old).is_ok_and(|number| number >= new) {
            return Ok(false);
        }
        let secret = match self.open(place, old).await {
            Ok(secret) => secret,
            // No key opens it, so no key is kept for it.
            Err(VaultError::Corrupt(_) | VaultError::KeyGone) => return Ok(false),
            Err(error) => return Err(error),
        };
        let sealed = seal::seal(&*self.key(new).await?, place, &secret)?;
        texts.replace(place, old, &sealed).await.map_err(VaultError::Store)?;
        Ok(true)
    }

    async fn drop_all(&self, old: std::collections::BTreeMap<u32, Body>) -> Result<(), VaultError> {
        for (number, body) in old {
            self.store.drop_wrapped(&number.to_string()).await.map_err(VaultError::Store)?;
            self.opened.lock().await.remove(&number);
            // Another device's cache of a shared key stays there; nothing is left that it opens.
            self.forget(&body).await;
        }
        Ok(())
    }
}
