//! What this program is, and where it keeps things. No password, and no key.

use serde::Serialize;

use crate::{
    Engine,
    error::EngineError,
    secret::Secret,
    store::DatabasePlace,
    vault::{Home, NoKeyring, Protection, VaultError},
};

/// What this program is, and where it keeps things.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct About {
    /// Its version.
    pub version: String,
    /// The licence that it comes under.
    pub licence: String,
    /// The database in use.
    pub database: DatabasePlace,
    /// What keeps the sign-ins safe.
    pub protection: ProtectionState,
    /// The folder of the library and the covers.
    pub data_dir: String,
    /// The folder of the logs.
    pub log_dir: String,
}

/// What keeps the sign-ins safe, or stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ProtectionState {
    /// The system's keyring.
    Keyring,
    /// A passphrase, which was given.
    Passphrase,
    /// The keyring is there and locked.
    Locked,
    /// A passphrase, which was not given yet, or not the right one.
    PassphraseNeeded,
    /// There is no keyring, and no passphrase was chosen yet.
    Missing,
    /// The key is not on this machine any more: every service has to be connected again.
    KeyGone,
}

impl Engine {
    /// What this program is, and where it keeps things.
    pub async fn about(&self) -> Result<About, EngineError> {
        Ok(About {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            licence: env!("CARGO_PKG_LICENSE").to_owned(),
            database: self.db.place(),
            protection: self.protection().await?,
            data_dir: self.config.data_dir.display().to_string(),
            log_dir: self.config.log_dir().display().to_string(),
        })
    }

    /// What keeps the sign-ins safe now.
    pub async fn protection(&self) -> Result<ProtectionState, EngineError> {
        match self.vault().check().await {
            Ok(Protection::Keyring) => Ok(ProtectionState::Keyring),
            Ok(Protection::Passphrase) => Ok(ProtectionState::Passphrase),
            Ok(Protection::Unused) => Ok(self.protection_to_come().await),
            Err(VaultError::Locked) => Ok(ProtectionState::Locked),
            Err(VaultError::PassphraseNeeded | VaultError::WrongPassphrase) => Ok(ProtectionState::PassphraseNeeded),
            Err(VaultError::NoKeyring(_)) => Ok(ProtectionState::Missing),
            Err(VaultError::KeyGone | VaultError::Corrupt(_)) => Ok(ProtectionState::KeyGone),
            Err(error @ VaultError::Store(_)) => Err(error.into()),
        }
    }

    /// Takes the passphrase that protects the sign-ins: the one that was chosen, or where there is none yet a new one. It is
    /// kept for as long as this process runs, and nowhere else.
    pub async fn unlock(&self, passphrase: Secret) -> Result<ProtectionState, EngineError> {
        if passphrase.reveal().is_empty() {
            return Err(VaultError::PassphraseNeeded.into());
        }
        self.vault().give_passphrase(passphrase);
        match self.vault().check().await? {
            Protection::Keyring => Ok(ProtectionState::Keyring),
            Protection::Passphrase | Protection::Unused => Ok(ProtectionState::Passphrase),
        }
    }

    /// Nothing was sealed yet: what the first secret would be sealed with.
    async fn protection_to_come(&self) -> ProtectionState {
        let with_passphrase =
            if self.vault().has_passphrase() { ProtectionState::Passphrase } else { ProtectionState::Missing };
        match (self.config.home(), self.vault().probe_keyring().await) {
            (Home::Shared, _) => with_passphrase,
            (Home::Device, Ok(())) => ProtectionState::Keyring,
            (Home::Device, Err(NoKeyring::Locked)) => ProtectionState::Locked,
            (Home::Device, Err(_)) => with_passphrase,
        }
    }
}
