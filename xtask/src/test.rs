//! Runs every test with the real servers it needs, and says at the end how many passed. It must not know what is tested.

use crate::display::Display;
use crate::keyring::Keyring;
use crate::postgres::Postgres;
use crate::setup;
use crate::step::{self, Failure};
use crate::ui;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// What `cargo xtask test` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Given to `cargo test` in place of `--workspace`, for example `-p kuroibara-engine store`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    cargo: Vec<String>,
}

/// What the end lines of cargo's test programs add up to.
#[derive(Default, Debug, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
}

/// Runs the tests. Fails when one of them does, or when there was none.
pub(crate) fn test(options: &Options) -> Result<(), Failure> {
    let everything = options.cargo.is_empty();
    setup::install(if everything {
        &[setup::BUILD, setup::WINDOW, setup::SERVICES, setup::DISPLAY]
    } else {
        &[setup::BUILD, setup::SERVICES]
    })?;
    if everything {
        ui::build()?;
        ui::test()?;
    }
    let postgres = Postgres::start()?;
    let keyring = Keyring::start()?;
    let display = Display::start()?;
    let mut command = step::cargo(["test", "--no-fail-fast", "--locked"]);
    command.args(everything.then_some("--workspace")).args(&options.cargo);
    isolate(&mut command);
    command.env("KUROIBARA_TEST_POSTGRES_URL", postgres.url());
    if let Some(keyring) = &keyring {
        command.env("KUROIBARA_TEST_KEYRING_BUS", keyring.address());
    }
    if let Some(display) = &display {
        command.env("KUROIBARA_TEST_DISPLAY", display.name());
    }
    conclude(&counted(&mut command)?)
}

/// The settings of the person at the keyboard that must not reach a test or the demo: their library, their API clients
/// and their keyring. A test that wants a keyring asks for the bus that was started for it.
pub(crate) fn isolate(command: &mut Command) {
    const THEIRS: [&str; 7] = [
        "KUROIBARA_DATA_DIR",
        "KUROIBARA_PASSPHRASE",
        "DATABASE_URL",
        "ANILIST_CLIENT_ID",
        "ANILIST_CLIENT_SECRET",
        "MAL_CLIENT_ID",
        "MAL_CLIENT_SECRET",
    ];
    for name in THEIRS {
        command.env_remove(name);
    }
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/kuroibara-has-no-keyring-here");
}

/// Runs the command, shows what it prints as it comes, and adds up the results in it.
fn counted(command: &mut Command) -> Result<(Tally, bool), Failure> {
    let failed = |error| Failure::because("running the tests", error);
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
    let mut tally = Tally::default();
    for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines) {
        let line = line.map_err(failed)?;
        tally.add(&line);
        println!("{line}");
    }
    Ok((tally, child.wait().map_err(failed)?.success()))
}

fn conclude((tally, succeeded): &(Tally, bool)) -> Result<(), Failure> {
    println!("\n{} passed, {} failed", tally.passed, tally.failed);
    if !succeeded || tally.failed > 0 {
        return Err(Failure("the tests did not all pass".into()));
    }
    if tally.passed == 0 {
        return Err(Failure("no test ran".into()));
    }
    Ok(())
}

impl Tally {
    /// Adds a line such as `test result: ok. 3 passed; 0 failed; 1 ignored; …`; any other line adds nothing.
    fn add(&mut self, line: &str) {
        let Some(counts) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else { return };
        for count in counts.1.split("; ") {
            match count.split_once(' ') {
                Some((number, "passed")) => self.passed += number.parse::<u64>().unwrap_or(0),
                Some((number, "failed")) => self.failed += number.parse::<u64>().unwrap_or(0),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_results_of_all_test_programs_add_up() {
        let mut tally = Tally::default();
        for line in [
            "running 4 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 40 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s",
        ] {
            tally.add(line);
        }
        assert_eq!(tally, Tally { passed: 43, failed: 2 });
    }

    #[test]
    fn no_test_at_all_is_not_a_success() {
        assert!(conclude(&(Tally::default(), true)).is_err());
    }
}
