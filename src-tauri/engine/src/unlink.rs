//! A link taken back: the work becomes a manga of its own, and what the link wrote at the services comes back there. A
//! person's word is for ever: the two are never linked by themselves again.

use std::collections::{BTreeMap, BTreeSet};

use kuroibara_core::{Entry, ExternalId, Field, Local, MangaId, Origin, Provider, Stamp, Stamps, Value};

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
    undo::steps::value,
};

impl Engine {
    /// Says that `manga` is not what it is mapped to at `provider`: that work becomes a manga of its own, and the pair is never
    /// linked again by itself. What was written since the two were linked, and nobody changed again, is as it was before; the
    /// next sync carries it to the services.
    pub async fn unlink(&self, manga: MangaId, provider: Provider) -> Result<EntryView, EngineError> {
        for _ in 0..TRIES {
            if let Some(id) = self.split(manga, provider).await? {
                self.db.reject_pair(manga, provider, &id, self.clock.now()).await?;
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
        let past = Past::since_the_link(self.db.journal_of(&[manga]).await?.remove(&manga).unwrap_or_default());
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
                let mut stamps = Stamps::all(Stamp { at: now, origin: Origin::Provider(provider) });
                for (field, before) in sent {
                    stamps.fields[field] = Stamp { at: now, origin: Origin::User };
                    change.journal.push(self.restored(alone, field, &entry.get(field), &before));
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
        if let Local::Present(entry, stamps) = &loaded.state.local {
            let (mut restored, mut stamps) = (entry.clone(), *stamps);
            // What the others were sent of it counts even where the library held it all along.
            let mut before = past.sent_from(provider);
            before.extend(past.taken_from(provider));
            for (field, before) in before.into_iter().filter(|(field, _)| !past.edited.contains(field)) {
                if restored.get(field) != before {
                    change.journal.push(self.restored(loaded.id, field, &restored.get(field), &before));
                    stamps.fields[field] = Stamp { at: self.clock.now(), origin: Origin::User };
                    restored.set(field, before);
                }
            }
            change.local = (restored != *entry).then_some(Local::Present(restored, stamps));
        }
        let told = to_json(&name(provider, &mapping.external_id));
        change.journal.push(self.line(loaded.id, (None, told, None), "unlinked"));
        change
    }

    fn restored(&self, manga: MangaId, field: Field, before: &Value, after: &Value) -> JournalRow {
        self.line(manga, (Some(field), to_json(before), to_json(after)), "undo")
    }
}

/// What happened to a manga since it was linked last.
struct Past {
    /// The oldest first.
    rows: Vec<JournalRow>,
    /// What the reader changed by hand.
    edited: BTreeSet<Field>,
}

impl Past {
    /// Out of a history with the newest first. What came together from the beginning has no link to go back to.
    fn since_the_link(history: Vec<JournalRow>) -> Self {
        let link = history.iter().position(|row| row.cause == "linked").unwrap_or(0);
        let mut rows: Vec<JournalRow> = history.into_iter().take(link).collect();
        rows.reverse();
        let by_hand = |row: &&JournalRow| row.provider.is_none() && row.cause == "edit";
        let edited = rows.iter().filter(by_hand).filter_map(|row| row.field).collect();
        Self { rows, edited }
    }

    /// What a provider held before the first write of each field that came from elsewhere.
    fn sent_to(&self, provider: Provider) -> BTreeMap<Field, Value> {
        let from_elsewhere = |row: &JournalRow| row.origin != Origin::Provider(provider) && !self.is_edited(row);
        self.first(|row| row.provider == Some(provider) && row.cause == "push" && from_elsewhere(row))
    }

    /// What any other provider held before the first write of each field that came from there.
    fn sent_from(&self, provider: Provider) -> BTreeMap<Field, Value> {
        let to_another = |row: &JournalRow| row.provider.is_some_and(|to| to != provider);
        self.first(|row| to_another(row) && row.cause == "push" && row.origin == Origin::Provider(provider))
    }

    /// What the library held before the first value that came from there.
    fn taken_from(&self, provider: Provider) -> BTreeMap<Field, Value> {
        self.first(|row| row.provider.is_none() && row.origin == Origin::Provider(provider))
    }

    fn is_edited(&self, row: &JournalRow) -> bool {
        row.field.is_some_and(|field| self.edited.contains(&field))
    }

    fn first(&self, fits: impl Fn(&JournalRow) -> bool) -> BTreeMap<Field, Value> {
        let mut first = BTreeMap::new();
        for row in self.rows.iter().filter(|row| fits(row)) {
            let before = row.field.and_then(|field| Some((field, value(field, row.before.as_ref())?)));
            if let Some((field, before)) = before {
                first.entry(field).or_insert(before);
            }
        }
        first
    }
}
