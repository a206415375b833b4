//! What a plan would do, added up slice by slice: its rows, and the counts by which it is judged and reported.

use std::collections::HashSet;

use enum_map::EnumMap;
use kuroibara_core::{
    MangaId, Origin, Provider,
    plan::{Action, FieldChange, Row},
};

use super::{report::PlanRow, run::Run, subject::Subject};

/// What a plan would do.
#[derive(Default)]
pub(super) struct Tally {
    /// The intended changes, as they are shown.
    pub(super) rows: Vec<PlanRow>,
    /// Every manga of which anything changes, here or at a provider.
    pub(super) changing: HashSet<MangaId>,
    /// Questions that open with this.
    opening: usize,
    /// Questions that have answered themselves.
    closing: usize,
    /// By provider.
    pub(super) at: EnumMap<Provider, Counts>,
    /// The first titles of which something is held back there.
    pub(super) held: EnumMap<Provider, Vec<String>>,
}

/// So many held titles are named.
const NAMED: usize = 3;

/// What a plan would do at or because of one provider. Counts are entries, but for `rows` and `conflicts`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Intended changes, those that the person leaves out included.
    pub(super) rows: usize,
    /// Entries of which something is taken away, the user's own edits aside.
    pub(super) lowered: usize,
    /// Listed works without a link to any other provider.
    pub(super) unmatched: usize,
    /// Questions that wait for a person.
    pub(super) conflicts: usize,
    /// Entries of which something is held back.
    pub(super) held: usize,
}

impl Tally {
    /// How many questions wait after this, where `open` wait now: those of manga that were not looked at wait further.
    pub(super) fn questions_of(&self, open: usize) -> usize {
        (open + self.opening).saturating_sub(self.closing)
    }

    /// Adds some manga of the plan.
    pub(super) fn add(&mut self, subjects: &[Subject], run: &Run<'_>) {
        let pen = run.pen(true);
        for subject in subjects {
            let (opening, closing) = pen.opens_and_closes(subject);
            self.opening += opening;
            self.closing += closing;
            let rows = subject.plan.rows(&subject.state);
            let lowers = |provider| rows.iter().any(|row| row.provider == provider && is_lowering(row));
            self.at.iter_mut().for_each(|(provider, counts)| counts.lowered += usize::from(lowers(provider)));
            let rows = subject.shown(rows);
            self.at.iter_mut().for_each(|(provider, counts)| counts.add(provider, subject, &rows));
            for (provider, titles) in self.held.iter_mut().filter(|(_, titles)| titles.len() < NAMED) {
                titles.extend(subject.is_held_at(provider).then(|| subject.title.clone()));
            }
            if subject.plan.writes() || pen.changes(subject) {
                self.changing.insert(subject.manga);
            }
            if run.goes_ahead(subject) {
                self.rows.extend(rows);
            }
        }
    }
}

impl Counts {
    fn add(&mut self, provider: Provider, subject: &Subject, rows: &[PlanRow]) {
        let is_alone = || subject.ties.values().flatten().count() == 1;
        self.rows += rows.iter().filter(|row| row.provider == provider).count();
        self.unmatched += usize::from(subject.new.is_some() && subject.is_listed_at(provider) && is_alone());
        self.conflicts += subject.questions_at(provider);
        self.held += usize::from(subject.is_held_at(provider));
    }
}

/// Whether this change takes something away, the user's own edits aside.
fn is_lowering(row: &Row) -> bool {
    let by_the_user = |change: &FieldChange| change.origin == Origin::User || change.brought_back;
    row.lowers()
        && match row.action {
            Action::Pull => true,
            Action::Push => row.fields.iter().any(|change| !by_the_user(change)),
            Action::RemoveRemote | Action::RemoveLocal | Action::CreateLocal | Action::CreateRemote | Action::Link => {
                false
            }
        }
}
