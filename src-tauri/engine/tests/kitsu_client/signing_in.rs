use super::*;

#[tokio::test]
async fn a_password_is_traded_for_tokens_without_a_client() {
    let world = World::with_entries(3).await;
    let app = ApiClient { id: Some("some-client".into()), secret: Some(Secret::new("some-secret")) };
    let tokens = client(&world).authenticate(&app, password("reader-password")).await.unwrap();
    let body = last_body(&world.sim.kitsu.requests());
    assert!(!body.contains("client"), "{body}");
    let start: kuroibara_core::Time = "2026-03-01T12:00:00Z".parse().unwrap();
    assert_eq!(tokens.expires_at, Some(start + Duration::days(30)));
    let account = client(&world).who(&tokens.access).await.unwrap();
    assert_eq!((account.id.as_str(), account.name.as_str()), ("4242", "reader"));
}

#[tokio::test]
async fn a_token_that_comes_again_at_the_next_sign_in_ends_when_it_ends() {
    let world = World::with_entries(3).await;
    let first = signed_in(&world).await;
    world.sim.clock.advance(Duration::days(10));
    world.clock.advance(Duration::days(10).to_std().unwrap());
    let second = signed_in(&world).await;
    assert_eq!((second.access.reveal(), second.expires_at), (first.access.reveal(), first.expires_at));
}

#[tokio::test]
async fn a_wrong_password_is_refused_in_words_without_the_password() {
    let world = World::with_entries(3).await;
    let error = client(&world).authenticate(&ApiClient::default(), password("my-secret-guess")).await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(text.contains("password is wrong") && !text.contains("my-secret-guess"), "{text}");
    let code = Grant::Code { code: Secret::new("x"), redirect_uri: String::new(), verifier: None };
    let error = client(&world).authenticate(&ApiClient::default(), code).await.unwrap_err();
    assert!(matches!(error, ApiError::Refused { .. }), "{error}");
    assert_eq!(world.sim.kitsu.requests().len(), 1);
}

#[tokio::test]
async fn a_refresh_token_brings_a_new_pair_once() {
    let world = World::with_entries(3).await;
    let (tokens, client) = (signed_in(&world).await, client(&world));
    let refresh = tokens.refresh.unwrap();
    let renewed = client.refresh(&ApiClient::default(), &refresh).await.unwrap();
    client.who(&renewed.access).await.unwrap();
    let error = client.who(&tokens.access).await.unwrap_err();
    assert!(matches!(error, ApiError::TokenExpired(P)), "{error}");
    let error = client.refresh(&ApiClient::default(), &refresh).await.unwrap_err();
    assert!(matches!(error, ApiError::SignInAgain(P)), "{error}");
}

#[tokio::test]
async fn a_refresh_that_fails_for_another_reason_is_no_reason_to_sign_in() {
    let world = World::impatient(3).await;
    let (tokens, client) = (signed_in(&world).await, client(&world));
    let refresh = tokens.refresh.unwrap();
    for fault in [Fault::Status(503), Fault::Html(502), Fault::Hang, Fault::ResetBefore] {
        world.sim.kitsu.faults().push(FaultRule::always(fault));
        let error = client.refresh(&ApiClient::default(), &refresh).await.unwrap_err();
        assert!(matches!(error, ApiError::Http(_)), "{error}");
        world.sim.kitsu.faults().clear();
    }
    client.refresh(&ApiClient::default(), &refresh).await.unwrap();
}

#[tokio::test]
async fn a_refresh_whose_answer_is_lost_is_not_sent_again() {
    let world = World::with_entries(3).await;
    let (tokens, client) = (signed_in(&world).await, client(&world));
    world.sim.kitsu.reset_counters();
    world.sim.kitsu.faults().push(FaultRule::once(Fault::ResetAfter));
    let error = client.refresh(&ApiClient::default(), &tokens.refresh.unwrap()).await.unwrap_err();
    assert!(is_lost(&error), "{error}");
    assert_eq!(world.sim.kitsu.requests().len(), 1);
}

#[tokio::test]
async fn a_revoked_token_is_no_good_and_may_be_revoked_again() {
    let world = World::with_entries(3).await;
    let (tokens, client) = (signed_in(&world).await, client(&world));
    client.revoke(&tokens.access).await.unwrap();
    client.revoke(&tokens.access).await.unwrap();
    client.revoke(&Secret::new("never-seen")).await.unwrap();
    let error = client.who(&tokens.access).await.unwrap_err();
    assert!(matches!(error, ApiError::TokenExpired(P)), "{error}");
}
