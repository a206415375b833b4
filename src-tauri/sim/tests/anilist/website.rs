//! What people do on the website and moderators behind it, over the control interface.

use kuroibara_sim::anilist::ListStatus;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{START, world};

#[tokio::test]
async fn a_reader_adds_edits_and_removes_entries() {
    let world = world().await;
    world.pass(5);
    let made =
        world.control("PATCH", "entries/1", json!({"status": "PAUSED", "progress": 4, "private": true})).await.body;
    assert_eq!((&made["updated_at"], &made["progress"]), (&json!(START + 5), &json!(4)));
    world.pass(5);
    let edited = world.control("PATCH", "entries/1", json!({"score_raw": 90})).await.body;
    assert_eq!(
        (&edited["id"], &edited["progress"], &edited["updated_at"]),
        (&made["id"], &json!(4), &json!(START + 10))
    );
    let entry = world.sim.anilist.entry(1).unwrap();
    assert_eq!((entry.status, entry.score_raw, entry.private), (ListStatus::Paused, 90, true));
    assert_eq!(world.control("GET", "list", Value::Null).await.body, json!({"1": edited}));
    assert_eq!(world.control("DELETE", "entries/1", Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.control("DELETE", "entries/1", Value::Null).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.sim.anilist.writes(), 0, "only writes through the API count");
}

#[tokio::test]
async fn nonsense_is_refused_by_the_control_interface() {
    let world = world().await;
    assert_eq!(world.control("PATCH", "entries/1", json!({"status": "READING"})).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.control("PATCH", "entries/1", json!({"pogress": 1})).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.control("PATCH", "entries/999", json!({})).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.sim.anilist.entry(1), None);
}

#[tokio::test]
async fn a_reader_changes_settings_and_the_second_account_has_its_own() {
    let world = world().await;
    let settings = json!({"score_format": "POINT_3", "custom_lists": ["Owned"]});
    assert_eq!(world.control("PATCH", "user?user=4343", settings).await.status, StatusCode::OK);
    let second = world.sim.anilist.token(4343);
    let query = "{ Viewer { mediaListOptions { scoreFormat mangaList { customLists } } } }";
    let options = world.ask_as(Some(&second), query).await.body["data"]["Viewer"]["mediaListOptions"].clone();
    assert_eq!(options, json!({"scoreFormat": "POINT_3", "mangaList": {"customLists": ["Owned"]}}));
    assert_eq!(world.data(query).await["Viewer"]["mediaListOptions"]["scoreFormat"], "POINT_10_DECIMAL");
}

#[tokio::test]
async fn a_sign_in_can_be_approved_and_revoked_over_http() {
    let world = world().await;
    let url = format!("{}/authorize?client_id=17349&response_type=token", world.sim.anilist.oauth_url());
    let back =
        world.control("POST", "approve", json!({"url": url})).await.body["redirect"].as_str().unwrap().to_string();
    assert!(back.starts_with("kuroibara://oauth/anilist#access_token="));
    let token = world.control("POST", "token", Value::Null).await.body["access_token"].as_str().unwrap().to_string();
    assert_eq!(world.ask_as(Some(&token), "{ Viewer { id } }").await.status, StatusCode::OK);
    world.control("POST", "revoke", Value::Null).await;
    assert_eq!(world.ask_as(Some(&token), "{ Viewer { id } }").await.message(), "Invalid token");
}

#[tokio::test]
async fn a_merged_medium_takes_its_entries_along_unless_the_reader_has_the_other() {
    let world = world().await;
    let moved = world.sim.anilist.set_entry(1, |entry| entry.progress = 4).unwrap();
    world.sim.anilist.list_of(4343).set_entry(1, |entry| entry.progress = 5);
    let kept = world.sim.anilist.list_of(4343).set_entry(2, |entry| entry.progress = 6).unwrap();
    assert_eq!(world.control("POST", "media/1/merge/2", Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.sim.anilist.entry(2).map(|entry| (entry.id, entry.progress)), Some((moved.id, 4)));
    assert_eq!(world.sim.anilist.list_of(4343).entries(), [(2, kept)].into());
    assert_eq!(world.ask("{ Media(id: 1) { id } }", Value::Null).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_deleted_medium_takes_its_entries_with_it() {
    let world = world().await;
    world.sim.anilist.set_entry(1, |_| ());
    world.control("DELETE", "media/1", Value::Null).await;
    assert!(world.sim.anilist.entries().is_empty());
    assert_eq!(world.data("{ Page { media(idMal_in: [1001]) { id } } }").await["Page"]["media"], json!([]));
}

#[tokio::test]
async fn knobs_and_locks_can_be_set_over_http() {
    let world = world().await;
    assert_eq!(
        world.control("PATCH", "knobs", json!({"batch_failure": "partial"})).await.body["batch_failure"],
        "partial"
    );
    world.control("PATCH", "media/1", json!({"locked": true})).await;
    assert!(world.sim.anilist.media(1).unwrap().locked);
}
