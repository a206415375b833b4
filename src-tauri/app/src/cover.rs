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

/// Answers with the cover of the manga that the address names.
pub(crate) fn serve<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let app = context.app_handle().clone();
    tauri::async_runtime::spawn(async move {
        let found = match manga(request.uri().path()) {
            Some(manga) => found(&app.state::<Session>(), manga).await,
            None => None,
        };
        responder.respond(found.unwrap_or_else(nothing));
    });
}

/// The manga that an address such as `/0190…` names.
fn manga(path: &str) -> Option<MangaId> {
    path.trim_start_matches('/').parse().ok().map(MangaId)
}

async fn found(session: &Session, manga: MangaId) -> Option<Response<Cow<'static, [u8]>>> {
    let engine = session.engine().await.ok()?;
    let picture = engine.cover(manga).await.inspect_err(|error| tracing::debug!(%error, "no cover")).ok()??;
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
    fn an_address_names_a_manga_or_nothing() {
        assert!(manga("/019ab1c2-0000-7000-8000-000000000001").is_some());
        for other in ["/", "", "/../kuroibara.db", "/019ab1c2", "/https://example.org/a.png"] {
            assert!(manga(other).is_none(), "{other}");
        }
    }
}
