//! The desktop program. It knows only how to start the application and how to say that it could not.

// A release build on Windows opens no console beside the window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    match kuroibara_app::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Kuroibara could not open its window: {error}");
            ExitCode::FAILURE
        }
    }
}
