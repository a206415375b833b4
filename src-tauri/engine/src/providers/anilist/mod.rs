//! AniList: GraphQL, many operations per request, tokens for a year (anilist.md).
//!
//! Reading order: `documents` says what can be asked, `batch` puts it into requests, `ask` sends one, `mutate` sends many
//! changes; `read`, `works`, `save`, `remove` and `signin` are the calls of the contract.

use kuroibara_core::{ExternalId, Provider, Shape, Time};
use url::Url;

use super::{
    Abilities, Account, ApiClient, ApiError, Grant, Listed, Listing, ProviderClient, RemoteEntry, Removal, Resolved,
    Saved, Session, Tokens, Work, Write,
};
use crate::{http::Http, secret::Secret};

mod ask;
mod batch;
mod decode;
#[cfg(test)]
mod document_tests;
mod documents;
mod mutate;
mod read;
mod remove;
mod save;
mod signin;
mod works;

pub use signin::tokens_from_implicit;

/// Where AniList is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AniListEndpoints {
    /// The one address of its API.
    pub api: Url,
    /// Has `/authorize` and `/token` below it.
    pub oauth: Url,
}

/// The client. It remembers how much one request may carry, so keep it as long as there is work.
#[derive(Debug)]
pub struct AniList {
    http: Http,
    endpoints: AniListEndpoints,
    save_pace: mutate::Pace,
    remove_pace: mutate::Pace,
}

impl AniList {
    /// A client that sends through `http`.
    pub fn new(http: Http, endpoints: AniListEndpoints) -> Self {
        Self { http, endpoints, save_pace: save::pace(), remove_pace: remove::pace() }
    }
}

#[async_trait::async_trait]
impl ProviderClient for AniList {
    fn abilities(&self) -> Abilities {
        Abilities {
            shape: Shape::ANILIST,
            resolves: &[Provider::MyAnimeList],
            writes_at_once: save::WRITES_AT_ONCE,
            searches_at_once: works::SEARCHES_AT_ONCE,
            refreshes: false,
            needs_client: true,
        }
    }

    async fn authenticate(&self, app: &ApiClient, grant: Grant) -> Result<Tokens, ApiError> {
        self.tokens(app, grant).await
    }

    /// There is no renewing: a token lives a year, and then the person signs in again.
    async fn refresh(&self, _app: &ApiClient, _refresh_token: &Secret) -> Result<Tokens, ApiError> {
        Err(ApiError::SignInAgain(Provider::AniList))
    }

    /// AniList offers no way: the person takes the access back on the website. Forgetting the token is all there is to do.
    async fn revoke(&self, _token: &Secret) -> Result<(), ApiError> {
        Ok(())
    }

    async fn who(&self, token: &Secret) -> Result<Account, ApiError> {
        self.viewer(token).await
    }

    async fn list(&self, session: &Session<'_>) -> Result<Listing, ApiError> {
        self.whole_list(session).await
    }

    async fn changed_since(&self, session: &Session<'_>, since: Time) -> Result<Listing, ApiError> {
        self.saved_lately(session, since).await
    }

    async fn look(
        &self,
        session: &Session<'_>,
        ids: &[ExternalId],
    ) -> Result<Vec<(ExternalId, Option<Listed>)>, ApiError> {
        self.looked_up(session, ids).await
    }

    async fn save(&self, session: &Session<'_>, writes: &[Write]) -> Vec<Result<Saved, ApiError>> {
        self.saved(session, writes).await
    }

    async fn remove(&self, session: &Session<'_>, entries: &[Removal]) -> Vec<Result<(), ApiError>> {
        self.removed(session, entries).await
    }

    async fn search(
        &self,
        token: Option<&Secret>,
        _app: &ApiClient,
        query: &str,
        limit: usize,
    ) -> Result<Vec<Work>, ApiError> {
        self.found(token, query, limit).await
    }

    async fn search_many(
        &self,
        token: Option<&Secret>,
        _app: &ApiClient,
        queries: &[&str],
        limit: usize,
    ) -> Result<Vec<Vec<Work>>, ApiError> {
        self.found_by_each(token, queries, limit).await
    }

    async fn work(
        &self,
        session: &Session<'_>,
        id: &ExternalId,
    ) -> Result<Option<(Work, Option<RemoteEntry>)>, ApiError> {
        self.one_work(session, id).await
    }

    async fn resolve(
        &self,
        token: Option<&Secret>,
        foreign: &[(Provider, ExternalId)],
    ) -> Result<Vec<Resolved>, ApiError> {
        self.resolved(token, foreign).await
    }
}
