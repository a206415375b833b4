//! `kuroibara-cli`: the headless face of the engine, for servers, scripts and tests.
//!
//! It reads arguments, calls the engine once, and tells the answer. It knows no provider's language, no database and no
//! rule; what it prints and how it exits is the contract with scripts.

mod args;
mod command;
mod exit;
mod failure;
mod help;
mod output;
mod progress;
mod secrets;
mod show;
mod table;
mod values;

use std::{
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
};

use clap::{CommandFactory, Parser};
use clap_complete::Shell;
use kuroibara_engine::{
    Engine,
    clock::SystemClock,
    config::Config,
    doctor,
    logging::{self, Level, LogSettings},
};

use crate::{
    args::{Cli, Command},
    command::{Desk, machine},
    exit::Exit,
    failure::{Failure, error_json},
    output::Voice,
};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let voice = Voice::new(cli.json);
    let exit = run(&cli.command, voice).unwrap_or_else(|failure| {
        voice.fail(&failure);
        failure.exit()
    });
    ExitCode::from(exit as u8)
}

/// One thread is enough, and starts faster than several: what takes long is waiting for others.
fn run(command: &Command, voice: Voice) -> Result<Exit, Failure> {
    if let Command::Completions { shell } = command {
        return completions(*shell);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(with_engine(command, voice))
}

async fn with_engine(command: &Command, voice: Voice) -> Result<Exit, Failure> {
    let config = Config::from_env(|name| std::env::var(name).ok())?;
    let log = LogSettings { file: Some((config.log_dir(), config.log_level)), stderr: Some(Level::Warn) };
    // A log that can't be written is worth telling and no reason to stop.
    let _log = logging::start(&log).map_err(|error| voice.warn(&error));
    let keyring = config.keyring();
    let engine = match Engine::open(config, Arc::new(SystemClock), keyring).await {
        Err(error) if matches!(command, Command::Doctor) => return machine::report(voice, doctor::unopened(&error)),
        opened => opened?,
    };
    let result = Desk::new(&engine, voice).carry_out(command).await;
    engine.close().await;
    result
}

fn completions(shell: Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "kuroibara-cli", &mut script);
    io::stdout().write_all(&script)?;
    Ok(Exit::Done)
}

/// Help and version are answers; anything else is wrong usage, told as the contract wants it.
fn usage(error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    let exit = if error.use_stderr() { Exit::BadInput } else { Exit::Done };
    let told = match error.use_stderr() && wants_json {
        true => writeln!(io::stderr(), "{}", error_json("usage", error.to_string().trim_end())),
        false => error.print(),
    };
    // With nowhere to say it, the exit status still does.
    drop(told);
    ExitCode::from(exit as u8)
}
