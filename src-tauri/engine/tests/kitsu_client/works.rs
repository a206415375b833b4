use super::*;

#[tokio::test]
async fn a_look_tells_what_is_there_from_what_is_not() {
    let reader = Reader::with_entries(600).await;
    let (there, absent) = (reader.listed(450), reader.unlisted(false)[0]);
    assert!(reader.look(&there).await.iter().all(|found| *found == Some(true)));
    assert_eq!(reader.requests(), 3, "two hundred at once, and what is there proves whose it is");
    let adult = reader.unlisted(true)[0];
    assert_eq!(
        reader.look(&[absent, there[0], adult, 999_999_999]).await,
        [Some(false), Some(true), Some(false), Some(false)]
    );
    let word = reader.client.look(&reader.session(), &["word".into()]).await.unwrap();
    assert!(matches!(&word[..], [(_, None)]));
}

#[tokio::test]
async fn a_look_says_nothing_of_what_may_be_hidden() {
    let reader = Reader::with_entries(600).await;
    let (there, absent) = (reader.listed(2), reader.unlisted(false)[0]);
    reader.sim().set_manga(there[0], |manga| manga.adult = true);
    let adult = reader.unlisted(true)[0];
    reader.filter_on();
    assert_eq!(reader.look(&[there[0], absent, adult]).await, [None, Some(false), None]);
}

#[tokio::test]
async fn a_look_that_gets_no_answer_says_nothing_of_absence() {
    let reader = Reader::with_entries(20).await;
    reader.fault(FaultRule::always(Fault::Status(503)));
    let error = reader.client.look(&reader.session(), &["1".into()]).await.unwrap_err();
    assert!(matches!(error, ApiError::Http(_)), "{error}");
}

#[tokio::test]
async fn a_look_and_a_listing_say_the_same() {
    let reader = Reader::with_entries(60).await;
    let listing = reader.client.list(&reader.session()).await.unwrap();
    let ids: Vec<_> = listing.entries.iter().map(|e| e.work.id.clone()).collect();
    let seen = reader.client.look(&reader.session(), &ids).await.unwrap();
    assert_eq!(seen.into_iter().map(|(_, found)| found.unwrap()).collect::<Vec<_>>(), listing.entries);
}

#[tokio::test]
async fn a_work_is_read_with_its_entry_if_there_is_one() {
    let reader = Reader::with_entries(20).await;
    let work = |id: String| {
        let reader = &reader;
        async move { reader.client.work(&reader.session(), &id.as_str().into()).await.unwrap() }
    };
    let (there, absent) = (reader.listed(1)[0], reader.unlisted(false)[0]);
    assert_eq!(work(there.to_string()).await.unwrap().1.unwrap().fields, reader.fields(there));
    let (found, entry) = work(absent.to_string()).await.unwrap();
    assert_eq!((found.title, entry), (reader.sim().manga(absent).unwrap().romaji, None));
    assert!(!found.links.is_empty());
    assert!(work("999999999".into()).await.is_none());
    assert!(work("no-number".into()).await.is_none());
}

#[tokio::test]
async fn a_search_finds_by_title_whatever_marks_are_in_it() {
    let reader = Reader::with_entries(50).await;
    let manga = reader.unlisted(false)[0];
    reader.sim().set_manga(manga, |manga| manga.english = Some("Oh, my \"dear\", + 100% & more".into()));
    let search = |query: &str, limit| {
        let (reader, query) = (&reader, query.to_owned());
        async move { reader.client.search(None, &ApiClient::default(), &query, limit).await.unwrap() }
    };
    let hits = search("Oh, my \"dear\", + 100% & more", 20).await;
    assert!(hits.iter().any(|hit| hit.id.as_str() == manga.to_string()), "{hits:?}");
    assert!(search("no", 1).await.len() <= 1);
    assert!(search("a", 100).await.len() <= 20);
    let asked = reader.requests();
    assert!(search("  ", 20).await.is_empty() && search("x", 0).await.is_empty());
    assert_eq!(reader.requests(), asked);
}

#[tokio::test]
async fn ids_are_resolved_twenty_at_a_time_and_every_work_of_an_id_is_told() {
    let reader = Reader::with_entries(300).await;
    let works: Vec<_> = reader.world.sim.catalog.works().iter().filter(|w| w.myanimelist.is_some()).take(110).collect();
    let foreign: Vec<_> =
        works.iter().map(|w| (Provider::MyAnimeList, w.myanimelist.unwrap().to_string().as_str().into())).collect();
    let resolved = reader.client.resolve(Some(&reader.token), &foreign).await.unwrap();
    let asked: BTreeSet<_> = foreign.iter().map(|(_, id)| id).collect();
    assert_eq!(resolved.len(), asked.len());
    for answer in &resolved {
        let of_id = reader.world.sim.catalog.works().iter();
        let of_id = of_id.filter(|w| w.myanimelist.is_some_and(|id| id.to_string() == answer.foreign.1.as_str()));
        let expected: BTreeSet<_> = of_id.flat_map(|w| w.kitsu.iter().map(ToString::to_string)).collect();
        assert_eq!(answer.works.iter().map(ToString::to_string).collect::<BTreeSet<_>>(), expected);
    }
    assert!(resolved.iter().any(|r| r.works.is_empty()), "an unmapped id is an answer");
    assert_eq!(reader.requests(), asked.len().div_ceil(20));
}

#[tokio::test]
async fn more_mappings_than_a_page_holds_are_all_read_and_both_sites_asked() {
    let reader = Reader::with_entries(60).await;
    let manga = reader.unlisted(false);
    for (n, id) in manga[..30].iter().enumerate() {
        let site = if n < 27 { "anilist/manga" } else { "myanimelist/manga" };
        reader.sim().set_mappings(*id, &[(site, "77777777")]);
    }
    let foreign = [(Provider::AniList, "77777777".into()), (Provider::MyAnimeList, "77777777".into()), (P, "1".into())];
    let resolved = reader.client.resolve(None, &foreign).await.unwrap();
    let counts: Vec<_> = resolved.iter().map(|r| (r.foreign.0, r.works.len())).collect();
    assert_eq!(counts, [(Provider::AniList, 27), (Provider::MyAnimeList, 3)]);
}

#[tokio::test]
async fn of_an_id_whose_work_hides_nothing_is_said() {
    let reader = Reader::with_entries(60).await;
    let (adult, visible) = (reader.unlisted(true)[0], reader.unlisted(false)[0]);
    for (manga, id) in [(adult, "70000001"), (adult, "70000002"), (visible, "70000002"), (visible, "70000003")] {
        let mut mappings: Vec<_> = reader.sim().mappings(manga).into_iter().map(|m| (m.site, m.external_id)).collect();
        mappings.push(("anilist/manga".into(), id.into()));
        let mappings: Vec<_> = mappings.iter().map(|(site, id)| (site.as_str(), id.as_str())).collect();
        reader.sim().set_mappings(manga, &mappings);
    }
    let foreign: Vec<_> = (1..=3).map(|n| (Provider::AniList, format!("7000000{n}").as_str().into())).collect();
    let told = |token: Option<&Secret>| {
        let (reader, foreign, token) = (&reader, &foreign, token.cloned());
        async move { reader.client.resolve(token.as_ref(), foreign).await.unwrap().len() }
    };
    assert_eq!((told(None).await, told(Some(&reader.token)).await), (1, 3));
}

#[tokio::test]
async fn requests_are_counted_by_what_they_are_for() {
    let reader = Reader::with_entries(20).await;
    reader.client.list(&reader.session()).await.unwrap();
    reader.client.changed_since(&reader.session(), chrono::DateTime::UNIX_EPOCH).await.unwrap();
    reader.change(reader.listed(1)[0], notes("x")).await.unwrap();
    reader.create(reader.unlisted(false)[0], status(Status::Reading)).await.unwrap();
    for route in ["list", "changes", "save", "create"] {
        assert_eq!(reader.world.asked(P, route), 1, "{route}");
    }
}
