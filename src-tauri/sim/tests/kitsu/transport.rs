//! Section 2: the rules of JSON:API.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::world::{FINISHED, JSON_API, UNFINISHED, answer, code, world};
use kuroibara_sim::kitsu::Status;

#[tokio::test]
async fn writes_need_the_media_type_of_json_api() {
    let world = world().await;
    for (kind, status) in [("application/json", 415), ("text/plain", 415), (JSON_API, 400)] {
        let sent = world.request(Method::POST, "/library-entries").header("content-type", kind).body("{}");
        assert_eq!(answer(sent).await.0, status, "{kind}");
    }
}

#[tokio::test]
async fn answers_in_another_type_alone_are_not_to_be_had() {
    let world = world().await;
    for (accept, status) in
        [("application/json", 406), (JSON_API, 200), ("application/json, */*;q=0.1", 200), ("", 200)]
    {
        let sent = world.request(Method::GET, "/manga").header("accept", accept);
        assert_eq!(answer(sent).await.0, status, "{accept}");
    }
    let sent = world.request(Method::GET, "/manga").send().await.unwrap();
    assert_eq!(sent.headers()["content-type"], JSON_API);
}

#[tokio::test]
async fn wrong_names_in_a_query_have_codes_of_their_own() {
    let world = world().await;
    let cases = [
        ("/library-entries?filter[userId]=1&fields[library_entries]=status", 101),
        ("/library-entries?filter[updatedAt]=2024-01-01", 102),
        ("/library-entries?filter[status]=reading", 103),
        ("/library-entries?filter[userId]=1&fields[libraryEntries]=rating_twenty", 104),
        ("/library-entries?filter[userId]=1&include=mange", 112),
        ("/library-entries?filter[userId]=1&include=manga.mapping", 112),
        ("/library-entries?filter[userId]=1&sort=age", 114),
        ("/library-entries?filter[userId]=1&page[limit]=501", 118),
        ("/manga?page[limit]=21", 118),
        ("/manga?page[limit]=0", 118),
    ];
    for (path, expected) in cases {
        assert_eq!(code(&world.get(path).await), (400, expected.to_string().as_str()), "{path}");
    }
    let (_, body) = world.get("/library-entries?filter[userId]=1&page[limit]=501").await;
    assert_eq!(body["errors"][0]["detail"], "Limit exceeds maximum page size of 500.");
}

#[tokio::test]
async fn wrong_bodies_have_codes_of_their_own() {
    let world = world().await;
    let entry = world.add(FINISHED, Status::Planned).id;
    let data = |id: &str, kind: &str| json!({"data": {"id": id, "type": kind, "attributes": {}}});
    let own = entry.to_string();
    let attributes = |attributes| json!({"data": {"id": own, "type": "libraryEntries", "attributes": attributes}});
    let cases = [
        (json!({}), "106"),
        (json!({"data": {"id": own}}), "106"),
        (data(&own, "anime"), "101"),
        (json!({"data": {"type": "library-entries"}}), "109"),
        (data("1", "library-entries"), "110"),
        (attributes(json!({"rating_twenty": 4})), "105"),
        (attributes(json!({"updatedAt": "2024-01-01"})), "105"),
        (attributes(json!({"status": "reading"})), "103"),
    ];
    for (body, expected) in cases {
        let got = world.send(Method::PATCH, &format!("/library-entries/{entry}"), &body).await;
        assert_eq!(code(&got), (400, expected), "{body}");
    }
}

#[tokio::test]
async fn linkage_holds_exactly_type_and_id_of_the_right_type() {
    let world = world().await;
    let post = |linkage| {
        let body = json!({"data": {"type": "libraryEntries", "relationships": {"user": {"data": linkage}}}});
        let world = &world;
        async move { world.send(Method::POST, "/library-entries", &body).await }
    };
    assert_eq!(code(&post(json!({"type": "users"})).await), (400, "115"));
    assert_eq!(code(&post(json!({"type": "users", "id": "1", "meta": {}})).await), (400, "115"));
    assert_eq!(code(&post(json!({"type": "manga", "id": "1"})).await), (400, "116"));
}

#[tokio::test]
async fn linkage_appears_only_when_included_and_in_the_fieldset() {
    let world = world().await;
    world.add(FINISHED, Status::Planned);
    let list = "/library-entries?filter[userId]=4242";
    let (_, plain) = world.get(list).await;
    let manga = &plain["data"][0]["relationships"]["manga"];
    assert!(manga["links"]["related"].is_string() && manga.get("data").is_none());
    assert!(plain.get("included").is_none());
    let (_, hidden) = world.get(&format!("{list}&include=manga&fields[libraryEntries]=status")).await;
    assert!(hidden["data"][0].get("relationships").is_none());
    let query =
        format!("{list}&include=manga,manga.mappings&fields[libraryEntries]=status,manga&fields[manga]=slug,mappings");
    let (_, whole) = world.get(&query).await;
    assert_eq!(whole["data"][0]["relationships"]["manga"]["data"], json!({"type": "manga", "id": "11"}));
    assert_eq!(whole["data"][0]["attributes"], json!({"status": "planned"}));
    let kinds: Vec<_> = whole["included"].as_array().unwrap().iter().map(|one| one["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["mappings", "mappings", "manga"]);
}

#[tokio::test]
async fn pages_link_each_other_absolutely_with_encoded_brackets_and_the_whole_query() {
    let world = world().await;
    for manga in [FINISHED, UNFINISHED, 14] {
        world.add(manga, Status::Planned);
    }
    let (_, first) =
        world.get("/library-entries?filter[userId]=4242&sort=-id&page[limit]=2&fields[libraryEntries]=status").await;
    let next = first["links"]["next"].as_str().unwrap();
    assert!(next.starts_with(&world.sim.kitsu.url()), "{next}");
    assert!(next.contains("page%5Boffset%5D=2") && next.contains("fields%5BlibraryEntries%5D=status"), "{next}");
    assert!(next.contains("sort=-id") && first["links"].get("prev").is_none());
    let (_, last) = world.get(next.strip_prefix(&world.sim.kitsu.url()).unwrap()).await;
    assert_eq!((last["data"].as_array().unwrap().len(), &last["meta"]["count"]), (1, &3.into()));
    assert!(last["links"].get("next").is_none() && last["links"]["prev"].is_string());
}

#[tokio::test]
async fn names_of_filters_may_be_in_either_spelling_and_their_values_are_csv() {
    let world = world().await;
    for manga in [FINISHED, UNFINISHED, 14] {
        world.add(manga, Status::Planned);
    }
    assert_eq!(world.listed("filter[manga_id]=11,14").await, [11, 14]);
    assert_eq!(world.listed("filter[mangaId]=11,14").await, [11, 14]);
    assert_eq!(world.listed("filter[mangaId]=11&filter[animeId]=_none").await, [11]);
}

#[tokio::test]
async fn an_unknown_address_is_404_with_a_number_as_status() {
    let world = world().await;
    let (status, body) = world.get("/library").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(body, json!({"errors": [{"status": 404, "title": "Route Not Found"}]}));
}
