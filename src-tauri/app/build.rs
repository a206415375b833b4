//! Tells Tauri where this application keeps its capabilities: the manifest stands at the root, the code does not.

fn main() {
    let attributes = tauri_build::Attributes::new().capabilities_path_pattern("./src-tauri/app/capabilities/**/*");
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error=Tauri's build step failed: {error:#}");
        std::process::exit(1);
    }
}
