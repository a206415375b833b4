//! Covers, each fetched once and then kept on this disk within bounds. A lost or damaged file is fetched again; nothing here
//! is needed for anything but showing it.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use chrono::TimeDelta;
use kuroibara_core::{MangaId, Provider, Time};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use url::Url;

use crate::{
    Engine,
    error::EngineError,
    http::{
        address,
        picture::{Picture, PictureError, PictureKind},
    },
};

/// The most bytes of all covers on the disk.
const ROOM: u64 = 500 << 20;
/// When there is no room left, so much is made free at once that it need not be made again at once.
const ROOM_AFTER: u64 = ROOM / 10 * 9;
/// How many are fetched at the same time.
const AT_ONCE: usize = 4;
/// So many covers of works outside the library are remembered by name: more than any page offers.
const OFFERED: usize = 10_000;
/// What could not be fetched is not asked for again before.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// The covers on this disk.
#[derive(Debug)]
pub(crate) struct Covers {
    dir: PathBuf,
    places: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Bytes on the disk; none: not counted yet.
    used: Option<u64>,
    /// What could not be fetched, and when that was.
    missed: HashMap<String, (Time, PictureError)>,
    /// Where the covers are that were offered by name.
    offered: HashMap<String, Url>,
}

impl Engine {
    /// The cover of a manga, from this disk or from the provider; none: it has none.
    pub async fn cover(&self, manga: MangaId) -> Result<Option<Picture>, EngineError> {
        let address = self.db.details(manga).await?.and_then(|details| details.cover);
        match address.and_then(|address| Url::parse(&address).ok()) {
            Some(url) => self.picture(url).await,
            None => Ok(None),
        }
    }

    /// A name by which the cover at this address can be asked for while this engine runs, for works that are in no library.
    /// None: it is no address. So whoever shows a page names covers that a service told of, and never an address of its own.
    pub fn offer_cover(&self, address: &str) -> Option<String> {
        let url = Url::parse(address).ok()?;
        // Half of it tells pictures apart, and is not taken for a token where answers are looked over.
        let name: String = name(&url).chars().take(32).collect();
        let offered = &mut self.covers.state().offered;
        if offered.len() >= OFFERED {
            offered.clear();
        }
        offered.insert(name.clone(), url);
        Some(name)
    }

    /// The cover that was offered by this name; none: there was none.
    pub async fn offered_cover(&self, name: &str) -> Result<Option<Picture>, EngineError> {
        let url = self.covers.state().offered.get(name).cloned();
        match url {
            Some(url) => self.picture(url).await,
            None => Ok(None),
        }
    }

    async fn picture(&self, url: Url) -> Result<Option<Picture>, EngineError> {
        let name = name(&url);
        if let Some(kept) = self.covers.kept(&name).await {
            return Ok(Some(kept));
        }
        let Ok(_place) = self.covers.places.acquire().await else { return Ok(None) };
        // Somebody else may have fetched it while this one waited.
        if let Some(kept) = self.covers.kept(&name).await {
            return Ok(Some(kept));
        }
        let now = self.clock.now();
        self.covers.may_ask(&name, now)?;
        match self.http.picture(&url, self.is_on_this_machine()).await {
            Ok(picture) => {
                self.covers.keep(&name, &picture).await;
                Ok(Some(picture))
            }
            Err(error) => {
                self.covers.state().missed.insert(name, (now, error.clone()));
                Err(error.into())
            }
        }
    }

    /// Whether a provider is simulated on this machine, so that its covers are here too.
    fn is_on_this_machine(&self) -> bool {
        Provider::ALL.into_iter().any(|provider| address::is_loopback(self.config.endpoints.api(provider)))
    }
}

impl Covers {
    /// Those below this data directory. Nothing is read yet.
    pub(crate) fn below(data_dir: &Path) -> Self {
        Self { dir: data_dir.join("covers"), places: Semaphore::new(AT_ONCE), state: Mutex::default() }
    }

    /// A cover from the disk. What is no picture counts as not there.
    async fn kept(&self, name: &str) -> Option<Picture> {
        let path = self.dir.join(name);
        let bytes = tokio::fs::read(&path).await.ok()?;
        let kind = PictureKind::of(&bytes)?;
        // So that what is looked at stays longest. If that can't be noted, it goes a little earlier.
        let noted = tokio::task::spawn_blocking(move || touch(&path)).await;
        drop(noted);
        Some(Picture { kind, bytes: bytes.into() })
    }

    fn may_ask(&self, name: &str, now: Time) -> Result<(), PictureError> {
        let mut state = self.state();
        state.missed.retain(|_, (at, _)| now - *at < PATIENCE);
        state.missed.get(name).map_or(Ok(()), |(_, error)| Err(error.clone()))
    }

    /// Keeps a cover. A full disk is no reason not to show it.
    async fn keep(&self, name: &str, picture: &Picture) {
        if let Err(error) = self.write(name, picture).await {
            tracing::warn!(%error, "a cover could not be kept");
        }
    }

    /// Written beside its place and then put there, so that no half file is ever read.
    async fn write(&self, name: &str, picture: &Picture) -> io::Result<()> {
        tokio::fs::create_dir_all(&self.dir).await?;
        let beside = self.dir.join(format!("{name}.{}", uuid::Uuid::new_v4().simple()));
        tokio::fs::write(&beside, &picture.bytes).await?;
        tokio::fs::rename(&beside, self.dir.join(name)).await?;
        let dir = self.dir.clone();
        let counted = self.state().used;
        let used = match counted {
            Some(used) => used + picture.bytes.len() as u64,
            None => blocking(move || Ok(files(&dir)?.iter().map(|file| file.size).sum())).await?,
        };
        let dir = self.dir.clone();
        let used = if used > ROOM { blocking(move || make_room(&dir, ROOM_AFTER)).await? } else { used };
        self.state().used = Some(used);
        Ok(())
    }

    // A panic elsewhere can't leave these half-changed.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The address as a file name.
fn name(url: &Url) -> String {
    Sha256::digest(url.as_str().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

fn touch(path: &Path) -> io::Result<()> {
    std::fs::File::options().append(true).open(path)?.set_modified(SystemTime::now())
}

struct Kept {
    path: PathBuf,
    size: u64,
    used_at: SystemTime,
}

fn files(dir: &Path) -> io::Result<Vec<Kept>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let about = entry.metadata()?;
        if about.is_file() {
            files.push(Kept { path: entry.path(), size: about.len(), used_at: about.modified()? });
        }
    }
    Ok(files)
}

/// Removes what was not looked at for longest, until no more than `room` is used. Answers how much is.
fn make_room(dir: &Path, room: u64) -> io::Result<u64> {
    let mut files = files(dir)?;
    files.sort_by_key(|file| file.used_at);
    let mut used: u64 = files.iter().map(|file| file.size).sum();
    for file in files {
        if used <= room {
            break;
        }
        std::fs::remove_file(&file.path)?;
        used -= file.size;
    }
    Ok(used)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use super::*;

    #[test]
    fn what_was_not_looked_at_for_longest_goes_first() {
        let dir = tempfile::tempdir().unwrap();
        for (n, name) in ["old", "older", "new"].into_iter().enumerate() {
            let path = dir.path().join(name);
            std::fs::write(&path, [0; 100]).unwrap();
            let at = SystemTime::UNIX_EPOCH + Duration::from_secs([200, 100, 300][n]);
            std::fs::File::options().append(true).open(&path).unwrap().set_modified(at).unwrap();
        }
        assert_eq!(make_room(dir.path(), 300).unwrap(), 300);
        assert_eq!(make_room(dir.path(), 150).unwrap(), 100);
        let left: Vec<_> = files(dir.path()).unwrap().into_iter().map(|file| file.path).collect();
        assert_eq!(left, [dir.path().join("new")]);
    }
}
