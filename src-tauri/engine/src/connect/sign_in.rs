//! A token that is good right now: opened from the vault, and renewed in time, by one process at a time.

use std::time::Duration;

use chrono::TimeDelta;
use kuroibara_core::Provider;

use crate::{
    Engine,
    error::EngineError,
    providers::{ApiClient, ApiError, ProviderClient, Tokens},
    secret::Secret,
    store::{Integration, LeaseProof, Sealed},
    vault::Place,
};

/// A token is renewed this long before it ends.
const EARLY: TimeDelta = TimeDelta::minutes(5);
/// How long one renewal may take before another process may try.
const RENEWAL: Duration = Duration::from_secs(60);

/// The sign-in of one integration.
pub(crate) struct SignIn<'a> {
    engine: &'a Engine,
    integration: &'a Integration,
}

impl<'a> SignIn<'a> {
    pub(crate) fn of(engine: &'a Engine, integration: &'a Integration) -> Self {
        Self { engine, integration }
    }

    fn provider(&self) -> Provider {
        self.integration.provider
    }

    /// A token that is good for a while: as it is stored, or renewed where it is about to end and can be renewed.
    pub(crate) async fn token(&self, client: &dyn ProviderClient) -> Result<Secret, EngineError> {
        let sealed = self.integration.access_token.as_ref().ok_or(EngineError::NotConnected(self.provider()))?;
        let token = self.open("access_token", sealed).await?;
        let now = self.engine.clock.now();
        match self.integration.token_expires_at {
            Some(at) if at - now <= EARLY && client.abilities().refreshes => self.renew(client, &token).await,
            Some(at) if at <= now => Err(self.failed(ApiError::SignInAgain(self.provider())).await),
            Some(_) | None => Ok(token),
        }
    }

    /// A new token in place of `old`. Whoever comes second gets what the first one stored: a refresh token may be good
    /// for one use only.
    pub(crate) async fn renew(&self, client: &dyn ProviderClient, old: &Secret) -> Result<Secret, EngineError> {
        let lease = self.take_turn().await?;
        let renewed = self.renew_alone(client, old).await;
        self.engine.db.release_lease(&lease).await?;
        renewed
    }

    async fn take_turn(&self) -> Result<LeaseProof, EngineError> {
        let name = format!("token:{}", self.integration.id);
        let holder = uuid::Uuid::new_v4().to_string();
        // A holder that died frees its turn when its lease ends.
        for _ in 0..2 * RENEWAL.as_secs() * 4 {
            if let Some(lease) = self.engine.db.acquire_lease(&name, &holder, RENEWAL).await? {
                return Ok(lease);
            }
            self.engine.clock.sleep(Duration::from_millis(250)).await;
        }
        Err(EngineError::Busy)
    }

    async fn renew_alone(&self, client: &dyn ProviderClient, old: &Secret) -> Result<Secret, EngineError> {
        let current = self.engine.db.integration(self.provider()).await?;
        let stored = current.access_token.as_ref().ok_or(EngineError::NotConnected(self.provider()))?;
        let stored = self.open("access_token", stored).await?;
        if stored.reveal() != old.reveal() {
            return Ok(stored);
        }
        let Some(sealed) = current.refresh_token.as_ref() else {
            return Err(self.failed(ApiError::SignInAgain(self.provider())).await);
        };
        let refresh = self.open("refresh_token", sealed).await?;
        let app = self.engine.api_client(&current).await?;
        match client.refresh(&app, &refresh).await {
            Ok(tokens) => self.store(tokens).await,
            Err(error) => Err(self.failed(error).await),
        }
    }

    /// The new pair is stored before it is used.
    async fn store(&self, tokens: Tokens) -> Result<Secret, EngineError> {
        let access = self.engine.seal(self.integration, "access_token", &tokens.access).await?;
        let refresh = match &tokens.refresh {
            Some(token) => Some(self.engine.seal(self.integration, "refresh_token", token).await?),
            None => None,
        };
        let (db, now) = (&self.engine.db, self.engine.clock.now());
        if db.renew_tokens(self.integration.id, &access, refresh.as_ref(), tokens.expires_at, now).await? {
            Ok(tokens.access)
        } else {
            Err(EngineError::NotConnected(self.provider()))
        }
    }

    /// Remembers that only the person can help, where that is so.
    pub(crate) async fn failed(&self, error: ApiError) -> EngineError {
        if let ApiError::SignInAgain(_) = error
            && let Err(error) = self.engine.db.needs_sign_in(self.integration.id, self.engine.clock.now()).await
        {
            return error.into();
        }
        error.into()
    }

    async fn open(&self, column: &str, sealed: &Sealed) -> Result<Secret, EngineError> {
        Ok(self.engine.vault().open(&Place::new(self.integration.id, column), &sealed.0).await?)
    }
}

impl Engine {
    /// The API client of an integration: what the user set up, else the default.
    pub(crate) async fn api_client(&self, integration: &Integration) -> Result<ApiClient, EngineError> {
        let default = self.config.clients[integration.provider].clone();
        let Some(id) = &integration.client_id else { return Ok(default) };
        let secret = match &integration.client_secret {
            Some(sealed) => Some(self.vault().open(&Place::new(integration.id, "client_secret"), &sealed.0).await?),
            None => None,
        };
        Ok(ApiClient { id: Some(id.clone()), secret })
    }

    /// Seals a secret for a column of an integration.
    pub(crate) async fn seal(
        &self,
        integration: &Integration,
        column: &str,
        secret: &Secret,
    ) -> Result<Sealed, EngineError> {
        Ok(Sealed(self.vault().seal(&Place::new(integration.id, column), secret).await?))
    }
}
