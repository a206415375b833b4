//! Sample accounts: the simulated services inside the application, with a library of their own, for whoever wants to look
//! before connecting anything. They touch neither the person's library nor their keyring, and end with the application or
//! when they are removed.

use std::path::{Path, PathBuf};

use kuroibara_engine::{Engine, config::Config, core::Provider, secret::Secret, vault::MemoryKeyring};
use kuroibara_sim::{Account, READER, Sim, SimConfig};
use serde::Serialize;
use specta::Type;
use std::sync::Arc;
use tauri::{AppHandle, Manager, State};
use tokio::sync::Mutex;

use crate::{
    Session,
    error::{AppError, ErrorCode},
    events::{LibraryChanged, SettingsChanged, SyncStateChanged},
    window,
};

/// Their folder in the data directory.
const FOLDER: &str = "sample-accounts";
/// How many titles each of the three lists has.
const ENTRIES: usize = 60;

/// The simulated services, while they run. Managed by Tauri.
#[derive(Default)]
pub(crate) struct Samples(Mutex<Option<Running>>);

struct Running {
    /// Its servers end when it is dropped.
    _services: Sim,
    folder: PathBuf,
}

/// Whether the window shows the sample accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
pub(crate) struct SampleAccounts {
    /// Whether they are what is shown, in place of the person's own library.
    running: bool,
}

/// Whether the sample accounts are shown.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sample_accounts(samples: State<'_, Samples>) -> Result<SampleAccounts, AppError> {
    Ok(SampleAccounts { running: samples.0.lock().await.is_some() })
}

/// Shows the sample accounts, connected, in place of the person's own library, which stays as it is.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sample_accounts_start(app: AppHandle) -> Result<SampleAccounts, AppError> {
    let (samples, session) = (app.state::<Samples>(), app.state::<Session>());
    let mut running = samples.0.lock().await;
    if running.is_none() {
        let folder = session.data_dir().ok_or_else(no_folder)?.join(FOLDER);
        let (services, engine) = open(&folder).await?;
        session.show(engine).await;
        *running = Some(Running { _services: services, folder });
        tell(&app);
    }
    Ok(SampleAccounts { running: true })
}

/// Removes the sample accounts with everything that was done in them, and shows the person's own library again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sample_accounts_remove(app: AppHandle) -> Result<SampleAccounts, AppError> {
    if let Some(before) = app.state::<Samples>().0.lock().await.take() {
        app.state::<Session>().reopen().await;
        remove(&before.folder);
        tell(&app);
    }
    Ok(SampleAccounts { running: false })
}

/// What a crash left of the sample accounts: their services are gone, so nothing in it is good any more.
pub(crate) fn sweep(data_dir: &Path) {
    remove(&data_dir.join(FOLDER));
}

fn remove(folder: &Path) {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(%error, "the sample accounts' folder could not be removed");
        }
        Ok(()) | Err(_) => {}
    }
}

fn no_folder() -> AppError {
    AppError::new(ErrorCode::NoDataFolder, "there is no folder to keep the sample accounts in")
}

/// Everything that the window shows is another's now.
fn tell(app: &AppHandle) {
    window::tell(app, &SettingsChanged);
    window::tell(app, &LibraryChanged);
    window::tell(app, &SyncStateChanged);
}

/// The services and a library that is connected to all three, in this folder.
async fn open(folder: &Path) -> Result<(Sim, Engine), AppError> {
    remove(folder);
    let config = SimConfig { entries: ENTRIES, ..SimConfig::default() };
    let services = Sim::start(config).await.map_err(|error| AppError::new(ErrorCode::NoSamples, error.to_string()))?;
    let engine = Engine::open(
        surroundings(&services, folder)?,
        Arc::new(kuroibara_engine::clock::SystemClock),
        Arc::new(MemoryKeyring::default()),
    )
    .await?;
    connect(&services, &engine).await?;
    Ok((services, engine))
}

/// Nothing of the person's environment counts here: no database server, no client, no passphrase.
fn surroundings(services: &Sim, folder: &Path) -> Result<Config, AppError> {
    let folder = folder.display().to_string();
    let services = services.env();
    Ok(Config::from_env(|name| match name {
        "KUROIBARA_DATA_DIR" => Some(folder.clone()),
        "KUROIBARA_LIMITS" => Some("off".into()),
        _ => services.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()),
    })?)
}

/// Signs in everywhere, as the person would: the simulated pages are approved for them.
async fn connect(services: &Sim, engine: &Engine) -> Result<(), AppError> {
    let refused = |_| AppError::new(ErrorCode::NoSamples, "a simulated service refused its own sample account");
    let begun = engine.begin_login(Provider::AniList).await?;
    let back = services
        .anilist
        .approve(begun.authorize_url.as_str(), READER)
        .map_err(|error| refused(format!("{error:?}")))?;
    engine.finish_login(&back).await?;
    let begun = engine.begin_login(Provider::MyAnimeList).await?;
    let back = services
        .myanimelist
        .approve(begun.authorize_url.as_str(), READER)
        .map_err(|error| refused(format!("{error:?}")))?;
    engine.finish_login(&back).await?;
    let reader = Account::all().into_iter().find(|account| account.id == READER);
    let reader = reader.ok_or_else(|| refused(String::new()))?;
    engine.connect_kitsu(&reader.name, Secret::new(reader.password)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use kuroibara_engine::sync::Order;

    #[tokio::test]
    async fn the_sample_accounts_are_connected_have_a_first_plan_and_leave_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join(FOLDER);
        let (_services, engine) = open(&folder).await.unwrap();
        assert!(engine.settings().await.unwrap().integrations().iter().all(|(_, one)| one.is_connected));
        let plan = engine.sync(&Order { dry_run: true, ..Order::default() }).await.unwrap().plan;
        assert!(plan.len() >= ENTRIES, "{}", plan.len());
        engine.close().await;
        drop(engine);
        sweep(dir.path());
        assert!(!folder.exists());
    }
}
