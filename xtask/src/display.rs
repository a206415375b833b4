//! A display for the tests of the window, seen by nobody: an X server in memory with a window manager on it. It must not
//! know what is shown there.

use crate::step::{self, Failure, bound_to_us};
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

/// The display. Dropping it ends both programs.
pub(crate) struct Display {
    manager: Child,
    server: Child,
    name: String,
}

impl Display {
    /// Starts both, or returns nothing where this system has no such programs.
    pub(crate) fn start() -> Result<Option<Self>, Failure> {
        if !["Xvfb", "openbox", "WebKitWebDriver"].into_iter().all(step::present) {
            return Ok(None);
        }
        let failed = |error| Failure::because("starting a display for the tests", error);
        let mut command = bound_to_us("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"]);
        let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(failed)?;
        let mut number = String::new();
        if let Some(printed) = server.stdout.take() {
            BufReader::new(printed).read_line(&mut number).map_err(failed)?;
        }
        let name = format!(":{}", number.trim());
        let mut command = bound_to_us("openbox");
        command.env("DISPLAY", &name).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Some(Self { manager: command.spawn().map_err(failed)?, server, name }))
    }

    /// As `DISPLAY` names it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        for child in [&mut self.manager, &mut self.server] {
            // One that has already ended needs no ending.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
