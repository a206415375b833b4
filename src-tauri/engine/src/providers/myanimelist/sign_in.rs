//! Codes and refresh tokens for token pairs (myanimelist.md §1). Knows no list.

use reqwest::StatusCode;

use super::{MyAnimeList, PROVIDER, Refusal};
use crate::{
    http::{Repeat, Reply},
    providers::{ApiClient, ApiError, Grant, Tokens, answer},
    secret::Secret,
};

/// A form's pairs.
type Form<'a> = Vec<(&'static str, &'a str)>;

impl MyAnimeList {
    /// A code is good once, so nothing is repeated. The challenge is `plain`, which makes the verifier the challenge.
    pub(super) async fn trade_grant(&self, app: &ApiClient, grant: Grant) -> Result<Tokens, ApiError> {
        let Grant::Code { code, redirect_uri, verifier } = grant else {
            return Err(answer::refused(PROVIDER, "it takes no passwords: sign in with the browser"));
        };
        let mut form = client(app)?;
        form.extend([("grant_type", "authorization_code"), ("code", code.reveal()), ("redirect_uri", &redirect_uri)]);
        form.extend(verifier.as_ref().map(|verifier| ("code_verifier", verifier.reveal())));
        let reply = self.trade(&form, Repeat::Never).await?;
        match reply.status {
            status if status.is_success() => answer::tokens(PROVIDER, &reply),
            status if status.is_client_error() => Err(refusal(&reply)),
            _ => Err(answer::outage(PROVIDER, &reply)),
        }
    }

    /// The old refresh token stays good until it expires, so a lost answer may be asked for again. Only 400 and 401 say
    /// that the token is bad; everything else passes.
    pub(super) async fn trade_refresh_token(&self, app: &ApiClient, token: &Secret) -> Result<Tokens, ApiError> {
        let mut form = client(app)?;
        form.extend([("grant_type", "refresh_token"), ("refresh_token", token.reveal())]);
        let reply = self.trade(&form, Repeat::Safe).await?;
        match reply.status {
            status if status.is_success() => answer::tokens(PROVIDER, &reply),
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED => Err(ApiError::SignInAgain(PROVIDER)),
            _ => Err(answer::outage(PROVIDER, &reply)),
        }
    }

    async fn trade(&self, form: &Form<'_>, repeat: Repeat) -> Result<Reply, ApiError> {
        let url = answer::below(&self.endpoints.oauth, &["token"]);
        self.send("token", self.http.client().post(url).form(form), repeat).await
    }
}

/// Only clients of the type "web" have a secret.
fn client(app: &ApiClient) -> Result<Form<'_>, ApiError> {
    let id = app.id.as_deref().ok_or_else(|| answer::refused(PROVIDER, "no client id is set up for it"))?;
    let secret = app.secret.as_ref().map(|secret| ("client_secret", secret.reveal()));
    Ok([("client_id", id)].into_iter().chain(secret).collect())
}

fn refusal(reply: &Reply) -> ApiError {
    let refusal = Refusal::of(reply);
    let wrong_client = refusal.error.as_deref() == Some("invalid_client");
    let words = refusal.words(reply.status);
    let hint = if wrong_client { ": check the client id and secret" } else { "" };
    answer::refused(PROVIDER, &format!("{words}{hint}"))
}
