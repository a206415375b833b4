//! The reader's own changes: edit, add, remove. They are stored at once and marked as due; a sync sends them.

mod wish;

use kuroibara_core::{
    Entry, ExternalId, Field, Fields, Local, MangaId, MappingId, Origin, PartialDate, Provider, Stamp, Stamps, Status,
    Time, Totals, Value, edit,
};

use crate::{
    Engine,
    error::EngineError,
    events::Event,
    identify::details_of,
    library::EntryView,
    providers::{RemoteEntry, Session, Work},
    store::{
        Batch, JournalRow, LinkChange, LinkSource, LoadedManga, MangaChange, MappingChange, NewLink, OutboxChange,
        Pick, Scope, WorkChange,
    },
};

pub use wish::EntryChange;

/// How often a change is tried again when a sync stores something of the same manga at the same moment.
pub(crate) const TRIES: usize = 20;

impl Engine {
    /// Changes fields of an entry. See [`edit::edit`] for what completing fills in.
    pub async fn edit(&self, manga: MangaId, changes: &Fields) -> Result<EntryView, EngineError> {
        let today = PartialDate::from(self.today());
        self.change(manga, |loaded| self.edit_of(loaded, changes, today)).await?;
        self.entry(manga).await
    }

    /// Notes that so many chapters were read. Where as many are noted already, nothing changes: what offered this number may
    /// have shown it for a while.
    pub async fn note_read(&self, manga: MangaId, chapters: u32) -> Result<EntryView, EngineError> {
        let today = PartialDate::from(self.today());
        let read = Fields::new().with(Field::Chapters, Value::Count(chapters));
        self.change(manga, |loaded| match loaded.state.local.present() {
            Some((entry, _)) if entry.chapters >= chapters => Ok(None),
            Some(_) | None => self.edit_of(loaded, &read, today),
        })
        .await?;
        self.entry(manga).await
    }

    /// Changes the same fields of several entries: of all, or where one can't be changed so of none.
    pub async fn edit_many(&self, manga: &[MangaId], changes: &Fields) -> Result<Vec<EntryView>, EngineError> {
        let today = PartialDate::from(self.today());
        self.change_many(manga, |loaded| self.edit_of(loaded, changes, today)).await?;
        self.entries(manga).await
    }

    fn edit_of(
        &self,
        loaded: &LoadedManga,
        changes: &Fields,
        today: PartialDate,
    ) -> Result<Option<MangaChange>, EngineError> {
        let Local::Present(entry, stamps) = &loaded.state.local else { return Err(unknown(loaded.id)) };
        let edited = edit::edit(entry, changes, totals_for_edit(loaded), today)?;
        Ok(self.edited(loaded, entry, stamps, edited))
    }

    /// Removes an entry from the library. What follows at the providers, their removal policy says; the next sync asks.
    pub async fn remove(&self, manga: MangaId) -> Result<(), EngineError> {
        self.change(manga, |loaded| {
            let Local::Present(entry, stamps) = &loaded.state.local else { return Err(unknown(manga)) };
            let now = self.clock.now();
            let mut change = self.due_everywhere(loaded);
            change.local = Some(Local::Removed(entry.clone(), *stamps, now));
            change.journal = vec![self.line(manga, (None, to_json(&entry.fields()), None), "removed")];
            Ok(Some(change))
        })
        .await
    }

    /// Adds a work of a provider to the library, as planned, or as its list there already has it. A manga that was removed
    /// comes back as it was.
    pub async fn add(&self, provider: Provider, id: &ExternalId) -> Result<EntryView, EngineError> {
        let mut looked_up = None;
        for _ in 0..TRIES {
            if let Some(manga) = self.add_once(provider, id, &mut looked_up).await? {
                return self.entry(manga).await;
            }
        }
        Err(EngineError::Busy)
    }

    /// None: something was changed meanwhile. What the provider says of the work is asked for once.
    async fn add_once(
        &self,
        provider: Provider,
        id: &ExternalId,
        looked_up: &mut Option<(Work, Option<RemoteEntry>)>,
    ) -> Result<Option<MangaId>, EngineError> {
        if let Some(manga) = self.db.find_manga(provider, id).await? {
            self.change(manga, |loaded| Ok(self.brought_back(loaded))).await?;
            return Ok(Some(manga));
        }
        let (work, listed) = match looked_up {
            Some(found) => found,
            none => none.insert(self.look_up(provider, id).await?),
        };
        let mut owners = Vec::new();
        for (at, id) in &work.links {
            owners.push(self.db.find_manga(*at, id).await?);
        }
        match self.known_by_links(provider, work, &owners).await? {
            Some(manga) => self.add_place(manga, provider, work).await,
            None => self.add_work(provider, work, listed.as_ref(), &owners).await,
        }
    }

    /// The manga of the library that the provider's own links say this work is, if they name one only, and it is nothing
    /// else there. What contradicts is left to the next sync, which asks. `owners` are the manga that the links' works are.
    async fn known_by_links(
        &self,
        provider: Provider,
        work: &Work,
        owners: &[Option<MangaId>],
    ) -> Result<Option<MangaId>, EngineError> {
        let mut known: Vec<MangaId> = owners.iter().copied().flatten().collect();
        known.sort_unstable();
        known.dedup();
        let [manga] = known[..] else { return Ok(None) };
        let scope = Scope::Only(Pick { manga: vec![manga], ..Pick::default() });
        let loaded = self.db.load_manga(&scope).await?;
        let is_free = loaded.iter().all(|loaded| loaded.mappings[provider].is_none());
        let rejected = self.db.rejected_pairs().await?.contains(&(manga, provider, work.id.clone()));
        Ok((is_free && !rejected).then_some(manga))
    }

    /// The manga is this work too, and is in the library. None: something was changed meanwhile.
    async fn add_place(&self, manga: MangaId, provider: Provider, work: &Work) -> Result<Option<MangaId>, EngineError> {
        let integration = self.db.integration(provider).await?.id;
        let [loaded] = self.load([manga]).await?;
        let mut change = self.brought_back(&loaded).unwrap_or_else(|| self.due_everywhere(&loaded));
        let title = Some(work.title.clone());
        let link = NewLink { integration, external_id: work.id.clone(), title, source: source_of(provider) };
        let since = self.clock.now();
        let mapping = MappingChange::of(MappingId(self.db.new_id(since)));
        let (link, outbox) = (LinkChange::New(link), OutboxChange::Due { since });
        change.mappings.push(MappingChange { link, outbox, totals: Some(work.totals), ..mapping });
        Ok(self.commit_whole(&[change]).await?.then_some(manga))
    }

    /// The reader's own calendar day.
    pub(crate) fn today(&self) -> chrono::NaiveDate {
        self.clock.now().with_timezone(&chrono::Local).date_naive()
    }

    /// Loads a manga, changes it and stores it, again if somebody was quicker.
    pub(crate) async fn change(
        &self,
        manga: MangaId,
        change: impl Fn(&LoadedManga) -> Result<Option<MangaChange>, EngineError>,
    ) -> Result<(), EngineError> {
        self.change_many(&[manga], change).await
    }

    /// The same with several, all or none.
    async fn change_many(
        &self,
        manga: &[MangaId],
        change: impl Fn(&LoadedManga) -> Result<Option<MangaChange>, EngineError>,
    ) -> Result<(), EngineError> {
        for _ in 0..TRIES {
            let at = self.clock.now();
            let scope = Scope::Only(Pick { manga: manga.to_vec(), ..Pick::default() });
            let loaded = self.db.load_manga(&scope).await?;
            if let Some(missing) = manga.iter().find(|id| loaded.iter().all(|one| one.id != **id)) {
                return Err(unknown(*missing));
            }
            let changes: Vec<MangaChange> =
                loaded.iter().filter_map(|one| change(one).transpose()).collect::<Result<_, _>>()?;
            if changes.is_empty() || self.commit_at(at, &changes).await? {
                return Ok(());
            }
        }
        Err(EngineError::Busy)
    }

    /// Stores changes of the reader's own, all or none. False: something was changed meanwhile.
    pub(crate) async fn commit_whole(&self, changes: &[MangaChange]) -> Result<bool, EngineError> {
        self.commit_at(self.clock.now(), changes).await
    }

    /// The same as of a moment that none of the lines of history is older than: an undo looks for what came since an answer.
    async fn commit_at(&self, at: Time, changes: &[MangaChange]) -> Result<bool, EngineError> {
        let batch = Batch { at, fence: None, manga: changes, integrations: &[], whole: true };
        let stored = self.db.commit(&batch).await?.stale.is_empty();
        if stored {
            self.tell(Event::LibraryChanged);
        }
        Ok(stored)
    }

    fn edited(&self, loaded: &LoadedManga, entry: &Entry, stamps: &Stamps, edited: Entry) -> Option<MangaChange> {
        let changed: Vec<Field> =
            Field::ALL.into_iter().filter(|field| entry.get(*field) != edited.get(*field)).collect();
        if changed.is_empty() {
            return None;
        }
        let stamp = Stamp::new(self.clock.now(), Origin::User);
        let mut stamps = *stamps;
        changed.iter().for_each(|field| stamps.fields[*field] = stamp);
        let mut change = self.due_everywhere(loaded);
        let row = |field: &Field| (Some(*field), to_json(&entry.get(*field)), to_json(&edited.get(*field)));
        change.journal = changed.iter().map(|field| self.line(loaded.id, row(field), "edit")).collect();
        change.local = Some(Local::Present(edited, stamps));
        Some(change)
    }

    /// An entry that was removed, as it was; none if it is there.
    fn brought_back(&self, loaded: &LoadedManga) -> Option<MangaChange> {
        let stamp = Stamp::new(self.clock.now(), Origin::User);
        let (entry, stamps) = match &loaded.state.local {
            Local::Present(..) => return None,
            Local::Removed(entry, stamps, _) => (entry.clone(), Stamps { presence: stamp, ..*stamps }),
            Local::Never => (Entry::new(Status::PlanToRead), Stamps::all(stamp)),
        };
        let mut change = self.due_everywhere(loaded);
        change.journal = vec![self.line(loaded.id, (None, None, to_json(&entry.fields())), "added")];
        change.local = Some(Local::Present(entry, stamps));
        Some(change)
    }

    pub(crate) async fn look_up(
        &self,
        provider: Provider,
        id: &ExternalId,
    ) -> Result<(Work, Option<RemoteEntry>), EngineError> {
        let integration = self.db.integration(provider).await?;
        if !integration.is_connected() {
            return Err(EngineError::NotConnected(provider));
        }
        let client = self.client(provider);
        let token = crate::connect::SignIn::of(self, &integration).token(client.as_ref()).await?;
        let account_id = integration.account_id.as_deref().unwrap_or_default();
        let session = Session { token: &token, account_id, volumes: integration.policy.volumes };
        let found = client.work(&session, id).await?;
        found.ok_or_else(|| EngineError::UnknownWork { provider, id: id.to_string() })
    }

    /// The work is a manga of its own. None: something was changed meanwhile.
    async fn add_work(
        &self,
        provider: Provider,
        work: &Work,
        listed: Option<&RemoteEntry>,
        owners: &[Option<MangaId>],
    ) -> Result<Option<MangaId>, EngineError> {
        let now = self.clock.now();
        let manga = MangaId(self.db.new_id(now));
        let integrations = self.db.integrations().await?;
        let (entry, origin) = match listed {
            Some(listed) => (Entry::from_fields(&listed.fields), Origin::Provider(provider)),
            None => (Entry::new(Status::PlanToRead), Origin::User),
        };
        let own = [(provider, work.id.clone(), LinkSource::List)];
        // A linked id that is another manga's already is left to the next sync, which asks.
        let free = work.links.iter().zip(owners).filter(|(_, owner)| owner.is_none());
        let links = free.map(|((at, id), _)| (*at, id.clone(), source_of(provider)));
        let mut change = MangaChange::of(manga, 0);
        for (at, external_id, source) in own.into_iter().chain(links) {
            if change.mappings.iter().any(|m| is_at(m, integrations[at].id)) {
                continue;
            }
            let title = (at == provider).then(|| work.title.clone());
            let link = NewLink { integration: integrations[at].id, external_id, title, source };
            let mapping = MappingChange::of(MappingId(self.db.new_id(now)));
            let outbox = OutboxChange::Due { since: now };
            let totals = (at == provider).then_some(work.totals);
            change.mappings.push(MappingChange { link: LinkChange::New(link), totals, outbox, ..mapping });
        }
        change.work = WorkChange::New(details_of([work].into_iter()));
        let added = self.line(manga, (None, None, to_json(&entry.fields())), "added");
        change.journal = vec![JournalRow { origin, ..added }];
        change.local = Some(Local::Present(entry, Stamps::all(Stamp::new(now, origin))));
        Ok(self.commit_whole(&[change]).await?.then_some(manga))
    }

    /// A change that marks every mapping as due.
    pub(crate) fn due_everywhere(&self, loaded: &LoadedManga) -> MangaChange {
        let since = self.clock.now();
        let due = |id| MappingChange { outbox: OutboxChange::Due { since }, ..MappingChange::of(id) };
        let mappings = loaded.mappings.values().flatten().map(|mapping| due(mapping.id)).collect();
        MangaChange { mappings, ..MangaChange::of(loaded.id, loaded.version) }
    }

    /// One line of history about the library, made by the user.
    pub(crate) fn line(
        &self,
        manga: MangaId,
        (field, before, after): (Option<Field>, Option<serde_json::Value>, Option<serde_json::Value>),
        cause: &str,
    ) -> JournalRow {
        let at = self.clock.now();
        let (id, cause, origin) = (self.db.new_id(at), cause.to_owned(), Origin::User);
        JournalRow { id, run: None, manga, provider: None, field, before, after, origin, cause, at }
    }
}

fn is_at(mapping: &MappingChange, integration: kuroibara_core::IntegrationId) -> bool {
    matches!(&mapping.link, LinkChange::New(link) if link.integration == integration)
}

/// How a provider's link to another one's work was found.
pub(crate) fn source_of(provider: Provider) -> LinkSource {
    match provider {
        Provider::AniList | Provider::MyAnimeList => LinkSource::IdMal,
        Provider::Kitsu => LinkSource::KitsuMapping,
    }
}

pub(crate) fn to_json(value: &impl serde::Serialize) -> Option<serde_json::Value> {
    serde_json::to_value(value).ok().filter(|json| !json.is_null())
}

pub(crate) fn unknown(manga: MangaId) -> EngineError {
    EngineError::UnknownManga(manga.to_string())
}

/// The totals that an edit is checked against: the largest that anybody counted.
fn totals_for_edit(loaded: &LoadedManga) -> Totals {
    let sides = || loaded.state.sides().map(|(_, side)| side.totals).chain([loaded.totals]);
    Totals { chapters: sides().filter_map(|t| t.chapters).max(), volumes: sides().filter_map(|t| t.volumes).max() }
}
