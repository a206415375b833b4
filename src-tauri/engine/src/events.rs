//! What a sync tells while it runs, for progress bars and for the window. Losing an event loses nothing.

use kuroibara_core::{Provider, RunId};
use serde::{Deserialize, Serialize};

use crate::sync::report::ProviderStatus;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A run is to begin as soon as another sync of this library has ended, in whichever process or device that is. One that
    /// was killed counts as going on for up to a minute.
    Waiting,
    /// The run that waited was given up: the other one still goes on.
    GivenUp,
    /// A run began.
    Started {
        /// Which run.
        run_id: RunId,
    },
    /// A run got further.
    Progress {
        /// Which run.
        run_id: RunId,
        /// At which provider.
        provider: Provider,
        /// What it is doing there.
        phase: Phase,
        /// Entries done.
        done: usize,
        /// Entries in all, where that is known.
        total: Option<usize>,
        /// Seconds that the rest will take at this pace.
        seconds_left: Option<u64>,
    },
    /// One provider is done.
    ProviderDone {
        /// Which run.
        run_id: RunId,
        /// Which provider.
        provider: Provider,
        /// How it went.
        status: ProviderStatus,
    },
    /// A run ended.
    Finished {
        /// Which run.
        run_id: RunId,
        /// Whether anything was written.
        applied: bool,
    },
    /// The library was changed by this process.
    LibraryChanged,
}

/// What a run is doing at a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Reading the list.
    Listing,
    /// Comparing and storing.
    Merging,
    /// Writing entries.
    Sending,
}
