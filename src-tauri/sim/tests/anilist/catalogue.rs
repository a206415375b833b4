//! Finding media: by id, by MyAnimeList id, by title (section 10).

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{World, world};

async fn media(world: &World, filter: &str) -> Vec<i64> {
    let data = world.data(&format!("{{ Page(perPage: 50) {{ media({filter}) {{ id }} }} }}")).await;
    data["Page"]["media"].as_array().unwrap().iter().map(|media| media["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn many_ids_are_looked_up_at_once_and_unknown_ones_are_left_out() {
    let world = world().await;
    assert_eq!(media(&world, "id_in: [7, 3, 99999], type: MANGA").await, [3, 7]);
    assert_eq!(media(&world, "idMal_in: [1002, 1001, 5], type: MANGA").await, [1, 2]);
}

#[tokio::test]
async fn one_mal_id_may_belong_to_two_media() {
    let world = world().await;
    assert_eq!(media(&world, "idMal_in: [1003], type: MANGA").await, [3, 4]);
    assert_eq!(media(&world, "idMal: 1003, format_not_in: [NOVEL]").await, [4]);
    assert_eq!(
        world.data("{ Media(id: 5) { idMal isAdult } }").await["Media"],
        json!({"idMal": null, "isAdult": true})
    );
}

#[tokio::test]
async fn nothing_here_is_an_anime() {
    let world = world().await;
    assert_eq!(media(&world, "idMal_in: [1001], type: ANIME").await, [] as [i64; 0]);
}

#[tokio::test]
async fn a_search_meets_every_title_and_puts_the_best_match_first() {
    let world = world().await;
    assert_eq!(media(&world, "search: \"kuroi ibara\", type: MANGA").await, [4]);
    assert_eq!(media(&world, "search: \"海の星\"").await, [2]);
    assert_eq!(media(&world, "search: \"Umi no Hoshi 12\", sort: [SEARCH_MATCH]").await[..2], [12, 120]);
    assert_eq!(media(&world, "search: \"hoshi umi 77\"").await, [77]);
}

#[tokio::test]
async fn an_empty_search_is_an_empty_page_but_404_for_one_medium() {
    let world = world().await;
    assert_eq!(media(&world, "search: \"nothing like it\"").await, [] as [i64; 0]);
    let answer = world.ask("{ Media(search: \"nothing like it\") { id } }", Value::Null).await;
    assert_eq!((answer.status, &answer.body["data"]), (StatusCode::NOT_FOUND, &json!({"Media": null})));
}

#[tokio::test]
async fn totals_are_unknown_until_the_work_is_finished() {
    let world = world().await;
    let data =
        world.data("{ a: Media(id: 1) { status chapters volumes } b: Media(id: 2) { status chapters volumes } }").await;
    assert_eq!(data["a"], json!({"status": "FINISHED", "chapters": 50, "volumes": 6}));
    assert_eq!(data["b"], json!({"status": "RELEASING", "chapters": null, "volumes": null}));
}

#[tokio::test]
async fn a_medium_tells_titles_staff_start_and_cover() {
    let world = world().await;
    let query = "{ Media(id: 2) { title { romaji english native } synonyms format type startDate { year } siteUrl coverImage { large } staff { edges { role node { name { full } } } } } }";
    let media = world.data(query).await["Media"].clone();
    assert_eq!(media["title"], json!({"romaji": "Umi no Hoshi 2", "english": "Star of the Sea", "native": "海の星"}));
    assert_eq!(media["staff"]["edges"][0], json!({"role": "Story & Art", "node": {"name": {"full": "Emi Aoki"}}}));
    assert_eq!((&media["format"], &media["startDate"]["year"]), (&json!("MANGA"), &json!(2000)));
    let cover = world.http.get(media["coverImage"]["large"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(cover.headers()["content-type"], "image/png");
}

#[tokio::test]
async fn staff_can_be_asked_for_in_part() {
    let world = world().await;
    let query = |page: i64| {
        format!("{{ Media(id: 1) {{ staff(page: {page}, perPage: 1, sort: [RELEVANCE]) {{ edges {{ role }} }} }} }}")
    };
    assert_eq!(world.data(&query(1)).await["Media"]["staff"]["edges"], json!([{"role": "Story & Art"}]));
    assert_eq!(world.data(&query(2)).await["Media"]["staff"]["edges"], json!([]));
}

#[tokio::test]
async fn a_page_holds_50_of_the_rows_that_many_ids_give() {
    let world = world().await;
    let ids: Vec<_> = (1001..=1120).collect();
    let query = format!("{{ Page(perPage: 120) {{ pageInfo {{ hasNextPage }} media(idMal_in: {ids:?}) {{ id }} }} }}");
    let page = world.data(&query).await["Page"].clone();
    assert_eq!((page["media"].as_array().unwrap().len(), &page["pageInfo"]["hasNextPage"]), (50, &json!(true)));
}
