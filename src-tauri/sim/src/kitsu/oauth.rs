//! Kitsu's OAuth 2 server: the password grant without a client, single-use refresh tokens, and a throttle (kitsu.md
//! section 1). Pure: the time is a parameter, and no HTTP.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::control::Account;
use crate::params::Params;
use crate::tokens::Mint;

/// The server's memory.
#[derive(Debug)]
pub(super) struct OAuth {
    mint: Mint,
    tokens: Vec<Token>,
    /// When sign-ins were tried in the last minute.
    tried: VecDeque<DateTime<Utc>>,
}

/// An access token with its refresh token.
#[derive(Debug)]
struct Token {
    access: String,
    refresh: String,
    account: i64,
    /// Issued with the public pair of client id and secret, which must then be sent to refresh it.
    client: bool,
    scope: String,
    created: DateTime<Utc>,
    expires: DateTime<Utc>,
    revoked: bool,
}

/// What a bearer token is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bearer {
    /// An account's.
    Account(i64),
    /// Known, but expired or revoked: 401.
    Dead,
    /// Not in the database: the request is anonymous.
    Unknown,
}

/// A refused token request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenError {
    /// Too many sign-ins: plain text.
    Throttled,
    /// One of the standard's errors.
    Standard(&'static str),
}

impl OAuth {
    pub(super) fn new() -> Self {
        Self { mint: Mint::new("kitsu"), tokens: Vec::new(), tried: VecDeque::new() }
    }

    /// `POST /api/oauth/token`; sign-ins count against the throttle, right or wrong.
    pub(super) fn token(
        &mut self,
        form: &Params,
        accounts: &[Account],
        throttled: bool,
        now: DateTime<Utc>,
    ) -> Result<Value, TokenError> {
        match form.get("grant_type") {
            Some("password") if self.tries(now) > 15 && throttled => Err(TokenError::Throttled),
            Some("password") => self.sign_in(form, accounts, now),
            Some("refresh_token") => self.renew(form, now),
            Some(_) => Err(TokenError::Standard("unsupported_grant_type")),
            None => Err(TokenError::Standard("invalid_request")),
        }
    }

    /// `POST /api/oauth/revoke`: the pair that either token belongs to. Others' tokens and unknown ones answer alike.
    pub(super) fn revoke(&mut self, form: &Params) -> Result<(), TokenError> {
        let sent = form.get("token").unwrap_or_default();
        let client = client(form)?;
        match self.tokens.iter_mut().find(|token| token.access == sent || token.refresh == sent) {
            Some(token) if token.client && !client => Err(TokenError::Standard("unauthorized_client")),
            Some(token) => {
                token.revoked = true;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// What a bearer token is worth now.
    pub(super) fn bearer(&self, access: &str, now: DateTime<Utc>) -> Bearer {
        match self.tokens.iter().find(|token| token.access == access) {
            Some(token) if token.lives(now) => Bearer::Account(token.account),
            Some(_) => Bearer::Dead,
            None => Bearer::Unknown,
        }
    }

    /// The account's access tokens expire now; refresh tokens go on.
    pub(super) fn expire(&mut self, account: i64, now: DateTime<Utc>) {
        self.tokens.iter_mut().filter(|token| token.account == account).for_each(|token| token.expires = now);
    }

    /// The account's tokens are all revoked.
    pub(super) fn revoke_all(&mut self, account: i64) {
        self.tokens.iter_mut().filter(|token| token.account == account).for_each(|token| token.revoked = true);
    }

    /// The account's tokens are purged: whoever sends one is anonymous from now on.
    pub(super) fn forget(&mut self, account: i64) {
        self.tokens.retain(|token| token.account != account);
    }

    /// Counts a try: how many there were in the last 60 seconds.
    fn tries(&mut self, now: DateTime<Utc>) -> usize {
        self.tried.retain(|at| now - *at < TimeDelta::seconds(60));
        self.tried.push_back(now);
        self.tried.len()
    }

    /// A second sign-in of the same kind gets the same pair back while it lives, with less time left.
    fn sign_in(&mut self, form: &Params, accounts: &[Account], now: DateTime<Utc>) -> Result<Value, TokenError> {
        let client = client(form)?;
        let scope = scope(form)?;
        let account = signed_in(form, accounts).ok_or(TokenError::Standard("invalid_grant"))?;
        let same = |token: &&Token| (token.account, token.client, token.scope.as_str()) == (account, client, scope);
        if let Some(token) = self.tokens.iter().filter(same).find(|token| token.lives(now)) {
            return Ok(token.answer(now));
        }
        Ok(self.issue(account, client, scope, now))
    }

    /// A new pair; the old one is revoked at once, so a refresh token works only once.
    fn renew(&mut self, form: &Params, now: DateTime<Utc>) -> Result<Value, TokenError> {
        let client = client(form)?;
        let sent = form.get("refresh_token").ok_or(TokenError::Standard("invalid_request"))?;
        let known = self.tokens.iter_mut().find(|token| token.refresh == sent && !token.revoked);
        let token = known.filter(|token| token.client == client).ok_or(TokenError::Standard("invalid_grant"))?;
        token.revoked = true;
        let (account, scope) = (token.account, token.scope.clone());
        Ok(self.issue(account, client, &scope, now))
    }

    /// A new pair of access and refresh token.
    pub(super) fn issue(&mut self, account: i64, client: bool, scope: &str, now: DateTime<Utc>) -> Value {
        let (access, refresh) = (self.mint.short(), self.mint.short());
        let expires = now + LIFETIME;
        let token =
            Token { access, refresh, account, client, scope: scope.into(), created: now, expires, revoked: false };
        let answer = token.answer(now);
        self.tokens.push(token);
        answer
    }
}

impl Token {
    fn lives(&self, now: DateTime<Utc>) -> bool {
        !self.revoked && now < self.expires
    }

    fn answer(&self, now: DateTime<Utc>) -> Value {
        json!({
            "access_token": self.access,
            "token_type": "Bearer",
            "expires_in": (self.expires - now).num_seconds(),
            "refresh_token": self.refresh,
            "scope": self.scope,
            "created_at": self.created.timestamp(),
        })
    }
}

/// Whether the public pair was sent. Left out altogether is fine; anything else, empty strings included, is not.
fn client(form: &Params) -> Result<bool, TokenError> {
    match (form.get("client_id"), form.get("client_secret")) {
        (None, None) => Ok(false),
        (Some(CLIENT_ID), Some(CLIENT_SECRET)) => Ok(true),
        (_, _) => Err(TokenError::Standard("invalid_client")),
    }
}

fn scope(form: &Params) -> Result<&str, TokenError> {
    match form.get("scope").unwrap_or("public") {
        known @ ("public" | "everything" | "public everything") => Ok(known),
        _ => Err(TokenError::Standard("invalid_scope")),
    }
}

/// By slug or e-mail address, in any case.
fn signed_in(form: &Params, accounts: &[Account]) -> Option<i64> {
    let name = form.get("username")?.to_lowercase();
    let account = accounts.iter().find(|account| account.name == name || email(account) == name)?;
    (form.get("password") == Some(&account.password)).then_some(account.id)
}

/// The address that an account signs in with.
pub(super) fn email(account: &Account) -> String {
    format!("{}@example.test", account.name)
}

const LIFETIME: TimeDelta = TimeDelta::days(30);
/// The simulated stand-in for the pair that the real documentation prints.
pub(super) const CLIENT_ID: &str = "sim-kitsu-client";
/// Its secret.
pub(super) const CLIENT_SECRET: &str = "sim-kitsu-secret";
