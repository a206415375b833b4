//! The check-up, syncing by itself, and a new key.

use std::process::Stdio;

use kuroibara_sim::{Fault, FaultRule, READER};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};

use crate::world::{Ran, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sound_set_up_passes_the_check_up() {
    let world = World::with(40, 5).await;
    world.connect_all().await;
    let found = world.answer(&["doctor"]).await;
    let checks = found["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["ok"] == true), "{found:#}");
    let names: Vec<&str> = checks.iter().map(|check| check["name"].as_str().unwrap()).collect();
    for name in
        ["database", "migrations", "keyring", "anilist_client", "myanimelist_sign_in", "kitsu_service", "kitsu_clock"]
    {
        assert!(names.contains(&name), "{names:?}");
    }
    assert!(!found.to_string().contains("token"), "{found}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_installation_is_told_how_to_begin() {
    let mut world = World::with(40, 5).await;
    for name in ["ANILIST_CLIENT_ID", "ANILIST_CLIENT_SECRET", "MAL_CLIENT_ID", "MAL_CLIENT_SECRET"] {
        world.env.remove(name);
    }
    let found = world.answer(&["doctor"]).await;
    let hint = |name: &str| check(&found, name)["hint"].as_str().unwrap().to_owned();
    assert!(hint("anilist_client").contains("setup anilist") && hint("kitsu_sign_in").contains("connect kitsu"));
    let spoken = Ran::of(world.bare(&["doctor"])).await;
    assert!(spoken.out.contains("✓ database") && spoken.out.contains("kuroibara://oauth/anilist"), "{spoken:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_check_up_names_what_is_wrong_and_what_to_do() {
    let mut world = World::with(40, 5).await;
    world.connect_all().await;
    world.sim.anilist.revoke_tokens(READER);
    world.sim.kitsu.faults().push(FaultRule::always(Fault::Html(403)));
    let ran = world.run(&["doctor"]).await;
    assert_eq!(ran.status, 1, "{ran:?}");
    let found = ran.json();
    for (name, ok) in
        [("database", true), ("anilist_service", false), ("myanimelist_service", true), ("kitsu_service", false)]
    {
        let check = check(&found, name);
        assert_eq!(check["ok"], ok, "{found:#}");
        assert_eq!(check["hint"].is_string(), !ok, "{found:#}");
    }
    world.env.insert("KUROIBARA_PASSPHRASE".into(), "another".into());
    assert_eq!(check(&world.run(&["doctor"]).await.json(), "keyring")["ok"], false);
    std::fs::write(world.data.path().join("kuroibara.db"), "no database at all, and a little longer than that")
        .unwrap();
    let ran = world.run(&["doctor"]).await;
    assert_eq!((ran.status, &check(&ran.json(), "database")["ok"]), (1, &false.into()), "{ran:?}");
}

fn check<'a>(found: &'a Value, name: &str) -> &'a Value {
    let checks = found["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("no {name} in {found:#}"))
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_sends_the_edits_of_other_processes_and_ends_when_asked() {
    let world = World::with(60, 15).await;
    world.begin().await;
    let mut watch = world.command(&["watch"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    until_report(&mut lines).await;
    let entry = world.everywhere().await.into_iter().next().unwrap();
    world.answer(&["edit", entry["manga_id"].as_str().unwrap(), "--score", "87"]).await;
    let report = until_report(&mut lines).await;
    assert_eq!((world.writes(), &report["strategy"]), ([1, 1, 1], &"edit".into()), "{report}");
    let asked = tokio::process::Command::new("kill").arg(watch.id().unwrap().to_string()).status().await.unwrap();
    assert!(asked.success());
    assert_eq!(watch.wait().await.unwrap().code(), Some(0));
}

/// Reads events, one JSON document a line, until a run's report.
async fn until_report(lines: &mut Lines<BufReader<tokio::process::ChildStdout>>) -> Value {
    loop {
        let line = lines.next_line().await.unwrap().expect("the watch goes on");
        let event: Value = serde_json::from_str(&line).unwrap();
        assert_ne!(event["event"], "error", "{event}");
        if event["event"] == "report" {
            return event;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_opens_everything_and_the_old_passphrase_nothing() {
    let mut world = World::with(40, 5).await;
    world.begin().await;
    assert_eq!(world.answer(&["rotate-key"]).await["protection"], "passphrase");
    world.answer(&["sync"]).await;
    let ran = world.run_with(&["rotate-key", "--passphrase-stdin"], "a new passphrase").await;
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(world.run(&["sync"]).await.code(), "wrong_passphrase");
    world.env.insert("KUROIBARA_PASSPHRASE".into(), "a new passphrase".into());
    world.answer(&["sync"]).await;
}
