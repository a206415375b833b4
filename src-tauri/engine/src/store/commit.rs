//! Stores what a sync or an edit decided: one transaction for many manga, and not one of them half.
//!
//! First it is checked, under the lock that only one writer has, what of the batch is still as it was planned; then every
//! table gets its rows in a few long statements. Knows nothing of why anything changes.

mod planned;

use std::collections::HashSet;

use kuroibara_core::MangaId;
use uuid::Uuid;

use super::{
    Db, StoreError,
    change::{
        Batch, Change, Committed, ConflictChange, LinkChange, MangaChange, MappingChange, NewConflict, OutboxChange,
        WorkChange,
    },
    conflicts, decided, differences, entries, integrations, journal, leases, manga, mappings, outbox,
    sql::{Arg, Tx, args},
};

impl Db {
    /// Stores a batch, but for the manga that somebody else changed meanwhile: those are named in the answer. Fails with
    /// [`StoreError::LeaseLost`], storing nothing, if the lease was taken over.
    pub async fn commit(&self, batch: &Batch<'_>) -> Result<Committed, StoreError> {
        let mut tx = self.pool.write().await?;
        if let Some(proof) = batch.fence {
            leases::ensure_not_taken(&mut tx, proof).await?;
        }
        let stale = planned::stale(&mut tx, batch.manga).await?;
        if batch.whole && !stale.is_empty() {
            return Ok(Committed { stale });
        }
        let left_out: HashSet<MangaId> = stale.iter().copied().collect();
        let fresh = batch.manga.iter().filter(|change| !left_out.contains(&change.manga));
        let rows = self.rows(fresh, batch)?;
        rows.store(&mut tx).await?;
        for change in batch.integrations {
            integrations::store_change(&mut tx, change, stale.is_empty(), batch.at).await?;
        }
        tx.commit_seen().await?;
        Ok(Committed { stale })
    }

    /// A number that grows with whatever any process changes that a person sees: while it is the same, so is the library.
    pub async fn generation(&self) -> Result<i64, StoreError> {
        let row: Option<(i64,)> = self.pool.optional("SELECT generation FROM library_facts", args![]).await?;
        Ok(row.map_or(0, |(generation,)| generation))
    }

    fn rows<'a>(&self, changes: impl Iterator<Item = &'a MangaChange>, batch: &Batch<'_>) -> Result<Rows, StoreError> {
        let mut rows = Rows::default();
        for change in changes {
            rows.add(self, change, batch)?;
        }
        Ok(rows)
    }
}

/// What each statement gets. The order of the fields is the order in which they are stored.
#[derive(Default)]
struct Rows {
    manga: Vec<Vec<Arg>>,
    titles_dropped: Vec<Arg>,
    titles: Vec<Vec<Arg>>,
    names: Vec<Vec<Arg>>,
    links_gone: Vec<Arg>,
    links_moved: Vec<Vec<Arg>>,
    links: Vec<Vec<Arg>>,
    merged: Vec<Vec<Arg>>,
    /// Which manga is part of which.
    parts: Vec<[Arg; 2]>,
    entries: Vec<Vec<Arg>>,
    entries_forgotten: Vec<Arg>,
    entries_touched: Vec<Arg>,
    totals: Vec<Vec<Arg>>,
    reads: Vec<Vec<Arg>>,
    bases: Vec<Vec<Arg>>,
    unsettled: Vec<Vec<Arg>>,
    intents: Vec<Vec<Arg>>,
    intents_dropped: Vec<Arg>,
    due: Vec<Vec<Arg>>,
    done: Vec<Arg>,
    failed: Vec<Vec<Arg>>,
    journal: Vec<Vec<Arg>>,
    asked: Vec<Vec<Arg>>,
    closed: Vec<Vec<Arg>>,
    reopened: Vec<Arg>,
    unjudged: Vec<Arg>,
}

impl Rows {
    async fn store(self, tx: &mut Tx) -> Result<(), StoreError> {
        tx.run_rows(manga::PUT, self.manga).await?;
        tx.run_among(manga::DROP_TITLES, self.titles_dropped).await?;
        tx.run_rows(manga::PUT_TITLES, self.titles).await?;
        tx.run_rows(manga::PUT_NAMES, self.names).await?;
        tx.run_among(mappings::DELETE, self.links_gone).await?;
        for row in self.links_moved {
            tx.run(mappings::MOVE, row).await?;
        }
        tx.run_rows(mappings::INSERT, self.links).await?;
        for row in self.merged {
            tx.run(manga::MERGE, row).await?;
        }
        for [gone, kept] in self.parts {
            decided::follow_merge(tx, gone, kept).await?;
        }
        tx.run_rows(entries::PUT, self.entries).await?;
        tx.run_among(entries::FORGET, self.entries_forgotten).await?;
        tx.run_among(entries::TOUCH, self.entries_touched).await?;
        tx.run_rows(mappings::TOTALS, self.totals).await?;
        tx.run_rows(mappings::READ, self.reads).await?;
        tx.run_rows(mappings::BASE, self.bases).await?;
        tx.run_rows(mappings::UNSETTLED, self.unsettled).await?;
        tx.run_rows(mappings::PUT_INTENT, self.intents).await?;
        tx.run_among(mappings::DROP_INTENT, self.intents_dropped).await?;
        tx.run_rows(outbox::DUE, self.due).await?;
        tx.run_among(outbox::DONE, self.done).await?;
        tx.run_rows(outbox::FAILED, self.failed).await?;
        tx.run_rows(journal::INSERT, self.journal).await?;
        tx.run_rows(conflicts::ASK, self.asked).await?;
        tx.run_rows(conflicts::CLOSE, self.closed).await?;
        tx.run_among(conflicts::REOPEN, self.reopened).await?;
        tx.run_among(differences::FORGET, self.unjudged).await?;
        Ok(())
    }

    fn add(&mut self, db: &Db, change: &MangaChange, batch: &Batch<'_>) -> Result<(), StoreError> {
        self.add_work(change, batch)?;
        self.add_entry(db, change, batch)?;
        for mapping in &change.mappings {
            self.add_link(change.manga, mapping, batch);
            self.add_sides(mapping)?;
            self.add_outbox(db, mapping, batch);
        }
        if differences::may_change(change) {
            self.unjudged.push(change.manga.into());
        }
        for line in &change.journal {
            self.journal.push(journal::row(line)?);
        }
        for (n, conflict) in change.conflicts.iter().enumerate() {
            match conflict {
                // One statement can't ask the same twice.
                ConflictChange::Open(asked) if is_asked_again(asked, change.conflicts.get(n + 1..)) => {}
                ConflictChange::Open(asked) => self.asked.push(conflicts::row(change.manga, asked, batch.at)?),
                ConflictChange::Close { id, decision, remembered } => {
                    self.closed.push(conflicts::decided(*id, decision, remembered.as_ref(), batch.at)?);
                }
                ConflictChange::Reopen { id } => self.reopened.push((*id).into()),
            }
        }
        Ok(())
    }

    fn add_work(&mut self, change: &MangaChange, batch: &Batch<'_>) -> Result<(), StoreError> {
        let id = change.manga;
        match &change.work {
            WorkChange::Keep => {}
            WorkChange::New(details) | WorkChange::Update(details) => {
                let rows = manga::rows(id, details, batch.at)?;
                if matches!(change.work, WorkChange::Update(_)) {
                    self.titles_dropped.push(id.into());
                }
                self.manga.push(rows.manga);
                self.titles.extend(rows.titles);
                self.names.push(rows.names);
            }
            WorkChange::MergedInto(other) => {
                self.merged.push(args![id, other.0, batch.at]);
                self.parts.push([id.into(), (*other).into()]);
            }
            WorkChange::Unmerged => self.merged.push(args![id, None::<Uuid>, batch.at]),
        }
        Ok(())
    }

    fn add_entry(&mut self, db: &Db, change: &MangaChange, batch: &Batch<'_>) -> Result<(), StoreError> {
        match &change.local {
            Some(local) => match entries::row(db.new_id(batch.at), db.user(), change.manga, local, batch.at)? {
                Some(row) => self.entries.push(row),
                None => self.entries_forgotten.push(change.manga.into()),
            },
            None if change.mappings.iter().any(planned::relinks) || decides(change) => {
                self.entries_touched.push(change.manga.into());
            }
            None => {}
        }
        Ok(())
    }

    fn add_link(&mut self, manga: MangaId, mapping: &MappingChange, batch: &Batch<'_>) {
        match &mapping.link {
            LinkChange::Keep => {}
            LinkChange::New(link) => self.links.push(mappings::new_row(mapping.id, manga, link, batch.at)),
            LinkChange::MovedFrom(_) => self.links_moved.push(args![mapping.id, manga]),
            LinkChange::Gone => self.links_gone.push(mapping.id.into()),
        }
    }

    fn add_sides(&mut self, mapping: &MappingChange) -> Result<(), StoreError> {
        self.totals.extend(mapping.totals.map(|totals| mappings::totals_row(mapping.id, totals)));
        if let Some((remote, at)) = &mapping.read {
            self.reads.push(mappings::read_row(mapping.id, remote, *at)?);
        }
        self.bases.extend(mappings::base_row(mapping.id, &mapping.base)?);
        self.unsettled.extend(mapping.unsettled.map(|unsettled| args![mapping.id, unsettled]));
        match &mapping.intent {
            Change::Keep => {}
            Change::Set(intent) => self.intents.push(mappings::intent_row(mapping.id, intent)?),
            Change::Clear => self.intents_dropped.push(mapping.id.into()),
        }
        Ok(())
    }

    fn add_outbox(&mut self, db: &Db, mapping: &MappingChange, batch: &Batch<'_>) {
        match &mapping.outbox {
            OutboxChange::Keep => {}
            OutboxChange::Due { since } => {
                self.due.push(args![mapping.id, db.new_id(batch.at), *since, 0_i64, false]);
            }
            OutboxChange::Done { mark } => self.done.push((*mark).into()),
            OutboxChange::Failed { mark, next_try_at, error } => {
                self.failed.push(args![*mark, Some(*next_try_at), &*error.code, &*error.message, false]);
            }
            OutboxChange::Refused { mark, error } => {
                self.failed.push(args![*mark, None::<i64>, &*error.code, &*error.message, true]);
            }
        }
    }
}

/// Whether a question is answered or asked again: nobody who planned with it as it was may store that any more.
fn decides(change: &MangaChange) -> bool {
    change.conflicts.iter().any(|conflict| match conflict {
        ConflictChange::Close { .. } | ConflictChange::Reopen { .. } => true,
        ConflictChange::Open(_) => false,
    })
}

/// Whether the same question is among those that follow, whose body then holds.
fn is_asked_again(asked: &NewConflict, following: Option<&[ConflictChange]>) -> bool {
    following.unwrap_or_default().iter().any(|other| match other {
        ConflictChange::Open(other) => {
            (other.kind, other.group, other.provider) == (asked.kind, asked.group, asked.provider)
        }
        ConflictChange::Close { .. } | ConflictChange::Reopen { .. } => false,
    })
}
