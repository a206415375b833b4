//! Plans decided field by field, the guard's share, kept lists, how accounts stand: on the command line, on both databases.

use kuroibara_sim::{Fault, FaultRule, READER};
use serde_json::{Value, json};

use crate::world::{Ran, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plans_and_kept_lists_are_trusted_on_sqlite() {
    trust(World::with(80, 30).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plans_and_kept_lists_are_trusted_on_postgresql() {
    let Some(world) = World::on_postgres(80, 30).await else { return };
    trust(world).await;
}

async fn trust(world: World) {
    world.begin().await;
    let entries = world.everywhere().await;
    assert!(entries.len() >= 2, "the world has titles that all three lists hold");
    the_guards_share_is_chosen(&world).await;
    a_plan_is_decided_field_by_field(&world, &entries[0]).await;
    what_is_never_synced_is_listed_and_taken_back(&world).await;
    a_kept_list_is_seen_and_brought_back(&world, &entries[1]).await;
    how_accounts_stand_is_told(&world).await;
    what_is_in_the_way_is_explained(&world).await;
    world.end().await;
}

fn id_at(entry: &Value, provider: &str) -> i64 {
    entry["mappings"][provider].as_str().unwrap().parse().unwrap()
}

async fn here(world: &World, entry: &Value) -> Value {
    let library = world.answer(&["library", "--limit", "1000"]).await;
    let is_it = |one: &&Value| one["manga_id"] == entry["manga_id"];
    library["entries"].as_array().unwrap().iter().find(is_it).cloned().unwrap()
}

async fn the_guards_share_is_chosen(world: &World) {
    assert_eq!(world.answer(&["settings"]).await["guard_percent"], 10);
    assert_eq!(world.answer(&["guard", "25"]).await, json!({ "guard_percent": 25 }));
    assert_eq!(world.answer(&["settings"]).await["guard_percent"], 25);
    for bad in ["0", "101", "-1", "much"] {
        assert_eq!(world.run(&["guard", bad]).await.status, 2, "{bad}");
    }
}

/// A plan that waits, in which AniList changed the score and the notes of `entry`.
async fn waiting(world: &World, entry: &Value, score: u32) -> Value {
    world.answer(&["keep-in-step", "false"]).await;
    world.answer(&["keep-in-step", "true"]).await;
    world
        .sim
        .anilist
        .set_entry(id_at(entry, "anilist"), |entry| {
            entry.score_raw = score;
            entry.notes = Some(format!("a note with {score}"));
        })
        .unwrap();
    assert_eq!(world.run(&["sync"]).await.status, 4);
    world.answer(&["plan"]).await
}

/// The number of the row in which AniList's changes of `entry` come here.
fn pulled<'a>(plan: &'a Value, entry: &Value) -> &'a Value {
    let is_it = |row: &&Value| row["manga_id"] == entry["manga_id"] && row["action"] == "pull";
    plan["rows"].as_array().unwrap().iter().find(is_it).expect("the plan has the row")
}

fn field<'a>(row: &'a Value, name: &str) -> &'a Value {
    row["fields"].as_array().unwrap().iter().find(|one| one["field"] == name).expect("the row has the field")
}

async fn a_plan_is_decided_field_by_field(world: &World, entry: &Value) {
    let plan = waiting(world, entry, 33).await;
    let row = pulled(&plan, entry);
    let (number, run) = (row["row"].to_string(), plan["run_id"].as_str().unwrap());
    assert_eq!(field(row, "score")["origin"], "anilist");
    assert!(field(row, "score")["at"].is_string(), "{row}");
    let said = world.answer(&["plan", "skip", &number, "--field", "score", "--of", run]).await;
    assert_eq!(field(pulled(&said, entry), "score")["skipped"], true);
    let said = world.answer(&["plan", "set", &number, "--notes", "my own"]).await;
    assert_eq!(field(pulled(&said, entry), "notes")["wish"]["value"], "my own");
    world.answer(&["plan", "accept", &number, "--group", "score"]).await;
    world.answer(&["plan", "never", &number, "--field", "score"]).await;
    let spoken = Ran::of(world.bare(&["plan"])).await;
    assert!(spoken.out.contains("score left out") && spoken.out.contains("my own"), "{spoken:?}");
    let other = "0199d2c1-7c5b-7bd1-a5a0-5f7e0e0d0f11";
    let stale = world.run(&["plan", "apply", "--of", other]).await;
    assert_eq!((stale.status, stale.code()), (2, "plan_replaced".to_owned()), "{stale:?}");
    for bad in [&["plan", "skip", &number, "--field", "title"][..], &["plan", "skip", &number, "--field", "private"]] {
        assert_eq!(world.run(bad).await.status, 2, "{bad:?}");
    }
    world.answer(&["plan", "apply", "--of", run]).await;
    let now = here(world, entry).await;
    assert_eq!((&now["notes"], &now["score"]), (&json!("my own"), &entry["score"]));
    let there = world.sim.anilist.entry(id_at(entry, "anilist")).unwrap();
    assert_eq!((there.notes.as_deref(), there.score_raw), (Some("my own"), 33), "another value goes everywhere");
    let again = world.run(&["plan", "apply"]).await;
    assert_eq!((again.status, again.code()), (2, "no_plan".to_owned()), "{again:?}");
}

async fn what_is_never_synced_is_listed_and_taken_back(world: &World) {
    let nevers = world.answer(&["plan", "nevers"]).await;
    let never = &nevers["nevers"][0];
    assert_eq!((&never["field"], &never["provider"]), (&json!("score"), &json!("anilist")), "{nevers}");
    assert!(never["title"].is_string() && never["at"].is_string(), "{nevers}");
    let work = format!("anilist:{}", never["external_id"].as_str().unwrap());
    assert_eq!(world.run(&["plan", "allow", &work]).await.status, 2, "the title as a whole is synced");
    assert_eq!(world.answer(&["plan", "allow", &work, "--field", "score"]).await["nevers"], json!([]));
    world.answer(&["sync", "--yes"]).await;
    assert_eq!(world.run(&["plan", "allow", &work, "--field", "score"]).await.status, 2);
}

async fn a_kept_list_is_seen_and_brought_back(world: &World, entry: &Value) {
    world.answer(&["sync", "--yes"]).await;
    let kitsu = id_at(entry, "kitsu");
    let before = world.sim.kitsu.entry(kitsu).unwrap().notes.unwrap_or_default();
    world.sim.anilist.set_entry(id_at(entry, "anilist"), |entry| entry.notes = Some("from the phone".into())).unwrap();
    world.answer(&["sync", "--yes"]).await;
    assert_eq!(world.sim.kitsu.entry(kitsu).unwrap().notes.as_deref(), Some("from the phone"));
    let kept = world.answer(&["snapshots"]).await;
    let newest = kept["snapshots"].as_array().unwrap().iter().find(|one| one["provider"] == "kitsu").unwrap();
    let id = newest["id"].as_str().unwrap();
    let seen = world.answer(&["snapshots", "show", id]).await;
    let is_it = |one: &&Value| one["manga_id"] == entry["manga_id"];
    let title = seen["titles"].as_array().unwrap().iter().find(is_it).expect("it was in the list");
    assert_eq!((title["title"].is_string(), title["fields"]["notes"].as_str().unwrap_or_default()), (true, &*before));
    let manga = entry["manga_id"].as_str().unwrap();
    let report = world.answer(&["snapshots", "restore", id, manga, "--force"]).await;
    assert_eq!((&report["strategy"], report["plan"].as_array().unwrap().len()), (&json!("restore"), 1));
    world.answer(&["sync", "--yes"]).await;
    assert_eq!(world.sim.kitsu.entry(kitsu).unwrap().notes.unwrap_or_default(), before);
    world.reset_counters();
    let rest = world.answer(&["sync", "--full"]).await;
    assert_eq!((world.writes(), &rest["plan"]), ([0, 0, 0], &json!([])));
    let unknown = "0199d2c1-7c5b-7bd1-a5a0-5f7e0e0d0f11";
    for bad in [&["snapshots", "show", unknown][..], &["snapshots", "restore", unknown], &["snapshots", "restore", "1"]]
    {
        assert_eq!(world.run(bad).await.status, 2, "{bad:?}");
    }
    let spoken = Ran::of(world.bare(&["snapshots"])).await;
    assert!(spoken.out.contains("snapshots restore") && spoken.out.contains("Kitsu"), "{spoken:?}");
}

async fn how_accounts_stand_is_told(world: &World) {
    let status = world.answer(&["status"]).await;
    let [anilist, myanimelist, kitsu] = &status["accounts"].as_array().unwrap()[..] else { panic!("three: {status}") };
    let days = anilist["days_left"].as_i64().unwrap();
    assert!((364..=365).contains(&days), "a year from today, which has begun: {anilist}");
    let asked = [anilist, myanimelist, kitsu].map(|one| requests_of(&status, &one["provider"]));
    assert!(asked.iter().all(|requests| *requests > 0), "{status}");
    let spoken = Ran::of(world.bare(&["status"])).await;
    for (one, title, lasts, requests) in [
        (anilist, "AniList", format!("{days} more days"), asked[0]),
        (myanimelist, "MyAnimeList", "renewed by itself".to_owned(), asked[1]),
        (kitsu, "Kitsu", "renewed by itself".to_owned(), asked[2]),
    ] {
        assert_eq!(
            (&one["state"], &one["ends_soon"], &one["waiting"]),
            (&json!("connected"), &json!(false), &json!(0))
        );
        let (account, requests) = (one["account"].as_str().unwrap(), requests.to_string());
        assert_eq!(row(&spoken.out, title), [title, "connected", account, &*lasts, "0", "0", &*requests, "–"]);
    }
    let by_hour = Ran::of(world.bare(&["status", "--requests"])).await;
    let (before, hours) = by_hour.out.split_once("HOUR").expect("the table of hours");
    assert_eq!(before.trim(), spoken.out.trim());
    let mut told = [0; 3];
    for hour in hours.lines().skip(1).map(cells).filter(|hour| !hour.is_empty()) {
        (0..3).for_each(|at| told[at] += hour[at + 1].parse::<u64>().unwrap());
    }
    assert_eq!(told, asked);
}

/// The requests to a service that a status tells, hour by hour.
fn requests_of(status: &Value, provider: &Value) -> u64 {
    let hours = status["requests"].as_array().unwrap().iter().filter(|one| one["provider"] == *provider);
    hours.map(|one| one["requests"].as_u64().unwrap()).sum()
}

/// The cells of the row that begins so.
fn row<'a>(table: &'a str, first: &str) -> Vec<&'a str> {
    table.lines().map(cells).find(|row| row.first() == Some(&first)).unwrap_or_default()
}

fn cells(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

/// What stands in the way at a service is said where one looks how the accounts stand, with what can be done.
async fn what_is_in_the_way_is_explained(world: &World) {
    world.sim.kitsu.set_user(READER, |user| user.sfw_filter = true);
    world.answer(&["sync", "--full"]).await;
    what_was_refused_is_named(world).await;
    world.sim.myanimelist.faults().push(FaultRule::once(Fault::Html(403)));
    assert_eq!(world.run(&["sync", "--full"]).await.status, 5);
    let status = world.answer(&["status"]).await;
    let [_, myanimelist, kitsu] = &status["accounts"].as_array().unwrap()[..] else { panic!("three: {status}") };
    assert_eq!((&kitsu["notices"], &myanimelist["pause_reason"]), (&json!(["sfw_filter_on"]), &json!("shut_out")));
    let spoken = Ran::of(world.bare(&["status"])).await;
    for words in ["hides adult titles", "turns Kuroibara away", "KUROIBARA_USER_AGENT"] {
        assert!(spoken.out.contains(words), "{words}: {spoken:?}");
    }
}

/// What a service refused is said after every sync, with its reason and the way to have it tried again.
async fn what_was_refused_is_named(world: &World) {
    let library = world.answer(&["library"]).await;
    let entries = library["entries"].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["mappings"]["kitsu"].is_string()).expect("one is at Kitsu");
    let (manga, kitsu) = (entry["manga_id"].as_str().unwrap(), entry["mappings"]["kitsu"].as_str().unwrap());
    world.sim.kitsu.set_manga(kitsu.parse().unwrap(), |work| work.adult = true);
    world.answer(&["edit", manga, "--notes", "hidden there"]).await;
    assert_eq!(world.run(&["sync"]).await.status, 5);
    let quiet = Ran::of(world.bare(&["sync"])).await;
    assert!(quiet.out.contains("set aside") && !quiet.out.contains("All sides agree"), "{quiet:?}");
    let spoken = Ran::of(world.bare(&["status"])).await;
    let named = row(&spoken.out, "Kitsu");
    assert_eq!(named[5], "1", "one is refused: {spoken:?}");
    let (_, refused) = spoken.out.split_once("REFUSED BY").expect("the refused");
    assert!(refused.contains(entry["title"].as_str().unwrap()) && refused.contains("SFW filter"), "{refused}");
    world.sim.kitsu.set_manga(kitsu.parse().unwrap(), |work| work.adult = false);
    let tried = world.answer(&["retry", manga]).await;
    assert_eq!(tried, json!({ "tried_again": 1 }));
    world.answer(&["sync"]).await;
    let all_well = Ran::of(world.bare(&["status"])).await;
    assert!(!all_well.out.contains("REFUSED BY"), "{all_well:?}");
}
