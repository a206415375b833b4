//! The services: what is set up, who is connected, and how they take part.

use kuroibara_engine::{
    core::Provider,
    secret::Secret,
    settings::{IntegrationView, SettingsChange, SettingsView},
};
use tauri::State;

use crate::{error::AppError, session::Session};

/// How every service stands.
#[tauri::command]
#[specta::specta]
pub async fn get_settings(session: State<'_, Session>) -> Result<SettingsView, AppError> {
    Ok(session.engine().await?.settings().await?)
}

/// Stores the API client that the person registered at a service.
#[tauri::command]
#[specta::specta]
pub async fn set_up_client(
    session: State<'_, Session>,
    provider: Provider,
    client_id: String,
    client_secret: Option<String>,
) -> Result<IntegrationView, AppError> {
    let secret = client_secret.filter(|secret| !secret.trim().is_empty()).map(Secret::new);
    Ok(session.engine().await?.set_up(provider, &client_id, secret.as_ref()).await?)
}

/// Changes how a service takes part.
#[tauri::command]
#[specta::specta]
pub async fn update_integration(
    session: State<'_, Session>,
    provider: Provider,
    change: SettingsChange,
) -> Result<IntegrationView, AppError> {
    Ok(session.engine().await?.update(provider, &change).await?)
}

/// Says whether what came from one service may go to another.
#[tauri::command]
#[specta::specta]
pub async fn set_keep_in_step(session: State<'_, Session>, on: bool) -> Result<bool, AppError> {
    Ok(session.engine().await?.set_keep_in_step(on).await?)
}

/// Chooses the share of a service's titles, in hundredths, that a sync may lower, clear or remove without asking.
#[tauri::command]
#[specta::specta]
pub async fn set_guard(session: State<'_, Session>, percent: u32) -> Result<u32, AppError> {
    Ok(session.engine().await?.set_guard(percent).await?)
}

/// Signs in to Kitsu. The password is not kept.
#[tauri::command]
#[specta::specta]
pub async fn connect_kitsu(
    session: State<'_, Session>,
    username: String,
    password: String,
) -> Result<IntegrationView, AppError> {
    Ok(session.engine().await?.connect_kitsu(&username, Secret::new(password)).await?)
}

/// Erases a service's sign-in. The library stays.
#[tauri::command]
#[specta::specta]
pub async fn disconnect(session: State<'_, Session>, provider: Provider) -> Result<IntegrationView, AppError> {
    Ok(session.engine().await?.disconnect(provider).await?)
}
