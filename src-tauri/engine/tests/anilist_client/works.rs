use std::collections::{BTreeMap, BTreeSet};

use kuroibara_core::{ExternalId, Provider};
use kuroibara_engine::providers::{ApiClient, ProviderClient, TitleKind};

use crate::Reader;

#[tokio::test]
async fn a_title_is_found_with_all_that_is_known_of_the_work() {
    let reader = Reader::with_entries(20).await;
    let work = reader.world.sim.catalog.works().iter().find(|w| w.anilist.is_some() && w.english.is_some()).unwrap();
    let found = reader.client.search(None, &ApiClient::default(), &work.romaji, 5).await.unwrap();
    let found = found.iter().find(|f| f.id.as_str() == work.anilist.unwrap().to_string()).unwrap();
    assert_eq!(found.title, work.romaji);
    assert!(found.titles.iter().any(|t| t.kind == TitleKind::English && Some(&t.text) == work.english.as_ref()));
    // The simulated service lists every other author as a translator.
    assert_eq!(found.authors, work.authors.iter().take(1).cloned().collect::<Vec<_>>());
    let mal = work.myanimelist.map(|id| (Provider::MyAnimeList, ExternalId(id.to_string())));
    assert_eq!(found.links, Vec::from_iter(mal));
    assert_eq!(found.totals.chapters, work.chapters_at_anilist());
    assert_eq!((found.year, found.adult), (work.year, work.adult));
    assert_eq!(reader.requests(), 1);
}

#[tokio::test]
async fn a_search_gives_no_more_than_asked_for_and_nothing_for_nothing() {
    let reader = Reader::with_entries(100).await;
    let app = ApiClient::default();
    assert!(reader.client.search(None, &app, "a", 3).await.unwrap().len() <= 3);
    assert_eq!(reader.client.search(None, &app, "no such title at all", 10).await.unwrap(), []);
    assert_eq!(reader.client.search(None, &app, "  ", 10).await.unwrap(), []);
}

#[tokio::test]
async fn one_work_comes_with_its_entry_by_one_request() {
    let reader = Reader::with_entries(5).await;
    let listed = reader.entries().remove(0);
    let id = |n: i64| ExternalId(n.to_string());
    let (work, entry) = reader.client.work(&reader.session(), &id(listed.media_id)).await.unwrap().unwrap();
    assert_eq!(work.id, id(listed.media_id));
    assert_eq!(entry.unwrap().entry_id.unwrap().as_str(), listed.id.to_string());
    assert_eq!(reader.requests(), 1);
    let (_, entry) = reader.client.work(&reader.session(), &id(reader.unlisted())).await.unwrap().unwrap();
    assert_eq!(entry, None);
    assert_eq!(reader.client.work(&reader.session(), &id(999_999_999)).await.unwrap(), None);
}

#[tokio::test]
async fn the_ids_of_ten_thousand_titles_come_by_five_requests_and_every_work_of_an_id_is_told() {
    let reader = Reader::with_entries(6_700).await;
    let mut works: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    for work in reader.world.sim.catalog.works() {
        let Some(mal) = work.myanimelist else { continue };
        works.entry(mal).or_default().extend(work.anilist.map(|id| id.to_string()));
    }
    let foreign = |id: i64| (Provider::MyAnimeList, ExternalId(id.to_string()));
    let mut asked: Vec<_> = works.keys().take(9_500).map(|id| foreign(*id)).collect();
    asked.extend([foreign(999_999_999), (Provider::Kitsu, "7".into()), foreign(999_999_998)]);
    let resolved = reader.client.resolve(None, &asked).await.unwrap();
    assert_eq!(resolved.len(), asked.len() - 1, "a pair that can't be looked up here is left out");
    for answer in &resolved {
        let mal: i64 = answer.foreign.1.as_str().parse().unwrap();
        let found: BTreeSet<String> = answer.works.iter().map(|id| id.0.clone()).collect();
        assert_eq!(found, works.get(&mal).cloned().unwrap_or_default(), "{mal}");
    }
    assert!(resolved.iter().any(|answer| answer.works.len() > 1), "the catalogue has works that AniList splits");
    assert!(reader.requests() <= 5, "{}", reader.requests());
}
