//! This machine: what the program is, whether all is well, what keeps the sign-ins safe, and what was chosen for the window.

use kuroibara_engine::{
    about::{About, ProtectionState},
    doctor::Check,
    secret::Secret,
};
use tauri::State;

use crate::{
    error::AppError,
    session::Session,
    settings::{AppSettings, AppSettingsChange, Chosen},
};

/// What this program is, and where it keeps things.
#[tauri::command]
#[specta::specta]
pub async fn about(session: State<'_, Session>) -> Result<About, AppError> {
    Ok(session.engine().await?.about().await?)
}

/// Looks at everything, from the database to the services, and says what to do about what it finds.
#[tauri::command]
#[specta::specta]
pub async fn doctor(session: State<'_, Session>) -> Result<Vec<Check>, AppError> {
    Ok(session.engine().await?.doctor().await?)
}

/// What keeps the sign-ins safe now.
#[tauri::command]
#[specta::specta]
pub async fn protection(session: State<'_, Session>) -> Result<ProtectionState, AppError> {
    Ok(session.engine().await?.protection().await?)
}

/// Takes the passphrase that protects the sign-ins. What had to wait for it goes on.
#[tauri::command]
#[specta::specta]
pub async fn unlock(session: State<'_, Session>, passphrase: String) -> Result<ProtectionState, AppError> {
    let state = session.engine().await?.unlock(Secret::new(passphrase)).await?;
    session.begin_anew();
    Ok(state)
}

/// What was chosen for the window.
#[tauri::command]
#[specta::specta]
pub async fn app_settings(chosen: State<'_, Chosen>) -> Result<AppSettings, AppError> {
    Ok(chosen.get())
}

/// Chooses something else for the window.
#[tauri::command]
#[specta::specta]
pub async fn update_app_settings(
    chosen: State<'_, Chosen>,
    change: AppSettingsChange,
) -> Result<AppSettings, AppError> {
    chosen.update(change)
}
