//! The client of MyAnimeList's API v2 (myanimelist.md). Knows its addresses, words and oddities; knows no library.

use kuroibara_core::{ExternalId, Provider, Shape, Time};
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;
use url::Url;

use self::{
    entry::{STATUS_FIELDS, Status},
    work::{Node, WORK_FIELDS},
};
use super::{
    Abilities, Account, ApiClient, ApiError, Grant, Listed, Listing, ProviderClient, RemoteEntry, Removal, Resolved,
    Saved, Session, Tokens, Work, Write, answer, turns::in_order,
};
use crate::{
    http::{Call, Http, HttpError, PauseReason, Repeat, Reply, SHUT_OUT},
    secret::Secret,
};

mod entry;
mod list;
mod search;
mod sign_in;
mod work;

const PROVIDER: Provider = Provider::MyAnimeList;

/// Requests under way at once; the limiter paces them besides (myanimelist.md §4).
const AT_ONCE: usize = 2;

/// Where MyAnimeList is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MyAnimeListEndpoints {
    /// The API, such as `https://api.myanimelist.net/v2`.
    pub api: Url,
    /// Has `/authorize` and `/token` below it.
    pub oauth: Url,
}

/// The client of MyAnimeList.
#[derive(Clone, Debug)]
pub struct MyAnimeList {
    http: Http,
    endpoints: MyAnimeListEndpoints,
}

#[async_trait::async_trait]
impl ProviderClient for MyAnimeList {
    fn abilities(&self) -> Abilities {
        Abilities {
            shape: Shape::MYANIMELIST,
            resolves: &[],
            writes_at_once: 24,
            searches_at_once: 15,
            refreshes: true,
            needs_client: true,
        }
    }

    async fn authenticate(&self, app: &ApiClient, grant: Grant) -> Result<Tokens, ApiError> {
        self.trade_grant(app, grant).await
    }

    async fn refresh(&self, app: &ApiClient, refresh_token: &Secret) -> Result<Tokens, ApiError> {
        self.trade_refresh_token(app, refresh_token).await
    }

    /// MyAnimeList publishes no way to revoke a token (myanimelist.md §1): nothing is asked.
    async fn revoke(&self, _token: &Secret) -> Result<(), ApiError> {
        Ok(())
    }

    async fn who(&self, token: &Secret) -> Result<Account, ApiError> {
        let request = self.http.client().get(self.at(&["users", "@me"])).bearer_auth(token.reveal());
        let user: User = answer::read(PROVIDER, &self.ask("who", request, Repeat::Read).await?, "the account")?;
        Ok(Account { id: user.id.to_string(), name: user.name })
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
        let looks = in_order(PROVIDER, ids, AT_ONCE, |id| self.manga("look", session, id)).await;
        // An entry in words that we don't know yet is neither there for us nor certainly not there.
        let sure = ids.iter().zip(looks).filter(|(_, found)| !matches!(found, Err(ApiError::Unreadable { .. })));
        sure.map(|(id, found)| Ok((id.clone(), found?.and_then(listed)))).collect()
    }

    async fn save(&self, session: &Session<'_>, writes: &[Write]) -> Vec<Result<Saved, ApiError>> {
        in_order(PROVIDER, writes, AT_ONCE, |write| self.save_one(session, write)).await
    }

    async fn remove(&self, session: &Session<'_>, entries: &[Removal]) -> Vec<Result<(), ApiError>> {
        in_order(PROVIDER, entries, AT_ONCE, |entry| self.remove_one(session, &entry.id)).await
    }

    async fn search(
        &self,
        token: Option<&Secret>,
        app: &ApiClient,
        query: &str,
        limit: usize,
    ) -> Result<Vec<Work>, ApiError> {
        self.found(token, app, query, limit).await
    }

    async fn work(
        &self,
        session: &Session<'_>,
        id: &ExternalId,
    ) -> Result<Option<(Work, Option<RemoteEntry>)>, ApiError> {
        self.manga("work", session, id).await
    }

    /// MyAnimeList knows no foreign ids (myanimelist.md §6).
    async fn resolve(
        &self,
        _token: Option<&Secret>,
        _foreign: &[(Provider, ExternalId)],
    ) -> Result<Vec<Resolved>, ApiError> {
        Ok(Vec::new())
    }
}

#[derive(Deserialize)]
struct User {
    id: u64,
    name: String,
}

impl MyAnimeList {
    /// A client that asks nothing yet.
    pub fn new(http: Http, endpoints: MyAnimeListEndpoints) -> Self {
        Self { http, endpoints }
    }

    /// One manga with the entry if the list has one; none when there is no such manga.
    async fn manga(
        &self,
        route: &'static str,
        session: &Session<'_>,
        id: &ExternalId,
    ) -> Result<Option<(Work, Option<RemoteEntry>)>, ApiError> {
        let Some(id) = numeric(id) else { return Ok(None) };
        let mut url = self.at(&["manga", id]);
        let fields = format!("{WORK_FIELDS},my_list_status{{{STATUS_FIELDS}}}");
        url.query_pairs_mut().append_pair("fields", &fields);
        let request = self.http.client().get(url).bearer_auth(session.token.reveal());
        let node: Node = match self.ask(route, request, Repeat::Read).await {
            Ok(reply) => answer::read(PROVIDER, &reply, "a manga")?,
            Err(ApiError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        node.with_entry().map(Some)
    }

    /// One request per entry, whatever it changes: there are no batches (myanimelist.md §7). The answer holds every
    /// field that was asked for, so nothing is read again.
    async fn save_one(&self, session: &Session<'_>, write: &Write) -> Result<Saved, ApiError> {
        let mut url = self.entry_of(&write.id)?;
        url.query_pairs_mut().append_pair("fields", STATUS_FIELDS);
        let request = self.http.client().patch(url).bearer_auth(session.token.reveal()).form(&entry::form(write));
        let route = if write.before.is_none() { "create" } else { "save" };
        let reply = self.ask(route, request, Repeat::Never).await?;
        let status: Status = answer::read(PROVIDER, &reply, "the saved entry")?;
        status.entry().ok_or_else(|| answer::unreadable(PROVIDER, "the saved entry's status"))
    }

    /// What is not on the list any more is answered with 404 (myanimelist.md §3), which makes it safe to repeat.
    async fn remove_one(&self, session: &Session<'_>, id: &ExternalId) -> Result<(), ApiError> {
        let request = self.http.client().delete(self.entry_of(id)?).bearer_auth(session.token.reveal());
        match self.ask("remove", request, Repeat::Safe).await {
            Ok(_) | Err(ApiError::NotFound(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn entry_of(&self, id: &ExternalId) -> Result<Url, ApiError> {
        let id = numeric(id).ok_or(ApiError::NotFound(PROVIDER))?;
        Ok(self.at(&["manga", id, "my_list_status"]))
    }

    fn at(&self, segments: &[&str]) -> Url {
        answer::below(&self.endpoints.api, segments)
    }

    async fn ask(&self, route: &'static str, request: RequestBuilder, repeat: Repeat) -> Result<Reply, ApiError> {
        let accepted = accepted(self.send(route, request, repeat).await?);
        if let Err(ApiError::Http(HttpError::ShutOut { .. })) = &accepted {
            self.http.pause(PROVIDER, SHUT_OUT, PauseReason::ShutOut).await;
        }
        accepted
    }

    async fn send(&self, route: &'static str, request: RequestBuilder, repeat: Repeat) -> Result<Reply, ApiError> {
        // Addresses are ours and bodies are plain, so only a token that is none can spoil a request.
        let request = request.build().map_err(|_| ApiError::SignInAgain(PROVIDER))?;
        Ok(self.http.send(Call { provider: PROVIDER, route, request, repeat }).await?)
    }
}

/// MyAnimeList's ids are numbers; anything else is the id of nothing, and has no place in an address.
fn numeric(id: &ExternalId) -> Option<&str> {
    Some(id.as_str()).filter(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
}

fn listed((work, entry): (Work, Option<RemoteEntry>)) -> Option<Listed> {
    entry.map(|entry| Listed { work, entry })
}

/// `{"error":"code","message":"text"}` (myanimelist.md §2).
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: Option<String>,
    message: Option<String>,
}

impl Refusal {
    fn of(reply: &Reply) -> Self {
        // A refusal without a readable body still has its status.
        serde_json::from_slice(&reply.body).unwrap_or_default()
    }

    /// The message, or else the code, or else the status.
    fn words(self, status: StatusCode) -> String {
        let said = [self.message, self.error].into_iter().flatten().find(|text| !text.trim().is_empty());
        said.unwrap_or_else(|| format!("status {}", status.as_u16()))
    }
}

/// The answer, or the error it means (myanimelist.md §1, §2, §4).
fn accepted(reply: Reply) -> Result<Reply, ApiError> {
    if reply.status.is_success() {
        return Ok(reply);
    }
    let words = Refusal::of(&reply).words(reply.status);
    Err(match reply.status {
        StatusCode::UNAUTHORIZED => ApiError::TokenExpired(PROVIDER),
        // A 403 of the API's own speaks of credentials, which a renewed token may mend, or else of an attack that it takes
        // us for. One that is no JSON is a block as well, and never gets here.
        StatusCode::FORBIDDEN if words.contains("DoS") => {
            HttpError::ShutOut { provider: PROVIDER, status: reply.status.as_u16() }.into()
        }
        StatusCode::FORBIDDEN => ApiError::TokenExpired(PROVIDER),
        StatusCode::NOT_FOUND => ApiError::NotFound(PROVIDER),
        status if status.is_client_error() => answer::refused(PROVIDER, &words),
        _ => answer::outage(PROVIDER, &reply),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn error(status: u16, body: &'static str) -> ApiError {
        let received_at = "2026-01-01T00:00:00Z".parse().unwrap();
        let status = StatusCode::from_u16(status).unwrap();
        accepted(Reply { status, headers: Default::default(), body: body.into(), received_at }).unwrap_err()
    }

    #[test]
    fn a_403_speaks_of_credentials_unless_it_takes_us_for_an_attack() {
        assert!(matches!(error(403, r#"{"message":"","error":"forbidden"}"#), ApiError::TokenExpired(_)));
        let blocked = error(403, r#"{"message":"DoS detected","error":"forbidden"}"#);
        assert!(matches!(blocked, ApiError::Http(HttpError::ShutOut { .. })), "{blocked}");
    }

    #[test]
    fn a_refusal_without_words_has_its_status() {
        for body in ["", "[]", "{}", r#"{"message":" ","error":null}"#] {
            assert!(error(400, body).to_string().contains("400"), "{body}");
        }
    }
}
