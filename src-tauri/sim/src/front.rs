//! What stands before every simulated service: it records requests, sets the `Date` of the simulated clock, and carries
//! out general faults. It knows nothing of any service but how its errors look, which comes in as `Style`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use futures::{StreamExt, stream};

use crate::clock::SimClock;
use crate::faults::{Fault, Faults};

/// Recorder, clock and faults of one service. Clones share them.
#[derive(Clone)]
pub struct Front {
    /// The service's clock.
    pub clock: SimClock,
    /// The faults before the service.
    pub faults: Faults,
    /// What was asked of the service.
    pub log: Log,
    /// Who looks on at each request.
    pub onlooker: Onlooker,
    style: Style,
}

/// Called at each request, before it is carried out and after, right before the answer leaves. What it does then happens
/// in between for the client: an edit by a person, time that passes, or an end that never comes.
#[derive(Clone, Default)]
pub struct Onlooker(Arc<Mutex<Option<Watch>>>);

type Watch = Arc<dyn Fn(Seen) -> BoxFuture<'static, ()> + Send + Sync>;

/// A request as an onlooker sees it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Before it is carried out, or after.
    pub moment: Moment,
    /// The HTTP method.
    pub method: String,
    /// The route, as in `Recorded::route`.
    pub route: String,
    /// The fault that strikes it, if any.
    pub fault: Option<Fault>,
    /// The status that is about to be answered; none before, and when the connection will be dropped.
    pub status: Option<u16>,
}

/// When an onlooker is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Nothing was done yet.
    Before,
    /// It took effect, as far as it does, and nothing was answered yet.
    After,
}

/// How one service names its routes and words its errors.
#[derive(Clone, Copy)]
pub struct Style {
    /// The route under which a request is recorded and matched by faults, from method, address and body.
    pub route: fn(&Method, &Uri, &[u8]) -> String,
    /// The service's 429: whether with rate headers, `Retry-After` in seconds, and the time.
    pub too_many: fn(bool, Option<u64>, DateTime<Utc>) -> Response,
    /// The service's error with this status.
    pub failure: fn(StatusCode) -> Response,
}

/// One request as it came and was answered.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Recorded {
    /// The HTTP method.
    pub method: String,
    /// Path and query as sent.
    pub path: String,
    /// The route as the service names it (AniList: `query Page`, `mutation SaveMediaListEntry`; others: the path).
    pub route: String,
    /// The body as sent.
    #[serde(skip)]
    pub body: Bytes,
    /// The HTTP status answered; none while it hangs or when the connection was dropped.
    pub status: Option<u16>,
    /// When it came, by the simulated clock.
    pub at: DateTime<Utc>,
}

/// The requests of one service and its count of writes. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<LogState>>);

#[derive(Debug, Default)]
struct LogState {
    requests: Vec<Recorded>,
    /// Grows with every reset, so that an answer that comes late is not noted at another request.
    era: usize,
    writes: usize,
}

/// Marks a response that must not be sent: the server drops the connection instead.
#[derive(Clone, Copy, Debug)]
pub struct Dropped;

impl Front {
    /// A front with no faults and an empty log.
    pub fn new(clock: SimClock, style: Style) -> Self {
        Self { clock, faults: Faults::default(), log: Log::default(), onlooker: Onlooker::default(), style }
    }

    /// Puts the front before a service's routes. Control routes are merged in afterwards, so no fault reaches them.
    pub fn wrap(&self, service: Router) -> Router {
        let failure = self.style.failure;
        // Only a fallback of its own keeps the front before unknown addresses too.
        service
            .fallback(move || async move { failure(StatusCode::NOT_FOUND) })
            .layer(from_fn_with_state(self.clone(), stand_before))
    }

    async fn pass(&self, fault: Option<Fault>, request: Request, next: Next) -> Response {
        let Some(fault) = fault else { return next.run(request).await };
        match fault {
            Fault::TooMany { with_headers, retry_after } => {
                (self.style.too_many)(with_headers, retry_after, self.clock.now())
            }
            Fault::Status(status) => (self.style.failure)(status_code(status)),
            Fault::Html(status) => html_page(status_code(status)),
            Fault::Hang => std::future::pending().await,
            Fault::ResetBefore => dropped(),
            Fault::StatusAfter(status) => {
                next.run(request).await;
                (self.style.failure)(status_code(status))
            }
            Fault::HangAfter => {
                next.run(request).await;
                std::future::pending().await
            }
            Fault::ResetAfter => {
                next.run(request).await;
                dropped()
            }
            Fault::Truncated => truncated(next.run(request).await).await,
            Fault::EmptyList | Fault::FailPage(_) => next.run(request).await,
        }
    }
}

async fn stand_before(State(front): State<Front>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else { return dropped() };
    let route = (front.style.route)(&parts.method, &parts.uri, &body);
    let fault = front.faults.draw(parts.method.as_str(), &route);
    let method = parts.method.to_string();
    let mut seen = Seen { moment: Moment::Before, method, route, fault: fault.clone(), status: None };
    front.onlooker.call(&seen).await;
    let place = front.log.begin(Recorded {
        method: seen.method.clone(),
        path: parts.uri.path_and_query().map_or_else(|| "/".into(), ToString::to_string),
        route: seen.route.clone(),
        body: body.clone(),
        status: None,
        at: front.clock.now(),
    });
    let mut response = front.pass(fault, Request::from_parts(parts, Body::from(body)), next).await;
    seen.moment = Moment::After;
    seen.status = response.extensions().get::<Dropped>().is_none().then(|| response.status().as_u16());
    front.onlooker.call(&seen).await;
    set_date(&mut response, front.clock.now());
    front.log.finish(place, &response);
    response
}

impl Onlooker {
    /// From now on `watch` is called, and nobody else; none: nobody is.
    pub fn set(&self, watch: Option<Watch>) {
        *self.watch() = watch;
    }

    async fn call(&self, seen: &Seen) {
        let watch = self.watch().clone();
        if let Some(watch) = watch {
            watch(seen.clone()).await;
        }
    }

    fn watch(&self) -> MutexGuard<'_, Option<Watch>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Clients correct their clocks by this header, so it must follow the simulated clock.
fn set_date(response: &mut Response, now: DateTime<Utc>) {
    let date = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(value) = HeaderValue::from_str(&date) {
        response.headers_mut().insert(header::DATE, value);
    }
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn html_page(status: StatusCode) -> Response {
    let page =
        "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>";
    (status, [(header::CONTENT_TYPE, "text/html; charset=UTF-8")], page).into_response()
}

/// Without a server in between (a router called in process) the body's error stands for the lost connection.
fn dropped() -> Response {
    let mut response = broken_body(Bytes::new()).into_response();
    response.extensions_mut().insert(Dropped);
    response
}

async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    if whole.is_empty() {
        return dropped();
    }
    parts.headers.insert(header::CONTENT_LENGTH, whole.len().into());
    Response::from_parts(parts, broken_body(whole.slice(..whole.len() / 2)))
}

/// A body that breaks off after `begun`. Waiting once in between lets the server send what it has.
fn broken_body(begun: Bytes) -> Body {
    let lost = stream::once(async {
        tokio::task::yield_now().await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    });
    Body::from_stream(stream::iter([Ok(begun)]).chain(lost))
}

impl Log {
    /// Every request since the start or the last reset, oldest first.
    pub fn requests(&self) -> Vec<Recorded> {
        self.state().requests.clone()
    }

    /// How many list entries were written (created, changed or removed) through the API.
    pub fn writes(&self) -> usize {
        self.state().writes
    }

    /// Forgets requests and writes.
    pub fn reset(&self) {
        let mut state = self.state();
        state.requests.clear();
        state.writes = 0;
        state.era += 1;
    }

    /// A service tells here that it wrote so many list entries.
    pub fn wrote(&self, entries: usize) {
        self.state().writes += entries;
    }

    fn begin(&self, request: Recorded) -> (usize, usize) {
        let mut state = self.state();
        state.requests.push(request);
        (state.era, state.requests.len() - 1)
    }

    fn finish(&self, (era, place): (usize, usize), response: &Response) {
        let mut state = self.state();
        if state.era != era || response.extensions().get::<Dropped>().is_some() {
            return;
        }
        if let Some(request) = state.requests.get_mut(place) {
            request.status = Some(response.status().as_u16());
        }
    }

    fn state(&self) -> MutexGuard<'_, LogState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
