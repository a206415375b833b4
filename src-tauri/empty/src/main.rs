//! A window with nothing in it, of the same Tauri: `cargo xtask bench window` measures how much more memory the application
//! takes. Nobody installs it.

fn main() -> tauri::Result<()> {
    tauri::Builder::default().run(tauri::generate_context!())
}
