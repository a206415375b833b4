//! Tokens: by a code and the client's secret, or brought by the browser itself. There is no renewing (anilist.md §2).

use base64::Engine as _;
use chrono::Duration;
use kuroibara_core::{Provider, Time};
use serde::Deserialize;
use url::Url;

use super::{
    AniList,
    ask::{parse, refused, unreadable},
    batch::Root,
    documents::{Viewer, viewer},
};
use crate::{
    http::Repeat,
    providers::{Account, ApiClient, ApiError, Grant, Tokens},
    secret::Secret,
};

/// Tokens that came in the address of an implicit sign-in: there is nothing to trade. The end is what the token itself says,
/// else what the address said.
pub fn tokens_from_implicit(token: Secret, expires_in: Option<Duration>, now: Time) -> Tokens {
    let expires_at = end_by_token(&token).or_else(|| now.checked_add_signed(expires_in?));
    Tokens { access: token, refresh: None, expires_at }
}

impl AniList {
    /// Trades the code for a token.
    pub(super) async fn tokens(&self, app: &ApiClient, grant: Grant) -> Result<Tokens, ApiError> {
        let Grant::Code { code, redirect_uri, .. } = grant else {
            return Err(refused("AniList has no sign-in by password: use the browser"));
        };
        let secret = app.secret.as_ref().map(Secret::reveal).unwrap_or_default();
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", app.id.as_deref().unwrap_or_default()),
            ("client_secret", secret),
            ("redirect_uri", &redirect_uri),
            ("code", code.reveal()),
        ];
        let request = self.http.client().post(self.token_address()).header("accept", "application/json").form(&form);
        // A code is good for one exchange only.
        let reply = self.http.send(self.call("token", Repeat::Never, request)?).await?;
        if !reply.status.is_success() {
            return Err(refused(&reason(&reply.body)));
        }
        let answer: TokenAnswer = serde_json::from_slice(&reply.body).map_err(|_| unreadable("the token"))?;
        let expires_in = answer.expires_in.and_then(Duration::try_seconds);
        Ok(tokens_from_implicit(Secret::new(answer.access_token), expires_in, reply.received_at))
    }

    /// Whose token it is.
    pub(super) async fn viewer(&self, token: &Secret) -> Result<Account, ApiError> {
        let read = self.read(Some(token), "who", &[Root::new::<Viewer>(viewer::Variables)]).await?;
        let slot = read.slots.into_iter().next().unwrap_or_default();
        let viewer: viewer::ViewerSlot = parse(slot, "the account")?;
        Ok(Account { id: viewer.id.to_string(), name: viewer.name })
    }

    fn token_address(&self) -> Url {
        let mut address = self.endpoints.oauth.clone();
        let path = format!("{}/token", address.path().trim_end_matches('/'));
        address.set_path(&path);
        address
    }
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    expires_in: Option<i64>,
}

/// The service's own words; its server speaks in two dialects.
#[derive(Default, Deserialize)]
struct TokenFault {
    message: Option<String>,
    error_description: Option<String>,
    hint: Option<String>,
    error: Option<String>,
}

fn reason(body: &[u8]) -> String {
    let fault: TokenFault = serde_json::from_slice(body).unwrap_or_default();
    let words = fault.message.or(fault.error_description).or(fault.error);
    let words: Vec<String> = words.into_iter().chain(fault.hint).collect();
    if words.is_empty() { format!("{} gave no reason", Provider::AniList.title()) } else { words.join(" ") }
}

/// When the token ends, as it says itself: it is a JWT, whose middle part is readable to everybody.
fn end_by_token(token: &Secret) -> Option<Time> {
    #[derive(Deserialize)]
    struct Claims {
        // Passport writes fractions of seconds.
        exp: f64,
    }
    let middle = token.reveal().split('.').nth(1)?;
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(middle).ok()?;
    let claims: Claims = serde_json::from_slice(&claims).ok()?;
    Time::from_timestamp(claims.exp as i64, 0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn token(claims: &str) -> Secret {
        let middle = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims);
        Secret::new(format!("head.{middle}.signature"))
    }

    #[test]
    fn the_end_is_what_the_token_says_else_what_the_address_said() {
        let now = Time::from_timestamp(1_700_000_000, 0).unwrap();
        let end = |token, expires_in| tokens_from_implicit(token, expires_in, now).expires_at.map(|t| t.timestamp());
        let hour = Some(Duration::hours(1));
        assert_eq!(end(token(r#"{"exp":1731536000.25,"sub":"4242"}"#), hour), Some(1_731_536_000));
        assert_eq!(end(token("no claims"), hour), Some(1_700_003_600));
        assert_eq!(end(Secret::new("opaque"), None), None);
    }

    #[test]
    fn a_refused_exchange_is_told_in_the_services_words() {
        let body = br#"{"error":"unsupported_grant_type","message":"Not supported.","hint":"Check the parameters"}"#;
        assert_eq!(reason(body), "Not supported. Check the parameters");
        assert_eq!(reason(br#"{"error":"invalid_client"}"#), "invalid_client");
        assert_eq!(reason(b"<html>"), "AniList gave no reason");
    }
}
