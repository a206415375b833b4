//! The client of Kitsu's JSON:API (kitsu.md). Knows its addresses, words and oddities; knows no library.
//!
//! Kitsu treats a token that it does not know as nobody's: reads answer the public part, which looks like removals.
//! So whose list was read is never taken on trust. Every listing includes the list's owner, whose private attributes
//! only the owner gets to see; where no entry comes that could bring its owner along, and the absence would mean
//! something, the account is asked for. An empty answer to “what changed” means nothing, and costs no second request.

use kuroibara_core::{ExternalId, Provider, Shape, Time};
use reqwest::{Method, RequestBuilder, header};
use url::Url;

use super::{
    Abilities, Account, ApiClient, ApiError, Grant, Listed, Listing, ProviderClient, RemoteEntry, Removal, Resolved,
    Saved, Session, Tokens, Work, Write, answer, turns::in_order,
};
use crate::{
    http::{Call, Http, Repeat, Reply},
    secret::Secret,
};

mod account;
mod catalogue;
mod document;
mod entry;
mod list;
mod look;
mod manner;
mod refusal;
mod save;
mod sign_in;
mod work;

const PROVIDER: Provider = Provider::Kitsu;

/// The media type of every answer, and of every body but a sign-in's (kitsu.md §2).
const JSON_API: &str = "application/vnd.api+json";

/// Where Kitsu is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KitsuEndpoints {
    /// The JSON:API, such as `https://kitsu.app/api/edge`.
    pub api: Url,
    /// Has `/token` below it.
    pub oauth: Url,
}

/// The client of Kitsu.
#[derive(Clone, Debug)]
pub struct Kitsu {
    http: Http,
    endpoints: KitsuEndpoints,
}

#[async_trait::async_trait]
impl ProviderClient for Kitsu {
    fn abilities(&self) -> Abilities {
        let resolves = &[Provider::AniList, Provider::MyAnimeList];
        Abilities {
            shape: Shape::KITSU,
            resolves,
            writes_at_once: 24,
            searches_at_once: 15,
            refreshes: true,
            needs_client: false,
        }
    }

    async fn authenticate(&self, _app: &ApiClient, grant: Grant) -> Result<Tokens, ApiError> {
        self.trade_grant(grant).await
    }

    async fn refresh(&self, _app: &ApiClient, refresh_token: &Secret) -> Result<Tokens, ApiError> {
        self.trade_refresh_token(refresh_token).await
    }

    async fn revoke(&self, token: &Secret) -> Result<(), ApiError> {
        self.end_token(token).await
    }

    async fn who(&self, token: &Secret) -> Result<Account, ApiError> {
        self.account(token).await
    }

    async fn list(&self, session: &Session<'_>) -> Result<Listing, ApiError> {
        self.whole_list(session).await
    }

    async fn changed_since(&self, session: &Session<'_>, since: Time) -> Result<Listing, ApiError> {
        self.recent_part(session, since).await
    }

    async fn look(
        &self,
        session: &Session<'_>,
        ids: &[ExternalId],
    ) -> Result<Vec<(ExternalId, Option<Listed>)>, ApiError> {
        self.look_at(session, ids).await
    }

    /// One write at a time, as kitsu.md §3 advises.
    async fn save(&self, session: &Session<'_>, writes: &[Write]) -> Vec<Result<Saved, ApiError>> {
        in_order(PROVIDER, writes, 1, |write| self.save_one(session, write)).await
    }

    async fn remove(&self, session: &Session<'_>, entries: &[Removal]) -> Vec<Result<(), ApiError>> {
        in_order(PROVIDER, entries, 1, |entry| self.remove_one(session, entry)).await
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

    async fn work(
        &self,
        session: &Session<'_>,
        id: &ExternalId,
    ) -> Result<Option<(Work, Option<RemoteEntry>)>, ApiError> {
        self.work_with_entry(session, id).await
    }

    async fn resolve(
        &self,
        token: Option<&Secret>,
        foreign: &[(Provider, ExternalId)],
    ) -> Result<Vec<Resolved>, ApiError> {
        self.mapped(token, foreign).await
    }
}

impl Kitsu {
    /// A client that asks nothing yet.
    pub fn new(http: Http, endpoints: KitsuEndpoints) -> Self {
        Self { http, endpoints }
    }

    fn at(&self, segments: &[&str]) -> Url {
        answer::below(&self.endpoints.api, segments)
    }

    /// A request to the API, signed where there is a token.
    fn request(&self, method: Method, url: Url, token: Option<&Secret>) -> RequestBuilder {
        let request = self.http.client().request(method, url).header(header::ACCEPT, JSON_API);
        match token {
            Some(token) => request.bearer_auth(token.reveal()),
            None => request,
        }
    }

    /// Reads, and gives the answer or the error it means.
    async fn read(&self, route: &'static str, url: Url, token: Option<&Secret>) -> Result<Reply, ApiError> {
        let reply = self.send(route, self.request(Method::GET, url, token), Repeat::Read).await?;
        if reply.status.is_success() { Ok(reply) } else { Err(refusal::meant(&reply)) }
    }

    async fn send(&self, route: &'static str, request: RequestBuilder, repeat: Repeat) -> Result<Reply, ApiError> {
        // Addresses are ours and bodies are plain, so only a token that is none can spoil a request.
        let request = request.build().map_err(|_| ApiError::SignInAgain(PROVIDER))?;
        Ok(self.http.send(Call { provider: PROVIDER, route, request, repeat }).await?)
    }
}

/// Kitsu's ids are numbers; anything else is the id of nothing, and has no place in an address or a filter.
fn numeric(id: &str) -> Option<&str> {
    Some(id).filter(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
}
