//! The plan that waits: seen, in part left out, carried out.

use serde_json::Value;

use crate::world::{Ran, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_sync_waits_until_its_plan_is_applied() {
    let world = World::with(60, 15).await;
    world.connect_all().await;
    assert_eq!(world.answer(&["plan"]).await, Value::Null);
    let waiting = world.run(&["sync"]).await;
    assert_eq!(waiting.status, 4, "{waiting:?}");
    let planned = waiting.json()["plan"].as_array().unwrap().len();
    let plan = world.answer(&["plan"]).await;
    assert_eq!(plan["rows"].as_array().unwrap().len(), planned);
    assert_eq!(world.answer(&["library"]).await["total"], 0);
    let report = world.answer(&["plan", "apply"]).await;
    assert_eq!((&report["applied"], report["plan"].as_array().unwrap().len()), (&true.into(), planned));
    assert_eq!(world.answer(&["plan"]).await, Value::Null);
    assert_ne!(world.answer(&["library"]).await["total"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_left_out_once_or_for_ever() {
    let world = World::with(60, 15).await;
    world.connect_by_browser("anilist").await;
    world.run(&["sync"]).await;
    let plan = world.answer(&["plan"]).await;
    let title = |row: usize| format!("anilist:{}", plan["rows"][row]["external_id"].as_str().unwrap());
    let after = world.answer(&["plan", "skip", "1"]).await;
    assert_eq!((&after["rows"][0]["skipped"], &after["rows"][1]["skipped"]), (&true.into(), &false.into()));
    assert_eq!(world.answer(&["plan", "back"]).await, plan, "as if nothing had been said");
    assert_eq!(world.run(&["plan", "back"]).await.status, 2, "nothing else was said");
    world.answer(&["plan", "skip", "1"]).await;
    world.answer(&["plan", "never", "2"]).await;
    world.answer(&["plan", "apply"]).await;
    let edit = async |title: String| world.run(&["edit", &title, "--private", "false"]).await.status;
    assert_eq!(edit(title(0)).await, 2, "the first was left out");
    assert_eq!(edit(title(1)).await, 2, "the second was left out");
    assert_eq!(edit(title(2)).await, 0, "the third is here");
    world.answer(&["sync", "--full", "--yes"]).await;
    assert_eq!(edit(title(0)).await, 0, "the first comes with the next sync");
    assert_eq!(edit(title(1)).await, 2, "the second never");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_were_not_asked_for_wait_further() {
    let world = World::with(60, 15).await;
    world.connect_by_browser("anilist").await;
    world.run(&["sync"]).await;
    let rows = |plan: &Value| plan["rows"].as_array().unwrap().len();
    let planned = rows(&world.answer(&["plan"]).await);
    world.answer(&["plan", "apply", "1", "2"]).await;
    assert_eq!(world.answer(&["library"]).await["total"], 2);
    let rest = world.answer(&["plan"]).await;
    assert_eq!((rows(&rest), &rest["rows"][0]["row"]), (planned - 2, &1.into()), "numbered anew");
    world.answer(&["plan", "apply"]).await;
    assert_eq!(world.answer(&["library"]).await["total"], planned);
    assert_eq!(world.answer(&["plan"]).await, Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_not_there_is_bad_input() {
    let world = World::with(40, 5).await;
    for arguments in [&["plan", "apply"][..], &["plan", "skip", "1"], &["plan", "never", "1"]] {
        assert_eq!(world.run(arguments).await.status, 2, "no plan waits");
    }
    world.connect_by_browser("anilist").await;
    world.run(&["sync"]).await;
    for arguments in [&["plan", "skip", "999"][..], &["plan", "apply", "1", "999"], &["plan", "skip", "0"]] {
        let ran = world.run(arguments).await;
        assert_eq!(ran.status, 2, "{ran:?}");
    }
    let spoken = Ran::of(world.bare(&["plan"])).await;
    assert!(spoken.out.contains("plan apply") && spoken.out.contains("ROW"), "{spoken:?}");
}
