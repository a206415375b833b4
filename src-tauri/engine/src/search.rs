//! Searching a provider. Answers are kept for a while, so that typing the same again asks nobody.

use std::fmt::Write as _;

use chrono::TimeDelta;
use kuroibara_core::{ExternalId, MangaId, Provider};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Engine,
    connect::SignIn,
    error::EngineError,
    providers::{Format, Work},
};

/// Titles and totals change slowly.
const KEPT_FOR: TimeDelta = TimeDelta::hours(1);

/// A work that a search found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Hit {
    /// Where it was found.
    pub provider: Provider,
    /// Its id there, for `add`.
    pub external_id: ExternalId,
    /// The title to show.
    pub title: String,
    /// Its other names.
    pub titles: Vec<String>,
    /// What kind of work it is.
    pub format: Format,
    /// The year in which it began.
    pub year: Option<i32>,
    /// Chapters, where somebody counted.
    pub chapters: Option<u32>,
    /// Volumes, where somebody counted.
    pub volumes: Option<u32>,
    /// Who wrote and drew it.
    pub authors: Vec<String>,
    /// Address of its cover picture.
    #[serde(default)]
    pub cover: Option<String>,
    /// The manga of the library that it is, if it is one.
    #[serde(default)]
    pub manga_id: Option<MangaId>,
}

impl Engine {
    /// Works of a provider whose titles match `query`, at most `limit`.
    pub async fn search(&self, provider: Provider, query: &str, limit: usize) -> Result<Vec<Hit>, EngineError> {
        let query = query.trim();
        if query.is_empty() {
            return Err(EngineError::Refused("there is nothing to search for: give a part of a title".into()));
        }
        let limit = limit.clamp(1, 50);
        let (key, now) = (key(provider, query, limit), self.clock.now());
        let mut hits: Vec<Hit> = match self.db.cached(&key, now).await? {
            Some(hits) => hits,
            None => {
                let hits = self.ask(provider, query, limit).await?;
                self.db.cache(&key, &hits, now, now + KEPT_FOR).await?;
                hits
            }
        };
        for hit in &mut hits {
            hit.manga_id = self.db.find_manga(provider, &hit.external_id).await?;
        }
        Ok(hits)
    }

    async fn ask(&self, provider: Provider, query: &str, limit: usize) -> Result<Vec<Hit>, EngineError> {
        let integration = self.db.integration(provider).await?;
        let client = self.client(provider);
        let token = match integration.is_connected() && !integration.sign_in_again {
            true => Some(SignIn::of(self, &integration).token(client.as_ref()).await?),
            false => None,
        };
        let app = self.api_client(&integration).await?;
        let works = client.search(token.as_ref(), &app, query, limit).await?;
        self.ledger.flush().await?;
        Ok(works.into_iter().map(|work| hit(provider, work)).collect())
    }
}

fn hit(provider: Provider, work: Work) -> Hit {
    Hit {
        provider,
        external_id: work.id,
        title: work.title,
        titles: work.titles.into_iter().map(|title| title.text).collect(),
        format: work.format,
        year: work.year,
        chapters: work.totals.chapters,
        volumes: work.totals.volumes,
        authors: work.authors,
        cover: work.cover,
        manga_id: None,
    }
}

/// What was searched for, as a key of fixed length.
fn key(provider: Provider, query: &str, limit: usize) -> String {
    let mut key = format!("search:{provider}:{limit}:");
    for byte in Sha256::digest(query.to_lowercase().as_bytes()) {
        // Writing into a text can't fail.
        let _ = write!(key, "{byte:02x}");
    }
    key
}
