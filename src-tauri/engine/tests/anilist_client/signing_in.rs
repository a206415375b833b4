use kuroibara_core::Time;
use kuroibara_engine::{
    providers::{ApiClient, ApiError, Grant, ProviderClient, anilist::tokens_from_implicit},
    secret::Secret,
};
use kuroibara_sim::anilist::{CLIENT_ID, CLIENT_SECRET};

use crate::{P, Reader};

const REDIRECT: &str = "kuroibara://oauth/anilist";

fn app(secret: &str) -> ApiClient {
    ApiClient { id: Some(CLIENT_ID.into()), secret: Some(Secret::new(secret)) }
}

fn code(reader: &Reader) -> Grant {
    let mut url: url::Url = format!("{}/authorize", reader.sim().oauth_url()).parse().unwrap();
    url.query_pairs_mut().extend_pairs([
        ("client_id", CLIENT_ID),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("state", "s"),
    ]);
    let back: url::Url = reader.sim().approve(url.as_str(), 4242).unwrap().parse().unwrap();
    let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    Grant::Code { code: Secret::new(code), redirect_uri: REDIRECT.into(), verifier: None }
}

#[tokio::test]
async fn a_code_and_the_clients_secret_become_a_token_for_a_year() {
    let reader = Reader::with_entries(1).await;
    let tokens = reader.client.authenticate(&app(CLIENT_SECRET), code(&reader)).await.unwrap();
    let left = tokens.expires_at.unwrap() - reader.world.sim.clock.now();
    assert!((364..=366).contains(&left.num_days()), "{left}");
    assert!(tokens.refresh.is_none());
    let account = reader.client.who(&tokens.access).await.unwrap();
    assert_eq!((account.id.as_str(), account.name.as_str()), ("4242", "reader"));
}

#[tokio::test]
async fn an_implicit_token_needs_no_exchange_and_knows_its_end() {
    let reader = Reader::with_entries(1).await;
    let url = format!("{}/authorize?client_id={CLIENT_ID}&response_type=token", reader.sim().oauth_url());
    let back = reader.sim().approve(&url, 4242).unwrap();
    let token = back.split("access_token=").nth(1).unwrap().split('&').next().unwrap();
    let tokens = tokens_from_implicit(Secret::new(token), None, Time::default());
    let left = tokens.expires_at.unwrap() - reader.world.sim.clock.now();
    assert!((364..=366).contains(&left.num_days()), "{left}");
    assert_eq!(reader.client.who(&tokens.access).await.unwrap().id, "4242");
}

#[tokio::test]
async fn a_wrong_secret_a_used_code_and_a_password_are_refused_in_words() {
    let reader = Reader::with_entries(1).await;
    let refused = |outcome: Result<_, ApiError>| match outcome {
        Err(ApiError::Refused { reason, .. }) => reason,
        other => panic!("{other:?}"),
    };
    let reason = refused(reader.client.authenticate(&app("wrong"), code(&reader)).await.map(drop));
    assert!(reason.contains("authentication failed"), "{reason}");
    let once = code(&reader);
    reader.client.authenticate(&app(CLIENT_SECRET), once.clone()).await.unwrap();
    refused(reader.client.authenticate(&app(CLIENT_SECRET), once).await.map(drop));
    let password = Grant::Password { username: "reader".into(), password: Secret::new("reader-password") };
    refused(reader.client.authenticate(&app(CLIENT_SECRET), password).await.map(drop));
}

#[tokio::test]
async fn a_bad_token_means_signing_in_again_whatever_is_asked() {
    let reader = Reader::with_entries(3).await;
    let writes = reader.edits(3);
    reader.sim().revoke_tokens(4242);
    let again = |error: &ApiError| matches!(error, ApiError::SignInAgain(p) if *p == P);
    assert!(again(&reader.client.who(&reader.token).await.unwrap_err()));
    assert!(again(&reader.client.list(&reader.session()).await.unwrap_err()));
    assert!(again(&reader.client.refresh(&app(CLIENT_SECRET), &reader.token).await.unwrap_err()));
    let (outcomes, requests) = reader.save(&writes).await;
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().is_err_and(again)));
    assert_eq!(requests, 1);
}

#[tokio::test]
async fn a_bad_request_is_no_reason_to_sign_in_again() {
    let reader = Reader::with_entries(1).await;
    let write = crate::rest_world::write("999999999", None, None, crate::chapters(1));
    let (outcomes, _) = reader.save(&[write]).await;
    assert!(
        matches!(&outcomes[0], Err(ApiError::Refused { reason, .. }) if reason.contains("invalid")),
        "{outcomes:?}"
    );
}
