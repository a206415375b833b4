//! Counts what is asked of the database: for tests and the benchmark, which hold it against a bound.
//!
//! Knows the engine by what it traces only.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tracing::{Level, Metadata, span, subscriber::Interest};

/// Counts the statements of this thread.
#[derive(Clone, Default)]
pub(crate) struct Statements(Arc<AtomicUsize>);

impl Statements {
    /// How many there were since this was asked last.
    pub(crate) fn taken(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

impl tracing::Subscriber for Statements {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        // Asked each time: the answer would otherwise be the whole process's, in which other threads do not count.
        if self.enabled(metadata) { Interest::sometimes() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "kuroibara::sql" && *metadata.level() == Level::TRACE
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}
