//! The application's window: the only code that knows Tauri. It must not know providers, tables or merge rules; those are
//! the engine's.
//!
//! The window opens whatever happens: a library that can't be opened is told in it, with what to do.

pub mod auto;
pub mod commands;
mod cover;
#[cfg(target_os = "linux")]
mod drawing;
mod effects;
mod error;
pub mod events;
mod links;
mod notify;
mod quit;
mod samples;
mod session;
mod settings;
mod sign_in;
mod tray;
mod window;
mod words;

use kuroibara_engine::logging::{self, LogGuard, LogSettings};
use tauri::{App, AppHandle, Manager};

use crate::{
    auto::Auto,
    notify::Told,
    samples::Samples,
    sign_in::{Arrivals, deep_link, loopback::Loopback},
    tray::Tray,
};

pub use error::{AppError, ErrorCode};
pub use session::Session;
pub use settings::{AppSettings, AppSettingsChange, Chosen};

/// Given by the entry that starts Kuroibara when the person signs in to the computer.
const HIDDEN: &str = "--hidden";

/// Opens the window and returns when the application ended.
///
/// # Errors
/// When the platform has no display or no web view.
pub fn run() -> tauri::Result<()> {
    let bindings = commands::bindings();
    tauri::Builder::default()
        // First of all, so that a second start hands over what it was given before anything of it is set up.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| window::show(app)))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_window_state::Builder::default().with_state_flags(window::RESTORED).build())
        .plugin(tauri_plugin_autostart::Builder::new().arg(HIDDEN).build())
        .register_asynchronous_uri_scheme_protocol(cover::SCHEME, cover::serve)
        .invoke_handler(bindings.invoke_handler())
        .setup(move |app| {
            bindings.mount_events(app);
            set_up(app);
            window::make(app, stays_hidden(app))?;
            begin(app.handle());
            Ok(())
        })
        .on_window_event(window::on_event)
        .build(tauri::generate_context!())?
        .run(|app, event| quit::on_event(app, &event));
    Ok(())
}

fn set_up(app: &mut App) {
    let session = Session::of_environment();
    if let Some(log) = session.log_settings().and_then(start_log) {
        app.manage(log);
    }
    session.data_dir().iter().for_each(|dir| samples::sweep(dir));
    let chosen = Chosen::read(session.data_dir().as_deref());
    app.manage(Auto::new(&chosen.get()));
    app.manage(chosen);
    app.manage(Arrivals::default());
    app.manage(Loopback::default());
    app.manage(Tray::default());
    app.manage(Told::default());
    app.manage(Samples::default());
    app.manage(session);
    app.manage(quit::Ending::default());
    tauri::async_runtime::spawn(quit::when_told(app.handle().clone()));
    let handle = app.handle().clone();
    // A database server may take its time to answer; the window does not wait for it.
    tauri::async_runtime::spawn(async move { handle.state::<Session>().open().await });
}

/// What works whether the window is open or not.
fn begin(app: &AppHandle) {
    tray::make(app);
    deep_link::listen(app);
    tauri::async_runtime::spawn(effects::follow(app.clone()));
    tauri::async_runtime::spawn(auto::run(app.clone()));
}

/// A log that can't be written is told where a terminal listens, and is no reason to stop.
fn start_log(settings: LogSettings) -> Option<LogGuard> {
    logging::start(&settings).map_err(|error| eprintln!("{error}")).ok()
}

/// Started at login, it stays in the tray if the person wants it so.
fn stays_hidden(app: &App) -> bool {
    std::env::args().any(|argument| argument == HIDDEN) && app.state::<Chosen>().get().start_hidden
}
