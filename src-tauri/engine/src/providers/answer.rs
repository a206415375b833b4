//! What the services that speak plain HTTP have in common: reading a JSON answer, the answer of a token endpoint, and
//! following a page's link no further than the service itself. Knows no list and no service's own words.

use std::collections::HashSet;

use chrono::TimeDelta;
use kuroibara_core::{Provider, Value};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use super::{ApiError, Title, TitleKind, Tokens};
use crate::{
    http::{HttpError, Reply},
    secret::Secret,
};

/// The longest reason worth showing, in characters.
const LONGEST_REASON: usize = 200;

/// Reads an answer's body. The error names the place but quotes nothing, since a body may hold tokens and notes.
pub(super) fn read<T: DeserializeOwned>(provider: Provider, reply: &Reply, what: &str) -> Result<T, ApiError> {
    serde_json::from_slice(&reply.body).map_err(|e| {
        let place = format!("{what}, line {} column {}", e.line(), e.column());
        unreadable(provider, &place)
    })
}

/// An answer that makes no sense.
pub(super) fn unreadable(provider: Provider, what: &str) -> ApiError {
    ApiError::Unreadable { provider, what: what.to_owned() }
}

/// A refusal in the provider's own words, shortened.
pub(super) fn refused(provider: Provider, reason: &str) -> ApiError {
    ApiError::Refused { provider, reason: reason.trim().chars().take(LONGEST_REASON).collect() }
}

/// An answer that is not the API's own: a redirect, a server's failure.
pub(super) fn outage(provider: Provider, reply: &Reply) -> ApiError {
    HttpError::Outage { provider, status: reply.status.as_u16() }.into()
}

/// How far the provider's clock is ahead, where the answer says so.
pub(super) fn clock_ahead(reply: &Reply) -> Option<TimeDelta> {
    reply.headers.contains_key(reqwest::header::DATE).then(|| reply.clock_ahead())
}

/// The address below `base`, one path segment each.
pub(super) fn below(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    // Only an address that can't have a path fails here, and no endpoint is one.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// The link to a further page, if it leads to the same service: a token goes nowhere else.
pub(super) fn followed(provider: Provider, api: &Url, link: &str) -> Result<Url, ApiError> {
    let url = api.join(link).map_err(|_| unreadable(provider, "the link to the next page"))?;
    if url.origin() == api.origin() {
        Ok(url)
    } else {
        Err(unreadable(provider, "the link to the next page leads to another host"))
    }
}

/// A date as answered: absent and empty are no date; what can't be read is none of both, hence unknown.
pub(super) fn date(text: Option<&str>) -> Option<Value> {
    match text.unwrap_or_default() {
        "" => Some(Value::Date(None)),
        text => text.parse().ok().map(|date| Value::Date(Some(date))),
    }
}

/// The names besides `title`, each once, none of them blank; the kind that comes first stays.
pub(super) fn titles(title: &str, names: impl IntoIterator<Item = (TitleKind, String)>) -> Vec<Title> {
    let mut seen = HashSet::from([title.trim().to_owned(), String::new()]);
    let names = names.into_iter().map(|(kind, text)| Title { kind, text: text.trim().to_owned() });
    names.filter(|name| seen.insert(name.text.clone())).collect()
}

/// What a token endpoint answers.
#[derive(Deserialize)]
struct Pair {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: Option<i64>,
}

/// The tokens in an answer. They end `expires_in` after the answer came: a reused Kitsu token keeps its old
/// `created_at` (kitsu.md §1), and MyAnimeList's documents contradict themselves on lifetimes (myanimelist.md §1).
pub(super) fn tokens(provider: Provider, reply: &Reply) -> Result<Tokens, ApiError> {
    let pair: Pair = read(provider, reply, "the tokens")?;
    let lives = pair.expires_in.and_then(TimeDelta::try_seconds);
    Ok(Tokens {
        access: Secret::new(pair.access_token),
        refresh: pair.refresh_token.filter(|t| !t.is_empty()).map(Secret::new),
        expires_at: lives.and_then(|lives| reply.received_at.checked_add_signed(lives)),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn reply(body: &'static str) -> Reply {
        Reply {
            status: reqwest::StatusCode::OK,
            headers: reqwest::header::HeaderMap::new(),
            body: body.into(),
            received_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_token_ends_so_long_after_its_answer_came() {
        let tokens = tokens(Provider::Kitsu, &reply(r#"{"access_token":"a","refresh_token":"r","expires_in":60}"#));
        assert_eq!(tokens.unwrap().expires_at, Some("2026-01-01T00:01:00Z".parse().unwrap()));
    }

    #[test]
    fn a_lifetime_beyond_all_time_is_no_lifetime() {
        let tokens = tokens(Provider::Kitsu, &reply(r#"{"access_token":"a","expires_in":9223372036854775807}"#));
        assert_eq!(tokens.unwrap().expires_at, None);
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_not_quoted() {
        let error = tokens(Provider::Kitsu, &reply(r#"{"access_token":["tell-nobody"]}"#)).unwrap_err().to_string();
        assert!(!error.contains("tell-nobody"), "{error}");
    }

    #[test]
    fn a_link_to_another_host_scheme_or_port_is_not_followed() {
        let api: Url = "https://api.example/v2".parse().unwrap();
        for link in
            ["https://evil.example/v2/x", "http://api.example/v2/x", "https://api.example:8443/v2", "//evil.example/"]
        {
            assert!(followed(Provider::MyAnimeList, &api, link).is_err(), "{link}");
        }
        assert!(followed(Provider::MyAnimeList, &api, "https://api.example/v2/x?offset=1").is_ok());
    }

    #[test]
    fn segments_are_put_below_the_base_and_encoded() {
        let url = below(&"https://api.example/v2/".parse().unwrap(), &["manga", "1/../2", "@me"]);
        assert_eq!(url.as_str(), "https://api.example/v2/manga/1%2F..%2F2/@me");
    }
}
