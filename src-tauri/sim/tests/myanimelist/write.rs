//! Sections 3 and 5: what writing does.

use chrono::TimeDelta;
use kuroibara_sim::myanimelist::Status;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::world::{answer, world};

#[tokio::test]
async fn patch_and_put_add_an_entry_or_change_only_the_fields_sent() {
    let world = world().await;
    for method in [Method::PATCH, Method::PUT] {
        let send = |form: Vec<(&'static str, &'static str)>| {
            let request = world.request(method.clone(), "/manga/1/my_list_status");
            async move { answer(request.form(&form).send().await.unwrap()).await }
        };
        send(vec![("status", "reading"), ("num_chapters_read", "3"), ("score", "8")]).await;
        let (status, entry) = send(vec![("num_volumes_read", "1")]).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!([&entry["num_chapters_read"], &entry["score"], &entry["num_volumes_read"]], [3, 8, 1]);
        world.sim.myanimelist.remove_entry(1);
    }
    assert_eq!(world.sim.myanimelist.writes(), 4);
}

#[tokio::test]
async fn the_answer_is_the_whole_entry_in_whole_seconds_without_unset_dates() {
    let world = world().await;
    let (_, entry) = world.patch(1, &[("status", "plan_to_read"), ("tags", "dark, old ,")]).await;
    assert_eq!(
        entry,
        json!({
            "status": "plan_to_read", "score": 0, "num_volumes_read": 0, "num_chapters_read": 0, "is_rereading": false,
            "updated_at": "2026-01-01T00:00:00+00:00", "priority": 0, "num_times_reread": 0, "reread_value": 0,
            "tags": ["dark", "old"], "comments": "",
        })
    );
}

#[tokio::test]
async fn bodies_are_forms_and_nothing_else() {
    let world = world().await;
    let sent = world.request(Method::PATCH, "/manga/1/my_list_status").json(&json!({"score": 1})).send().await;
    assert_eq!(sent.unwrap().status(), StatusCode::BAD_REQUEST);
    assert_eq!(world.sim.myanimelist.entry(1), None);
}

#[tokio::test]
async fn values_out_of_range_are_refused_and_change_nothing() {
    let world = world().await;
    let wrong = [
        ("status", "current"),
        ("score", "11"),
        ("score", "8.5"),
        ("num_chapters_read", "-1"),
        ("num_chapters_read", "12.5"),
        ("priority", "3"),
        ("reread_value", "6"),
        ("is_rereading", "1"),
        ("start_date", "2024-13"),
        ("start_date", "2024-02-30"),
    ];
    for (name, value) in wrong {
        let (status, body) = world.patch(1, &[("num_volumes_read", "1"), (name, value)]).await;
        assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &"bad_request".into()), "{name}={value}");
    }
    assert_eq!(world.sim.myanimelist.entry(1), None);
    assert_eq!(world.patch(1, &[("score", "8.0")]).await.1["score"], 8, "as one client sends it");
}

#[tokio::test]
async fn dates_keep_their_precision_and_an_empty_one_clears() {
    let world = world().await;
    for date in ["2024", "2024-02", "2024-02-29"] {
        assert_eq!(world.patch(1, &[("status", "reading"), ("start_date", date)]).await.1["start_date"], date);
    }
    let (_, cleared) = world.patch(1, &[("start_date", "")]).await;
    assert!(cleared.get("start_date").is_none());
}

#[tokio::test]
async fn a_finish_date_is_kept_only_on_completed_entries() {
    let world = world().await;
    let (_, reading) = world.patch(1, &[("status", "reading"), ("finish_date", "2024-02-01")]).await;
    assert!(reading.get("finish_date").is_none());
    let (_, completed) = world.patch(1, &[("status", "completed"), ("finish_date", "2024-02-01")]).await;
    assert_eq!(completed["finish_date"], "2024-02-01");
    assert!(world.patch(1, &[("status", "dropped")]).await.1.get("finish_date").is_none());
    world.sim.myanimelist.set_knobs(|knobs| knobs.keep_finish_date = true);
    assert_eq!(world.patch(1, &[("finish_date", "2024")]).await.1["finish_date"], "2024");
}

#[tokio::test]
async fn notes_come_back_with_entities_and_are_stored_as_typed() {
    let world = world().await;
    let (_, entry) = world.patch(1, &[("comments", "<b>\"5\" & 'x'</b> 面白い")]).await;
    assert_eq!(entry["comments"], "&lt;b&gt;&quot;5&quot; &amp; &#039;x&#039;&lt;/b&gt; 面白い");
    assert_eq!(world.sim.myanimelist.entry(1).unwrap().comments, "<b>\"5\" & 'x'</b> 面白い");
}

#[tokio::test]
async fn status_and_progress_do_not_change_each_other() {
    let world = world().await;
    let (_, entry) = world.patch(1, &[("status", "completed")]).await;
    assert_eq!(entry["num_chapters_read"], 0);
    let (_, entry) = world.patch(1, &[("status", "reading"), ("num_chapters_read", "10")]).await;
    assert_eq!(entry["status"], "reading");
    let (_, entry) = world.patch(1, &[("num_chapters_read", "9999")]).await;
    assert_eq!(entry["num_chapters_read"], 9999, "no cap is documented");
}

#[tokio::test]
async fn an_entry_can_be_completed_and_being_reread() {
    let world = world().await;
    let (_, entry) = world.patch(1, &[("status", "completed"), ("is_rereading", "true")]).await;
    assert_eq!((&entry["status"], &entry["is_rereading"]), (&"completed".into(), &true.into()));
}

#[tokio::test]
async fn unapproved_titles_are_found_but_refused_and_unknown_ones_are_not_found() {
    let world = world().await;
    world.sim.myanimelist.set_title(2, |title| title.approved = false);
    let (status, body) = world.patch(2, &[("status", "reading")]).await;
    assert_eq!(
        (status, body),
        (StatusCode::BAD_REQUEST, json!({"error": "invalid_content", "message": "Invalid content"}))
    );
    assert_eq!(world.get("/manga/2").await.0, StatusCode::OK);
    assert_eq!(world.patch(99, &[("status", "reading")]).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_removal_answers_an_empty_list_and_a_second_one_404() {
    let world = world().await;
    world.add(1, Status::Reading);
    let remove =
        || async { answer(world.request(Method::DELETE, "/manga/1/my_list_status").send().await.unwrap()).await };
    assert_eq!(remove().await, (StatusCode::OK, json!([])));
    let (status, body) = remove().await;
    assert_eq!((status, &body["error"]), (StatusCode::NOT_FOUND, &"not_found".into()));
}

#[tokio::test]
async fn every_save_stamps_the_entry() {
    let world = world().await;
    world.patch(1, &[("score", "5")]).await;
    world.sim.clock.advance(TimeDelta::seconds(90));
    assert_eq!(world.patch(1, &[("score", "5")]).await.1["updated_at"], "2026-01-01T00:01:30+00:00");
}

#[tokio::test]
async fn the_control_interface_acts_as_the_reader_at_the_website() {
    let world = world().await;
    let base = world.sim.myanimelist.url().replace("/v2", "/_control");
    let edit =
        world.client.patch(format!("{base}/entries/1")).json(&json!({"status": "completed", "finish_date": "2024"}));
    assert_eq!(answer(edit.send().await.unwrap()).await.1["finish_date"], "2024");
    let (_, list) = answer(world.client.get(format!("{base}/list")).send().await.unwrap()).await;
    assert_eq!(list["1"]["status"], "completed");
    let total = world.client.patch(format!("{base}/manga/1")).json(&json!({"chapters": 55}));
    total.send().await.unwrap();
    assert_eq!(world.get("/manga/1?fields=num_chapters").await.1["num_chapters"], 55);
    world.client.delete(format!("{base}/entries/1")).send().await.unwrap();
    assert_eq!(world.sim.myanimelist.entry(1), None);
    let asked = json!({"url": world.authorize_url(&[])});
    let (_, approved) = answer(world.client.post(format!("{base}/approve")).json(&asked).send().await.unwrap()).await;
    assert!(approved["redirect"].as_str().unwrap().starts_with("kuroibara://oauth/myanimelist?code="));
    world.client.post(format!("{base}/revoke")).send().await.unwrap();
    assert_eq!(world.get("/users/@me").await.0, StatusCode::UNAUTHORIZED);
    assert!(world.sim.myanimelist.requests().iter().all(|request| !request.path.contains("_control")));
}
