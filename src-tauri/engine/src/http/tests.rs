//! The laws of the way out, against a scripted server on loopback and a clock that never really waits.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::VecDeque;

use proptest::prelude::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::*;
use crate::clock::ManualClock;

/// What the server does with one connection.
#[derive(Clone)]
enum Step {
    /// Answers with these bytes and closes.
    Say(String),
    /// Reads the request and closes without a word.
    Drop,
    /// Reads the request and never answers.
    Hang,
}

fn say(status: &str, headers: &str, body: &str) -> Step {
    let length = body.len();
    Step::Say(format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"))
}

fn json(status: &str, headers: &str) -> Step {
    say(status, &format!("content-type: application/json\r\n{headers}"), r#"{"ok":true}"#)
}

fn fine() -> Step {
    json("200 OK", "")
}

/// A server that plays its script and answers `fine` after it, and what it heard.
struct Script {
    url: url::Url,
    heard: Arc<Mutex<Vec<String>>>,
    _task: JoinHandle<()>,
}

impl Script {
    async fn play(steps: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/list?secret=hidden", listener.local_addr().unwrap()).parse().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let log = heard.clone();
        let task = tokio::spawn(async move {
            let mut steps: VecDeque<Step> = steps.into();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let step = steps.pop_front().unwrap_or_else(fine);
                tokio::spawn(serve(stream, step, log.clone()));
            }
        });
        Self { url, heard, _task: task }
    }

    fn requests(&self) -> usize {
        self.heard.lock().unwrap().len()
    }
}

async fn serve(mut stream: TcpStream, step: Step, log: Arc<Mutex<Vec<String>>>) {
    let mut heard = Vec::new();
    while !heard.windows(4).any(|four| four == b"\r\n\r\n") {
        let mut some = [0; 4096];
        let count = stream.read(&mut some).await.unwrap_or(0);
        heard.extend_from_slice(&some[..count]);
        if count == 0 {
            return;
        }
    }
    log.lock().unwrap().push(String::from_utf8_lossy(&heard).into_owned());
    match step {
        Step::Say(text) => stream.write_all(text.as_bytes()).await.unwrap(),
        Step::Drop => {}
        Step::Hang => std::future::pending::<()>().await,
    }
}

/// An `Http` on a clock moved by hand.
struct World {
    http: Http,
    clock: ManualClock,
    ledger: Arc<MemoryLedger>,
}

fn start() -> Time {
    Time::from_timestamp(1_800_000_000, 0).unwrap()
}

fn world() -> World {
    world_with(Limits::Off, Duration::from_secs(20))
}

/// One that gives up on an answer soon: for servers that hang.
fn impatient() -> World {
    world_with(Limits::Off, Duration::from_millis(400))
}

fn world_with(limits: Limits, total: Duration) -> World {
    let (clock, ledger) = (ManualClock::new(start()), Arc::new(MemoryLedger::default()));
    let timeouts = Timeouts { connect: Duration::from_secs(2), total };
    let settings = HttpSettings { limits, timeouts, seed: 7, ..HttpSettings::default() };
    let http = Http::new(settings, Arc::new(clock.clone()), ledger.clone()).unwrap();
    World { http, clock, ledger }
}

impl World {
    fn call(&self, url: &url::Url, repeat: Repeat) -> Call {
        let request = self.http.client().get(url.clone()).bearer_auth("token-of-the-reader").build().unwrap();
        Call { provider: Provider::AniList, route: "list", request, repeat }
    }

    async fn read(&self, script: &Script) -> Result<Reply, HttpError> {
        self.http.send(self.call(&script.url, Repeat::Safe)).await
    }

    async fn write(&self, script: &Script) -> Result<Reply, HttpError> {
        self.http.send(self.call(&script.url, Repeat::Never)).await
    }

    fn waited(&self) -> chrono::Duration {
        self.clock.now() - start()
    }
}

#[tokio::test]
async fn an_answer_of_the_api_comes_back_whatever_its_status() {
    let world = world();
    for status in ["200 OK", "400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "422 X"] {
        let script = Script::play(vec![json(status, "")]).await;
        let reply = world.write(&script).await.unwrap();
        assert!(status.starts_with(reply.status.as_str()));
        assert_eq!(&reply.body[..], br#"{"ok":true}"#);
        assert_eq!(script.requests(), 1);
    }
}

#[tokio::test]
async fn an_empty_body_is_an_answer() {
    let script = Script::play(vec![say("204 No Content", "", "")]).await;
    assert_eq!(world().write(&script).await.unwrap().status, 204);
}

#[tokio::test]
async fn we_say_who_we_are() {
    let script = Script::play(vec![]).await;
    world().read(&script).await.unwrap();
    let heard = script.heard.lock().unwrap()[0].to_lowercase();
    assert!(heard.contains("user-agent: kuroibara/") && heard.contains("(+unofficial)"), "{heard}");
    assert!(heard.contains("accept-encoding: gzip"), "{heard}");
}

#[tokio::test]
async fn a_429_is_waited_out_a_second_longer_than_asked_even_by_a_write() {
    let script = Script::play(vec![json("429 Too Many Requests", "retry-after: 30\r\n")]).await;
    let world = world();
    world.write(&script).await.unwrap();
    assert_eq!((script.requests(), world.waited()), (2, chrono::Duration::seconds(31)));
}

#[tokio::test]
async fn a_429_may_name_a_date_in_the_providers_own_time() {
    let headers = "date: Sun, 22 Nov 2026 10:00:00 GMT\r\nretry-after: Sun, 22 Nov 2026 10:00:20 GMT\r\n";
    let script = Script::play(vec![json("429 Too Many Requests", headers)]).await;
    let world = world();
    world.read(&script).await.unwrap();
    assert_eq!(world.waited(), chrono::Duration::seconds(21));
}

#[tokio::test]
async fn a_429_may_name_the_moment_of_the_reset() {
    let reset = start().timestamp() + 40;
    let headers = format!("x-ratelimit-remaining: 0\r\nx-ratelimit-reset: {reset}\r\n");
    let script = Script::play(vec![json("429 Too Many Requests", &headers)]).await;
    let world = world();
    world.read(&script).await.unwrap();
    assert_eq!(world.waited(), chrono::Duration::seconds(41));
}

#[tokio::test]
async fn a_429_that_says_nothing_means_a_minute() {
    let script =
        Script::play(vec![say("429 Too Many Requests", "content-type: text/plain\r\n", "Retry later\n")]).await;
    let world = world();
    world.read(&script).await.unwrap();
    assert_eq!(world.waited(), chrono::Duration::seconds(60));
}

#[tokio::test]
async fn a_429_in_html_is_a_429() {
    let script = Script::play(vec![say("429 Too Many Requests", "content-type: text/html\r\n", "<html>")]).await;
    let world = world();
    world.write(&script).await.unwrap();
    assert_eq!(world.waited(), chrono::Duration::seconds(60));
}

#[tokio::test]
async fn one_429_pauses_every_task_and_process_for_that_provider_and_no_other() {
    let script = Script::play(vec![json("429 Too Many Requests", "retry-after: 200\r\n")]).await;
    let world = world();
    let until = start() + chrono::Duration::seconds(201);
    let first = world.read(&script).await.unwrap_err();
    assert!(matches!(first, HttpError::Paused { until: at, .. } if at == until), "{first}");
    let told = "AniList is not asked before 2027-01-15 08:03 UTC: it had more requests than it takes, and wants a pause. What \
        is left goes out then";
    assert_eq!(first.to_string(), told);
    // Another process: another way out over the same ledger.
    let settings = HttpSettings { limits: Limits::Off, ..HttpSettings::default() };
    let other = Http::new(settings, Arc::new(world.clock.clone()), world.ledger.clone()).unwrap();
    let error = other.send(world.call(&script.url, Repeat::Safe)).await.unwrap_err();
    assert!(matches!(error, HttpError::Paused { .. }), "{error}");
    assert_eq!(script.requests(), 1);
    let kitsu = Call { provider: Provider::Kitsu, ..world.call(&script.url, Repeat::Safe) };
    other.send(kitsu).await.unwrap();
    // Over when it is over.
    world.clock.set(until);
    other.send(world.call(&script.url, Repeat::Safe)).await.unwrap();
}

#[tokio::test]
async fn a_provider_that_says_429_for_ever_is_not_asked_for_ever() {
    let script = Script::play(vec![json("429 Too Many Requests", "retry-after: 60\r\n"); 20]).await;
    let error = world().write(&script).await.unwrap_err();
    assert!(matches!(error, HttpError::Paused { .. }), "{error}");
    assert_eq!(script.requests(), 4);
}

#[tokio::test]
async fn a_pause_from_a_clock_that_was_set_back_holds_nobody() {
    let world = world();
    world.ledger.pause(Provider::AniList, start() + chrono::Duration::days(30), PauseReason::TooMany).await;
    world.read(&Script::play(vec![]).await).await.unwrap();
}

#[tokio::test]
async fn a_pause_from_a_clock_that_was_set_back_lets_the_service_ask_for_another() {
    let script = Script::play(vec![json("429 Too Many Requests", "retry-after: 30\r\n")]).await;
    let world = world();
    world.ledger.pause(Provider::AniList, start() + chrono::Duration::days(30), PauseReason::TooMany).await;
    world.read(&script).await.unwrap();
    assert_eq!(world.waited(), chrono::Duration::seconds(31));
}

#[tokio::test]
async fn a_used_up_limit_is_waited_for_and_not_run_into() {
    let headers = "x-ratelimit-limit: 30\r\nx-ratelimit-remaining: 0\r\n";
    let script = Script::play(vec![json("200 OK", headers)]).await;
    let world = world();
    world.read(&script).await.unwrap();
    world.read(&script).await.unwrap();
    assert_eq!(world.waited(), chrono::Duration::seconds(61));
}

#[tokio::test]
async fn a_failing_read_is_asked_again_with_growing_waits() {
    for step in [json("500 Internal Server Error", ""), json("503 X", ""), Step::Drop, Step::Hang] {
        let script = Script::play(vec![step; 2]).await;
        let world = impatient();
        world.read(&script).await.unwrap();
        assert_eq!(script.requests(), 3);
        assert!(world.waited() <= chrono::Duration::seconds(3));
    }
}

#[tokio::test]
async fn a_failing_read_is_given_up_after_four_attempts() {
    let script = Script::play(vec![json("502 Bad Gateway", ""); 9]).await;
    let error = world().read(&script).await.unwrap_err();
    assert!(matches!(error, HttpError::Outage { status: 502, .. }), "{error}");
    assert_eq!(script.requests(), 4);
}

#[tokio::test]
async fn a_write_that_may_have_arrived_is_never_sent_twice() {
    let cut =
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{\"id\":";
    for step in [json("500 X", ""), json("504 X", ""), Step::Drop, Step::Hang, Step::Say(cut.into())] {
        let script = Script::play(vec![step]).await;
        let error = impatient().write(&script).await.unwrap_err();
        assert!(matches!(error, HttpError::AnswerLost { .. } | HttpError::Outage { .. }), "{error}");
        assert_eq!(script.requests(), 1);
    }
}

#[tokio::test]
async fn a_write_that_never_left_is_sent_again() {
    let world = world();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let error = world.http.send(world.call(&url, Repeat::Never)).await.unwrap_err();
    assert!(matches!(error, HttpError::Unreachable { .. }), "{error}");
    assert_eq!(world.http.counters().get(Provider::AniList), 4);
}

#[tokio::test]
async fn a_page_for_people_is_an_outage_with_every_status_but_403_and_asked_for_once() {
    for status in ["200 OK", "404 Not Found", "301 Moved"] {
        for (kind, body) in [("text/html; charset=utf-8", "Be right back"), ("application/json", "\n <!doctype html>")]
        {
            let script = Script::play(vec![say(status, &format!("content-type: {kind}\r\n"), body)]).await;
            let error = world().read(&script).await.unwrap_err();
            assert!(matches!(error, HttpError::Outage { .. }), "{status}: {error}");
            assert_eq!(script.requests(), 1);
        }
    }
}

#[tokio::test]
async fn who_is_turned_away_leaves_the_service_alone_for_a_quarter_of_an_hour_or_as_long_as_it_says() {
    for (headers, minutes) in [("", 15), ("retry-after: 1799\r\n", 30)] {
        let block = say("403 Forbidden", &format!("content-type: text/html\r\n{headers}"), "<h1>Request blocked</h1>");
        let (script, world) = (Script::play(vec![block]).await, world());
        let error = world.read(&script).await.unwrap_err();
        assert!(matches!(error, HttpError::ShutOut { status: 403, .. }), "{error}");
        let until = start() + chrono::TimeDelta::minutes(minutes);
        let pause = Pause { provider: Provider::AniList, until, reason: PauseReason::ShutOut };
        assert_eq!(world.ledger.paused(Provider::AniList).await, Some(pause));
        let error = world.read(&script).await.unwrap_err();
        assert!(matches!(error, HttpError::Paused { .. }), "{error}");
        assert_eq!((script.requests(), world.waited()), (1, chrono::Duration::zero()));
    }
}

/// A pause of ten minutes for this reason.
async fn paused(world: &World, reason: PauseReason) {
    world.ledger.pause(Provider::AniList, start() + chrono::TimeDelta::minutes(10), reason).await;
}

fn block() -> Step {
    say("403 Forbidden", "content-type: text/html\r\n", "<h1>Request blocked</h1>")
}

#[tokio::test]
async fn who_knocks_asks_in_spite_of_having_been_turned_away_and_an_answer_lets_everybody_in() {
    let (script, world) = (Script::play(vec![]).await, world());
    paused(&world, PauseReason::ShutOut).await;
    world.read(&script).await.unwrap_err();
    assert_eq!(script.requests(), 0);
    let knocking = world.http.knocking();
    knocking.may_ask(Provider::AniList).await.unwrap();
    knocking.send(world.call(&script.url, Repeat::Safe)).await.unwrap();
    assert_eq!(world.ledger.paused(Provider::AniList).await, None);
    world.read(&script).await.unwrap();
    assert_eq!(world.waited(), chrono::Duration::zero());
}

#[tokio::test]
async fn who_knocks_knocks_once_and_is_turned_away_for_a_quarter_of_an_hour_from_then_on() {
    let (script, world) = (Script::play(vec![block(), block()]).await, world());
    paused(&world, PauseReason::ShutOut).await;
    let knocking = world.http.knocking();
    let asked = || knocking.send(world.call(&script.url, Repeat::Safe));
    let (first, second) = tokio::join!(asked(), asked());
    assert!(matches!(first, Err(HttpError::ShutOut { .. })), "{first:?}");
    assert!(
        matches!(second, Err(HttpError::Paused { .. })),
        "who came along with it waits for what it finds: {second:?}"
    );
    assert_eq!(script.requests(), 1);
    let pause = world.ledger.paused(Provider::AniList).await.unwrap();
    assert_eq!((pause.until, pause.reason), (start() + chrono::TimeDelta::minutes(15), PauseReason::ShutOut));
}

#[tokio::test]
async fn a_pause_that_the_service_asked_for_holds_for_who_knocks_too() {
    for reason in [PauseReason::TooMany, PauseReason::MinuteUsedUp, PauseReason::NotWorking] {
        let (script, world) = (Script::play(vec![]).await, world());
        paused(&world, reason).await;
        let knocking = world.http.knocking();
        knocking.may_ask(Provider::AniList).await.unwrap_err();
        knocking.send(world.call(&script.url, Repeat::Safe)).await.unwrap_err();
        assert_eq!((script.requests(), world.ledger.paused(Provider::AniList).await.unwrap().reason), (0, reason));
    }
}

#[tokio::test]
async fn a_service_that_asks_who_knocks_to_wait_is_given_its_time_and_turns_nobody_away_any_more() {
    for wait in ["429 Too Many Requests", "503 X"] {
        let (script, world) = (Script::play(vec![json(wait, "retry-after: 45\r\n")]).await, world());
        paused(&world, PauseReason::ShutOut).await;
        world.http.knocking().send(world.call(&script.url, Repeat::Safe)).await.unwrap();
        assert_eq!((script.requests(), world.waited()), (2, chrono::Duration::seconds(46)), "{wait}");
    }
}

#[tokio::test]
async fn silence_says_nothing_of_the_gate_and_is_not_asked_again() {
    for step in [Step::Drop, json("500 X", "")] {
        let (script, world) = (Script::play(vec![step; 9]).await, impatient());
        paused(&world, PauseReason::ShutOut).await;
        let error = world.http.knocking().send(world.call(&script.url, Repeat::Safe)).await.unwrap_err();
        assert!(matches!(error, HttpError::AnswerLost { .. } | HttpError::Outage { .. }), "{error}");
        let reason = world.ledger.paused(Provider::AniList).await.unwrap().reason;
        assert_eq!((script.requests(), reason), (1, PauseReason::ShutOut));
    }
}

#[tokio::test]
async fn json_that_stops_in_the_middle_is_a_lost_answer() {
    let half = say("200 OK", "content-type: application/vnd.api+json\r\n", r#"{"data":[{"id":"1"#);
    let script = Script::play(vec![half.clone()]).await;
    let error = world().write(&script).await.unwrap_err();
    assert!(matches!(error, HttpError::AnswerLost { .. }), "{error}");
    let script = Script::play(vec![half]).await;
    assert_eq!(world().read(&script).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Script::play(vec![]).await;
    let script = Script::play(vec![json("302 Found", &format!("location: {}\r\n", elsewhere.url))]).await;
    let error = world().read(&script).await.unwrap_err();
    assert!(matches!(error, HttpError::Outage { status: 302, .. }), "{error}");
    assert_eq!(elsewhere.requests(), 0);
}

#[tokio::test]
async fn an_open_address_beyond_this_machine_is_refused_before_anything_leaves() {
    let world = world();
    let url = "http://graphql.anilist.co/".parse().unwrap();
    let error = world.http.send(world.call(&url, Repeat::Safe)).await.unwrap_err();
    assert!(matches!(error, HttpError::Insecure(Provider::AniList)), "{error}");
    assert!(world.ledger.counts().is_empty());
}

#[tokio::test]
async fn an_outage_that_says_how_long_pauses_everybody() {
    let script = Script::play(vec![json("503 X", "retry-after: 45\r\n")]).await;
    let world = world();
    world.read(&script).await.unwrap();
    assert_eq!((script.requests(), world.waited()), (2, chrono::Duration::seconds(46)));
}

/// A lease that is held for so many questions.
struct Held(AtomicU32);

#[async_trait::async_trait]
impl Fence for Held {
    async fn holds(&self) -> bool {
        self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }
}

#[tokio::test]
async fn a_lost_lease_stops_before_the_next_request_even_between_attempts() {
    let world = world();
    let script = Script::play(vec![json("500 X", "")]).await;
    let fenced = world.http.fenced(Arc::new(Held(AtomicU32::new(1))));
    let error = fenced.send(world.call(&script.url, Repeat::Safe)).await.unwrap_err();
    assert!(matches!(error, HttpError::LeaseLost), "{error}");
    assert_eq!(script.requests(), 1);
}

#[tokio::test]
async fn every_request_is_counted_by_route_and_by_handle() {
    let world = world();
    let script = Script::play(vec![json("500 X", "")]).await;
    let fenced = world.http.fenced(Arc::new(Held(AtomicU32::new(9))));
    fenced.send(world.call(&script.url, Repeat::Safe)).await.unwrap();
    world.read(&script).await.unwrap();
    assert_eq!(fenced.counters().get(Provider::AniList), 2);
    assert_eq!(world.http.counters().get(Provider::AniList), 1);
    assert_eq!(world.ledger.counts(), [((Provider::AniList, "list"), 3)].into());
}

#[tokio::test]
async fn real_limits_spread_requests_and_the_switch_takes_them_off_only_on_this_machine() {
    let script = Script::play(vec![]).await;
    let limited = world_with(Limits::Real, Duration::from_secs(20));
    let free = world();
    for _ in 0..10 {
        limited.read(&script).await.unwrap();
        free.read(&script).await.unwrap();
    }
    assert!(limited.waited() > chrono::Duration::seconds(14), "{}", limited.waited());
    assert_eq!(free.waited(), chrono::Duration::zero());
    let far = free.call(&"https://graphql.anilist.co/".parse().unwrap(), Repeat::Safe);
    for _ in 0..10 {
        free.http.turn(&far, &mut None).await.unwrap();
    }
    assert!(free.waited() > chrono::Duration::seconds(14));
}

#[tokio::test]
async fn errors_and_debug_output_hold_no_address_and_no_token() {
    let world = impatient();
    for step in [Step::Drop, Step::Hang, json("500 X", ""), say("200 OK", "content-type: text/html\r\n", "<p>")] {
        let script = Script::play(vec![step]).await;
        let error = world.write(&script).await.unwrap_err();
        let text = format!("{error} {error:?} {:?}", world.http);
        for hidden in ["hidden", "token-of-the-reader", "127.0.0.1", "/list?"] {
            assert!(!text.contains(hidden), "{text}");
        }
    }
}

proptest! {
    #[test]
    fn no_headers_and_body_make_it_panic(values in proptest::collection::vec("[ -~]{0,24}", 5), body in ".{0,60}") {
        let names = ["retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "date"];
        let mut headers = HeaderMap::new();
        for (name, value) in names.into_iter().zip(&values) {
            headers.insert(name, value.parse().unwrap());
        }
        let reply = Reply { status: StatusCode::TOO_MANY_REQUESTS, headers, body: body.into(), received_at: start() };
        answer::LimitHeaders::read(&reply.headers, start());
        reply.clock_ahead();
        let verdict = answer::judge_whole(Provider::AniList, reply);
        let answer::Verdict::TooMany { pause } = verdict else { panic!("{verdict:?}") };
        prop_assert!(pause <= Pause::LONGEST);
    }
}

#[tokio::test]
async fn an_answer_to_a_question_that_stops_in_the_middle_leaves_no_doubt_about_a_change() {
    let half = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{";
    let said = async |repeat| {
        let (script, world) = (Script::play(vec![Step::Say(half.into()); 9]).await, world());
        world.http.send(world.call(&script.url, repeat)).await.unwrap_err().to_string()
    };
    let (asked, told) = (said(Repeat::Read).await, said(Repeat::Safe).await);
    assert!(asked.starts_with("AniList's answer could not be read to its end ("), "{asked}");
    assert!(asked.ends_with("); nothing was changed there. The next sync asks again"), "{asked}");
    assert!(told.ends_with("It is not known whether the change arrived; the next sync finds out"), "{told}");
}
