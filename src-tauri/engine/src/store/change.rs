//! What a sync or an edit wants to be stored, as plain data: built by `sync`, `edit` and `connect`, carried out by
//! [`Db::commit`](super::Db::commit) in one transaction.
//!
//! Knows the core's types; knows nothing of SQL.

use chrono::Duration;
use kuroibara_core::{
    Base, ExternalId, Field, Group, IntegrationId, Intent, Local, MangaId, MappingId, Origin, Provider, Remote, RunId,
    Time, Totals,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::leases::LeaseProof;
use crate::providers::{Format, Title};

/// Free-form JSON whose shape the caller knows.
pub type Json = serde_json::Value;

/// Everything that one transaction stores. Either all of it is stored, but for stale manga, or nothing.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// The present moment: creation and update times are made of it.
    pub at: Time,
    /// The lease without which nothing may be stored, for a sync. An edit needs none.
    pub fence: Option<&'a LeaseProof>,
    /// Changes per manga. A manga whose entry or mappings are no longer as expected is left out as a whole.
    pub manga: &'a [MangaChange],
    /// Changes per integration, such as the cursor of the listing whose observations are stored here too. With a stale manga
    /// a listing is not noted: give it again with the change that takes the stale one's place.
    pub integrations: &'a [IntegrationChange],
    /// Whether one stale manga keeps the whole batch from being stored, as for a link, which changes two.
    pub whole: bool,
}

/// What became of a [`Batch`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// Manga that somebody else changed meanwhile: nothing of theirs was stored; load them and plan again.
    pub stale: Vec<MangaId>,
}

/// What changes of one manga.
#[derive(Clone, Debug)]
pub struct MangaChange {
    /// Which manga.
    pub manga: MangaId,
    /// The entry's version that this was planned from; 0 where there was no entry.
    pub version: i64,
    /// The work itself.
    pub work: WorkChange,
    /// What the library says from now on; none: as before. [`Local::Never`] forgets the entry.
    pub local: Option<Local>,
    /// Per mapping.
    pub mappings: Vec<MappingChange>,
    /// What is written into the history.
    pub journal: Vec<JournalRow>,
    /// Questions that open or close.
    pub conflicts: Vec<ConflictChange>,
}

impl MangaChange {
    /// A change of nothing yet.
    pub fn of(manga: MangaId, version: i64) -> Self {
        let (mappings, journal, conflicts) = (Vec::new(), Vec::new(), Vec::new());
        Self { manga, version, work: WorkChange::Keep, local: None, mappings, journal, conflicts }
    }
}

/// What happens to the work's own row.
#[derive(Clone, Debug)]
pub enum WorkChange {
    /// Nothing.
    Keep,
    /// The manga is new.
    New(Details),
    /// Its titles, totals and so on are these now.
    Update(Details),
    /// It turned out to be that other manga. Its entry and mappings are moved by changes of their own.
    MergedInto(MangaId),
    /// It is a work of its own again.
    Unmerged,
}

/// What is known of a work, apart from the reader's entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Details {
    /// The title to show.
    pub title: String,
    /// Every other known name.
    pub titles: Vec<Title>,
    /// What kind of work it is.
    pub format: Format,
    /// The year in which it began.
    pub year: Option<i32>,
    /// Who wrote and drew it.
    pub authors: Vec<String>,
    /// How long it is, as far as any provider knows.
    pub totals: Totals,
    /// Address of the cover picture.
    pub cover: Option<String>,
    /// Whether it is for adults only.
    pub adult: bool,
}

/// What changes of one mapping.
#[derive(Clone, Debug)]
pub struct MappingChange {
    /// Which mapping.
    pub id: MappingId,
    /// Where it comes from, or whether it goes.
    pub link: LinkChange,
    /// How long the work is at this provider, if that changed.
    pub totals: Option<Totals>,
    /// What was read at the provider and when, if it was read.
    pub read: Option<(Remote, Time)>,
    /// Whether what was read still differs from the base, so that [`Pick::unsettled`](super::Pick::unsettled) finds it;
    /// none: as before.
    pub unsettled: Option<bool>,
    /// The agreement.
    pub base: Change<Base>,
    /// The write that is about to leave, or whose answer is now stored.
    pub intent: Change<Intent>,
    /// The queue of what is to be sent.
    pub outbox: OutboxChange,
}

impl MappingChange {
    /// A change of nothing yet.
    pub fn of(id: MappingId) -> Self {
        Self {
            id,
            link: LinkChange::Keep,
            totals: None,
            read: None,
            unsettled: None,
            base: Change::Keep,
            intent: Change::Keep,
            outbox: OutboxChange::Keep,
        }
    }
}

/// Where a mapping comes from, or whether it goes.
#[derive(Clone, Debug)]
pub enum LinkChange {
    /// It stays with its manga.
    Keep,
    /// It is new.
    New(NewLink),
    /// It belonged to that manga until now.
    MovedFrom(MangaId),
    /// It goes, with its base, intent and queue.
    Gone,
}

/// A new mapping: this manga is that id at this provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLink {
    /// At which integration.
    pub integration: IntegrationId,
    /// The provider's id of the work.
    pub external_id: ExternalId,
    /// The provider's title of the work.
    pub title: Option<String>,
    /// How the link was found.
    pub source: LinkSource,
}

/// How a link between a manga and a provider's id was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkSource {
    /// The provider's own list brought the work.
    List,
    /// AniList's `idMal`.
    IdMal,
    /// Kitsu's table of mappings.
    KitsuMapping,
    /// A search by title, where the hit was certain.
    Search,
    /// A person said so.
    User,
}

/// What happens to a value that may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is this now.
    Set(T),
    /// There is none now.
    Clear,
}

/// What happens to a mapping's place in the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OutboxChange {
    /// Nothing.
    #[default]
    Keep,
    /// There is something to send, since then. A row that is there keeps its own time and may be tried again at once.
    Due {
        /// When the edit was made.
        since: Time,
    },
    /// What was due under this mark is sent. A row with another mark is a later edit, and stays.
    Done {
        /// [`Due::mark`](super::Due::mark) as it was loaded.
        mark: Uuid,
    },
    /// It was tried in vain. A row with another mark stays as it is.
    Failed {
        /// [`Due::mark`](super::Due::mark) as it was loaded.
        mark: Uuid,
        /// When to try again.
        next_try_at: Time,
        /// Why it failed.
        error: Failure,
    },
    /// The provider said no for good: it is set aside until the next edit. A row with another mark stays as it is.
    Refused {
        /// [`Due::mark`](super::Due::mark) as it was loaded.
        mark: Uuid,
        /// Why it was refused.
        error: Failure,
    },
}

/// Why something could not be sent, without anything secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Failure {
    /// A stable word for programs.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

/// One line of history.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalRow {
    /// Its key, from [`Db::new_id`](super::Db::new_id): lines of one moment stay in the order in which their keys were made.
    pub id: Uuid,
    /// The sync that did it; none: an edit.
    pub run: Option<RunId>,
    /// Which manga.
    pub manga: MangaId,
    /// Where it was changed; none: in the library.
    pub provider: Option<Provider>,
    /// Which field; none: the whole entry.
    pub field: Option<Field>,
    /// What was there.
    pub before: Option<Json>,
    /// What is there now.
    pub after: Option<Json>,
    /// Who brought the new value.
    pub origin: Origin,
    /// Why, as a stable word such as `edit`, `pull` or `undo`.
    pub cause: String,
    /// When.
    pub at: Time,
}

/// What happens to a question about a manga.
#[derive(Clone, Debug, PartialEq)]
pub enum ConflictChange {
    /// It is asked. If the same is open already, that one stays, with this body.
    Open(NewConflict),
    /// It is decided, or has answered itself.
    Close {
        /// Which one.
        id: Uuid,
        /// The decision, as a stable word.
        decision: String,
        /// What taking it back needs, where a person decided.
        remembered: Option<Remembered>,
    },
    /// A decision is taken back.
    Reopen {
        /// Which one.
        id: Uuid,
    },
}

/// What taking a decision back needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Remembered {
    /// The question with which it was decided: itself, or the first of those that were answered alike.
    pub with: Uuid,
    /// What was there before, in whose shape the one who takes it back knows.
    pub before: Json,
}

/// A question about a manga.
#[derive(Clone, Debug, PartialEq)]
pub struct NewConflict {
    /// Its key, from [`Db::new_id`](super::Db::new_id).
    pub id: Uuid,
    /// What it is about.
    pub kind: ConflictKind,
    /// Which fields, for [`ConflictKind::Fields`].
    pub group: Option<Group>,
    /// Which provider, where it is about one.
    pub provider: Option<Provider>,
    /// Base, local and every provider, for showing and deciding.
    pub body: Json,
}

/// What a question is about.
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// Several sides changed the same fields to different values.
    Fields,
    /// The reader removed the manga here, and it is still there.
    RemovedHere,
    /// The entry is gone at the provider, and still here.
    VanishedThere,
    /// Linking would join two manga that hold different ids at one provider.
    Link,
}

/// What changes of one integration together with the manga.
#[derive(Clone, Debug, PartialEq)]
pub struct IntegrationChange {
    /// Which integration.
    pub id: IntegrationId,
    /// A listing that is complete, and whose observations are stored.
    pub listing: Option<ListingRead>,
    /// The end of a run: when, and its status as a stable word.
    pub synced: Option<(Time, String)>,
    /// When a person approved what the first sync will do.
    pub approved_at: Option<Time>,
}

impl IntegrationChange {
    /// A change of nothing yet.
    pub fn of(id: IntegrationId) -> Self {
        Self { id, listing: None, synced: None, approved_at: None }
    }
}

/// A listing that was read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListingRead {
    /// When it was begun, by our clock: all that it does not name was then as last read.
    pub read_at: Time,
    /// The newest `updated_at` of the listing, in the provider's time; none: it was empty, and the cursor stays.
    pub cursor: Option<Time>,
    /// Whether it was the whole list.
    pub full: bool,
    /// How many entries the provider has; none: not said, and what was known stays.
    pub total: Option<u32>,
    /// How far the provider's clock is ahead of ours.
    pub clock_ahead: Duration,
}
