//! The application's window: the only code that knows Tauri. It must not know providers, tables or merge rules; those are
//! the engine's.
//!
//! The window opens whatever happens: a library that can't be opened is told in it, with what to do.

pub mod commands;
mod error;
pub mod events;
mod session;
mod settings;

use kuroibara_engine::logging::{self, LogGuard, LogSettings};
use tauri::{App, Manager};

pub use error::AppError;
pub use session::Session;
pub use settings::{AppSettings, AppSettingsChange, Chosen};

/// Opens the window and returns when the application ended.
///
/// # Errors
/// When the platform has no display or no web view.
pub fn run() -> tauri::Result<()> {
    let bindings = commands::bindings();
    tauri::Builder::default()
        // First of all, so that a second start hands over what it was given before anything of it is set up.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| show(app)))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .plugin(tauri_plugin_autostart::Builder::new().arg("--hidden").build())
        .invoke_handler(bindings.invoke_handler())
        .setup(move |app| {
            bindings.mount_events(app);
            set_up(app);
            Ok(())
        })
        .run(tauri::generate_context!())
}

fn set_up(app: &mut App) {
    let session = Session::of_environment();
    if let Some(log) = session.log_settings().and_then(start_log) {
        app.manage(log);
    }
    app.manage(Chosen::read(session.data_dir().as_deref()));
    app.manage(session);
    let handle = app.handle().clone();
    // A database server may take its time to answer; the window does not wait for it.
    tauri::async_runtime::spawn(async move { handle.state::<Session>().open().await });
}

/// A log that can't be written is told where a terminal listens, and is no reason to stop.
fn start_log(settings: LogSettings) -> Option<LogGuard> {
    logging::start(&settings).map_err(|error| eprintln!("{error}")).ok()
}

fn show(app: &tauri::AppHandle) {
    let Some(window) = app.get_webview_window("main") else { return };
    for done in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = done {
            tracing::warn!(%error, "the window could not be brought to the front");
        }
    }
}
