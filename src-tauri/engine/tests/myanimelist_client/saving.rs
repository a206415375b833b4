use super::*;

#[tokio::test]
async fn a_save_sends_what_changed_in_one_request_and_answers_the_entry_as_it_is_then() {
    let reader = Reader::with_entries(20).await;
    let id = reader.listed(1)[0];
    let before = expected(&reader.sim().entry(id).unwrap());
    reader.world.sim.clock.advance(chrono::Duration::hours(1));
    let saved =
        reader.save_one(write(&id.to_string(), None, Some(before), one(Field::Chapters, Value::Count(77)))).await;
    assert_eq!(last_body(&reader.sim().requests()), "num_chapters_read=77");
    assert_eq!(saved.unwrap(), expected(&reader.sim().entry(id).unwrap()));
    assert_eq!((reader.requests(), reader.sim().writes()), (1, 1));
}

#[tokio::test]
async fn every_field_arrives_and_every_field_can_be_cleared() {
    let reader = Reader::with_entries(20).await;
    let id = reader.unlisted().to_string();
    let full = Entry {
        chapters: 12,
        volumes: 2,
        score: Score::new(80).ok(),
        rereads: 3,
        started_on: Some("2020-09".parse().unwrap()),
        finished_on: Some("2021-02-03".parse().unwrap()),
        notes: Some("5 > 4 & \"x\" < 'y'; é 図書館 + %26 &amp;".into()),
        ..blank(Status::Completed, 0)
    };
    let mine = Shape::MYANIMELIST.project(&full.fields(), Totals::default());
    let created = reader.save_one(write(&id, None, None, mine.clone())).await.unwrap();
    assert_eq!(created, mine);
    let empty = Shape::MYANIMELIST.project(&blank(Status::Completed, 0).fields(), Totals::default());
    let cleared = reader.save_one(write(&id, None, Some(mine), empty.clone())).await.unwrap();
    assert_eq!(cleared, empty);
}

#[tokio::test]
async fn rereading_comes_back_and_ends_with_any_other_status() {
    let reader = Reader::with_entries(20).await;
    let id = reader.unlisted().to_string();
    let mut before = None;
    for status in
        [Status::Rereading, Status::Reading, Status::Rereading, Status::Completed, Status::Rereading, Status::Dropped]
    {
        let saved = reader.save_one(write(&id, None, before, one(Field::Status, Value::Status(status)))).await.unwrap();
        assert_eq!(saved.status(), Some(status));
        before = Some(saved);
    }
}

#[tokio::test]
async fn a_thousand_edits_take_a_thousand_requests_and_their_outcomes_stay_in_order() {
    let reader = Reader::with_entries(1_100).await;
    let ids = reader.listed(1_000);
    let edit = |(n, id): (usize, &i64)| {
        let fields = one(Field::Rereads, Value::Count(n as u32));
        write(&id.to_string(), None, Some(Fields::new()), fields)
    };
    let writes: Vec<_> = ids.iter().enumerate().map(edit).collect();
    let saved = reader.client.save(&reader.session(), &writes).await;
    for (n, saved) in saved.into_iter().enumerate() {
        assert_eq!(saved.unwrap().fields.count(Field::Rereads), n as u32);
    }
    assert_eq!(reader.requests(), 1_000);
}

#[tokio::test]
async fn one_refused_item_spoils_no_other() {
    let reader = Reader::with_entries(20).await;
    let ids = reader.listed(4);
    reader.sim().set_title(ids[1], |title| title.approved = false);
    let chapters = |id: &str| write(id, None, Some(Fields::new()), one(Field::Chapters, Value::Count(5)));
    let mut writes: Vec<_> = ids.iter().map(|id| chapters(&id.to_string())).collect();
    writes.extend([chapters("999999999"), chapters("1/../2"), chapters("")]);
    let saved = reader.client.save(&reader.session(), &writes).await;
    assert!(
        matches!(&saved[1], Err(ApiError::Refused { reason, .. }) if reason == "Invalid content"),
        "{:?}",
        saved[1]
    );
    assert!(saved[4..].iter().all(|s| matches!(s, Err(ApiError::NotFound(P)))), "{saved:?}");
    assert!([0, 2, 3].iter().all(|n| saved[*n].is_ok()), "{saved:?}");
    assert_eq!(reader.requests(), 5, "what is no id is never asked for");
}

#[tokio::test]
async fn a_save_whose_answer_is_lost_is_not_sent_again_and_says_so() {
    let reader = Reader::impatient(20).await;
    let id = reader.listed(1)[0];
    for (n, fault) in lost_answers().into_iter().enumerate() {
        reader.sim().reset_counters();
        reader.fault(FaultRule::once(fault.clone()));
        let fields = one(Field::Chapters, Value::Count(500 + n as u32));
        let error = reader.save_one(write(&id.to_string(), None, Some(Fields::new()), fields)).await.unwrap_err();
        assert!(is_lost(&error), "{fault:?}: {error}");
        assert_eq!(reader.requests(), 1, "{fault:?}");
        assert_eq!(reader.sim().entry(id).unwrap().num_chapters_read, 500 + n as u32, "{fault:?}: it took effect");
    }
}

#[tokio::test]
async fn a_save_that_is_told_to_wait_waits_and_arrives_once() {
    let reader = Reader::with_entries(20).await;
    let id = reader.listed(1)[0].to_string();
    reader.fault(FaultRule::once(Fault::TooMany { with_headers: false, retry_after: Some(20) }));
    reader.save_one(write(&id, None, Some(Fields::new()), one(Field::Chapters, Value::Count(3)))).await.unwrap();
    assert_eq!((reader.requests(), reader.sim().writes()), (2, 1));
}

#[tokio::test]
async fn a_batch_ends_early_with_a_token_that_ended_and_with_a_block_page() {
    let reader = Reader::with_entries(200).await;
    let edit = |id: &i64| write(&id.to_string(), None, Some(Fields::new()), one(Field::Chapters, Value::Count(1)));
    let writes: Vec<_> = reader.listed(100).iter().map(edit).collect();
    reader.fault(FaultRule::always(Fault::Html(403)));
    let blocked = reader.client.save(&reader.session(), &writes).await;
    assert!(blocked.iter().all(|b| matches!(b, Err(ApiError::Http(_)))));
    assert!(reader.requests() <= 2, "{}", reader.requests());
    reader.sim().faults().clear();
    reader.world.pass_pauses();
    reader.sim().reset_counters();
    reader.sim().expire_tokens(READER);
    let expired = reader.client.save(&reader.session(), &writes).await;
    assert!(expired.iter().all(|e| matches!(e, Err(ApiError::TokenExpired(P)))));
    assert!(reader.requests() <= 2, "{}", reader.requests());
}
