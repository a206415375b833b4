//! Looks up what the tray shows. What can't be looked up is left out: a tray that says less is better than none.

use chrono::Local;
use kuroibara_engine::{
    Engine, EngineError,
    core::{Provider, Status},
    history::RunView,
    store::{LibraryQuery, Sort},
    sync::report::{ProviderReport, ProviderStatus},
};
use tauri::{AppHandle, Manager};

use super::model::{Last, Reading, Seen};
use crate::{Chosen, Session, auto::Auto, words::Words};

/// More than are shown, since titles that are read to their end are not, nor runs that have not ended.
const LOOKED_AT: u32 = 20;

pub(super) async fn look(app: &AppHandle) -> Seen {
    let auto = app.state::<Auto>();
    let mut seen = Seen {
        words: Words::of(app.state::<Chosen>().get().language),
        now: Local::now(),
        connected: Vec::new(),
        running: auto.is_running(),
        offline: auto.is_offline(),
        paused_until: auto.paused_until().map(Into::into),
        needs_you: false,
        last: None,
        reading: Vec::new(),
    };
    let Some(engine) = app.state::<Session>().open_engine() else { return seen };
    if let Err(error) = fill(&mut seen, &engine).await {
        tracing::warn!(code = error.code(), "the tray could not look everything up");
    }
    seen
}

async fn fill(seen: &mut Seen, engine: &Engine) -> Result<(), EngineError> {
    let settings = engine.settings().await?;
    seen.connected =
        settings.integrations().into_iter().filter(|(_, one)| one.is_connected).map(|(provider, _)| provider).collect();
    let waiting = engine.attention().await?.len();
    seen.needs_you = waiting > 0;
    seen.last = engine.history(None, LOOKED_AT, 0).await?.runs.iter().find_map(|run| last(run, waiting));
    let statuses = vec![Status::Reading, Status::Rereading];
    let query =
        LibraryQuery { statuses, sort: Sort::Updated, descending: true, limit: LOOKED_AT, ..LibraryQuery::default() };
    let entries = engine.library(&query).await?.entries;
    seen.reading = entries
        .into_iter()
        .map(|entry| Reading {
            manga: entry.manga_id,
            title: entry.title,
            chapters: entry.chapters_read,
            total: entry.total_chapters,
        })
        .collect();
    Ok(())
}

/// A run that has ended, with the counts of all services, and what waits for the person now.
fn last(run: &RunView, waiting: usize) -> Option<Last> {
    let at = run.finished_at?.into();
    let mut last = Last { at, pulled: 0, pushed: 0, waiting, missed: Vec::new() };
    for provider in Provider::ALL {
        let told = run.providers.as_ref().and_then(|told| told.get(provider.as_str()));
        let Some(one) = told.and_then(|told| serde_json::from_value::<ProviderReport>(told.clone()).ok()) else {
            continue;
        };
        last.pulled += one.pulled;
        last.pushed += one.pushed;
        if matches!(one.status, ProviderStatus::Failed | ProviderStatus::SignInAgain) {
            last.missed.push(provider);
        }
    }
    Some(last)
}
