//! What was done, what waits, and what it cost; the library in numbers.

use kuroibara_engine::{
    activity::{Budgets, UsageView, WaitingView},
    core::{MangaId, Provider, RunId},
    health::AccountHealth,
    history::{History, HistoryQuery},
    statistics::Statistics,
};
use tauri::State;

use crate::{error::AppError, session::Session};

/// The newest runs and changes, or those of one run.
#[tauri::command]
#[specta::specta]
pub async fn history(
    session: State<'_, Session>,
    run: Option<RunId>,
    limit: u32,
    offset: u32,
) -> Result<History, AppError> {
    Ok(session.engine().await?.history(run, limit, offset).await?)
}

/// The newest changes that are looked for.
#[tauri::command]
#[specta::specta]
pub async fn history_of(
    session: State<'_, Session>,
    query: HistoryQuery,
    limit: u32,
    offset: u32,
) -> Result<History, AppError> {
    Ok(session.engine().await?.history_of(&query, limit, offset).await?)
}

/// The requests to each service in each of the last hours.
#[tauri::command]
#[specta::specta]
pub async fn usage(session: State<'_, Session>, hours: u32) -> Result<Vec<UsageView>, AppError> {
    Ok(session.engine().await?.usage(hours).await?)
}

/// How much each service allows now.
#[tauri::command]
#[specta::specta]
pub async fn budgets(session: State<'_, Session>) -> Result<Budgets, AppError> {
    Ok(session.engine().await?.budgets().await?)
}

/// How each account stands: how long its sign-in lasts, and what waits to be sent there.
#[tauri::command]
#[specta::specta]
pub async fn health(session: State<'_, Session>) -> Result<Vec<AccountHealth>, AppError> {
    Ok(session.engine().await?.health().await?)
}

/// What waits to be sent, or was refused.
#[tauri::command]
#[specta::specta]
pub async fn waiting(session: State<'_, Session>) -> Result<Vec<WaitingView>, AppError> {
    Ok(session.engine().await?.waiting().await?)
}

/// Has what waits or was refused tried again.
#[tauri::command]
#[specta::specta]
pub async fn retry(session: State<'_, Session>, manga_id: MangaId, provider: Provider) -> Result<(), AppError> {
    Ok(session.engine().await?.retry(manga_id, provider).await?)
}

/// The library in numbers.
#[tauri::command]
#[specta::specta]
pub async fn statistics(session: State<'_, Session>) -> Result<Statistics, AppError> {
    Ok(session.engine().await?.statistics().await?)
}
