use super::*;

#[tokio::test]
async fn a_code_is_traded_for_tokens_with_a_secret_and_without_one() {
    let world = World::with_entries(3).await;
    let public = ApiClient { id: Some("sim-mal-public-client".into()), secret: None };
    for app in [web(&world), public] {
        let tokens = client(&world).authenticate(&app, code(&world, &app)).await.unwrap();
        let account = client(&world).who(&tokens.access).await.unwrap();
        assert_eq!((account.id.as_str(), account.name.as_str()), ("4242", "reader"));
        let start: kuroibara_core::Time = "2026-03-01T12:00:00Z".parse().unwrap();
        assert_eq!(tokens.expires_at, Some(start + chrono::Duration::seconds(2_415_600)));
    }
}

#[tokio::test]
async fn a_bad_code_verifier_redirect_or_client_is_refused_in_words_and_asked_once() {
    let world = World::with_entries(3).await;
    let good = || code(&world, &web(&world));
    let Grant::Code { code, redirect_uri, verifier } = good() else { panic!() };
    let used = Grant::Code { code: code.clone(), redirect_uri: redirect_uri.clone(), verifier: verifier.clone() };
    client(&world).authenticate(&web(&world), used.clone()).await.unwrap();
    let Grant::Code { code, .. } = good() else { panic!() };
    let wrong_verifier = Grant::Code { code, redirect_uri, verifier: Some(Secret::new("x".repeat(43))) };
    let Grant::Code { code, verifier, .. } = good() else { panic!() };
    let wrong_redirect = Grant::Code { code, redirect_uri: "http://127.0.0.1:1/".into(), verifier };
    let password = Grant::Password { username: "reader".into(), password: Secret::new("reader-password") };
    let wrong_client = ApiClient { secret: Some(Secret::new("no")), ..web(&world) };
    let no_client = ApiClient::default();
    world.sim.myanimelist.reset_counters();
    let tries = [
        (web(&world), used, "invalid"),
        (web(&world), wrong_verifier, "verifier"),
        (web(&world), wrong_redirect, "redirect_uri"),
        (web(&world), password, "browser"),
        (wrong_client, good(), "check the client id and secret"),
        (no_client, good(), "client id"),
    ];
    for (app, grant, word) in tries {
        let error = client(&world).authenticate(&app, grant).await.unwrap_err();
        assert!(matches!(error, ApiError::Refused { .. }), "{error:?}");
        assert!(error.to_string().contains(word), "{error} says {word}");
    }
    assert_eq!(world.sim.myanimelist.requests().len(), 4);
}

#[tokio::test]
async fn a_refresh_brings_a_new_pair_and_ends_the_old_token() {
    let reader = Reader::with_entries(3).await;
    let refresh = reader.tokens.refresh.clone().unwrap();
    let renewed = reader.client.refresh(&web(&reader.world), &refresh).await.unwrap();
    reader.client.who(&renewed.access).await.unwrap();
    let error = reader.client.who(&reader.tokens.access).await.unwrap_err();
    assert!(matches!(error, ApiError::TokenExpired(P)), "{error}");
}

#[tokio::test]
async fn only_a_refusal_of_the_refresh_token_asks_the_person_to_sign_in() {
    let reader = Reader::impatient(3).await;
    let refresh = reader.tokens.refresh.clone().unwrap();
    for fault in [Fault::Status(503), Fault::Html(403), Fault::Hang, Fault::ResetBefore] {
        reader.fault(FaultRule::always(fault).on("/v1/oauth2/token"));
        let error = reader.client.refresh(&web(&reader.world), &refresh).await.unwrap_err();
        assert!(matches!(error, ApiError::Http(_)), "{error}");
        reader.sim().faults().clear();
        reader.world.pass_pauses();
    }
    reader.client.refresh(&web(&reader.world), &refresh).await.unwrap();
    reader.sim().revoke_tokens(READER);
    let error = reader.client.refresh(&web(&reader.world), &refresh).await.unwrap_err();
    assert!(matches!(error, ApiError::SignInAgain(P)), "{error}");
}

#[tokio::test]
async fn a_lost_answer_to_a_refresh_is_asked_for_again() {
    let reader = Reader::with_entries(3).await;
    reader.fault(FaultRule::once(Fault::ResetAfter).on("/v1/oauth2/token"));
    let refresh = reader.tokens.refresh.clone().unwrap();
    let renewed = reader.client.refresh(&web(&reader.world), &refresh).await.unwrap();
    reader.client.who(&renewed.access).await.unwrap();
}

#[tokio::test]
async fn nothing_is_asked_to_revoke_a_token_or_to_resolve_ids() {
    let reader = Reader::with_entries(3).await;
    reader.client.revoke(&reader.tokens.access).await.unwrap();
    assert_eq!(reader.client.resolve(None, &[(Provider::AniList, "1".into())]).await.unwrap(), []);
    assert!(reader.client.abilities().resolves.is_empty());
    assert_eq!(reader.requests(), 0);
}
