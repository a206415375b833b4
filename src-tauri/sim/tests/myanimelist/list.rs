//! Sections 2 and 3: what reading shows.

use chrono::TimeDelta;
use kuroibara_sim::myanimelist::{Odd, Status};
use kuroibara_sim::{Fault, FaultRule, Sim, SimConfig};
use reqwest::{Method, StatusCode};

use crate::world::{query, world};

#[tokio::test]
async fn gray_and_black_titles_are_listed_only_with_nsfw() {
    let world = world().await;
    for manga in 1..=4 {
        world.add(manga, Status::Reading);
    }
    assert_eq!(world.ids("sort=manga_id").await, [1, 2]);
    assert_eq!(world.ids("sort=manga_id&nsfw=true").await, [1, 2, 3, 4]);
    let (_, gray) = world.get("/manga/3?fields=nsfw").await;
    assert_eq!(gray["nsfw"], "gray");
}

#[tokio::test]
async fn the_sorts_have_fixed_directions() {
    let world = world().await;
    for (manga, score) in [(2, 5), (1, 9), (3, 7)] {
        world.sim.myanimelist.set_entry(manga, |entry| entry.score = score).unwrap();
        world.sim.clock.advance(TimeDelta::minutes(1));
    }
    let sorts = [("list_updated_at", [3, 1, 2]), ("list_score", [1, 3, 2]), ("manga_title", [2, 3, 1])];
    for (sort, ids) in sorts {
        assert_eq!(world.ids(&format!("nsfw=true&sort={sort}")).await, ids, "{sort}");
    }
    assert_eq!(world.get("/users/@me/mangalist?sort=name").await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_status_filters_and_a_completed_entry_being_reread_is_found_under_reading() {
    let world = world().await;
    world.add(1, Status::Completed);
    world.add(2, Status::Completed);
    world.sim.myanimelist.set_entry(2, |entry| entry.is_rereading = true);
    assert_eq!(world.ids("status=completed").await, [1]);
    assert_eq!(world.ids("status=reading").await, [2]);
    assert_eq!(world.get("/users/@me/mangalist?status=current").await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn few_fields_come_unasked_and_braces_ask_for_more() {
    let world = world().await;
    world.add(1, Status::Reading);
    let (_, plain) = world.get("/users/@me/mangalist").await;
    let row = &plain["data"][0];
    assert_eq!(row["node"].as_object().unwrap().len(), 3);
    assert_eq!(row["list_status"].as_object().unwrap().len(), 6);
    let fields = "num_chapters,authors{first_name,last_name},list_status{comments,start_date,tags}";
    let (_, rich) = world.get(&format!("/users/@me/mangalist?fields={fields}")).await;
    let row = &rich["data"][0];
    assert_eq!(row["node"]["num_chapters"], 10);
    assert_eq!(row["node"]["authors"][0]["node"]["last_name"], "Aoki");
    assert_eq!(row["list_status"]["comments"], "");
    assert_eq!(row["list_status"]["status"], "reading");
    assert!(row["list_status"].get("start_date").is_none(), "an unset date is an absent key");
}

#[tokio::test]
async fn pages_link_each_other_with_absolute_addresses_and_the_last_has_no_next() {
    let world = world().await;
    for manga in [1, 2, 3] {
        world.add(manga, Status::Reading);
    }
    let first = "/users/@me/mangalist?limit=2&nsfw=true&sort=manga_id&fields=list_status%7Btags%7D";
    let (_, page) = world.get(first).await;
    let next = page["paging"]["next"].as_str().unwrap();
    assert!(next.starts_with(&world.sim.myanimelist.url()), "{next}");
    assert_eq!(query(next, "offset").as_deref(), Some("2"));
    assert_eq!(query(next, "fields").as_deref(), Some("list_status{tags}"));
    let (_, page) = world.get(next.strip_prefix(&world.sim.myanimelist.url()).unwrap()).await;
    assert_eq!(page["data"][0]["node"]["id"], 3);
    assert!(page["paging"].get("next").is_none() && page["paging"]["previous"].is_string());
}

#[tokio::test]
async fn a_limit_above_the_maximum_is_refused_or_lowered() {
    let world = world().await;
    assert_eq!(world.get("/users/@me/mangalist?limit=1000").await.0, StatusCode::OK);
    assert_eq!(world.get("/users/@me/mangalist?limit=1001").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(world.get("/manga?q=umi&limit=101").await.0, StatusCode::BAD_REQUEST);
    world.sim.myanimelist.set_knobs(|knobs| knobs.clamp_limits = true);
    assert_eq!(world.get("/users/@me/mangalist?limit=1001").await.0, StatusCode::OK);
}

#[tokio::test]
async fn rows_repeat_or_go_missing_at_a_page_end_when_told_to() {
    let world = world().await;
    for manga in [1, 2, 3] {
        world.add(manga, Status::Reading);
    }
    let second = "limit=1&offset=1&nsfw=true&sort=manga_id";
    world.sim.myanimelist.set_knobs(|knobs| knobs.pages = Odd::Repeat);
    assert_eq!(world.ids(second).await, [1]);
    world.sim.myanimelist.set_knobs(|knobs| knobs.pages = Odd::Miss);
    assert_eq!(world.ids(second).await, [3]);
}

#[tokio::test]
async fn a_page_fails_or_the_list_is_empty_by_mistake_when_told_to() {
    let world = world().await;
    for manga in [1, 2] {
        world.add(manga, Status::Reading);
    }
    world.sim.myanimelist.faults().push(FaultRule::once(Fault::FailPage(2)));
    assert_eq!(world.ids("limit=1").await.len(), 1);
    let (status, body) = world.get("/users/@me/mangalist?limit=1&offset=1").await;
    assert_eq!((status, body["error"].is_string()), (StatusCode::INTERNAL_SERVER_ERROR, true));
    world.sim.myanimelist.faults().push(FaultRule::once(Fault::EmptyList));
    assert!(world.ids("").await.is_empty());
    assert_eq!(world.ids("").await.len(), 2);
}

#[tokio::test]
async fn a_search_takes_3_to_64_characters_and_looks_at_every_title() {
    let world = world().await;
    for (text, ok) in [("um", false), ("umi", true), (&"x".repeat(64), true), (&"x".repeat(65), false)] {
        let (status, body) = world.get(&format!("/manga?q={text}")).await;
        assert_eq!(status.is_success(), ok, "{text}");
        assert_eq!(body["message"] == "invalid q", !ok);
    }
    for text in ["YORU no umi", "moon star", "星と月"] {
        let (_, found) = world.get(&format!("/manga?q={text}")).await;
        assert_eq!(found["data"][0]["node"]["id"], 1, "{text}");
    }
    let (_, hidden) = world.get("/manga?q=heya").await;
    let (_, shown) = world.get("/manga?q=heya&nsfw=true").await;
    assert_eq!([hidden, shown].map(|body| body["data"].as_array().unwrap().len()), [0, 1]);
}

#[tokio::test]
async fn a_manga_has_ones_own_entry_only_when_it_is_on_the_list() {
    let world = world().await;
    world.add(1, Status::Dropped);
    let (_, own) = world.get("/manga/1?fields=num_chapters,my_list_status%7Bpriority%7D").await;
    assert_eq!((&own["my_list_status"]["status"], &own["my_list_status"]["priority"]), (&"dropped".into(), &0.into()));
    let (_, other) = world.get("/manga/2?fields=num_chapters,my_list_status").await;
    assert!(other.get("my_list_status").is_none());
    assert_eq!(other["num_chapters"], 0, "0 is unknown");
    let (status, body) = world.get("/manga/99").await;
    assert_eq!((status, &body["error"]), (StatusCode::NOT_FOUND, &"not_found".into()));
}

#[tokio::test]
async fn ten_thousand_entries_are_read_in_pages_of_a_thousand_without_a_gap() {
    let config = SimConfig { works: 16_000, entries: 10_000, ..SimConfig::default() };
    let big = Sim::start(config).await.unwrap();
    let stored = big.myanimelist.entries().len();
    let mut world = world().await;
    world.sim = big;
    let code = world.code(&[]);
    world.tokens(&[("code", &code), ("redirect_uri", crate::world::REDIRECT)]).await.unwrap();
    let mut path = Some("/users/@me/mangalist?limit=1000&nsfw=true&fields=num_chapters,alternative_titles,list_status{comments,tags,start_date,finish_date}".to_owned());
    let mut read = std::collections::HashSet::new();
    while let Some(next) = path {
        let (_, page) = world.get(&next).await;
        read.extend(page["data"].as_array().unwrap().iter().map(|row| row["node"]["id"].as_i64().unwrap()));
        path = page["paging"]["next"].as_str().map(|next| next.replace(&world.sim.myanimelist.url(), ""));
    }
    assert_eq!(read.len(), stored);
    assert_eq!(world.request(Method::GET, "/manga?q=yoru").send().await.unwrap().status(), StatusCode::OK);
}
