//! Serves the simulated AniList, MyAnimeList and Kitsu until stopped, and prints how to point the application at them.

use std::io::{self, Write};

use clap::Parser;
use kuroibara_sim::{Limits, Sim, SimConfig, corpus_folder};

/// Simulated AniList, MyAnimeList and Kitsu on loopback.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The same seed gives the same world.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Entries in each list.
    #[arg(long, default_value_t = 120)]
    entries: usize,
    /// Works that exist; three times the entries when absent.
    #[arg(long)]
    works: Option<usize>,
    /// Share of each list that is in all three, from 0 to 1.
    #[arg(long, default_value_t = 0.7)]
    overlap: f64,
    /// AniList's port; MyAnimeList and Kitsu take the next two. Any free ports when absent.
    #[arg(long)]
    port_base: Option<u16>,
    /// No rate limits.
    #[arg(long)]
    unlimited: bool,
}

#[tokio::main]
async fn main() -> io::Result<()> {
    tracing_subscriber::fmt().with_writer(io::stderr).with_env_filter("warn").init();
    let sim = Sim::start(config(Arguments::parse())).await?;
    tell(&sim.env())?;
    tokio::signal::ctrl_c().await
}

fn config(arguments: Arguments) -> SimConfig {
    SimConfig {
        seed: arguments.seed,
        works: arguments.works.unwrap_or(arguments.entries.saturating_mul(3).max(600)),
        entries: arguments.entries,
        overlap: arguments.overlap,
        limits: if arguments.unlimited { Limits::Off } else { Limits::Real },
        corpus: corpus_folder(),
        port_base: arguments.port_base,
        ..SimConfig::default()
    }
}

/// Shell lines for a person, then one line of JSON for a program.
fn tell(env: &[(&'static str, String)]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for (name, value) in env {
        writeln!(out, "export {name}='{value}'")?;
    }
    let json: serde_json::Map<_, _> = env.iter().map(|(name, value)| ((*name).into(), value.as_str().into())).collect();
    writeln!(out, "{}", serde_json::Value::from(json))?;
    out.flush()
}
