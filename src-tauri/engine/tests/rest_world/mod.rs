//! What the tests of the MyAnimeList and Kitsu clients share: simulated services, a way out to them, and counting.

#![allow(clippy::unwrap_used, clippy::expect_used)]
// Each test binary uses its part.
#![allow(dead_code)]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use kuroibara_core::{Entry, Field, Fields, Provider, Status, Value};
use kuroibara_engine::{
    clock::ManualClock,
    http::{Http, HttpError, HttpSettings, Limits, MemoryLedger, Timeouts},
    providers::{ApiError, Listing, Write},
};
use kuroibara_sim::{Fault, Recorded, Sim, SimClock, SimConfig};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// Simulated services and a way out to them. Nothing here waits for real time, but where a service hangs.
pub(crate) struct World {
    pub(crate) sim: Sim,
    pub(crate) http: Http,
    /// Our clock; the services have their own (`sim.clock`), which shows the same at the start.
    pub(crate) clock: ManualClock,
    pub(crate) ledger: Arc<MemoryLedger>,
}

impl World {
    /// Three services whose reader has so many entries in each list.
    pub(crate) async fn with_entries(entries: usize) -> Self {
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let config = SimConfig {
            seed: 11,
            works: entries * 3 / 2 + 50,
            entries,
            clock: SimClock::manual(now),
            ..SimConfig::default()
        };
        let (clock, ledger) = (ManualClock::new(now), Arc::new(MemoryLedger::default()));
        let timeouts = Timeouts { connect: Duration::from_secs(5), total: Duration::from_secs(60) };
        let http = way_out(&clock, &ledger, timeouts);
        Self { sim: Sim::start(config).await.unwrap(), http, clock, ledger }
    }

    /// One that does not wait long for a service that hangs.
    pub(crate) async fn impatient(entries: usize) -> Self {
        let world = Self::with_entries(entries).await;
        let timeouts = Timeouts { connect: Duration::from_secs(5), total: Duration::from_millis(1_500) };
        Self { http: way_out(&world.clock, &world.ledger, timeouts), ..world }
    }

    /// Whatever pause a service was given is over.
    pub(crate) fn pass_pauses(&self) {
        self.clock.advance(Duration::from_secs(3_600));
    }

    /// The requests of one route so far.
    pub(crate) fn asked(&self, provider: Provider, route: &'static str) -> u32 {
        self.ledger.counts().get(&(provider, route)).copied().unwrap_or(0)
    }
}

fn way_out(clock: &ManualClock, ledger: &Arc<MemoryLedger>, timeouts: Timeouts) -> Http {
    let settings = HttpSettings { limits: Limits::Off, timeouts, seed: 5, ..HttpSettings::default() };
    Http::new(settings, Arc::new(clock.clone()), ledger.clone()).unwrap()
}

/// Every way in which a read can fail once without being lost.
pub(crate) fn passing_faults() -> Vec<Fault> {
    vec![
        Fault::TooMany { with_headers: true, retry_after: Some(30) },
        Fault::TooMany { with_headers: false, retry_after: None },
        Fault::Status(500),
        Fault::Status(502),
        Fault::Status(504),
        Fault::Hang,
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::Truncated,
    ]
}

/// Every way in which the answer of a write that took effect can be lost.
pub(crate) fn lost_answers() -> Vec<Fault> {
    vec![Fault::StatusAfter(500), Fault::StatusAfter(503), Fault::HangAfter, Fault::ResetAfter, Fault::Truncated]
}

/// Whether it may have taken effect, as the error says.
pub(crate) fn is_lost(error: &ApiError) -> bool {
    matches!(error, ApiError::Http(HttpError::AnswerLost { .. } | HttpError::Outage { .. }))
}

/// A write of these fields over an entry of `before`.
pub(crate) fn write(id: &str, entry_id: Option<&str>, before: Option<Fields>, fields: Fields) -> Write {
    Write { id: id.into(), entry_id: entry_id.map(Into::into), before, fields }
}

/// One field.
pub(crate) fn one(field: Field, value: Value) -> Fields {
    Fields::new().with(field, value)
}

/// Fields of an entry that says nothing but its status and progress.
pub(crate) fn blank(status: Status, chapters: u32) -> Entry {
    Entry { chapters, ..Entry::new(status) }
}

/// The listed ids, sorted as numbers.
pub(crate) fn ids(listing: &Listing) -> Vec<i64> {
    let mut ids: Vec<i64> = listing.entries.iter().map(|e| e.work.id.as_str().parse().unwrap()).collect();
    ids.sort_unstable();
    ids
}

/// The form pairs or JSON of the last request.
pub(crate) fn last_body(requests: &[Recorded]) -> String {
    String::from_utf8(requests.last().unwrap().body.to_vec()).unwrap()
}

/// A service that answers what it is told, one body after the other, for what no simulated service does.
pub(crate) struct Script {
    pub(crate) url: url::Url,
    heard: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Script {
    pub(crate) async fn of(bodies: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api", listener.local_addr().unwrap()).parse().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let log = heard.clone();
        let task = tokio::spawn(async move {
            for body in bodies {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 65_536];
                let count = stream.read(&mut request).await.unwrap();
                log.lock().unwrap().push(String::from_utf8_lossy(&request[..count]).into_owned());
                let head =
                    format!("content-type: application/json\r\ncontent-length: {}\r\nconnection: close", body.len());
                stream.write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}").as_bytes()).await.unwrap();
            }
        });
        Self { url, heard, task }
    }

    /// The first lines of what was asked.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().iter().map(|text| text.lines().next().unwrap().to_owned()).collect()
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.task.abort();
    }
}
