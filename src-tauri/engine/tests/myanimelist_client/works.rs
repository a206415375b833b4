use super::*;

#[tokio::test]
async fn a_look_tells_what_is_there_from_what_is_not() {
    let reader = Reader::with_entries(20).await;
    let (there, absent) = (reader.listed(1)[0], reader.unlisted());
    let asked = [there.to_string(), absent.to_string(), "999999999".into(), "no-number".into()];
    let asked = asked.map(|id| id.as_str().into());
    let seen = reader.client.look(&reader.session(), &asked).await.unwrap();
    assert_eq!(seen.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>(), asked);
    assert_eq!(seen[0].1.as_ref().unwrap().entry.fields, expected(&reader.sim().entry(there).unwrap()));
    assert!(seen[1..].iter().all(|(_, found)| found.is_none()));
}

#[tokio::test]
async fn a_look_that_gets_no_answer_says_nothing_of_absence() {
    let reader = Reader::with_entries(20).await;
    reader.fault(FaultRule::always(Fault::Status(503)).on("/v2/manga/"));
    let asked = reader.listed(2).into_iter().map(|id| id.to_string().as_str().into()).collect::<Vec<_>>();
    reader.client.look(&reader.session(), &asked).await.unwrap_err();
}

#[tokio::test]
async fn a_look_and_a_listing_say_the_same() {
    let reader = Reader::with_entries(30).await;
    let listing = reader.client.list(&reader.session()).await.unwrap();
    for listed in listing.entries {
        let id = listed.work.id.as_str().parse().unwrap();
        assert_eq!(reader.look_one(id).await, Some(listed));
    }
}

#[tokio::test]
async fn a_work_is_read_with_its_entry_if_there_is_one() {
    let reader = Reader::with_entries(20).await;
    let (there, absent) = (reader.listed(1)[0].to_string(), reader.unlisted().to_string());
    let work = |id: String| {
        let reader = &reader;
        async move { reader.client.work(&reader.session(), &id.as_str().into()).await.unwrap() }
    };
    assert!(work(there).await.unwrap().1.is_some());
    assert!(work(absent).await.unwrap().1.is_none());
    assert!(work("999999999".into()).await.is_none());
}

#[tokio::test]
async fn a_search_finds_hidden_titles_and_needs_a_token_or_a_client_id() {
    let reader = Reader::with_entries(50).await;
    let works = reader.world.sim.catalog.works();
    let adult = works.iter().find(|w| w.adult && w.myanimelist.is_some()).unwrap();
    let (app, token) = (web(&reader.world), Some(&reader.tokens.access));
    for (token, app) in [(token, ApiClient::default()), (None, app)] {
        let hits = reader.client.search(token, &app, &adult.romaji, 20).await.unwrap();
        assert!(hits.iter().any(|hit| hit.id.as_str() == adult.myanimelist.unwrap().to_string()));
    }
    let error = reader.client.search(None, &ApiClient::default(), &adult.romaji, 20).await.unwrap_err();
    assert!(matches!(error, ApiError::Refused { .. }), "{error}");
}

#[tokio::test]
async fn a_query_is_cut_to_what_is_taken_and_a_short_one_refused_unasked() {
    let reader = Reader::with_entries(50).await;
    let app = web(&reader.world);
    let search = |query: String, limit| {
        let (reader, app) = (&reader, &app);
        async move { reader.client.search(Some(&reader.tokens.access), app, &query, limit).await }
    };
    search("図書館".into(), 20).await.unwrap();
    search("long ".repeat(500), 20).await.unwrap();
    assert_eq!(
        search("the".into(), 1_000).await.unwrap().len().min(101),
        search("the".into(), 100).await.unwrap().len()
    );
    assert!(search("the".into(), 0).await.unwrap().is_empty());
    let asked = reader.requests();
    for short in ["", "  ", "ab", " 進 "] {
        assert!(matches!(search(short.into(), 20).await, Err(ApiError::Refused { .. })), "{short:?}");
    }
    assert_eq!(reader.requests(), asked);
}

#[tokio::test]
async fn requests_are_counted_by_what_they_are_for() {
    let reader = Reader::with_entries(20).await;
    reader.client.list(&reader.session()).await.unwrap();
    reader.client.changed_since(&reader.session(), chrono::DateTime::UNIX_EPOCH).await.unwrap();
    for route in ["token", "list", "changes"] {
        assert_eq!(reader.world.asked(P, route), 1, "{route}");
    }
}
