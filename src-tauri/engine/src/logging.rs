//! Log lines: into a file that changes daily, and onto standard error where somebody reads along.
//!
//! Only our own crates write, and they log names, counts and times: no address, header, body or value. Libraries below us
//! would print headers when asked for details, so they are never asked.

use std::{
    io,
    path::{Path, PathBuf},
};

use tracing::Subscriber;
use tracing_appender::{
    non_blocking::{NonBlocking, WorkerGuard},
    rolling::{RollingFileAppender, Rotation},
};
use tracing_subscriber::{
    Layer, Registry,
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    registry::LookupSpan,
};

/// How many days are kept.
const DAYS: usize = 7;

/// Keeps the log open: what is not written yet is written when it is dropped, so it lives as long as the program.
#[must_use]
#[derive(Debug)]
pub struct LogGuard(#[expect(dead_code, reason = "it is kept for its drop")] Option<WorkerGuard>);

/// How much is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What failed.
    Error,
    /// What went wrong and was dealt with.
    Warn,
    /// What was done.
    Info,
    /// Each request and decision.
    Debug,
    /// Everything.
    Trace,
}

/// What is logged where.
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// The directory of the log files and how much goes there; none: no file.
    pub file: Option<(PathBuf, Level)>,
    /// How much goes to standard error; none: nothing.
    pub stderr: Option<Level>,
}

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The files can't be written.
    #[error("no log can be written in {}: {reason}. Everything else works", dir.display())]
    NoFile {
        /// Where.
        dir: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// Another log was started in this process.
    #[error("this process logs already")]
    Twice,
}

/// Starts logging for the whole process. An error is worth telling and no reason to stop.
pub fn start(settings: &LogSettings) -> Result<LogGuard, LogError> {
    let (subscriber, guard) = subscriber(settings)?;
    tracing::subscriber::set_global_default(subscriber).map_err(|_| LogError::Twice)?;
    Ok(guard)
}

fn subscriber(settings: &LogSettings) -> Result<(impl Subscriber + Send + Sync, LogGuard), LogError> {
    let mut layers = Vec::new();
    let mut guard = None;
    if let Some((dir, level)) = &settings.file {
        let (writer, worker) = tracing_appender::non_blocking(files(dir)?);
        layers.push(file_layer(writer, *level));
        guard = Some(worker);
    }
    if let Some(level) = settings.stderr {
        layers.push(fmt::layer().with_writer(io::stderr).without_time().with_filter(ours(level)).boxed());
    }
    Ok((Registry::default().with(layers), LogGuard(guard)))
}

fn file_layer<S>(writer: NonBlocking, level: Level) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fmt::layer().with_writer(writer).with_ansi(false).with_filter(ours(level)).boxed()
}

fn files(dir: &Path) -> Result<RollingFileAppender, LogError> {
    let failed = |reason: String| LogError::NoFile { dir: dir.to_owned(), reason };
    make_private(dir).map_err(|e| failed(e.to_string()))?;
    let files = RollingFileAppender::builder().rotation(Rotation::DAILY).max_log_files(DAYS);
    let files = files.filename_prefix("kuroibara").filename_suffix("log");
    files.build(dir).map_err(|e| failed(e.to_string()))
}

/// What somebody reads is nobody else's business, so the directory is the user's alone where the system knows of users.
fn make_private(dir: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// Our own crates up to `level`, and what the database library warns of: slow statements, whose values are placeholders.
fn ours(level: Level) -> Targets {
    let level = LevelFilter::from(level);
    Targets::new().with_target("kuroibara", level).with_target("sqlx", level.min(LevelFilter::WARN))
}

impl From<Level> for LevelFilter {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::ERROR,
            Level::Warn => Self::WARN,
            Level::Info => Self::INFO,
            Level::Debug => Self::DEBUG,
            Level::Trace => Self::TRACE,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// What lands in the files of a directory while `work` runs.
    fn logged(level: Level, work: impl FnOnce()) -> String {
        let dir = tempfile::tempdir().unwrap();
        let logs = dir.path().join("deep").join("logs");
        let settings = LogSettings { file: Some((logs.clone(), level)), stderr: None };
        let (subscriber, guard) = subscriber(&settings).unwrap();
        tracing::subscriber::with_default(subscriber, work);
        drop(guard);
        let files: Vec<_> = std::fs::read_dir(&logs).unwrap().map(|file| file.unwrap().path()).collect();
        assert_eq!(files.len(), 1);
        assert!(files[0].file_name().unwrap().to_str().unwrap().starts_with("kuroibara."), "{files:?}");
        std::fs::read_to_string(&files[0]).unwrap()
    }

    #[test]
    fn our_own_lines_are_written_with_the_span_they_belong_to() {
        let text = logged(Level::Info, || {
            tracing::info_span!("run", provider = "kitsu").in_scope(|| tracing::info!(entries = 3, "listed"));
            tracing::debug!("too small");
        });
        assert!(text.contains("run{provider=\"kitsu\"}") && text.contains("listed entries=3"), "{text}");
        assert!(!text.contains("too small"));
    }

    #[test]
    fn libraries_write_nothing_whatever_level_is_asked_for() {
        let text = logged(Level::Trace, || {
            tracing::trace!(target: "hyper::proto::h1::io", "authorization: Bearer hidden");
            tracing::error!(target: "reqwest::connect", "hidden");
            tracing::debug!(target: "sqlx::query", "hidden");
            tracing::warn!(target: "sqlx::query", "slow statement");
        });
        assert!(!text.contains("hidden") && text.contains("slow statement"), "{text}");
    }

    #[test]
    fn a_directory_that_can_not_be_made_is_an_error_that_names_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        let settings = LogSettings { file: Some((file.join("logs"), Level::Info)), stderr: None };
        let error = subscriber(&settings).err().unwrap();
        assert!(error.to_string().contains("file"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_the_log() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let logs = dir.path().join("logs");
        make_private(&logs).unwrap();
        assert_eq!(std::fs::metadata(&logs).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
