//! One step of a task: starting another program, saying so first, and telling a failure in words that help.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why a task could not be finished, said to the person who started it.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

impl Failure {
    /// A failure of something that was tried, with the reason that the system gave.
    pub(crate) fn because(tried: &str, reason: impl std::fmt::Display) -> Self {
        Self(format!("{tried}: {reason}"))
    }
}

/// Says which command runs, runs it, and fails unless it ends well.
pub(crate) fn step(command: &mut Command) -> Result<(), Failure> {
    let line = written(command);
    eprintln!("\n$ {line}");
    let status = command.status().map_err(|error| Failure::because(&line, error))?;
    if status.success() { Ok(()) } else { Err(Failure(format!("`{line}` ended with {status}"))) }
}

/// Runs a command whose output matters more than its being seen, and returns what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let line = written(command);
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| Failure::because(&line, error))?;
    if !output.status.success() {
        return Err(Failure(format!("`{line}` ended with {}", output.status)));
    }
    String::from_utf8(output.stdout).map_err(|error| Failure::because(&line, error))
}

/// Cargo, at the root of the workspace, the very one that started this task.
pub(crate) fn cargo<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    // What cargo tells this task about itself is not for the cargo that it starts: build scripts that look at it would run
    // anew, and all that hangs on them, each time a person and a task take turns.
    let told = std::env::vars_os().map(|(name, _)| name).filter(|name| tells_of_this_package(name));
    for name in told {
        command.env_remove(name);
    }
    command
}

fn tells_of_this_package(name: &OsStr) -> bool {
    let ours = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_"];
    name.to_str().is_some_and(|name| ours.iter().any(|prefix| name.starts_with(prefix)))
}

/// The workspace's root folder, as cargo says it: a checkout that was moved with what it had built is not looked for where
/// it was.
pub(crate) fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    here.parent().unwrap_or(&here).to_path_buf()
}

/// Where cargo puts what it builds for development: the folder that holds this program.
pub(crate) fn built() -> Result<PathBuf, Failure> {
    let this = std::env::current_exe().map_err(|error| Failure::because("looking for what cargo built", error))?;
    Ok(this.parent().unwrap_or(&this).to_path_buf())
}

/// A command that, on Linux, ends when this task ends, however that happens.
pub(crate) fn bound_to_us(program: impl AsRef<OsStr>) -> Command {
    if !present("setpriv") {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig=TERM", "--"]).arg(program);
    command
}

/// Whether a program of this name can be started from here.
pub(crate) fn present(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// The command as a person would type it.
fn written(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    std::iter::once(program).chain(command.get_args()).map(quoted).collect::<Vec<_>>().join(" ")
}

/// One word of a command line, in quotes where a shell would otherwise split it or read it in its own way.
pub(crate) fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "-_./:=,@+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_command_can_be_typed_again_as_it_stands() {
        let shown = |word: &str| quoted(OsStr::new(word));
        assert_eq!(shown("--limit=5"), "--limit=5");
        assert_eq!(shown(""), "''");
        assert_eq!(shown("a b"), "'a b'");
        assert_eq!(shown("kuroibara://oauth/x?code=1&state=2"), "'kuroibara://oauth/x?code=1&state=2'");
        assert_eq!(shown("it's"), r"'it'\''s'");
    }
}
