//! Which of several edits is the newest, as far as times can tell.
//!
//! Providers give one time for the whole entry: a remote field changed somewhere between our last reading and its
//! `updatedAt`. We stamp each field. What times can't tell, progress does.

use chrono::TimeDelta;

use crate::{Entry, Field, Group, Observation, Status, Time, Value};

/// What a time in whole seconds leaves open.
const WITHIN_A_SECOND: TimeDelta = TimeDelta::milliseconds(999);

/// How far a reader is: a reread counts as further than any chapter, and starting one is not lowering.
pub(super) type Progress = (u32, bool, u32);

/// How far `entry` is.
pub(super) fn progress(entry: &Entry) -> Progress {
    (entry.rereads, entry.status == Status::Rereading, entry.chapters)
}

/// A provider's proposal of what the entry should be.
pub(super) struct Proposal<'a> {
    pub(super) seen: &'a Observation,
    pub(super) entry: &'a Entry,
    /// The same with the provider's whole group, which is what winning would bring.
    pub(super) whole: Entry,
}

impl Proposal<'_> {
    /// The time in which the edit happened. An entry that was never read before has only its `updatedAt`, which at most
    /// providers says the second and not when in it (anilist.md §1, myanimelist.md §2).
    fn span(&self) -> (Time, Time) {
        let saved = self.seen.updated_at;
        (self.seen.read_before.map_or(saved, |start| start.min(saved)), saved + WITHIN_A_SECOND)
    }

    fn is_wholly_before(&self, other: &Self) -> bool {
        self.span().1 < other.span().0
    }

    fn rank(&self, group: Group) -> (Progress, Time, [Vec<Value>; 2], Time) {
        let progress = if group == Group::ReadingState { progress(self.entry) } else { (0, false, 0) };
        (progress, self.seen.updated_at, [self.entry, &self.whole].map(|entry| values(entry, group)), self.span().0)
    }
}

/// The values of one group, as a key that orders alike whatever the provider.
pub(super) fn values(entry: &Entry, group: Group) -> Vec<Value> {
    group.fields().iter().map(|field| entry.get(*field)).collect()
}

/// The newest of several proposals: those that lie wholly before another are out; of the rest the furthest (reading
/// state) or latest, then the value itself, never an order of providers.
pub(super) fn newest_of(proposals: &[Proposal<'_>], group: Group) -> Option<usize> {
    let open = |i: &usize| !proposals.iter().any(|other| proposals[*i].is_wholly_before(other));
    (0..proposals.len()).filter(open).max_by_key(|i| proposals[*i].rank(group))
}

/// Whether the library's edit at `edited` beats this proposal: after its span yes, before it no, inside it the furthest
/// reading state does and any other field of the library.
pub(super) fn local_wins(local: &Entry, edited: Time, remote: &Proposal<'_>, group: Group) -> bool {
    let (start, end) = remote.span();
    if edited < start || edited > end {
        return edited > end;
    }
    match group {
        Group::ReadingState => progress(local) >= progress(remote.entry),
        Group::Score | Group::StartedOn | Group::Notes | Group::Private => true,
    }
}

/// When the library's changes to these fields were made.
pub(super) fn last_edit(fields: &[Field], stamps: &crate::Stamps) -> Time {
    fields.iter().map(|field| stamps.fields[*field].at).max().unwrap_or(Time::MIN_UTC)
}
