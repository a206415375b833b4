//! Titles that no id links: what is certain becomes one manga by itself, what is likely waits for a person, and a person's
//! word is for ever.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod decisions;
mod merged;
mod reopened;
mod searches;
#[path = "../world/mod.rs"]
mod world;

use kuroibara_core::{MangaId, Provider, matching::Against};
use kuroibara_engine::{attention::Cause, library::EntryView, store::LibraryQuery};
use kuroibara_sim::{Work, anilist::ListStatus, myanimelist};
use world::World;

fn at_anilist(id: i64, title: &str, author: &str) -> Work {
    Work { anilist: Some(id), authors: vec![author.into()], year: Some(1999), ..Work::titled(title) }
}

fn at_myanimelist(id: i64, title: &str, author: &str) -> Work {
    Work { myanimelist: Some(id), authors: vec![author.into()], year: Some(1999), ..Work::titled(title) }
}

/// The same title, but fifteen years later: only a person can tell what it is.
fn later(work: Work) -> Work {
    Work { year: Some(2014), ..work }
}

/// A world where each work stands in the one list that knows it: 10 chapters read at AniList, 30 later at MyAnimeList.
async fn world_of(works: Vec<Work>) -> World {
    let world = World::of_these(works.clone()).await;
    for id in works.iter().filter_map(|work| work.anilist) {
        world.sim.anilist.set_entry(id, |entry| {
            entry.status = ListStatus::Current;
            entry.progress = 10;
        });
    }
    world.pass(3_600);
    for id in works.iter().filter_map(|work| work.myanimelist) {
        world.sim.myanimelist.set_entry(id, |entry| {
            entry.status = myanimelist::Status::Reading;
            entry.num_chapters_read = 30;
        });
    }
    world.pass(90_000);
    world.connect(Provider::AniList).await;
    world.connect(Provider::MyAnimeList).await;
    world
}

async fn library(world: &World) -> Vec<EntryView> {
    world.engine.library(&LibraryQuery { limit: 100, ..LibraryQuery::default() }).await.unwrap().entries
}

async fn at(world: &World, work: &str) -> MangaId {
    world.engine.find(work).await.unwrap()
}

#[tokio::test]
async fn the_same_title_by_the_same_author_becomes_one_manga_though_no_id_says_so() {
    let world = world_of(vec![
        at_anilist(1001, "Yoru no Hana", "Rin Aoki"),
        at_myanimelist(2001, "YORU NO HANA", "Rin Aoki"),
        at_anilist(1002, "Hoshi no Umi", "Ken Mori"),
        at_myanimelist(2002, "Kaze no Kuni", "Ken Mori"),
    ])
    .await;
    world.sync().await;
    assert_eq!(library(&world).await.len(), 3);
    assert_eq!(at(&world, "anilist:1001").await, at(&world, "myanimelist:2001").await);
    assert_eq!(world.engine.matches().await.unwrap(), []);
    let told = world.engine.history(None, 100, 0).await.unwrap().changes;
    let link = told.iter().find(|line| line.cause == "linked").expect("the history tells of it");
    let name = link.after.as_ref().and_then(|name| name.as_str()).unwrap_or_default();
    assert!(name.eq_ignore_ascii_case("Yoru no Hana"), "by a title, and not by an id: {link:?}");
    assert_eq!(link.before, None, "what was said of the other title was never said of this one");
    for _ in 0..3 {
        world.pass(60);
        world.full().await;
    }
    assert_eq!(library(&world).await.len(), 3);
}

#[tokio::test]
async fn what_is_only_likely_waits_and_an_accepted_one_is_linked_for_good() {
    let world = world_of(vec![
        at_anilist(1001, "Yoru no Hana", "Rin Aoki"),
        later(at_myanimelist(2001, "Yoru no Hana", "Rin Aoki")),
    ])
    .await;
    world.sync().await;
    let matches = world.engine.matches().await.unwrap();
    assert_eq!(library(&world).await.len(), 2);
    assert_eq!(
        (matches.len(), matches[0].provider, matches[0].external_id.as_str()),
        (1, Provider::MyAnimeList, "2001")
    );
    assert_eq!(matches[0].other_id, Some(at(&world, "myanimelist:2001").await));
    let asked = Cause::Match(matches[0].manga_id, Provider::MyAnimeList);
    assert_eq!(world.engine.attention().await.unwrap(), [asked]);
    world.engine.accept_match(matches[0].id).await.unwrap();
    assert_eq!(world.engine.matches().await.unwrap(), []);
    assert_eq!(world.engine.attention().await.unwrap(), []);
    for _ in 0..10 {
        world.pass(60);
        world.full().await;
        assert_eq!(library(&world).await.len(), 1);
    }
}

#[tokio::test]
async fn links_of_the_services_that_contradict_each_other_are_a_question_and_never_a_link() {
    let split = |id| Work { myanimelist: Some(2001), ..at_anilist(id, "Yoru no Hana", "Rin Aoki") };
    let world = world_of(vec![split(1001), split(1009)]).await;
    world.sync().await;
    assert_eq!(library(&world).await.len(), 3);
    let matches = world.engine.matches().await.unwrap();
    assert!(!matches.is_empty());
    assert!(matches.iter().all(|one| one.evidence.against.contains(&Against::Contradictory)), "{matches:#?}");
}

#[tokio::test]
async fn a_wrong_link_taken_back_restores_what_it_wrote_at_the_services() {
    let world =
        world_of(vec![at_anilist(1001, "Yoru no Hana", "Rin Aoki"), at_myanimelist(2001, "Yoru no Hana", "Rin Aoki")])
            .await;
    world.engine.set_keep_in_step(true).await.unwrap();
    let chapters = || {
        [world.sim.anilist.entry(1001).unwrap().progress, world.sim.myanimelist.entry(2001).unwrap().num_chapters_read]
    };
    for _ in 0..3 {
        world.sync().await;
        world.pass(120);
    }
    assert_eq!(chapters(), [30, 30], "linked by its title, the newer one went everywhere");
    world.engine.unlink(at(&world, "anilist:1001").await, Provider::MyAnimeList).await.unwrap();
    for _ in 0..3 {
        world.pass(120);
        world.full().await;
    }
    assert_eq!(chapters(), [10, 30]);
    let read = |entries: Vec<EntryView>| {
        let mut read: Vec<u32> = entries.into_iter().map(|entry| entry.chapters_read).collect();
        read.sort_unstable();
        read
    };
    assert_eq!(read(library(&world).await), [10, 30]);
    assert!(world.full().await.plan.is_empty());
}
