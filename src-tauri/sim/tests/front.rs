//! The common parts by raw HTTP: recording, faults, the clock. Any service will do; a control route of AniList is asked.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use chrono::DateTime;
use kuroibara_sim::{Fault, FaultRule, Sim, SimClock, SimConfig};
use reqwest::{Client, Response, StatusCode};

async fn sim() -> Sim {
    let clock = SimClock::manual(DateTime::from_timestamp(1_767_225_600, 0).unwrap());
    Sim::start(SimConfig { works: 20, entries: 5, clock, ..SimConfig::default() }).await.unwrap()
}

async fn ask(sim: &Sim) -> reqwest::Result<Response> {
    client().get(format!("{}/authorize", sim.anilist.oauth_url())).send().await
}

fn client() -> Client {
    // The second test to come here finds it installed, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().timeout(Duration::from_millis(300)).build().unwrap()
}

#[tokio::test]
async fn each_request_is_recorded_with_its_status_and_the_simulated_time() {
    let sim = sim().await;
    let status = ask(&sim).await.unwrap().status();
    let [request] = sim.anilist.requests().try_into().unwrap();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/api/v2/oauth/authorize"));
    assert_eq!((request.status, request.at), (Some(status.as_u16()), sim.clock.now()));
    sim.anilist.reset_counters();
    assert_eq!(sim.anilist.requests().len(), 0);
}

#[tokio::test]
async fn the_date_header_follows_the_simulated_clock() {
    let sim = sim().await;
    assert_eq!(ask(&sim).await.unwrap().headers()["date"], "Thu, 01 Jan 2026 00:00:00 GMT");
}

#[tokio::test]
async fn a_reset_is_a_lost_connection_and_not_an_answer() {
    let sim = sim().await;
    for fault in [Fault::ResetBefore, Fault::ResetAfter] {
        sim.anilist.faults().push(FaultRule::once(fault));
        let lost = ask(&sim).await.unwrap_err();
        assert!(lost.is_request() && !lost.is_timeout(), "{lost:?}");
        assert!(ask(&sim).await.is_ok());
    }
    assert_eq!(sim.anilist.requests()[0].status, None);
}

#[tokio::test]
async fn a_hang_lasts_until_the_client_gives_up() {
    let sim = sim().await;
    sim.anilist.faults().push(FaultRule::once(Fault::Hang));
    assert!(ask(&sim).await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn a_truncated_answer_breaks_off_in_its_body() {
    let sim = sim().await;
    sim.anilist.faults().push(FaultRule::once(Fault::Truncated));
    assert!(ask(&sim).await.unwrap().bytes().await.is_err());
}

#[tokio::test]
async fn an_html_page_comes_with_its_status() {
    let sim = sim().await;
    sim.anilist.faults().push(FaultRule::once(Fault::Html(403)));
    let page = ask(&sim).await.unwrap();
    assert_eq!(page.status(), StatusCode::FORBIDDEN);
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
}

#[tokio::test]
async fn faults_and_the_clock_are_set_over_http_and_control_is_never_struck() {
    let sim = sim().await;
    let control = |path: &str| sim.anilist.oauth_url().replace("/api/v2/oauth", &format!("/_control/{path}"));
    let client = client();
    let rule = r#"{"fault":{"status":503},"route":"/api"}"#;
    let json = |path: &str, body: &'static str| {
        client.post(control(path)).header("content-type", "application/json").body(body)
    };
    assert_eq!(json("faults", rule).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(ask(&sim).await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    client.delete(control("faults")).send().await.unwrap();
    assert_ne!(ask(&sim).await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);

    let before = sim.clock.now();
    json("clock", r#"{"advance_seconds":90}"#).send().await.unwrap();
    assert_eq!((sim.clock.now() - before).num_seconds(), 90);
    assert_eq!(sim.anilist.requests().len(), 2);
}
