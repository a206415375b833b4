//! Links that wait for a person: shown with what speaks for them, accepted, rejected, or declared to have no counterpart. A
//! person's word is for ever.

use std::collections::HashMap;

use kuroibara_core::{ExternalId, MangaId, Provider, Time};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Engine,
    error::EngineError,
    matching::Evidence,
    providers::Format,
    store::{Details, MatchCandidate},
};

/// A link that waits for a person.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MatchView {
    /// Its key, for accepting and rejecting.
    pub id: Uuid,
    /// The manga of the library.
    pub manga_id: MangaId,
    /// It, as it is shown.
    pub manga: Shown,
    /// Where it may be linked.
    pub provider: Provider,
    /// To which work.
    pub external_id: ExternalId,
    /// The manga of the library that this work is now.
    pub other_id: Option<MangaId>,
    /// The work, as it is shown.
    pub other: Shown,
    /// How likely it is that the two are the same, in percent.
    pub confidence: u32,
    /// What speaks for it and against it.
    pub evidence: Evidence,
    /// Since when it waits.
    pub opened_at: Time,
}

/// A work as it is shown beside another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Shown {
    /// Its title.
    pub title: String,
    /// Its other names.
    pub titles: Vec<String>,
    /// Who wrote and drew it.
    pub authors: Vec<String>,
    /// What kind of work it is.
    pub format: Format,
    /// The year in which it began.
    pub year: Option<i32>,
    /// Chapters, where somebody counted.
    pub chapters: Option<u32>,
    /// Volumes, where somebody counted.
    pub volumes: Option<u32>,
    /// Address of the cover picture.
    pub cover: Option<String>,
}

impl Engine {
    /// The links that wait, the likeliest first.
    pub async fn matches(&self) -> Result<Vec<MatchView>, EngineError> {
        let open = self.db.match_candidates().await?;
        let mut others = HashMap::new();
        for one in &open {
            if let Some(manga) = self.db.find_manga(one.provider, &one.external_id).await? {
                others.insert(one.id, manga);
            }
        }
        let manga: Vec<MangaId> = open.iter().map(|one| one.manga).chain(others.values().copied()).collect();
        let details = self.db.details_of(&manga).await?;
        Ok(open.into_iter().filter_map(|one| view(one, &others, &details)).collect())
    }

    /// Says that the two are the same, which links them for good. Nothing is sent: the next sync merges both.
    pub async fn accept_match(&self, id: Uuid) -> Result<(), EngineError> {
        let one = self.open_match(id).await?;
        self.link(one.manga, one.provider, &one.external_id).await?;
        Ok(())
    }

    /// Says that the two are not the same: they are never linked by themselves, and never asked about again.
    pub async fn reject_match(&self, id: Uuid) -> Result<(), EngineError> {
        let one = self.open_match(id).await?;
        let what = (&one.external_id, Some(one.title.as_str()));
        Ok(self.db.reject_pair(one.manga, one.provider, what, self.clock.now()).await?)
    }

    /// Says that the manga has no counterpart there, and why: none is looked for any more.
    pub async fn ignore_match(&self, id: Uuid, reason: &str) -> Result<(), EngineError> {
        let one = self.open_match(id).await?;
        Ok(self.db.note_without_counterpart(one.manga, one.provider, reason.trim(), self.clock.now()).await?)
    }

    async fn open_match(&self, id: Uuid) -> Result<MatchCandidate, EngineError> {
        self.db
            .match_candidate(id)
            .await?
            .ok_or_else(|| EngineError::Refused("no match that waits is called that. See `matches` for the ids".into()))
    }
}

fn view(
    one: MatchCandidate,
    others: &HashMap<Uuid, MangaId>,
    details: &HashMap<MangaId, Details>,
) -> Option<MatchView> {
    let other_id = others.get(&one.id).copied();
    let found = one.shown.and_then(|shown| serde_json::from_value(shown).ok());
    let named = || found.unwrap_or_else(|| Shown { title: one.title.clone(), ..Shown::default() });
    Some(MatchView {
        id: one.id,
        manga_id: one.manga,
        manga: details.get(&one.manga)?.into(),
        provider: one.provider,
        other_id,
        other: other_id.and_then(|id| details.get(&id)).map_or_else(named, Shown::from),
        external_id: one.external_id,
        confidence: one.confidence,
        // What an older version wrote and this one can't read is shown without reasons.
        evidence: serde_json::from_value(one.evidence).unwrap_or_default(),
        opened_at: one.opened_at,
    })
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            title: String::new(),
            titles: Vec::new(),
            authors: Vec::new(),
            format: Format::Unknown,
            year: None,
            chapters: None,
            volumes: None,
            cover: None,
        }
    }
}

impl From<&Details> for Shown {
    fn from(details: &Details) -> Self {
        Self {
            title: details.title.clone(),
            titles: details.titles.iter().map(|title| title.text.clone()).collect(),
            authors: details.authors.clone(),
            format: details.format,
            year: details.year,
            chapters: details.totals.chapters,
            volumes: details.totals.volumes,
            cover: details.cover.clone(),
        }
    }
}
