//! What crosses to the window and back, where the engine's own types do not know TypeScript.

use kuroibara_engine::core;
use serde::{Deserialize, Serialize};
use specta::Type;

/// A service where a reader keeps a manga list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// AniList.
    AniList,
    /// MyAnimeList.
    MyAnimeList,
    /// Kitsu.
    Kitsu,
}

impl From<core::Provider> for Provider {
    fn from(provider: core::Provider) -> Self {
        match provider {
            core::Provider::AniList => Self::AniList,
            core::Provider::MyAnimeList => Self::MyAnimeList,
            core::Provider::Kitsu => Self::Kitsu,
        }
    }
}

impl From<Provider> for core::Provider {
    fn from(provider: Provider) -> Self {
        match provider {
            Provider::AniList => Self::AniList,
            Provider::MyAnimeList => Self::MyAnimeList,
            Provider::Kitsu => Self::Kitsu,
        }
    }
}
