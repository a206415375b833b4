//! What the window may ask: each command reads its arguments, makes one engine call and converts the answer. The list below
//! is the whole contract, from which `ui/src/bindings.ts` is generated. No secret is ever in an answer.

pub mod about;
pub mod dto;

use tauri_specta::{Builder, ErrorHandlingMode, collect_commands, collect_events};

use crate::{
    events::{CloseAsked, LibraryChanged, Navigate, SettingsChanged, SignInEnded, SyncStateChanged},
    sign_in, window,
};

/// Every command and every event, with their types.
pub fn bindings() -> Builder<tauri::Wry> {
    Builder::new()
        .commands(collect_commands![
            about::about,
            sign_in::commands::connect,
            sign_in::commands::finish_login,
            sign_in::commands::sign_in_addresses,
            window::close_window
        ])
        .events(collect_events![CloseAsked, LibraryChanged, Navigate, SettingsChanged, SignInEnded, SyncStateChanged])
        // The window's `api.ts` catches what is thrown, which is always an `AppError`.
        .error_handling(ErrorHandlingMode::Throw)
        // What crosses is written the same in both directions.
        .disable_serde_phases()
        // Counts and sizes: none comes near 2^53.
        .dangerously_cast_bigints_to_number()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::bindings;
    use specta_typescript::Typescript;
    use std::path::Path;

    const HEADER: &str =
        "// Generated from src-tauri/app/src/commands by `cargo xtask bindings`. Not edited by hand.\n";

    #[test]
    fn the_windows_bindings_are_those_that_the_commands_generate() {
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/bindings.ts");
        let dir = tempfile::tempdir().unwrap();
        let made = dir.path().join("bindings.ts");
        bindings().export(Typescript::default().header(HEADER), &made).unwrap();
        let made = std::fs::read_to_string(made).unwrap();
        if std::env::var_os("KUROIBARA_WRITE_BINDINGS").is_some() {
            std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
            std::fs::write(&kept, &made).unwrap();
        }
        let kept = std::fs::read_to_string(kept).unwrap_or_default();
        assert!(made == kept, "ui/src/bindings.ts is not up to date: run `cargo xtask bindings`");
    }
}
