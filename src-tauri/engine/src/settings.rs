//! What the user chose, as it is shown and changed. No secret ever leaves here.

use std::collections::BTreeMap;

use kuroibara_core::{Direction, Group, Provider, ProviderPolicy, RemovalPolicy, Rule, Time};
use serde::{Deserialize, Serialize};

use crate::{
    Engine,
    error::EngineError,
    secret::Secret,
    store::{Integration, User},
};

/// All settings, in the shape of the command line's answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SettingsView {
    /// AniList's.
    pub anilist: IntegrationView,
    /// MyAnimeList's.
    pub myanimelist: IntegrationView,
    /// Kitsu's.
    pub kitsu: IntegrationView,
    /// Whether what came from one provider may go to another.
    pub keep_in_step: bool,
    /// The share of a service's titles that a sync may lower, clear or remove without asking, in hundredths.
    pub guard_percent: u32,
}

impl SettingsView {
    /// One per provider.
    pub fn integrations(&self) -> [(Provider, &IntegrationView); 3] {
        let Self { anilist, myanimelist, kitsu, .. } = self;
        [(Provider::AniList, anilist), (Provider::MyAnimeList, myanimelist), (Provider::Kitsu, kitsu)]
    }
}

/// One integration, without any secret.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct IntegrationView {
    /// Whether there is a sign-in, good or not.
    pub is_connected: bool,
    /// How the sign-in stands.
    pub state: ConnectionState,
    /// The account's id there.
    pub external_user_id: Option<String>,
    /// The account's name.
    pub external_username: Option<String>,
    /// When the sign-in ends, unless it is renewed.
    pub token_expires_at: Option<Time>,
    /// Whether an API client is set up, by the user or by default.
    pub client_id_set: bool,
    /// Whether it has a secret.
    pub client_secret_set: bool,
    /// Whether this provider takes part.
    pub sync_enabled: bool,
    /// Whether chapters, volumes and rereads take part.
    pub sync_reading_progress: bool,
    /// Whether scores take part.
    pub sync_ratings: bool,
    /// Whether the status takes part.
    pub sync_status: bool,
    /// Whether changes travel by themselves.
    pub auto_sync: bool,
    /// Which way they travel.
    pub direction: Direction,
    /// Who wins.
    pub rule: Rule,
    /// Who wins in these groups of fields instead.
    pub own_rules: BTreeMap<Group, Rule>,
    /// What follows a removal in the library.
    pub removal: RemovalPolicy,
    /// What a removal in the library leads to as things stand; none: nothing, since nothing goes to this provider. One that
    /// lacks only a good sign-in still takes part: what follows there waits for the sign-in.
    pub on_removal: Option<RemovalPolicy>,
    /// Whether private entries may go where privacy can't be held.
    pub export_private: bool,
    /// Whether volumes are mapped where that is a choice (Kitsu's `volumesOwned`).
    pub volumes: bool,
    /// When the last sync ended.
    pub last_sync_at: Option<Time>,
    /// How it ended; `pending` before the first.
    pub last_sync_status: String,
}

/// How a sign-in stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// There is none.
    Disconnected,
    /// It is good.
    Connected,
    /// Only the person can make it good again.
    SignInAgain,
    /// It is good, and syncing is switched off.
    Paused,
}

/// A change of settings: what is none stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(default, deny_unknown_fields)]
pub struct SettingsChange {
    /// See [`IntegrationView::sync_enabled`]; the same for the others.
    pub sync_enabled: Option<bool>,
    /// Chapters, volumes and rereads.
    pub sync_reading_progress: Option<bool>,
    /// Scores.
    pub sync_ratings: Option<bool>,
    /// The status.
    pub sync_status: Option<bool>,
    /// By themselves.
    pub auto_sync: Option<bool>,
    /// Which way.
    pub direction: Option<Direction>,
    /// Who wins.
    pub rule: Option<Rule>,
    /// Who wins in these groups of fields instead; none: whoever wins in the others. A group that is not named stays.
    pub own_rules: BTreeMap<Group, Option<Rule>>,
    /// What follows a removal.
    pub removal: Option<RemovalPolicy>,
    /// Private entries.
    pub export_private: Option<bool>,
    /// Volumes.
    pub volumes: Option<bool>,
}

impl Engine {
    /// All settings.
    pub async fn settings(&self) -> Result<SettingsView, EngineError> {
        let integrations = self.db.integrations().await?;
        let [anilist, myanimelist, kitsu] = Provider::ALL.map(|provider| self.view(&integrations[provider]));
        let User { keep_in_step, guard_percent, .. } = self.db.local_user().await?;
        Ok(SettingsView { anilist, myanimelist, kitsu, keep_in_step, guard_percent })
    }

    /// One integration's settings.
    pub async fn integration(&self, provider: Provider) -> Result<IntegrationView, EngineError> {
        Ok(self.view(&self.db.integration(provider).await?))
    }

    /// Changes an integration's settings. What they let through now is merged by the next sync.
    pub async fn update(&self, provider: Provider, change: &SettingsChange) -> Result<IntegrationView, EngineError> {
        let before = self.db.integration(provider).await?;
        let mut policy = before.policy;
        set(&mut policy.enabled, change.sync_enabled);
        set(&mut policy.progress, change.sync_reading_progress);
        set(&mut policy.ratings, change.sync_ratings);
        set(&mut policy.status, change.sync_status);
        set(&mut policy.direction, change.direction);
        set(&mut policy.rule, change.rule);
        change.own_rules.iter().for_each(|(group, rule)| policy.own_rules[*group] = *rule);
        set(&mut policy.removal, change.removal);
        set(&mut policy.export_private, change.export_private);
        set(&mut policy.volumes, change.volumes);
        let auto_sync = change.auto_sync.unwrap_or(before.auto_sync);
        self.db.set_policy(provider, &policy, auto_sync, self.clock.now()).await?;
        if policy != before.policy {
            self.db.unsettle(Some(before.id)).await?;
        }
        self.integration(provider).await
    }

    /// Says whether what came from one provider may go to another. Switching it on makes a plan that waits.
    pub async fn set_keep_in_step(&self, on: bool) -> Result<bool, EngineError> {
        let before = self.db.local_user().await?.keep_in_step;
        self.db.set_keep_in_step(on).await?;
        if on && !before {
            self.db.unsettle(None).await?;
            self.db.withdraw_approvals(self.clock.now()).await?;
        }
        Ok(on)
    }

    /// Chooses the share of a service's titles that a sync may lower, clear or remove without asking: 1 to 100 hundredths.
    pub async fn set_guard(&self, percent: u32) -> Result<u32, EngineError> {
        if !(1..=100).contains(&percent) {
            return Err(EngineError::BadInput(format!("the share is 1 to 100 per cent, and {percent} is not")));
        }
        self.db.set_guard(percent).await?;
        Ok(percent)
    }

    /// Stores the API client that the user registered at a provider. Its secret is sealed.
    pub async fn set_up(
        &self,
        provider: Provider,
        client_id: &str,
        client_secret: Option<&Secret>,
    ) -> Result<IntegrationView, EngineError> {
        let client_id = client_id.trim();
        if client_id.is_empty() || client_id.chars().any(char::is_whitespace) {
            return Err(EngineError::Refused(format!(
                "a client id is the text that {} shows, in one piece",
                provider.title()
            )));
        }
        let integration = self.db.integration(provider).await?;
        let sealed = match client_secret {
            Some(secret) => Some(self.seal(&integration, "client_secret", secret).await?),
            None => None,
        };
        self.db.set_client(provider, Some(client_id), sealed.as_ref(), self.clock.now()).await?;
        self.integration(provider).await
    }

    pub(crate) fn view(&self, integration: &Integration) -> IntegrationView {
        let default = self.config.clients[integration.provider].clone();
        let own = integration.client_id.is_some();
        IntegrationView {
            is_connected: integration.is_connected(),
            state: self.state(integration),
            external_user_id: integration.account_id.clone().filter(|_| integration.is_connected()),
            external_username: integration.account_name.clone().filter(|_| integration.is_connected()),
            token_expires_at: integration.token_expires_at,
            client_id_set: own || default.id.is_some(),
            client_secret_set: if own { integration.client_secret.is_some() } else { default.secret.is_some() },
            sync_enabled: integration.policy.enabled,
            sync_reading_progress: integration.policy.progress,
            sync_ratings: integration.policy.ratings,
            sync_status: integration.policy.status,
            auto_sync: integration.auto_sync,
            direction: integration.policy.direction,
            rule: integration.policy.rule,
            own_rules: own_rules(&integration.policy),
            removal: integration.policy.removal,
            on_removal: integration.policy.on_removal().filter(|_| integration.is_connected()),
            export_private: integration.policy.export_private,
            volumes: integration.policy.volumes,
            last_sync_at: integration.last_sync_at,
            last_sync_status: integration.last_sync_status.clone(),
        }
    }

    fn state(&self, integration: &Integration) -> ConnectionState {
        let ended = integration.token_expires_at.is_some_and(|at| at <= self.clock.now());
        match (integration.is_connected(), integration.policy.enabled) {
            (false, _) => ConnectionState::Disconnected,
            (true, _) if integration.sign_in_again => ConnectionState::SignInAgain,
            (true, _) if ended && integration.refresh_token.is_none() => ConnectionState::SignInAgain,
            (true, true) => ConnectionState::Connected,
            (true, false) => ConnectionState::Paused,
        }
    }
}

/// The rules that single groups of fields have.
pub(crate) fn own_rules(policy: &ProviderPolicy) -> BTreeMap<Group, Rule> {
    policy.own_rules.iter().filter_map(|(group, rule)| Some((group, (*rule)?))).collect()
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}
