//! Section 5.2: listing the library.

use std::collections::HashSet;

use chrono::TimeDelta;
use kuroibara_sim::kitsu::{IncludeManga, Status};
use kuroibara_sim::{Fault, FaultRule, Sim, SimConfig};
use reqwest::StatusCode;
use serde_json::json;

use crate::world::{ADULT, FINISHED, UNFINISHED, code, world};

#[tokio::test]
async fn a_listing_needs_a_filter() {
    let world = world().await;
    let (status, body) = world.get("/library-entries").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(body, json!({"errors": [{"status": 400, "detail": "No filter provided"}]}));
}

#[tokio::test]
async fn since_finds_what_changed_at_that_time_or_later_and_no_removals() {
    let world = world().await;
    world.add(FINISHED, Status::Planned);
    world.sim.clock.advance(TimeDelta::hours(1));
    let changed = world.add(UNFINISHED, Status::Planned).updated_at.to_rfc3339();
    let since = |text: &str| format!("filter[since]={}", text.replace('+', "%2B"));
    assert_eq!(world.listed(&since(&changed)).await, [UNFINISHED]);
    assert_eq!(world.listed(&since("2026-01-01T00:00:00.789Z")).await, [FINISHED, UNFINISHED]);
    assert_eq!(world.listed(&since("2026-01-01T00:00:00.790Z")).await, [UNFINISHED]);
    world.sim.kitsu.remove_entry(UNFINISHED);
    assert!(world.listed(&since("2026-01-01T00:00:01Z")).await.is_empty());
    assert_eq!(code(&world.get("/library-entries?filter[since]=yesterday").await), (400, "103"));
}

#[tokio::test]
async fn filters_narrow_and_counts_ignore_the_status_filter() {
    let world = world().await;
    world.add(FINISHED, Status::Completed);
    world.add(UNFINISHED, Status::OnHold);
    world.add(14, Status::OnHold);
    assert_eq!(world.listed("filter[status]=on_hold").await, [UNFINISHED, 14]);
    assert_eq!(world.listed("filter[status]=completed,4").await, [FINISHED, UNFINISHED, 14]);
    assert_eq!(world.listed("filter[kind]=manga").await.len(), 3);
    assert_eq!(world.listed("filter[kind]=anime").await.len(), 0);
    assert_eq!(world.listed("filter[mediaId]=14").await, [14]);
    let (_, body) = world.get("/library-entries?filter[userId]=4242&filter[status]=completed&page[limit]=1").await;
    assert_eq!(body["meta"], json!({"count": 1, "statusCounts": {"completed": 1, "onHold": 2}}));
}

#[tokio::test]
async fn sorting_puts_what_has_no_value_last_in_both_directions() {
    let world = world().await;
    for (manga, rating) in [(FINISHED, Some(4)), (UNFINISHED, None), (14, Some(20))] {
        world.sim.kitsu.set_entry(manga, |entry| entry.rating_twenty = rating).unwrap();
    }
    assert_eq!(world.listed("sort=ratingTwenty").await, [FINISHED, 14, UNFINISHED]);
    assert_eq!(world.listed("sort=-ratingTwenty").await, [14, FINISHED, UNFINISHED]);
    assert_eq!(world.listed("sort=-id").await, [14, UNFINISHED, FINISHED]);
    assert_eq!(world.listed("").await, [FINISHED, UNFINISHED, 14]);
}

#[tokio::test]
async fn the_newest_change_and_the_counts_cost_one_small_request() {
    let world = world().await;
    world.add(FINISHED, Status::Planned);
    world.sim.clock.advance(TimeDelta::minutes(1));
    world.add(UNFINISHED, Status::Planned);
    let probe = "/library-entries?filter[userId]=4242&page[limit]=1&fields[libraryEntries]=updatedAt&sort=-updatedAt";
    let (_, body) = world.get(probe).await;
    assert_eq!(body["data"][0]["attributes"], json!({"updatedAt": "2026-01-01T00:01:00.789Z"}));
    assert_eq!(body["meta"]["count"], 2);
}

#[tokio::test]
async fn including_manga_fails_when_told_to_where_media_does_not() {
    let world = world().await;
    world.add(FINISHED, Status::Planned);
    let list = "/library-entries?filter[userId]=4242&include=";
    world.sim.kitsu.set_knobs(|knobs| knobs.include_manga = IncludeManga::Fails);
    assert_eq!(code(&world.get(&format!("{list}manga,manga.mappings")).await), (500, "500"));
    let (_, body) = world.get(&format!("{list}media,media.mappings")).await;
    assert_eq!(body["data"][0]["relationships"]["media"]["data"], json!({"type": "manga", "id": "11"}));
}

#[tokio::test]
async fn including_manga_fails_where_one_on_the_page_is_hidden() {
    let world = world().await;
    world.add(FINISHED, Status::Planned);
    let list = "/library-entries?filter[userId]=4242&include=manga";
    world.sim.kitsu.set_user(4242, |user| user.sfw_filter = true);
    assert_eq!(world.get(list).await.0, StatusCode::OK);
    world.sim.kitsu.set_entry(ADULT, |entry| entry.private = true).unwrap();
    assert_eq!(world.get(list).await.0, StatusCode::INTERNAL_SERVER_ERROR);
    world.sim.kitsu.set_knobs(|knobs| knobs.include_manga = IncludeManga::Works);
    let (_, body) = world.get(list).await;
    assert_eq!(body["data"][1]["relationships"]["manga"]["data"], json!(null));
}

#[tokio::test]
async fn a_page_fails_or_the_list_is_empty_by_mistake_when_told_to() {
    let world = world().await;
    world.add(FINISHED, Status::Planned);
    world.add(UNFINISHED, Status::Planned);
    world.sim.kitsu.faults().push(FaultRule::once(Fault::FailPage(2)));
    assert_eq!(world.listed("page[limit]=1").await.len(), 1);
    let second = "/library-entries?filter[userId]=4242&page[limit]=1&page[offset]=1";
    assert_eq!(world.get(second).await.0, StatusCode::INTERNAL_SERVER_ERROR);
    world.sim.kitsu.faults().push(FaultRule::once(Fault::EmptyList));
    assert!(world.listed("").await.is_empty());
    assert_eq!(world.listed("").await.len(), 2);
}

#[tokio::test]
async fn ten_thousand_entries_are_read_in_pages_of_five_hundred_without_a_gap() {
    let mut world = world().await;
    world.sim = Sim::start(SimConfig { works: 20_000, entries: 10_000, ..SimConfig::default() }).await.unwrap();
    world.token = world.sim.kitsu.token(4242);
    let mut path = Some(
        "/library-entries?filter[userId]=4242&filter[kind]=manga&page[limit]=500&sort=id&include=manga,manga.mappings\
         &fields[manga]=canonicalTitle,titles,chapterCount,subtype,startDate,mappings\
         &fields[mappings]=externalSite,externalId"
            .to_owned(),
    );
    let mut read = HashSet::new();
    let mut included = HashSet::new();
    while let Some(next) = path {
        let (_, page) = world.get(&next).await;
        read.extend(page["data"].as_array().unwrap().iter().map(|entry| entry["id"].to_string()));
        let resources = page["included"].as_array().unwrap().iter();
        included.extend(resources.filter(|one| one["type"] == "manga").map(|one| one["id"].to_string()));
        path = page["links"]["next"].as_str().map(|next| next.replace(&world.sim.kitsu.url(), ""));
    }
    assert_eq!((read.len(), included.len()), (10_000, 10_000));
}
