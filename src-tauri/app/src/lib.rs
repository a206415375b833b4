//! The application's window: the only code that knows Tauri. It must not know providers, tables or merge rules; those are
//! the engine's. Today it is a shell that shows one page, which says that the command line does the work.

/// Opens the window and returns when it was closed.
///
/// # Errors
/// When the platform has no display or no web view.
pub fn run() -> tauri::Result<()> {
    tauri::Builder::default().run(tauri::generate_context!())
}
