//! The sync: one function over a scope, for “Sync now”, an edit that goes out, the tray, the schedule and the command line.
//!
//! Seven steps: validate, refresh, retrieve, map, resolve, update, push. Everything is decided in
//! [`kuroibara_core::plan`]; here it is fetched, stored and sent. The order keeps every promise across a crash: what
//! was read and merged is stored in one transaction, an intent is stored before each write, and a base moves only with the
//! answer.

pub mod accept;
mod agenda;
mod apply;
mod carry;
mod course;
mod judge;
mod lease;
mod moved;
mod nevers;
mod place;
mod record;
pub mod report;
mod resolve;
mod retrieve;
mod run;
mod send;
mod settle;
mod subject;
mod survey;
mod tally;
pub mod waiting;

use std::sync::Arc;

use kuroibara_core::Provider;
use serde::{Deserialize, Serialize};

use crate::{Engine, error::EngineError};
use accept::Accepted;
use report::Report;

/// What a sync is to cover, and how far it may go by itself.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// The providers; none named: all that are connected.
    pub providers: Vec<Provider>,
    /// Whether each list is read whole.
    pub full: bool,
    /// Whether to stop after the plan.
    pub dry_run: bool,
    /// Whether what would wait for a person is carried out.
    pub approved: bool,
    /// What was accepted of a plan that waited: that is carried out, and nothing else.
    pub accepted: Option<Arc<Accepted>>,
    /// Who asked for it.
    pub trigger: Trigger,
}

/// Who asked for a sync.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The person, now.
    #[default]
    Manual,
    /// An edit that goes out by itself.
    Edit,
    /// The schedule.
    Schedule,
    /// The application's start, the network's return or the machine's waking up.
    Return,
}

impl Trigger {
    /// The word used in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Edit => "edit",
            Self::Schedule => "schedule",
            Self::Return => "return",
        }
    }

    /// Whether such a sync asks a service once more that turned us away lately. Only a person may have mended the reason just
    /// now, or want to know. On a database that two devices share, one device's blocked network shuts the other out as well:
    /// a sync by hand on the other one ends that for both. What happens by itself waits, or the gate would stay shut.
    fn knocks(self) -> bool {
        match self {
            Self::Manual => true,
            Self::Edit | Self::Schedule | Self::Return => false,
        }
    }
}

/// What names a row of a plan from one run to the next: the manga's place at a provider.
pub fn row_key(provider: Provider, external_id: &kuroibara_core::ExternalId) -> String {
    format!("{provider}:{external_id}")
}

impl Engine {
    /// Syncs what `order` covers. One sync per user at a time: a second one waits up to a minute, then fails as busy.
    ///
    /// A provider that fails does not keep the others from going on: how each went is in the report. An error is returned
    /// only where nothing could be done at all.
    pub async fn sync(&self, order: &Order) -> Result<Report, EngineError> {
        let lease = lease::Lease::take(self).await?;
        let result = run::run(self, order, &lease).await;
        lease.release().await;
        result
    }
}
