//! The whole journey: connect three, see the plan, agree, edit, sync again, look things up, leave.

use serde_json::Value;

use crate::world::{Ran, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_journey_works_on_sqlite() {
    journey(World::with(120, 40).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_journey_works_on_postgresql() {
    let Some(world) = World::on_postgres(120, 40).await else { return };
    journey(world).await;
}

async fn journey(world: World) {
    nothing_is_there(&world).await;
    world.connect_all().await;
    the_dry_run_is_what_yes_carries_out(&world).await;
    a_second_sync_writes_nothing(&world).await;
    let entry = an_edit_goes_everywhere(&world).await;
    history_tells(&world, &entry).await;
    a_title_is_found_added_and_removed(&world).await;
    a_link_is_undone_and_made(&world).await;
    leaving_keeps_the_library(&world).await;
    world.end().await;
}

async fn nothing_is_there(world: &World) {
    let settings = world.answer(&["settings"]).await;
    for provider in ["anilist", "myanimelist", "kitsu"] {
        assert_eq!(settings[provider]["state"], "disconnected");
        assert_eq!(settings[provider]["is_connected"], false);
    }
    assert_eq!(settings["keep_in_step"], false);
    assert_eq!(world.answer(&["library"]).await["total"], 0);
}

async fn the_dry_run_is_what_yes_carries_out(world: &World) {
    let dry = world.run(&["sync", "--dry-run"]).await;
    assert_eq!(dry.status, 0, "{dry:?}");
    assert_eq!(world.answer(&["library"]).await["total"], 0, "a dry run writes nothing here");
    let waiting = world.run(&["sync"]).await;
    assert_eq!(waiting.status, 4, "{waiting:?}");
    assert!(waiting.json()["providers"].as_object().unwrap().values().all(|one| one["status"] == "needs_approval"));
    let done = world.run(&["sync", "--yes"]).await;
    assert_eq!(done.status, 0, "{done:?}");
    assert_same_plan(&dry, &done);
    assert!(plan(&dry).contains("create_local"));
    assert_eq!(world.writes(), [0, 0, 0], "nothing of one service goes to another by itself");
    assert!(world.answer(&["library"]).await["total"].as_u64().unwrap() >= 40);
}

/// Byte for byte; where not, the first rows that differ say more than two whole plans.
fn assert_same_plan(one: &Ran, other: &Ran) {
    let (one, other) = (plan(one), plan(other));
    let rows = one.split("{\"manga_id\"").zip(other.split("{\"manga_id\""));
    rows.for_each(|(one, other)| assert_eq!(one, other));
    assert!(one == other, "one plan is longer");
}

/// The plan as it was printed.
fn plan(ran: &Ran) -> &str {
    &ran.out[ran.out.find("\"plan\":").unwrap()..]
}

async fn a_second_sync_writes_nothing(world: &World) {
    world.answer(&["sync"]).await;
    world.reset_counters();
    let again = world.answer(&["sync"]).await;
    assert_eq!(again["plan"], Value::Array(Vec::new()));
    let full = world.answer(&["sync", "--full"]).await;
    assert_eq!((&full["strategy"], &full["plan"]), (&"full".into(), &Value::Array(Vec::new())));
    assert_eq!(world.writes(), [0, 0, 0]);
}

async fn an_edit_goes_everywhere(world: &World) -> Value {
    let entry = world.everywhere().await.into_iter().next().expect("a title that all three have");
    let id = entry["manga_id"].as_str().unwrap();
    let chapters = (entry["chapters_read"].as_u64().unwrap() + 1).to_string();
    let edited = world.answer(&["edit", id, "--chapters", &chapters, "--score", "87"]).await;
    assert_eq!((&edited["chapters_read"].to_string(), &edited["score"]), (&chapters, &87.into()));
    assert_eq!(world.writes(), [0, 0, 0], "an edit goes out with the next sync");
    let report = world.answer(&["sync"]).await;
    assert_eq!(world.writes(), [1, 1, 1], "{report}");
    let at = |provider: &str| entry["mappings"][provider].as_str().unwrap().parse::<i64>().unwrap();
    assert_eq!(world.sim.anilist.entry(at("anilist")).unwrap().progress.to_string(), chapters);
    world.answer(&["sync"]).await;
    assert_eq!(world.writes(), [1, 1, 1], "and once only");
    entry
}

async fn history_tells(world: &World, entry: &Value) {
    let history = world.answer(&["history", "--limit", "200"]).await;
    assert!(!history["runs"].as_array().unwrap().is_empty());
    let changes = history["changes"].as_array().unwrap();
    let edit = |change: &Value| change["manga_id"] == entry["manga_id"] && change["field"] == "score";
    let change = changes.iter().find(|change| edit(change) && change["after"] == 87);
    let change = change.expect("the edit");
    assert_eq!(change["title"], entry["title"], "{history}");
    let run = history["runs"][0]["run_id"].as_str().unwrap();
    let one = world.answer(&["history", "--run", run]).await;
    assert_eq!(one["runs"].as_array().unwrap().len(), 1);
    let found = world.answer(&["history", "--search", &entry["title"].as_str().unwrap().to_uppercase()]).await;
    let found = found["changes"].as_array().unwrap();
    assert!(found.contains(change) && found.iter().all(|change| change["title"] == entry["title"]), "{found:?}");
    let mine = world.answer(&["history", "--kind", "yours", "--limit", "200"]).await;
    let of_cause = |cause: &str| changes.iter().filter(|change| change["cause"] == cause).count();
    assert!(
        of_cause("edit") > 0 && mine["changes"].as_array().unwrap().len() == of_cause("edit") + of_cause("added"),
        "{mine}"
    );
    let sent = world.answer(&["history", "--kind", "sent", "--at", "kitsu", "--limit", "200"]).await;
    let sent = sent["changes"].as_array().unwrap();
    assert!(
        !sent.is_empty() && sent.iter().all(|change| change["provider"] == "kitsu" && change["cause"] == "push"),
        "{sent:?}"
    );
    let none = world.answer(&["history", "--search", "% no title has this %"]).await;
    assert_eq!(none["changes"].as_array().unwrap().len(), 0);
}

async fn a_title_is_found_added_and_removed(world: &World) {
    let absent = in_no_list(world).expect("a title that is in no list");
    let work = format!("anilist:{absent}");
    let title = world.sim.anilist.media(absent).unwrap().romaji;
    let hits = world.answer(&["search", "anilist", &title, "--limit", "5"]).await;
    let found = hits.as_array().unwrap().iter().find(|hit| hit["external_id"] == work[8..]);
    assert!(found.is_some_and(|hit| hit["manga_id"].is_null()), "{hits}");
    let added = world.answer(&["add", &work]).await;
    assert_eq!((&added["status"], &added["mappings"]["anilist"]), (&"plan_to_read".into(), &absent.to_string().into()));
    world.answer(&["sync", "anilist"]).await;
    assert!(world.sim.anilist.entry(absent).is_some(), "it was added there");
    assert_eq!(world.answer(&["remove", &work]).await["removed"], true);
    let gone = world.run(&["remove", &work]).await;
    assert_eq!((gone.status, gone.code().as_str()), (2, "unknown_manga"), "{gone:?}");
    let report = world.run(&["sync", "anilist"]).await;
    assert!(world.sim.anilist.entry(absent).is_some(), "a removal is asked about first: {report:?}");
}

/// AniList's id of a title that it knows and that none of the three lists holds.
fn in_no_list(world: &World) -> Option<i64> {
    let (anilist, myanimelist) = (world.sim.anilist.entries(), world.sim.myanimelist.entries());
    let kitsu = world.sim.kitsu.entries();
    let mut works = world.sim.catalog.works().iter();
    let free = works.find(|work| {
        work.anilist.is_some_and(|id| !anilist.contains_key(&id))
            && work.myanimelist.is_none_or(|id| !myanimelist.contains_key(&id))
            && work.kitsu.iter().all(|id| !kitsu.contains_key(id))
    });
    free.and_then(|work| work.anilist)
}

async fn a_link_is_undone_and_made(world: &World) {
    let entry = world.everywhere().await.into_iter().nth(1).expect("another title that all three have");
    let (id, kitsu) = (entry["manga_id"].as_str().unwrap(), entry["mappings"]["kitsu"].as_str().unwrap());
    let alone = world.answer(&["unlink", id, "kitsu"]).await;
    assert!(alone["mappings"]["kitsu"].is_null(), "{alone}");
    let linked = world.answer(&["link", id, &format!("kitsu:{kitsu}")]).await;
    assert_eq!(linked["mappings"], entry["mappings"]);
}

async fn leaving_keeps_the_library(world: &World) {
    let before = world.answer(&["library"]).await["total"].clone();
    let view = world.answer(&["disconnect", "kitsu"]).await;
    assert_eq!((&view["state"], &view["is_connected"]), (&"disconnected".into(), &false.into()));
    assert_eq!(world.answer(&["library"]).await["total"], before);
    let report = world.answer(&["sync"]).await;
    assert!(report["providers"]["kitsu"].is_null() || report["providers"]["kitsu"]["status"] == "skipped", "{report}");
}
