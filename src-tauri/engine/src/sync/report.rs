//! What a run did, or would do: the answer of the command line and the content of the activity page.

use std::collections::BTreeMap;

use kuroibara_core::{
    ExternalId, MangaId, Origin, Provider, RunId, Time,
    guard::Stop,
    plan::{Action, FieldChange},
};
use serde::{Deserialize, Serialize};

use crate::providers::Notice;

/// What a run did, or with a dry run would do.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Report {
    /// Which run.
    pub run_id: RunId,
    /// How much was looked at.
    pub strategy: Strategy,
    /// Whether anything was carried out.
    pub applied: bool,
    /// Questions that wait for a person after this run, each counted once however many providers it is about.
    pub questions: usize,
    /// What happened at each provider that was asked for.
    pub providers: BTreeMap<Provider, ProviderReport>,
    /// Every intended change, in a fixed order.
    pub plan: Vec<PlanRow>,
}

/// How much a run looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    /// Every list whole.
    Full,
    /// What changed since the last listing.
    Incremental,
    /// What was edited here, each list's changes first.
    Edit,
}

impl Strategy {
    /// The word used in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Incremental => "incremental",
            Self::Edit => "edit",
        }
    }
}

/// What happened at one provider. Counts are entries, but for `requests`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ProviderReport {
    /// How it went.
    pub status: ProviderStatus,
    /// HTTP requests.
    pub requests: u32,
    /// Entries that took values from there.
    pub pulled: usize,
    /// Entries that were sent there.
    pub pushed: usize,
    /// Entries that came into the library from there.
    pub created_local: usize,
    /// Entries that were added there.
    pub created_remote: usize,
    /// Entries that were removed there.
    pub removed: usize,
    /// Questions that wait for a person and are about this provider too.
    pub conflicts: usize,
    /// Listed works without a link to any other provider.
    pub unmatched: usize,
    /// Entries of which something is held back: the services are not kept in step, or the entry is private.
    pub held: usize,
    /// The first few of them, by title.
    #[serde(default)]
    pub held_titles: Vec<String>,
    /// Entries that it has refused, in this run or before: they are set aside until there is something new to send, or the
    /// person has them tried again.
    #[serde(default)]
    pub refused: usize,
    /// Titles of an accepted plan of which nothing was left to do: they were done already, or are gone.
    #[serde(default)]
    pub gone: usize,
    /// Why its part of the plan waits for a person, if it does.
    #[serde(default)]
    pub waits: Option<Waits>,
    /// What went wrong, item by item.
    pub errors: Vec<Problem>,
    /// What the reader should know of the account.
    #[serde(default)]
    pub notices: Vec<Notice>,
}

/// Why a provider's part of a plan waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Waits {
    /// It is the first sync of this account, the services are kept in step since, or something was left out before.
    First,
    /// The guard stopped it.
    Guard {
        /// What it found, in numbers.
        stop: Stop,
    },
    /// What was accepted is no longer what would happen.
    Changed {
        /// So many titles.
        titles: usize,
    },
}

/// How a run went at one provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ProviderStatus {
    /// All that was to be done is done.
    Success,
    /// Some items failed or were refused.
    Partial,
    /// Nothing could be done.
    Failed,
    /// The plan waits for a person.
    NeedsApproval,
    /// The person has to sign in again.
    SignInAgain,
    /// Not connected, or switched off.
    #[default]
    Skipped,
}

impl ProviderStatus {
    /// The word used in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::NeedsApproval => "needs_approval",
            Self::SignInAgain => "sign_in_again",
            Self::Skipped => "skipped",
        }
    }
}

impl ProviderReport {
    /// Notes that so many titles of an accepted plan come to something else now.
    pub(super) fn note_changed(&mut self, titles: usize) {
        if titles == 0 {
            return;
        }
        let (are, they) = if titles == 1 { ("1 title is", "It waits") } else { ("titles are", "They wait") };
        let are = if titles == 1 { are.to_owned() } else { format!("{titles} {are}") };
        let message = format!("{are} no longer as the plan showed. {they} for you as it is now");
        self.status = ProviderStatus::NeedsApproval;
        self.waits = Some(Waits::Changed { titles });
        self.errors.push(Problem { code: "plan_changed".into(), message, manga_id: None });
    }
}

/// Something that went wrong, or stands in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Problem {
    /// A stable word for programs.
    pub code: String,
    /// A sentence for people, with what to do.
    pub message: String,
    /// The manga that it is about, if it is about one.
    pub manga_id: Option<MangaId>,
}

/// One intended change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PlanRow {
    /// The manga; none until it is in the library.
    pub manga_id: Option<MangaId>,
    /// Its title.
    pub title: String,
    /// Where it comes from or goes to.
    pub provider: Provider,
    /// The work's id there.
    pub external_id: ExternalId,
    /// One of the title's works, such as `anilist:30002`: rows with the same one are about the same title.
    pub work: String,
    /// What happens.
    pub action: Action,
    /// Who brought the entry or removed it, `user` or a provider; none where only fields change.
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub origin: Option<Origin>,
    /// When that was.
    pub at: Option<Time>,
    /// Field by field.
    pub fields: Vec<FieldChange>,
}
