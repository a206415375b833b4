//! Seals secrets for the database, with a key that the database does not hold.
//!
//! Tokens, client secrets and pending logins are stored only as sealed texts. The data key that seals them lies in the
//! operating system's keyring, or in the database wrapped by a passphrase. The vault is opened when the first secret is
//! needed and not before. It knows no SQL, no provider and no terminal; it never falls back to anything weaker by itself.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use kuroibara_core::Time;
use tokio::sync::Mutex as AsyncMutex;
use tracing::{info, warn};

pub use self::keyring::{Keyring, MemoryKeyring, NoKeyring, OsKeyring, SwitchedOff};
use self::{
    seal::DataKey,
    wrap::{Body, Cost},
};
use crate::{clock::Clock, secret::Secret};

mod keyring;
mod rotate;
mod seal;
#[cfg(test)]
mod tests;
mod wrap;

pub use rotate::SealedTexts;

/// Seals and opens secrets.
pub struct Vault {
    store: Arc<dyn KeyStore>,
    keyring: Arc<dyn Keyring>,
    home: Home,
    clock: Arc<dyn Clock>,
    cost: Cost,
    passphrase: Mutex<Option<Secret>>,
    /// The data keys opened so far, by number.
    opened: AsyncMutex<BTreeMap<u32, Arc<DataKey>>>,
}

/// Where the data key lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// The database belongs to this machine (SQLite): in the keyring, or wrapped where there is none.
    Device,
    /// Several devices share the database (PostgreSQL): wrapped by a passphrase in it; each device's keyring caches it.
    Shared,
}

/// What a sealed text belongs to. It opens at the place it was sealed for and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The row's id: an integration, or a pending login.
    pub owner: String,
    /// The column's name.
    pub column: String,
}

/// A data key as the database keeps it (table `vault_keys`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// Its number as text; the highest one seals.
    pub id: String,
    /// How it is kept, and the wrapped key itself where it is wrapped. Opaque to the database.
    pub body: String,
    /// When it was made.
    pub created_at: Time,
}

/// What went wrong in the database, in its own words.
pub type StoreFault = Box<dyn std::error::Error + Send + Sync>;

/// Where the database keeps data keys.
#[async_trait::async_trait]
pub trait KeyStore: Send + Sync {
    /// Every key, in any order.
    async fn load_wrapped(&self) -> Result<Vec<WrappedKey>, StoreFault>;

    /// Adds a key; false, and nothing changed, when there is one with this id already (another process was quicker).
    async fn store_wrapped(&self, key: &WrappedKey) -> Result<bool, StoreFault>;

    /// Drops a key that seals nothing any more.
    async fn drop_wrapped(&self, id: &str) -> Result<(), StoreFault>;
}

/// How the newest data key is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// There is none yet: the first secret makes one.
    Unused,
    /// In the operating system's keyring.
    Keyring,
    /// Wrapped by a passphrase, in the database.
    Passphrase,
}

/// Why a secret can't be sealed or opened, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// There is no keyring to use, and no passphrase was given.
    #[error(
        "there is no keyring to keep the sign-ins safe ({0}). Give a passphrase instead: set KUROIBARA_PASSPHRASE, or enter \
         it when asked"
    )]
    NoKeyring(NoKeyring),
    /// The keyring is there and locked.
    #[error("the keyring is locked, so the sign-ins can't be read. Unlock it and try again")]
    Locked,
    /// The data key is wrapped, and no passphrase was given.
    #[error("the sign-ins are sealed with a passphrase. Set KUROIBARA_PASSPHRASE, or enter it when asked")]
    PassphraseNeeded,
    /// The passphrase does not open the data key.
    #[error("the passphrase is not the one that the sign-ins were sealed with. Try again; nothing was changed")]
    WrongPassphrase,
    /// The keyring works, and does not hold the key: it was emptied, or the database came from another machine.
    #[error(
        "the key that seals the sign-ins is not on this machine (any more). Bring the keyring back, or connect each \
         provider again; the library is not affected"
    )]
    KeyGone,
    /// A sealed text was changed, or belongs elsewhere.
    #[error("a stored secret was damaged and can't be opened ({0}). Connect again; the library is not affected")]
    Corrupt(&'static str),
    /// The database did not do its part.
    #[error(transparent)]
    Store(StoreFault),
}

impl Vault {
    /// Opens nothing yet.
    pub fn new(store: Arc<dyn KeyStore>, keyring: Arc<dyn Keyring>, home: Home, clock: Arc<dyn Clock>) -> Self {
        let (passphrase, opened) = (Mutex::new(None), AsyncMutex::default());
        Self { store, keyring, home, clock, cost: Cost::REAL, passphrase, opened }
    }

    /// Gives the passphrase, to be used if it turns out to be needed. A wrong one is forgotten when it fails.
    pub fn give_passphrase(&self, passphrase: Secret) {
        self.set_passphrase(Some(passphrase));
    }

    /// Whether a passphrase was given to this process, right or not.
    pub fn has_passphrase(&self) -> bool {
        self.passphrase.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Seals a secret for its place, with the newest data key; the first secret makes the first key.
    pub async fn seal(&self, place: &Place, secret: &Secret) -> Result<String, VaultError> {
        let key = match self.newest().await {
            Err(VaultError::KeyGone) => {
                // What the lost key sealed can't be opened any more; a person who signs in again needs a key that can.
                warn!("the data key is gone from the keyring; a new one is made");
                self.make_next(None).await?
            }
            found => found?,
        };
        seal::seal(&key, place, secret)
    }

    /// Opens what was sealed for this place.
    pub async fn open(&self, place: &Place, sealed: &str) -> Result<Secret, VaultError> {
        let key = self.key(seal::key_number(sealed)?).await?;
        seal::open(&key, place, sealed)
    }

    /// How the newest data key is kept, after making sure that it can be read. Makes none.
    pub async fn check(&self) -> Result<Protection, VaultError> {
        let Some((number, body)) = self.stored().await?.pop_last() else { return Ok(Protection::Unused) };
        self.key(number).await?;
        Ok(match body {
            Body::Keyring { .. } => Protection::Keyring,
            Body::Argon2id { .. } => Protection::Passphrase,
        })
    }

    /// Whether a keyring can be used here at all; for telling the person before anything is sealed.
    pub async fn probe_keyring(&self) -> Result<(), NoKeyring> {
        self.keyring.get("probe").await.map(drop)
    }

    async fn newest(&self) -> Result<Arc<DataKey>, VaultError> {
        match self.stored().await?.pop_last() {
            Some((number, _)) => self.key(number).await,
            None => self.make_next(None).await,
        }
    }

    /// The data key of this number, from memory or from where it is kept.
    async fn key(&self, number: u32) -> Result<Arc<DataKey>, VaultError> {
        let mut opened = self.opened.lock().await;
        if let Some(key) = opened.get(&number) {
            return Ok(key.clone());
        }
        let body = self.stored().await?.remove(&number).ok_or(VaultError::KeyGone)?;
        let key = Arc::new(self.unlock(number, &body).await?);
        opened.insert(number, key.clone());
        Ok(key)
    }

    /// The keys that the database knows, by number.
    async fn stored(&self) -> Result<BTreeMap<u32, Body>, VaultError> {
        let rows = self.store.load_wrapped().await.map_err(VaultError::Store)?;
        rows.iter().map(|row| Ok((number(&row.id)?, Body::read(&row.body)?))).collect()
    }

    async fn unlock(&self, number: u32, body: &Body) -> Result<DataKey, VaultError> {
        match (self.keyring.get(body.name()).await, body) {
            (Ok(Some(bytes)), _) => DataKey::new(number, &bytes),
            (Ok(None), Body::Keyring { .. }) => Err(VaultError::KeyGone),
            (Err(reason), Body::Keyring { .. }) => Err(reason.into()),
            (Ok(None) | Err(_), Body::Argon2id { .. }) => self.unwrap(number, body).await,
        }
    }

    async fn unwrap(&self, number: u32, body: &Body) -> Result<DataKey, VaultError> {
        let passphrase = self.passphrase().ok_or(VaultError::PassphraseNeeded)?;
        let key = match wrap::unwrap(number, body.clone(), passphrase).await {
            Err(VaultError::WrongPassphrase) => {
                self.set_passphrase(None);
                return Err(VaultError::WrongPassphrase);
            }
            unwrapped => unwrapped?,
        };
        if self.home == Home::Shared {
            self.cache(body.name(), &key).await;
        }
        Ok(key)
    }

    /// Makes the next data key and stores it; if another process was quicker, takes that one's.
    async fn make_next(&self, passphrase: Option<Secret>) -> Result<Arc<DataKey>, VaultError> {
        let number = self.stored().await?.last_key_value().map_or(1, |(last, _)| last.saturating_add(1));
        let key = DataKey::random(number);
        let body = self.keep(&key, passphrase).await?;
        let row = WrappedKey { id: number.to_string(), body: body.write(), created_at: self.clock.now() };
        if !self.store.store_wrapped(&row).await.map_err(VaultError::Store)? {
            self.forget(&body).await;
            return self.key(number).await;
        }
        info!(number, wrapped = matches!(body, Body::Argon2id { .. }), "a data key was made");
        let key = Arc::new(key);
        self.opened.lock().await.insert(number, key.clone());
        Ok(key)
    }

    /// Puts a new key where it will live: keyring first; a passphrase where there is none, and only if one was given.
    async fn keep(&self, key: &DataKey, passphrase: Option<Secret>) -> Result<Body, VaultError> {
        let name = wrap::fresh_name();
        let passphrase = passphrase.or_else(|| self.passphrase());
        let no_keyring = match self.home {
            Home::Device => match self.put(&name, key).await {
                Ok(()) => return Ok(Body::Keyring { name }),
                Err(NoKeyring::Locked) => return Err(VaultError::Locked),
                Err(reason) => VaultError::NoKeyring(reason),
            },
            Home::Shared => VaultError::PassphraseNeeded,
        };
        let passphrase = passphrase.ok_or(no_keyring)?;
        let body = wrap::wrap(key, name, self.cost, passphrase).await?;
        if self.home == Home::Shared {
            self.cache(body.name(), key).await;
        }
        Ok(body)
    }

    /// Stores a key in the keyring and makes sure that it is there: some accept and forget.
    async fn put(&self, name: &str, key: &DataKey) -> Result<(), NoKeyring> {
        self.keyring.set(name, key.bytes()).await?;
        match self.keyring.get(name).await? {
            Some(kept) if kept.as_slice() == key.bytes() => Ok(()),
            Some(_) | None => Err(NoKeyring::Failed("it did not keep what was stored".into())),
        }
    }

    /// Saves the passphrase the next time. Without a keyring it is simply asked for again.
    async fn cache(&self, name: &str, key: &DataKey) {
        if let Err(reason) = self.put(name, key).await {
            info!(%reason, "the data key is not cached on this device");
        }
    }

    /// Takes a key out of the keyring. One that stays is useless to anybody without the database's sealed texts.
    async fn forget(&self, body: &Body) {
        if let Err(reason) = self.keyring.remove(body.name()).await {
            info!(%reason, "a data key that is not used any more stays in the keyring");
        }
    }

    fn passphrase(&self) -> Option<Secret> {
        self.passphrase.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_passphrase(&self, passphrase: Option<Secret>) {
        *self.passphrase.lock().unwrap_or_else(PoisonError::into_inner) = passphrase;
    }
}

fn number(id: &str) -> Result<u32, VaultError> {
    id.parse().map_err(|_| VaultError::Corrupt("a data key's number"))
}

impl Place {
    /// The place of a column of a row.
    pub fn new(owner: impl fmt::Display, column: impl Into<String>) -> Self {
        Self { owner: owner.to_string(), column: column.into() }
    }
}

impl From<NoKeyring> for VaultError {
    fn from(reason: NoKeyring) -> Self {
        match reason {
            NoKeyring::Locked => Self::Locked,
            NoKeyring::SwitchedOff | NoKeyring::NoBus | NoKeyring::NoProvider | NoKeyring::Failed(_) => {
                Self::NoKeyring(reason)
            }
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("home", &self.home).finish_non_exhaustive()
    }
}
