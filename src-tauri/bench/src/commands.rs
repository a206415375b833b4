//! How long a person waits for the command line with 10,000 titles in the library: the whole process, from its start to its end.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Instant,
};

use kuroibara_engine::{clock::SystemClock, core::Provider, library::EntryView, store::LibraryQuery};

use crate::{Outcome, figure::Figure, process::Services, world::Reader};

const TITLES: usize = 10_000;
const RUNS: usize = 20;

pub(crate) async fn measure() -> Outcome<Vec<Figure>> {
    let program = program()?;
    let (dir, entry) = library().await?;
    let manga = entry.manga_id.to_string();
    let chapters = |run: usize| (entry.chapters_read + 1 + (run % 2) as u32).to_string();
    let settings = |_| vec!["settings".to_owned()];
    let edit = |run| vec!["edit".into(), manga.clone(), "--chapters".into(), chapters(run)];
    let library = |_| ["library", "--limit", "50"].map(String::from).to_vec();
    Ok(vec![
        times("settings", &program, dir.path(), settings)?,
        times("edit", &program, dir.path(), edit)?,
        times("library --limit 50", &program, dir.path(), library)?,
    ])
}

/// The command line as it was built beside this program.
fn program() -> Outcome<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(format!("kuroibara-cli{}", std::env::consts::EXE_SUFFIX));
    if program.is_file() { Ok(program) } else { Err("build kuroibara-cli in the same profile first".into()) }
}

/// A library of at least so many titles that nobody has open, and one that is being read.
async fn library() -> Outcome<(tempfile::TempDir, EntryView)> {
    let services = Services::start(TITLES)?;
    let reader = Reader::new(services.variables.clone(), Arc::new(SystemClock)).await?;
    reader.connect(&Provider::ALL).await?;
    reader.sync().await?;
    let library = reader.engine.library(&LibraryQuery { limit: u32::MAX, ..LibraryQuery::default() }).await?;
    if library.entries.len() < TITLES {
        return Err(format!("only {} titles", library.entries.len()).into());
    }
    let has_more = |entry: &EntryView| entry.total_chapters.is_none_or(|total| entry.chapters_read + 3 < total);
    let entry = library.entries.into_iter().find(|entry| entry.mappings.len() == 3 && has_more(entry));
    reader.engine.close().await;
    Ok((reader.dir, entry.ok_or("no title can be edited")?))
}

/// The middle time of so many runs, with the least and the most beside it: other programs of the machine may hold one up.
fn times(name: &str, program: &Path, dir: &Path, arguments: impl Fn(usize) -> Vec<String>) -> Outcome<Figure> {
    let mut taken = Vec::with_capacity(RUNS);
    for run in 0..RUNS {
        taken.push(run_once(program, dir, &arguments(run))?);
    }
    taken.sort_unstable_by(f64::total_cmp);
    let what = format!("`{name}`, {TITLES} titles, median of {RUNS} runs");
    Ok(Figure::new(what, taken[RUNS / 2], "ms", 50.0).between(taken[0], taken[RUNS - 1]))
}

fn run_once(program: &Path, dir: &Path, arguments: &[String]) -> Outcome<f64> {
    let mut command = Command::new(program);
    command.args(arguments).arg("--json").stdin(Stdio::null()).stdout(Stdio::null());
    // Nothing of the person who measures may play a part.
    command.env_clear().env("KUROIBARA_DATA_DIR", dir).env("KUROIBARA_KEYRING", "off");
    let begun = Instant::now();
    let status = command.status()?;
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    if status.success() { Ok(took) } else { Err(format!("`{}` ended with {status}", arguments.join(" ")).into()) }
}
