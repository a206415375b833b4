//! The check-up, what happens while syncing by itself, and how secrets are kept.

use kuroibara_engine::{EngineError, doctor::Check, events::Event, sync::report::Report, vault::Protection};
use serde::Serialize;

use super::word;
use crate::table::{Look, Tone, plain};

/// What a check-up found.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Checks {
    /// One thing each.
    pub(crate) checks: Vec<Check>,
}

/// A line of a watch about one run's outcome.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It ended, and this is what it did.
    Report {
        /// What it did.
        #[serde(flatten)]
        report: Report,
    },
    /// It could not be done. It is tried again when it is due.
    Error {
        /// A stable word for programs.
        code: &'static str,
        /// A sentence for people.
        message: String,
    },
}

/// A run's outcome, as a line of a watch.
pub(crate) fn outcome(outcome: Result<Report, EngineError>) -> Outcome {
    match outcome {
        Ok(report) => Outcome::Report { report },
        Err(error) => Outcome::Error { code: error.code(), message: error.to_string() },
    }
}

/// The same for a person.
pub(crate) fn outcome_text(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Report { report } => {
            let of = |(provider, one): (&kuroibara_core::Provider, &kuroibara_engine::sync::report::ProviderReport)| {
                format!("{} {}", provider.title(), word(&one.status))
            };
            Some(report.providers.iter().map(of).collect::<Vec<_>>().join(", "))
        }
        Outcome::Error { message, .. } => Some(plain(message)),
    }
}

/// What is said while another sync is in the way.
pub(crate) const WAITS: &str =
    "Another sync of this library is going on, or was stopped within the last minute: waiting for its end …";

/// An event for a person; steps between beginning and end are not worth a line.
pub(crate) fn event(event: &Event) -> Option<String> {
    match event {
        Event::Waiting => Some(WAITS.into()),
        Event::Started { .. } => Some("Syncing …".into()),
        Event::LibraryChanged => Some("The library has changed.".into()),
        Event::GivenUp | Event::Progress { .. } | Event::ProviderDone { .. } | Event::Finished { .. } => None,
    }
}

/// What a check-up found, with what to do.
pub(crate) fn checks(found: &Checks, look: Look) -> String {
    let line = |check: &Check| {
        let mark = if check.ok { look.toned("✓", Tone::Good) } else { look.toned("✗", Tone::Bad) };
        let hint = check.hint.as_ref().map(|hint| format!("\n    {}", plain(hint))).unwrap_or_default();
        format!("{mark} {}: {}{hint}", check.name.replace('_', " "), plain(&check.message))
    };
    found.checks.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// How secrets are sealed now.
pub(crate) fn protection(protection: Protection) -> &'static str {
    match protection {
        Protection::Unused => "Nothing is sealed yet, so there is nothing to seal anew.",
        Protection::Keyring => "Everything is sealed by a new key, which is in the keyring.",
        Protection::Passphrase => "Everything is sealed by a new key, which your passphrase protects.",
    }
}
