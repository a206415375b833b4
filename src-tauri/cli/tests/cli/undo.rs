//! Taking back: one change, a run, everything since a moment; and taking that back.

use serde_json::{Value, json};

use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_is_taken_back_on_sqlite() {
    undo(World::with(80, 30).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_is_taken_back_on_postgresql() {
    let Some(world) = World::on_postgres(80, 30).await else { return };
    undo(world).await;
}

async fn undo(world: World) {
    world.begin().await;
    let entries = world.everywhere().await;
    assert!(entries.len() >= 3, "the world has titles that all three lists hold");
    an_edit_is_taken_back_everywhere(&world, &entries[0]).await;
    a_run_is_taken_back_and_that_too(&world, &entries[1]).await;
    a_newer_edit_is_not_run_over(&world, &entries[2]).await;
    everything_since_a_moment_is_taken_back(&world, &entries[2]).await;
    an_import_leaves_the_library_and_stays_there(&world).await;
    world.end().await;
}

fn id_at(entry: &Value, provider: &str) -> i64 {
    entry["mappings"][provider].as_str().unwrap().parse().unwrap()
}

async fn here(world: &World, entry: &Value) -> Value {
    let library = world.answer(&["library", "--limit", "1000"]).await;
    let is_it = |one: &&Value| one["manga_id"] == entry["manga_id"];
    library["entries"].as_array().unwrap().iter().find(is_it).cloned().unwrap_or_default()
}

/// What all three services hold of the score, in points.
fn scores(world: &World, entry: &Value) -> [i64; 3] {
    [
        world.sim.anilist.entry(id_at(entry, "anilist")).unwrap().score_raw.into(),
        i64::from(world.sim.myanimelist.entry(id_at(entry, "myanimelist")).unwrap().score) * 10,
        world.sim.kitsu.entry(id_at(entry, "kitsu")).unwrap().rating_twenty.unwrap_or(0) * 5,
    ]
}

/// Whether a title is among those of which somebody holds something else.
async fn differs(world: &World, manga: &str) -> bool {
    let library = world.answer(&["library", "--differs"]).await;
    library["entries"].as_array().unwrap().iter().any(|entry| entry["manga_id"] == manga)
}

async fn a_further_sync_rests(world: &World) {
    world.reset_counters();
    let report = world.answer(&["sync", "--full"]).await;
    assert_eq!((world.writes(), &report["plan"]), ([0, 0, 0], &json!([])));
}

async fn an_edit_is_taken_back_everywhere(world: &World, entry: &Value) {
    let manga = entry["manga_id"].as_str().unwrap();
    world.answer(&["edit", manga, "--score", "84"]).await;
    assert!(differs(world, manga).await, "it waits to be sent");
    world.answer(&["sync"]).await;
    assert!(!differs(world, manga).await, "all sides agree");
    world.answer(&["edit", manga, "--score", "87"]).await;
    world.answer(&["sync"]).await;
    assert_eq!(scores(world, entry), [87, 90, 85]);
    let history = world.answer(&["history", "--limit", "200"]).await;
    let changes = history["changes"].as_array().unwrap();
    // The newest line: what a service was sent. The library's own finer value comes back, not the service's 80.
    let sent = |change: &&Value| change["provider"] == "myanimelist" && change["field"] == "score";
    let sent = changes.iter().find(sent).unwrap();
    let undone = world.answer(&["undo", sent["change_id"].as_str().unwrap()]).await;
    assert_eq!((&undone["applied"], &undone["plan"][0]["fields"][0]["after"]), (&json!(true), &json!(84)));
    world.answer(&["sync"]).await;
    assert_eq!((here(world, entry).await["score"].clone(), scores(world, entry)), (json!(84), [84, 80, 85]));
    a_further_sync_rests(world).await;
    let again = world.run(&["undo", sent["change_id"].as_str().unwrap()]).await;
    assert_eq!(again.status, 2, "taken back before: {again:?}");
}

async fn a_run_is_taken_back_and_that_too(world: &World, entry: &Value) {
    let there = id_at(entry, "anilist");
    let before = here(world, entry).await;
    let chapters = before["chapters_read"].as_u64().unwrap();
    world
        .sim
        .anilist
        .set_entry(there, |entry| {
            entry.progress += 5;
            entry.notes = Some("a note of a run".into());
        })
        .unwrap();
    let run = world.answer(&["sync"]).await["run_id"].as_str().unwrap().to_owned();
    assert_eq!(here(world, entry).await["chapters_read"], chapters + 5);
    let undone = world.answer(&["undo", &run]).await;
    let back = here(world, entry).await;
    assert_eq!((&back["chapters_read"], &back["notes"]), (&before["chapters_read"], &before["notes"]));
    world.answer(&["sync"]).await;
    assert_eq!(u64::from(world.sim.anilist.entry(there).unwrap().progress), chapters, "it is taken back there too");
    a_further_sync_rests(world).await;
    let again = world.run(&["undo", &run]).await;
    assert_eq!(again.status, 2, "a run that was taken back: {again:?}");
    world.answer(&["undo", undone["run_id"].as_str().unwrap()]).await;
    assert_eq!(here(world, entry).await["chapters_read"], chapters + 5, "taking back is taken back");
    world.answer(&["sync"]).await;
    a_further_sync_rests(world).await;
}

async fn a_newer_edit_is_not_run_over(world: &World, entry: &Value) {
    let manga = entry["manga_id"].as_str().unwrap();
    world.answer(&["edit", manga, "--notes", "first"]).await;
    let history = world.answer(&["history", "--limit", "1"]).await;
    let first = history["changes"][0]["change_id"].as_str().unwrap().to_owned();
    world.answer(&["edit", manga, "--notes", "second"]).await;
    let refused = world.run(&["undo", &first]).await;
    assert_eq!(refused.status, 2);
    assert_eq!(refused.code(), "newer_edits", "{refused:?}");
    assert_eq!(here(world, entry).await["notes"], "second");
    world.answer(&["undo", &first, "--force"]).await;
    assert_eq!(here(world, entry).await["notes"], entry["notes"]);
    world.answer(&["sync"]).await;
    a_further_sync_rests(world).await;
}

async fn everything_since_a_moment_is_taken_back(world: &World, entry: &Value) {
    let before = here(world, entry).await;
    let since = chrono::Utc::now().to_rfc3339();
    let manga = entry["manga_id"].as_str().unwrap();
    world.answer(&["edit", manga, "--status", "dropped", "--score", "11"]).await;
    world.answer(&["edit", manga, "--score", "22"]).await;
    world.answer(&["sync"]).await;
    let undone = world.answer(&["undo", "--since", &since]).await;
    assert_eq!(undone["plan"].as_array().unwrap().len(), 1);
    let back = here(world, entry).await;
    for field in ["status", "score", "notes", "chapters_read", "finished_on"] {
        assert_eq!(back[field], before[field], "{field}");
    }
    world.answer(&["sync"]).await;
    a_further_sync_rests(world).await;
}

async fn an_import_leaves_the_library_and_stays_there(world: &World) {
    let listed = world.sim.kitsu.entries();
    let works = world.sim.catalog.works();
    let new = works.iter().find(|work| {
        work.kitsu.len() == 1 && !listed.contains_key(&work.kitsu[0]) && !work.adult && work.chapters.is_none()
    });
    let id = new.expect("a work in no list").kitsu[0];
    world.sim.kitsu.set_entry(id, |_| ()).unwrap();
    let total = world.answer(&["library"]).await["total"].as_u64().unwrap();
    let run = world.answer(&["sync"]).await["run_id"].as_str().unwrap().to_owned();
    assert_eq!(world.answer(&["library"]).await["total"], total + 1);
    world.answer(&["undo", &run]).await;
    assert_eq!(world.answer(&["library"]).await["total"], total);
    a_further_sync_rests(world).await;
    assert_eq!(world.answer(&["library"]).await["total"], total, "it does not come back by itself");
    assert!(world.sim.kitsu.entry(id).is_some(), "nothing is deleted there");
    assert_eq!(world.answer(&["conflicts"]).await["conflicts"], json!([]), "and nothing is asked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_in_the_history_can_t_be_taken_back() {
    let world = World::with(40, 5).await;
    let id = "0199d2c1-7c5b-7bd1-a5a0-5f7e0e0d0f11";
    for arguments in [
        &["undo", id][..],
        &["undo", "the last one"],
        &["undo"],
        &["undo", "--since", "yesterday"],
        &["undo", id, "--since", "2026-01-01T00:00:00Z"],
    ] {
        assert_eq!(world.run(arguments).await.status, 2, "{arguments:?}");
    }
}
