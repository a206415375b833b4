//! Pictures: fetched from the providers' picture hosts and from nowhere else, without any token, and only if they are what
//! they say and not too large.

use bytes::{Bytes, BytesMut};
use reqwest::header::{ACCEPT, LOCATION};
use url::Url;

use super::{Http, HttpError, address};

/// The hosts of the providers' covers: AniList's, MyAnimeList's two, Kitsu's of today and of before it moved.
const HOSTS: [&str; 6] = [
    "s4.anilist.co",
    "cdn.myanimelist.net",
    "api-cdn.myanimelist.net",
    "media.kitsu.app",
    "media.kitsu.io",
    "cdn.kitsu.app",
];
/// The most bytes of a picture.
const LARGEST: usize = 5 << 20;
/// The most redirects, each to an allowed address.
const REDIRECTS: usize = 3;

/// A picture as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// What it is, by its first bytes.
    pub kind: PictureKind,
    /// The file.
    pub bytes: Bytes,
}

/// The kinds of pictures that are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureKind {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    Webp,
    /// GIF.
    Gif,
}

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Its address is none of a provider's.
    #[error("covers are loaded from the services' own picture hosts only")]
    NotAllowed,
    /// It did not come.
    #[error("the cover could not be loaded: {0}")]
    NotLoaded(String),
    /// It is larger than any cover.
    #[error("the cover is larger than 5 megabytes")]
    TooLarge,
    /// What came is no picture.
    #[error("what came is no picture")]
    NoPicture,
}

impl PictureKind {
    /// The kind of a file, by its first bytes; none: it is no picture that is shown.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            _ => None,
        }
    }

    /// The kind as a content type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
        }
    }
}

/// Whether a picture may be loaded from there: from the providers' hosts, or where a provider itself is on this machine, from
/// this machine.
pub fn is_allowed(url: &Url, on_this_machine: bool) -> bool {
    let listed = url.scheme() == "https"
        && url.port().is_none()
        && url.username().is_empty()
        && url.host_str().is_some_and(|host| HOSTS.contains(&host));
    listed || (on_this_machine && url.scheme() == "http" && address::is_loopback(url))
}

impl Http {
    /// Loads a picture. `on_this_machine` says whether a provider is simulated here.
    pub async fn picture(&self, url: &Url, on_this_machine: bool) -> Result<Picture, PictureError> {
        let mut url = url.clone();
        for _ in 0..=REDIRECTS {
            if !is_allowed(&url, on_this_machine) {
                return Err(PictureError::NotAllowed);
            }
            let client = self.shared.client_for(&url).map_err(|error: HttpError| not_loaded(&error))?;
            let answer = client.get(url.clone()).header(ACCEPT, "image/*").send().await;
            let answer = answer.map_err(|error| not_loaded(&error.without_url()))?;
            if !answer.status().is_redirection() {
                return read(answer).await;
            }
            let next = answer.headers().get(LOCATION).and_then(|next| next.to_str().ok());
            url = next.and_then(|next| url.join(next).ok()).ok_or(PictureError::NotAllowed)?;
        }
        Err(PictureError::NotLoaded("it was sent on too often".into()))
    }
}

async fn read(mut answer: reqwest::Response) -> Result<Picture, PictureError> {
    if !answer.status().is_success() {
        return Err(PictureError::NotLoaded(format!("status {}", answer.status().as_u16())));
    }
    let mut bytes = BytesMut::new();
    while let Some(part) = answer.chunk().await.map_err(|error| not_loaded(&error.without_url()))? {
        if bytes.len() + part.len() > LARGEST {
            return Err(PictureError::TooLarge);
        }
        bytes.extend_from_slice(&part);
    }
    let kind = PictureKind::of(&bytes).ok_or(PictureError::NoPicture)?;
    Ok(Picture { kind, bytes: bytes.freeze() })
}

fn not_loaded(error: &dyn std::fmt::Display) -> PictureError {
    PictureError::NotLoaded(error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn pictures_come_from_the_services_hosts_only() {
        for (text, allowed) in [
            ("https://s4.anilist.co/file/cover.jpg", true),
            ("https://cdn.myanimelist.net/images/1.jpg", true),
            ("https://media.kitsu.app/manga/1/large.jpg", true),
            ("http://s4.anilist.co/file/cover.jpg", false),
            ("https://s4.anilist.co:8443/file/cover.jpg", false),
            ("https://s4.anilist.co.example.org/cover.jpg", false),
            ("https://me@s4.anilist.co/cover.jpg", false),
            ("https://example.org/s4.anilist.co", false),
            ("http://127.0.0.1/cover.png", false),
            ("file:///etc/hosts", false),
        ] {
            assert_eq!(is_allowed(&Url::parse(text).unwrap(), false), allowed, "{text}");
        }
        assert!(is_allowed(&Url::parse("http://127.0.0.1:4000/covers/1.png").unwrap(), true));
        assert!(!is_allowed(&Url::parse("http://192.168.1.1/covers/1.png").unwrap(), true));
    }

    #[test]
    fn a_picture_is_known_by_its_first_bytes() {
        assert_eq!(PictureKind::of(b"\xFF\xD8\xFF\xE0rest"), Some(PictureKind::Jpeg));
        assert_eq!(PictureKind::of(b"\x89PNG\r\n\x1A\nrest"), Some(PictureKind::Png));
        assert_eq!(PictureKind::of(b"RIFF1234WEBPrest"), Some(PictureKind::Webp));
        assert_eq!(PictureKind::of(b"GIF89arest"), Some(PictureKind::Gif));
        for other in [&b""[..], b"<svg xmlns", b"<!DOCTYPE html>", b"RIFF1234WAVE"] {
            assert_eq!(PictureKind::of(other), None);
        }
    }
}
