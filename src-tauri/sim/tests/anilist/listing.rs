//! Reading lists: grouping, custom lists, hidden and private entries, chunks and pages (sections 6 to 8).

use std::collections::HashSet;
use std::time::{Duration, Instant};

use kuroibara_sim::anilist::{Entry, FuzzyDate, ListStatus, ScoreFormat};
use kuroibara_sim::{Fault, FaultRule, Limits, Sim, SimConfig};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{START, World, world};

/// Each group as its name, status and media ids.
async fn groups(world: &World, arguments: &str, token: Option<&str>) -> Vec<Value> {
    let query = format!(
        "{{ MediaListCollection(userId: 4242, type: MANGA {arguments}) {{ lists {{ name status isCustomList entries {{ mediaId }} }} }} }}"
    );
    let answer = world.ask_as(token, &query).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let lists = answer.body["data"]["MediaListCollection"]["lists"].as_array().unwrap().clone();
    let ids = |list: &Value| {
        list["entries"].as_array().unwrap().iter().map(|entry| entry["mediaId"].clone()).collect::<Vec<_>>()
    };
    lists.iter().map(|list| json!([list["name"], list["status"], ids(list)])).collect()
}

fn add(world: &World, media: i64, edit: impl FnOnce(&mut Entry)) {
    world.sim.anilist.set_entry(media, edit).unwrap();
}

#[tokio::test]
async fn entries_are_grouped_by_status() {
    let world = world().await;
    add(&world, 1, |entry| entry.status = ListStatus::Completed);
    add(&world, 2, |entry| entry.status = ListStatus::Current);
    add(&world, 3, |entry| entry.status = ListStatus::Current);
    let expected = [json!(["Reading", "CURRENT", [2, 3]]), json!(["Completed", "COMPLETED", [1]])];
    assert_eq!(groups(&world, "", None).await, expected);
}

#[tokio::test]
async fn an_entry_comes_again_in_each_custom_list_and_a_hidden_one_only_there() {
    let world = world().await;
    world.sim.anilist.set_user(4242, |user| user.custom_lists = vec!["Owned".into(), "Empty".into()]);
    add(&world, 1, |entry| entry.custom_lists = ["Owned".into()].into());
    add(&world, 2, |entry| {
        entry.custom_lists = ["Owned".into()].into();
        entry.hidden_from_status_lists = true;
    });
    assert_eq!(groups(&world, "", None).await, [json!(["Reading", "CURRENT", [1]]), json!(["Owned", null, [1, 2]])]);
}

#[tokio::test]
async fn completed_entries_are_split_by_format_unless_one_list_is_forced() {
    let world = world().await;
    world.sim.anilist.set_user(4242, |user| user.split_completed = true);
    for media in [1, 3] {
        add(&world, media, |entry| entry.status = ListStatus::Completed);
    }
    let split = [json!(["Completed Manga", "COMPLETED", [1]]), json!(["Completed Novel", "COMPLETED", [3]])];
    assert_eq!(groups(&world, "", None).await, split);
    let single = [json!(["Completed", "COMPLETED", [1, 3]])];
    assert_eq!(groups(&world, ", forceSingleCompletedList: true", None).await, single);
}

#[tokio::test]
async fn private_entries_are_shown_to_their_owner_only() {
    let world = world().await;
    add(&world, 1, |entry| entry.private = true);
    let second = world.sim.anilist.token(4343);
    assert_eq!(groups(&world, "", None).await, [] as [Value; 0]);
    assert_eq!(groups(&world, "", Some(&second)).await, [] as [Value; 0]);
    assert_eq!(groups(&world, "", Some(&world.token)).await.len(), 1);
}

#[tokio::test]
async fn a_list_needs_a_user_and_a_type() {
    let world = world().await;
    let ask = |arguments: &str| format!("{{ MediaListCollection({arguments}) {{ hasNextChunk }} }}");
    for arguments in ["type: MANGA", "userId: 4242"] {
        assert_eq!(world.ask(&ask(arguments), Value::Null).await.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(world.ask(&ask("userName: \"Reader\", type: MANGA"), Value::Null).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_unknown_user_is_404_and_so_is_anothers_private_profile() {
    let world = world().await;
    let ask = |user: i64| format!("{{ MediaListCollection(userId: {user}, type: MANGA) {{ hasNextChunk }} }}");
    let answer = world.ask(&ask(1), Value::Null).await;
    assert_eq!((answer.status, &answer.body["data"]), (StatusCode::NOT_FOUND, &json!({"MediaListCollection": null})));
    world.sim.anilist.set_user(4343, |user| user.private_profile = true);
    let answer = world.ask(&ask(4343), Value::Null).await;
    assert_eq!((answer.status, answer.message()), (StatusCode::NOT_FOUND, "Private User"));
}

#[tokio::test]
async fn chunks_hold_unique_entries_and_tell_whether_more_follow() {
    let world = world().await;
    for media in 1..=7 {
        add(&world, media, |_| ());
    }
    let mut chunks = Vec::new();
    for chunk in 1..=3 {
        let query = format!(
            "{{ MediaListCollection(userId: 4242, type: MANGA, chunk: {chunk}, perChunk: 3) {{ hasNextChunk lists {{ entries {{ mediaId }} }} }} }}"
        );
        let data = world.data(&query).await["MediaListCollection"].clone();
        chunks.push((data["lists"][0]["entries"].as_array().unwrap().len(), data["hasNextChunk"].clone()));
    }
    assert_eq!(chunks, [(3, json!(true)), (3, json!(true)), (1, json!(false))]);
}

#[tokio::test]
async fn the_demo_list_has_hidden_private_and_repeated_entries() {
    let sim = Sim::start(SimConfig { works: 900, entries: 300, ..SimConfig::default() }).await.unwrap();
    let entries = sim.anilist.entries();
    let any = |test: fn(&Entry) -> bool| entries.values().any(test);
    assert!(any(|entry| entry.hidden_from_status_lists && !entry.custom_lists.is_empty()));
    assert!(any(|entry| !entry.hidden_from_status_lists && !entry.custom_lists.is_empty()));
    assert!(any(|entry| entry.private) && any(|entry| entry.notes.is_some()));
}

#[tokio::test]
async fn a_chunk_holds_at_most_500_and_a_whole_list_at_most_the_11000_newest() {
    let config = SimConfig { works: 13_000, entries: 11_050, limits: Limits::Off, ..SimConfig::default() };
    let sim = Sim::start(config).await.unwrap();
    let world = World { token: sim.anilist.token(4242), sim, http: super::world().await.http };
    let count = |data: &Value| {
        let lists = data["MediaListCollection"]["lists"].as_array().unwrap();
        let entries = lists.iter().flat_map(|list| list["entries"].as_array().unwrap());
        entries.map(|entry| entry["id"].as_i64().unwrap()).collect::<HashSet<_>>().len()
    };
    let chunk = "{ MediaListCollection(userId: 4242, type: MANGA, chunk: 1, perChunk: 5000) { hasNextChunk lists { entries { id } } } }";
    let data = world.data(chunk).await;
    assert_eq!((count(&data), &data["MediaListCollection"]["hasNextChunk"]), (500, &json!(true)));
    let whole =
        "{ MediaListCollection(userId: 4242, type: MANGA) { hasNextChunk lists { entries { id updatedAt } } } }";
    let data = world.data(whole).await;
    assert_eq!((count(&data), &data["MediaListCollection"]["hasNextChunk"]), (11_000, &json!(false)));
    let mut times: Vec<_> = world.sim.anilist.entries().values().map(|entry| entry.updated_at).collect();
    times.sort_unstable();
    let lists = data["MediaListCollection"]["lists"].as_array().unwrap();
    let shown = lists.iter().flat_map(|list| list["entries"].as_array().unwrap());
    assert_eq!(shown.map(|entry| entry["updatedAt"].as_i64().unwrap()).min(), Some(times[50]));
}

#[tokio::test]
async fn a_chunk_of_500_whole_entries_is_served_quickly() {
    let sim = Sim::start(SimConfig { works: 12_000, entries: 10_000, ..SimConfig::default() }).await.unwrap();
    let world = World { token: sim.anilist.token(4242), sim, http: super::world().await.http };
    let query = "query($u:Int!,$c:Int){MediaListCollection(userId:$u,type:MANGA,chunk:$c,perChunk:500){hasNextChunk user{mediaListOptions{scoreFormat}} lists{name isCustomList status entries{id mediaId status score(format:POINT_100) progress progressVolumes repeat private notes hiddenFromStatusLists updatedAt createdAt startedAt{year month day} completedAt{year month day} media{id idMal chapters volumes format startDate{year} title{romaji english native userPreferred} synonyms}}}}}";
    let mut quickest = Duration::MAX;
    for chunk in 1..=5 {
        let begun = Instant::now();
        assert_eq!(world.ask(query, json!({"u": 4242, "c": chunk})).await.status, StatusCode::OK);
        quickest = quickest.min(begun.elapsed());
    }
    // It takes about 70 ms on an idle machine; the bound only keeps it from growing with the square of the list.
    assert!(quickest < Duration::from_secs(2), "{quickest:?}");
}

#[tokio::test]
async fn an_entry_has_all_its_fields_and_a_whole_score_is_an_integer() {
    let world = world().await;
    add(&world, 2, |entry| {
        entry.score_raw = 85;
        entry.progress = 364;
        entry.started_at = FuzzyDate { year: Some(2020), month: Some(9), day: None };
    });
    let data = world
        .data("{ MediaList(userId: 4242, mediaId: 2) { userId status score(format: POINT_100) ten: score(format: POINT_10_DECIMAL) progress notes private updatedAt startedAt { year month day } completedAt { year month day } media { id idMal chapters title { native userPreferred } } } }")
        .await;
    let expected = json!({
        "userId": 4242, "status": "CURRENT", "score": 85, "ten": 8.5, "progress": 364, "notes": null, "private": false,
        "updatedAt": START, "startedAt": {"year": 2020, "month": 9, "day": null},
        "completedAt": {"year": null, "month": null, "day": null},
        "media": {"id": 2, "idMal": 1002, "chapters": null, "title": {"native": "海の星", "userPreferred": "Umi no Hoshi 2"}},
    });
    assert_eq!(data["MediaList"], expected);
}

#[tokio::test]
async fn a_score_comes_in_the_owners_format_unless_another_is_asked_for() {
    let world = world().await;
    add(&world, 1, |entry| entry.score_raw = 35);
    world.sim.anilist.set_user(4242, |user| user.score_format = ScoreFormat::Point10);
    let query = "{ MediaList(userId: 4242, mediaId: 1) { score raw: score(format: POINT_100) } }";
    assert_eq!(world.data(query).await["MediaList"], json!({"score": 3, "raw": 35}));
}

#[tokio::test]
async fn a_page_of_entries_newest_first_holds_at_most_50() {
    let world = world().await;
    for media in 1..=60 {
        world.pass(1);
        add(&world, media, |_| ());
    }
    let query = |page: i64| {
        format!(
            "{{ Page(page: {page}, perPage: 100) {{ mediaList(userId: 4242, type: MANGA, sort: [UPDATED_TIME_DESC]) {{ mediaId }} pageInfo {{ hasNextPage perPage currentPage }} }} }}"
        )
    };
    let first = world.data(&query(1)).await["Page"].clone();
    let rows = first["mediaList"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["mediaId"], &rows[49]["mediaId"]), (50, &json!(60), &json!(11)));
    assert_eq!(first["pageInfo"], json!({"hasNextPage": true, "perPage": 50, "currentPage": 1}));
    let second = world.data(&query(2)).await["Page"].clone();
    assert_eq!(
        (second["mediaList"].as_array().unwrap().len(), &second["pageInfo"]["hasNextPage"]),
        (10, &json!(false))
    );
}

#[tokio::test]
async fn entries_of_a_page_can_be_chosen_by_status_and_medium() {
    let world = world().await;
    add(&world, 1, |entry| entry.status = ListStatus::Paused);
    add(&world, 2, |_| ());
    add(&world, 3, |_| ());
    let query = |filter: &str| format!("{{ Page {{ mediaList(userId: 4242, type: MANGA, {filter}) {{ mediaId }} }} }}");
    let rows = |data: Value| data["Page"]["mediaList"].clone();
    assert_eq!(rows(world.data(&query("status_in: [PAUSED, DROPPED]")).await), json!([{"mediaId": 1}]));
    assert_eq!(rows(world.data(&query("mediaId_in: [2, 99]")).await), json!([{"mediaId": 2}]));
    assert_eq!(rows(world.data(&query("mediaId: 77")).await), json!([]));
    assert_eq!(rows(world.data("{ Page { mediaList(userId: 4242, type: ANIME) { mediaId } } }").await), json!([]));
}

#[tokio::test]
async fn a_page_holds_one_data_field_but_several_pages_fit_one_request() {
    let world = world().await;
    let two = "{ Page { media(id: 1) { id } mediaList(userId: 4242) { id } } }";
    assert_eq!(world.ask(two, Value::Null).await.status, StatusCode::BAD_REQUEST);
    let pages = "{ a: Page { media(id: 1) { id } } b: Page { media(id: 2) { id } } }";
    assert_eq!(world.data(pages).await, json!({"a": {"media": [{"id": 1}]}, "b": {"media": [{"id": 2}]}}));
}

#[tokio::test]
async fn a_page_that_fails_does_not_leave_its_page_info_waiting() {
    let world = world().await;
    let query = "{ Page { pageInfo { hasNextPage } mediaList(userId: 1) { id } } }";
    assert_eq!(world.ask(query, Value::Null).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        world.data("{ Page { pageInfo { hasNextPage } } }").await["Page"]["pageInfo"]["hasNextPage"],
        json!(false)
    );
}

#[tokio::test]
async fn a_missing_entry_is_404_by_itself_an_empty_array_in_a_page_and_null_at_its_medium() {
    let world = world().await;
    assert_eq!(
        world.ask("{ MediaList(userId: 4242, mediaId: 1) { id } }", Value::Null).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        world.data("{ Page { mediaList(userId: 4242, mediaId: 1) { id } } }").await["Page"]["mediaList"],
        json!([])
    );
    assert_eq!(world.data("{ Media(id: 1) { mediaListEntry { id } } }").await["Media"]["mediaListEntry"], Value::Null);
}

#[tokio::test]
async fn a_listing_can_be_empty_by_mistake_or_fail_at_one_page() {
    let world = world().await;
    add(&world, 1, |_| ());
    world.sim.anilist.faults().push(FaultRule::once(Fault::EmptyList));
    assert_eq!(groups(&world, "", None).await, [] as [Value; 0]);
    assert_eq!(groups(&world, "", None).await.len(), 1);
    world.sim.anilist.faults().push(FaultRule::once(Fault::FailPage(2)));
    let query = |page: i64| format!("{{ Page(page: {page}) {{ mediaList(userId: 4242) {{ id }} }} }}");
    assert_eq!(world.ask(&query(1), Value::Null).await.status, StatusCode::OK);
    assert_eq!(world.ask(&query(2), Value::Null).await.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(world.ask(&query(2), Value::Null).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_list_tells_its_owners_options() {
    let world = world().await;
    world.sim.anilist.set_user(4242, |user| user.custom_lists = vec!["Owned".into()]);
    let query = "{ MediaListCollection(userId: 4242, type: MANGA) { user { mediaListOptions { scoreFormat mangaList { customLists } } } } }";
    let options = world.data(query).await["MediaListCollection"]["user"]["mediaListOptions"].clone();
    assert_eq!(options, json!({"scoreFormat": "POINT_10_DECIMAL", "mangaList": {"customLists": ["Owned"]}}));
}
