//! A link taken back: the work becomes a manga of its own, and what the link wrote at the services comes back there. A
//! person's word is for ever: the two are never linked by themselves again.

use std::collections::BTreeMap;

use kuroibara_core::{
    Entry, ExternalId, Field, Local, MangaId, Origin, Provider, Stamp, Stamps, Value,
    undo::{Step, undo},
};

use crate::{
    Engine,
    edit::{TRIES, to_json, unknown},
    error::EngineError,
    library::EntryView,
    link::{first_link, name},
    store::{
        Details, JournalRow, LinkChange, LoadedManga, LoadedMapping, MangaChange, MappingChange, OutboxChange,
        WorkChange,
    },
    undo::steps::{steps, value},
};

impl Engine {
    /// Says that `manga` is not what it is mapped to at `provider`: that work becomes a manga of its own, and the pair is never
    /// linked again by itself. What was written since the two were linked, and nobody changed again, is as it was before; the
    /// next sync carries it to the services.
    pub async fn unlink(&self, manga: MangaId, provider: Provider) -> Result<EntryView, EngineError> {
        for _ in 0..TRIES {
            if let Some(id) = self.split(manga, provider).await? {
                self.db.reject_pair(manga, provider, (&id, None), self.clock.now()).await?;
                return self.entry(manga).await;
            }
        }
        Err(EngineError::Busy)
    }

    /// Makes what `manga` is mapped to at `provider` a manga of its own, and tells its id there. None: something was changed
    /// meanwhile.
    async fn split(&self, manga: MangaId, provider: Provider) -> Result<Option<ExternalId>, EngineError> {
        let details = self.db.details(manga).await?.ok_or_else(|| unknown(manga))?;
        let [loaded] = self.load([manga]).await?;
        let mapping = loaded.mappings[provider].as_ref();
        let mapping = mapping.ok_or_else(|| EngineError::Refused(format!("it has no link to {}", provider.title())))?;
        if loaded.mappings.values().flatten().count() == 1 {
            return Err(EngineError::Refused(format!(
                "{} is the only place where this manga is known, so there is nothing to split. Use `remove` to take it out \
                 of the library",
                provider.title()
            )));
        }
        let past = Past::of(self.db.journal_of(&[manga]).await?.remove(&manga).unwrap_or_default());
        let alone = self.alone(&loaded, (provider, mapping), details, &past);
        let rest = self.rest(&loaded, (provider, mapping), &past);
        let stored = self.commit_whole(&[alone, rest]).await?;
        Ok(stored.then(|| mapping.external_id.clone()))
    }

    /// The work that leaves. Where something was sent to it, it holds again what it held.
    fn alone(
        &self,
        loaded: &LoadedManga,
        (provider, mapping): (Provider, &LoadedMapping),
        details: Details,
        past: &Past,
    ) -> MangaChange {
        let now = self.clock.now();
        let alone = MangaId(self.db.new_id(now));
        let mut change = MangaChange::of(alone, 0);
        change.work = WorkChange::New(details);
        let link = LinkChange::MovedFrom(loaded.id);
        let there = loaded.state.sides[provider].as_ref().and_then(|side| side.remote.present());
        let sent = past.sent_to(provider);
        change.mappings = vec![match there.filter(|_| !sent.is_empty()) {
            None => MappingChange { link, ..first_link(mapping.id) },
            Some(there) => {
                let mut entry = Entry::from_fields(&there.fields);
                let mut stamps = Stamps::all(Stamp::new(now, Origin::Provider(provider)));
                for (field, before) in sent {
                    stamps.fields[field] = Stamp::new(now, Origin::User);
                    let held = entry.get(field);
                    change.journal.push(self.restored(alone, &(field, held, before.clone(), Origin::User)));
                    entry.set(field, before);
                }
                change.local = Some(Local::Present(entry, stamps));
                let outbox = OutboxChange::Due { since: now };
                MappingChange { link, outbox, unsettled: Some(true), ..MappingChange::of(mapping.id) }
            }
        }];
        change
    }

    /// What stays, without what came from the work that leaves.
    fn rest(&self, loaded: &LoadedManga, (provider, mapping): (Provider, &LoadedMapping), past: &Past) -> MangaChange {
        let mut change = self.due_everywhere(loaded);
        change.mappings.retain(|one| one.id != mapping.id);
        let undone = undo(&loaded.state, &past.brought_by(provider, loaded), self.clock.now(), false);
        change.journal = undone.fields.iter().map(|field| self.restored(loaded.id, field)).collect();
        change.local = (undone.local != loaded.state.local).then_some(undone.local);
        let told = to_json(&name(provider, &mapping.external_id));
        change.journal.push(self.line(loaded.id, (None, told, None), "unlinked"));
        change
    }

    fn restored(&self, manga: MangaId, (field, before, after, origin): &(Field, Value, Value, Origin)) -> JournalRow {
        let row = self.line(manga, (Some(*field), to_json(before), to_json(after)), "undo");
        JournalRow { origin: *origin, ..row }
    }
}

/// What happened to a manga, the newest first.
struct Past {
    all: Vec<JournalRow>,
    /// How much of it since the manga was linked last. What came together from the beginning has no link to go back to.
    since_the_link: usize,
}

impl Past {
    fn of(all: Vec<JournalRow>) -> Self {
        let since_the_link = all.iter().position(|row| row.cause == "linked").unwrap_or(0);
        Self { all, since_the_link }
    }

    /// What a provider held before the first write of each field that came from elsewhere, and not by hand.
    fn sent_to(&self, provider: Provider) -> BTreeMap<Field, Value> {
        let rows = &self.all[..self.since_the_link];
        let is_edited = |field| rows.iter().any(|row| is_by_hand(row) && row.field == Some(field));
        let is_sent = |row: &&JournalRow| row.provider == Some(provider) && row.cause == "push";
        let from_elsewhere = rows.iter().filter(is_sent).filter(|row| row.origin != Origin::Provider(provider));
        // The oldest comes last and stays.
        let held = from_elsewhere.filter_map(|row| Some((row.field?, value(row.field?, row.before.as_ref())?)));
        held.filter(|(field, _)| !is_edited(*field)).collect()
    }

    /// The steps by which what came from `provider` got into the library and to the others.
    fn brought_by(&self, provider: Provider, loaded: &LoadedManga) -> Vec<Step> {
        let elsewhere = |row: &&JournalRow| row.origin == Origin::Provider(provider) && row.provider != Some(provider);
        let rows: Vec<JournalRow> = self.all[..self.since_the_link].iter().filter(elsewhere).cloned().collect();
        steps(&rows, &self.all, loaded, true)
    }
}

fn is_by_hand(row: &JournalRow) -> bool {
    row.provider.is_none() && row.cause == "edit"
}
