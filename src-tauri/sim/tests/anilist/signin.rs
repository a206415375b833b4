//! Both grants, the pages and the token endpoint (section 2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kuroibara_sim::anilist::{CLIENT_ID, CLIENT_SECRET};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use url::Url;

use super::{START, World, world};

const REDIRECT: &str = "kuroibara://oauth/anilist";

fn authorize(world: &World, fields: &[(&str, &str)]) -> String {
    Url::parse_with_params(&format!("{}/authorize", world.sim.anilist.oauth_url()), fields).unwrap().to_string()
}

fn code_fields() -> [(&'static str, &'static str); 4] {
    [("client_id", CLIENT_ID), ("redirect_uri", REDIRECT), ("response_type", "code"), ("state", "a b&c")]
}

fn field(address: &str, name: &str) -> Option<String> {
    let address = Url::parse(&address.replace('#', "?")).unwrap();
    address.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

async fn exchange(world: &World, changed: &[(&str, &str)]) -> Response {
    let address = world.sim.anilist.approve(&authorize(world, &code_fields()), 4242).unwrap();
    let code = field(&address, "code").unwrap();
    redeem(world, &code, changed).await
}

async fn redeem(world: &World, code: &str, changed: &[(&str, &str)]) -> Response {
    let mut fields = json!({"grant_type": "authorization_code", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uri": REDIRECT, "code": code});
    for (name, value) in changed {
        fields[name] = json!(value);
    }
    world.http.post(format!("{}/token", world.sim.anilist.oauth_url())).json(&fields).send().await.unwrap()
}

async fn json_of(response: Response) -> Value {
    response.json().await.unwrap()
}

#[tokio::test]
async fn a_person_approves_on_a_page_and_is_sent_back_with_code_and_state() {
    let world = world().await;
    let page = world.http.get(authorize(&world, &code_fields())).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.unwrap();
    assert!(page.contains("Allow") && page.contains("reader") && page.contains("a b&amp;c"), "{page}");

    let form: Vec<_> = code_fields().into_iter().chain([("decision", "allow"), ("account", "second")]).collect();
    let address = format!("{}/authorize", world.sim.anilist.oauth_url());
    let sent = world.http.post(&address).form(&form).send().await.unwrap();
    assert_eq!(sent.status(), StatusCode::FOUND);
    let back = sent.headers()["location"].to_str().unwrap().to_string();
    assert!(back.starts_with("kuroibara://oauth/anilist?code="), "{back}");
    assert_eq!(field(&back, "state").as_deref(), Some("a b&c"));

    let token = json_of(redeem(&world, &field(&back, "code").unwrap(), &[]).await).await;
    let answer = world.ask_as(token["access_token"].as_str(), "{ Viewer { name } }").await;
    assert_eq!(answer.body["data"]["Viewer"]["name"], "second");
}

#[tokio::test]
async fn a_person_who_says_no_is_sent_back_with_an_error() {
    let world = world().await;
    let form: Vec<_> = code_fields().into_iter().chain([("decision", "deny")]).collect();
    let sent =
        world.http.post(format!("{}/authorize", world.sim.anilist.oauth_url())).form(&form).send().await.unwrap();
    let back = sent.headers()["location"].to_str().unwrap();
    assert_eq!(field(back, "error").as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn by_knob_the_state_does_not_come_back() {
    let world = world().await;
    world.sim.anilist.set_knobs(|knobs| knobs.echoes_state = false);
    let back = world.sim.anilist.approve(&authorize(&world, &code_fields()), 4242).unwrap();
    assert_eq!(field(&back, "state"), None);
    assert!(field(&back, "code").is_some());
}

#[tokio::test]
async fn the_redirect_must_match_exactly_and_the_client_must_be_known() {
    let world = world().await;
    let ask =
        async |fields: &[(&str, &str)]| json_of(world.http.get(authorize(&world, fields)).send().await.unwrap()).await;
    for (redirect, client) in [("kuroibara://oauth/anilist/", CLIENT_ID), (REDIRECT, "1")] {
        let refused = ask(&[("client_id", client), ("redirect_uri", redirect), ("response_type", "code")]).await;
        assert_eq!(refused, json!({"error": "invalid_client", "message": "Client authentication failed"}));
    }
    for redirect in ["http://127.0.0.1:17349/oauth/anilist", &format!("{}/pin", world.sim.anilist.oauth_url())] {
        let fields = [("client_id", CLIENT_ID), ("redirect_uri", redirect), ("response_type", "code")];
        assert_eq!(world.http.get(authorize(&world, &fields)).send().await.unwrap().status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn the_implicit_grant_puts_the_token_in_the_fragment() {
    let world = world().await;
    let fields = [("client_id", CLIENT_ID), ("response_type", "token")];
    let back = world.sim.anilist.approve(&authorize(&world, &fields), 4242).unwrap();
    assert!(back.starts_with("kuroibara://oauth/anilist#access_token="), "{back}");
    assert_eq!(
        (field(&back, "token_type").as_deref(), field(&back, "expires_in").as_deref()),
        (Some("Bearer"), Some("31536000"))
    );
    let answer = world.ask_as(field(&back, "access_token").as_deref(), "{ Viewer { id } }").await;
    assert_eq!(answer.body["data"]["Viewer"]["id"], 4242);
}

#[tokio::test]
async fn the_implicit_grant_takes_no_further_parameter() {
    let world = world().await;
    for extra in [("redirect_uri", REDIRECT), ("state", "x"), ("scope", "all")] {
        let fields = [("client_id", CLIENT_ID), ("response_type", "token"), extra];
        let refused = world.http.get(authorize(&world, &fields)).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
        let refused = json_of(refused).await;
        assert_eq!(refused["error"], "unsupported_grant_type");
        assert_eq!(refused["hint"], "Check that all required parameters have been provided");
    }
}

#[tokio::test]
async fn a_code_becomes_a_token_of_a_year_whose_jwt_names_the_user() {
    let world = world().await;
    let token = json_of(exchange(&world, &[]).await).await;
    assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("Bearer"), &json!(31_536_000)));
    let parts: Vec<_> = token["access_token"].as_str().unwrap().split('.').collect();
    assert_eq!(parts.len(), 3);
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    assert_eq!((&claims["sub"], &claims["exp"]), (&json!("4242"), &json!(START + 31_536_000)));
}

#[tokio::test]
async fn the_token_endpoint_takes_form_fields_too_and_a_number_as_client_id() {
    let world = world().await;
    let code = || field(&world.sim.anilist.approve(&authorize(&world, &code_fields()), 4242).unwrap(), "code").unwrap();
    let address = format!("{}/token", world.sim.anilist.oauth_url());
    let first = code();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
        ("redirect_uri", REDIRECT),
        ("code", &first),
    ];
    assert_eq!(world.http.post(&address).form(&form).send().await.unwrap().status(), StatusCode::OK);
    let number: i64 = CLIENT_ID.parse().unwrap();
    let body = json!({"grant_type": "authorization_code", "client_id": number, "client_secret": CLIENT_SECRET, "redirect_uri": REDIRECT, "code": code()});
    assert_eq!(world.http.post(&address).json(&body).send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_wrong_secret_redirect_or_grant_is_refused_in_passports_words() {
    let world = world().await;
    for changed in [("client_secret", "wrong"), ("redirect_uri", "http://127.0.0.1:17349/oauth/anilist")] {
        let refused = exchange(&world, &[changed]).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(json_of(refused).await["error"], "invalid_client");
    }
    let refused = exchange(&world, &[("grant_type", "refresh_token")]).await;
    assert_eq!(
        (refused.status(), json_of(refused).await["error"].clone()),
        (StatusCode::BAD_REQUEST, json!("unsupported_grant_type"))
    );
}

#[tokio::test]
async fn a_code_is_good_once_and_for_ten_minutes() {
    let world = world().await;
    let code = || field(&world.sim.anilist.approve(&authorize(&world, &code_fields()), 4242).unwrap(), "code").unwrap();
    let first = code();
    assert_eq!(redeem(&world, &first, &[]).await.status(), StatusCode::OK);
    assert_eq!(redeem(&world, &first, &[]).await.status(), StatusCode::BAD_REQUEST);
    let second = code();
    world.pass(600);
    assert_eq!(redeem(&world, &second, &[]).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_pin_page_shows_what_to_copy() {
    let world = world().await;
    let page = world.http.get(format!("{}/pin?code=x", world.sim.anilist.oauth_url())).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("Copy this"));
}

#[tokio::test]
async fn the_environment_points_at_this_service_and_its_client() {
    let world = world().await;
    let env: std::collections::HashMap<_, _> = world.sim.env().into_iter().collect();
    assert_eq!(env["KUROIBARA_ANILIST_API_URL"], world.sim.anilist.url());
    assert_eq!(env["KUROIBARA_ANILIST_OAUTH_URL"], world.sim.anilist.oauth_url());
    assert_eq!((env["ANILIST_CLIENT_ID"].as_str(), env["ANILIST_CLIENT_SECRET"].as_str()), (CLIENT_ID, CLIENT_SECRET));
}
