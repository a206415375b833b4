//! Two works become one at a service: what a person said of the one that is gone holds for the one that is left, and nothing
//! is linked that they did not want.

use kuroibara_core::Provider;
use kuroibara_engine::{sync::Order, undo::Target};
use kuroibara_sim::{Work, anilist::ListStatus};

use crate::{
    at, at_anilist,
    decisions::{INTO, likely, one_match, questions, ten_runs},
    library,
    world::World,
};

/// What is likely, and a work in no list that 1001 is merged into later.
async fn before() -> World {
    let into = Work { year: None, ..at_anilist(INTO, "Night Flowers Collected", "Rin Aoki") };
    questions([likely(), vec![into]].concat()).await
}

/// Whether what stands under the new id is one manga with the work at MyAnimeList; nothing is asked.
async fn holds(world: &World, linked: bool) {
    let [here, there] = [at(world, "anilist:1009").await, at(world, "myanimelist:2001").await];
    assert_eq!(here == there, linked);
    assert_eq!(world.engine.matches().await.unwrap(), []);
    assert!(world.engine.find("anilist:1001").await.is_err(), "the old id is nobody's");
    assert!(world.asked().await.is_empty(), "the entry did not vanish: it has another id");
}

#[tokio::test]
async fn what_was_accepted_survives_a_merge_of_two_works() {
    let world = before().await;
    world.engine.accept_match(one_match(&world).await).await.unwrap();
    world.full().await;
    world.sim.anilist.merge_media(1001, INTO);
    ten_runs(&world, async |world| holds(world, true).await).await;
}

#[tokio::test]
async fn what_was_rejected_survives_a_merge_into_a_work_that_the_service_itself_links() {
    let world = before().await;
    let mangas = [at(&world, "anilist:1001").await, at(&world, "myanimelist:2001").await];
    world.engine.reject_match(one_match(&world).await).await.unwrap();
    world.sim.anilist.set_media(INTO, |media| media.id_mal = Some(2001));
    world.sim.anilist.merge_media(1001, INTO);
    world.engine.set_keep_in_step(true).await.unwrap();
    ten_runs(&world, async |world| holds(world, false).await).await;
    assert_eq!(mangas, [at(&world, "anilist:1009").await, at(&world, "myanimelist:2001").await]);
    let read =
        [world.sim.anilist.entry(INTO).unwrap().progress, world.sim.myanimelist.entry(2001).unwrap().num_chapters_read];
    assert_eq!(read, [10, 30], "nothing of one was written to the other");
}

#[tokio::test]
async fn what_was_ignored_or_unlinked_survives_a_merge() {
    let world = before().await;
    world.engine.ignore_match(one_match(&world).await, "a fan comic").await.unwrap();
    world.sim.anilist.merge_media(1001, INTO);
    ten_runs(&world, async |world| holds(world, false).await).await;
    let world = before().await;
    world.engine.accept_match(one_match(&world).await).await.unwrap();
    world.full().await;
    world.engine.unlink(at(&world, "anilist:1001").await, Provider::AniList).await.unwrap();
    world.full().await;
    world.sim.anilist.merge_media(1001, INTO);
    ten_runs(&world, async |world| holds(world, false).await).await;
}

/// What the history says of links that followed works to other ids.
async fn moves(world: &World) -> Vec<(String, String)> {
    let said = world.engine.history(None, 200, 0).await.unwrap().changes.into_iter().filter(|one| one.cause == "moved");
    let text = |value: Option<serde_json::Value>| value.unwrap().as_str().unwrap().to_owned();
    said.map(|one| (text(one.before), text(one.after))).collect()
}

#[tokio::test]
async fn a_work_that_got_another_id_is_in_the_history_once_under_the_run_that_found_it() {
    let world = before().await;
    world.sim.anilist.merge_media(1001, INTO);
    let run = world.full().await.run_id;
    world.full().await;
    assert_eq!(moves(&world).await, [("anilist:1001".into(), "anilist:1009".into())]);
    let of_run = world.engine.history(Some(run), 200, 0).await.unwrap().changes;
    let line = of_run.iter().find(|one| one.cause == "moved").unwrap();
    assert_eq!((line.provider, line.title.as_deref()), (Some(Provider::AniList), Some("Yoru no Hana")));
    let nothing = world.engine.undo(Target::Id(line.change_id), false).await.unwrap_err().to_string();
    assert!(nothing.contains("nothing to take back"), "{nothing}");
}

#[tokio::test]
async fn a_dry_run_over_a_work_that_got_another_id_plans_what_would_follow_and_leaves_the_library_as_it_is() {
    for full in [true, false] {
        let world = before().await;
        world.engine.accept_match(one_match(&world).await).await.unwrap();
        world.engine.set_keep_in_step(true).await.unwrap();
        world.full().await;
        world.full().await;
        let never = world.engine.find("anilist:1001").await.unwrap();
        world.pass(600);
        world.sim.anilist.merge_media(1001, INTO);
        world.sim.anilist.set_entry(INTO, |entry| entry.progress = 44).unwrap();
        let order = Order { full, approved: true, ..Order::default() };
        let dry = world.engine.sync(&Order { dry_run: true, ..order.clone() }).await.unwrap();
        assert_eq!(world.engine.find("anilist:1001").await.unwrap(), never, "nothing followed");
        assert!(world.engine.find("anilist:1009").await.is_err());
        assert_eq!(moves(&world).await, []);
        let done = world.engine.sync(&order).await.unwrap();
        assert!(!dry.plan.is_empty(), "the new chapters of the one that is left");
        assert_eq!(dry.plan, done.plan, "full: {full}");
        assert_eq!(world.engine.find("anilist:1009").await.unwrap(), never);
    }
}

#[tokio::test]
async fn of_two_works_that_are_both_in_the_list_the_one_that_goes_is_a_question_and_the_other_is_not_linked() {
    let world = before().await;
    world.engine.accept_match(one_match(&world).await).await.unwrap();
    world.sim.anilist.set_entry(INTO, |entry| entry.status = ListStatus::Completed).unwrap();
    world.full().await;
    let titles = library(&world).await.len();
    world.sim.anilist.merge_media(1001, INTO);
    ten_runs(&world, async |world| {
        assert_eq!(at(world, "anilist:1001").await, at(world, "myanimelist:2001").await, "as the person said");
        assert_ne!(at(world, "anilist:1009").await, at(world, "myanimelist:2001").await);
        let asked = world.asked().await;
        assert_eq!(asked.len(), 1, "whether the one that is gone is to go here too: {asked:#?}");
    })
    .await;
    assert!(library(&world).await.len() > titles);
}
