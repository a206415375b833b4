//! The protocol by which the window shows covers: its page has no network, so the pictures come from the engine. It must not
//! know where they are from.

use std::borrow::Cow;

use kuroibara_engine::core::MangaId;
use tauri::{
    Manager, Runtime, UriSchemeContext, UriSchemeResponder,
    http::{Request, Response, StatusCode, header},
};

use crate::Session;

/// The protocol's name, in the page's policy too.
pub(crate) const SCHEME: &str = "cover";
/// An address changes with its picture, so what is there may be kept for good.
const FOR_GOOD: &str = "private, max-age=31536000, immutable";

/// Whose cover an address names.
#[derive(Debug, PartialEq)]
enum Whose {
    /// That of a manga of the library.
    Manga(MangaId),
    /// That of another work, which the engine offered by this name.
    Offered(String),
}

/// Answers with the cover that the address names.
pub(crate) fn serve<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let app = context.app_handle().clone();
    tauri::async_runtime::spawn(async move {
        let found = match whose(request.uri().path()) {
            Some(whose) => found(&app.state::<Session>(), whose).await,
            None => None,
        };
        responder.respond(found.unwrap_or_else(nothing));
    });
}

/// What an address such as `/0190…` or `/of/3f2c…` names.
fn whose(path: &str) -> Option<Whose> {
    match path.strip_prefix("/of/") {
        Some(name) => Some(Whose::Offered(name.to_owned())),
        None => path.trim_start_matches('/').parse().ok().map(|id| Whose::Manga(MangaId(id))),
    }
}

async fn found(session: &Session, whose: Whose) -> Option<Response<Cow<'static, [u8]>>> {
    let engine = session.engine().await.ok()?;
    let picture = match whose {
        Whose::Manga(manga) => engine.cover(manga).await,
        Whose::Offered(name) => engine.offered_cover(&name).await,
    };
    let picture = picture.inspect_err(|error| tracing::debug!(%error, "no cover")).ok()??;
    Response::builder()
        .header(header::CONTENT_TYPE, picture.kind.content_type())
        .header(header::CACHE_CONTROL, FOR_GOOD)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .body(Cow::Owned(picture.bytes.to_vec()))
        .ok()
}

/// The page shows its own picture instead, and may ask again later.
fn nothing() -> Response<Cow<'static, [u8]>> {
    let mut nothing = Response::new(Cow::Borrowed(&[][..]));
    *nothing.status_mut() = StatusCode::NOT_FOUND;
    nothing.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    nothing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_manga_an_offered_cover_or_nothing() {
        assert!(matches!(whose("/019ab1c2-0000-7000-8000-000000000001"), Some(Whose::Manga(_))));
        assert_eq!(whose("/of/3f2c"), Some(Whose::Offered("3f2c".into())));
        for other in ["/", "", "/../kuroibara.db", "/019ab1c2", "/https://example.org/a.png"] {
            assert_eq!(whose(other), None, "{other}");
        }
    }
}
