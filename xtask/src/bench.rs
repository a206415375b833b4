//! Runs the benchmarks in release and collects what they print. Each benchmark is a program of the workspace that prints
//! one JSON object on its standard output and whatever it likes on its standard error.

use crate::display::Display;
use crate::setup;
use crate::step::{self, Failure, cargo};
use crate::ui;
use serde_json::{Map, Value};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What `cargo xtask bench` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run only the benchmark of this name.
    name: Option<String>,
    /// The file of titles that `matcher` is measured on: one JSON object a line, packed by gzip or not.
    #[arg(long, value_name = "FILE")]
    corpus: Option<PathBuf>,
}

/// A benchmark: its name, the program that measures it, and that program's arguments.
struct Benchmark {
    name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
    /// Whether it measures on a file of titles, which has to be named.
    on_corpus: bool,
}

/// All benchmarks, in the order in which they run. To add one, add a line.
const BENCHMARKS: &[Benchmark] = &[
    of_the_engine("lists", &["lists"]),
    of_the_engine("edits", &["edits"]),
    of_the_engine("edits-at-the-limit", &["edits-at-the-limit"]),
    of_the_engine("ids", &["ids"]),
    of_the_engine("questions", &["questions"]),
    of_the_engine("commands", &["commands"]),
    Benchmark { name: "planning", program: "examples/plan_bench", arguments: &[], on_corpus: false },
    of_the_engine("import", &["import"]),
    Benchmark { on_corpus: true, ..of_the_engine("matcher", &["matcher"]) },
    of_the_engine(WINDOW, &["window"]),
];

/// The benchmark that drives the window, which takes a display, and to build a web view's libraries.
const WINDOW: &str = "window";

const fn of_the_engine(name: &'static str, arguments: &'static [&'static str]) -> Benchmark {
    Benchmark { name, program: "kuroibara-bench", arguments, on_corpus: false }
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
    let chosen = chosen(options)?;
    setup::install(&[setup::BUILD])?;
    step::step(&mut cargo(BUILD))?;
    let display = if chosen.iter().any(|one| one.name == WINDOW) { window()? } else { None };
    let mut figures = Map::new();
    for benchmark in chosen {
        figures.insert(benchmark.name.to_owned(), measured(benchmark, options, display.as_ref())?);
    }
    let broken: Vec<String> =
        figures.iter().filter(|(_, one)| one["holds"] == false).map(|(name, _)| name.clone()).collect();
    println!("{:#}", Value::Object(figures));
    if broken.is_empty() { Ok(()) } else { Err(Failure(format!("bounds do not hold: {}", broken.join(", ")))) }
}

/// Builds the window as it is in the packages and an empty one to hold it against, and starts a display for them.
fn window() -> Result<Option<Display>, Failure> {
    setup::install(&[setup::WINDOW, setup::SERVICES, setup::DISPLAY])?;
    ui::build()?;
    step::step(&mut cargo(["build", "--release", "--locked", "--package=kuroibara", "--package=kuroibara-empty"]))?;
    Display::start()
}

/// The benchmark of that name, or without a name all that can be run.
fn chosen(options: &Options) -> Result<Vec<&'static Benchmark>, Failure> {
    let name = options.name.as_deref();
    let runs = |benchmark: &&Benchmark| match name {
        Some(name) => benchmark.name == name,
        None => options.corpus.is_some() || !benchmark.on_corpus,
    };
    let chosen: Vec<_> = BENCHMARKS.iter().filter(runs).collect();
    if let (Some(name), true) = (name, chosen.is_empty()) {
        let known: Vec<_> = BENCHMARKS.iter().map(|benchmark| benchmark.name).collect();
        return Err(Failure(format!("there is no benchmark `{name}`; there are: {}", known.join(", "))));
    }
    if options.corpus.is_none() && chosen.iter().any(|benchmark| benchmark.on_corpus) {
        return Err(Failure("`matcher` is measured on a file of titles: name it with --corpus FILE".into()));
    }
    Ok(chosen)
}

fn measured(benchmark: &Benchmark, options: &Options, display: Option<&Display>) -> Result<Value, Failure> {
    eprintln!("measuring {}", benchmark.name);
    let program = step::built()?.with_file_name("release").join(benchmark.program);
    let mut command = Command::new(program);
    command.args(benchmark.arguments).envs(display.map(|display| ("KUROIBARA_TEST_DISPLAY", display.name())));
    if let Some(corpus) = options.corpus.as_ref().filter(|_| benchmark.on_corpus) {
        command.arg("--corpus").arg(corpus);
    }
    let reading = |error: &dyn std::fmt::Display| Failure(format!("measuring {}: {error}", benchmark.name));
    // A bound that does not hold makes it fail after its figures are printed.
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| reading(&error))?;
    serde_json::from_slice(&output.stdout).map_err(|_| reading(&output.status))
}
