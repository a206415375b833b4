//! Who may come in (anilist.md section 2): registered clients, authorization codes, access tokens, and the rules of both
//! grants. It knows no HTTP; `pages` shows it to browsers and clients.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::params::Params;
use crate::tokens::Mint;

use super::token::{LIFETIME, jwt};

/// How long a code is good.
const CODE_LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// A registered API client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: String,
    /// Where it may be sent back to, each compared exactly. The implicit grant uses the first.
    pub redirects: Vec<String>,
}

/// Clients, codes and tokens.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) clients: Vec<Client>,
    codes: HashMap<String, Code>,
    tokens: HashMap<String, Token>,
    mint: Mint,
}

#[derive(Debug)]
struct Code {
    client: String,
    redirect: String,
    user: i64,
    until: DateTime<Utc>,
}

#[derive(Debug)]
struct Token {
    user: i64,
    until: DateTime<Utc>,
}

/// A refusal in the words of Laravel Passport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The OAuth error code.
    pub error: &'static str,
    /// What it says.
    pub message: &'static str,
    /// What may help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<&'static str>,
}

pub(super) const INVALID_CLIENT: Refusal =
    Refusal { error: "invalid_client", message: "Client authentication failed", hint: None };
const UNSUPPORTED_GRANT: Refusal = Refusal {
    error: "unsupported_grant_type",
    message: "The authorization grant type is not supported by the authorization server.",
    hint: Some("Check that all required parameters have been provided"),
};
const BAD_CODE: Refusal = Refusal {
    error: "invalid_request",
    message: "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.",
    hint: Some("Cannot decrypt the authorization code"),
};

/// A wish that may be shown to the reader.
pub(super) struct Granted {
    client: String,
    redirect: String,
    implicit: bool,
    state: Option<String>,
}

impl Granted {
    /// Where the browser is sent when the reader says no.
    pub(super) fn denied(self, echo_state: bool) -> String {
        let Self { redirect, implicit, state, client: _ } = self;
        let mark = if implicit { '#' } else { '?' };
        format!("{redirect}{mark}error=access_denied{}", state_back(state, echo_state))
    }
}

/// `state` as it goes back to the client, where it does.
fn state_back(state: Option<String>, echo: bool) -> String {
    state.filter(|_| echo).map(|state| format!("&state={}", form_encoded(&state))).unwrap_or_default()
}

impl Access {
    /// One registered client, and nobody signed in.
    pub(super) fn of(client: Client) -> Self {
        Self { clients: vec![client], codes: HashMap::new(), tokens: HashMap::new(), mint: Mint::new("anilist") }
    }

    /// The rules of both grants. The implicit one takes the client's id and the type only, and no `state` comes back.
    pub(super) fn consider(&self, wish: &Params) -> Result<Granted, Refusal> {
        let client =
            self.clients.iter().find(|client| wish.get("client_id") == Some(&client.id)).ok_or(INVALID_CLIENT)?;
        let registered = client.redirects.first().ok_or(INVALID_CLIENT)?;
        let asked = wish.get("redirect_uri");
        let extras = ["redirect_uri", "state", "scope"].iter().any(|name| wish.get(name).is_some());
        let (redirect, implicit) = match wish.get("response_type") {
            Some("code") if asked.is_none_or(|asked| client.redirects.iter().any(|known| known == asked)) => {
                (asked.unwrap_or(registered), false)
            }
            Some("code") => return Err(INVALID_CLIENT),
            Some("token") if !extras => (registered.as_str(), true),
            _ => return Err(UNSUPPORTED_GRANT),
        };
        let state = wish.get("state").map(Into::into);
        Ok(Granted { client: client.id.clone(), redirect: redirect.into(), implicit, state })
    }

    /// The reader approves: the address that the browser is sent to.
    pub(super) fn approve(&mut self, granted: Granted, user: i64, echo_state: bool, now: DateTime<Utc>) -> String {
        let Granted { client, redirect, implicit, state } = granted;
        if implicit {
            let token = self.issue(&client, user, now);
            return format!("{redirect}#access_token={token}&token_type=Bearer&expires_in={}", LIFETIME.num_seconds());
        }
        let code = self.code(client, &redirect, user, now);
        let mark = if redirect.contains('?') { '&' } else { '?' };
        format!("{redirect}{mark}code={code}{}", state_back(state, echo_state))
    }

    /// A code for a token: once, within its time, by the client and for the address that it was made for.
    pub(super) fn exchange(&mut self, with: &Params, now: DateTime<Utc>) -> Result<String, Refusal> {
        let given = |name: &str| with.get(name).unwrap_or_default();
        if given("grant_type") != "authorization_code" {
            return Err(UNSUPPORTED_GRANT);
        }
        let known = |client: &Client| client.id == given("client_id") && client.secret == given("client_secret");
        if !self.clients.iter().any(known) {
            return Err(INVALID_CLIENT);
        }
        let code = self.codes.remove(given("code")).filter(|code| now < code.until).ok_or(BAD_CODE)?;
        if code.client != given("client_id") || code.redirect != given("redirect_uri") {
            return Err(INVALID_CLIENT);
        }
        Ok(self.issue(&code.client, code.user, now))
    }

    /// A token without further ado.
    pub(super) fn issue(&mut self, client: &str, user: i64, now: DateTime<Utc>) -> String {
        let token = jwt(client, user, &self.mint.short(), now);
        self.tokens.insert(token.clone(), Token { user, until: now + LIFETIME });
        token
    }

    /// Whose token it is, if it is good.
    pub(super) fn user(&self, token: &str, now: DateTime<Utc>) -> Option<i64> {
        self.tokens.get(token).filter(|token| now < token.until).map(|token| token.user)
    }

    /// No token of this user is good any more. AniList knows no other end of a token before its year is over.
    pub(super) fn revoke(&mut self, user: i64) {
        self.tokens.retain(|_, token| token.user != user);
    }

    fn code(&mut self, client: String, redirect: &str, user: i64, now: DateTime<Utc>) -> String {
        let code = format!("def502{}", self.mint.short());
        self.codes.insert(code.clone(), Code { client, redirect: redirect.into(), user, until: now + CODE_LIFETIME });
        code
    }
}

fn form_encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
