//! The end of a sign-in by browser: whichever way the address came back, it ends the same, with the window in front. It must
//! not look into the address; the engine does.

pub(crate) mod commands;
pub(crate) mod deep_link;
pub(crate) mod loopback;

use std::{
    collections::VecDeque,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, PoisonError},
};

use kuroibara_engine::{core::Provider, oauth::provider_of, settings::IntegrationView};
use tauri::{AppHandle, Manager};

use crate::{
    Session,
    error::AppError,
    events::{SettingsChanged, SignInEnded},
    window,
};

/// How many addresses are remembered.
const REMEMBERED: usize = 16;

/// The addresses that came lately, as numbers that tell nothing of them: browsers and desktops hand one over twice. Managed
/// by Tauri.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    hashes: RandomState,
    seen: Mutex<VecDeque<u64>>,
}

impl Arrivals {
    /// Whether this address is new.
    fn is_new(&self, text: &str) -> bool {
        let hash = self.hashes.hash_one(text.trim());
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.contains(&hash) {
            return false;
        }
        seen.truncate(REMEMBERED - 1);
        seen.push_front(hash);
        true
    }

    /// An address that ended nothing may be tried again, once what stood in its way is put right.
    fn forget(&self, text: &str) {
        let hash = self.hashes.hash_one(text.trim());
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).retain(|seen| *seen != hash);
    }
}

/// Ends the sign-in that this address belongs to, and tells the window. The same address again only brings the window to
/// the front, and answers nothing.
pub(crate) async fn end(app: &AppHandle, text: &str) -> Result<Option<IntegrationView>, AppError> {
    window::show(app);
    if !app.state::<Arrivals>().is_new(text) {
        return Ok(None);
    }
    let ended = finish(app, text).await;
    let provider = ended.as_ref().map_or_else(|_| provider_of(text), |(provider, _)| Some(*provider));
    let error = ended.as_ref().err().cloned();
    if let Some(error) = &error {
        app.state::<Arrivals>().forget(text);
        tracing::info!(code = ?error.code, "a sign-in did not end as it should");
    }
    window::tell(app, &SignInEnded { provider, error: error.clone() });
    window::tell(app, &SettingsChanged);
    ended.map(|(_, view)| Some(view))
}

async fn finish(app: &AppHandle, text: &str) -> Result<(Provider, IntegrationView), AppError> {
    let engine = app.state::<Session>().engine().await?;
    Ok(engine.finish_login(text).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_address_is_new_once_and_others_are_not_kept_for_ever() {
        let arrivals = Arrivals::default();
        assert!(arrivals.is_new("kuroibara://oauth/anilist?code=one"));
        assert!(!arrivals.is_new(" kuroibara://oauth/anilist?code=one\n"));
        arrivals.forget("kuroibara://oauth/anilist?code=one");
        assert!(arrivals.is_new("kuroibara://oauth/anilist?code=one"), "it failed, and may be tried again");
        for n in 0..100 {
            assert!(arrivals.is_new(&format!("kuroibara://oauth/anilist?code={n}")));
        }
        assert_eq!(arrivals.seen.lock().unwrap_or_else(PoisonError::into_inner).len(), REMEMBERED);
    }
}
