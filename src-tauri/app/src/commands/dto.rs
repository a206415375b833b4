//! What crosses to the window and back, where the engine's own types do not know TypeScript.

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
