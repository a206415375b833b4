//! Questions that only a person can answer: shown side by side, answered once, never asked again.

use serde_json::{Value, json};

use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conflicts_and_removals_are_decided_on_sqlite() {
    decide(World::with(80, 30).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conflicts_and_removals_are_decided_on_postgresql() {
    let Some(world) = World::on_postgres(80, 30).await else { return };
    decide(world).await;
}

async fn decide(world: World) {
    world.begin().await;
    for provider in ["anilist", "myanimelist", "kitsu"] {
        world.answer(&["update", provider, "--rule", "ask"]).await;
    }
    let entries = world.everywhere().await;
    assert!(entries.len() >= 3, "the world has titles that all three lists hold");
    differing_notes_are_chosen(&world, &entries[0]).await;
    an_answer_that_was_carried_out_is_taken_back_whole(&world, &entries[0]).await;
    what_vanished_is_kept(&world, &entries[1]).await;
    what_was_removed_is_removed_there_too(&world, &entries[2]).await;
    nothing_is_asked_again(&world).await;
    world.end().await;
}

fn id_at(entry: &Value, provider: &str) -> i64 {
    entry["mappings"][provider].as_str().unwrap().parse().unwrap()
}

/// The open questions about a title.
async fn open(world: &World, entry: &Value) -> Vec<Value> {
    let all = world.answer(&["conflicts"]).await;
    let about = |conflict: &&Value| conflict["manga_id"] == entry["manga_id"];
    all["conflicts"].as_array().unwrap().iter().filter(about).cloned().collect()
}

async fn differing_notes_are_chosen(world: &World, entry: &Value) {
    let (manga, there) = (entry["manga_id"].as_str().unwrap(), id_at(entry, "anilist"));
    world.answer(&["edit", manga, "--notes", "said here"]).await;
    world.sim.anilist.set_entry(there, |entry| entry.notes = Some("said there".into())).unwrap();
    let report = world.answer(&["sync"]).await;
    let asked = open(world, entry).await;
    let [conflict] = &asked[..] else { panic!("one question: {asked:?}") };
    let at = |provider: &str| report["providers"][provider]["conflicts"].as_u64().unwrap();
    assert_eq!((&report["questions"], at("anilist"), at("kitsu")), (&json!(1), 1, 1), "one, about several services");
    assert_eq!((&conflict["kind"], &conflict["group"]), (&json!("fields"), &json!("notes")));
    assert_eq!(conflict["local"]["fields"]["notes"], "said here");
    assert_eq!((&conflict["local"]["origin"], conflict["local"]["at"].is_string()), (&json!("user"), true));
    assert_eq!(conflict["sides"]["anilist"]["fields"]["notes"], "said there");
    assert!(conflict["answers"].as_array().unwrap().contains(&json!("anilist")));
    let id = conflict["id"].as_str().unwrap();
    assert_eq!(world.run(&["conflicts", "resolve", id, "keep"]).await.status, 2, "no answer to such a question");
    assert_eq!(world.answer(&["conflicts", "resolve", id, "anilist"]).await, json!({ "resolved": 1 }));
    assert_eq!(world.answer(&["conflicts", "reopen", id]).await, json!({ "reopened": 1, "carried_out": 0 }));
    assert_eq!(open(world, entry).await, asked, "the same question is open again");
    assert_eq!(world.answer(&["conflicts", "resolve", id, "local"]).await, json!({ "resolved": 1 }));
    assert_eq!(world.run(&["conflicts", "resolve", id, "local"]).await.status, 2, "it was answered before");
    world.answer(&["sync"]).await;
    assert_eq!(world.sim.anilist.entry(there).unwrap().notes.as_deref(), Some("said here"));
    let late = world.run(&["conflicts", "reopen", id]).await;
    assert!(late.status == 2 && late.err.contains("carried out already"), "{late:?}");
    let history = world.answer(&["history", "--limit", "200"]).await;
    let lost = |change: &&Value| change["cause"] == "conflict_lost" && change["before"]["notes"] == "said there";
    assert!(history["changes"].as_array().unwrap().iter().any(|change| lost(&change)), "the loser is in the history");
}

async fn an_answer_that_was_carried_out_is_taken_back_whole(world: &World, entry: &Value) {
    let manga = entry["manga_id"].as_str().unwrap();
    world.answer(&["edit", manga, "--score", "70"]).await;
    world.answer(&["sync"]).await;
    world.sim.anilist.set_entry(id_at(entry, "anilist"), |entry| entry.score_raw = 90).unwrap();
    world.sim.myanimelist.set_entry(id_at(entry, "myanimelist"), |entry| entry.score = 4).unwrap();
    world.answer(&["sync"]).await;
    let asked = open(world, entry).await;
    let id = asked[0]["id"].as_str().unwrap();
    world.answer(&["conflicts", "resolve", id, "anilist"]).await;
    world.answer(&["sync"]).await;
    let undone = world.answer(&["undo", id]).await;
    assert_eq!(undone["plan"][0]["fields"], json!([{ "field": "score", "before": 90, "after": 70 }]));
    assert_eq!(undone["left"], json!([]), "what the services held before the answer is no newer edit");
    world.answer(&["sync"]).await;
    assert!(open(world, entry).await.is_empty());
}

async fn what_vanished_is_kept(world: &World, entry: &Value) {
    let there = id_at(entry, "kitsu");
    world.sim.kitsu.remove_entry(there);
    world.answer(&["sync", "--full"]).await;
    let asked = open(world, entry).await;
    assert_eq!((&asked[0]["kind"], &asked[0]["provider"]), (&json!("vanished_there"), &json!("kitsu")));
    assert_eq!(asked[0]["answers"], json!(["keep", "remove", "restore"]));
    world.answer(&["conflicts", "resolve", asked[0]["id"].as_str().unwrap(), "keep"]).await;
    world.answer(&["sync", "--full"]).await;
    assert!(world.sim.kitsu.entry(there).is_none(), "nothing comes back by itself");
    assert!(open(world, entry).await.is_empty());
}

async fn what_was_removed_is_removed_there_too(world: &World, entry: &Value) {
    world.answer(&["remove", entry["manga_id"].as_str().unwrap()]).await;
    world.answer(&["sync"]).await;
    let asked = open(world, entry).await;
    assert_eq!(asked.len(), 3, "each service still has it: {asked:?}");
    pages_say_how_many_there_are(world).await;
    let of = |provider: &str| {
        let conflict = asked.iter().find(|conflict| conflict["provider"] == provider).unwrap();
        conflict["id"].as_str().unwrap().to_owned()
    };
    world.answer(&["conflicts", "resolve", &of("anilist"), "remove"]).await;
    world.answer(&["conflicts", "resolve", &of("myanimelist"), "keep"]).await;
    assert_eq!(world.answer(&["conflicts", "resolve", &of("kitsu"), "keep", "--all-alike"]).await["resolved"], 1);
    world.answer(&["sync"]).await;
    assert!(world.sim.anilist.entry(id_at(entry, "anilist")).is_none(), "removed there");
    assert!(world.sim.myanimelist.entry(id_at(entry, "myanimelist")).is_some(), "kept there");
}

async fn pages_say_how_many_there_are(world: &World) {
    let all = world.answer(&["conflicts"]).await;
    let first = all["conflicts"][0]["id"].as_str().unwrap();
    let page = world.answer(&["conflicts", "--limit", "1", "--after", first]).await;
    assert_eq!(page, json!({ "total": all["total"], "conflicts": [all["conflicts"][1]] }));
    let spoken = crate::world::Ran::of(world.bare(&["conflicts", "--limit", "1"])).await;
    assert!(spoken.out.contains(&format!("1 of {}.", all["total"])), "{spoken:?}");
}

async fn nothing_is_asked_again(world: &World) {
    for arguments in [&["sync", "--full"][..], &["sync"]] {
        world.reset_counters();
        world.answer(arguments).await;
        assert_eq!(world.writes(), [0, 0, 0]);
        assert_eq!(world.answer(&["conflicts"]).await["conflicts"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_none_is_bad_input() {
    let world = World::with(40, 5).await;
    let id = "0199d2c1-7c5b-7bd1-a5a0-5f7e0e0d0f11";
    for arguments in [&["conflicts", "resolve", id, "perhaps"][..], &["conflicts", "resolve", "12", "local"]] {
        assert_eq!(world.run(arguments).await.status, 2, "{arguments:?}");
    }
    for arguments in [&["conflicts", "resolve", id, "local"][..], &["conflicts", "--after", id]] {
        let unknown = world.run(arguments).await;
        assert_eq!(unknown.status, 2);
        assert!(unknown.err.contains("conflicts"), "it says where to look: {unknown:?}");
    }
    let spoken = crate::world::Ran::of(world.bare(&["conflicts"])).await;
    assert!(spoken.out.contains("Nothing needs you"), "{spoken:?}");
}
