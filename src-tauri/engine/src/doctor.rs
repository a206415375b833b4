//! Checks the set-up from the database to the providers, and says what to do about what it finds.
//!
//! It changes nothing but a sign-in that is about to end, and it asks each provider once, cheaply and not for long.

use std::time::Duration;

use chrono::TimeDelta;
use futures::future::join_all;
use serde::Serialize;

use crate::{
    Engine,
    connect::SignIn,
    error::EngineError,
    health::ends_at,
    http::HttpError,
    oauth,
    providers::{Account, ApiError},
    settings::ConnectionState,
    store::Integration,
    vault::{NoKeyring, Protection, VaultError},
};

/// A provider that is slower than this does not answer, for all a person cares.
const PATIENCE: Duration = Duration::from_secs(15);
/// Clocks may differ by this much before somebody should look: what is smaller is corrected unseen.
const CLOCK_SLACK: TimeDelta = TimeDelta::minutes(2);

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Check {
    /// What it is, such as `database` or `kitsu_sign_in`.
    pub name: String,
    /// Whether it is as it should be. What is not set up and not needed is fine too.
    pub ok: bool,
    /// What was found.
    pub message: String,
    /// What to do, where there is something to do.
    pub hint: Option<String>,
}

/// The one check that is left where the engine could not be opened.
pub fn unopened(error: &EngineError) -> Vec<Check> {
    vec![Check::bad("database", error.to_string(), "Nothing else can be checked before this is put right")]
}

impl Engine {
    /// Looks at everything: database, migrations, keyring, and at each provider's client, sign-in, service and clock.
    pub async fn doctor(&self) -> Result<Vec<Check>, EngineError> {
        let integrations = self.db.integrations().await?;
        let mut checks = self.check_database().await;
        checks.push(self.check_keyring().await);
        let providers = join_all(integrations.values().map(|integration| self.check_provider(integration))).await;
        checks.extend(providers.into_iter().flatten());
        Ok(checks)
    }

    async fn check_database(&self) -> Vec<Check> {
        let health = match self.db.health().await {
            Ok(health) => health,
            Err(error) => return unopened(&error.into()),
        };
        let place = match &health.file {
            Some(path) => path.display().to_string(),
            None => "the database server".into(),
        };
        let database = match health.damage {
            None => Check::good("database", format!("{place} is sound")),
            Some(damage) => Check::bad("database", format!("{place} is damaged: {damage}"), RESTORE),
        };
        vec![database, Check::good("migrations", format!("up to date (change {})", health.version))]
    }

    async fn check_keyring(&self) -> Check {
        match (self.vault().check().await, self.vault().probe_keyring().await) {
            (Ok(Protection::Keyring), _) => Check::good("keyring", "the sign-ins are sealed by a key in the keyring"),
            (Ok(Protection::Passphrase), _) => Check::good("keyring", "the sign-ins are sealed by your passphrase"),
            (Ok(Protection::Unused), Ok(())) => Check::good("keyring", "it works, and nothing had to be sealed yet"),
            (Ok(Protection::Unused), Err(reason)) => self.without_keyring(&reason),
            (Err(error), _) => Check::bad("keyring", error.to_string(), way_out(&error)),
        }
    }

    /// No keyring and nothing sealed yet: fine where a passphrase is at hand.
    fn without_keyring(&self, reason: &NoKeyring) -> Check {
        match self.config.passphrase {
            Some(_) => Check::good("keyring", format!("there is none ({reason}); your passphrase takes its place")),
            None => {
                Check::bad("keyring", format!("there is none to keep the sign-ins safe ({reason})"), SET_PASSPHRASE)
            }
        }
    }

    async fn check_provider(&self, integration: &Integration) -> Vec<Check> {
        let answered = tokio::time::timeout(PATIENCE, self.call_on(integration)).await;
        let service = match answered {
            Ok(answered) => check_service(integration, answered),
            Err(_) => Check::bad(
                &named(integration, "service"),
                format!("no answer from {} within {} seconds", integration.provider.title(), PATIENCE.as_secs()),
                TRY_LATER,
            ),
        };
        let clock = self.http.clock_ahead(integration.provider).map(|ahead| check_clock(integration, ahead));
        [self.check_client(integration), self.check_sign_in(integration), service].into_iter().chain(clock).collect()
    }

    /// Asks whose token it is, or where nobody is signed in for any title.
    async fn call_on(&self, integration: &Integration) -> Result<Option<Account>, EngineError> {
        let client = self.client(integration.provider);
        if !integration.is_connected() || integration.sign_in_again {
            let app = self.api_client(integration).await?;
            return Ok(client.search(None, &app, "berserk", 1).await.map(|_| None)?);
        }
        let sign_in = SignIn::of(self, integration);
        let token = sign_in.token(client.as_ref()).await?;
        match client.who(&token).await {
            Err(ApiError::TokenExpired(_)) => {
                let token = sign_in.renew(client.as_ref(), &token).await?;
                Ok(Some(client.who(&token).await?))
            }
            answered => Ok(Some(answered?)),
        }
    }

    fn check_client(&self, integration: &Integration) -> Check {
        let (name, provider) = (named(integration, "client"), integration.provider);
        let view = self.view(integration);
        match (self.client(provider).abilities().needs_client, view.client_id_set, view.client_secret_set) {
            (false, _, _) => Check::good(&name, format!("{} needs none", provider.title())),
            (true, true, true) => Check::good(&name, "set up, with a secret"),
            (true, true, false) => Check::good(&name, "set up, without a secret"),
            (true, false, _) => Check {
                hint: Some(format!(
                    "To use {}, register an API client there with the redirect address {} and run `kuroibara-cli setup {} \
                     --client-id ID`",
                    provider.title(),
                    oauth::redirect_uri(provider),
                    provider
                )),
                ok: !integration.is_connected(),
                ..Check::good(&name, "not set up")
            },
        }
    }

    fn check_sign_in(&self, integration: &Integration) -> Check {
        let (name, provider) = (named(integration, "sign_in"), integration.provider);
        let connect = format!("Run `kuroibara-cli connect {provider}`");
        let view = self.view(integration);
        let account = view.external_username.unwrap_or_default();
        match view.state {
            ConnectionState::Disconnected => {
                Check { hint: Some(connect), ..Check::good(&name, format!("{} is not connected", provider.title())) }
            }
            ConnectionState::SignInAgain => Check::bad(
                &name,
                format!("the sign-in as {account} has ended; edits wait until you sign in again"),
                connect,
            ),
            ConnectionState::Connected | ConnectionState::Paused => {
                let ends = ends_at(integration);
                let soon = ends.filter(|_| self.ends_soon(integration));
                let message = match ends {
                    Some(at) => {
                        let days = (at - self.clock.now()).num_days();
                        format!("signed in as {account} until {}, {days} more days", at.format("%Y-%m-%d"))
                    }
                    None => format!("signed in as {account}; renewed by itself"),
                };
                Check {
                    hint: soon.map(|_| format!("It ends soon and can't be renewed. {connect}")),
                    ..Check::good(&name, message)
                }
            }
        }
    }
}

/// A refusal is an answer too: who is not signed in may not be told everything.
fn check_service(integration: &Integration, answered: Result<Option<Account>, EngineError>) -> Check {
    let (name, title) = (named(integration, "service"), integration.provider.title());
    match answered {
        Ok(Some(account)) => Check::good(&name, format!("{title} answers and knows you as {}", account.name)),
        Ok(None) => Check::good(&name, format!("{title} answers")),
        Err(EngineError::Api(ApiError::SignInAgain(_) | ApiError::TokenExpired(_))) => {
            let connect = format!("Run `kuroibara-cli connect {}`", integration.provider);
            match integration.is_connected() {
                true => Check::bad(&name, format!("{title} answers, and does not know your sign-in any more"), connect),
                false => Check::good(&name, format!("{title} answers")),
            }
        }
        Err(EngineError::Api(ApiError::Refused { .. } | ApiError::NotFound(_))) if !integration.is_connected() => {
            Check::good(&name, format!("{title} answers"))
        }
        Err(EngineError::Vault(error)) => Check::bad(&name, format!("{title} was not asked: {error}"), way_out(&error)),
        Err(EngineError::Api(ApiError::Http(error @ HttpError::ShutOut { .. }))) => {
            Check::bad(&name, error.to_string(), TURNED_AWAY)
        }
        Err(error) => Check::bad(&name, error.to_string(), TRY_LATER),
    }
}

fn check_clock(integration: &Integration, ahead: TimeDelta) -> Check {
    let (name, seconds) = (named(integration, "clock"), ahead.num_seconds());
    let than = format!("{}'s clock", integration.provider.title());
    match ahead {
        ahead if ahead.abs() <= CLOCK_SLACK => Check::good(&name, format!("this machine's clock agrees with {than}")),
        ahead if ahead > TimeDelta::zero() => {
            Check::bad(&name, format!("this machine's clock is {seconds} seconds behind {than}"), SET_CLOCK)
        }
        _ => Check::bad(&name, format!("this machine's clock is {} seconds ahead of {than}", -seconds), SET_CLOCK),
    }
}

const RESTORE: &str = "Close Kuroibara and put a copy from the folder `backups` beside the database in its place";
const SET_PASSPHRASE: &str =
    "Set KUROIBARA_PASSPHRASE, or enter a passphrase when asked; or start a keyring such as GNOME Keyring or KWallet";
const SET_CLOCK: &str = "Set this machine's clock: edits are compared by their time";
const TURNED_AWAY: &str = "Wait some hours; the library and your edits are safe meanwhile. If the service's website does not open in \
    this machine's browser either, its network is shut out; if it does, Kuroibara's name is";
const TRY_LATER: &str = "Check the network and try again in a while; the library and your edits are safe meanwhile";

fn way_out(error: &VaultError) -> &'static str {
    match error {
        VaultError::NoKeyring(_) | VaultError::PassphraseNeeded => SET_PASSPHRASE,
        VaultError::WrongPassphrase => "Set KUROIBARA_PASSPHRASE to the passphrase that was chosen first",
        VaultError::Locked => "Unlock the keyring",
        VaultError::KeyGone | VaultError::Corrupt(_) => "Connect each service again; the library is not affected",
        VaultError::Store(_) => RESTORE,
    }
}

fn named(integration: &Integration, what: &str) -> String {
    format!("{}_{what}", integration.provider)
}

impl Check {
    fn good(name: &str, message: impl Into<String>) -> Self {
        Self { name: name.to_owned(), ok: true, message: message.into(), hint: None }
    }

    fn bad(name: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { ok: false, hint: Some(hint.into()), ..Self::good(name, message) }
    }
}
