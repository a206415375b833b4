//! What an entry is, what each provider can hold, and what a sync would do.
//!
//! Everything here is pure: no async, no I/O, no clock, no randomness. Times and totals come in as
//! arguments, and what should happen goes out as plain data. Start with [`merge`], then [`plan`].

pub mod date;
pub mod differ;
pub mod edit;
pub mod entry;
pub mod guard;
pub mod identify;
pub mod ids;
pub mod learn;
pub mod matching;
pub mod merge;
pub mod plan;
pub mod policy;
pub mod provider;
pub mod push;
pub mod score;
pub mod shape;
pub mod state;
pub mod status;
pub mod undo;

pub use date::PartialDate;
pub use entry::{Entry, Field, Fields, Group, Value};
pub use ids::{EntryId, ExternalId, IntegrationId, MangaId, MappingId, RunId, UserId};
pub use policy::{Direction, Policy, ProviderPolicy, RemovalPolicy, Rule};
pub use provider::Provider;
pub use score::Score;
pub use shape::{Shape, Totals};
pub use state::{Back, Base, Intent, Local, MangaState, Observation, Origin, Pair, Remote, Side, Stamp, Stamps};
pub use status::Status;

/// A moment in time, always UTC.
pub type Time = chrono::DateTime<chrono::Utc>;
