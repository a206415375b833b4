//! Connecting and disconnecting accounts.

use chrono::Timelike;
use kuroibara_core::{Provider, Time};
use serde::Serialize;

use crate::{
    Engine,
    error::EngineError,
    http::{Http, HttpError},
    keystore::LOGIN_COLUMN,
    oauth::{self, Beginning, Brought, PendingLogin, Redirect, Return, ReturnError},
    providers::{Account, ApiError, Grant, Tokens, anilist},
    secret::Secret,
    settings::IntegrationView,
    store::{PendingLogin as StoredLogin, Sealed, SignedIn},
    vault::Place,
};

/// A sign-in that has begun: the page to open, and how long it may take.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct LoginBegun {
    /// The page to open in a browser.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub authorize_url: url::Url,
    /// What the provider sends back with the code, where it does.
    pub state: String,
    /// When it is too late.
    pub expires_at: Time,
}

impl Engine {
    /// Begins a sign-in by browser. It may be finished by another process, once, within ten minutes.
    pub async fn begin_login(&self, provider: Provider) -> Result<LoginBegun, EngineError> {
        self.begin_login_by(provider, Redirect::DeepLink).await
    }

    /// The same with the browser sent back to where the person registered it to be.
    pub async fn begin_login_by(&self, provider: Provider, redirect: Redirect) -> Result<LoginBegun, EngineError> {
        let integration = self.db.integration(provider).await?;
        let app = self.api_client(&integration).await?;
        let now = self.clock.now();
        let beginning = Beginning {
            provider,
            client_id: app.id.as_deref(),
            has_secret: app.secret.is_some(),
            oauth: self.config.endpoints.oauth(provider),
            redirect_uri: &self.sign_in_address(provider, redirect).unwrap_or_default(),
            now,
        };
        let begun = oauth::begin(&beginning, &mut rand::rng())?;
        self.keep(&begun.login, now).await?;
        let state = begun.login.state.reveal().to_owned();
        let expires_at = begun.login.expires_at.with_nanosecond(0).unwrap_or(begun.login.expires_at);
        Ok(LoginBegun { authorize_url: begun.authorize_url, state, expires_at })
    }

    /// The address to register at the provider; none: it has no such.
    pub fn sign_in_address(&self, provider: Provider, redirect: Redirect) -> Option<String> {
        redirect.address(provider, self.config.endpoints.oauth(provider))
    }

    /// Finishes a sign-in with the address that the browser was sent back to. The answer names the account, so that a
    /// person sees who was connected.
    pub async fn finish_login(&self, text: &str) -> Result<(Provider, IntegrationView), EngineError> {
        let now = self.clock.now();
        let pending = self.pending().await?;
        let Return { login, brought } = oauth::parse_return(text, &pending, now)?;
        let http = self.http.knocking();
        http.may_ask(login.provider).await?;
        // Taken out before anything is sent: whoever comes second with the same address finds nothing.
        let taken = self.db.take_login(&login.id, now).await?.ok_or(ReturnError::Replayed(login.provider))?;
        let entered = self.enter(&http, login.provider, brought).await;
        if entered.as_ref().is_err_and(never_arrived) {
            self.db.keep_login(&taken, now).await?;
        }
        Ok((login.provider, entered?))
    }

    async fn enter(&self, http: &Http, provider: Provider, brought: Brought) -> Result<IntegrationView, EngineError> {
        let tokens = match brought {
            Brought::Code(grant) => self.authenticate(http, provider, grant).await?,
            Brought::Token { access, expires_in } => {
                anilist::tokens_from_implicit(access, expires_in, self.clock.now())
            }
        };
        self.signed_in(http, provider, tokens).await
    }

    /// Signs in to Kitsu with e-mail or name and a password, which is not kept.
    pub async fn connect_kitsu(&self, username: &str, password: Secret) -> Result<IntegrationView, EngineError> {
        if username.trim().is_empty() || password.reveal().is_empty() {
            return Err(EngineError::Refused("Kitsu wants your e-mail address or name, and your password".into()));
        }
        let grant = Grant::Password { username: username.trim().to_owned(), password };
        let http = self.http.knocking();
        let tokens = self.authenticate(&http, Provider::Kitsu, grant).await?;
        self.signed_in(&http, Provider::Kitsu, tokens).await
    }

    /// Erases the tokens, here and where the provider can. The library, its links and what was agreed stay.
    pub async fn disconnect(&self, provider: Provider) -> Result<IntegrationView, EngineError> {
        let integration = self.db.integration(provider).await?;
        for (column, sealed) in
            [("refresh_token", &integration.refresh_token), ("access_token", &integration.access_token)]
        {
            let Some(sealed) = sealed else { continue };
            // Erasing here must not depend on the keyring or the network.
            match self.vault().open(&Place::new(integration.id, column), &sealed.0).await {
                Ok(token) => {
                    if let Err(error) = self.client(provider).revoke(&token).await {
                        tracing::info!(%provider, code = error.code(), "the token could not be revoked there");
                    }
                }
                Err(error) => tracing::info!(%provider, %error, "the token could not be opened to revoke it"),
            }
        }
        self.db.disconnect(provider, self.clock.now()).await?;
        self.integration(provider).await
    }

    async fn authenticate(&self, http: &Http, provider: Provider, grant: Grant) -> Result<Tokens, EngineError> {
        let app = self.api_client(&self.db.integration(provider).await?).await?;
        self.client_over(http, provider).authenticate(&app, grant).await.map_err(|error| match error {
            ApiError::Refused { provider, reason } => EngineError::SignInRefused { provider, reason },
            other => other.into(),
        })
    }

    /// Asks whose token it is, and stores it sealed.
    async fn signed_in(&self, http: &Http, provider: Provider, tokens: Tokens) -> Result<IntegrationView, EngineError> {
        let who = self.client_over(http, provider).who(&tokens.access).await?;
        let Account { id: account_id, name: account_name } = who;
        let integration = self.db.integration(provider).await?;
        let access_token = self.seal(&integration, "access_token", &tokens.access).await?;
        let refresh_token = match &tokens.refresh {
            Some(token) => Some(self.seal(&integration, "refresh_token", token).await?),
            None => None,
        };
        let token_expires_at = tokens.expires_at;
        let signed_in = SignedIn { access_token, refresh_token, token_expires_at, account_id, account_name };
        self.db.sign_in(provider, &signed_in, self.clock.now()).await?;
        self.integration(provider).await
    }

    async fn keep(&self, login: &PendingLogin, now: Time) -> Result<(), EngineError> {
        let body = self.vault().seal(&Place::new(&login.id, LOGIN_COLUMN), &login.to_secret()).await?;
        let (id, provider, expires_at) = (login.id.clone(), login.provider, login.expires_at);
        Ok(self.db.keep_login(&StoredLogin { id, provider, body: Sealed(body), expires_at }, now).await?)
    }

    /// The sign-ins that wait, and those that lately became too old, so that a late return is told why.
    async fn pending(&self) -> Result<Vec<PendingLogin>, EngineError> {
        let mut pending = Vec::new();
        for stored in self.db.pending_logins().await? {
            let text = self.vault().open(&Place::new(&stored.id, LOGIN_COLUMN), &stored.body.0).await?;
            pending.extend(PendingLogin::from_secret(&text));
        }
        Ok(pending)
    }
}

/// Whether what the browser brought is still unused, since the service has not seen it. Where only the question whose token it
/// is did not arrive, a second try is refused in the service's own words, and harms nothing.
fn never_arrived(error: &EngineError) -> bool {
    matches!(
        error,
        EngineError::Api(ApiError::Http(
            HttpError::Unreachable { .. } | HttpError::ShutOut { .. } | HttpError::Paused { .. }
        ))
    )
}
