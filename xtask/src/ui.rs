//! The window's page: builds `ui` into `ui/dist`, which the application embeds. It must not know what the page shows.

use crate::step::{self, Failure, step};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// Builds the page, unless it is newer than all that it is made from: a new page means that the application is compiled
/// again.
pub(crate) fn build() -> Result<(), Failure> {
    let ui = step::root().join("ui");
    if is_fresh(&ui) {
        return Ok(());
    }
    packages()?;
    step(&mut npm(["run", "build"]))
}

/// Sees to it that the packages of the lock file are there, and no others.
pub(crate) fn packages() -> Result<(), Failure> {
    let ui = step::root().join("ui");
    let installed = changed_at(&ui.join("node_modules/.package-lock.json"));
    if installed.is_some_and(|installed| Some(installed) >= changed_at(&ui.join("package-lock.json"))) {
        return Ok(());
    }
    if !step::present("npm") {
        return Err(Failure("the window's page is built by npm: install Node.js 20.19 or newer".into()));
    }
    step(&mut npm(["ci", "--no-audit", "--no-fund"]))
}

/// Lints the page's code and checks its types.
pub(crate) fn check() -> Result<(), Failure> {
    packages()?;
    step(&mut npm(["run", "lint"]))?;
    step(&mut npm(["run", "typecheck"]))
}

/// Runs the page's tests over its invented application.
pub(crate) fn test() -> Result<(), Failure> {
    packages()?;
    step(&mut npm(["run", "test"]))
}

/// npm, in the folder of the page.
pub(crate) fn npm<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new("npm");
    // What it tells is for people: a benchmark's output is nothing but its figures.
    command.args(arguments).current_dir(step::root().join("ui")).stdout(std::io::stderr());
    command
}

/// Whether the built page is newer than every file that it is made from. The page that stands in for a missing one has no
/// assets beside it.
fn is_fresh(ui: &Path) -> bool {
    let built = ui.join("dist/index.html");
    let made_from = ["src", "../docs", "index.html", "package-lock.json", "vite.config.ts"];
    let newest = made_from.iter().filter_map(|name| newest(ui.join(name))).max();
    ui.join("dist/assets").is_dir() && changed_at(&built) > newest
}

/// When anything in this place last changed.
fn newest(place: PathBuf) -> Option<SystemTime> {
    let inside = fs::read_dir(&place).into_iter().flatten().flatten();
    inside.filter_map(|entry| newest(entry.path())).max().max(changed_at(&place))
}

fn changed_at(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|metadata| metadata.modified()).ok()
}
