//! What the sync needs of a provider: one trait, three clients, and their differences as data.
//!
//! A client speaks one service's language and gives everything in the library's terms. It knows no store, no vault and
//! no merge. `client` below is the one place that tells the providers apart.

use kuroibara_core::{EntryId, ExternalId, Fields, Provider, Shape, Time, Totals};

use crate::{
    http::{Http, HttpError},
    secret::Secret,
};

pub mod anilist;
mod answer;
pub mod kitsu;
pub mod myanimelist;
mod turns;

/// A service that keeps a manga list, in the words of the product's specification.
#[async_trait::async_trait]
pub trait ProviderClient: Send + Sync {
    /// What differs from the others, as data.
    fn abilities(&self) -> Abilities;

    /// Trades what the sign-in brought for tokens (`authenticate`).
    async fn authenticate(&self, app: &ApiClient, grant: Grant) -> Result<Tokens, ApiError>;

    /// Trades a refresh token for a new pair (`refresh_token`). [`ApiError::SignInAgain`] where there is no such thing.
    async fn refresh(&self, app: &ApiClient, refresh_token: &Secret) -> Result<Tokens, ApiError>;

    /// Makes a token worthless, where the provider can.
    async fn revoke(&self, token: &Secret) -> Result<(), ApiError>;

    /// Whose token this is (`get_user_info`). An unknown token is an error even where the service treats it as anonymous.
    async fn who(&self, token: &Secret) -> Result<Account, ApiError>;

    /// The whole list (`get_manga_list`). Private and hidden entries are included.
    async fn list(&self, session: &Session<'_>) -> Result<Listing, ApiError>;

    /// What was saved at or after `since` (the provider's time), newest first; removals never show here.
    async fn changed_since(&self, session: &Session<'_>, since: Time) -> Result<Listing, ApiError>;

    /// A direct look at these works: the entry, or none where the list certainly has none. A work of which that can't be
    /// said (Kitsu hides adult titles from their own reader) is left out.
    async fn look(
        &self,
        session: &Session<'_>,
        ids: &[ExternalId],
    ) -> Result<Vec<(ExternalId, Option<Listed>)>, ApiError>;

    /// Saves entries (`update_manga_status`, many at once), in order, and answers one outcome for each write of `writes`,
    /// in the same order. A failure of one never spoils another.
    async fn save(&self, session: &Session<'_>, writes: &[Write]) -> Vec<Result<Saved, ApiError>>;

    /// Removes entries, one outcome for each in order; one that is not there any more counts as removed.
    async fn remove(&self, session: &Session<'_>, entries: &[Removal]) -> Vec<Result<(), ApiError>>;

    /// Works whose titles match (`search_manga`), at most `limit`.
    async fn search(
        &self,
        token: Option<&Secret>,
        app: &ApiClient,
        query: &str,
        limit: usize,
    ) -> Result<Vec<Work>, ApiError>;

    /// The same for many titles, one answer for each in order. An error of one is an error of all.
    async fn search_many(
        &self,
        token: Option<&Secret>,
        app: &ApiClient,
        queries: &[&str],
        limit: usize,
    ) -> Result<Vec<Vec<Work>>, ApiError> {
        let mut found = Vec::with_capacity(queries.len());
        for query in queries {
            found.push(self.search(token, app, query, limit).await?);
        }
        Ok(found)
    }

    /// One work by its id, with the entry if the list has one; none when the service knows no such work.
    async fn work(
        &self,
        session: &Session<'_>,
        id: &ExternalId,
    ) -> Result<Option<(Work, Option<RemoteEntry>)>, ApiError>;

    /// Which works of this provider have these ids at another one (`resolve ids`). Several, or none, are answers too;
    /// a pair that this service can't look up is left out.
    async fn resolve(
        &self,
        token: Option<&Secret>,
        foreign: &[(Provider, ExternalId)],
    ) -> Result<Vec<Resolved>, ApiError>;
}

/// The client of one provider. This is the one place that tells them apart.
pub fn client(provider: Provider, http: &Http, endpoints: &Endpoints) -> Box<dyn ProviderClient> {
    match provider {
        Provider::AniList => Box::new(anilist::AniList::new(http.clone(), endpoints.anilist.clone())),
        Provider::MyAnimeList => Box::new(myanimelist::MyAnimeList::new(http.clone(), endpoints.myanimelist.clone())),
        Provider::Kitsu => Box::new(kitsu::Kitsu::new(http.clone(), endpoints.kitsu.clone())),
    }
}

/// Where the providers are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// AniList.
    pub anilist: anilist::AniListEndpoints,
    /// MyAnimeList.
    pub myanimelist: myanimelist::MyAnimeListEndpoints,
    /// Kitsu.
    pub kitsu: kitsu::KitsuEndpoints,
}

impl Endpoints {
    /// What every question about works and lists goes to.
    pub fn api(&self, provider: Provider) -> &url::Url {
        match provider {
            Provider::AniList => &self.anilist.api,
            Provider::MyAnimeList => &self.myanimelist.api,
            Provider::Kitsu => &self.kitsu.api,
        }
    }

    /// What has `/authorize` and `/token` below it.
    pub fn oauth(&self, provider: Provider) -> &url::Url {
        match provider {
            Provider::AniList => &self.anilist.oauth,
            Provider::MyAnimeList => &self.myanimelist.oauth,
            Provider::Kitsu => &self.kitsu.oauth,
        }
    }
}

/// What differs between providers, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// What an entry can hold.
    pub shape: Shape,
    /// The foreign ids that [`ProviderClient::resolve`] understands.
    pub resolves: &'static [Provider],
    /// The most writes worth giving to one call of [`ProviderClient::save`]: the intents of so many are stored at once.
    pub writes_at_once: usize,
    /// The most titles worth giving to one call of [`ProviderClient::search_many`], so that nobody waits long for it.
    pub searches_at_once: usize,
    /// Whether tokens can be renewed without the person.
    pub refreshes: bool,
    /// Whether the person has to register an API client there before signing in.
    pub needs_client: bool,
}

/// A signed-in account, for the calls that need one.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// The access token.
    pub token: &'a Secret,
    /// The account's id at the provider.
    pub account_id: &'a str,
    /// Whether volumes are to be read and written where that must be switched on (Kitsu's `volumesOwned`).
    pub volumes: bool,
}

/// The API client that the user registered at a provider, or the default one.
#[derive(Clone, Debug, Default)]
pub struct ApiClient {
    /// The public id; Kitsu needs none.
    pub id: Option<String>,
    /// The secret, where the client has one.
    pub secret: Option<Secret>,
}

/// What a sign-in brought.
#[derive(Clone, Debug)]
pub enum Grant {
    /// A code from the browser.
    Code {
        /// The code.
        code: Secret,
        /// The redirect address of the authorization request, to be repeated.
        redirect_uri: String,
        /// The PKCE verifier, where one was used.
        verifier: Option<Secret>,
    },
    /// A name and a password.
    Password {
        /// E-mail or slug.
        username: String,
        /// The password.
        password: Secret,
    },
}

/// Tokens as answered.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// For requests.
    pub access: Secret,
    /// For the next pair, where there is one.
    pub refresh: Option<Secret>,
    /// When the access token ends, by our clock.
    pub expires_at: Option<Time>,
}

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The account's id at the provider.
    pub id: String,
    /// The name a person knows it by.
    pub name: String,
}

/// A list, or the recently saved part of it.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Each entry once.
    pub entries: Vec<Listed>,
    /// Whether every entry of the account was seen, so that absence means something. Never true for a part.
    pub complete: bool,
    /// How many entries the provider says there are, where it says so.
    pub total: Option<u32>,
    /// What the reader should know, such as Kitsu's SFW filter hiding entries.
    pub notices: Vec<Notice>,
    /// How far the provider's clock is ahead of ours, by the `Date` header of an answer; `updated_at` is not corrected by it.
    pub clock_ahead: Option<chrono::Duration>,
}

/// Something about an account that the reader should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// Kitsu hides adult titles from their own owner, so absence is never read as removal.
    SfwFilterOn,
    /// The list is longer than the service hands out (AniList: 11,000 entries).
    ListCutShort,
}

/// A work and what the list says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The work.
    pub work: Work,
    /// The list entry.
    pub entry: RemoteEntry,
}

/// A list entry, in the library's terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteEntry {
    /// The provider's id of the entry, where it has one.
    pub entry_id: Option<EntryId>,
    /// The fields that the provider holds in this state (already [`Shape::project`]ed).
    pub fields: Fields,
    /// When the entry was last saved, in the provider's time as written (not corrected): cursors are made of it.
    pub updated_at: Time,
}

/// A work as a provider describes it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Work {
    /// Its id there.
    pub id: ExternalId,
    /// The title to show: romaji or the canonical one.
    pub title: String,
    /// Every other known name, without duplicates.
    pub titles: Vec<Title>,
    /// What kind of work it is.
    pub format: Format,
    /// How long it is, as far as this provider knows.
    pub totals: Totals,
    /// The year in which it began.
    pub year: Option<i32>,
    /// Who wrote and drew it.
    pub authors: Vec<String>,
    /// Address of the cover picture.
    pub cover: Option<String>,
    /// Whether it is for adults only.
    pub adult: bool,
    /// The same work's ids elsewhere, as this provider says.
    pub links: Vec<(Provider, ExternalId)>,
}

/// A name of a work, with its language where known.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Title {
    /// Which kind of name it is.
    pub kind: TitleKind,
    /// The name.
    pub text: String,
}

/// The kinds of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum TitleKind {
    /// In Latin letters, as it sounds.
    Romaji,
    /// English.
    English,
    /// In the language of the original.
    Native,
    /// Any other name.
    Synonym,
}

/// The kinds of works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A comic series of any country.
    Manga,
    /// A novel or light novel.
    Novel,
    /// A comic of one chapter.
    OneShot,
    /// The provider did not say.
    Unknown,
}

/// One entry to save.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// The work.
    pub id: ExternalId,
    /// The entry; none: it is to be created.
    pub entry_id: Option<EntryId>,
    /// The entry before; none: it is to be created.
    pub before: Option<Fields>,
    /// The fields to change, in the library's terms and already [`Shape::project`]ed.
    pub fields: Fields,
}

/// One entry to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The work.
    pub id: ExternalId,
    /// The entry, where the provider has ids of entries.
    pub entry_id: Option<EntryId>,
}

/// The entry as the provider answered a save.
pub type Saved = RemoteEntry;

/// What a foreign id is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The foreign id that was asked for.
    pub foreign: (Provider, ExternalId),
    /// The works here that carry it: none, one, or several (which is a question, never a link).
    pub works: Vec<ExternalId>,
}

/// Why a provider did not do what was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ApiError {
    /// No answer to work with.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The access token is no longer good: renew it and ask again.
    #[error("the sign-in at {} has ended; it is renewed", .0.title())]
    TokenExpired(Provider),
    /// Only the person can sign in again.
    #[error("{} wants you to sign in again. Your edits are kept and go out after that", .0.title())]
    SignInAgain(Provider),
    /// The provider says no to this one item, and would say no again.
    #[error("{provider} refused this: {reason}", provider = .provider.title())]
    Refused {
        /// Who refused.
        provider: Provider,
        /// The provider's own words, shortened, without secrets.
        reason: String,
    },
    /// The entry or work is not there (any more).
    #[error("{} has no such entry any more", .0.title())]
    NotFound(Provider),
    /// The answer can't be read.
    #[error("{provider} answered something unexpected ({what}). Nothing was changed here", provider = .provider.title())]
    Unreadable {
        /// Who answered.
        provider: Provider,
        /// What could not be read, without content.
        what: String,
    },
}
