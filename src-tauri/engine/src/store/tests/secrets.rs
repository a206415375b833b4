//! Accounts, sealed texts and logins.

use enum_map::enum_map;
use kuroibara_core::{Direction, Group, ProviderPolicy, Remote, RemovalPolicy, Rule};

use super::*;

fn sealed(text: &str) -> Sealed {
    Sealed(text.to_owned())
}

fn signed_in(account: &str) -> SignedIn {
    SignedIn {
        access_token: sealed("sealed access"),
        refresh_token: Some(sealed("sealed refresh")),
        token_expires_at: Some(later(3_600)),
        account_id: account.to_owned(),
        account_name: "reader".to_owned(),
    }
}

laws! {
    async fn the_first_start_makes_one_user_and_three_places_for_accounts(fresh: &Fresh) {
        let (db, other) = tokio::join!(fresh.open(), fresh.open());
        assert_eq!(db.user(), other.user());
        let integrations = db.integrations().await.unwrap();
        for (provider, integration) in &integrations {
            assert_eq!((integration.provider, integration.is_connected()), (provider, false));
            assert_eq!((integration.policy, integration.auto_sync), (ProviderPolicy::default(), true));
            assert_eq!(&*integration.last_sync_status, "pending");
        }
        assert!(!db.local_user().await.unwrap().keep_in_step);
        db.set_keep_in_step(true).await.unwrap();
        let user = other.local_user().await.unwrap();
        assert!(user.keep_in_step && user.keep_in_step_asked);
    }

    async fn the_users_choices_are_kept_per_provider(fresh: &Fresh) {
        let db = fresh.open().await;
        let policy = ProviderPolicy {
            enabled: false,
            progress: false,
            ratings: true,
            status: false,
            direction: Direction::Pull,
            rule: Rule::Furthest,
            own_rules: enum_map! { Group::Score => Some(Rule::Ask), _ => None },
            removal: RemovalPolicy::Follow,
            export_private: true,
            volumes: true,
        };
        db.set_policy(Provider::Kitsu, &policy, false, now()).await.unwrap();
        let integrations = fresh.open().await.integrations().await.unwrap();
        assert_eq!((integrations[Provider::Kitsu].policy, integrations[Provider::Kitsu].auto_sync), (policy, false));
        assert_eq!(integrations[Provider::AniList].policy, ProviderPolicy::default());
    }

    async fn a_pair_of_tokens_is_replaced_as_one_and_erased_by_disconnecting(fresh: &Fresh) {
        let db = fresh.open().await;
        db.set_client(Provider::MyAnimeList, Some("client"), Some(&sealed("secret")), now()).await.unwrap();
        assert!(!db.sign_in(Provider::MyAnimeList, &signed_in("1"), now()).await.unwrap());
        let connected = db.integration(Provider::MyAnimeList).await.unwrap();
        assert_eq!((connected.access_token, connected.account_name), (Some(sealed("sealed access")), Some("reader".into())));
        db.needs_sign_in(connected.id, now()).await.unwrap();
        assert!(db.integration(Provider::MyAnimeList).await.unwrap().sign_in_again);
        assert!(db.renew_tokens(connected.id, &sealed("a2"), Some(&sealed("r2")), Some(later(7)), now()).await.unwrap());
        let renewed = db.integration(Provider::MyAnimeList).await.unwrap();
        assert_eq!((renewed.access_token, renewed.refresh_token), (Some(sealed("a2")), Some(sealed("r2"))));
        assert_eq!((renewed.token_expires_at, renewed.sign_in_again), (Some(later(7)), false));
        db.disconnect(Provider::MyAnimeList, now()).await.unwrap();
        assert!(!db.renew_tokens(connected.id, &sealed("a3"), None, None, now()).await.unwrap());
        let gone = db.integration(Provider::MyAnimeList).await.unwrap();
        assert_eq!((gone.access_token, gone.refresh_token, gone.account_id), (None, None, Some("1".into())));
        assert_eq!((gone.client_id, gone.client_secret), (Some("client".into()), Some(sealed("secret"))));
    }

    async fn another_account_starts_without_bases_and_the_same_one_goes_on(fresh: &Fresh) {
        let db = fresh.open().await;
        let at = ids(&db).await;
        db.sign_in(Provider::Kitsu, &signed_in("1"), now()).await.unwrap();
        let agreed = |id, integration| MappingChange {
            base: Change::Set(kuroibara_core::Base::default()),
            read: Some((Remote::Absent, now())),
            outbox: OutboxChange::Due { since: now() },
            ..new_mapping(&db, integration, id)
        };
        let mappings = vec![agreed("1", at[Provider::Kitsu]), agreed("1", at[Provider::AniList])];
        store(&db, &[MangaChange { mappings, ..new_manga(&db, "Akira", 1) }]).await;
        let approved = [IntegrationChange { approved_at: Some(now()), ..IntegrationChange::of(at[Provider::Kitsu]) }];
        db.commit(&Batch { integrations: &approved, ..batch(&[]) }).await.unwrap();
        db.disconnect(Provider::Kitsu, now()).await.unwrap();
        assert!(!db.sign_in(Provider::Kitsu, &signed_in("1"), now()).await.unwrap());
        assert!(load(&db).await[0].state.sides[Provider::Kitsu].as_ref().unwrap().base.is_some());
        assert!(db.sign_in(Provider::Kitsu, &signed_in("2"), now()).await.unwrap());
        let loaded = load(&db).await.pop().unwrap();
        let kitsu = loaded.state.sides[Provider::Kitsu].as_ref().unwrap();
        assert_eq!((&kitsu.base, &kitsu.remote), (&None, &Remote::Unknown));
        assert_eq!(loaded.mappings[Provider::Kitsu].as_ref().unwrap().due, None);
        assert_eq!(db.integration(Provider::Kitsu).await.unwrap().approved_at, None);
        assert!(loaded.state.sides[Provider::AniList].as_ref().unwrap().base.is_some());
    }

    async fn a_pending_login_can_be_taken_once_and_only_in_time(fresh: &Fresh) {
        let db = fresh.open().await;
        let login = |id: &str, seconds| PendingLogin {
            id: id.to_owned(),
            provider: Provider::AniList,
            body: sealed("body"),
            expires_at: later(seconds),
        };
        db.keep_login(&login("one", 600), now()).await.unwrap();
        db.keep_login(&login("two", 700), now()).await.unwrap();
        assert_eq!(db.pending_logins().await.unwrap(), [login("two", 700), login("one", 600)]);
        let other = fresh.open().await;
        let (first, second) = tokio::join!(db.take_login("one", later(599)), other.take_login("one", later(599)));
        let taken = [first.unwrap(), second.unwrap()];
        assert_eq!(taken.iter().flatten().collect::<Vec<_>>(), [&login("one", 600)]);
        assert_eq!(db.take_login("two", later(700)).await.unwrap(), None);
        assert_eq!(db.take_login("two", now()).await.unwrap(), None, "who came too late used it up");
        db.keep_login(&login("old", 800), now()).await.unwrap();
        db.keep_login(&login("new", 9_000), later(3_600)).await.unwrap();
        assert_eq!(db.pending_logins().await.unwrap(), [login("new", 9_000), login("old", 800)]);
        db.keep_login(&login("newer", 9_001), later(4_400)).await.unwrap();
        assert_eq!(db.pending_logins().await.unwrap().len(), 2, "the old one is gone");
    }

    async fn a_data_key_is_never_overwritten_and_a_renewed_token_never_replaced(fresh: &Fresh) {
        let db = fresh.open().await;
        let key = |body: &str| VaultKey { id: "1".into(), body: body.into(), created_at: now() };
        assert!(db.add_vault_key(&key("first")).await.unwrap());
        assert!(!db.add_vault_key(&key("second")).await.unwrap());
        assert_eq!(db.vault_keys().await.unwrap(), [key("first")]);
        db.sign_in(Provider::Kitsu, &signed_in("1"), now()).await.unwrap();
        let texts = db.sealed_texts().await.unwrap();
        assert_eq!(texts.len(), 2);
        let (place, old) = texts.into_iter().find(|(_, text)| text == "sealed access").unwrap();
        db.replace_sealed(&place, "something else", "wrong").await.unwrap();
        db.replace_sealed(&place, &old, "new").await.unwrap();
        assert_eq!(db.integration(Provider::Kitsu).await.unwrap().access_token, Some(sealed("new")));
        db.drop_vault_key("1").await.unwrap();
        assert_eq!(db.vault_keys().await.unwrap(), []);
    }
}
