//! Sections 5.6 and 5.7: validation and side effects, seen from outside.

use chrono::TimeDelta;
use kuroibara_sim::kitsu::Status;
use serde_json::{Value, json};

use crate::world::{FINISHED, UNFINISHED, World, world};

const STATUSES: [(&str, Status); 5] = [
    ("current", Status::Current),
    ("planned", Status::Planned),
    ("completed", Status::Completed),
    ("on_hold", Status::OnHold),
    ("dropped", Status::Dropped),
];

/// An entry with this status and progress, whose saving left nothing else behind.
async fn stored(status: Status, progress: i64) -> (World, i64) {
    let world = world().await;
    let set = |status, progress| {
        world.sim.kitsu.set_entry(FINISHED, |entry| (entry.status, entry.progress) = (status, progress))
    };
    set(Status::Planned, 0).unwrap();
    let other = if status == Status::Planned { Status::OnHold } else { Status::Planned };
    set(other, progress).unwrap();
    let entry = set(status, progress).unwrap();
    world.sim.clock.advance(TimeDelta::hours(1));
    (world, entry.id)
}

async fn patched(world: &World, id: i64, attributes: Value) -> Value {
    let (status, body) = world.patch(id, attributes).await;
    assert_eq!(status, 200, "{body}");
    body["data"]["attributes"].clone()
}

#[tokio::test]
async fn progress_with_an_unchanged_status_makes_the_entry_current_even_if_the_status_is_sent() {
    for (name, status) in STATUSES.into_iter().filter(|(_, status)| *status != Status::Completed) {
        let (world, id) = stored(status, 3).await;
        assert_eq!(patched(&world, id, json!({"status": name, "progress": 4})).await["status"], "current", "{name}");
        let again = patched(&world, id, json!({"status": name})).await;
        assert_eq!((&again["status"], &again["progress"]), (&name.into(), &4.into()), "a second request sets it right");
    }
}

#[tokio::test]
async fn a_changed_status_is_kept_together_with_changed_progress() {
    let (world, id) = stored(Status::Planned, 0).await;
    let entry = patched(&world, id, json!({"status": "on_hold", "progress": 4})).await;
    assert_eq!((&entry["status"], &entry["progress"]), (&"on_hold".into(), &4.into()));
}

#[tokio::test]
async fn reaching_the_total_completes_and_dates() {
    let (world, id) = stored(Status::OnHold, 3).await;
    let entry = patched(&world, id, json!({"progress": 10})).await;
    assert_eq!(entry["status"], "completed");
    let now = "2026-01-01T01:00:00.789Z";
    assert_eq!(["startedAt", "finishedAt", "progressedAt", "updatedAt"].map(|name| entry[name] == now), [true; 4]);
}

#[tokio::test]
async fn any_save_of_an_entry_at_the_total_completes_it() {
    let (world, id) = stored(Status::OnHold, 10).await;
    assert_eq!(patched(&world, id, json!({"ratingTwenty": 10})).await["status"], "completed");
}

#[tokio::test]
async fn completing_overwrites_the_progress_sent() {
    let (world, id) = stored(Status::Current, 3).await;
    assert_eq!(patched(&world, id, json!({"status": "completed", "progress": 5})).await["progress"], 10);
}

#[tokio::test]
async fn a_completed_entry_whose_progress_changes_becomes_current() {
    let (world, id) = stored(Status::Completed, 10).await;
    assert_eq!(patched(&world, id, json!({"progress": 8})).await["status"], "current");
    world.sim.kitsu.set_manga(FINISHED, |manga| manga.chapter_count = None);
    patched(&world, id, json!({"status": "completed"})).await;
    world.sim.kitsu.set_manga(FINISHED, |manga| manga.chapter_count = Some(10));
    assert_eq!(patched(&world, id, json!({"progress": 10})).await["status"], "current", "raised to the total, too");
}

#[tokio::test]
async fn a_planned_entry_made_current_by_its_progress_gets_no_start_date() {
    let (world, id) = stored(Status::Planned, 0).await;
    let entry = patched(&world, id, json!({"progress": 1})).await;
    assert_eq!((&entry["status"], &entry["startedAt"]), (&"current".into(), &json!(null)));
    assert!(entry["progressedAt"].is_string());
}

#[tokio::test]
async fn dates_are_set_only_where_there_are_none_and_never_cleared() {
    let (world, id) = stored(Status::Planned, 0).await;
    let dates = json!({"startedAt": "2020-01-01T00:00:00.000Z", "finishedAt": "2020-02-01T00:00:00.000Z"});
    patched(&world, id, dates.clone()).await;
    let entry = patched(&world, id, json!({"status": "completed"})).await;
    assert_eq!([&entry["startedAt"], &entry["finishedAt"]], [&dates["startedAt"], &dates["finishedAt"]]);
    let entry = patched(&world, id, json!({"status": "planned", "progress": 0})).await;
    assert_eq!(entry["finishedAt"], dates["finishedAt"]);
}

#[tokio::test]
async fn rereading_is_the_readers_own_business() {
    let (world, id) = stored(Status::Current, 9).await;
    patched(&world, id, json!({"reconsuming": true, "reconsumeCount": 1})).await;
    let entry = patched(&world, id, json!({"status": "completed"})).await;
    assert_eq!((&entry["reconsuming"], &entry["reconsumeCount"]), (&true.into(), &1.into()));
}

#[tokio::test]
async fn a_save_without_a_change_stamps_nothing() {
    let (world, id) = stored(Status::Current, 3).await;
    let before = world.sim.kitsu.entry(FINISHED).unwrap().updated_at;
    patched(&world, id, json!({"status": "current", "progress": 3})).await;
    assert_eq!(world.sim.kitsu.entry(FINISHED).unwrap().updated_at, before);
}

#[tokio::test]
async fn values_beyond_the_caps_reject_the_whole_request() {
    let world = world().await;
    let ids = [FINISHED, UNFINISHED].map(|manga| world.add(manga, Status::Current).id);
    let cases = [
        (ids[0], json!({"progress": 11}), "progress", "cannot exceed length of media"),
        (ids[1], json!({"progress": 5001}), "progress", "is rather unreasonably high"),
        (ids[1], json!({"progress": -1}), "progress", "must be greater than or equal to 0"),
        (ids[1], json!({"ratingTwenty": 1}), "rating", "must be greater than or equal to 2"),
        (ids[1], json!({"ratingTwenty": 21}), "rating", "must be less than or equal to 20"),
        (ids[1], json!({"reconsumeCount": 51}), "reconsumeCount", "just... go outside"),
        (ids[1], json!({"status": null}), "status", "can't be blank"),
    ];
    for (id, mut attributes, name, message) in cases {
        attributes["notes"] = json!("not kept");
        let (status, body) = world.patch(id, attributes).await;
        let error = &body["errors"][0];
        assert_eq!((status.as_u16(), &error["code"], &error["title"]), (422, &"100".into(), &message.into()));
        assert_eq!(error["source"]["pointer"], format!("/data/attributes/{name}"));
    }
    assert!(world.sim.kitsu.entries().values().all(|entry| entry.notes.is_none()));
    patched(&world, ids[1], json!({"progress": 5000, "reconsumeCount": 50, "ratingTwenty": 20})).await;
}
