//! What Tauri wants of every program that opens a window.

fn main() {
    tauri_build::build();
}
