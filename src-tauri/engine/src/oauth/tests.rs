//! The laws of a sign-in by browser.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use rand::{SeedableRng, rngs::StdRng};

use super::*;
use crate::providers::Grant;

fn now() -> Time {
    Time::from_timestamp(1_800_000_000, 0).unwrap()
}

fn begun(provider: Provider, has_secret: bool) -> Begun {
    begun_at(provider, has_secret, now(), 1)
}

fn begun_at(provider: Provider, has_secret: bool, now: Time, seed: u64) -> Begun {
    let oauth: Url = "https://provider.example/api/oauth/".parse().unwrap();
    let redirect_uri = redirect_uri(provider);
    let beginning =
        Beginning { provider, client_id: Some(" 4242 "), has_secret, oauth: &oauth, redirect_uri: &redirect_uri, now };
    begin(&beginning, &mut StdRng::seed_from_u64(seed)).unwrap()
}

fn query(url: &Url) -> BTreeMap<String, String> {
    url.query_pairs().into_owned().collect()
}

fn names(url: &Url) -> Vec<String> {
    query(url).into_keys().collect()
}

#[test]
fn anilist_with_a_secret_asks_for_a_code_and_sends_a_state() {
    let Begun { authorize_url, login } = begun(Provider::AniList, true);
    assert_eq!(authorize_url.path(), "/api/oauth/authorize");
    assert_eq!(names(&authorize_url), ["client_id", "redirect_uri", "response_type", "state"]);
    let query = query(&authorize_url);
    assert_eq!(query["client_id"], "4242");
    assert_eq!(query["redirect_uri"], "kuroibara://oauth/anilist");
    assert_eq!(query["response_type"], "code");
    assert_eq!(query["state"], login.state.reveal());
    assert_eq!(login.kind, Kind::Code);
}

#[test]
fn anilist_without_a_secret_asks_for_a_token_with_two_parameters_and_no_more() {
    let Begun { authorize_url, login } = begun(Provider::AniList, false);
    assert_eq!(names(&authorize_url), ["client_id", "response_type"]);
    assert_eq!(query(&authorize_url)["response_type"], "token");
    assert_eq!(login.kind, Kind::Implicit);
}

#[test]
fn myanimelist_gets_a_plain_challenge_that_is_its_verifier() {
    let Begun { authorize_url, login } = begun(Provider::MyAnimeList, false);
    let query = query(&authorize_url);
    assert_eq!(query["code_challenge_method"], "plain");
    let verifier = login.verifier.unwrap();
    assert_eq!(query["code_challenge"], verifier.reveal());
    assert!((43..=128).contains(&verifier.reveal().len()));
    assert_eq!(query["state"], login.state.reveal());
    assert_eq!(query["redirect_uri"], "kuroibara://oauth/myanimelist");
}

#[test]
fn every_sign_in_has_secrets_of_its_own_of_256_bits() {
    let (a, b) = (begun_at(Provider::MyAnimeList, false, now(), 1), begun_at(Provider::MyAnimeList, false, now(), 2));
    assert_ne!(a.login.state.reveal(), b.login.state.reveal());
    assert_ne!(a.login.verifier.unwrap().reveal(), b.login.verifier.unwrap().reveal());
    assert_eq!(a.login.state.reveal().len(), 43);
    assert_ne!(a.login.id, b.login.id);
}

#[test]
fn a_sign_in_that_can_not_work_does_not_begin() {
    let oauth: Url = "https://provider.example/oauth".parse().unwrap();
    let open: Url = "http://provider.example/oauth".parse().unwrap();
    let fine = Beginning {
        provider: Provider::AniList,
        client_id: Some("1"),
        has_secret: true,
        oauth: &oauth,
        redirect_uri: "http://127.0.0.1:8765/callback",
        now: now(),
    };
    let try_it = |beginning: Beginning<'_>| begin(&beginning, &mut StdRng::seed_from_u64(1)).map(|_| ()).unwrap_err();
    assert!(begin(&fine, &mut StdRng::seed_from_u64(1)).is_ok());
    assert_eq!(try_it(Beginning { client_id: None, ..fine }), BeginError::NoClientId(Provider::AniList));
    assert_eq!(try_it(Beginning { client_id: Some(" "), ..fine }), BeginError::NoClientId(Provider::AniList));
    assert_eq!(try_it(Beginning { redirect_uri: "nonsense", ..fine }), BeginError::BadRedirect);
    assert_eq!(try_it(Beginning { redirect_uri: "http://else.example/", ..fine }), BeginError::BadRedirect);
    assert_eq!(try_it(Beginning { oauth: &open, ..fine }), BeginError::Insecure(Provider::AniList));
    let kitsu = Beginning { provider: Provider::Kitsu, ..fine };
    assert_eq!(try_it(kitsu), BeginError::ByPassword(Provider::Kitsu));
    let message = try_it(Beginning { client_id: None, ..fine }).to_string();
    assert!(message.contains("kuroibara://oauth/anilist") && message.contains("setup anilist"), "{message}");
}

#[test]
fn a_pending_login_survives_being_written_and_prints_no_secret() {
    let login = begun(Provider::MyAnimeList, false).login;
    let text = login.to_secret();
    let back = PendingLogin::from_secret(&text).unwrap();
    assert_eq!(back.to_secret().reveal(), text.reveal());
    assert_eq!((back.created_at, back.expires_at), (login.created_at, login.expires_at));
    assert!(!format!("{login:?}").contains(login.state.reveal()));
    assert!(PendingLogin::from_secret(&Secret::new("{}")).is_none());
}

/// The pending logins of every kind, and the addresses that finish them.
fn code_of(returned: Return) -> (String, Option<String>) {
    let Brought::Code(Grant::Code { code, verifier, .. }) = returned.brought else { panic!("{returned:?}") };
    (code.reveal().to_owned(), verifier.map(|verifier| verifier.reveal().to_owned()))
}

fn token_of(returned: Return) -> (String, Option<Duration>) {
    let Brought::Token { access, expires_in } = returned.brought else { panic!("{returned:?}") };
    (access.reveal().to_owned(), expires_in)
}

const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI0MjQyIn0.c2lnbmF0dXJl";

#[test]
fn a_code_with_its_state_finishes_its_login() {
    let (mal, anilist) = (begun(Provider::MyAnimeList, false).login, begun_at(Provider::AniList, true, now(), 2).login);
    let pending = [anilist.clone(), mal.clone()];
    for (login, extra) in [(&mal, ""), (&anilist, "&foo=bar"), (&mal, "#")] {
        let (name, state) = (login.provider.as_str(), login.state.reveal());
        let text = format!("  kuroibara://oauth/{name}?code=def50200%2Babc&state={state}{extra}\n");
        let returned = parse_return(&text, &pending, now()).unwrap();
        assert_eq!(returned.login.id, login.id);
        let verifier = login.verifier.as_ref().map(|v| v.reveal().to_owned());
        assert_eq!(code_of(returned), ("def50200+abc".into(), verifier));
        assert_eq!(provider_of(&text), Some(login.provider));
    }
}

#[test]
fn an_address_of_this_machine_and_its_tail_alone_are_returns_too() {
    let login = begun(Provider::MyAnimeList, false).login;
    let state = login.state.reveal().to_owned();
    for text in [
        format!("http://127.0.0.1:8765/callback?code=abcdefgh&state={state}"),
        format!("http://localhost:8765/oauth/myanimelist/?code=abcdefgh&state={state}"),
        format!("?code=abcdefgh&state={state}"),
        format!("state={state}&code=abcdefgh"),
    ] {
        let returned = parse_return(&text, std::slice::from_ref(&login), now()).unwrap();
        assert_eq!(code_of(returned).0, "abcdefgh");
    }
}

#[test]
fn a_token_in_the_fragment_or_by_itself_finishes_an_implicit_login() {
    let login = begun(Provider::AniList, false).login;
    let year = Some(Duration::seconds(31_536_000));
    for (text, expires_in) in [
        (format!("kuroibara://oauth/anilist#access_token={JWT}&token_type=Bearer&expires_in=31536000"), year),
        (format!("kuroibara://oauth/anilist?access_token={JWT}"), None),
        (format!("http://localhost/cb#access_token={JWT}&expires_in=31536000"), year),
        (format!("#access_token={JWT}&expires_in=999999999999999999999"), None),
        (JWT.to_owned(), None),
    ] {
        let returned = parse_return(&text, std::slice::from_ref(&login), now()).unwrap();
        assert_eq!(token_of(returned), (JWT.to_owned(), expires_in), "{text}");
    }
}

#[test]
fn anilists_code_is_accepted_without_a_state_and_never_with_a_wrong_one() {
    let older = begun_at(Provider::AniList, true, now() - Duration::minutes(2), 3).login;
    let pending = [begun(Provider::AniList, true).login, older];
    for text in ["kuroibara://oauth/anilist?code=abcdefgh", "abcdefgh"] {
        let returned = parse_return(text, &pending, now()).unwrap();
        assert_eq!(returned.login.id, pending[0].id, "the newest");
    }
    let wrong = parse_return("kuroibara://oauth/anilist?code=abcdefgh&state=wrong", &pending, now()).unwrap_err();
    assert_eq!(wrong, ReturnError::WrongState);
    let token = parse_return(&format!("#access_token={JWT}&state=wrong"), &pending, now()).unwrap_err();
    assert_eq!(token, ReturnError::WrongState);
}

#[test]
fn myanimelists_code_is_never_accepted_without_its_state() {
    let pending = [begun(Provider::MyAnimeList, false).login];
    for text in ["kuroibara://oauth/myanimelist?code=abcdefgh", "abcdefgh", "http://localhost/cb?code=abcdefgh"] {
        let error = parse_return(text, &pending, now()).unwrap_err();
        assert_eq!(error, ReturnError::StateMissing(Provider::MyAnimeList), "{text}");
    }
}

#[test]
fn the_state_of_one_provider_finishes_no_login_at_another() {
    let pending = [begun(Provider::MyAnimeList, false).login, begun_at(Provider::AniList, true, now(), 2).login];
    let text = format!("kuroibara://oauth/anilist?code=abcdefgh&state={}", pending[0].state.reveal());
    assert_eq!(parse_return(&text, &pending, now()).unwrap_err(), ReturnError::WrongState);
}

#[test]
fn a_login_is_good_for_ten_minutes() {
    let login = begun(Provider::MyAnimeList, false).login;
    let text = format!("kuroibara://oauth/myanimelist?code=abcdefgh&state={}", login.state.reveal());
    let at = |time| parse_return(&text, std::slice::from_ref(&login), time).map(drop);
    assert_eq!(at(now() + LIFETIME - Duration::seconds(1)), Ok(()));
    assert_eq!(at(now() + LIFETIME), Err(ReturnError::Expired(Provider::MyAnimeList)));
    assert_eq!(at(now() - Duration::days(1)), Err(ReturnError::Expired(Provider::MyAnimeList)));
}

#[test]
fn a_login_that_was_taken_out_is_not_there_for_a_second_return() {
    let login = begun(Provider::AniList, true).login;
    let text = format!("kuroibara://oauth/anilist?code=abcdefgh&state={}", login.state.reveal());
    assert_eq!(parse_return(&text, &[], now()).unwrap_err(), ReturnError::WrongState);
    assert_eq!(parse_return("abcdefgh", &[], now()).unwrap_err(), ReturnError::NothingPending);
}

#[test]
fn a_no_is_told_from_a_failure() {
    let login = begun(Provider::MyAnimeList, false).login;
    let state = login.state.reveal().to_owned();
    let of = |error: &str| {
        let text = format!("kuroibara://oauth/myanimelist?error={error}&state={state}");
        parse_return(&text, std::slice::from_ref(&login), now()).unwrap_err()
    };
    assert_eq!(of("access_denied"), ReturnError::Denied(Provider::MyAnimeList));
    assert_eq!(of("invalid_client"), ReturnError::Refused(Provider::MyAnimeList));
}

#[test]
fn a_token_never_stands_in_for_a_code_or_the_other_way_round() {
    let (code, implicit) = (begun(Provider::AniList, true).login, begun(Provider::AniList, false).login);
    for (login, text) in [(&code, JWT), (&implicit, "abcdefgh")] {
        let error = parse_return(text, std::slice::from_ref(login), now()).unwrap_err();
        assert_eq!(error, ReturnError::WrongKind(Provider::AniList));
    }
}

#[test]
fn what_is_no_return_is_malformed_and_not_repeated() {
    let login = begun(Provider::AniList, true).login;
    let state = login.state.reveal().to_owned();
    let long = format!("kuroibara://oauth/anilist?code={}", "x".repeat(20_000));
    for text in [
        "",
        "   ",
        "short",
        "two words that are long",
        "kuroibara://oauth/anilist",
        "kuroibara://oauth/anilist?code=",
        "kuroibara://oauth/anilist?code=abcdefgh&state=",
        "kuroibara://oauth/mangadex?code=abcdefgh",
        "kuroibara://login/anilist?code=abcdefgh",
        "https://evil.example/anilist?code=abcdefgh",
        "http://evil.example/oauth/anilist?code=abcdefgh",
        "javascript://oauth/anilist?code=abcdefgh",
        "://",
        &format!("kuroibara://oauth/anilist?code=abcdefgh&code=ijklmnop&state={state}"),
        &format!("kuroibara://oauth/anilist?code=abcdefgh&state={state}#state={state}"),
        &format!("kuroibara://oauth/anilist?code=abcdefgh&access_token=ijklmnop&state={state}"),
        &long,
    ] {
        let error = parse_return(text, std::slice::from_ref(&login), now()).unwrap_err();
        assert_eq!(error, ReturnError::Malformed, "{text}");
        assert!(!error.to_string().contains("abcdefgh"));
    }
}

proptest! {
    #[test]
    fn no_text_panics_or_finishes_a_login_that_needs_its_state(text in ".{0,120}", tail in "[ -~]{0,60}") {
        let pending = [begun(Provider::MyAnimeList, false).login];
        for text in [text, format!("kuroibara://oauth/myanimelist?{tail}"), format!("http://localhost/#{tail}")] {
            prop_assert!(parse_return(&text, &pending, now()).is_err());
        }
    }
}

#[test]
fn each_way_back_has_the_address_that_is_registered_for_it() {
    let oauth: Url = "https://anilist.example/api/v2/oauth".parse().unwrap();
    let address = |redirect: Redirect, provider| redirect.address(provider, &oauth);
    assert_eq!(address(Redirect::DeepLink, Provider::MyAnimeList).unwrap(), "kuroibara://oauth/myanimelist");
    assert_eq!(address(Redirect::Loopback, Provider::AniList).unwrap(), "http://127.0.0.1:17349/oauth/anilist");
    assert_eq!(address(Redirect::Pin, Provider::AniList).unwrap(), "https://anilist.example/api/v2/oauth/pin");
    assert_eq!(address(Redirect::Pin, Provider::MyAnimeList), None);
    assert_eq!(address(Redirect::Loopback, Provider::Kitsu), None);
}
