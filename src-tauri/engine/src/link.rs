//! Links: this manga is that work. A person's word is for ever.

use kuroibara_core::{ExternalId, Local, MangaId, MappingId, Provider, RunId};

use crate::{
    Engine,
    edit::{TRIES, to_json, unknown},
    error::EngineError,
    library::EntryView,
    providers::Work,
    store::{
        Change, JournalRow, LinkChange, LinkSource, LoadedManga, MangaChange, MappingChange, NewLink, Pick, Scope,
        WorkChange,
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
                Some(other) => self.join(manga, other, None).await?,
                None => self.tie(manga, provider, id, &mut title, LinkSource::User).await?,
            };
            if linked.is_some() {
                self.db.note_link(manga, provider, id, self.clock.now()).await?;
                return self.entry(manga).await;
            }
        }
        Err(EngineError::Busy)
    }

    /// Maps a work that a search found. False: somebody was faster, and said otherwise.
    pub(crate) async fn tie_found(&self, manga: MangaId, provider: Provider, work: &Work) -> Result<bool, EngineError> {
        let tied = self.tie(manga, provider, &work.id, &mut Some(work.title.clone()), LinkSource::Search).await;
        match tied {
            Ok(tied) => Ok(tied.is_some()),
            Err(EngineError::LinkContradicts(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Maps a work that no other manga is. Its title is asked for once.
    async fn tie(
        &self,
        manga: MangaId,
        provider: Provider,
        id: &ExternalId,
        title: &mut Option<String>,
        source: LinkSource,
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
        let (title, external_id) = (title.clone(), id.clone());
        let link = NewLink { integration: integration.id, external_id, title, source };
        let mapping = MappingId(self.db.new_id(self.clock.now()));
        let mut change = self.due_everywhere(&loaded);
        change.mappings.push(MappingChange { link: LinkChange::New(link), ..first_link(mapping) });
        change.journal = vec![self.line(manga, (None, None, to_json(&name(provider, id))), "linked")];
        Ok(self.commit_whole(&[change]).await?.then_some(()))
    }

    /// Makes two manga one. The first one's entry stays; the other's is written into the history, under the run that found
    /// the two to be the same, if it was not a person.
    pub(crate) async fn join(
        &self,
        manga: MangaId,
        other: MangaId,
        run: Option<RunId>,
    ) -> Result<Option<()>, EngineError> {
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
        let line = self.line(manga, (None, before, to_json(&other)), "linked");
        change.journal = vec![JournalRow { run, ..line }];
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
pub(crate) fn first_link(mapping: MappingId) -> MappingChange {
    MappingChange { base: Change::Clear, intent: Change::Clear, unsettled: Some(true), ..MappingChange::of(mapping) }
}

pub(crate) fn name(provider: Provider, id: &ExternalId) -> String {
    crate::identify::work_name(provider, id)
}
