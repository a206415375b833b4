//! What the window asks about syncing by itself.

use chrono::{DateTime, Utc};
use kuroibara_engine::history::RunView;
use serde::Serialize;
use specta::Type;
use tauri::{AppHandle, Manager};

use super::{Auto, Pause};
use crate::{Session, error::AppError};

/// How the syncing stands.
#[derive(Clone, Debug, Serialize, Type)]
pub(crate) struct SyncState {
    /// Whether a sync runs.
    running: bool,
    /// Until when nothing is synced by itself; none: it is not paused.
    paused_until: Option<DateTime<Utc>>,
    /// The newest run.
    last: Option<RunView>,
    /// Whether no service could be reached the last time.
    offline: bool,
}

/// How the syncing stands.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sync_state(app: AppHandle) -> Result<SyncState, AppError> {
    let engine = app.state::<Session>().engine().await?;
    let last = engine.history(None, 1, 0).await?.runs.into_iter().next();
    let auto = app.state::<Auto>();
    Ok(SyncState { running: auto.is_running(), paused_until: auto.paused_until(), last, offline: auto.is_offline() })
}

/// Does nothing by itself for a while.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pause(app: AppHandle, until: Pause) -> Result<SyncState, AppError> {
    super::pause(&app, until);
    sync_state(app).await
}

/// Goes on by itself.
#[tauri::command]
#[specta::specta]
pub(crate) async fn resume(app: AppHandle) -> Result<SyncState, AppError> {
    super::resume(&app);
    sync_state(app).await
}
