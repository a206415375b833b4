//! Section 5.3: who sees what.

use kuroibara_sim::kitsu::Status;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::world::{ADULT, FINISHED, SECOND, UNFINISHED, World, answer, code, world};

/// A public entry, a private one, an R18 one.
async fn shelf() -> World {
    let world = world().await;
    world.add(FINISHED, Status::Current);
    world.sim.kitsu.set_entry(UNFINISHED, |entry| entry.private = true).unwrap();
    world.add(ADULT, Status::Current);
    world
}

fn filter(world: &World, user: i64, on: bool) {
    world.sim.kitsu.set_user(user, |user| user.sfw_filter = on);
}

#[tokio::test]
async fn with_the_filter_off_one_sees_all_of_ones_own() {
    assert_eq!(shelf().await.listed("").await, [FINISHED, UNFINISHED, ADULT]);
}

#[tokio::test]
async fn with_the_filter_on_r18_is_hidden_even_from_its_owner() {
    let world = shelf().await;
    filter(&world, 4242, true);
    assert_eq!(world.listed("").await, [FINISHED, UNFINISHED]);
    let hidden = world.sim.kitsu.entry(ADULT).unwrap().id;
    assert_eq!(code(&world.patch(hidden, json!({"progress": 1})).await), (404, "404"));
    let taken = world.create(ADULT, json!({"status": "planned"})).await;
    assert_eq!((code(&taken).0, &taken.1["errors"][0]["title"]), (422, &"has already been taken".into()));
}

#[tokio::test]
async fn an_r18_entry_that_is_private_and_ones_own_is_seen_with_the_filter_on() {
    let world = shelf().await;
    filter(&world, 4242, true);
    world.sim.kitsu.set_entry(ADULT, |entry| entry.private = true).unwrap();
    let (_, body) = world.get("/library-entries?filter[userId]=4242").await;
    assert_eq!(body["meta"]["count"], 3);
}

#[tokio::test]
async fn others_see_what_is_public_and_the_filter_of_new_accounts_is_on() {
    let mut world = shelf().await;
    world.token = world.sim.kitsu.token(SECOND);
    assert_eq!(world.listed("").await, [FINISHED]);
    filter(&world, SECOND, false);
    assert_eq!(world.listed("").await, [FINISHED, ADULT]);
    let foreign = world.sim.kitsu.entry(FINISHED).unwrap().id;
    assert_eq!(code(&world.patch(foreign, json!({"progress": 1})).await), (403, "403"));
    let (_, body) = world.patch(foreign, json!({})).await;
    assert_eq!(body["errors"][0]["title"], "Update Forbidden");
    assert_eq!(body["errors"][0]["detail"], "You don't have permission to update this library entry.");
    let hidden = world.sim.kitsu.entry(UNFINISHED).unwrap().id;
    assert_eq!(code(&world.patch(hidden, json!({"progress": 1})).await), (404, "404"));
}

#[tokio::test]
async fn nobody_sees_public_and_safe_entries_only() {
    let world = shelf().await;
    let (_, body) = answer(world.anonymous(Method::GET, "/library-entries?filter[userId]=4242")).await;
    assert_eq!(body["meta"]["count"], 1);
}

#[tokio::test]
async fn an_r18_manga_is_hidden_unless_there_is_a_token_and_the_filter_is_off() {
    let world = world().await;
    let path = format!("/manga/{ADULT}");
    assert_eq!(world.get(&path).await.1["data"]["attributes"]["ageRating"], "R18");
    assert_eq!(answer(world.anonymous(Method::GET, &path)).await.0, StatusCode::NOT_FOUND);
    filter(&world, 4242, true);
    assert_eq!(code(&world.get(&path).await), (404, "404"));
    assert_eq!(world.get("/manga?filter[id]=11,13").await.1["meta"]["count"], 1);
}
