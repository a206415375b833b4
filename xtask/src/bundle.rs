//! Makes the packages that people install, and tries one on a clean system. It must not know what the application does:
//! the Tauri CLI builds and packs, and a package is judged by what a fresh system does with it.

use crate::{
    setup,
    step::{self, Failure, step},
    ui,
};
use clap::Args;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Makes the packages for this kind of system.
#[derive(Args)]
pub(crate) struct Options {
    /// Which kinds, separated by commas: deb, rpm, appimage, nsis, msi, dmg. AppImage fetches its own tools.
    #[arg(long, default_value = "deb,rpm")]
    bundles: String,
    /// Instead: install the .deb that was made before on a clean Debian, in a folder of its own, and open it by a deep
    /// link. Wants root.
    #[arg(long)]
    check: bool,
}

/// Makes packages, or tries the one that is there.
pub(crate) fn bundle(options: &Options) -> Result<(), Failure> {
    if options.check { check() } else { pack(&options.bundles) }
}

fn pack(bundles: &str) -> Result<(), Failure> {
    setup::install(&[setup::BUILD, setup::WINDOW])?;
    ui::build()?;
    step(&mut step::cargo(["build", "--release", "--locked", "--package", "kuroibara-cli"]))?;
    step(
        Command::new("npm")
            .args(["exec", "--yes", TAURI, "--", "tauri", "build", "--ci", "--bundles", bundles])
            // For cargo: the window is no default member of the workspace, and so would not be built.
            .args(["--", "--locked", "--package", "kuroibara"])
            .current_dir(step::root()),
    )?;
    eprintln!("\nThe packages are in target/release/bundle.");
    Ok(())
}

/// The Tauri CLI. It is fetched here, since nothing else needs it.
const TAURI: &str = "--package=@tauri-apps/cli@2.12.5";

/// What a clean desktop has before anything of ours comes: a display, a session bus, and what opens links.
const DESKTOP: &str =
    "ca-certificates,dbus,dbus-x11,desktop-file-utils,fonts-dejavu-core,openbox,xdg-utils,xdotool,xvfb";

fn check() -> Result<(), Failure> {
    setup::install(&[setup::CLEAN_SYSTEM])?;
    let package = made_package()?;
    let clean = tempfile::tempdir().map_err(|error| Failure::because("making room for a clean system", error))?;
    let root = clean.path();
    step(
        Command::new("debootstrap")
            .arg("--variant=minbase")
            .arg(format!("--include={DESKTOP}"))
            .arg("stable")
            .args([root.as_os_str(), mirror().as_ref()]),
    )?;
    let outcome = try_out(root, &package);
    // What is mounted below it must go first, or the folder can't be removed.
    step(Command::new("umount").args(["--lazy", "--recursive"]).arg(root.join("proc")))?;
    outcome
}

fn try_out(root: &Path, package: &Path) -> Result<(), Failure> {
    step(Command::new("mount").args(["-t", "proc", "proc"]).arg(root.join("proc")))?;
    let copy = |from: &Path, to: &str| {
        let to = root.join(to);
        std::fs::copy(from, &to).map_err(|error| Failure::because(&format!("copying to {}", to.display()), error))
    };
    copy(package, "kuroibara.deb")?;
    copy(&step::root().join("packaging/linux/check.sh"), "check.sh")?;
    step(Command::new("chroot").arg(root).args(["/bin/sh", "/check.sh"]))
}

fn made_package() -> Result<PathBuf, Failure> {
    let folder = step::root().join("target/release/bundle/deb");
    let packages = std::fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let newest = packages
        .filter(|path| path.extension().is_some_and(|ending| ending == "deb"))
        .max_by_key(|path| path.metadata().and_then(|data| data.modified()).ok());
    newest.ok_or_else(|| Failure("there is no package yet: `cargo xtask bundle` makes one".to_owned()))
}

/// Where this system gets its own packages from.
fn mirror() -> String {
    let texts = ["/etc/apt/sources.list", "/etc/apt/sources.list.d/debian.sources"];
    let known = texts.iter().filter_map(|path| std::fs::read_to_string(path).ok());
    let address = known.into_iter().find_map(|sources| first_address(&sources));
    address.unwrap_or_else(|| "https://deb.debian.org/debian".to_owned())
}

/// The first address in a list of sources, whose comments may tell of others.
fn first_address(sources: &str) -> Option<String> {
    let lines = sources.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.flat_map(str::split_whitespace).find(|word| word.starts_with("http")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::first_address;

    #[test]
    fn an_address_in_a_comment_is_no_source() {
        let sources = "# deb http://old.example/debian stable main\nTypes: deb\nURIs: http://new.example/debian\n";
        assert_eq!(first_address(sources).as_deref(), Some("http://new.example/debian"));
        assert_eq!(first_address("# http://old.example"), None);
    }
}
