//! Sections 1, 2 and 4: who may ask.

use chrono::TimeDelta;
use kuroibara_sim::control::READER;
use kuroibara_sim::myanimelist::{Client, Flood, Status};
use reqwest::{Method, StatusCode};

use crate::world::{REDIRECT, WEB, answer, query, signed_out, world};

#[tokio::test]
async fn a_reader_agrees_in_a_browser_and_the_state_comes_back() {
    let world = signed_out().await;
    let address = world.authorize_url(&[]);
    let page = world.client.get(&address).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("<form method=\"post\">") && page.contains("value=\"s t&amp;te\""), "{page}");
    let asked = url::Url::parse(&address).unwrap();
    let mut form: Vec<(String, String)> = asked.query_pairs().into_owned().collect();
    form.extend([("account".into(), "reader".into()), ("decision".into(), "allow".into())]);
    let sent = world.client.post(&address).form(&form).send().await.unwrap();
    let back = sent.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(sent.status(), StatusCode::FOUND);
    assert!(back.starts_with("kuroibara://oauth/myanimelist?code="), "{back}");
    assert_eq!(query(&back, "state").as_deref(), Some("s t&te"));
}

#[tokio::test]
async fn a_reader_who_denies_sends_back_an_error() {
    let world = signed_out().await;
    let address = world.authorize_url(&[]);
    let asked = url::Url::parse(&address).unwrap();
    let mut form: Vec<(String, String)> = asked.query_pairs().into_owned().collect();
    form.push(("decision".into(), "deny".into()));
    let sent = world.client.post(&address).form(&form).send().await.unwrap();
    let back = sent.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(query(&back, "error").as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn only_plain_challenges_of_43_to_128_characters_are_taken() {
    let world = signed_out().await;
    let lengths = [(42, false), (43, true), (128, true), (129, false)];
    for (length, taken) in lengths {
        let address = world.authorize_url(&[("code_challenge", &"x".repeat(length))]);
        assert_eq!(world.sim.myanimelist.approve(&address, READER).is_ok(), taken, "{length}");
    }
    let methods = [("plain", true), ("S256", false)];
    for (method, taken) in methods {
        let address = world.authorize_url(&[("code_challenge_method", method)]);
        let status = world.client.get(&address).send().await.unwrap().status();
        assert_eq!(status == StatusCode::OK, taken, "{method}");
    }
}

#[tokio::test]
async fn a_redirect_address_must_match_exactly_and_may_be_left_out_only_if_it_is_the_only_one() {
    let world = signed_out().await;
    let approve = |redirect: &str, client: &str| {
        let address = world.authorize_url(&[("redirect_uri", redirect), ("client_id", client)]);
        world.sim.myanimelist.approve(&address, READER)
    };
    assert!(approve("http://127.0.0.1:17349/oauth/myanimelist", WEB[0].1).is_ok());
    assert!(approve("kuroibara://oauth/myanimelist/", WEB[0].1).is_err());
    assert!(approve("-", WEB[0].1).is_err());
    let only = Client { id: "one".into(), secret: None, redirects: vec!["http://localhost/x".into()] };
    world.sim.myanimelist.register(only);
    assert!(approve("-", "one").unwrap().starts_with("http://localhost/x?code="));
}

#[tokio::test]
async fn a_code_buys_one_pair_for_the_right_verifier_client_secret_and_redirect() {
    let mut world = signed_out().await;
    let wrong = [
        ("code_verifier", "another-verifier-of-forty-three-characters-x"),
        ("client_id", "sim-mal-public-client"),
        ("client_secret", "wrong"),
        ("redirect_uri", "http://127.0.0.1:17349/oauth/myanimelist"),
    ];
    for (name, value) in wrong {
        let code = world.code(&[]);
        let form = [("code", code.as_str()), ("redirect_uri", REDIRECT)];
        let form: Vec<_> = form.into_iter().filter(|(key, _)| *key != name).chain([(name, value)]).collect();
        assert!(world.tokens(&form).await.is_err(), "{name}");
    }
    let code = world.code(&[]);
    let form = [("code", code.as_str()), ("redirect_uri", REDIRECT)];
    let pair = world.tokens(&form).await.unwrap();
    assert_eq!((&pair["token_type"], &pair["expires_in"]), (&"Bearer".into(), &2_415_600.into()));
    assert!(pair["scope"].is_null() && code.len() > 900 && world.access.len() > 900);
    assert_eq!(world.tokens(&form).await.unwrap_err().1["error"], "invalid_grant");
}

#[tokio::test]
async fn a_client_without_a_secret_needs_none() {
    let mut world = signed_out().await;
    let client = ("client_id", "sim-mal-public-client");
    let code = world.code(&[client]);
    let sent = [client, ("client_secret", ""), ("code", &code), ("redirect_uri", REDIRECT)];
    assert!(world.tokens(&sent).await.is_ok());
}

#[tokio::test]
async fn a_client_may_sign_in_by_http_basic() {
    let world = signed_out().await;
    let code = world.code(&[]);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("code_verifier", crate::world::VERIFIER),
        ("redirect_uri", REDIRECT),
    ];
    let sent = world.client.post(format!("{}/token", world.sim.myanimelist.oauth_url()));
    let sent = sent.basic_auth(WEB[0].1, Some(WEB[1].1)).form(&form).send().await.unwrap();
    assert_eq!(sent.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_refresh_gives_a_new_pair_and_ends_the_old_access_token_but_not_the_old_refresh_token() {
    let mut world = world().await;
    let (access, refresh) = (world.access.clone(), world.refresh.clone());
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    world.tokens(&form).await.unwrap();
    assert_eq!(world.get("/users/@me").await.0, StatusCode::OK);
    let old = world.client.get(format!("{}/users/@me", world.sim.myanimelist.url())).bearer_auth(&access);
    assert_eq!(old.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    world.tokens(&form).await.unwrap();
    world.sim.myanimelist.set_knobs(|knobs| knobs.refresh_once = true);
    world.tokens(&form).await.unwrap();
    let (status, body) = world.tokens(&form).await.unwrap_err();
    assert_eq!((status, &body["error"]), (StatusCode::UNAUTHORIZED, &"invalid_request".into()));
    assert_eq!(body["hint"], "Token has expired");
}

#[tokio::test]
async fn an_access_token_lives_as_long_as_its_answer_said_and_a_refresh_token_a_month() {
    let mut world = world().await;
    world.sim.myanimelist.set_knobs(|knobs| knobs.expires_in = 3600);
    let refresh = world.refresh.clone();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    assert_eq!(world.tokens(&form).await.unwrap()["expires_in"], 3600);
    world.sim.clock.advance(TimeDelta::seconds(3599));
    assert_eq!(world.get("/users/@me").await.0, StatusCode::OK);
    world.sim.clock.advance(TimeDelta::seconds(1));
    assert_eq!(world.get("/users/@me").await.0, StatusCode::UNAUTHORIZED);
    world.sim.clock.advance(TimeDelta::days(31));
    assert_eq!(world.tokens(&form).await.unwrap_err().0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_bad_token_is_401_with_a_challenge_and_no_credentials_are_403_in_json() {
    let world = world().await;
    let address = format!("{}/users/@me", world.sim.myanimelist.url());
    let bad = world.client.get(&address).bearer_auth("nonsense").send().await.unwrap();
    assert!(bad.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer error=\"invalid_token\""));
    let (status, body) = answer(bad).await;
    assert_eq!((status, &body["error"]), (StatusCode::UNAUTHORIZED, &"invalid_token".into()));
    let (status, body) = answer(world.client.get(&address).send().await.unwrap()).await;
    assert_eq!((status, body), (StatusCode::FORBIDDEN, serde_json::json!({"error": "forbidden", "message": ""})));
}

#[tokio::test]
async fn expired_and_revoked_tokens_stop_working() {
    let mut world = world().await;
    let refresh = world.refresh.clone();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    world.sim.myanimelist.expire_tokens(READER);
    assert_eq!(world.get("/users/@me").await.0, StatusCode::UNAUTHORIZED);
    world.tokens(&form).await.unwrap();
    assert_eq!(world.get("/users/@me").await.0, StatusCode::OK);
    world.sim.myanimelist.revoke_tokens(READER);
    assert_eq!(world.get("/users/@me").await.0, StatusCode::UNAUTHORIZED);
    assert!(world.tokens(&form).await.is_err());
}

#[tokio::test]
async fn a_client_id_alone_reads_what_is_public() {
    let world = world().await;
    world.add(1, Status::Reading);
    let get = |path: &str| {
        let address = format!("{}{path}", world.sim.myanimelist.url());
        world.client.get(address).header("X-MAL-CLIENT-ID", WEB[0].1).send()
    };
    assert_eq!(get("/manga/1").await.unwrap().status(), StatusCode::OK);
    let (_, list) = answer(get("/users/reader/mangalist").await.unwrap()).await;
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert_eq!(get("/users/@me").await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(get("/users/@me/mangalist").await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn me_has_a_name_and_no_manga_statistics_and_is_the_only_user() {
    let world = world().await;
    let (_, me) = world.get("/users/@me?fields=joined_at,manga_statistics").await;
    assert_eq!((&me["id"], &me["name"]), (&4242.into(), &"reader".into()));
    assert!(me["joined_at"].is_string() && me["manga_statistics"].is_null());
    assert_eq!(world.get("/users/second").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_firewall_blocks_a_flood_with_a_page_in_html_for_a_while() {
    let world = world().await;
    world.sim.myanimelist.set_knobs(|knobs| knobs.flood = Some(Flood::default()));
    for _ in 0..20 {
        assert_eq!(world.get("/users/@me").await.0, StatusCode::OK);
    }
    let blocked = world.request(Method::GET, "/users/@me").send().await.unwrap();
    assert_eq!(blocked.status(), StatusCode::FORBIDDEN);
    assert!(blocked.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(blocked.text().await.unwrap().contains("Request blocked"));
    world.sim.clock.advance(TimeDelta::seconds(59));
    assert_eq!(world.get("/users/@me").await.0, StatusCode::FORBIDDEN);
    world.sim.clock.advance(TimeDelta::seconds(1));
    assert_eq!(world.get("/users/@me").await.0, StatusCode::OK);
}
