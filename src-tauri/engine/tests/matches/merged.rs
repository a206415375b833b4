//! Two works become one at a service: what a person said of the one that is gone holds for the one that is left, and nothing
//! is linked that they did not want.

use kuroibara_core::Provider;
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
    assert!(world.engine.conflicts().await.unwrap().is_empty(), "the entry did not vanish: it has another id");
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
        let asked = world.engine.conflicts().await.unwrap();
        assert_eq!(asked.len(), 1, "whether the one that is gone is to go here too: {asked:#?}");
    })
    .await;
    assert!(library(&world).await.len() > titles);
}
