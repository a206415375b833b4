//! Sign-in by browser: where the browser is sent, and what is made of the address it comes back with.
//!
//! Knows the providers' authorization pages and nothing of tokens' later life: codes are traded by the clients in
//! `providers`, and pending logins are sealed by `vault` and kept by `store`, which takes each out once.

use chrono::{Duration, SecondsFormat};
use kuroibara_core::{Provider, Time};
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, basic::BasicClient};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{http::address, secret::Secret};

mod back;
#[cfg(test)]
mod tests;

pub use back::{Brought, Return, ReturnError, parse_return, provider_of};

/// How long a sign-in may take.
pub const LIFETIME: Duration = Duration::minutes(10);

/// A sign-in that was begun and waits for the browser. It outlives the process: [`PendingLogin::to_secret`] is sealed and
/// stored, and taken out once.
#[derive(Clone, Debug)]
pub struct PendingLogin {
    /// Names it in the database. Not secret, and not the state.
    pub id: String,
    /// Where.
    pub provider: Provider,
    /// What the browser will bring.
    pub kind: Kind,
    /// What must come back with it, wherever the provider sends it back.
    pub state: Secret,
    /// PKCE's verifier, where it is used.
    pub verifier: Option<Secret>,
    /// The redirect address of the request, to be repeated when the code is traded.
    pub redirect_uri: String,
    /// When it was begun.
    pub created_at: Time,
    /// When it is too late.
    pub expires_at: Time,
}

/// What the browser will bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A code, to be traded for tokens.
    Code,
    /// A token itself (AniList without a client secret).
    Implicit,
}

/// A sign-in that may begin: the page to open, and what to remember meanwhile.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The page to open in the browser.
    pub authorize_url: Url,
    /// What to remember.
    pub login: PendingLogin,
}

/// What is needed to begin.
#[derive(Clone, Copy, Debug)]
pub struct Beginning<'a> {
    /// Where to sign in.
    pub provider: Provider,
    /// The client's public id.
    pub client_id: Option<&'a str>,
    /// Whether the client has a secret; without one AniList hands out the token directly.
    pub has_secret: bool,
    /// Has `/authorize` below it.
    pub oauth: &'a Url,
    /// Where the browser is sent back to; must be the registered one exactly. See [`redirect_uri`].
    pub redirect_uri: &'a str,
    /// The present moment.
    pub now: Time,
}

/// Why a sign-in can't begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BeginError {
    /// The user has not registered an API client yet.
    #[error(
        "{title} is not set up yet: register an API client there with the redirect address {redirect}, then run \
         `kuroibara-cli setup {name} --client-id ID`",
        redirect = redirect_uri(*.0), name = .0.as_str(), title = .0.title()
    )]
    NoClientId(Provider),
    /// This provider is signed in to by name and password.
    #[error("{} is connected with your name and password, not with the browser", .0.title())]
    ByPassword(Provider),
    /// The redirect address can't be one.
    #[error("the redirect address must be kuroibara://oauth/PROVIDER, https, or http on this machine")]
    BadRedirect,
    /// The authorization page would be opened without encryption.
    #[error("the sign-in page of {} must be an https address, or http on this machine", .0.title())]
    Insecure(Provider),
}

/// The port of this machine that the browser may be sent back to. Fixed, since the services compare what was registered
/// exactly.
pub const LOOPBACK_PORT: u16 = 17_349;

/// Where the browser is sent back to: what the person registered at the provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Redirect {
    /// The application's own scheme.
    #[default]
    DeepLink,
    /// A port of this machine, on which somebody listens (RFC 8252, section 7.3).
    Loopback,
    /// AniList's own page, from which the person copies the code or token.
    Pin,
}

impl Redirect {
    /// The address to register at the provider, whose `oauth` endpoint is this; none: it has no such.
    pub fn address(self, provider: Provider, oauth: &Url) -> Option<String> {
        match (self, provider) {
            (_, Provider::Kitsu) | (Self::Pin, Provider::MyAnimeList) => None,
            (Self::DeepLink, _) => Some(redirect_uri(provider)),
            (Self::Loopback, _) => Some(format!("http://127.0.0.1:{LOOPBACK_PORT}/oauth/{provider}")),
            (Self::Pin, Provider::AniList) => Some(format!("{}/pin", oauth.as_str().trim_end_matches('/'))),
        }
    }
}

/// Where the browser is sent back to, unless the user registered something else.
pub fn redirect_uri(provider: Provider) -> String {
    format!("kuroibara://oauth/{}", provider.as_str())
}

/// Prepares a sign-in: makes its secrets and the address of the page.
pub fn begin(beginning: &Beginning<'_>, rng: &mut impl rand::CryptoRng) -> Result<Begun, BeginError> {
    let provider = beginning.provider;
    let client_id = beginning.client_id.filter(|id| !id.trim().is_empty()).ok_or(BeginError::NoClientId(provider));
    let login = PendingLogin::new(beginning, rng);
    let authorize_url = match (provider, login.kind) {
        (Provider::Kitsu, _) => return Err(BeginError::ByPassword(provider)),
        (Provider::AniList, Kind::Implicit) => implicit_url(beginning, client_id?)?,
        (Provider::AniList | Provider::MyAnimeList, _) => code_url(beginning, client_id?, &login)?,
    };
    Ok(Begun { authorize_url, login })
}

impl PendingLogin {
    fn new(beginning: &Beginning<'_>, rng: &mut impl rand::CryptoRng) -> Self {
        let &Beginning { provider, now, .. } = beginning;
        let implicit = provider == Provider::AniList && !beginning.has_secret;
        Self {
            id: uuid::Uuid::now_v7().to_string(),
            provider,
            kind: if implicit { Kind::Implicit } else { Kind::Code },
            state: random_text::<32>(rng),
            // 86 characters, of 43 to 128 allowed.
            verifier: (provider == Provider::MyAnimeList).then(|| random_text::<64>(rng)),
            redirect_uri: beginning.redirect_uri.to_owned(),
            created_at: now,
            expires_at: now + LIFETIME,
        }
    }

    /// As text, to be sealed.
    pub fn to_secret(&self) -> Secret {
        Secret::new(serde_json::json!(Stored::from(self)).to_string())
    }

    /// From the text that [`PendingLogin::to_secret`] made; none if it is none.
    pub fn from_secret(text: &Secret) -> Option<Self> {
        let stored: Stored = serde_json::from_str(text.reveal()).ok()?;
        stored.try_into().ok()
    }

    /// Whether it is still in time. A clock that was set back by more than a login's life can't tell, so it is not.
    fn is_live(&self, now: Time) -> bool {
        now < self.expires_at && now > self.created_at - LIFETIME
    }
}

/// AniList's code, or MyAnimeList's with PKCE. MyAnimeList knows the method `plain` only.
fn code_url(beginning: &Beginning<'_>, client_id: &str, login: &PendingLogin) -> Result<Url, BeginError> {
    let redirect = RedirectUrl::new(beginning.redirect_uri.to_owned()).map_err(|_| BeginError::BadRedirect)?;
    if !is_redirect(redirect.url()) {
        return Err(BeginError::BadRedirect);
    }
    let client = BasicClient::new(ClientId::new(client_id.trim().to_owned()))
        .set_auth_uri(AuthUrl::from_url(page(beginning)?))
        .set_redirect_uri(redirect);
    let mut request = client.authorize_url(|| CsrfToken::new(login.state.reveal().to_owned()));
    if let Some(verifier) = &login.verifier {
        let verifier = PkceCodeVerifier::new(verifier.reveal().to_owned());
        request = request.set_pkce_challenge(PkceCodeChallenge::from_code_verifier_plain(&verifier));
    }
    Ok(request.url().0)
}

/// AniList's implicit grant takes these two parameters and refuses any other, so the `oauth2` crate, which always adds a
/// state, can't build it.
fn implicit_url(beginning: &Beginning<'_>, client_id: &str) -> Result<Url, BeginError> {
    let mut url = page(beginning)?;
    url.query_pairs_mut().append_pair("client_id", client_id.trim()).append_pair("response_type", "token");
    Ok(url)
}

fn page(beginning: &Beginning<'_>) -> Result<Url, BeginError> {
    let mut url = beginning.oauth.clone();
    if !address::is_safe(&url) {
        return Err(BeginError::Insecure(beginning.provider));
    }
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push("authorize");
    }
    Ok(url)
}

fn is_redirect(url: &Url) -> bool {
    url.scheme() == "kuroibara" || address::is_safe(url)
}

fn random_text<const BYTES: usize>(rng: &mut impl rand::CryptoRng) -> Secret {
    use base64::Engine;
    let mut bytes = zeroize::Zeroizing::new([0; BYTES]);
    rng.fill_bytes(bytes.as_mut_slice());
    Secret::new(base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(bytes.as_slice()))
}

/// A pending login as it is sealed: the only form in which its secrets are written.
#[derive(Serialize, Deserialize)]
struct Stored {
    id: String,
    provider: Provider,
    kind: Kind,
    state: String,
    verifier: Option<String>,
    redirect_uri: String,
    created_at: String,
}

impl From<&PendingLogin> for Stored {
    fn from(login: &PendingLogin) -> Self {
        Self {
            id: login.id.clone(),
            provider: login.provider,
            kind: login.kind,
            state: login.state.reveal().to_owned(),
            verifier: login.verifier.as_ref().map(|verifier| verifier.reveal().to_owned()),
            redirect_uri: login.redirect_uri.clone(),
            created_at: login.created_at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        }
    }
}

impl TryFrom<Stored> for PendingLogin {
    type Error = chrono::ParseError;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let created_at: Time = stored.created_at.parse()?;
        Ok(Self {
            id: stored.id,
            provider: stored.provider,
            kind: stored.kind,
            state: Secret::new(stored.state),
            verifier: stored.verifier.map(Secret::new),
            redirect_uri: stored.redirect_uri,
            created_at,
            expires_at: created_at + LIFETIME,
        })
    }
}
