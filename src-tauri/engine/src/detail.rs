//! One title with everything that is known of it: the library's side, each provider's, and what will happen between them.

use std::collections::BTreeMap;

use enum_map::EnumMap;
use kuroibara_core::{
    ExternalId, Field, Fields, MangaId, MangaState, Policy, Provider, Remote, Side, Time, differ, plan,
    plan::{FieldChange, MangaPlan},
    push::{Held, asked_groups},
};
use serde::Serialize;

use crate::{
    Engine,
    edit::unknown,
    error::EngineError,
    http::address,
    library::EntryView,
    providers::{Format, Title},
    store::{Failure, Integration, LoadedManga, Pick, Scope, Waiting},
};

/// One title with everything that is known of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct EntryDetail {
    /// The library's side.
    pub entry: EntryView,
    /// All its names.
    pub titles: Vec<Title>,
    /// Who wrote and drew it.
    pub authors: Vec<String>,
    /// The year in which it began.
    pub year: Option<i32>,
    /// What kind of work it is.
    pub format: Format,
    /// Each provider where it is mapped.
    pub sides: BTreeMap<Provider, SideView>,
}

/// One provider's side of a title.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SideView {
    /// Its id there.
    pub external_id: ExternalId,
    /// Its page there; none: the provider is a simulated one.
    pub page_url: Option<String>,
    /// Whether the provider is connected and switched on. If not, nothing is sent and nothing differs.
    pub takes_part: bool,
    /// Whether a person has yet to approve the first sync with this provider.
    pub awaits_approval: bool,
    /// Whether the entry is in the list there.
    pub presence: SidePresence,
    /// What the list said when it was last read; none: it is not there.
    #[cfg_attr(feature = "specta", specta(type = Option<BTreeMap<Field, kuroibara_core::Value>>))]
    pub fields: Option<Fields>,
    /// When that was read.
    pub read_at: Option<Time>,
    /// When it was last saved there.
    pub updated_at: Option<Time>,
    /// The fields that differ in the provider's terms.
    pub differs: Vec<Field>,
    /// Those of them that were accepted, by a person or because the provider can't hold ours.
    pub accepted: Vec<Field>,
    /// What will be sent next.
    pub will_send: Vec<FieldChange>,
    /// Whether sending it adds the entry there.
    pub creates: bool,
    /// The fields that are held back because they came from another provider.
    pub held: Vec<Field>,
    /// Why the entry as a whole is held back.
    pub held_entry: Option<Held>,
    /// The fields of which a person has yet to decide.
    pub asked: Vec<Field>,
    /// Since when something waits to be sent.
    pub due_since: Option<Time>,
    /// When it is tried again; none: with the next sync.
    pub next_try_at: Option<Time>,
    /// How often it was tried in vain.
    pub attempts: u32,
    /// Why the provider refused it for good.
    pub refused: Option<Failure>,
    /// Why the last try failed.
    pub failed: Option<Failure>,
}

/// Whether an entry is in a provider's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum SidePresence {
    /// It was not read yet.
    Unknown,
    /// It is not there.
    Absent,
    /// It is there.
    Present,
}

impl Engine {
    /// Everything that is known of one title, and what the next sync would send of it.
    pub async fn entry_detail(&self, manga: MangaId) -> Result<EntryDetail, EngineError> {
        let entry = self.entry(manga).await?;
        let details = self.db.details(manga).await?.ok_or_else(|| unknown(manga))?;
        let scope = Scope::Only(Pick { manga: vec![manga], ..Pick::default() });
        let loaded = self.db.load_manga(&scope).await?.pop().ok_or_else(|| unknown(manga))?;
        let integrations = self.db.integrations().await?;
        let policy = self.policy(&integrations).await?;
        let waiting = self.db.waiting_of(manga).await?;
        let look = Look { engine: self, loaded: &loaded, integrations: &integrations, policy: &policy };
        let (title, kind) = (details.title, crate::providers::TitleKind::Romaji);
        let mut titles = details.titles;
        if titles.iter().all(|one| one.text != title) {
            titles.insert(0, Title { kind, text: title });
        }
        let (authors, year, format) = (details.authors, details.year, details.format);
        Ok(EntryDetail { entry, titles, authors, year, format, sides: look.sides(&waiting) })
    }
}

/// What the sides of one title are made of.
struct Look<'a> {
    engine: &'a Engine,
    loaded: &'a LoadedManga,
    integrations: &'a EnumMap<Provider, Integration>,
    policy: &'a Policy,
}

impl Look<'_> {
    fn sides(&self, waiting: &[Waiting]) -> BTreeMap<Provider, SideView> {
        let state = self.state();
        let plan = plan::plan(&state, self.policy);
        let side = |provider: Provider| {
            let side = self.loaded.state.sides[provider].as_ref()?;
            let waits = waiting.iter().find(|one| one.provider == provider);
            Some((provider, self.side(provider, side, &plan, waits)?))
        };
        Provider::ALL.into_iter().filter_map(side).collect()
    }

    /// What a sync would plan from: the providers that take part. One whose answer to a write was lost is read first.
    fn state(&self) -> MangaState {
        let takes_part =
            |provider: Provider, side: &Side| self.integrations[provider].takes_part() && side.intent.is_none();
        let sides = EnumMap::from_fn(|provider: Provider| {
            self.loaded.state.sides[provider].clone().filter(|side| takes_part(provider, side))
        });
        MangaState { local: self.loaded.state.local.clone(), sides }
    }

    fn side(&self, provider: Provider, side: &Side, plan: &MangaPlan, waits: Option<&Waiting>) -> Option<SideView> {
        let (mapping, integration) = (self.loaded.mappings[provider].as_ref()?, &self.integrations[provider]);
        let entry = self.loaded.state.local.present().map(|(entry, _)| entry).filter(|_| integration.takes_part());
        let policy = &self.policy.providers[provider];
        let differences = entry.map(|e| differ::differences(provider, policy, side, e)).unwrap_or_default();
        let seen = side.remote.present();
        let push = &plan.pushes[provider];
        let problem = waits.and_then(|waits| waits.error.clone());
        let is_refused = waits.is_some_and(|waits| waits.refused);
        let asked = asked_groups(&plan.merged.questions).flat_map(|group| group.fields()).copied().collect();
        Some(SideView {
            external_id: mapping.external_id.clone(),
            page_url: self.engine.page_url(provider, &mapping.external_id),
            takes_part: integration.takes_part(),
            awaits_approval: integration.takes_part() && integration.approved_at.is_none(),
            presence: presence(&side.remote),
            fields: seen.map(|seen| seen.fields.clone()),
            read_at: mapping.read_at.max(integration.list_read_at.filter(|_| seen.is_some())),
            updated_at: seen.map(|seen| seen.updated_at),
            differs: differences.iter().map(|one| one.field).collect(),
            accepted: differences.iter().filter(|one| one.accepted).map(|one| one.field).collect(),
            will_send: plan.request_changes(provider, &self.loaded.state),
            creates: push.request.as_ref().is_some_and(|request| request.creates),
            held: push.held.clone(),
            held_entry: push.held_entry,
            asked,
            due_since: waits.map(|waits| waits.due_since),
            next_try_at: waits.and_then(|waits| waits.next_try_at),
            attempts: waits.map_or(0, |waits| waits.attempts),
            refused: problem.clone().filter(|_| is_refused),
            failed: problem.filter(|_| !is_refused),
        })
    }
}

fn presence(remote: &Remote) -> SidePresence {
    match remote {
        Remote::Unknown => SidePresence::Unknown,
        Remote::Absent => SidePresence::Absent,
        Remote::Present(_) => SidePresence::Present,
    }
}

impl Engine {
    /// The page of a work at a provider; none for a simulated one, which has no pages.
    pub(crate) fn page_url(&self, provider: Provider, id: &ExternalId) -> Option<String> {
        let site = match provider {
            Provider::AniList => "https://anilist.co/manga",
            Provider::MyAnimeList => "https://myanimelist.net/manga",
            Provider::Kitsu => "https://kitsu.app/manga",
        };
        let is_real = !address::is_loopback(self.config.endpoints.api(provider));
        (is_real && id.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| format!("{site}/{id}"))
    }
}
