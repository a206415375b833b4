//! Sections 5.4, 5.5 and 5.8: creating, changing and removing entries.

use kuroibara_sim::kitsu::Status;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::world::{FINISHED, JSON_API, SECOND, UNFINISHED, answer, code, world};

#[tokio::test]
async fn a_create_answers_the_whole_entry_and_where_it_is() {
    let world = world().await;
    let relationships = json!({
        "user": {"data": {"type": "users", "id": 4242}},
        "media": {"data": {"type": "manga", "id": FINISHED}},
    });
    let attributes = json!({"status": "current", "progress": 3, "ratingTwenty": 16});
    let body = json!({"data": {"type": "library-entries", "attributes": attributes, "relationships": relationships}});
    let sent = world.request(Method::POST, "/library-entries").header("content-type", JSON_API);
    let created = sent.body(body.to_string()).send().await.unwrap();
    assert_eq!(created.status(), StatusCode::CREATED);
    let entry = world.sim.kitsu.entry(FINISHED).unwrap();
    let location = format!("{}/library-entries/{}", world.sim.kitsu.url(), entry.id);
    assert_eq!(created.headers()["location"], location.as_str());
    let data = created.json::<serde_json::Value>().await.unwrap()["data"].clone();
    assert_eq!(data["links"]["self"], location.as_str());
    assert_eq!(
        data["attributes"],
        json!({
            "createdAt": "2026-01-01T00:00:00.789Z", "updatedAt": "2026-01-01T00:00:00.789Z",
            "status": "current", "progress": 3, "volumesOwned": 0, "reconsuming": false, "reconsumeCount": 0,
            "notes": null, "private": false, "reactionSkipped": "unskipped",
            "progressedAt": "2026-01-01T00:00:00.789Z", "startedAt": "2026-01-01T00:00:00.789Z", "finishedAt": null,
            "rating": "4.0", "ratingTwenty": 16,
        })
    );
    assert_eq!(world.sim.kitsu.writes(), 1);
}

#[tokio::test]
async fn a_create_for_nobody_or_somebody_else_is_forbidden_before_it_is_validated() {
    let world = world().await;
    for user in [json!(null), json!({"type": "users", "id": SECOND.to_string()})] {
        let body = json!({"data": {"type": "libraryEntries", "relationships": {"user": {"data": user}}}});
        let refused = world.send(Method::POST, "/library-entries", &body).await;
        assert_eq!(code(&refused), (403, "403"));
        assert_eq!(refused.1["errors"][0]["title"], "Create Forbidden");
    }
}

#[tokio::test]
async fn a_status_has_no_default_and_an_unknown_manga_is_invalid() {
    let world = world().await;
    let blank = world.create(FINISHED, json!({"progress": 1})).await;
    assert_eq!(code(&blank), (422, "100"));
    assert_eq!(blank.1["errors"][0]["source"]["pointer"], "/data/attributes/status");
    let unknown = world.create(999, json!({"status": "planned"})).await;
    assert_eq!(
        (code(&unknown).0, &unknown.1["errors"][0]["source"]["pointer"]),
        (422, &"/data/relationships/media".into())
    );
}

#[tokio::test]
async fn a_duplicate_is_refused_as_documented() {
    let world = world().await;
    world.add(FINISHED, Status::Planned);
    let (status, body) = world.create(FINISHED, json!({"status": "current"})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        body,
        json!({"errors": [{
            "title": "has already been taken", "detail": "mangaId - has already been taken", "code": "100",
            "source": {"pointer": "/data/attributes/mangaId"}, "status": "422",
        }]})
    );
}

#[tokio::test]
async fn null_clears_and_what_is_not_sent_stays() {
    let world = world().await;
    let (_, created) = world
        .create(UNFINISHED, json!({"status": "planned", "notes": "x", "ratingTwenty": 7, "startedAt": "2024-02-29"}))
        .await;
    assert_eq!(created["data"]["attributes"]["startedAt"], "2024-02-29T00:00:00.000Z");
    let id = world.sim.kitsu.entry(UNFINISHED).unwrap().id;
    let (_, patched) = world.patch(id, json!({"ratingTwenty": null, "startedAt": null})).await;
    let attributes = &patched["data"]["attributes"];
    assert_eq!([&attributes["ratingTwenty"], &attributes["startedAt"]], [&json!(null); 2]);
    assert_eq!((&attributes["notes"], &attributes["rating"]), (&"x".into(), &"0.0".into()));
}

#[tokio::test]
async fn the_deprecated_rating_is_four_times_as_fine() {
    let world = world().await;
    let id = world.add(UNFINISHED, Status::Planned).id;
    assert_eq!(world.patch(id, json!({"rating": "3.5"})).await.1["data"]["attributes"]["ratingTwenty"], 14);
    assert_eq!(world.patch(id, json!({"rating": null})).await.1["data"]["attributes"]["ratingTwenty"], 14);
    let (_, odd) = world.patch(id, json!({"ratingTwenty": 19})).await;
    assert_eq!(odd["data"]["attributes"]["rating"], "4.5");
}

#[tokio::test]
async fn a_removal_is_204_and_a_second_one_404() {
    let world = world().await;
    let path = format!("/library-entries/{}", world.add(FINISHED, Status::Planned).id);
    assert_eq!(world.get(&path).await.0, StatusCode::OK);
    assert_eq!(world.request(Method::DELETE, &path).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(answer(world.request(Method::DELETE, &path)).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_anonymous_write_is_forbidden() {
    let world = world().await;
    let id = world.add(FINISHED, Status::Planned).id;
    let removal = answer(world.anonymous(Method::DELETE, &format!("/library-entries/{id}"))).await;
    assert_eq!((code(&removal), &removal.1["errors"][0]["title"]), ((403, "403"), &"Destroy Forbidden".into()));
}

#[tokio::test]
async fn a_bulk_change_takes_only_the_status_and_shows_what_it_could_not_store() {
    let world = world().await;
    let ids = [FINISHED, UNFINISHED].map(|manga| world.add(manga, Status::Planned).id);
    world.sim.kitsu.set_entry(UNFINISHED, |entry| (entry.status, entry.progress) = (Status::Current, 30)).unwrap();
    world.sim.kitsu.set_manga(UNFINISHED, |manga| manga.chapter_count = Some(20));
    let path = format!("/library-entries/_bulk?filter[id]={},{},77", ids[0], ids[1]);
    let body = json!({"data": {"attributes": {"status": "dropped", "progress": 5}}});
    let (status, answered) = world.send(Method::PATCH, &path, &body).await;
    assert_eq!((status, answered["data"].as_array().unwrap().len()), (StatusCode::OK, 2));
    assert_eq!(answered["data"][1]["attributes"]["status"], "dropped");
    let stored = [FINISHED, UNFINISHED].map(|manga| world.sim.kitsu.entry(manga).unwrap());
    assert_eq!(stored.map(|entry| (entry.status, entry.progress)), [(Status::Dropped, 0), (Status::Current, 30)]);
}

#[tokio::test]
async fn a_bulk_call_with_somebody_elses_entry_is_refused_as_a_whole() {
    let world = world().await;
    let own = world.add(FINISHED, Status::Planned).id;
    let foreign = world.sim.kitsu.list_of(SECOND).set_entry(FINISHED, |_| {}).unwrap().id;
    let remove =
        |ids: String| answer(world.request(Method::DELETE, &format!("/library-entries/_bulk?filter[id]={ids}")));
    let refused = remove(format!("{own},{foreign}")).await;
    assert_eq!(refused, (StatusCode::UNAUTHORIZED, json!({"errors": [{"status": 401, "detail": "Not permitted"}]})));
    assert_eq!(remove(own.to_string()).await.0, StatusCode::NO_CONTENT);
    assert_eq!(world.sim.kitsu.entry(FINISHED), None);
}

#[tokio::test]
async fn the_control_interface_acts_as_the_reader_at_the_website() {
    let world = world().await;
    let base = world.sim.kitsu.url().replace("/api/edge", "/_control");
    let edit = |fields| answer(world.client.patch(format!("{base}/entries/{FINISHED}")).json(&fields));
    assert_eq!(edit(json!({"status": "completed"})).await.1["progress"], 10);
    assert_eq!(edit(json!({"progress": 11})).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let total = world.client.patch(format!("{base}/manga/{FINISHED}")).json(&json!({"chapters": null}));
    assert_eq!(total.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(world.sim.kitsu.manga(FINISHED).unwrap().chapter_count, None);
    let filter = world.client.patch(format!("{base}/user")).json(&json!({"sfw_filter": true}));
    filter.send().await.unwrap();
    let (_, me) = world.get("/users?filter[self]=true").await;
    assert_eq!(me["data"][0]["attributes"]["sfwFilter"], true);
    let (_, list) = answer(world.client.get(format!("{base}/list"))).await;
    assert_eq!(list["11"]["status"], "completed");
    world.client.delete(format!("{base}/entries/{FINISHED}")).send().await.unwrap();
    assert!(world.sim.kitsu.entries().is_empty());
    world.client.post(format!("{base}/revoke")).send().await.unwrap();
    assert_eq!(world.get("/users").await.0, StatusCode::UNAUTHORIZED);
    assert!(world.sim.kitsu.requests().iter().all(|request| !request.path.contains("_control")));
}
