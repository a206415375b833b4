//! How the web view draws on Linux: with the graphics card where there is one, and plainly where there is none. It must not
//! know what is drawn.
//!
//! WebKitGTK composites with OpenGL by default. A virtual machine, a remote desktop or a small server has no card for it,
//! and each layer is then computed by a renderer in software: scrolling the library took three times as long as without
//! (`BENCHMARKS.md`).

use std::path::Path;

use tauri::WebviewWindow;
use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};

/// Where graphics cards are found: by the kernel's own drivers, by NVIDIA's, and by Windows below a guest.
const CARDS: [(&str, &str); 3] = [("dri", "renderD"), ("", "nvidia0"), ("", "dxg")];

/// Has the window drawn without a graphics card where the machine has none.
///
/// # Errors
/// When the window is already gone.
pub(crate) fn suit(window: &WebviewWindow) -> tauri::Result<()> {
    if has_card(Path::new("/dev")) {
        return Ok(());
    }
    tracing::info!("no graphics card: the window is drawn without one");
    window.with_webview(|view| {
        if let Some(settings) = view.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    })
}

fn has_card(devices: &Path) -> bool {
    CARDS.iter().any(|(folder, name)| {
        let Ok(entries) = std::fs::read_dir(devices.join(folder)) else { return false };
        entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with(name))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn found_in(device: Option<&str>) -> bool {
        let devices = tempfile::tempdir().unwrap();
        std::fs::create_dir(devices.path().join("dri")).unwrap();
        std::fs::write(devices.path().join("null"), "").unwrap();
        if let Some(device) = device {
            std::fs::write(devices.path().join(device), "").unwrap();
        }
        has_card(devices.path())
    }

    #[test]
    fn a_card_is_one_that_renders_whoever_made_its_driver() {
        assert!(["dri/renderD128", "dri/renderD129", "nvidia0", "dxg"].into_iter().all(|card| found_in(Some(card))));
        // A screen without a renderer, as virtual machines have, draws nothing by itself.
        assert!([None, Some("dri/card0"), Some("nvidiactl")].into_iter().all(|none| !found_in(none)));
        assert!(!has_card(Path::new("/nowhere/at/all")));
    }
}
