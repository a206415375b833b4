//! Libraries of more titles than are planned at a time: nobody may notice where one part ends and the next begins.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use kuroibara_core::{Field, Fields, Provider, Value};
use kuroibara_engine::{
    events::Event,
    store::LibraryQuery,
    sync::{
        Order,
        report::{PlanRow, ProviderStatus, Report},
    },
};
use kuroibara_sim::{anilist::ListStatus, kitsu, myanimelist};
use tokio::sync::broadcast::error::RecvError;
use world::{World, assert_success};

/// More titles than a part has.
const WORKS: i64 = 1_100;

/// Every work in all three lists with five chapters read. Kitsu's list has them in the opposite order.
async fn everywhere() -> World {
    let world = World::of_works(WORKS).await;
    for n in 0..WORKS {
        read_at_anilist(&world, n, 5);
        world.sim.myanimelist.set_entry(2000 + n, |entry| {
            entry.status = myanimelist::Status::Reading;
            entry.num_chapters_read = 5;
        });
    }
    for n in (0..WORKS).rev() {
        let entry = world.sim.kitsu.set_entry(3000 + n, |entry| {
            entry.status = kitsu::Status::Current;
            entry.progress = 5;
        });
        entry.unwrap();
    }
    world.pass(3_600);
    world.connect_all().await;
    world
}

fn read_at_anilist(world: &World, n: i64, chapters: i64) {
    world.sim.anilist.set_entry(1000 + n, |entry| {
        entry.status = ListStatus::Current;
        entry.progress = chapters.try_into().unwrap();
    });
}

async fn planned(world: &World, full: bool) -> Report {
    world.engine.sync(&Order { dry_run: true, approved: true, full, ..Order::default() }).await.unwrap()
}

fn text(plan: &[PlanRow]) -> String {
    serde_json::to_string(plan).unwrap()
}

/// Waits until something of a plan is stored: not yet the last title's.
fn something_stored(world: &World) -> impl Future<Output = ()> + use<> {
    let mut events = world.engine.events();
    async move { while !matches!(events.recv().await, Ok(Event::LibraryChanged) | Err(RecvError::Closed)) {} }
}

async fn chapters_here(world: &World, n: i64) -> u32 {
    let manga = world.engine.find(&format!("anilist:{}", 1000 + n)).await.unwrap();
    world.engine.entry(manga).await.unwrap().chapters_read
}

#[tokio::test]
async fn a_large_library_is_planned_as_one_and_carried_out_as_planned() {
    let world = everywhere().await;
    let planned = planned(&world, false).await;
    let done = world.sync().await;
    assert_success(&done);
    assert_eq!(text(&planned.plan), text(&done.plan), "what was planned is what was done");
    assert!(done.plan.is_sorted_by(|a, b| a.title <= b.title), "one order for all");
    assert_eq!(done.providers[&Provider::AniList].created_local, WORKS as usize);
    let library = world.engine.library(&LibraryQuery { limit: u32::MAX, ..LibraryQuery::default() }).await.unwrap();
    assert_eq!(library.total, Some(WORKS as u64), "each work is one manga");
    assert!(library.entries.iter().all(|entry| entry.mappings.len() == 3), "wherever its lists name it");
    world.pass(60);
    let again = world.full().await;
    assert!(again.plan.is_empty(), "{:#?}", again.plan.first());
    assert_eq!(world.writes(), [0, 0, 0]);
}

#[tokio::test]
async fn the_guard_judges_a_large_plan_as_a_whole_before_any_of_it_is_stored() {
    let world = everywhere().await;
    world.sync().await;
    world.pass(3_600);
    // One more than a tenth of all: no part of the plan lowers that many.
    (0..WORKS).filter(|n| n % 10 == 0 || *n == 1).for_each(|n| read_at_anilist(&world, n, 3));
    let report = world.engine.sync(&Order::default()).await.unwrap();
    assert_eq!(report.providers[&Provider::AniList].status, ProviderStatus::NeedsApproval, "{:?}", report.providers);
    assert_eq!([chapters_here(&world, 0).await, chapters_here(&world, WORKS - 10).await], [5, 5]);
    assert_eq!(world.writes(), [0, 0, 0]);
}

#[tokio::test]
async fn an_edit_made_while_a_large_plan_is_stored_is_kept_and_sent() {
    let world = everywhere().await;
    world.sync().await;
    world.pass(3_600);
    (0..WORKS).for_each(|n| read_at_anilist(&world, n, 6));
    let stored = something_stored(&world);
    let edit = async {
        stored.await;
        let last = world.engine.find(&format!("anilist:{}", 1999)).await.unwrap();
        world.engine.edit(last, &Fields::new().with(Field::Chapters, Value::Count(9))).await.unwrap();
    };
    let (report, ()) = tokio::join!(world.sync(), edit);
    assert_success(&report);
    world.pass(60);
    assert_success(&world.sync().await);
    assert_eq!([chapters_here(&world, 0).await, chapters_here(&world, 999).await], [6, 9]);
    assert_eq!(world.sim.anilist.entry(1999).unwrap().progress, 9);
    assert_eq!(world.sim.kitsu.entry(3999).unwrap().progress, 9);
}

#[tokio::test]
async fn a_title_added_by_hand_before_a_large_import_came_to_it_is_linked_by_the_next_sync() {
    let world = everywhere().await;
    // The newest entries: what changed after this import will not name the other titles.
    read_at_anilist(&world, 0, 6);
    world.sim.myanimelist.set_entry(2000, |entry| entry.num_chapters_read = 6);
    world.sim.kitsu.set_entry(3000, |entry| entry.progress = 6).unwrap();
    let stored = something_stored(&world);
    let add = async {
        stored.await;
        world.engine.add(Provider::AniList, &"1999".into()).await.unwrap()
    };
    let (report, added) = tokio::join!(world.sync(), add);
    assert_success(&report);
    world.pass(3_600);
    assert_success(&world.sync().await);
    let entry = world.engine.entry(added.manga_id).await.unwrap();
    assert_eq!(entry.mappings.len(), 3, "{entry:#?}");
    assert_eq!(world.engine.library(&Default::default()).await.unwrap().total, Some(WORKS as u64));
}
