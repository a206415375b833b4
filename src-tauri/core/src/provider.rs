//! The three providers. The only place that spells their names.

use std::{fmt, str::FromStr};

use enum_map::Enum;
use serde::{Deserialize, Serialize};

/// AniList, MyAnimeList or Kitsu: a service where a reader keeps a manga list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// AniList (`anilist`).
    AniList,
    /// MyAnimeList (`myanimelist`).
    MyAnimeList,
    /// Kitsu (`kitsu`).
    Kitsu,
}

impl Provider {
    /// Every provider, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::AniList, Self::MyAnimeList, Self::Kitsu];

    /// The name used on the command line, in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AniList => "anilist",
            Self::MyAnimeList => "myanimelist",
            Self::Kitsu => "kitsu",
        }
    }

    /// The name as the service writes it.
    pub fn title(self) -> &'static str {
        match self {
            Self::AniList => "AniList",
            Self::MyAnimeList => "MyAnimeList",
            Self::Kitsu => "Kitsu",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that names no provider.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("“{0}” is not a provider: use anilist, myanimelist or kitsu")]
pub struct UnknownProvider(String);

impl FromStr for Provider {
    type Err = UnknownProvider;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|p| p.as_str() == word).ok_or_else(|| UnknownProvider(word.to_owned()))
    }
}
