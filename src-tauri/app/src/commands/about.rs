//! What the about page shows.

use serde::Serialize;
use specta::Type;
use tauri::State;

use crate::{error::AppError, session::Session};

/// What this program is and where it keeps its things.
#[derive(Clone, Debug, Serialize, Type)]
pub struct About {
    /// The program's version.
    version: String,
    /// Under which licence it may be used.
    licence: String,
    /// Where database, covers and logs are; none while the environment is wrong.
    data_dir: Option<String>,
    /// Why the library could not be opened; none: it is open.
    error: Option<AppError>,
}

/// What this program is. It answers although the library can't be opened.
#[tauri::command]
#[specta::specta]
pub async fn about(session: State<'_, Session>) -> Result<About, AppError> {
    Ok(About {
        version: env!("CARGO_PKG_VERSION").into(),
        licence: env!("CARGO_PKG_LICENSE").into(),
        data_dir: session.data_dir().map(|dir| dir.display().to_string()),
        error: session.engine().await.err(),
    })
}
