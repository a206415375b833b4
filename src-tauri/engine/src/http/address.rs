//! Which addresses may be used at all: secrets never cross a network in the open.

use url::{Host, Url};

/// Whether requests may go there: `https`, or plain `http` to this machine itself.
pub fn is_safe(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(url),
        _ => false,
    }
}

/// Whether the host is this machine: `127.0.0.0/8`, `::1` or `localhost`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_https_and_loopback_addresses_are_safe() {
        for (text, safe) in [
            ("https://graphql.anilist.co", true),
            ("http://graphql.anilist.co", false),
            ("http://127.0.0.1:4000/x", true),
            ("http://127.8.9.10/", true),
            ("http://[::1]:80/", true),
            ("http://LocalHost:80/", true),
            ("http://localhost.example.org/", false),
            ("http://127.0.0.1.example.org/", false),
            ("http://127.0.0.1@example.org/", false),
            ("http://0.0.0.0/", false),
            ("http://128.0.0.1/", false),
            ("ftp://127.0.0.1/", false),
            ("file:///etc/hosts", false),
        ] {
            assert_eq!(is_safe(&Url::parse(text).unwrap()), safe, "{text}");
        }
    }
}
