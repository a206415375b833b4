//! Section 6: manga, search and mappings.

use serde_json::{Value, json};

use crate::world::{ADULT, FINISHED, TWINS, world};

fn ids(body: &Value) -> Vec<i64> {
    body["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn manga_are_found_by_ids_and_slug_with_their_mappings() {
    let world = world().await;
    let (_, body) = world.get("/manga?filter[id]=12,11,99&include=mappings&page[limit]=20").await;
    assert_eq!(ids(&body), [11, 12]);
    assert_eq!(body["included"].as_array().unwrap().len(), 4);
    let attributes = &body["data"][0]["attributes"];
    assert_eq!(attributes["titles"], json!({"en": null, "en_jp": "Yoru no Umi", "ja_jp": "夜の海"}));
    assert_eq!([&attributes["chapterCount"], &attributes["volumeCount"]], [10, 2]);
    assert_eq!(body["data"][1]["attributes"]["chapterCount"], json!(null));
    let slug = attributes["slug"].as_str().unwrap();
    assert_eq!(ids(&world.get(&format!("/manga?filter[slug]={slug}")).await.1), [11]);
}

#[tokio::test]
async fn a_search_looks_at_every_title_and_the_closest_comes_first() {
    let world = world().await;
    for text in ["yoru no umi", "night sea", "夜の海"] {
        assert_eq!(ids(&world.get(&format!("/manga?filter[text]={text}")).await.1)[0], FINISHED, "{text}");
    }
    assert_eq!(ids(&world.get("/manga?filter[text]=no").await.1).len(), 5);
}

#[tokio::test]
async fn one_external_id_may_belong_to_several_manga() {
    let world = world().await;
    let path =
        "/mappings?filter[externalSite]=anilist/manga&filter[externalId]=30110,30140&include=item&fields[manga]=slug";
    let (_, body) = world.get(path).await;
    let items = body["data"].as_array().unwrap().iter().map(|one| one["relationships"]["item"]["data"]["id"].clone());
    assert_eq!(items.collect::<Vec<_>>(), ["11", "14", "15"]);
    assert_eq!(body["data"][0]["attributes"]["externalId"], "30110", "ids elsewhere are text");
    assert_eq!(TWINS, [14, 15]);
}

#[tokio::test]
async fn a_mapping_to_a_hidden_manga_leads_nowhere() {
    let world = world().await;
    world.sim.kitsu.set_user(4242, |user| user.sfw_filter = true);
    let (_, body) =
        world.get("/mappings?filter[externalSite]=myanimelist/manga&filter[externalId]=130&include=item").await;
    assert_eq!(body["data"][0]["relationships"]["item"]["data"], json!(null));
    assert_eq!(world.get(&format!("/manga/{ADULT}/mappings")).await.0, 404);
}

#[tokio::test]
async fn without_an_include_a_mapping_does_not_say_whose_it_is() {
    let world = world().await;
    let (_, body) = world.get("/mappings?filter[externalSite]=anilist/manga&filter[externalId]=30110").await;
    assert!(body["data"][0]["relationships"]["item"].get("data").is_none());
}

#[tokio::test]
async fn the_mappings_of_a_manga_are_listed_and_can_be_changed_from_outside() {
    let world = world().await;
    let sites = |body: &Value| -> Vec<String> {
        let mappings = body["data"].as_array().unwrap().iter();
        mappings.map(|one| one["attributes"]["externalSite"].as_str().unwrap().to_owned()).collect()
    };
    let path = format!("/manga/{FINISHED}/mappings");
    assert_eq!(sites(&world.get(&path).await.1), ["myanimelist/manga", "anilist/manga"]);
    world.sim.kitsu.set_mappings(FINISHED, &[("mangaupdates", "7")]);
    assert_eq!(sites(&world.get(&path).await.1), ["mangaupdates"]);
}
