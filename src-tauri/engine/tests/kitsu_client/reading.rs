use super::*;

#[tokio::test]
async fn the_whole_list_is_read_each_entry_once_private_and_adult_ones_included() {
    let reader = Reader::with_entries(600).await;
    let listing = reader.client.list(&reader.session()).await.unwrap();
    let stored = reader.sim().entries();
    assert!(listing.complete && listing.notices.is_empty());
    assert_eq!((listing.total, listing.clock_ahead), (Some(stored.len() as u32), Some(Duration::zero())));
    assert_eq!(ids(&listing), stored.keys().copied().collect::<Vec<_>>());
    for Listed { work, entry } in &listing.entries {
        let id: i64 = work.id.as_str().parse().unwrap();
        assert_eq!(entry.fields, expected(&stored[&id]), "entry of {id}");
        assert_eq!(entry.entry_id, Some(EntryId(stored[&id].id.to_string())));
        assert_eq!(entry.updated_at, stored[&id].updated_at);
        let manga = reader.sim().manga(id).unwrap();
        assert_eq!((&work.title, work.adult, work.totals.chapters), (&manga.romaji, manga.adult, manga.chapter_count));
        let links: BTreeSet<_> = work.links.iter().map(|(_, id)| id.to_string()).collect();
        assert_eq!(links, reader.sim().mappings(id).into_iter().map(|m| m.external_id).collect());
    }
    assert!(listing.entries.iter().any(|e| e.work.adult));
    assert!(listing.entries.iter().any(|e| e.entry.fields.get(Field::Private) == Some(&Value::Flag(true))));
}

#[tokio::test]
async fn a_list_of_ten_thousand_takes_at_most_twenty_one_requests() {
    let reader = Reader::with_entries(10_000).await;
    let listing = reader.client.list(&reader.session()).await.unwrap();
    assert!(listing.complete);
    assert_eq!(listing.entries.len(), reader.sim().entries().len());
    assert!(listing.entries.len() > 9_000, "{}", listing.entries.len());
    assert!(reader.requests() <= 21, "{}", reader.requests());
}

#[tokio::test]
async fn an_empty_list_is_complete_when_the_account_has_said_that_it_is_its_own() {
    let reader = Reader::with_entries(0).await;
    let listing = reader.client.list(&reader.session()).await.unwrap();
    assert!(listing.entries.is_empty() && listing.complete);
    assert_eq!(reader.asked(), [format!("GET {ENTRIES}"), "GET /api/edge/users".into()]);
}

#[tokio::test]
async fn a_list_is_read_through_every_fault_that_passes() {
    let reader = Reader::impatient(40).await;
    for fault in passing_faults() {
        reader.fault(FaultRule::once(fault.clone()));
        let listing = reader.client.list(&reader.session()).await.unwrap();
        assert_eq!(listing.entries.len(), reader.sim().entries().len(), "{fault:?}");
        assert!(listing.complete);
    }
}

#[tokio::test]
async fn where_manga_can_not_be_included_they_come_by_another_way_with_their_links() {
    let reader = Reader::with_entries(600).await;
    let usual = reader.client.list(&reader.session()).await.unwrap();
    reader.sim().set_knobs(|knobs| knobs.include_manga = IncludeManga::Fails);
    let other = reader.client.list(&reader.session()).await.unwrap();
    assert_eq!(usual.entries, other.entries);
    assert!(other.complete);
}

#[tokio::test]
async fn after_a_page_that_is_too_much_fewer_rows_are_asked_for_and_none_is_missed() {
    let reader = Reader::with_entries(700).await;
    reader.fault(FaultRule::once(Fault::Status(504)).times(4).after(1));
    let listing = reader.client.list(&reader.session()).await.unwrap();
    assert_eq!(ids(&listing), reader.sim().entries().into_keys().collect::<Vec<_>>());
    assert!(listing.complete);
    let requests = reader.sim().requests();
    assert!(requests.last().unwrap().path.contains("page%5Blimit%5D=200"), "{}", requests.last().unwrap().path);
}

#[tokio::test]
async fn even_without_any_other_way_the_links_are_asked_for_by_manga() {
    let reader = Reader::with_entries(45).await;
    let usual = reader.client.list(&reader.session()).await.unwrap();
    reader.sim().reset_counters();
    // Four attempts each at two ways to the mappings.
    reader.fault(FaultRule::once(Fault::Status(500)).on(ENTRIES).times(8));
    let bare = reader.client.list(&reader.session()).await.unwrap();
    assert_eq!(usual.entries, bare.entries);
    let by_manga = reader.asked().iter().filter(|asked| *asked == "GET /api/edge/manga").count();
    assert_eq!(by_manga, usual.entries.len().div_ceil(20));
}

#[tokio::test]
async fn a_page_that_keeps_failing_fails_the_whole_listing() {
    let reader = Reader::with_entries(700).await;
    for fault in [Fault::Status(500), Fault::Status(503), Fault::ResetBefore, Fault::Truncated, Fault::Html(403)] {
        reader.fault(FaultRule::always(fault).after(1));
        reader.client.list(&reader.session()).await.unwrap_err();
        reader.sim().faults().clear();
        reader.world.pass_pauses();
    }
}

#[tokio::test]
async fn an_unknown_token_never_passes_for_a_reader_with_a_smaller_list() {
    let reader = Reader::with_entries(60).await;
    let session = reader.session();
    let private = reader.listed(1)[0];
    reader.sim().set_entry(private, |entry| entry.private = true).unwrap();
    reader.sim().forget_tokens(READER);
    let (absent, public) = (reader.unlisted(false)[0], reader.listed(2)[1]);
    let id = |manga: i64| manga.to_string().as_str().into();
    let errors = [
        reader.client.who(&reader.token).await.unwrap_err(),
        reader.client.list(&session).await.unwrap_err(),
        reader.client.changed_since(&session, chrono::DateTime::UNIX_EPOCH).await.unwrap_err(),
        reader.client.look(&session, &[id(private)]).await.unwrap_err(),
        reader.client.look(&session, &[id(absent), id(public)]).await.unwrap_err(),
        reader.client.work(&session, &id(absent)).await.unwrap_err(),
        reader.change(public, chapters(1)).await.unwrap_err(),
        reader.change(private, chapters(1)).await.unwrap_err(),
        reader.create(absent, status(Status::Reading)).await.unwrap_err(),
        reader.remove_one(public, reader.sim().entry(public).map(|e| e.id)).await.unwrap_err(),
        reader.remove_one(private, reader.sim().entry(private).map(|e| e.id)).await.unwrap_err(),
        reader.remove_one(private, None).await.unwrap_err(),
    ];
    assert!(errors.iter().all(|e| matches!(e, ApiError::TokenExpired(P))), "{errors:?}");
    assert_eq!(reader.sim().writes(), 0);
}

#[tokio::test]
async fn an_empty_list_of_an_unknown_token_is_no_list() {
    let reader = Reader::with_entries(0).await;
    reader.sim().forget_tokens(READER);
    let error = reader.client.list(&reader.session()).await.unwrap_err();
    assert!(matches!(error, ApiError::TokenExpired(P)), "{error}");
}

#[tokio::test]
async fn a_token_of_another_account_reads_no_list_of_this_one() {
    let mut reader = Reader::with_entries(60).await;
    reader.token = Secret::new(reader.sim().token(4343));
    let error = reader.client.list(&reader.session()).await.unwrap_err();
    assert!(matches!(error, ApiError::SignInAgain(P)), "{error}");
}

#[tokio::test]
async fn an_expired_token_is_told_from_every_other_failure() {
    let reader = Reader::with_entries(20).await;
    let (session, manga) = (reader.session(), reader.listed(1)[0]);
    reader.sim().expire_tokens(READER);
    let errors = [
        reader.client.who(&reader.token).await.unwrap_err(),
        reader.client.list(&session).await.unwrap_err(),
        reader.client.changed_since(&session, chrono::DateTime::UNIX_EPOCH).await.unwrap_err(),
        reader.client.look(&session, &["1".into()]).await.unwrap_err(),
        reader.change(manga, chapters(1)).await.unwrap_err(),
        reader.create(reader.unlisted(false)[0], status(Status::Reading)).await.unwrap_err(),
        reader.remove_one(manga, Some(9001)).await.unwrap_err(),
        reader.client.search(Some(&reader.token), &ApiClient::default(), "one", 5).await.unwrap_err(),
        reader.client.resolve(Some(&reader.token), &[(Provider::AniList, "1".into())]).await.unwrap_err(),
    ];
    assert!(errors.iter().all(|e| matches!(e, ApiError::TokenExpired(P))), "{errors:?}");
}

#[tokio::test]
async fn nothing_new_takes_exactly_one_request() {
    let reader = Reader::with_entries(700).await;
    let newest = reader.sim().entries().values().map(|e| e.updated_at).max().unwrap();
    let later = newest + Duration::milliseconds(1);
    let listing = reader.client.changed_since(&reader.session(), later).await.unwrap();
    assert!(listing.entries.is_empty() && !listing.complete);
    assert_eq!(reader.requests(), 1);
    let again = reader.client.changed_since(&reader.session(), newest).await.unwrap();
    assert_eq!(again.entries.len(), 1, "what was saved just then comes again");
    assert_eq!(reader.requests(), 2, "and shows by itself whose it is");
}

#[tokio::test]
async fn what_changed_is_listed_newest_first_and_nothing_older() {
    let reader = Reader::with_entries(700).await;
    let changed = reader.listed(3);
    for (minutes, manga) in [(10, changed[2]), (5, changed[0]), (1, changed[1])] {
        reader.world.sim.clock.advance(Duration::minutes(minutes));
        reader.sim().set_entry(manga, |entry| entry.notes = Some("changed".into())).unwrap();
    }
    let since = reader.sim().entry(changed[0]).unwrap().updated_at;
    let listing = reader.client.changed_since(&reader.session(), since).await.unwrap();
    let seen: Vec<_> = listing.entries.iter().map(|e| e.work.id.to_string()).collect();
    assert_eq!(seen, [changed[1].to_string(), changed[0].to_string()]);
    assert_eq!((reader.requests(), listing.total), (1, None));
}

#[tokio::test]
async fn an_empty_answer_by_mistake_is_passed_on_for_the_guard_to_judge() {
    let reader = Reader::with_entries(20).await;
    reader.fault(FaultRule::once(Fault::EmptyList));
    assert!(reader.client.list(&reader.session()).await.unwrap().entries.is_empty());
}

/// A page of a library of `count`, with a further one or without.
fn page(entries: &[(i64, &str)], count: u32, more: bool) -> String {
    let entry = |(id, status): &(i64, &str)| {
        serde_json::json!({
            "type": "libraryEntries", "id": id.to_string(), "attributes": {"status": status, "progress": 1},
            "relationships": {"manga": {"data": {"type": "manga", "id": id.to_string()}}},
        })
    };
    let manga = |(id, _): &(i64, &str)| serde_json::json!({"type": "manga", "id": id.to_string(), "attributes": {"canonicalTitle": "x"}});
    let owner = serde_json::json!({"type": "users", "id": "4242", "attributes": {"sfwFilter": false}});
    let included: Vec<_> = entries.iter().map(manga).chain([owner]).collect();
    let links = if more { serde_json::json!({"next": "https://elsewhere.example/"}) } else { serde_json::json!({}) };
    let data: Vec<_> = entries.iter().map(entry).collect();
    serde_json::json!({"data": data, "included": included, "meta": {"count": count}, "links": links}).to_string()
}

/// The client of a service that answers what it is told.
fn told(world: &World, script: &Script) -> Kitsu {
    Kitsu::new(world.http.clone(), KitsuEndpoints { api: script.url.clone(), oauth: script.url.clone() })
}

#[tokio::test]
async fn a_list_that_changed_between_two_pages_proves_no_absence() {
    let reader = Reader::with_entries(0).await;
    for (second, whole) in [(2, true), (1, false), (3, false)] {
        let script = Script::of(vec![page(&[(1, "current")], 2, true), page(&[(2, "current")], second, false)]).await;
        let listing = told(&reader.world, &script).list(&reader.session()).await.unwrap();
        assert_eq!((ids(&listing), listing.complete), (vec![1, 2], whole));
    }
}

#[tokio::test]
async fn changes_whose_pages_moved_are_read_again_since_the_cursor_goes_past_them() {
    let reader = Reader::with_entries(0).await;
    let moved = [page(&[(1, "current")], 3, true), page(&[(3, "current")], 2, false)];
    let still = [page(&[(2, "current")], 2, true), page(&[(3, "current")], 2, false)];
    let script = Script::of([moved, still].concat()).await;
    let since = chrono::DateTime::UNIX_EPOCH;
    let listing = told(&reader.world, &script).changed_since(&reader.session(), since).await.unwrap();
    assert_eq!(ids(&listing), [2, 3]);
}

#[tokio::test]
async fn an_entry_in_a_word_that_we_do_not_know_yet_is_neither_there_nor_absent() {
    let reader = Reader::with_entries(0).await;
    let strange = || page(&[(1, "reading_backwards"), (2, "current")], 2, false);
    let script = Script::of(vec![strange(), strange()]).await;
    let listing = told(&reader.world, &script).list(&reader.session()).await.unwrap();
    assert_eq!((ids(&listing), listing.complete), (vec![2], false));
    let asked = ["1", "2"].map(Into::into);
    let seen = told(&reader.world, &script).look(&reader.session(), &asked).await.unwrap();
    assert_eq!(seen.iter().map(|(id, found)| (id.as_str(), found.is_some())).collect::<Vec<_>>(), [("2", true)]);
}

#[tokio::test]
async fn an_entry_that_shows_somebody_else_as_reader_is_not_believed() {
    let reader = Reader::with_entries(0).await;
    let anonymous = page(&[(1, "current")], 1, false).replace(r#""sfwFilter":false"#, "");
    let nobody = r#"{"data":[],"meta":{"count":0}}"#.to_owned();
    let script = Script::of(vec![anonymous, nobody]).await;
    let error = told(&reader.world, &script).list(&reader.session()).await.unwrap_err();
    assert!(matches!(error, ApiError::TokenExpired(P)), "{error}");
}
