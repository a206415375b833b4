//! Name and password, and refresh tokens, for token pairs (kitsu.md §1). Knows no list.

use reqwest::StatusCode;
use serde::Deserialize;

use super::{Kitsu, PROVIDER};
use crate::{
    http::{Repeat, Reply},
    providers::{ApiError, Grant, Tokens, answer},
    secret::Secret,
};

impl Kitsu {
    /// Without a client: Kitsu asks for none here, and empty keys would be refused. Asking twice brings the same token.
    pub(super) async fn trade_grant(&self, grant: Grant) -> Result<Tokens, ApiError> {
        let Grant::Password { username, password } = grant else {
            return Err(answer::refused(PROVIDER, "it knows no sign-in by browser: use e-mail and password"));
        };
        let form = [("grant_type", "password"), ("username", &username), ("password", password.reveal())];
        let reply = self.trade("token", &form, Repeat::Safe).await?;
        match reply.status {
            status if status.is_success() => answer::tokens(PROVIDER, &reply),
            status if status.is_client_error() => Err(answer::refused(PROVIDER, &words(&reply))),
            _ => Err(answer::outage(PROVIDER, &reply)),
        }
    }

    /// A refresh token works once: whether a lost answer has used it up shows when it is tried next.
    pub(super) async fn trade_refresh_token(&self, token: &Secret) -> Result<Tokens, ApiError> {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token.reveal())];
        let reply = self.trade("token", &form, Repeat::Never).await?;
        match reply.status {
            status if status.is_success() => answer::tokens(PROVIDER, &reply),
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED => Err(ApiError::SignInAgain(PROVIDER)),
            _ => Err(answer::outage(PROVIDER, &reply)),
        }
    }

    /// A token that is no good any more needs no ending.
    pub(super) async fn end_token(&self, token: &Secret) -> Result<(), ApiError> {
        let reply = self.trade("revoke", &[("token", token.reveal())], Repeat::Safe).await?;
        match reply.status {
            status if status.is_success() => Ok(()),
            StatusCode::UNAUTHORIZED => Ok(()),
            status if status.is_client_error() => Err(answer::refused(PROVIDER, &words(&reply))),
            _ => Err(answer::outage(PROVIDER, &reply)),
        }
    }

    async fn trade(
        &self,
        route: &'static str,
        form: &[(&'static str, &str)],
        repeat: Repeat,
    ) -> Result<Reply, ApiError> {
        let url = answer::below(&self.endpoints.oauth, &[route]);
        self.send(route, self.http.client().post(url).form(form), repeat).await
    }
}

/// `{"error":…,"error_description":…}`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: String,
    error_description: Option<String>,
}

fn words(reply: &Reply) -> String {
    // A refusal without a readable body still has its status.
    let refusal: Refusal = serde_json::from_slice(&reply.body).unwrap_or_default();
    match (refusal.error.as_str(), refusal.error_description) {
        ("invalid_grant", _) => "the e-mail address, the name or the password is wrong".to_owned(),
        ("", _) => format!("status {}", reply.status.as_u16()),
        (code, description) => description.unwrap_or_else(|| code.to_owned()),
    }
}
