//! What goes on at the providers: how much they are asked, how much they allow, and what waits for them.

use chrono::{DurationRound, TimeDelta};
use kuroibara_core::{MangaId, Provider, Time};
use serde::Serialize;

use crate::{
    Engine,
    error::EngineError,
    http::{Pause, PauseReason},
    store::{MangaChange, MappingChange, OutboxChange, Waiting},
};

/// The most rows of what waits that anybody looks at.
const SHOWN: u32 = 1_000;

/// The requests to one provider in one hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct UsageView {
    /// Who was asked.
    pub provider: Provider,
    /// The hour's beginning.
    pub hour: Time,
    /// How often.
    pub requests: u64,
}

/// How much each provider allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Budgets {
    /// AniList.
    pub anilist: Budget,
    /// MyAnimeList.
    pub myanimelist: Budget,
    /// Kitsu.
    pub kitsu: Budget,
}

/// How much one provider allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Budget {
    /// Requests in a minute, as it is believed or was told.
    pub per_minute: u32,
    /// How many it promises, while it allows fewer; none: as many as it promises, or it promises none.
    pub promised: Option<u32>,
    /// How many of them are left in this minute, as far as this process knows.
    pub left: u32,
    /// Until when it must not be asked at all.
    pub paused_until: Option<Time>,
    /// Why.
    pub pause_reason: Option<PauseReason>,
}

/// Something that waits to be sent, or was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct WaitingView {
    /// Which manga.
    pub manga_id: MangaId,
    /// Its title.
    pub title: String,
    /// Where it is to be sent.
    pub provider: Provider,
    /// Since when.
    pub due_since: Time,
    /// How often it was tried in vain.
    pub attempts: u32,
    /// When it is tried again; none: with the next sync.
    pub next_try_at: Option<Time>,
    /// Whether the provider said no for good.
    pub refused: bool,
    /// Why it failed last, as a stable word.
    pub code: Option<String>,
    /// The same as a sentence for people.
    pub message: Option<String>,
}

impl Engine {
    /// The requests of each provider in each of the last hours, the oldest first; an hour without any is left out.
    pub async fn usage(&self, hours: u32) -> Result<Vec<UsageView>, EngineError> {
        self.ledger.flush().await?;
        let now = self.clock.now();
        let since = now - TimeDelta::hours(i64::from(hours.clamp(1, 24 * 366)) - 1);
        let since = since.duration_trunc(TimeDelta::hours(1)).unwrap_or(since);
        let mut views: Vec<UsageView> = Vec::new();
        for one in self.db.usage(since).await?.into_iter().rev() {
            match views.iter_mut().rev().find(|view| (view.provider, view.hour) == (one.provider, one.hour)) {
                Some(view) => view.requests += one.requests,
                None => views.push(UsageView { provider: one.provider, hour: one.hour, requests: one.requests }),
            }
        }
        Ok(views)
    }

    /// How much each provider allows now.
    pub async fn budgets(&self) -> Result<Budgets, EngineError> {
        let now = self.clock.now();
        let pauses = self.db.pauses(now).await?;
        let budget = |provider: Provider| {
            let (per_minute, left) = self.http.budget(provider);
            let pause = pauses.iter().find(|pause| pause.provider == provider);
            let (paused_until, pause_reason) = pause.map(|Pause { until, reason, .. }| (*until, *reason)).unzip();
            let left = if pause.is_some() { 0 } else { left };
            let promised = self.http.promised(provider);
            Budget { per_minute, promised, left, paused_until, pause_reason }
        };
        let [anilist, myanimelist, kitsu] = Provider::ALL.map(budget);
        Ok(Budgets { anilist, myanimelist, kitsu })
    }

    /// What waits to be sent to a provider that takes part, or was refused there, the oldest first.
    pub async fn waiting(&self) -> Result<Vec<WaitingView>, EngineError> {
        let integrations = self.db.integrations().await?;
        let waiting = self.db.waiting(SHOWN).await?.into_iter();
        Ok(waiting.filter(|one| integrations[one.provider].takes_part()).map(WaitingView::from).collect())
    }

    /// Has everything that was refused tried again by the next sync, or only this title. Answers how much that is: one for each
    /// title and service.
    pub async fn retry_refused(&self, only: Option<MangaId>) -> Result<usize, EngineError> {
        let waiting = self.db.waiting(u32::MAX).await?.into_iter();
        let refused = waiting.filter(|one| one.refused && only.is_none_or(|manga| manga == one.manga));
        let refused: Vec<_> = refused.map(|one| (one.manga, one.provider)).collect();
        for (manga, provider) in &refused {
            self.retry(*manga, *provider).await?;
        }
        Ok(refused.len())
    }

    /// Has what waits or was refused tried again by the next sync.
    pub async fn retry(&self, manga: MangaId, provider: Provider) -> Result<(), EngineError> {
        self.change(manga, |loaded| {
            let Some(mapping) = &loaded.mappings[provider] else { return Ok(None) };
            let since = mapping.due.as_ref().map_or_else(|| self.clock.now(), |due| due.since);
            let due = MappingChange { outbox: OutboxChange::Due { since }, ..MappingChange::of(mapping.id) };
            Ok(Some(MangaChange { mappings: vec![due], ..MangaChange::of(manga, loaded.version) }))
        })
        .await
    }
}

impl From<Waiting> for WaitingView {
    fn from(waiting: Waiting) -> Self {
        let (code, message) = waiting.error.map(|error| (error.code, error.message)).unzip();
        Self {
            manga_id: waiting.manga,
            title: waiting.title,
            provider: waiting.provider,
            due_since: waiting.due_since,
            attempts: waiting.attempts,
            next_try_at: waiting.next_try_at,
            refused: waiting.refused,
            code,
            message,
        }
    }
}
