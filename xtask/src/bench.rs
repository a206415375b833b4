//! Runs the benchmarks in release and collects what they print. Each benchmark is a program of the workspace that prints
//! one JSON object on its standard output and whatever it likes on its standard error.

use crate::setup;
use crate::step::{self, Failure, cargo};
use serde_json::{Map, Value};
use std::process::Command;

/// What `cargo xtask bench` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run only the benchmark of this name.
    name: Option<String>,
}

/// A benchmark: its name, the program that measures it, and that program's arguments.
struct Benchmark {
    name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
}

/// All benchmarks, in the order in which they run. To add one, add a line.
const BENCHMARKS: &[Benchmark] = &[
    of_the_engine("lists", &["lists"]),
    of_the_engine("edits", &["edits"]),
    of_the_engine("edits-at-the-limit", &["edits-at-the-limit"]),
    of_the_engine("ids", &["ids"]),
    of_the_engine("commands", &["commands"]),
    Benchmark { name: "planning", program: "examples/plan_bench", arguments: &[] },
    of_the_engine("import", &["import"]),
];

const fn of_the_engine(name: &'static str, arguments: &'static [&'static str]) -> Benchmark {
    Benchmark { name, program: "kuroibara-bench", arguments }
}

/// What builds them all, and the command line, whose processes one of them measures. All at once: built apart, each would
/// have features of its own of the same dependencies, and so dependencies of its own.
const BUILD: &[&str] = &[
    "build",
    "--release",
    "--locked",
    "--package=kuroibara-bench",
    "--package=kuroibara-cli",
    "--package=kuroibara-core",
    "--bins",
    "--example=plan_bench",
];

/// Runs the benchmarks asked for and prints one JSON object with an entry for each.
pub(crate) fn bench(options: &Options) -> Result<(), Failure> {
    let chosen = chosen(options.name.as_deref())?;
    setup::install(&[setup::BUILD])?;
    step::step(&mut cargo(BUILD))?;
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
    let program = step::built()?.with_file_name("release").join(benchmark.program);
    let printed = step::output(Command::new(program).args(benchmark.arguments))?;
    serde_json::from_str(&printed)
        .map_err(|error| Failure::because(&format!("reading what {} printed", benchmark.name), error))
}
