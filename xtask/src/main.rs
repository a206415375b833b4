//! The project's own tasks, called as `cargo xtask TASK`. Each task sets up what it needs and says what it does. This
//! crate must not know how the engine works: it only starts programs and reads what they print.

#![allow(clippy::print_stdout, reason = "telling the person at the terminal is what a task is for")]

mod bench;
mod bindings;
mod bundle;
mod check;
mod display;
mod docs;
mod keyring;
mod migration;
mod postgres;
mod run;
mod screens;
mod setup;
mod step;
mod test;
mod ui;
mod window;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Kuroibara's own tasks.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build and open the application. Without a display the demo journey is played in this terminal.
    Run(run::Options),
    /// Play the demo journey in this terminal, against simulated services: no account is needed, none is touched.
    Demo(run::Options),
    /// Run every test, with a PostgreSQL server and a keyring of its own, and say how many passed.
    Test(test::Options),
    /// Check format, lints, documentation, licences and sources.
    Check,
    /// Generate the TypeScript that the window calls its commands with.
    Bindings,
    /// Take a picture of every page and state of the window, and look each over for faults of accessibility.
    Screens(screens::Options),
    /// Run the benchmarks in release and print their figures as one JSON document.
    Bench(bench::Options),
    /// Make the packages that people install, or try the one that was made on a clean system.
    Bundle(bundle::Options),
    /// Start a new database migration.
    Migration(migration::Options),
}

fn main() -> ExitCode {
    match perform(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(step::Failure(message)) => {
            eprintln!("\nxtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<(), step::Failure> {
    match task {
        Task::Run(options) => window::run(&options),
        Task::Demo(options) => run::run(&options),
        Task::Test(options) => test::test(&options),
        Task::Check => check::check(),
        Task::Bindings => bindings::bindings(),
        Task::Screens(options) => screens::screens(&options),
        Task::Bench(options) => bench::bench(&options),
        Task::Bundle(options) => bundle::bundle(&options),
        Task::Migration(options) => migration::migration(&options),
    }
}
