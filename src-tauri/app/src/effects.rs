//! What follows from the window's settings outside of it: the schedule, the start at login, the title bar's theme, the
//! tray's language.

use tauri::{AppHandle, Manager};
use tauri_plugin_autostart::ManagerExt;

use crate::{AppSettings, Chosen, auto, events::SettingsChanged, tray, window};

/// Follows every change until the application ends.
pub(crate) async fn follow(app: AppHandle) {
    let mut changes = app.state::<Chosen>().subscribe();
    let mut before = changes.borrow_and_update().clone();
    while changes.changed().await.is_ok() {
        let now = changes.borrow_and_update().clone();
        take_effect(&app, &before, &now);
        before = now;
    }
}

fn take_effect(app: &AppHandle, before: &AppSettings, now: &AppSettings) {
    auto::follow(app, now);
    if before.start_at_login != now.start_at_login {
        start_at_login(app, now.start_at_login);
    }
    if before.theme != now.theme {
        window::set_theme(app, now.theme);
    }
    tray::refresh(app);
    window::tell(app, &SettingsChanged);
}

fn start_at_login(app: &AppHandle, on: bool) {
    let entry = app.autolaunch();
    if let Err(error) = if on { entry.enable() } else { entry.disable() } {
        tracing::warn!(%error, "the start at login could not be changed");
    }
}
