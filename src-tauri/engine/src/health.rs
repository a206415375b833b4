//! How each account stands: how long its sign-in lasts, what waits to be sent there, and why nobody may ask it now.

use chrono::TimeDelta;
use kuroibara_core::{Provider, Time};
use serde::Serialize;

use crate::{
    Engine,
    error::EngineError,
    http::PauseReason,
    providers::Notice,
    settings::ConnectionState,
    store::{Integration, Queue},
};

/// A sign-in that only the person can renew is announced so long before it ends.
const ANNOUNCED: TimeDelta = TimeDelta::days(14);

/// How one account stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct AccountHealth {
    /// Where.
    pub provider: Provider,
    /// How the sign-in stands.
    pub state: ConnectionState,
    /// The account's name.
    pub account: Option<String>,
    /// When the sign-in ends for good; none: it is renewed by itself, or there is none.
    pub ends_at: Option<Time>,
    /// Whole days until then; 0 where it has ended.
    pub days_left: Option<i64>,
    /// Whether it is time to sign in again.
    pub ends_soon: bool,
    /// Titles of which something waits to be sent.
    pub waiting: u32,
    /// Since when the oldest of them waits.
    pub waiting_since: Option<Time>,
    /// Titles that were refused for good.
    pub refused: u32,
    /// What the reader should know of the account, such as a filter that hides entries.
    pub notices: Vec<Notice>,
    /// Until when the provider must not be asked at all.
    pub paused_until: Option<Time>,
    /// Why.
    pub pause_reason: Option<PauseReason>,
}

impl Engine {
    /// How each account stands.
    pub async fn health(&self) -> Result<Vec<AccountHealth>, EngineError> {
        let integrations = self.db.integrations().await?;
        let queues = self.db.queues().await?;
        let pauses = self.db.pauses(self.clock.now()).await?;
        let health = |(provider, integration): (Provider, &Integration)| {
            let view = self.view(integration);
            let pause = pauses.iter().find(|pause| pause.provider == provider);
            let ends_at = ends_at(integration);
            let left = ends_at.map(|at| (at - self.clock.now()).num_days().max(0));
            let queue = queues[provider].filter(|_| integration.takes_part()).unwrap_or_default();
            let Queue { waiting, waiting_since, refused } = queue;
            AccountHealth {
                provider,
                state: view.state,
                account: view.external_username,
                ends_at,
                days_left: left,
                ends_soon: self.ends_soon(integration),
                waiting,
                waiting_since,
                refused,
                notices: integration.notices.clone().into_iter().filter(|_| integration.is_connected()).collect(),
                paused_until: pause.map(|pause| pause.until),
                pause_reason: pause.map(|pause| pause.reason),
            }
        };
        Ok(integrations.iter().map(health).collect())
    }

    /// Whether a sign-in that is still good ends soon, and only the person can renew it.
    pub(crate) fn ends_soon(&self, integration: &Integration) -> bool {
        let now = self.clock.now();
        let is_good = integration.is_connected() && !integration.sign_in_again;
        is_good && ends_at(integration).is_some_and(|at| at > now && at - now < ANNOUNCED)
    }
}

/// When a sign-in ends that nobody but the person can renew.
pub(crate) fn ends_at(integration: &Integration) -> Option<Time> {
    let is_for_good = integration.is_connected() && integration.refresh_token.is_none();
    integration.token_expires_at.filter(|_| is_for_good)
}
