//! Links by hand: this manga is that work, or is not. A person's word is for ever.

use kuroibara_core::{ExternalId, Local, MangaId, MappingId, Provider};

use crate::{
    Engine,
    edit::{TRIES, to_json, unknown},
    error::EngineError,
    library::EntryView,
    store::{
        Change, LinkChange, LinkSource, LoadedManga, MangaChange, MappingChange, NewLink, Pick, Scope, WorkChange,
    },
};

impl Engine {
    /// Says that `manga` is the work `id` of `provider`. A manga of the library that already is that work becomes one with
    /// it, unless both hold different ids at one provider. Nothing is sent by linking: the next sync merges both sides as a
    /// first link.
    pub async fn link(&self, manga: MangaId, provider: Provider, id: &ExternalId) -> Result<EntryView, EngineError> {
        let mut title = None;
        for _ in 0..TRIES {
            let linked = match self.db.find_manga(provider, id).await? {
                Some(same) if same == manga => Some(()),
                Some(other) => self.join(manga, other).await?,
                None => self.tie(manga, provider, id, &mut title).await?,
            };
            if linked.is_some() {
                self.db.allow_pair(manga, provider, id).await?;
                return self.entry(manga).await;
            }
        }
        Err(EngineError::Busy)
    }

    /// Says that `manga` is not what it is mapped to at `provider`: that work becomes a manga of its own with the next
    /// sync, and the pair is never linked again by itself.
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
    /// meanwhile, as in all that follows.
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
        let alone = MangaId(self.db.new_id(self.clock.now()));
        let moved = MappingChange { link: LinkChange::MovedFrom(manga), ..first_link(mapping.id) };
        let mut split = MangaChange::of(alone, 0);
        split.work = WorkChange::New(details);
        split.mappings = vec![moved];
        let mut rest = MangaChange::of(manga, loaded.version);
        rest.journal = vec![self.line(manga, (None, to_json(&name(provider, &mapping.external_id)), None), "unlinked")];
        let stored = self.commit_whole(&[split, rest]).await?;
        Ok(stored.then(|| mapping.external_id.clone()))
    }

    /// Maps a work that no other manga is. Its title is asked for once.
    async fn tie(
        &self,
        manga: MangaId,
        provider: Provider,
        id: &ExternalId,
        title: &mut Option<String>,
    ) -> Result<Option<()>, EngineError> {
        let integration = self.db.integration(provider).await?;
        if title.is_none() && integration.is_connected() {
            *title = Some(self.look_up(provider, id).await?.0.title);
        }
        let [loaded] = self.load([manga]).await?;
        match &loaded.mappings[provider] {
            Some(there) if there.external_id == *id => return Ok(Some(())),
            Some(_) => return Err(EngineError::LinkContradicts(provider)),
            None => {}
        }
        let (title, source, external_id) = (title.clone(), LinkSource::User, id.clone());
        let link = NewLink { integration: integration.id, external_id, title, source };
        let mapping = MappingId(self.db.new_id(self.clock.now()));
        let mut change = self.due_everywhere(&loaded);
        change.mappings.push(MappingChange { link: LinkChange::New(link), ..first_link(mapping) });
        change.journal = vec![self.line(manga, (None, None, to_json(&name(provider, id))), "linked")];
        Ok(self.commit_whole(&[change]).await?.then_some(()))
    }

    /// Makes two manga one. The first one's entry stays; the other's is written into the history.
    async fn join(&self, manga: MangaId, other: MangaId) -> Result<Option<()>, EngineError> {
        let [kept, gone] = self.load([manga, other]).await?;
        let clash = |p: &Provider| kept.mappings[*p].is_some() && gone.mappings[*p].is_some();
        if let Some(provider) = Provider::ALL.into_iter().find(clash) {
            return Err(EngineError::LinkContradicts(provider));
        }
        let mut change = self.due_everywhere(&kept);
        let moved = gone
            .mappings
            .values()
            .flatten()
            .map(|mapping| MappingChange { link: LinkChange::MovedFrom(other), ..first_link(mapping.id) });
        change.mappings.extend(moved);
        if kept.state.local.present().is_none() && gone.state.local.present().is_some() {
            change.local = Some(gone.state.local.clone());
        }
        let before = gone.state.local.present().and_then(|(entry, _)| to_json(&entry.fields()));
        change.journal = vec![self.line(manga, (None, before, to_json(&other)), "linked")];
        let mut merged = MangaChange::of(other, gone.version);
        merged.work = WorkChange::MergedInto(manga);
        merged.local = gone.state.local.present().map(|_| Local::Never);
        Ok(self.commit_whole(&[change, merged]).await?.then_some(()))
    }

    pub(crate) async fn load<const N: usize>(&self, manga: [MangaId; N]) -> Result<[LoadedManga; N], EngineError> {
        let scope = Scope::Only(Pick { manga: manga.to_vec(), ..Pick::default() });
        let mut loaded = self.db.load_manga(&scope).await?;
        let mut sorted = Vec::with_capacity(N);
        for id in manga {
            let place = loaded.iter().position(|one| one.id == id).ok_or_else(|| unknown(id))?;
            sorted.push(loaded.swap_remove(place));
        }
        sorted.try_into().map_err(|_| unknown(manga[0]))
    }
}

/// A mapping without an agreement: what follows is a first link, by the next sync.
fn first_link(mapping: MappingId) -> MappingChange {
    MappingChange { base: Change::Clear, intent: Change::Clear, unsettled: Some(true), ..MappingChange::of(mapping) }
}

fn name(provider: Provider, id: &ExternalId) -> String {
    crate::identify::work_name(provider, id)
}
