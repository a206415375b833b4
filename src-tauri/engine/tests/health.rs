//! How accounts stand: what waits while signed out, how long a sign-in lasts, and one notice for each cause.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use kuroibara_core::{Field, Fields, Provider, Value};
use kuroibara_engine::{attention::Cause, health::AccountHealth, settings::ConnectionState};
use kuroibara_sim::{READER, anilist::ListStatus};
use world::{World, assert_success};

async fn connected() -> World {
    let world = World::of_works(5).await;
    for n in 0..5 {
        world.sim.anilist.set_entry(1000 + n, |entry| entry.status = ListStatus::Current);
    }
    world.pass(90_000);
    world.connect_all().await;
    world.engine.set_keep_in_step(true).await.unwrap();
    world.sync().await;
    world.sync().await;
    world.pass(60);
    world
}

async fn at(world: &World, provider: Provider) -> AccountHealth {
    let all = world.engine.health().await.unwrap();
    all.into_iter().find(|one| one.provider == provider).unwrap()
}

async fn read_chapters(world: &World, n: i64, chapters: u32) {
    let manga = world.engine.find(&format!("anilist:{}", 1000 + n)).await.unwrap();
    world.engine.edit(manga, &Fields::new().with(Field::Chapters, Value::Count(chapters))).await.unwrap();
}

#[tokio::test]
async fn edits_that_wait_while_signed_out_are_counted_told_once_and_go_out_after_the_next_sign_in() {
    let world = connected().await;
    world.sim.anilist.revoke_tokens(READER);
    for n in 0..3 {
        read_chapters(&world, n, 7).await;
        world.sync().await;
        world.pass(60);
        let waits = at(&world, Provider::AniList).await;
        assert_eq!((waits.state, i64::from(waits.waiting)), (ConnectionState::SignInAgain, n + 1));
        assert!(waits.waiting_since.is_some());
        let causes = world.engine.attention().await.unwrap();
        assert_eq!(causes, [Cause::SignIn(Provider::AniList)], "one notice, not one for each edit");
    }
    assert_eq!(at(&world, Provider::Kitsu).await.waiting, 0, "the others don't wait");
    world.connect(Provider::AniList).await;
    assert_success(&world.sync().await);
    let well = at(&world, Provider::AniList).await;
    assert_eq!((well.state, well.waiting, well.waiting_since), (ConnectionState::Connected, 0, None));
    assert_eq!(world.engine.attention().await.unwrap(), []);
    assert_eq!(world.sim.anilist.entry(1002).unwrap().progress, 7);
}

#[tokio::test]
async fn a_sign_in_that_only_the_person_can_renew_is_announced_in_time_and_once() {
    let world = connected().await;
    let (anilist, kitsu) = (at(&world, Provider::AniList).await, at(&world, Provider::Kitsu).await);
    assert_eq!((kitsu.ends_at, kitsu.days_left, kitsu.ends_soon), (None, None, false), "it is renewed by itself");
    let days = anilist.days_left.expect("AniList's ends for good");
    assert!(days > 300 && !anilist.ends_soon, "{anilist:?}");
    world.pass((days - 14) * 86_400);
    assert_eq!(world.engine.attention().await.unwrap(), []);
    world.pass(2 * 86_400);
    let soon = at(&world, Provider::AniList).await;
    assert!(soon.ends_soon && soon.days_left.is_some_and(|days| days < 14), "{soon:?}");
    for n in 0..2 {
        read_chapters(&world, n, 3).await;
        assert_eq!(world.engine.attention().await.unwrap(), [Cause::SignInEnds(Provider::AniList)]);
    }
    world.pass(14 * 86_400);
    let ended = at(&world, Provider::AniList).await;
    assert_eq!((ended.state, ended.days_left, ended.ends_soon), (ConnectionState::SignInAgain, Some(0), false));
    assert_eq!(world.engine.attention().await.unwrap(), [Cause::SignIn(Provider::AniList)]);
}
