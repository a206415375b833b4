//! The desktop program. It knows only how to start the application and how to say that it could not.

// A release build on Windows opens no console beside the window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    if !has_display() {
        eprintln!("There is no display to open a window on. `kuroibara-cli` does everything without one.");
        return ExitCode::FAILURE;
    }
    match kuroibara_app::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Kuroibara could not open its window: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Asked before the toolkit is, since without a display it does not return an error but aborts.
fn has_display() -> bool {
    let named = |variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || named("DISPLAY") || named("WAYLAND_DISPLAY")
}
