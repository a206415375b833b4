//! What the engine costs: requests, time and memory, measured against the simulated services and printed as one JSON
//! object. `cargo xtask bench` runs each benchmark in a process of its own, so that none pays for another's memory.
//!
//! It drives the engine as a person would and counts at the services. It must not reach into either.

#![allow(clippy::print_stdout, reason = "printing its figures is what a benchmark is for")]

mod commands;
mod edits;
mod figure;
mod ids;
mod import;
mod lists;
mod matcher;
mod process;
mod questions;
mod window;
mod world;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// Whatever went wrong, in words: a benchmark has nobody who could react to its kind.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures what the engine costs.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    benchmark: Benchmark,
}

#[derive(Subcommand)]
enum Benchmark {
    /// Requests for whole lists and for nothing new.
    Lists,
    /// Requests for a thousand local edits.
    Edits,
    /// Simulated time of a thousand local edits at AniList's real limit.
    EditsAtTheLimit,
    /// Requests for ids between AniList and MyAnimeList.
    Ids,
    /// Time and memory of the first import, of a full and of an incremental sync.
    Import,
    /// Time of whole processes of the command line.
    Commands,
    /// Statements, bytes and requests of ten thousand open questions.
    Questions,
    /// What the matcher gets right on a file of real titles.
    Matcher {
        /// The file: one JSON object a line, packed by gzip or not.
        #[arg(long)]
        corpus: PathBuf,
    },
    /// Start, commands, search, scrolling and memory of the window. Wants a display.
    Window,
    /// Serves the three services in a process of their own, for the benchmarks that measure theirs.
    Services {
        /// Entries in each list.
        entries: usize,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().benchmark {
        Benchmark::Matcher { corpus } => return said(matcher::measure(&corpus)),
        Benchmark::Lists => lists::measure().await,
        Benchmark::Edits => edits::measure().await,
        Benchmark::EditsAtTheLimit => edits::measure_at_the_limit().await,
        Benchmark::Ids => ids::measure().await,
        Benchmark::Import => import::measure().await,
        Benchmark::Commands => commands::measure().await,
        Benchmark::Questions => questions::measure().await,
        Benchmark::Window => window::measure().await,
        Benchmark::Services { entries } => process::serve(entries).await.map(|()| Vec::new()),
    };
    said(outcome.map(|figures| figure::json(&figures)))
}

fn said(outcome: Outcome<serde_json::Value>) -> ExitCode {
    match outcome {
        Ok(figures) => {
            println!("{figures}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("kuroibara-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
