//! What a change must pass besides the tests: format, lints, documents, licences and sources.

use crate::docs;
use crate::setup;
use crate::step::{self, Failure, cargo, step};
use crate::ui;
use std::path::PathBuf;
use std::process::Command;

/// The version of cargo-deny that the rules in `deny.toml` were written for.
const DENY: &str = "0.20.2";

/// Runs every check and stops at the first that fails.
pub(crate) fn check() -> Result<(), Failure> {
    docs::check()?;
    setup::install(&[setup::BUILD, setup::WINDOW])?;
    ui::build()?;
    ui::check()?;
    step(&mut cargo(["fmt", "--all", "--check"]))?;
    step(&mut cargo(["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny=warnings"]))?;
    step(cargo(["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "--deny=warnings"))?;
    step(&mut deny()?)
}

/// The licences, sources and duplicates of all dependencies. Known vulnerabilities (`advisories`) are not asked for here:
/// their list is fetched from a place that a machine with only package registries cannot reach.
fn deny() -> Result<Command, Failure> {
    let mut command = Command::new(deny_program()?);
    command
        .args(["--workspace", "--all-features", "--locked", "check", "bans", "licenses", "sources"])
        .current_dir(step::root());
    Ok(command)
}

/// cargo-deny from the path, or built once into the target folder, where a cache keeps it.
fn deny_program() -> Result<PathBuf, Failure> {
    if step::present("cargo-deny") {
        return Ok("cargo-deny".into());
    }
    let home = step::built()?.with_file_name("tools");
    let program = home.join("bin/cargo-deny");
    if !program.is_file() {
        install_deny(&home)?;
    }
    Ok(program)
}

/// Built without optimisation and debug information: it runs for seconds, so building it fast is what counts.
fn install_deny(home: &std::path::Path) -> Result<(), Failure> {
    let mut install = cargo(["install", "--locked", "--debug", "--version", DENY, "cargo-deny"]);
    install.arg("--root").arg(home).env("CARGO_PROFILE_DEV_DEBUG", "false");
    step(&mut install)
}
