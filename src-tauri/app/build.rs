//! Tells Tauri where this application keeps its permissions and capabilities: the manifest stands at the root, the code does
//! not. And it makes sure that there is a page to embed, since lints and documentation are checked without having built one.

use std::{fs, io, path::Path};

/// Where `npm run build` puts the window's page, as `tauri.conf.json` names it.
const PAGE: &str = "ui/dist/index.html";
/// Shown by a program that was built without its page.
const STANDS_IN: &str = "<!doctype html><title>Kuroibara</title><p>This program was built without its page. \
     <code>cargo xtask run</code> builds both.</p>";

fn main() {
    println!("cargo:rerun-if-changed=ui/dist");
    println!("cargo:rerun-if-changed=src-tauri/app/build.rs");
    println!("cargo:rerun-if-changed=src-tauri/app/permissions");
    // With permissions of its own, the application refuses every command that no capability names.
    let commands = tauri_build::AppManifest::new().permissions_path_pattern("./src-tauri/app/permissions/*");
    let attributes = tauri_build::Attributes::new().app_manifest(commands);
    let attributes = attributes.capabilities_path_pattern("./src-tauri/app/capabilities/**/*");
    let built = stand_in().map_err(|error| error.to_string());
    let built = built.and_then(|()| tauri_build::try_build(attributes).map_err(|error| format!("{error:#}")));
    if let Err(error) = built {
        println!("cargo::error=Tauri's build step failed: {error}");
        std::process::exit(1);
    }
}

/// A page in the place of the one that was not built yet. The real build replaces it.
fn stand_in() -> io::Result<()> {
    let page = Path::new(PAGE);
    if page.exists() {
        return Ok(());
    }
    fs::create_dir_all(page.parent().unwrap_or(page))?;
    fs::write(page, STANDS_IN)
}
