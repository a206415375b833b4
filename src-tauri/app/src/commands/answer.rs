//! What crosses to the window otherwise than the engine says it: addresses that only a web view knows, and lists that are cut
//! where nobody would read on.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use kuroibara_engine::{
    Engine,
    core::{MangaId, Provider, RunId},
    decided::DecidedView,
    detail::EntryDetail,
    library::{EntryView, LibraryView},
    matches::MatchView,
    search::Hit,
    sync::report::{PlanRow, ProviderReport, Report, Strategy},
};
use serde::Serialize;
use specta::Type;

/// The most rows of a plan that a report carries: the plan that waits has them all.
const PLAN_ROWS: usize = 500;
/// Where the web view finds the covers: it writes the address of a protocol of our own in one of two ways.
const COVERS: &str =
    if cfg!(any(windows, target_os = "android")) { "http://cover.localhost/" } else { "cover://localhost/" };

/// What a run did, or would do.
#[derive(Clone, Debug, Serialize, Type)]
pub struct ReportView {
    /// Which run.
    pub run_id: RunId,
    /// How much was looked at.
    pub strategy: Strategy,
    /// Whether anything was carried out.
    pub applied: bool,
    /// What happened at each provider that was asked for.
    pub providers: BTreeMap<Provider, ProviderReport>,
    /// The first of the intended changes.
    pub plan: Vec<PlanRow>,
    /// How many there are in all.
    pub plan_total: usize,
}

impl From<Report> for ReportView {
    fn from(report: Report) -> Self {
        let Report { run_id, strategy, applied, providers, mut plan, questions: _ } = report;
        let plan_total = plan.len();
        plan.truncate(PLAN_ROWS);
        Self { run_id, strategy, applied, providers, plan, plan_total }
    }
}

/// The entry with the address at which the web view finds its cover. It changes with the picture, so that the web view may
/// keep what it has.
pub(crate) fn entry(mut entry: EntryView) -> EntryView {
    entry.cover = entry.cover.map(|address| cover(entry.manga_id, &address));
    entry
}

fn cover(manga: MangaId, address: &str) -> String {
    let mut hasher = DefaultHasher::new();
    address.hash(&mut hasher);
    format!("{COVERS}{manga}?{:08x}", hasher.finish() as u32)
}

/// The same of several.
pub(crate) fn entries(entries: Vec<EntryView>) -> Vec<EntryView> {
    entries.into_iter().map(entry).collect()
}

/// The same of a page.
pub(crate) fn page(page: LibraryView) -> LibraryView {
    LibraryView { entries: entries(page.entries), ..page }
}

/// The same of one with all its sides.
pub(crate) fn detail(detail: EntryDetail) -> EntryDetail {
    EntryDetail { entry: entry(detail.entry), ..detail }
}

/// The same of what a service found.
pub(crate) fn hits(engine: &Engine, hits: Vec<Hit>) -> Vec<Hit> {
    let seen = |mut hit: Hit| {
        hit.cover = hit.cover.and_then(|address| offered(engine, &address));
        hit
    };
    hits.into_iter().map(seen).collect()
}

/// The address of a cover of a work that may be in no library.
fn offered(engine: &Engine, address: &str) -> Option<String> {
    Some(format!("{COVERS}of/{}", engine.offer_cover(address)?))
}

/// The same of both titles of each match.
pub(crate) fn matches(engine: &Engine, matches: Vec<MatchView>) -> Vec<MatchView> {
    let seen = |mut one: MatchView| {
        one.manga.cover = one.manga.cover.map(|address| cover(one.manga_id, &address));
        one.other.cover = one.other.cover.and_then(|address| match one.other_id {
            Some(manga) => Some(cover(manga, &address)),
            None => offered(engine, &address),
        });
        one
    };
    matches.into_iter().map(seen).collect()
}

/// The same of the titles that were decided.
pub(crate) fn decided(decided: Vec<DecidedView>) -> Vec<DecidedView> {
    let seen = |mut one: DecidedView| {
        one.manga.cover = one.manga.cover.map(|address| cover(one.manga_id, &address));
        one
    };
    decided.into_iter().map(seen).collect()
}
