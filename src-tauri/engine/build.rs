//! Cargo does not see new files in `migrations`, which are compiled into the crate.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
