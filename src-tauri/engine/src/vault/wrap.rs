//! How a data key is kept, as the database stores it; and a data key wrapped by a passphrase.
//!
//! The passphrase becomes a key by Argon2id with parameters that are stored beside it, so they can grow with the years.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    Place, VaultError,
    seal::{self, DataKey},
};
use crate::secret::Secret;

/// More memory than this for a passphrase is not a parameter of ours (KiB).
const MOST_MEMORY: u32 = 1 << 20;
const MOST_PASSES: u32 = 100;

/// How a data key is kept. `name` is its entry in the keyring, different for every key of every database.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kept", rename_all = "snake_case")]
pub(super) enum Body {
    /// In the keyring only.
    Keyring { name: String },
    /// Here, wrapped by a passphrase; a keyring may cache it.
    Argon2id { name: String, cost: Cost, salt: String, wrapped: String },
}

/// What a passphrase costs to try: memory (KiB) and passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cost {
    memory: u32,
    passes: u32,
}

impl Cost {
    /// RFC 9106's choice for machines with little memory to spare, on one core: about a tenth of a second.
    pub(super) const REAL: Self = Self { memory: 64 << 10, passes: 3 };
    #[cfg(test)]
    pub(super) const CHEAP: Self = Self { memory: 64, passes: 1 };

    fn params(self) -> Result<Params, VaultError> {
        let bad = VaultError::Corrupt("the passphrase's parameters");
        if self.memory > MOST_MEMORY || self.passes > MOST_PASSES {
            return Err(bad);
        }
        Params::new(self.memory, self.passes, 1, Some(32)).map_err(|_| bad)
    }
}

impl Body {
    pub(super) fn read(text: &str) -> Result<Self, VaultError> {
        serde_json::from_str(text).map_err(|_| VaultError::Corrupt("a data key's row"))
    }

    pub(super) fn write(&self) -> String {
        serde_json::json!(self).to_string()
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Keyring { name } | Self::Argon2id { name, .. } => name,
        }
    }
}

/// A name that no other key has.
pub(super) fn fresh_name() -> String {
    format!("data-key-{}", uuid::Uuid::new_v4())
}

/// Wraps a data key by a passphrase.
pub(super) async fn wrap(key: &DataKey, name: String, cost: Cost, passphrase: Secret) -> Result<Body, VaultError> {
    let mut salt = [0; 16];
    rand::rng().fill_bytes(&mut salt);
    let wrapping = derive(key.number(), cost, salt.to_vec(), passphrase).await?;
    let plain = Secret::new(BASE64_URL_SAFE_NO_PAD.encode(key.bytes()));
    let wrapped = seal::seal(&wrapping, &place(&name), &plain)?;
    Ok(Body::Argon2id { name, cost, salt: BASE64_URL_SAFE_NO_PAD.encode(salt), wrapped })
}

/// Unwraps a data key. A failure means a wrong passphrase: a damaged row can't be told from it.
pub(super) async fn unwrap(number: u32, body: Body, passphrase: Secret) -> Result<DataKey, VaultError> {
    let Body::Argon2id { name, cost, salt, wrapped } = body else { return Err(VaultError::KeyGone) };
    let salt = BASE64_URL_SAFE_NO_PAD.decode(salt).map_err(|_| VaultError::Corrupt("the passphrase's salt"))?;
    let wrapping = derive(number, cost, salt, passphrase).await?;
    let plain = seal::open(&wrapping, &place(&name), &wrapped).map_err(|_| VaultError::WrongPassphrase)?;
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(plain.reveal()).map(Zeroizing::new);
    DataKey::new(number, &bytes.map_err(|_| VaultError::WrongPassphrase)?)
}

/// The passphrase as a key. It takes its time on a thread of its own, so that nothing else stands still.
async fn derive(number: u32, cost: Cost, salt: Vec<u8>, passphrase: Secret) -> Result<DataKey, VaultError> {
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost.params()?);
    let work = move || {
        let mut key = Zeroizing::new([0; 32]);
        let done = argon.hash_password_into(passphrase.reveal().as_bytes(), &salt, key.as_mut_slice());
        done.map_err(|_| VaultError::Corrupt("the passphrase's parameters"))?;
        DataKey::new(number, key.as_slice())
    };
    tokio::task::spawn_blocking(work).await.map_err(|e| VaultError::Store(e.into()))?
}

fn place(name: &str) -> Place {
    Place::new(name, "wrapped")
}
