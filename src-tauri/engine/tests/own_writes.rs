//! What we send to a service makes its entry look saved just now. What else stands there is no newer for that.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use kuroibara_core::{Field, Fields, Provider, Score, Status, Value};
use kuroibara_engine::{
    library::EntryView,
    plan::{Part, PlanDecision, Verdict},
    sync::Order,
};
use kuroibara_sim::{anilist::ListStatus, myanimelist};
use world::{World, assert_success};

/// A title that is rated 90 at MyAnimeList, and a day later 70 at AniList.
async fn rated_twice() -> World {
    let world = World::of_works(1).await;
    world.sim.myanimelist.set_entry(2000, |entry| (entry.status, entry.score) = (myanimelist::Status::Reading, 9));
    world.pass(90_000);
    world.sim.anilist.set_entry(1000, |entry| (entry.status, entry.score_raw) = (ListStatus::Current, 70));
    world.pass(90_000);
    world.connect(Provider::AniList).await;
    world.sync().await;
    world.pass(60);
    world
}

async fn here(world: &World) -> EntryView {
    world.engine.entry(world.engine.find("anilist:1000").await.unwrap()).await.unwrap()
}

async fn read_on(world: &World, chapters: u32) {
    let edit = Fields::new().with(Field::Chapters, Value::Count(chapters));
    world.engine.edit(here(world).await.manga_id, &edit).await.unwrap();
    world.pass(60);
    assert_success(&world.sync().await);
    world.pass(60);
    assert_success(&world.full().await);
}

#[tokio::test]
async fn a_held_rating_is_not_replaced_by_an_older_one_because_a_chapter_was_sent() {
    let world = rated_twice().await;
    world.connect(Provider::MyAnimeList).await;
    assert_success(&world.sync().await);
    assert_eq!(here(&world).await.score, Score::new(70).ok(), "the newer of both");
    for chapters in [5, 6] {
        read_on(&world, chapters).await;
        assert_eq!(world.sim.myanimelist.entry(2000).unwrap().num_chapters_read, chapters);
        assert_eq!(here(&world).await.score, Score::new(70).ok());
        assert_eq!(world.sim.myanimelist.entry(2000).unwrap().score, 9, "it is held");
    }
}

#[tokio::test]
async fn a_field_that_was_left_out_is_proposed_again_the_same_way_after_the_others_were_sent() {
    let world = rated_twice().await;
    world.engine.set_keep_in_step(true).await.unwrap();
    world.sim.anilist.set_entry(1000, |entry| entry.progress = 12);
    world.pass(60);
    world.sync().await;
    world.pass(60);
    world.connect(Provider::MyAnimeList).await;
    world.engine.sync(&Order::default()).await.unwrap();
    let plan = world.engine.waiting_plan().await.unwrap().expect("a plan waits");
    let row = plan.rows.iter().find(|row| row.fields.iter().any(|one| one.field == Field::Score)).expect("the score");
    let score = || row.fields.iter().find(|one| one.field == Field::Score).unwrap();
    let said = PlanDecision { rows: vec![row.row], part: Part::Field(Field::Score), verdict: Verdict::Skip };
    world.engine.plan_decide(None, &said).await.unwrap();
    world.engine.plan_apply(None, &[]).await.unwrap();
    assert_eq!(world.sim.myanimelist.entry(2000).unwrap().num_chapters_read, 12);
    world.pass(60);
    world.engine.sync(&Order::default()).await.unwrap();
    let plan = world.engine.waiting_plan().await.unwrap().expect("it is proposed again");
    let again = plan.rows.iter().flat_map(|row| &row.fields).find(|one| one.field == Field::Score).unwrap();
    assert_eq!((&again.before, &again.after), (&score().before, &score().after), "{plan:#?}");
}

#[tokio::test]
async fn an_entry_that_needs_a_second_write_because_the_service_changed_the_first_is_counted_once() {
    let world = World::in_step(3).await;
    for n in 0..3 {
        let manga = world.engine.find(&format!("anilist:{}", 1000 + n)).await.unwrap();
        let edit = Fields::new().with(Field::Status, Value::Status(Status::OnHold));
        world.engine.edit(manga, &edit).await.unwrap();
    }
    world.pass(60);
    assert_success(&world.sync().await);
    world.pass(60);
    for n in 0..3 {
        world.sim.anilist.set_entry(1000 + n, |entry| entry.progress = 7);
    }
    world.pass(60);
    world.reset_counters();
    let report = world.sync().await;
    assert_success(&report);
    assert_eq!(
        world.writes()[2],
        6,
        "Kitsu takes a title up again of which more was read: its status is sent once more"
    );
    assert_eq!(report.providers[&Provider::Kitsu].pushed, 3);
}
