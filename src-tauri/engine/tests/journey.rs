//! A reader's journey through the engine: connect, see, sync both ways, edit, sync again.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use kuroibara_core::{Field, Fields, Provider, Value};
use kuroibara_engine::sync::{Order, report::ProviderStatus};
use world::{World, assert_success};

#[tokio::test]
async fn the_first_sync_waits_and_then_does_what_the_plan_said() {
    let world = World::with(60, 20).await;
    world.connect_all().await;
    let waiting = world.engine.sync(&Order::default()).await.unwrap();
    assert!(
        waiting.providers.values().all(|one| one.status == ProviderStatus::NeedsApproval),
        "{:?}",
        waiting.providers
    );
    assert_eq!(world.engine.library(&Default::default()).await.unwrap().total, Some(0));
    let dry = world.engine.sync(&Order { dry_run: true, ..Order::default() }).await.unwrap();
    let done = world.sync().await;
    assert_success(&done);
    assert_eq!(serde_json::to_string(&dry.plan).unwrap(), serde_json::to_string(&done.plan).unwrap());
    assert_eq!(
        world.writes(),
        [0, 0, 0],
        "linking alone writes nothing elsewhere while the services are not kept in step"
    );
}

#[tokio::test]
async fn a_second_sync_writes_nothing_and_asks_once() {
    let world = World::with(60, 20).await;
    world.connect_all().await;
    world.sync().await;
    world.sync().await;
    world.reset_counters();
    world.pass(120);
    let again = world.sync().await;
    assert_success(&again);
    assert!(again.plan.is_empty(), "{:#?}", again.plan);
    assert!(again.providers.values().all(|one| one.requests == 1), "{:?}", again.providers);
    let full = world.full().await;
    assert!(full.plan.is_empty(), "{:#?}", full.plan);
    assert_eq!(world.writes(), [0, 0, 0]);
}

#[tokio::test]
async fn an_edit_reaches_every_service_that_has_the_title() {
    let world = World::with(60, 20).await;
    world.connect_all().await;
    world.sync().await;
    let library = world
        .engine
        .library(&kuroibara_engine::store::LibraryQuery { limit: 100, ..Default::default() })
        .await
        .unwrap();
    let everywhere = library.entries.iter().find(|entry| {
        entry.mappings.len() == 3
            && !entry.private
            && entry.total_chapters.is_none()
            && entry.status == kuroibara_core::Status::Reading
    });
    let entry = everywhere.expect("a title that all three services have");
    world.reset_counters();
    world.pass(3600);
    let edit = Fields::new().with(Field::Chapters, Value::Count(entry.chapters_read + 1));
    world.engine.edit(entry.manga_id, &edit).await.unwrap();
    let report = world.sync().await;
    assert_success(&report);
    assert_eq!(world.writes(), [1, 1, 1], "{report:#?}");
    let id = |p: Provider| entry.mappings[&p].as_str().parse::<i64>().unwrap();
    assert_eq!(world.sim.anilist.entry(id(Provider::AniList)).unwrap().progress as u32, entry.chapters_read + 1);
    world.pass(60);
    assert!(world.sync().await.plan.is_empty());
}
