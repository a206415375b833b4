//! AniList's schema as it is executed: the same names, types, nullability and arguments as the real one, for the part
//! that a list client can ask for. It reads and changes `State` and knows no HTTP.

mod change;
mod collection;
mod entry;
mod media;
mod mutation;
mod order;
mod page;
mod query;
mod user;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::{Context, EmptySubscription, Result};
use chrono::{DateTime, Utc};

use super::Shared;
use super::knobs::BatchFailure;
use super::reply::{refusal, unauthorized};
use super::state::{Entry, State};
use super::values::MediaType;
use crate::faults::Fault;

use collection::EntryFilter;

pub(super) use mutation::Mutation;
pub(super) use query::Query;

/// The executable schema.
pub(super) type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// The schema over one state.
pub(super) fn schema(shared: Arc<Shared>) -> Schema {
    Schema::build(Query, Mutation, EmptySubscription).data(shared).disable_suggestions().finish()
}

/// What belongs to one request: who asks, and how far its aliases got.
#[derive(Debug)]
pub(super) struct Call {
    /// The reader whose token came along.
    pub(super) viewer: Option<i64>,
    failure: BatchFailure,
    failed: AtomicBool,
    before: Mutex<Vec<(i64, Option<Arc<Entry>>)>>,
}

impl Call {
    pub(super) fn new(viewer: Option<i64>, failure: BatchFailure) -> Self {
        Self { viewer, failure, failed: AtomicBool::new(false), before: Mutex::default() }
    }

    /// Whether an earlier alias failed and so keeps the later ones from being tried.
    pub(super) fn is_spoilt(&self) -> bool {
        self.failure != BatchFailure::Partial && self.failed.load(Ordering::Relaxed)
    }

    /// An alias failed.
    fn spoil(&self) {
        self.failed.store(true, Ordering::Relaxed);
    }

    /// Notes what an entry was before this request changed it.
    fn note(&self, id: i64, before: Option<Arc<Entry>>) {
        self.changes().push((id, before));
    }

    /// Ends the request: undoes what must not have happened, and says how many entries were written.
    pub(super) fn settle(&self, state: &mut State) -> usize {
        let undone = self.failure == BatchFailure::NothingApplied && self.failed.load(Ordering::Relaxed);
        let changes = std::mem::take(&mut *self.changes());
        if !undone {
            return changes.len();
        }
        for (id, before) in changes.into_iter().rev() {
            match before {
                Some(entry) => drop(state.put(Entry::clone(&entry))),
                None => drop(state.remove(id)),
            }
        }
        0
    }

    fn changes(&self) -> MutexGuard<'_, Vec<(i64, Option<Arc<Entry>>)>> {
        self.before.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A field's answer. An error must come from inside an `Option`, or the executing library drops the field instead of
/// answering null.
fn answer<T>(find: impl FnOnce() -> Result<Option<T>>) -> Option<Result<T>> {
    find().transpose()
}

/// What a resolver reaches through its context.
struct Reach<'a> {
    shared: &'a Shared,
    call: &'a Call,
}

impl<'a> Reach<'a> {
    fn of(context: &Context<'a>) -> Result<Self> {
        Ok(Self { shared: context.data::<Arc<Shared>>()?, call: context.data::<Arc<Call>>()? })
    }

    fn state(&self) -> MutexGuard<'a, State> {
        self.shared.state()
    }

    fn now(&self) -> DateTime<Utc> {
        self.shared.front.clock.now()
    }

    fn viewer(&self) -> Result<i64> {
        self.call.viewer.ok_or_else(unauthorized)
    }

    /// The entries of a listing, unless a fault of the listing strikes.
    fn listing(&self, filter: &EntryFilter, kind: Option<MediaType>, page: usize) -> Result<Vec<Arc<Entry>>> {
        let faults = &self.shared.front.faults;
        if u32::try_from(page).is_ok_and(|page| faults.take(&Fault::FailPage(page))) {
            return Err(refusal(500, "Internal Server Error"));
        }
        let state = self.state();
        let owner = filter.owner(&state, self.call.viewer)?.id;
        let empty = kind == Some(MediaType::Anime) || faults.take(&Fault::EmptyList);
        Ok(if empty { Vec::new() } else { filter.find(&state, owner, self.call.viewer) })
    }
}
