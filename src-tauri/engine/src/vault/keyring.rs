//! The operating system's keyring, and what stands in for it.
//!
//! Knows names and bytes; knows nothing of what they seal.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use keyring::{Entry, Error};
use zeroize::Zeroizing;

/// Where keys are kept outside the database.
#[async_trait::async_trait]
pub trait Keyring: Send + Sync {
    /// What is kept under this name; none if the keyring works and has nothing.
    async fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, NoKeyring>;
    /// Keeps it.
    async fn set(&self, name: &str, bytes: &[u8]) -> Result<(), NoKeyring>;
    /// Removes it; nothing to remove is fine.
    async fn remove(&self, name: &str) -> Result<(), NoKeyring>;
}

/// Why the keyring can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoKeyring {
    /// The person does not want it used.
    #[error("KUROIBARA_KEYRING is off")]
    SwitchedOff,
    /// No session bus: a server, a container or a job without a desktop.
    #[error("there is no session bus here")]
    NoBus,
    /// A bus, and nobody on it who keeps secrets.
    #[error("no keyring program runs in this session, such as GNOME Keyring or KWallet")]
    NoProvider,
    /// It is locked, and nobody unlocked it.
    #[error("it is locked")]
    Locked,
    /// Anything else, in the keyring's words.
    #[error("{0}")]
    Failed(String),
}

/// The operating system's keyring.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsKeyring;

const SERVICE: &str = "kuroibara";
/// A person may have to type a password first; longer than that nobody is there.
const PATIENCE: Duration = Duration::from_secs(120);

#[async_trait::async_trait]
impl Keyring for OsKeyring {
    async fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, NoKeyring> {
        ask(name, |entry| found(entry.get_secret().map(Zeroizing::new))).await
    }

    async fn set(&self, name: &str, bytes: &[u8]) -> Result<(), NoKeyring> {
        let bytes = Zeroizing::new(bytes.to_vec());
        ask(name, move |entry| entry.set_secret(&bytes)).await
    }

    async fn remove(&self, name: &str) -> Result<(), NoKeyring> {
        ask(name, |entry| found(entry.delete_credential())).await.map(drop)
    }
}

/// Talks to the keyring on a thread of its own: it may wait for a person, and must hold up neither the other tasks nor
/// the program's end, as a thread of the runtime would.
async fn ask<T: Send + 'static>(
    name: &str,
    question: impl FnOnce(&Entry) -> keyring::Result<T> + Send + 'static,
) -> Result<T, NoKeyring> {
    let (name, (answer, answered)) = (name.to_owned(), tokio::sync::oneshot::channel());
    let thread = std::thread::Builder::new().name("keyring".into());
    let asked = thread.spawn(move || {
        // Nobody listens any more when the patience is over.
        let _ = answer.send(Entry::new(SERVICE, &name).and_then(|entry| question(&entry)).map_err(why));
    });
    asked.map_err(|e| NoKeyring::Failed(e.to_string()))?;
    match tokio::time::timeout(PATIENCE, answered).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(NoKeyring::Failed("it broke off".into())),
        Err(_) => Err(NoKeyring::Locked),
    }
}

fn found<T>(answer: keyring::Result<T>) -> keyring::Result<Option<T>> {
    match answer {
        Err(Error::NoEntry) => Ok(None),
        answer => answer.map(Some),
    }
}

fn why(error: Error) -> NoKeyring {
    match error {
        Error::NoStorageAccess(_) => NoKeyring::Locked,
        // The reason why there is no store was kept when it was looked for.
        Error::NoDefaultStore => match Entry::store_status() {
            Err(reason) => classify(&format!("{reason:?}")),
            Ok(()) => NoKeyring::NoProvider,
        },
        // Its text would show the damaged secret.
        Error::BadEncoding(_) | Error::BadDataFormat(..) => NoKeyring::Failed("its entry is damaged".into()),
        // The library's list may grow: whatever is new is a failure like any other.
        error => classify(&format!("{error:?}")),
    }
}

/// Tells the kinds of D-Bus failures apart by their names: the types that carry them belong to a library behind a library.
fn classify(text: &str) -> NoKeyring {
    let has = |names: &[&str]| names.iter().any(|name| text.contains(name));
    if has(&["ServiceUnknown", "NameHasNoOwner", "Spawn.", "was not provided by any .service files"]) {
        return NoKeyring::NoProvider;
    }
    if has(&["Unavailable", "NotFound", "InputOutput", "Address", "ConnectionRefused", "NoServer"]) {
        return NoKeyring::NoBus;
    }
    NoKeyring::Failed(text.chars().take(200).collect())
}

/// No keyring, because the person says so: for servers, and for tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct SwitchedOff;

#[async_trait::async_trait]
impl Keyring for SwitchedOff {
    async fn get(&self, _name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, NoKeyring> {
        Err(NoKeyring::SwitchedOff)
    }

    async fn set(&self, _name: &str, _bytes: &[u8]) -> Result<(), NoKeyring> {
        Err(NoKeyring::SwitchedOff)
    }

    async fn remove(&self, _name: &str) -> Result<(), NoKeyring> {
        Err(NoKeyring::SwitchedOff)
    }
}

/// A keyring that ends with the process, and that can be taken away: a double for tests.
#[derive(Debug, Default)]
pub struct MemoryKeyring {
    kept: Mutex<Kept>,
    trouble: Mutex<Option<NoKeyring>>,
}

type Kept = BTreeMap<String, Zeroizing<Vec<u8>>>;

impl MemoryKeyring {
    /// From now on every question is answered so; none: it works.
    pub fn set_trouble(&self, trouble: Option<NoKeyring>) {
        *lock(&self.trouble) = trouble;
    }

    /// The names that are kept.
    pub fn names(&self) -> Vec<String> {
        lock(&self.kept).keys().cloned().collect()
    }

    /// Forgets everything, as a new machine would.
    pub fn clear(&self) {
        lock(&self.kept).clear();
    }

    fn kept(&self) -> Result<MutexGuard<'_, Kept>, NoKeyring> {
        match lock(&self.trouble).clone() {
            Some(trouble) => Err(trouble),
            None => Ok(lock(&self.kept)),
        }
    }
}

// Each change is one call on a map, so a poisoned lock holds what any other would.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait::async_trait]
impl Keyring for MemoryKeyring {
    async fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, NoKeyring> {
        Ok(self.kept()?.get(name).cloned())
    }

    async fn set(&self, name: &str, bytes: &[u8]) -> Result<(), NoKeyring> {
        self.kept()?.insert(name.to_owned(), Zeroizing::new(bytes.to_vec()));
        Ok(())
    }

    async fn remove(&self, name: &str) -> Result<(), NoKeyring> {
        self.kept()?.remove(name);
        Ok(())
    }
}
