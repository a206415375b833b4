//! Who may come in (anilist.md section 2): registered clients, authorization codes, access tokens, and the rules of both
//! grants. It knows no HTTP; `pages` shows it to browsers and clients.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::token::{LIFETIME, hex, jwt};

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
#[derive(Debug, Default)]
pub(super) struct Access {
    pub(super) clients: Vec<Client>,
    codes: HashMap<String, Code>,
    tokens: HashMap<String, Token>,
    issued: u64,
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

/// What the authorization page is asked with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wish {
    pub(super) client_id: Option<String>,
    pub(super) redirect_uri: Option<String>,
    pub(super) response_type: Option<String>,
    pub(super) state: Option<String>,
    pub(super) scope: Option<String>,
}

/// What the token endpoint is asked with.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    pub(super) grant_type: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) redirect_uri: String,
    pub(super) code: String,
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
        Self { clients: vec![client], ..Self::default() }
    }

    /// The rules of both grants. The implicit one takes the client's id and the type only, and no `state` comes back.
    pub(super) fn consider(&self, wish: &Wish) -> Result<Granted, Refusal> {
        let client =
            self.clients.iter().find(|client| wish.client_id.as_ref() == Some(&client.id)).ok_or(INVALID_CLIENT)?;
        let registered = client.redirects.first().ok_or(INVALID_CLIENT)?;
        let granted = |redirect: &String, implicit, state| Granted {
            client: client.id.clone(),
            redirect: redirect.clone(),
            implicit,
            state,
        };
        match wish.response_type.as_deref() {
            Some("code") => {
                let redirect = wish.redirect_uri.as_ref().unwrap_or(registered);
                let exact = client.redirects.contains(redirect);
                if exact { Ok(granted(redirect, false, wish.state.clone())) } else { Err(INVALID_CLIENT) }
            }
            Some("token") if wish.redirect_uri.is_none() && wish.state.is_none() && wish.scope.is_none() => {
                Ok(granted(registered, true, None))
            }
            _ => Err(UNSUPPORTED_GRANT),
        }
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
    pub(super) fn exchange(&mut self, with: &Exchange, now: DateTime<Utc>) -> Result<String, Refusal> {
        if with.grant_type != "authorization_code" {
            return Err(UNSUPPORTED_GRANT);
        }
        let known = |client: &Client| client.id == with.client_id && client.secret == with.client_secret;
        if !self.clients.iter().any(known) {
            return Err(INVALID_CLIENT);
        }
        let code = self.codes.remove(&with.code).filter(|code| now < code.until).ok_or(BAD_CODE)?;
        if code.client != with.client_id || code.redirect != with.redirect_uri {
            return Err(INVALID_CLIENT);
        }
        Ok(self.issue(&code.client, code.user, now))
    }

    /// A token without further ado.
    pub(super) fn issue(&mut self, client: &str, user: i64, now: DateTime<Utc>) -> String {
        self.issued += 1;
        let token = jwt(client, user, self.issued, now);
        self.tokens.insert(token.clone(), Token { user, until: now + LIFETIME });
        token
    }

    /// Whose token it is, if it is good.
    pub(super) fn user(&self, token: &str, now: DateTime<Utc>) -> Option<i64> {
        self.tokens.get(token).filter(|token| now < token.until).map(|token| token.user)
    }

    /// The user takes the application's access away: no token of theirs is good any more.
    pub(super) fn revoke(&mut self, user: i64) {
        self.tokens.retain(|_, token| token.user != user);
    }

    fn code(&mut self, client: String, redirect: &str, user: i64, now: DateTime<Utc>) -> String {
        self.issued += 1;
        let code = format!("def502{}", hex(&format!("code {} {now}", self.issued)));
        self.codes.insert(code.clone(), Code { client, redirect: redirect.into(), user, until: now + CODE_LIFETIME });
        code
    }
}

fn form_encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
