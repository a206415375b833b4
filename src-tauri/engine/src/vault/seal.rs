//! One secret, one key, one place: sealing and opening, without any I/O.
//!
//! A sealed text reads `v1.NUMBER.BASE64`: the version, the data key's number, and nonce and ciphertext
//! (XChaCha20-Poly1305). Version, number and place are authenticated, so a text that was changed or moved does not open.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use rand::RngCore;
use zeroize::Zeroizing;

use super::{Place, VaultError};
use crate::secret::Secret;

const KEY: usize = 32;
const NONCE: usize = 24;
const VERSION: &str = "v1";

/// A key that seals, and its number in the database.
pub(super) struct DataKey {
    number: u32,
    bytes: Zeroizing<[u8; KEY]>,
}

impl DataKey {
    pub(super) fn random(number: u32) -> Self {
        let mut bytes = Zeroizing::new([0; KEY]);
        rand::rng().fill_bytes(bytes.as_mut_slice());
        Self { number, bytes }
    }

    pub(super) fn new(number: u32, bytes: &[u8]) -> Result<Self, VaultError> {
        let bytes: [u8; KEY] = bytes.try_into().map_err(|_| VaultError::Corrupt("a data key of the wrong length"))?;
        Ok(Self { number, bytes: Zeroizing::new(bytes) })
    }

    pub(super) fn number(&self) -> u32 {
        self.number
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.as_slice()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.bytes).into())
    }
}

/// Seals for this place. Twice the same secret gives two texts.
pub(super) fn seal(key: &DataKey, place: &Place, secret: &Secret) -> Result<String, VaultError> {
    let mut nonce = [0; NONCE];
    rand::rng().fill_bytes(&mut nonce);
    let head = format!("{VERSION}.{}", key.number);
    let payload = Payload { msg: secret.reveal().as_bytes(), aad: &bound_to(&head, place) };
    let sealed = key.cipher().encrypt(&XNonce::from(nonce), payload);
    let mut bytes = nonce.to_vec();
    bytes.extend(sealed.map_err(|_| VaultError::Corrupt("a secret too long to seal"))?);
    Ok(format!("{head}.{}", BASE64_URL_SAFE_NO_PAD.encode(bytes)))
}

/// Opens what was sealed for this place with this key.
pub(super) fn open(key: &DataKey, place: &Place, sealed: &str) -> Result<Secret, VaultError> {
    let (head, body) = split(sealed)?;
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(body).map_err(|_| NOT_OURS)?;
    let (nonce, msg) = bytes.split_first_chunk::<NONCE>().ok_or(NOT_OURS)?;
    let payload = Payload { msg, aad: &bound_to(head, place) };
    let opened = key.cipher().decrypt(&XNonce::from(*nonce), payload);
    let opened = opened.map_err(|_| VaultError::Corrupt("it was changed, or sealed for another place"))?;
    String::from_utf8(opened).map(Secret::new).map_err(|_| NOT_OURS)
}

/// Which data key sealed a text.
pub(super) fn key_number(sealed: &str) -> Result<u32, VaultError> {
    let (head, _) = split(sealed)?;
    let number = head.strip_prefix(VERSION).and_then(|rest| rest.strip_prefix('.')).ok_or(NOT_OURS)?;
    number.parse().map_err(|_| NOT_OURS)
}

const NOT_OURS: VaultError = VaultError::Corrupt("it is not a sealed text");

fn split(sealed: &str) -> Result<(&str, &str), VaultError> {
    sealed.rsplit_once('.').ok_or(NOT_OURS)
}

/// What is authenticated beside the secret. Lengths keep two places from reading the same.
fn bound_to(head: &str, place: &Place) -> Vec<u8> {
    let Place { owner, column } = place;
    format!("kuroibara.{head}.{}.{owner}.{}.{column}", owner.len(), column.len()).into_bytes()
}
