//! Update: carries out in the library what may go ahead, slice by slice, and has the rest sent.
//!
//! Each slice is planned from what is stored at that moment. What somebody edits after that is planned again.

use std::collections::HashSet;

use enum_map::EnumMap;
use kuroibara_core::{MangaId, Provider};

use super::{
    accept::Verdict,
    agenda::Agenda,
    course::Course,
    report::PlanRow,
    run::Run,
    subject::Subject,
    survey::Survey,
    tally::Tally,
    waiting::{RowName, WaitingRow},
};
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
    /// Rows that were accepted and have been looked at.
    met: HashSet<RowName>,
    /// What titles come to of which something else was accepted, or nothing.
    differing: Vec<WaitingRow>,
    /// The providers of those of which something else was accepted.
    contradicted: HashSet<Provider>,
    /// The providers that hold what the person keeps away from the library this time.
    kept_away: HashSet<Provider>,
    /// Entries that took values from each provider.
    pulled: EnumMap<Provider, usize>,
    /// Entries that came into the library from each provider.
    created: EnumMap<Provider, usize>,
}

impl Course<'_> {
    /// Update, push: carries out what may go ahead, of the rows `planned`. What comes back waits for a person.
    pub(super) async fn carry_out(
        &mut self,
        everything: Agenda,
        planned: &[PlanRow],
        ready: EnumMap<Provider, bool>,
    ) -> Result<Option<Vec<WaitingRow>>, EngineError> {
        let (Survey { agenda, tally }, some_wait) = self.without_the_waiting(everything, ready).await?;
        let waiting = if some_wait { Some(self.run.waiting(planned, &tally.rows).await?) } else { None };
        let mut stored = self.store(&agenda).await?;
        drop(agenda);
        self.count_pulled(&stored);
        let mut overtaken = stored.overtaken;
        let mut touched = std::mem::take(&mut stored.writing);
        for _ in 0..ROUNDS {
            if stored.stale.is_empty() {
                break;
            }
            touched.extend(&stored.stale);
            let again = self.survey(Some(&stored.stale)).await?;
            stored = self.store(&again.agenda).await?.after(stored);
            overtaken |= stored.overtaken;
        }
        // With something left unstored the cursor stays, so that the next run reads it again.
        if stored.stale.is_empty() && !overtaken {
            self.store_listings(&stored).await?;
        }
        self.forget_the_listings();
        self.note_changed(&stored);
        self.settle(touched).await?;
        Ok(if self.run.order.accepted.is_some() { self.run.rest(stored.differing) } else { waiting })
    }

    /// Where something is left out by the person, or is not what was accepted, the listing is read again by the next run, and
    /// what it then proposes waits.
    async fn store_listings(&self, stored: &Stored) -> Result<(), EngineError> {
        let mut left = self.run.order.accepted.as_ref().map(|accepted| accepted.left_at()).unwrap_or_default();
        left.extend(&stored.kept_away);
        let differing: HashSet<Provider> = stored.differing.iter().map(|row| row.provider).collect();
        let whole = |one: &&super::retrieve::Retrieved| {
            let provider = one.integration.provider;
            !left.contains(&provider) && !differing.contains(&provider)
        };
        self.run.store_listings(self.retrieved.values().flatten().filter(whole)).await?;
        for provider in left.union(&stored.contradicted) {
            self.run.engine.db.withdraw_approval(*provider, self.run.engine.clock.now()).await?;
        }
        Ok(())
    }

    /// Says where what was accepted was no longer what would happen.
    fn note_changed(&mut self, stored: &Stored) {
        let Some(accepted) = &self.run.order.accepted else { return };
        for (provider, report) in &mut self.reports {
            let gone = accepted.names().filter(|(at, ..)| at == provider).filter(|name| !stored.met.contains(*name));
            report.gone = gone.map(|(_, id, _)| id).collect::<HashSet<_>>().len();
            let here = stored.differing.iter().filter(|row| row.provider == *provider);
            report.note_changed(here.map(|row| &row.work).collect::<HashSet<_>>().len());
        }
    }

    /// Everything, or everything again without the providers that wait, and whether any does. What one of them was to bring
    /// may come from another then, of which nobody has approved that either: it waits too.
    async fn without_the_waiting(
        &mut self,
        everything: Agenda,
        mut ready: EnumMap<Provider, bool>,
    ) -> Result<(Survey, bool), EngineError> {
        let mut survey = Survey { agenda: everything, tally: Tally::default() };
        let mut some_wait = false;
        while self.take_out(ready) {
            some_wait = true;
            survey = self.survey(None).await?;
            ready = self.ready(&survey.tally).await?;
        }
        Ok((survey, some_wait))
    }

    /// Takes out of the run who has to wait. Whether there was one.
    fn take_out(&mut self, ready: EnumMap<Provider, bool>) -> bool {
        let mut some = false;
        for (provider, one) in self.retrieved.iter_mut().filter(|(provider, _)| !ready[*provider]) {
            if one.take().is_some() {
                some = true;
                tracing::info!(%provider, "waits for approval");
            }
        }
        some
    }

    async fn store(&self, agenda: &Agenda) -> Result<Stored, EngineError> {
        let (field, mut stored) = (self.field(), Stored::default());
        let listed = field.listed();
        for items in agenda.slices() {
            let slice = field.slice(items, &listed, &self.looks).await?;
            // An edit made since the looks may need another one.
            let unseen: HashSet<MangaId> = slice.unseen.into_iter().map(|(manga, _)| manga).collect();
            let mut subjects = slice.subjects;
            subjects.retain(|subject| !unseen.contains(&subject.manga));
            subjects.retain(|subject| stored.takes(subject, self.run));
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
    /// Whether a title goes ahead: it does unless something else was accepted.
    fn takes(&mut self, subject: &Subject, run: &Run<'_>) -> bool {
        let Some(accepted) = &run.order.accepted else { return true };
        self.kept_away.extend(accepted.kept_away_from(subject));
        let (verdict, wanted) = (accepted.verdict(subject), accepted.of_title(subject));
        match verdict {
            Verdict::Gone => return true,
            Verdict::Stands => {}
            Verdict::Differs => {
                self.differing.extend(accepted.differing(subject, run.engine.clock.now()));
                self.contradicted.extend(wanted.iter().map(|((provider, ..), _)| *provider));
            }
        }
        self.met.extend(wanted.into_iter().map(|(name, _)| name));
        verdict == Verdict::Stands
    }

    /// This, with what is still to be known of what was stored before.
    fn after(mut self, before: Self) -> Self {
        self.met.extend(before.met);
        self.differing.extend(before.differing);
        self.contradicted.extend(before.contradicted);
        self.kept_away.extend(before.kept_away);
        self
    }

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
