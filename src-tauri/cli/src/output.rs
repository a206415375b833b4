//! Where answers go: one JSON document or one text on standard output, everything else on standard error.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use crate::{
    exit::Exit,
    failure::Failure,
    table::{Look, Tone},
};

/// How to speak.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Voice {
    json: bool,
    look: Look,
}

impl Voice {
    /// To programs with `json`, else to a person.
    pub(crate) fn new(json: bool) -> Self {
        let terminal = io::stdout().is_terminal();
        let colour = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let width = if terminal { comfy_table::Table::new().width() } else { None };
        Self { json, look: Look { colour, width } }
    }

    /// Gives the answer: as JSON, or as the text that `show` makes of it.
    pub(crate) fn say<T: Serialize>(&self, answer: &T, show: impl FnOnce(&T, Look) -> String) -> Result<Exit, Failure> {
        let text =
            if self.json { serde_json::to_string(answer).map_err(io::Error::from)? } else { show(answer, self.look) };
        // Whoever reads may stop reading (`| head`): that is no failure.
        match write_line(&text) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
            Ok(()) | Err(_) => Ok(Exit::Done),
        }
    }

    /// One line of something that goes on: JSON for programs, a sentence for a person at a terminal.
    pub(crate) fn tell<T: Serialize>(&self, event: &T, show: impl FnOnce(&T) -> Option<String>) -> Result<(), Failure> {
        let for_person = !self.json && io::stdout().is_terminal();
        let line = if for_person { show(event) } else { Some(serde_json::to_string(event).map_err(io::Error::from)?) };
        Ok(line.as_deref().map_or(Ok(()), write_line)?)
    }

    /// Says what is not as it should be and stops nothing, on standard error.
    pub(crate) fn warn(&self, what: &impl std::fmt::Display) {
        // With nowhere to say it, the work goes on all the same.
        let _ = writeln!(io::stderr(), "warning: {what}");
    }

    /// Says what went wrong, on standard error.
    pub(crate) fn fail(&self, failure: &Failure) {
        let colour = self.look.colour && io::stderr().is_terminal();
        let text = match self.json {
            true => failure.json().to_string(),
            false => format!("{} {failure}", Look { colour, width: None }.toned("error:", Tone::Bad)),
        };
        // With nowhere to say it, the exit status still does.
        let _ = writeln!(io::stderr(), "{text}");
    }
}

fn write_line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush())
}
