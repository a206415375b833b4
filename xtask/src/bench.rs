//! Runs the benchmarks in release and collects what they print. Each benchmark is a program of the workspace that prints
//! one JSON object on its standard output and whatever it likes on its standard error.

use crate::setup;
use crate::step::{self, Failure, cargo};
use serde_json::{Map, Value};

/// What `cargo xtask bench` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run only the benchmark of this name.
    name: Option<String>,
}

/// A benchmark: its name, and what `cargo run --release` is given to run it.
struct Benchmark {
    name: &'static str,
    cargo: &'static [&'static str],
}

/// All benchmarks, in the order in which they run. To add one, add a line.
const BENCHMARKS: &[Benchmark] = &[
    benchmark("lists", &["--package", "kuroibara-bench", "--", "lists"]),
    benchmark("edits", &["--package", "kuroibara-bench", "--", "edits"]),
    benchmark("edits-at-the-limit", &["--package", "kuroibara-bench", "--", "edits-at-the-limit"]),
    benchmark("ids", &["--package", "kuroibara-bench", "--", "ids"]),
    benchmark("commands", &["--package", "kuroibara-bench", "--", "commands"]),
    benchmark("planning", &["--package", "kuroibara-core", "--example", "plan_bench"]),
    benchmark("import", &["--package", "kuroibara-bench", "--", "import"]),
];

const fn benchmark(name: &'static str, cargo: &'static [&'static str]) -> Benchmark {
    Benchmark { name, cargo }
}

/// Runs the benchmarks asked for and prints one JSON object with an entry for each.
pub(crate) fn bench(options: &Options) -> Result<(), Failure> {
    let chosen = chosen(options.name.as_deref())?;
    setup::install(&[setup::BUILD])?;
    // All at once, and the command line too, whose processes one of them measures.
    step::step(&mut cargo(["build", "--release", "--locked", "--package=kuroibara-bench", "--package=kuroibara-cli"]))?;
    let mut figures = Map::new();
    for benchmark in chosen {
        figures.insert(benchmark.name.to_owned(), measured(benchmark)?);
    }
    println!("{:#}", Value::Object(figures));
    Ok(())
}

fn chosen(name: Option<&str>) -> Result<Vec<&'static Benchmark>, Failure> {
    let chosen: Vec<_> = BENCHMARKS.iter().filter(|benchmark| name.is_none_or(|name| name == benchmark.name)).collect();
    if let (Some(name), true) = (name, chosen.is_empty()) {
        let known: Vec<_> = BENCHMARKS.iter().map(|benchmark| benchmark.name).collect();
        return Err(Failure(format!("there is no benchmark `{name}`; there are: {}", known.join(", "))));
    }
    Ok(chosen)
}

fn measured(benchmark: &Benchmark) -> Result<Value, Failure> {
    eprintln!("measuring {}", benchmark.name);
    let printed = step::output(cargo(["run", "--release", "--quiet", "--locked"]).args(benchmark.cargo))?;
    serde_json::from_str(&printed)
        .map_err(|error| Failure::because(&format!("reading what {} printed", benchmark.name), error))
}
