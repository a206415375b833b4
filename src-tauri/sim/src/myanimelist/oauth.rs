//! MyAnimeList's OAuth 2 server: clients, codes and tokens (myanimelist.md section 1). Pure: the time is a
//! parameter, and no HTTP.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use url::Url;

use super::knobs::Knobs;
use crate::params::Params;
use crate::tokens::Mint;

/// An API client registered at the website.
#[derive(Clone, Debug)]
pub struct Client {
    /// Client id.
    pub id: String,
    /// Only clients of the type "web" have a secret (section 1).
    pub secret: Option<String>,
    /// Registered redirect addresses, compared letter by letter.
    pub redirects: Vec<String>,
}

/// An authorization that the reader has been asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    client_id: String,
    redirect: String,
    /// A redirect address that was sent must be repeated for the token (section 1).
    redirect_sent: bool,
    challenge: String,
    state: Option<String>,
}

/// A refused token request: HTTP status, code, message and hint (section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TokenError {
    pub(super) status: u16,
    error: &'static str,
    message: &'static str,
    hint: Option<&'static str>,
}

/// The server's memory.
#[derive(Debug)]
pub(super) struct OAuth {
    pub(super) clients: Vec<Client>,
    mint: Mint,
    codes: HashMap<String, Code>,
    access: HashMap<String, Token>,
    refresh: HashMap<String, Refresh>,
}

#[derive(Debug)]
struct Code {
    request: Request,
    account: i64,
    expires: DateTime<Utc>,
}

#[derive(Debug)]
struct Token {
    account: i64,
    expires: DateTime<Utc>,
}

#[derive(Debug)]
struct Refresh {
    token: Token,
    client_id: String,
    /// The access token of the same pair, which dies when the pair is renewed (section 1).
    access: String,
}

impl OAuth {
    pub(super) fn new(clients: Vec<Client>) -> Self {
        Self {
            clients,
            mint: Mint::new("myanimelist"),
            codes: HashMap::new(),
            access: HashMap::new(),
            refresh: HashMap::new(),
        }
    }

    /// Checks what a client asks a reader for; the error is for the page (section 1).
    pub(super) fn requested(&self, query: &Params) -> Result<Request, &'static str> {
        let client_id = query.get("client_id").unwrap_or_default();
        let client = self.client(client_id).ok_or("unknown client_id")?;
        if query.get("response_type") != Some("code") {
            return Err("response_type must be code");
        }
        if !matches!(query.get("code_challenge_method"), None | Some("plain")) {
            return Err("code_challenge_method must be plain");
        }
        Ok(Request {
            client_id: client_id.to_owned(),
            redirect: redirect(client, query.get("redirect_uri"))?,
            redirect_sent: query.get("redirect_uri").is_some(),
            challenge: challenge(query)?,
            state: query.get("state").map(str::to_owned),
        })
    }

    /// The reader agrees: the address to which the browser is sent, with a code in it.
    pub(super) fn approve(&mut self, request: Request, account: i64, now: DateTime<Utc>) -> String {
        let code = self.mint.long();
        let address = request.address("code", &code);
        self.codes.insert(code, Code { request, account, expires: now + CODE_LIFE });
        address
    }

    /// The token endpoint (section 1).
    pub(super) fn token(
        &mut self,
        form: &Params,
        basic: Option<&(String, String)>,
        knobs: &Knobs,
        now: DateTime<Utc>,
    ) -> Result<Value, TokenError> {
        let client = self.authenticated(form, basic)?;
        let account = match form.get("grant_type") {
            Some("authorization_code") => self.exchange(form, &client, now),
            Some("refresh_token") => self.renew(form, &client, knobs.refresh_once, now),
            _ => Err(UNSUPPORTED_GRANT),
        }?;
        let (access, refresh) = self.issue(account, client, knobs.expires_in, now);
        Ok(json!({
            "token_type": "Bearer", "expires_in": knobs.expires_in, "access_token": access, "refresh_token": refresh,
        }))
    }

    /// Whose access token this is, while it is valid.
    pub(super) fn account(&self, access: &str, now: DateTime<Utc>) -> Option<i64> {
        self.access.get(access).filter(|token| now < token.expires).map(|token| token.account)
    }

    /// Access tokens of the account stop working; refresh tokens go on.
    pub(super) fn expire(&mut self, account: i64) {
        self.access.retain(|_, token| token.account != account);
    }

    /// The reader removes the application at the website: no token works any more.
    pub(super) fn revoke(&mut self, account: i64) {
        self.expire(account);
        self.refresh.retain(|_, refresh| refresh.token.account != account);
    }

    pub(super) fn client(&self, id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.id == id)
    }

    /// A secret is asked of clients that have one, in the form or by HTTP Basic (section 1).
    fn authenticated(&self, form: &Params, basic: Option<&(String, String)>) -> Result<String, TokenError> {
        let (id, secret) = match basic {
            Some((id, secret)) => (id.as_str(), Some(secret.as_str())),
            None => (form.get("client_id").unwrap_or_default(), form.get("client_secret")),
        };
        let client = self.client(id).ok_or(INVALID_CLIENT)?;
        match &client.secret {
            Some(expected) if secret != Some(expected) => Err(INVALID_CLIENT),
            _ => Ok(id.to_owned()),
        }
    }

    /// Code for tokens. A code is gone after one use, also a failed one (inferred).
    fn exchange(&mut self, form: &Params, client_id: &str, now: DateTime<Utc>) -> Result<i64, TokenError> {
        let code = form.get("code").and_then(|code| self.codes.remove(code)).ok_or(INVALID_CODE)?;
        let request = &code.request;
        if now >= code.expires || request.client_id != client_id {
            return Err(INVALID_CODE);
        }
        if form.get("code_verifier") != Some(&request.challenge) {
            return Err(WRONG_VERIFIER);
        }
        if request.redirect_sent && form.get("redirect_uri") != Some(&request.redirect) {
            return Err(WRONG_REDIRECT);
        }
        Ok(code.account)
    }

    /// The old access token is dead at once, the old refresh token is not (section 1).
    fn renew(&mut self, form: &Params, client_id: &str, once: bool, now: DateTime<Utc>) -> Result<i64, TokenError> {
        let sent = form.get("refresh_token").unwrap_or_default();
        let known = self.refresh.get(sent).filter(|known| known.client_id == client_id && now < known.token.expires);
        let (account, access) = known.map(|known| (known.token.account, known.access.clone())).ok_or(BAD_REFRESH)?;
        self.access.remove(&access);
        if once {
            self.refresh.remove(sent);
        }
        Ok(account)
    }

    /// A new pair of access and refresh token.
    pub(super) fn issue(&mut self, account: i64, client_id: String, life: i64, now: DateTime<Utc>) -> (String, String) {
        let (access, refresh) = (self.mint.long(), self.mint.long());
        self.access.insert(access.clone(), Token { account, expires: now + TimeDelta::seconds(life) });
        let token = Token { account, expires: now + REFRESH_LIFE };
        self.refresh.insert(refresh.clone(), Refresh { token, client_id, access: access.clone() });
        (access, refresh)
    }
}

impl Request {
    /// The reader says no.
    pub(super) fn denied(&self) -> String {
        self.address("error", "access_denied")
    }

    /// The state is echoed as it came (section 1).
    fn address(&self, name: &str, value: &str) -> String {
        let Ok(mut address) = Url::parse(&self.redirect) else {
            return self.redirect.clone();
        };
        address.query_pairs_mut().append_pair(name, value);
        if let Some(state) = &self.state {
            address.query_pairs_mut().append_pair("state", state);
        }
        address.into()
    }
}

impl TokenError {
    pub(super) fn body(&self) -> Value {
        let mut body = json!({ "error": self.error, "message": self.message });
        if let Some(hint) = self.hint {
            body["hint"] = json!(hint);
        }
        body
    }
}

/// One registered address may be left out; a sent one must match exactly (section 1).
fn redirect(client: &Client, sent: Option<&str>) -> Result<String, &'static str> {
    match (sent, client.redirects.as_slice()) {
        (Some(sent), known) if known.iter().any(|known| known == sent) => Ok(sent.to_owned()),
        (Some(_), _) => Err("redirect_uri does not match"),
        (None, [only]) => Ok(only.clone()),
        (None, _) => Err("redirect_uri is required: several are registered"),
    }
}

/// 43 to 128 characters (section 1), of the set that RFC 7636 allows.
fn challenge(query: &Params) -> Result<String, &'static str> {
    let challenge = query.get("code_challenge").unwrap_or_default();
    let plain = challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    if plain && (43..=128).contains(&challenge.len()) {
        Ok(challenge.to_owned())
    } else {
        Err("code_challenge must have 43 to 128 characters")
    }
}

/// Not documented; ten minutes is the usual life of a code (inferred).
const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);
/// "1 month" (section 1).
const REFRESH_LIFE: TimeDelta = TimeDelta::days(31);

/// The answer to a refresh token that is wrong or too old, as clients quote it (section 1).
const BAD_REFRESH: TokenError = TokenError {
    status: 401,
    error: "invalid_request",
    message: "The refresh token is invalid.",
    hint: Some("Token has expired"),
};
/// The errors below are the usual ones of the standard (section 1 plans for `invalid_grant`; inferred).
const INVALID_CODE: TokenError = invalid_grant("Authorization code is invalid, expired or already used");
const WRONG_VERIFIER: TokenError = invalid_grant("Failed to verify `code_verifier`");
const WRONG_REDIRECT: TokenError = invalid_grant("redirect_uri must be repeated as it was sent");
const INVALID_CLIENT: TokenError =
    TokenError { status: 401, error: "invalid_client", message: "Client authentication failed", hint: None };
const UNSUPPORTED_GRANT: TokenError =
    TokenError { status: 400, error: "unsupported_grant_type", message: "Unknown grant_type", hint: None };

const fn invalid_grant(message: &'static str) -> TokenError {
    TokenError { status: 400, error: "invalid_grant", message, hint: None }
}
