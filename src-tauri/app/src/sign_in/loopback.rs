//! A port of this machine that the browser may be sent back to, where the desktop hands over no links (RFC 8252, section
//! 7.3). It listens only while a sign-in waits, and only to what ends one. It must not know what an address means.

mod page;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use futures::future::BoxFuture;
use kuroibara_engine::oauth::LOOPBACK_PORT;
use tauri::{AppHandle, Manager};
use tokio::{net::TcpListener, sync::Notify};

use crate::{
    Chosen,
    error::{AppError, ErrorCode},
    words::Words,
};

/// A sign-in takes no longer.
const OPEN_FOR: Duration = Duration::from_secs(600);
/// What AniList's fragment may have; its tokens have about a thousand characters.
const LONGEST: usize = 16 << 10;

/// The listener, if it listens. Managed by Tauri.
#[derive(Debug, Default)]
pub(crate) struct Loopback {
    /// Ends the one that listens now.
    stop: Mutex<Option<Arc<Notify>>>,
}

/// Listens until a sign-in ended or ten minutes have passed. Another sign-in takes the port over.
///
/// # Errors
/// When another program has the port.
pub(crate) async fn listen(app: &AppHandle) -> Result<(), AppError> {
    let stop = Arc::new(Notify::new());
    let before = app.state::<Loopback>().stop.lock().unwrap_or_else(PoisonError::into_inner).replace(stop.clone());
    if let Some(before) = before {
        before.notify_one();
    }
    let listener = bind().await?;
    let words = Words::of(app.state::<Chosen>().get().language);
    let handle = app.clone();
    let end: End = Arc::new(move |text| {
        let app = handle.clone();
        Box::pin(async move { super::end(&app, &text).await.map(drop) })
    });
    tauri::async_runtime::spawn(serve(listener, Door { end, words, stop: stop.clone(), port: LOOPBACK_PORT }));
    Ok(())
}

/// The one that listened before needs a moment to let go.
async fn bind() -> Result<TcpListener, AppError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, LOOPBACK_PORT));
    for _ in 0..20 {
        if let Ok(listener) = TcpListener::bind(address).await {
            return Ok(listener);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let message = format!("another program uses port {LOOPBACK_PORT} of this computer");
    Err(AppError::new(ErrorCode::PortTaken, message)
        .with_hint("End that program, or paste the address that the browser shows"))
}

async fn serve(listener: TcpListener, door: Door) {
    let stop = door.stop.clone();
    let over = async move {
        tokio::select! {
            () = stop.notified() => {}
            () = tokio::time::sleep(OPEN_FOR) => {}
        }
    };
    if let Err(error) = axum::serve(listener, router(door)).with_graceful_shutdown(over).await {
        tracing::warn!(%error, "the listener for sign-ins ended");
    }
}

/// Ends the sign-in that an address belongs to.
type End = Arc<dyn Fn(String) -> BoxFuture<'static, Result<(), AppError>> + Send + Sync>;

/// What a request meets.
#[derive(Clone)]
struct Door {
    end: End,
    words: &'static Words,
    stop: Arc<Notify>,
    port: u16,
}

fn router(door: Door) -> Router {
    Router::new().route("/oauth/{service}", get(came_back).post(brought_fragment)).with_state(door)
}

/// The browser comes back. With a query the sign-in can end; without one, what was sent back stands behind the `#`, which
/// only a script in the page can read.
async fn came_back(
    State(door): State<Door>,
    Path(service): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if !is_known(&service) || !door.is_addressed(&headers) {
        return StatusCode::NOT_FOUND.into_response();
    }
    match query.filter(|query| !query.is_empty()) {
        None if service == "anilist" => page::asking(door.words),
        None => StatusCode::NOT_FOUND.into_response(),
        Some(query) => page::ended(door.words, door.finish(&service, '?', &query).await.is_ok()),
    }
}

/// The page's script brings what stood behind the `#`.
async fn brought_fragment(
    State(door): State<Door>,
    Path(service): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fragment = std::str::from_utf8(&body).unwrap_or_default();
    if service != "anilist" || !door.is_addressed(&headers) || !door.is_same_origin(&headers) || body.len() > LONGEST {
        return StatusCode::NOT_FOUND.into_response();
    }
    match door.finish(&service, '#', fragment).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(_) => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
    }
}

fn is_known(service: &str) -> bool {
    matches!(service, "anilist" | "myanimelist")
}

impl Door {
    fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Whether the request names this port of this machine: a name that somebody let point here does not count.
    fn is_addressed(&self, headers: &HeaderMap) -> bool {
        headers.get(header::HOST).is_some_and(|host| host.as_bytes() == format!("127.0.0.1:{}", self.port).as_bytes())
    }

    /// Whether our own page sends it.
    fn is_same_origin(&self, headers: &HeaderMap) -> bool {
        headers.get(header::ORIGIN).is_some_and(|origin| origin.as_bytes() == self.origin().as_bytes())
    }

    /// Ends the sign-in, and with it the listening.
    async fn finish(&self, service: &str, mark: char, brought: &str) -> Result<(), AppError> {
        let ended = (self.end)(format!("{}/oauth/{service}{mark}{brought}", self.origin())).await;
        if ended.is_ok() {
            self.stop.notify_one();
        }
        ended
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use crate::settings::Language;
    use axum::{body::Body, http::Request};
    use tower::ServiceExt;

    /// A door that writes down what came, and lets in whatever brings `good`.
    fn door() -> (Router, Arc<Mutex<Vec<String>>>) {
        let came = Arc::new(Mutex::new(Vec::new()));
        let notes = came.clone();
        let end: End = Arc::new(move |text| {
            notes.lock().unwrap().push(text.clone());
            Box::pin(async move {
                if text.contains("good") { Ok(()) } else { Err(AppError::new(ErrorCode::Refused, "no")) }
            })
        });
        let door = Door { end, words: Words::of(Language::En), stop: Arc::default(), port: 17_349 };
        (router(door), came)
    }

    fn request(method: &str, path: &str, body: &str) -> Request<Body> {
        let builder = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1:17349");
        builder.header(header::ORIGIN, "http://127.0.0.1:17349").body(Body::from(body.to_owned())).unwrap()
    }

    async fn answered(router: &Router, request: Request<Body>) -> (u16, HeaderMap, String) {
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 1 << 16).await.unwrap();
        (parts.status.as_u16(), parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn an_address_with_a_query_ends_the_sign_in_and_says_so() {
        let (router, came) = door();
        let (status, _, page) = answered(&router, request("GET", "/oauth/myanimelist?code=good&state=s", "")).await;
        assert_eq!((status, page.contains("You can close this page")), (200, true));
        assert_eq!(*came.lock().unwrap(), ["http://127.0.0.1:17349/oauth/myanimelist?code=good&state=s"]);
    }

    #[tokio::test]
    async fn a_fragment_is_brought_by_a_page_that_may_do_nothing_else() {
        let (router, came) = door();
        let (status, headers, _) = answered(&router, request("GET", "/oauth/anilist", "")).await;
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert_eq!(status, 200);
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(headers["cache-control"], "no-store");
        let (status, _, _) = answered(&router, request("POST", "/oauth/anilist", "access_token=good")).await;
        assert_eq!(status, 204);
        assert_eq!(*came.lock().unwrap(), ["http://127.0.0.1:17349/oauth/anilist#access_token=good"]);
    }

    #[tokio::test]
    async fn what_another_page_or_another_name_brings_is_not_looked_at() {
        let (router, came) = door();
        let mut foreign = request("POST", "/oauth/anilist", "access_token=good");
        foreign.headers_mut().insert(header::ORIGIN, "https://elsewhere.example".parse().unwrap());
        let mut renamed = request("GET", "/oauth/myanimelist?code=good", "");
        renamed.headers_mut().insert(header::HOST, "elsewhere.example:17349".parse().unwrap());
        let others = [
            request("GET", "/oauth/kitsu?code=good", ""),
            request("GET", "/oauth/myanimelist", ""),
            request("GET", "/", ""),
        ];
        for refused in [foreign, renamed].into_iter().chain(others) {
            assert_eq!(answered(&router, refused).await.0, 404);
        }
        assert!(came.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_sign_in_that_failed_is_told_in_the_page_without_a_reason_from_outside() {
        let (router, _) = door();
        let (status, _, page) = answered(&router, request("GET", "/oauth/myanimelist?error=marker", "")).await;
        assert_eq!((status, page.contains("did not work"), page.contains("marker")), (200, true, false));
    }
}
