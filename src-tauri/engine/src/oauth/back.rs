//! What comes back from the browser: an address that the system handed over, or that a person pasted.
//!
//! Everything here is somebody else's input. Nothing of it is ever repeated in an error.

use chrono::Duration;
use kuroibara_core::{Provider, Time};
use subtle::{Choice, ConstantTimeEq};
use url::{Url, form_urlencoded};

use super::{Kind, PendingLogin};
use crate::{http::address, providers::Grant, secret::Secret};

/// Codes and tokens have about a thousand characters.
const LONGEST: usize = 16 << 10;

/// A sign-in that came back as it should.
#[derive(Clone, Debug)]
pub struct Return {
    /// The login it finishes. Take it out of the store by its id before anything else: if it is not there any more, the
    /// answer is [`ReturnError::Replayed`].
    pub login: PendingLogin,
    /// What it brought.
    pub brought: Brought,
}

/// What the browser brought.
#[derive(Clone, Debug)]
pub enum Brought {
    /// To be traded for tokens by the provider's client.
    Code(Grant),
    /// A token itself.
    Token {
        /// The access token.
        access: Secret,
        /// How long it is good, as the address says.
        expires_in: Option<Duration>,
    },
}

/// Why a return is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReturnError {
    /// It is no address that a provider sends back, and no code or token.
    #[error("this is not what the sign-in page sends back. Copy the whole address that begins with kuroibara://oauth/")]
    Malformed,
    /// Nothing was begun.
    #[error("no sign-in waits for this. Begin it again with `connect`")]
    NothingPending,
    /// Its state belongs to no login: another program's, an old one, or one that was finished.
    #[error(
        "this belongs to no sign-in that waits: it was used already, or begun elsewhere. Begin again with `connect`"
    )]
    WrongState,
    /// The provider sends the state back, and it is not there.
    #[error("a part of the address from {} is missing. Copy the whole address, from kuroibara:// to its end", .0.title())]
    StateMissing(Provider),
    /// Ten minutes have passed.
    #[error("the sign-in at {} took longer than ten minutes. Begin it again with `connect`", .0.title())]
    Expired(Provider),
    /// It was finished by the same address before.
    #[error("this sign-in at {} was finished already; nothing was done", .0.title())]
    Replayed(Provider),
    /// The person said no.
    #[error("you did not allow access at {}; nothing was changed", .0.title())]
    Denied(Provider),
    /// The provider said no.
    #[error("{} refused the sign-in. Check the client id and that the redirect address is registered exactly so", .0.title())]
    Refused(Provider),
    /// A token where a code was asked for, or the other way round.
    #[error("{} sent something else than was asked for. Check whether its client has a secret, and begin again", .0.title())]
    WrongKind(Provider),
}

/// Which provider an address says it comes from, so that the caller knows whose logins to load; none: it does not say.
pub fn provider_of(text: &str) -> Option<Provider> {
    Parts::read(text).ok()?.provider
}

/// Finds the login that this return finishes, and what it brought. `pending` may hold logins of every provider.
///
/// A state that came back must be a pending login's. Without one the return is accepted only from AniList, which is not known
/// to send it, and finishes the newest login there; whose account it is must then be shown to the person.
pub fn parse_return(text: &str, pending: &[PendingLogin], now: Time) -> Result<Return, ReturnError> {
    let parts = Parts::read(text)?;
    let login = match &parts.state {
        Some(state) => by_state(state, pending, parts.provider)?,
        None => without_state(pending, parts.provider)?,
    };
    let provider = login.provider;
    if !login.is_live(now) {
        return Err(ReturnError::Expired(provider));
    }
    match parts.error {
        Some(Said::Denied) => Err(ReturnError::Denied(provider)),
        Some(Said::Other) => Err(ReturnError::Refused(provider)),
        None => Ok(Return { login: login.clone(), brought: parts.brought(login)? }),
    }
}

/// Compares with every login, so that the time says nothing of which one was nearly right.
fn by_state<'a>(
    state: &Secret,
    pending: &'a [PendingLogin],
    provider: Option<Provider>,
) -> Result<&'a PendingLogin, ReturnError> {
    let mut found = None;
    for login in pending {
        let same: Choice = login.state.reveal().as_bytes().ct_eq(state.reveal().as_bytes());
        if bool::from(same) && provider.is_none_or(|provider| provider == login.provider) {
            found = Some(login);
        }
    }
    found.ok_or(ReturnError::WrongState)
}

/// The newest login that can be meant.
fn without_state(pending: &[PendingLogin], provider: Option<Provider>) -> Result<&PendingLogin, ReturnError> {
    let meant = pending.iter().filter(|login| provider.is_none_or(|provider| provider == login.provider));
    let newest = meant.max_by_key(|login| login.created_at).ok_or(ReturnError::NothingPending)?;
    match newest.provider {
        Provider::AniList => Ok(newest),
        other @ (Provider::MyAnimeList | Provider::Kitsu) => Err(ReturnError::StateMissing(other)),
    }
}

/// The parts of a return, as sent.
#[derive(Default)]
struct Parts {
    provider: Option<Provider>,
    code: Option<Secret>,
    token: Option<Secret>,
    expires_in: Option<Duration>,
    state: Option<Secret>,
    error: Option<Said>,
}

/// What a provider says instead of a code.
#[derive(Clone, Copy)]
enum Said {
    Denied,
    Other,
}

impl Parts {
    fn read(text: &str) -> Result<Self, ReturnError> {
        let text = text.trim();
        if text.is_empty() || text.len() > LONGEST || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(ReturnError::Malformed);
        }
        if text.contains("://") {
            return Self::of_address(text);
        }
        let pairs = text.trim_start_matches(['?', '#']);
        if ["code=", "access_token=", "error="].iter().any(|name| pairs.contains(name)) {
            return Self::default().with_pairs(pairs)?.checked();
        }
        Self::bare(text)
    }

    /// Our own scheme, which names the provider, or an address of this machine.
    fn of_address(text: &str) -> Result<Self, ReturnError> {
        let url = Url::parse(text).map_err(|_| ReturnError::Malformed)?;
        let ours = url.scheme() == "kuroibara" && url.host_str() == Some("oauth");
        let of_this_machine = url.scheme() == "http" && address::is_loopback(&url);
        if !ours && !of_this_machine {
            return Err(ReturnError::Malformed);
        }
        let name = url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let provider = name.parse().ok();
        if ours && provider.is_none() {
            return Err(ReturnError::Malformed);
        }
        let parts = Self { provider, ..Self::default() };
        let parts = parts.with_pairs(url.query().unwrap_or_default())?;
        parts.with_pairs(url.fragment().unwrap_or_default())?.checked()
    }

    /// A code or token by itself. AniList's tokens are JSON web tokens; its codes are not told from them otherwise.
    fn bare(text: &str) -> Result<Self, ReturnError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
        if text.len() < 8 || !text.chars().all(plain) {
            return Err(ReturnError::Malformed);
        }
        let (secret, token) = (Some(Secret::new(text)), text.starts_with("eyJ") && text.matches('.').count() == 2);
        Ok(if token { Self { token: secret, ..Self::default() } } else { Self { code: secret, ..Self::default() } })
    }

    fn with_pairs(mut self, pairs: &str) -> Result<Self, ReturnError> {
        for (name, value) in form_urlencoded::parse(pairs.as_bytes()) {
            match &*name {
                "code" => put(&mut self.code, Secret::new(value))?,
                "access_token" => put(&mut self.token, Secret::new(value))?,
                "state" => put(&mut self.state, Secret::new(value))?,
                "error" => put(&mut self.error, Said::read(&value))?,
                "expires_in" => self.expires_in = value.parse().ok().and_then(Duration::try_seconds),
                // Whatever else a provider adds means nothing to us.
                _ => {}
            }
        }
        Ok(self)
    }

    /// Exactly one of a code, a token and an error, and none of them empty.
    fn checked(self) -> Result<Self, ReturnError> {
        let given = [self.code.is_some(), self.token.is_some(), self.error.is_some()];
        let one = given.iter().filter(|given| **given).count() == 1;
        let secrets = [&self.code, &self.token, &self.state];
        let empty = secrets.into_iter().flatten().any(|secret| secret.reveal().is_empty());
        if one && !empty { Ok(self) } else { Err(ReturnError::Malformed) }
    }

    fn brought(self, login: &PendingLogin) -> Result<Brought, ReturnError> {
        match (login.kind, self.code, self.token) {
            (Kind::Code, Some(code), None) => Ok(Brought::Code(Grant::Code {
                code,
                redirect_uri: login.redirect_uri.clone(),
                verifier: login.verifier.clone(),
            })),
            (Kind::Implicit, None, Some(access)) => Ok(Brought::Token { access, expires_in: self.expires_in }),
            (Kind::Code | Kind::Implicit, _, _) => Err(ReturnError::WrongKind(login.provider)),
        }
    }
}

impl Said {
    fn read(error: &str) -> Self {
        if error == "access_denied" { Self::Denied } else { Self::Other }
    }
}

/// A part that comes twice was tampered with.
fn put<T>(slot: &mut Option<T>, value: T) -> Result<(), ReturnError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(ReturnError::Malformed),
    }
}
