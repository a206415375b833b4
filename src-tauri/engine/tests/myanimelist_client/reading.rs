use super::*;

#[tokio::test]
async fn the_whole_list_is_read_each_entry_once_hidden_titles_included() {
    let reader = Reader::with_entries(300).await;
    let listing = reader.client.list(&reader.session()).await.unwrap();
    let stored = reader.sim().entries();
    assert!(listing.complete && listing.notices.is_empty());
    assert_eq!(listing.clock_ahead, Some(chrono::Duration::zero()));
    assert_eq!(ids(&listing), stored.keys().copied().collect::<Vec<_>>());
    for Listed { work, entry } in &listing.entries {
        let id: i64 = work.id.as_str().parse().unwrap();
        assert_eq!(entry.fields, expected(&stored[&id]), "entry {id}");
        assert_eq!((entry.updated_at, &entry.entry_id), (stored[&id].updated_at, &None));
        let title = reader.sim().title(id).unwrap();
        assert_eq!((&work.title, work.adult), (&title.title, title.nsfw == "black"));
        assert_eq!(work.totals.chapters, Some(title.num_chapters).filter(|n| *n > 0));
        assert_eq!(work.authors.len(), title.authors.len());
    }
    assert!(
        listing
            .entries
            .iter()
            .any(|e| reader.sim().title(e.work.id.as_str().parse().unwrap()).unwrap().nsfw != "white")
    );
}

#[tokio::test]
async fn a_list_of_ten_thousand_takes_at_most_eleven_requests() {
    let reader = Reader::with_entries(10_000).await;
    let listing = reader.client.list(&reader.session()).await.unwrap();
    assert_eq!(listing.entries.len(), reader.sim().entries().len());
    assert!(listing.entries.len() > 9_500, "{}", listing.entries.len());
    assert!(reader.requests() <= 11, "{}", reader.requests());
}

#[tokio::test]
async fn a_row_that_comes_again_on_the_next_page_is_taken_once() {
    let reader = Reader::with_entries(1_500).await;
    reader.sim().set_knobs(|knobs| knobs.pages = Odd::Repeat);
    let listing = reader.client.list(&reader.session()).await.unwrap();
    assert_eq!(ids(&listing), reader.sim().entries().into_keys().collect::<Vec<_>>());
    assert!(listing.complete);
}

#[tokio::test]
async fn a_list_is_read_through_every_fault_that_passes() {
    let reader = Reader::impatient(40).await;
    for fault in passing_faults() {
        reader.fault(FaultRule::once(fault.clone()));
        let listing = reader.client.list(&reader.session()).await.unwrap();
        assert_eq!(listing.entries.len(), reader.sim().entries().len(), "{fault:?}");
    }
}

#[tokio::test]
async fn a_page_that_keeps_failing_fails_the_whole_listing() {
    let reader = Reader::with_entries(1_500).await;
    for fault in [Fault::FailPage(2), Fault::Status(503), Fault::ResetAfter] {
        reader.fault(FaultRule::always(fault));
        reader.client.list(&reader.session()).await.unwrap_err();
        reader.sim().faults().clear();
    }
}

#[tokio::test]
async fn a_block_page_is_told_from_an_outage_and_nobody_knocks_again_for_a_while() {
    let reader = Reader::with_entries(10).await;
    reader.fault(FaultRule::always(Fault::Html(403)));
    let error = reader.client.list(&reader.session()).await.unwrap_err();
    assert!(matches!(error, ApiError::Http(HttpError::ShutOut { status: 403, .. })), "{error}");
    assert!(error.to_string().contains("KUROIBARA_USER_AGENT"), "what can be done is said: {error}");
    let error = reader.client.list(&reader.session()).await.unwrap_err();
    assert!(matches!(error, ApiError::Http(HttpError::Paused { .. })), "{error}");
    assert_eq!(reader.requests(), 1);
}

#[tokio::test]
async fn an_expired_token_is_told_from_every_other_failure() {
    let reader = Reader::with_entries(10).await;
    reader.sim().expire_tokens(READER);
    let session = reader.session();
    let (id, new) = (reader.listed(1)[0].to_string(), "1".into());
    let errors = [
        reader.client.who(&reader.tokens.access).await.unwrap_err(),
        reader.client.list(&session).await.unwrap_err(),
        reader.client.changed_since(&session, chrono::DateTime::UNIX_EPOCH).await.unwrap_err(),
        reader.client.look(&session, &[new]).await.unwrap_err(),
        reader
            .save_one(write(&id, None, Some(Fields::new()), one(Field::Chapters, Value::Count(1))))
            .await
            .unwrap_err(),
        reader
            .client
            .remove(&session, &[Removal { id: id.as_str().into(), entry_id: None }])
            .await
            .remove(0)
            .unwrap_err(),
    ];
    assert!(errors.iter().all(|e| matches!(e, ApiError::TokenExpired(P))), "{errors:?}");
}

#[tokio::test]
async fn nothing_new_takes_exactly_one_request() {
    let reader = Reader::with_entries(1_500).await;
    let newest = reader.sim().entries().values().map(|e| e.updated_at).max().unwrap();
    let listing = reader.client.changed_since(&reader.session(), newest + chrono::Duration::seconds(1)).await.unwrap();
    assert!(listing.entries.is_empty() && !listing.complete);
    assert_eq!(reader.requests(), 1);
}

#[tokio::test]
async fn what_changed_is_listed_newest_first_and_nothing_older() {
    let reader = Reader::with_entries(1_500).await;
    let changed = reader.listed(3);
    for (minutes, id) in [(10, changed[0]), (5, changed[1]), (1, changed[2])] {
        reader.world.sim.clock.advance(chrono::Duration::minutes(minutes));
        reader.sim().set_entry(id, |entry| entry.num_chapters_read += 1).unwrap();
    }
    let since = reader.sim().entry(changed[1]).unwrap().updated_at;
    let listing = reader.client.changed_since(&reader.session(), since).await.unwrap();
    let seen: Vec<_> = listing.entries.iter().map(|e| e.work.id.to_string()).collect();
    assert_eq!(seen, [changed[2].to_string(), changed[1].to_string()], "at `since` and after it, newest first");
    assert_eq!(reader.requests(), 1);
}

#[tokio::test]
async fn more_than_a_thousand_changes_take_a_second_request() {
    let reader = Reader::with_entries(1_500).await;
    let listing = reader.client.changed_since(&reader.session(), chrono::DateTime::UNIX_EPOCH).await.unwrap();
    assert_eq!((listing.entries.len(), reader.requests()), (reader.sim().entries().len(), 2));
}

#[tokio::test]
async fn an_empty_answer_by_mistake_is_passed_on_for_the_guard_to_judge() {
    let reader = Reader::with_entries(20).await;
    reader.fault(FaultRule::once(Fault::EmptyList));
    assert!(reader.client.list(&reader.session()).await.unwrap().entries.is_empty());
}

/// The client of a service that answers what it is told.
fn told(world: &World, script: &Script) -> MyAnimeList {
    let endpoints = MyAnimeListEndpoints { api: script.url.clone(), oauth: script.url.clone() };
    MyAnimeList::new(world.http.clone(), endpoints)
}

#[tokio::test]
async fn a_link_to_another_host_is_not_followed_and_a_token_goes_nowhere_else() {
    let world = World::with_entries(0).await;
    let elsewhere = Script::of(vec![r#"{"data":[]}"#.into()]).await;
    let row = r#"{"node":{"id":1,"title":"x"},"list_status":{"status":"reading"}}"#;
    let page = format!(r#"{{"data":[{row}],"paging":{{"next":"{}/next"}}}}"#, elsewhere.url);
    let script = Script::of(vec![page]).await;
    let token = Secret::new("token");
    let session = Session { token: &token, account_id: "1", volumes: false };
    let error = told(&world, &script).list(&session).await.unwrap_err();
    assert!(matches!(error, ApiError::Unreadable { .. }), "{error}");
    assert!(elsewhere.heard().is_empty());
}

#[tokio::test]
async fn pages_that_repeat_themselves_for_ever_come_to_an_end_and_prove_no_absence() {
    let world = World::with_entries(0).await;
    let row = r#"{"node":{"id":1,"title":"x"},"list_status":{"status":"reading"}}"#;
    let page = format!(r#"{{"data":[{row}],"paging":{{"next":"/api/again"}}}}"#);
    let script = Script::of(vec![page; 9]).await;
    let token = Secret::new("token");
    let session = Session { token: &token, account_id: "1", volumes: false };
    let listing = told(&world, &script).list(&session).await.unwrap();
    assert_eq!((listing.entries.len(), listing.complete, script.heard().len()), (1, false, 2));
}

#[tokio::test]
async fn an_entry_in_a_word_that_we_do_not_know_yet_is_neither_there_nor_absent() {
    let world = World::with_entries(0).await;
    let status = r#"{"status":"reading_backwards"}"#;
    let list = format!(r#"{{"data":[{{"node":{{"id":1,"title":"x"}},"list_status":{status}}}],"paging":{{}}}}"#);
    let manga = format!(r#"{{"id":1,"title":"x","my_list_status":{status}}}"#);
    let script = Script::of(vec![list, manga]).await;
    let token = Secret::new("token");
    let session = Session { token: &token, account_id: "1", volumes: false };
    let listing = told(&world, &script).list(&session).await.unwrap();
    assert!(listing.entries.is_empty() && !listing.complete);
    assert_eq!(told(&world, &script).look(&session, &["1".into()]).await.unwrap(), []);
}
