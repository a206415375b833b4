//! A write whose answer never came: it must not be taken for somebody's edit, neither in the same run nor in the next.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use kuroibara_core::{Field, Fields, Provider, Status, Value};
use kuroibara_engine::store::LibraryQuery;
use kuroibara_sim::{Fault, FaultRule};
use world::{World, assert_success};

fn chapters(count: u32) -> Fields {
    Fields::new().with(Field::Chapters, Value::Count(count))
}

#[tokio::test]
async fn our_own_write_is_no_edit_of_somebody_else_when_its_answer_was_lost() {
    let world = World::with(60, 20).await;
    world.connect_all().await;
    world.sync().await;
    let library = world.engine.library(&LibraryQuery { limit: 1000, ..LibraryQuery::default() }).await.unwrap();
    let id_of = |entry: &kuroibara_engine::library::EntryView| {
        entry.mappings.get(&Provider::MyAnimeList).and_then(|id| id.as_str().parse::<i64>().ok())
    };
    let begun = library.entries.iter().find(|entry| {
        let listed = id_of(entry).is_some_and(|id| world.sim.myanimelist.entry(id).is_some());
        listed && !entry.private && entry.status == Status::Reading && entry.chapters_read > 3
    });
    let entry = begun.expect("a title that is being read, at MyAnimeList");
    world.pass(60);
    world.engine.edit(entry.manga_id, &chapters(entry.chapters_read - 1)).await.unwrap();
    world.sim.myanimelist.faults().push(FaultRule::always(Fault::ResetAfter).method("PATCH"));
    world.sync().await;
    world.sim.myanimelist.faults().clear();
    // A correction before the next run.
    world.pass(5);
    world.engine.edit(entry.manga_id, &chapters(entry.chapters_read - 2)).await.unwrap();
    world.pass(5);
    assert_success(&world.full().await);
    let id = id_of(entry).unwrap();
    assert_eq!(world.sim.myanimelist.entry(id).unwrap().num_chapters_read as u32, entry.chapters_read - 2);
    let history = world.engine.history(None, 1000, 0).await.unwrap();
    let lost: Vec<_> =
        history.changes.iter().filter(|row| row.cause == "conflict_lost" && row.manga_id == entry.manga_id).collect();
    assert!(lost.is_empty(), "nobody else edited anything: {lost:#?}");
}
