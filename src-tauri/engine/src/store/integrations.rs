//! Table `external_integrations`: per provider the account, the sealed secrets, the switches and how far was read.
//!
//! All three rows exist from the first start. Secrets come and go as ciphertext; this file can't open them.

use std::collections::BTreeMap;

use chrono::Duration;
use enum_map::EnumMap;
use kuroibara_core::{Group, IntegrationId, Provider, ProviderPolicy, Rule, Time};

use super::{
    Db, StoreError,
    change::{IntegrationChange, ListingRead},
    sql::{Tx, args},
    text::{Word, json, some_count, some_from_json, some_time},
};
use crate::providers::Notice;

/// Ciphertext as the vault made it: never plain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed(pub String);

/// One provider account of the user, or the place for one.
#[derive(Clone, Debug, PartialEq)]
pub struct Integration {
    /// Its key, which stays when another account is connected.
    pub id: IntegrationId,
    /// Where.
    pub provider: Provider,
    /// The user's own API client, if one was set up.
    pub client_id: Option<String>,
    /// That client's secret.
    pub client_secret: Option<Sealed>,
    /// The access token; none: disconnected.
    pub access_token: Option<Sealed>,
    /// The refresh token, where there is one.
    pub refresh_token: Option<Sealed>,
    /// When the access token ends.
    pub token_expires_at: Option<Time>,
    /// Whether only the person can make the sign-in good again.
    pub sign_in_again: bool,
    /// The account's id at the provider. Kept when disconnected, so that the same account is known again.
    pub account_id: Option<String>,
    /// The account's name.
    pub account_name: Option<String>,
    /// The switches, the direction and the rules.
    pub policy: ProviderPolicy,
    /// Whether changes go out and come in by themselves (`auto_sync`).
    pub auto_sync: bool,
    /// The end of the last run.
    pub last_sync_at: Option<Time>,
    /// How it ended, as a stable word; `pending` before the first.
    pub last_sync_status: String,
    /// When a person approved what the first sync does; none: the first sync waits.
    pub approved_at: Option<Time>,
    /// The newest `updated_at` of a completed listing, in the provider's time.
    pub list_cursor: Option<Time>,
    /// When the last completed listing was begun, by our clock: what it did not name was then as last read.
    pub list_read_at: Option<Time>,
    /// When the last complete full listing was begun.
    pub last_full_at: Option<Time>,
    /// How many entries the provider last said it has.
    pub listed_total: Option<u32>,
    /// How far the provider's clock was ahead of ours at the last listing.
    pub clock_ahead: Duration,
    /// What the reader should know of the account, by its last listing that told.
    pub notices: Vec<Notice>,
}

impl Integration {
    /// Whether there is a token, good or not.
    pub fn is_connected(&self) -> bool {
        self.access_token.is_some()
    }

    /// Whether it is asked for anything at all: connected, and not switched off.
    pub fn takes_part(&self) -> bool {
        self.is_connected() && self.policy.enabled
    }
}

/// A sign-in to store.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The sealed access token.
    pub access_token: Sealed,
    /// The sealed refresh token, where there is one.
    pub refresh_token: Option<Sealed>,
    /// When the access token ends.
    pub token_expires_at: Option<Time>,
    /// The account's id.
    pub account_id: String,
    /// The account's name.
    pub account_name: String,
}

#[derive(sqlx::FromRow)]
struct IntegrationRow {
    id: uuid::Uuid,
    integration_type: String,
    client_id: Option<String>,
    client_secret: Option<String>,
    access_token: Option<String>,
    refresh_token: Option<String>,
    external_user_id: Option<String>,
    external_username: Option<String>,
    token_expires_at: Option<i64>,
    sync_enabled: bool,
    sync_reading_progress: bool,
    sync_ratings: bool,
    sync_status: bool,
    auto_sync: bool,
    last_sync_at: Option<i64>,
    last_sync_status: String,
    direction: String,
    rule: String,
    removal: String,
    export_private: bool,
    volumes: bool,
    own_rules: Option<String>,
    sign_in_again: bool,
    approved_at: Option<i64>,
    list_cursor: Option<i64>,
    list_read_at: Option<i64>,
    last_full_at: Option<i64>,
    listed_total: Option<i64>,
    clock_ahead: Option<i64>,
    notices: Option<String>,
}

impl TryFrom<IntegrationRow> for Integration {
    type Error = StoreError;

    fn try_from(row: IntegrationRow) -> Result<Self, StoreError> {
        let policy = row.policy()?;
        Ok(Self {
            id: IntegrationId(row.id),
            provider: super::text::provider(&row.integration_type)?,
            client_id: row.client_id,
            client_secret: row.client_secret.map(Sealed),
            access_token: row.access_token.map(Sealed),
            refresh_token: row.refresh_token.map(Sealed),
            token_expires_at: some_time(row.token_expires_at),
            sign_in_again: row.sign_in_again,
            account_id: row.external_user_id,
            account_name: row.external_username,
            policy,
            auto_sync: row.auto_sync,
            last_sync_at: some_time(row.last_sync_at),
            last_sync_status: row.last_sync_status,
            approved_at: some_time(row.approved_at),
            list_cursor: some_time(row.list_cursor),
            list_read_at: some_time(row.list_read_at),
            last_full_at: some_time(row.last_full_at),
            listed_total: some_count("listed_total", row.listed_total)?,
            clock_ahead: Duration::nanoseconds(row.clock_ahead.unwrap_or(0)),
            notices: some_from_json("notices", row.notices.as_deref())?.unwrap_or_default(),
        })
    }
}

impl IntegrationRow {
    fn policy(&self) -> Result<ProviderPolicy, StoreError> {
        Ok(ProviderPolicy {
            enabled: self.sync_enabled,
            progress: self.sync_reading_progress,
            ratings: self.sync_ratings,
            status: self.sync_status,
            direction: Word::read("direction", &self.direction)?,
            rule: Word::read("rule", &self.rule)?,
            own_rules: self.own_rules()?,
            removal: Word::read("removal", &self.removal)?,
            export_private: self.export_private,
            volumes: self.volumes,
        })
    }

    fn own_rules(&self) -> Result<EnumMap<Group, Option<Rule>>, StoreError> {
        let kept: Option<BTreeMap<Group, Rule>> = some_from_json("own_rules", self.own_rules.as_deref())?;
        let kept = kept.unwrap_or_default();
        Ok(EnumMap::from_fn(|group| kept.get(&group).copied()))
    }
}

impl Db {
    /// Notes how far a provider's clock is ahead of ours.
    pub async fn note_clock(&self, integration: IntegrationId, ahead: Duration) -> Result<(), StoreError> {
        let text = "UPDATE external_integrations SET clock_ahead = $2 WHERE id = $1";
        self.pool.run(text, args![integration, ahead.num_nanoseconds()]).await?;
        Ok(())
    }

    /// Keeps what the reader should know of the account.
    pub async fn note_notices(&self, integration: IntegrationId, notices: &[Notice]) -> Result<(), StoreError> {
        let text = "UPDATE external_integrations SET notices = $2 WHERE id = $1";
        self.pool.run(text, args![integration, json("notices", &notices)?]).await?;
        Ok(())
    }

    /// All three integrations.
    pub async fn integrations(&self) -> Result<EnumMap<Provider, Integration>, StoreError> {
        let rows: Vec<IntegrationRow> = self.pool.all(SELECT, args![self.user]).await?;
        let mut found: EnumMap<Provider, Option<Integration>> = EnumMap::default();
        for row in rows {
            let integration = Integration::try_from(row)?;
            let provider = integration.provider;
            found[provider] = Some(integration);
        }
        // Three rows are made with the user, and none is ever deleted.
        let [Some(anilist), Some(myanimelist), Some(kitsu)] = found.into_array() else {
            return Err(StoreError::Unintelligible { column: "external_integrations.integration_type" });
        };
        Ok(EnumMap::from_array([anilist, myanimelist, kitsu]))
    }

    /// One integration.
    pub async fn integration(&self, provider: Provider) -> Result<Integration, StoreError> {
        let row: Option<IntegrationRow> = self.pool.optional(SELECT_ONE, args![self.user, provider]).await?;
        row.ok_or(StoreError::Unintelligible { column: "external_integrations.integration_type" })?.try_into()
    }

    /// Stores the user's choices for one provider.
    pub async fn set_policy(
        &self,
        provider: Provider,
        policy: &ProviderPolicy,
        auto_sync: bool,
        now: Time,
    ) -> Result<(), StoreError> {
        let switches = args![policy.enabled, policy.progress, policy.ratings, policy.status, auto_sync];
        let choices = args![policy.direction.word(), policy.rule.word(), policy.removal.word()];
        let own = json("own_rules", &crate::settings::own_rules(policy))?;
        let rest = args![policy.export_private, policy.volumes, own];
        let args = [args![self.user, provider, now], switches, choices, rest].concat();
        self.pool.run_seen(SET_POLICY, args).await?;
        Ok(())
    }

    /// Stores the user's own API client; none takes it away.
    pub async fn set_client(
        &self,
        provider: Provider,
        id: Option<&str>,
        secret: Option<&Sealed>,
        now: Time,
    ) -> Result<(), StoreError> {
        let secret = secret.map(|secret| &*secret.0);
        self.pool.run_seen(SET_CLIENT, args![self.user, provider, now, id, secret]).await?;
        Ok(())
    }

    /// Stores a sign-in. Says whether it is another account than the last one, whose bases, entry ids, queue and cursor are
    /// then gone, so that the next sync is a first one that waits.
    pub async fn sign_in(&self, provider: Provider, signed_in: &SignedIn, now: Time) -> Result<bool, StoreError> {
        let mut tx = self.pool.write().await?;
        let before: Option<IntegrationRow> = tx.optional(SELECT_ONE, args![self.user, provider]).await?;
        let before = before.ok_or(StoreError::Unintelligible { column: "external_integrations.integration_type" })?;
        let known = before.external_user_id.as_deref();
        let another = known.is_some_and(|known| known != signed_in.account_id);
        if another {
            forget_account(&mut tx, IntegrationId(before.id)).await?;
        }
        let refresh = signed_in.refresh_token.as_ref().map(|token| &*token.0);
        let tokens = args![before.id, now, &*signed_in.access_token.0, refresh, signed_in.token_expires_at];
        let account = args![&*signed_in.account_id, &*signed_in.account_name];
        tx.run(SIGN_IN, [tokens, account].concat()).await?;
        tx.commit_seen().await?;
        Ok(another)
    }

    /// Stores a renewed pair of tokens in one statement. False: the user disconnected meanwhile, and nothing is stored.
    pub async fn renew_tokens(
        &self,
        id: IntegrationId,
        access_token: &Sealed,
        refresh_token: Option<&Sealed>,
        expires_at: Option<Time>,
        now: Time,
    ) -> Result<bool, StoreError> {
        let refresh = refresh_token.map(|token| &*token.0);
        Ok(self.pool.run(RENEW, args![id, now, &*access_token.0, refresh, expires_at]).await? == 1)
    }

    /// Notes that only the person can make the sign-in good again.
    pub async fn needs_sign_in(&self, id: IntegrationId, now: Time) -> Result<(), StoreError> {
        let text = "UPDATE external_integrations SET sign_in_again = TRUE, updated_at = $2 WHERE id = $1";
        self.pool.run_seen(text, args![id, now]).await?;
        Ok(())
    }

    /// Erases the tokens. Mappings, bases and the account's id stay.
    pub async fn disconnect(&self, provider: Provider, now: Time) -> Result<(), StoreError> {
        self.pool.run_seen(DISCONNECT, args![self.user, provider, now]).await?;
        Ok(())
    }
}

/// What a commit changes of one integration. Unless everything that was listed is stored, the listing is not noted: the
/// next one would otherwise begin after what is missing.
pub(super) async fn store_change(
    tx: &mut Tx,
    change: &IntegrationChange,
    all_stored: bool,
    now: Time,
) -> Result<(), StoreError> {
    if let Some(listing) = change.listing.as_ref().filter(|_| all_stored) {
        store_listing(tx, change.id, listing).await?;
    }
    let (synced_at, status) = change.synced.as_ref().map(|(at, status)| (*at, &**status)).unzip();
    tx.run(SYNCED, args![change.id, now, synced_at, status, change.approved_at]).await?;
    Ok(())
}

/// The cursor goes back only where a whole list says that nothing newer is left, so that what is asked next begins with an
/// entry that is there: a run that was overtaken by another does not make the next one read twice.
async fn store_listing(tx: &mut Tx, id: IntegrationId, listing: &ListingRead) -> Result<(), StoreError> {
    let full_at = listing.full.then_some(listing.read_at);
    let ahead = listing.clock_ahead.num_nanoseconds().unwrap_or(0);
    tx.run(LISTED, args![id, listing.cursor, listing.read_at, full_at, listing.total, ahead]).await?;
    Ok(())
}

/// Another account has another list: nothing that was agreed with the last one holds.
async fn forget_account(tx: &mut Tx, id: IntegrationId) -> Result<(), StoreError> {
    tx.run(FORGET_INTENTS, args![id]).await?;
    tx.run(FORGET_OUTBOX, args![id]).await?;
    tx.run(FORGET_SIDES, args![id]).await?;
    tx.run(FORGET_LISTING, args![id]).await?;
    Ok(())
}

const SELECT: &str = "SELECT * FROM external_integrations WHERE user_id = $1";
const SELECT_ONE: &str = "SELECT * FROM external_integrations WHERE user_id = $1 AND integration_type = $2";
const SET_POLICY: &str = "UPDATE external_integrations SET updated_at = $3, sync_enabled = $4, \
    sync_reading_progress = $5, sync_ratings = $6, sync_status = $7, auto_sync = $8, direction = $9, rule = $10, \
    removal = $11, export_private = $12, volumes = $13, own_rules = $14 WHERE user_id = $1 AND integration_type = $2";
const SET_CLIENT: &str = "UPDATE external_integrations SET updated_at = $3, client_id = $4, client_secret = $5 \
    WHERE user_id = $1 AND integration_type = $2";
const SIGN_IN: &str = "UPDATE external_integrations SET updated_at = $2, access_token = $3, refresh_token = $4, \
    token_expires_at = $5, external_user_id = $6, external_username = $7, sign_in_again = FALSE WHERE id = $1";
const RENEW: &str = "UPDATE external_integrations SET updated_at = $2, access_token = $3, refresh_token = $4, \
    token_expires_at = $5, sign_in_again = FALSE WHERE id = $1 AND access_token IS NOT NULL";
const DISCONNECT: &str = "UPDATE external_integrations SET updated_at = $3, access_token = NULL, refresh_token = NULL, \
    token_expires_at = NULL, sign_in_again = FALSE WHERE user_id = $1 AND integration_type = $2";
const SYNCED: &str = "UPDATE external_integrations SET updated_at = $2, last_sync_at = coalesce($3, last_sync_at), \
    last_sync_status = coalesce($4, last_sync_status), approved_at = coalesce($5, approved_at) WHERE id = $1";
const LISTED: &str = "UPDATE external_integrations SET \
    list_cursor = CASE WHEN list_cursor IS NULL OR list_cursor < $2 OR $4 >= list_read_at AND $2 IS NOT NULL \
    THEN $2 ELSE list_cursor END, \
    list_read_at = CASE WHEN list_read_at IS NULL OR list_read_at < $3 THEN $3 ELSE list_read_at END, \
    last_full_at = coalesce($4, last_full_at), listed_total = coalesce($5, listed_total), clock_ahead = $6 WHERE id = $1";
const FORGET_INTENTS: &str = "DELETE FROM intents WHERE mapping_id IN \
    (SELECT id FROM external_manga_mappings WHERE integration_id = $1)";
const FORGET_OUTBOX: &str = "DELETE FROM outbox WHERE mapping_id IN \
    (SELECT id FROM external_manga_mappings WHERE integration_id = $1)";
const FORGET_SIDES: &str = "UPDATE external_manga_mappings SET base = NULL, remote = 'unknown', remote_fields = NULL, \
    remote_entry_id = NULL, remote_updated_at = NULL, remote_read_before = NULL, remote_read_at = NULL, \
    unsettled = FALSE, differs = NULL \
    WHERE integration_id = $1";
const FORGET_LISTING: &str = "UPDATE external_integrations SET list_cursor = NULL, list_read_at = NULL, \
    last_full_at = NULL, listed_total = NULL, clock_ahead = NULL, notices = NULL, approved_at = NULL, last_sync_at = NULL, \
    last_sync_status = 'pending' WHERE id = $1";
