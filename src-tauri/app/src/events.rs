//! What the window is told without having asked. Each of them says only that something changed, or where to go; the window
//! asks for the rest. No secret is ever in one.

use kuroibara_engine::core::Provider;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri_specta::Event;

use crate::error::AppError;

/// What a sync tells while it runs.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct EngineEvent(pub kuroibara_engine::events::Event);

/// Something changed in the library: entries, links, conflicts.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct LibraryChanged;

/// A setting changed elsewhere: by the tray, by another process.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct SettingsChanged;

/// A sync began, got further or ended, or syncing was paused or resumed.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct SyncStateChanged;

/// The person chose something outside the window that leads to a page in it.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct Navigate {
    /// The page, as the window's router names it.
    pub path: String,
}

/// A sign-in by browser came to its end.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct SignInEnded {
    /// Where; none when the address that came did not say.
    pub provider: Option<Provider>,
    /// Why nobody is signed in; none: it worked.
    pub error: Option<AppError>,
}

/// The person closed the window for the first time and is asked whether Kuroibara goes on in the tray.
#[derive(Clone, Debug, Serialize, Deserialize, Type, Event)]
pub struct CloseAsked;
