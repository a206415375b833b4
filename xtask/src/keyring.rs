//! A keyring for the tests, on a message bus of its own, so that no test can read or change the keyring of the person who
//! runs them. It must not know which secrets the tests keep in it.

use crate::step::{self, Failure, bound_to_us};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A message bus with an unlocked, empty keyring on it. Dropping it ends both and removes their files.
pub(crate) struct Keyring {
    daemon: Child,
    bus: Child,
    address: String,
    // Last, so that the files go when nobody uses them any more.
    _folder: tempfile::TempDir,
}

impl Keyring {
    /// Starts both, or returns nothing where this system has no such programs.
    pub(crate) fn start() -> Result<Option<Self>, Failure> {
        if !step::present("dbus-daemon") || !step::present("gnome-keyring-daemon") {
            return Ok(None);
        }
        let folder = tempfile::Builder::new().prefix("kuroibara-keyring-").tempdir();
        let folder = folder.map_err(|error| Failure::because("making a folder for the keyring", error))?;
        let (bus, address) = start_bus(folder.path())?;
        let daemon = start_daemon(folder.path(), &address)?;
        Ok(Some(Self { daemon, bus, address, _folder: folder }))
    }

    /// The address of its bus.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        for child in [&mut self.daemon, &mut self.bus] {
            // One that has already ended needs no ending.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn start_bus(folder: &Path) -> Result<(Child, String), Failure> {
    let failed = |error| Failure::because("starting a message bus for the keyring", error);
    let mut command = bound_to_us("dbus-daemon");
    command.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
    command.arg(format!("--address=unix:path={}", folder.join("bus").display()));
    let mut bus = in_folder(&mut command, folder).stdout(Stdio::piped()).spawn().map_err(failed)?;
    let mut address = String::new();
    let printed = bus.stdout.take().map(|printed| BufReader::new(printed).read_line(&mut address));
    match printed {
        Some(Ok(length)) if length > 0 => Ok((bus, address.trim().to_owned())),
        Some(Ok(_)) | None => Err(failed(std::io::Error::other("it printed no address"))),
        Some(Err(error)) => Err(failed(error)),
    }
}

/// Starts the keyring and unlocks it, as a desktop does at login: the password comes on its standard input.
fn start_daemon(folder: &Path, address: &str) -> Result<Child, Failure> {
    let failed = |error| Failure::because("starting a keyring for the tests", error);
    let mut command = bound_to_us("gnome-keyring-daemon");
    command.args(["--foreground", "--unlock", "--components=secrets"]).env("DBUS_SESSION_BUS_ADDRESS", address);
    let mut daemon =
        in_folder(&mut command, folder).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().map_err(failed)?;
    if let Some(mut password) = daemon.stdin.take() {
        password.write_all(b"for tests only").map_err(failed)?;
    }
    Ok(daemon)
}

/// All of a session's folders inside this one, and its warnings unseen: they speak of a desktop that is not there.
fn in_folder<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    for name in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"] {
        command.env(name, folder);
    }
    command.stderr(Stdio::null())
}
