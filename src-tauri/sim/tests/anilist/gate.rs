//! Transport, token check, rate limits, complexity and the form of errors (sections 1, 3, 4 and 5).

use kuroibara_sim::anilist::Burst;
use kuroibara_sim::{Fault, FaultRule, Limits};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{START, world, world_with};

const VIEWER: &str = "{ Viewer { id name } }";

#[tokio::test]
async fn the_viewer_is_whoever_the_token_belongs_to() {
    let world = world().await;
    assert_eq!(world.data(VIEWER).await, json!({"Viewer": {"id": 4242, "name": "reader"}}));
}

#[tokio::test]
async fn a_missing_token_is_401_with_the_field_null() {
    let world = world().await;
    let answer = world.ask_as(None, VIEWER).await;
    assert_eq!((answer.status, answer.message()), (StatusCode::UNAUTHORIZED, "Unauthorized."));
    assert_eq!(answer.body["data"], json!({"Viewer": null}));
}

#[tokio::test]
async fn a_bad_token_is_400_on_any_query_before_everything_else() {
    let world = world().await;
    for query in ["{ Media(id: 1) { id } }", "not a query"] {
        let answer = world.ask_as(Some("nonsense"), query).await;
        assert_eq!((answer.status, answer.message()), (StatusCode::BAD_REQUEST, "Invalid token"));
        assert_eq!(answer.body["data"], Value::Null);
    }
}

#[tokio::test]
async fn a_token_ends_after_a_year_or_when_revoked() {
    let world = world().await;
    world.pass(365 * 86_400 - 1);
    assert_eq!(world.ask(VIEWER, Value::Null).await.status, StatusCode::OK);
    world.pass(1);
    assert_eq!(world.ask(VIEWER, Value::Null).await.message(), "Invalid token");

    let fresh = world.sim.anilist.token(4242);
    assert_eq!(world.ask_as(Some(&fresh), VIEWER).await.status, StatusCode::OK);
    world.sim.anilist.revoke_tokens(4242);
    assert_eq!(world.ask_as(Some(&fresh), VIEWER).await.message(), "Invalid token");
}

#[tokio::test]
async fn errors_bear_status_and_locations_but_neither_path_nor_extensions() {
    let world = world().await;
    let answer = world.ask("{\n  first: Media(id: 999) { id }\n}", Value::Null).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let error = json!({"message": "Not Found.", "status": 404, "locations": [{"line": 2, "column": 3}]});
    assert_eq!(answer.body, json!({"errors": [error], "data": {"first": null}}));
}

#[tokio::test]
async fn an_unknown_field_and_bad_syntax_are_400_without_data() {
    let world = world().await;
    let answer = world.ask("{ Viewer { nmae } }", Value::Null).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.message(), "Cannot query field \"nmae\" on type \"User\".");
    assert_eq!((&answer.body["data"], &answer.body["errors"][0]["status"]), (&Value::Null, &json!(400)));
    let answer = world.ask("{ Viewer { id }", Value::Null).await;
    assert_eq!((answer.status, &answer.body["data"]), (StatusCode::BAD_REQUEST, &Value::Null));
    assert!(answer.message().starts_with("Syntax Error"), "{}", answer.body);
}

#[tokio::test]
async fn array_bodies_are_refused_and_variables_may_be_missing_or_unused() {
    let world = world().await;
    let body = json!([{"query": VIEWER}]);
    assert_eq!(world.post(Some(&world.token), body).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.ask_as(Some(&world.token), VIEWER).await.status, StatusCode::OK);
    assert_eq!(world.ask(VIEWER, json!({"unused": 1})).await.status, StatusCode::OK);
    assert_eq!(
        world.ask("query($id: Int) { Media(id: $id, search: \"Umi\") { id } }", json!({})).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_query_may_cost_500_and_no_more() {
    let world = world().await;
    let aliases = |n: usize| (0..n).map(|n| format!("a{n}: Media(id: 1) {{ id }} ")).collect::<String>();
    assert_eq!(world.ask(&format!("{{ {} }}", aliases(250)), Value::Null).await.status, StatusCode::OK);
    let answer = world.ask(&format!("{{ {} }}", aliases(251)), Value::Null).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.message(), "Max query complexity should be 500 but got 502.");
    assert_eq!(answer.body["data"], Value::Null);
}

#[tokio::test]
async fn every_reply_tells_what_remains_and_the_31st_in_a_minute_is_locked_out_for_one() {
    let world = world_with(Limits::Real).await;
    world.sim.anilist.set_knobs(|knobs| knobs.burst = None);
    for sent in 1..=30 {
        let answer = world.ask(VIEWER, Value::Null).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("x-ratelimit-limit"), Some("30"));
        assert_eq!(answer.header("x-ratelimit-remaining"), Some((30 - sent).to_string().as_str()));
    }
    world.pass(20);
    let answer = world.ask(VIEWER, Value::Null).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.body, json!({"data": null, "errors": [{"message": "Too Many Requests.", "status": 429}]}));
    assert_eq!(answer.header("retry-after"), Some("60"));
    assert_eq!(answer.header("x-ratelimit-remaining"), Some("0"));
    assert_eq!(answer.header("x-ratelimit-reset"), Some((START + 80).to_string().as_str()));

    world.pass(59);
    let answer = world.ask(VIEWER, Value::Null).await;
    assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, Some("1")));
    world.pass(1);
    assert_eq!(world.ask(VIEWER, Value::Null).await.header("x-ratelimit-remaining"), Some("29"));
}

#[tokio::test]
async fn a_minute_after_the_first_request_all_thirty_are_free_again() {
    let world = world_with(Limits::Real).await;
    for _ in 0..10 {
        world.ask(VIEWER, Value::Null).await;
    }
    world.pass(60);
    assert_eq!(world.ask(VIEWER, Value::Null).await.header("x-ratelimit-remaining"), Some("29"));
}

#[tokio::test]
async fn a_burst_is_locked_out_without_headers() {
    let world = world_with(Limits::Real).await;
    world.sim.anilist.set_knobs(|knobs| knobs.burst = Some(Burst { requests: 4, seconds: 2 }));
    for _ in 0..4 {
        assert_eq!(world.ask(VIEWER, Value::Null).await.status, StatusCode::OK);
    }
    let answer = world.ask(VIEWER, Value::Null).await;
    assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, None));
    world.pass(60);
    assert_eq!(world.ask(VIEWER, Value::Null).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_bad_token_is_answered_before_the_limiter_counts() {
    let world = world_with(Limits::Real).await;
    for _ in 0..40 {
        assert_eq!(world.ask_as(Some("nonsense"), VIEWER).await.message(), "Invalid token");
    }
    assert_eq!(world.ask(VIEWER, Value::Null).await.header("x-ratelimit-remaining"), Some("29"));
}

#[tokio::test]
async fn without_limits_nobody_is_locked_out() {
    let world = world().await;
    for _ in 0..100 {
        assert_eq!(world.ask(VIEWER, Value::Null).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn an_outage_is_403_in_json_and_faults_can_strike_mutations_only() {
    let world = world().await;
    world.sim.anilist.faults().push(FaultRule::once(Fault::Status(403)).on("mutation"));
    assert_eq!(world.ask(VIEWER, Value::Null).await.status, StatusCode::OK);
    let answer = world.ask("mutation { DeleteMediaListEntry(id: 1) { deleted } }", Value::Null).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.message().contains("temporarily disabled"));
    let routes: Vec<_> = world.sim.anilist.requests().into_iter().map(|request| request.route).collect();
    assert_eq!(routes, ["query Viewer", "mutation DeleteMediaListEntry"]);
}

#[tokio::test]
async fn an_error_after_the_write_leaves_the_write_in_place() {
    let world = world().await;
    world.sim.anilist.faults().push(FaultRule::once(Fault::StatusAfter(500)));
    let answer = world.ask("mutation { SaveMediaListEntry(mediaId: 1, progress: 3) { id } }", Value::Null).await;
    assert_eq!((answer.status, answer.message()), (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"));
    assert_eq!(world.sim.anilist.entry(1).unwrap().progress, 3);
    assert_eq!(world.sim.anilist.writes(), 1);
}

#[tokio::test]
async fn a_fault_429_can_come_with_and_without_headers() {
    let world = world().await;
    for (with_headers, wait) in [(true, Some("7")), (false, None)] {
        world.sim.anilist.faults().push(FaultRule::once(Fault::TooMany { with_headers, retry_after: Some(7) }));
        let answer = world.ask(VIEWER, Value::Null).await;
        assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, wait));
    }
}

#[tokio::test]
async fn the_named_operation_is_the_one_that_runs_and_counts() {
    let world = world().await;
    let many = (0..300).map(|n| format!("a{n}: Media(id: 1) {{ id }} ")).collect::<String>();
    let body = json!({"query": format!("query A {{ Viewer {{ id }} }} query B {{ {many} }}"), "operationName": "A"});
    let answer = world.post(Some(&world.token), body).await;
    assert_eq!(answer.body, json!({"data": {"Viewer": {"id": 4242}}}));
}
