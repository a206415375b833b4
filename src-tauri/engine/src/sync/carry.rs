//! Update: carries out in the library what may go ahead, slice by slice, and has the rest sent.
//!
//! Each slice is planned from what is stored at that moment. What somebody edits after that is planned again.

use std::collections::HashSet;

use enum_map::EnumMap;
use kuroibara_core::{MangaId, Provider};

use super::{agenda::Agenda, course::Course, subject::Subject};
use crate::error::EngineError;

/// Rounds of planning and sending after the first: a save rule may need a second request, an edit may come in between.
pub(super) const ROUNDS: usize = 4;

/// What became of an agenda.
#[derive(Default)]
struct Stored {
    /// Manga of which something is to be sent.
    writing: HashSet<MangaId>,
    /// Manga that somebody changed meanwhile: nothing of theirs was stored.
    stale: HashSet<MangaId>,
    /// Whether a work that was new came into the library in another way meanwhile: only another run can tell what it is now.
    overtaken: bool,
    /// Entries that took values from each provider.
    pulled: EnumMap<Provider, usize>,
    /// Entries that came into the library from each provider.
    created: EnumMap<Provider, usize>,
}

impl Course<'_> {
    /// Update, push: carries out what may go ahead.
    pub(super) async fn carry_out(
        &mut self,
        everything: Agenda,
        ready: EnumMap<Provider, bool>,
    ) -> Result<(), EngineError> {
        let agenda = self.without_the_waiting(everything, ready).await?;
        let mut stored = self.store(&agenda).await?;
        drop(agenda);
        self.count_pulled(&stored);
        let mut overtaken = stored.overtaken;
        let mut touched = stored.writing;
        for _ in 0..ROUNDS {
            if stored.stale.is_empty() {
                break;
            }
            touched.extend(&stored.stale);
            let again = self.survey(Some(&stored.stale)).await?;
            stored = self.store(&again.agenda).await?;
            overtaken |= stored.overtaken;
        }
        // With something left unstored the cursor stays, so that the next run reads it again; with something left out by the
        // person nothing is approved either.
        if stored.stale.is_empty() && !overtaken && self.run.order.skipped.is_empty() {
            self.run.store_listings(self.retrieved.values().flatten()).await?;
        }
        self.forget_the_listings();
        self.settle(touched).await
    }

    /// Everything, or everything again without the providers that wait.
    async fn without_the_waiting(
        &mut self,
        everything: Agenda,
        ready: EnumMap<Provider, bool>,
    ) -> Result<Agenda, EngineError> {
        let mut all_ready = true;
        for (provider, one) in self.retrieved.iter_mut().filter(|(provider, _)| !ready[*provider]) {
            all_ready &= one.take().is_none();
            tracing::info!(%provider, "waits for approval");
        }
        if all_ready { Ok(everything) } else { Ok(self.survey(None).await?.agenda) }
    }

    async fn store(&self, agenda: &Agenda) -> Result<Stored, EngineError> {
        let (field, mut stored) = (self.field(), Stored::default());
        let listed = field.listed();
        for items in agenda.slices() {
            let slice = field.slice(items, &listed, &self.looks).await?;
            // An edit made since the looks may need another one.
            let unseen: HashSet<MangaId> = slice.unseen.into_iter().map(|(manga, _)| manga).collect();
            let mut subjects = slice.subjects;
            subjects.retain(|subject| !unseen.contains(&subject.manga) && !self.run.is_skipped(subject));
            stored.count(&subjects);
            let stale = self.run.store(&subjects, true).await?;
            stored.overtaken |= subjects.iter().any(|one| one.new.is_some() && stale.contains(&one.manga));
            stored.stale.extend(stale);
            stored.stale.extend(unseen);
        }
        Ok(stored)
    }

    fn count_pulled(&mut self, stored: &Stored) {
        for (provider, report) in &mut self.reports {
            (report.pulled, report.created_local) = (stored.pulled[*provider], stored.created[*provider]);
        }
    }

    /// What was listed is stored now, and may be long, as sending may take.
    fn forget_the_listings(&mut self) {
        self.retrieved.values_mut().flatten().for_each(|one| one.listing.entries = Vec::new());
    }
}

impl Stored {
    fn count(&mut self, subjects: &[Subject]) {
        for subject in subjects {
            if subject.plan.writes() {
                self.writing.insert(subject.manga);
            }
            for provider in Provider::ALL {
                self.pulled[provider] += usize::from(subject.pulls_from(provider));
                self.created[provider] += usize::from(subject.arrives_from(provider));
            }
        }
    }
}
