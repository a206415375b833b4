//! Section 1: who may ask.

use chrono::TimeDelta;
use kuroibara_sim::control::READER;
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;

use crate::world::{World, answer, world};

async fn post(world: &World, form: &[(&str, &str)]) -> Response {
    world.client.post(format!("{}/token", world.sim.kitsu.oauth_url())).form(form).send().await.unwrap()
}

async fn token(world: &World, form: &[(&str, &str)]) -> Value {
    post(world, form).await.json().await.unwrap()
}

const PASSWORD: [(&str, &str); 3] =
    [("grant_type", "password"), ("username", "reader"), ("password", "reader-password")];

#[tokio::test]
async fn a_password_buys_a_pair_for_thirty_days_without_a_client() {
    let world = world().await;
    for username in ["reader", "READER@example.test"] {
        let response = post(&world, &[PASSWORD[0], ("username", username), PASSWORD[2]]).await;
        assert_eq!(response.headers()["cache-control"], "no-store");
        let pair: Value = response.json().await.unwrap();
        assert_eq!([&pair["token_type"], &pair["scope"]], ["Bearer", "public"]);
        assert_eq!([&pair["expires_in"], &pair["created_at"]], [2_592_000, 1_767_225_600]);
    }
    let json = r#"{"grant_type":"password","username":"reader","password":"reader-password"}"#;
    let address = format!("{}/token", world.sim.kitsu.oauth_url());
    let sent = world.client.post(address).header("content-type", "application/json").body(json);
    assert_eq!(sent.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn wrong_passwords_and_users_and_grants_are_400_and_wrong_clients_401() {
    let world = world().await;
    type Form = &'static [(&'static str, &'static str)];
    let cases: [(Form, u16, &str); 6] = [
        (&[PASSWORD[0], PASSWORD[1], ("password", "no")], 400, "invalid_grant"),
        (&[PASSWORD[0], ("username", "nobody"), PASSWORD[2]], 400, "invalid_grant"),
        (&[("grant_type", "client_credentials")], 400, "unsupported_grant_type"),
        (&[("grant_type", "refresh_token")], 400, "invalid_request"),
        (&[PASSWORD[0], PASSWORD[1], PASSWORD[2], ("client_id", "")], 401, "invalid_client"),
        (&[PASSWORD[0], PASSWORD[1], PASSWORD[2], ("scope", "admin")], 400, "invalid_scope"),
    ];
    for (form, status, error) in cases {
        let response = post(&world, form).await;
        let challenge = response.headers()["www-authenticate"].to_str().unwrap().to_owned();
        assert!(challenge.starts_with("Bearer realm=\"Kitsu\""), "{challenge}");
        assert_eq!(response.status(), status, "{error}");
        assert_eq!(response.json::<Value>().await.unwrap()["error"], error);
    }
}

#[tokio::test]
async fn a_second_sign_in_gives_the_same_pair_with_less_time_left() {
    let world = world().await;
    world.sim.kitsu.forget_tokens(READER);
    let first = token(&world, &PASSWORD).await;
    world.sim.clock.advance(TimeDelta::days(3));
    let second = token(&world, &PASSWORD).await;
    assert_eq!(["access_token", "refresh_token", "created_at"].map(|key| first[key] == second[key]), [true; 3]);
    assert_eq!(second["expires_in"], 27 * 86_400);
    world.sim.clock.advance(TimeDelta::days(27));
    assert_ne!(token(&world, &PASSWORD).await["access_token"], first["access_token"]);
}

#[tokio::test]
async fn a_refresh_revokes_the_old_pair_at_once_and_works_only_once() {
    let mut world = world().await;
    world.sim.kitsu.forget_tokens(READER);
    let first = token(&world, &PASSWORD).await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", first["refresh_token"].as_str().unwrap())];
    let second = token(&world, &form).await;
    world.token = first["access_token"].as_str().unwrap().into();
    assert_eq!(world.get("/users").await.0, StatusCode::UNAUTHORIZED);
    world.token = second["access_token"].as_str().unwrap().into();
    assert_eq!(world.get("/users").await.0, StatusCode::OK);
    let again = post(&world, &form).await;
    assert_eq!(again.status(), StatusCode::BAD_REQUEST);
    assert_eq!(again.json::<Value>().await.unwrap()["error"], "invalid_grant");
}

#[tokio::test]
async fn a_pair_issued_to_the_client_is_refreshed_only_with_the_client() {
    let world = world().await;
    let client = [("client_id", "sim-kitsu-client"), ("client_secret", "sim-kitsu-secret")];
    let pair = token(&world, &[PASSWORD[0], PASSWORD[1], PASSWORD[2], client[0], client[1]]).await;
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", pair["refresh_token"].as_str().unwrap())];
    assert_eq!(post(&world, &refresh).await.status(), StatusCode::BAD_REQUEST);
    let whole = [refresh[0], refresh[1], client[0], client[1]];
    assert_eq!(post(&world, &whole).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_expired_token_can_still_be_refreshed() {
    let world = world().await;
    let pair = token(&world, &PASSWORD).await;
    world.sim.clock.advance(TimeDelta::days(31));
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", pair["refresh_token"].as_str().unwrap())];
    assert_eq!(post(&world, &refresh).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn expired_and_revoked_tokens_are_401_and_unknown_ones_anonymous() {
    let world = world().await;
    let me = "/users?filter[self]=true";
    assert_eq!(world.get(me).await.1["data"][0]["id"], "4242");
    world.sim.clock.advance(TimeDelta::days(30));
    let dead = world.request(Method::GET, me).send().await.unwrap();
    assert_eq!(
        (dead.status(), &dead.headers()["www-authenticate"]),
        (StatusCode::UNAUTHORIZED, &"Bearer".parse().unwrap())
    );
    let body: Value = dead.json().await.unwrap();
    assert_eq!(body, serde_json::json!({"errors": [{"title": "Invalid token", "status": "401"}]}));
    world.sim.kitsu.forget_tokens(READER);
    let (status, body) = world.get(me).await;
    assert_eq!((status, body["data"].as_array().unwrap().len()), (StatusCode::OK, 0));
}

#[tokio::test]
async fn a_token_is_revoked_without_a_client() {
    let world = world().await;
    let form = [("token", world.token.as_str())];
    let sent = world.client.post(format!("{}/revoke", world.sim.kitsu.oauth_url())).form(&form);
    assert_eq!(answer(sent).await, (StatusCode::OK, serde_json::json!({})));
    assert_eq!(world.get("/users").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_sixteenth_sign_in_within_a_minute_is_refused_in_plain_text() {
    let world = world().await;
    world.sim.kitsu.set_knobs(|knobs| knobs.throttled = true);
    for _ in 0..15 {
        assert_eq!(post(&world, &PASSWORD).await.status(), StatusCode::OK);
    }
    let refused = post(&world, &PASSWORD).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers().get("retry-after").is_none());
    assert_eq!(refused.text().await.unwrap().trim(), "Retry later");
    world.sim.clock.advance(TimeDelta::seconds(60));
    assert_eq!(post(&world, &PASSWORD).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn private_attributes_are_on_ones_own_record_only() {
    let world = world().await;
    let (_, me) = world.get("/users?filter[self]=x&fields[users]=name,slug,ratingSystem,sfwFilter").await;
    let own = &me["data"][0]["attributes"];
    assert_eq!(
        own,
        &serde_json::json!({"name": "reader", "slug": "reader", "ratingSystem": "advanced", "sfwFilter": false})
    );
    let (_, other) = world.get("/users/4343").await;
    assert!(other["data"]["attributes"].get("sfwFilter").is_none());
}
