//! Access tokens (anilist.md section 2): JWTs of three parts with `sub` and `exp`, good for one year, never refreshed.
//! The signature is no real one: a token is good because it was issued here.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// How long a token is good.
pub(super) const LIFETIME: TimeDelta = TimeDelta::days(365);

/// A new token of this user for this client; `id` makes it unlike any other.
pub(super) fn jwt(client: &str, user: i64, id: &str, now: DateTime<Utc>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(&json!({"typ": "JWT", "alg": "RS256"}));
    let (from, until) = (now.timestamp(), (now + LIFETIME).timestamp());
    let claims = json!({
        "aud": client, "jti": id, "iat": from, "nbf": from, "exp": until, "sub": user.to_string(), "scopes": [],
    });
    let signed = format!("{head}.{}", part(&claims));
    let signature = URL_SAFE_NO_PAD.encode(Sha256::digest(format!("simulated {signed}")));
    format!("{signed}.{signature}")
}
