use super::*;

#[tokio::test]
async fn an_entry_whose_id_is_not_known_is_looked_up_before_it_is_changed() {
    let reader = Reader::with_entries(20).await;
    let manga = reader.listed(1)[0];
    let before = reader.fields(manga);
    let saved = reader.save_one(write(&manga.to_string(), None, Some(before.clone()), notes("x"))).await.unwrap();
    assert_eq!((saved, reader.requests()), (reader.fields(manga), 2));
    let absent = reader.unlisted(false)[0].to_string();
    let error = reader.save_one(write(&absent, None, Some(before), notes("x"))).await.unwrap_err();
    assert!(matches!(error, ApiError::NotFound(P)), "{error}");
}

#[tokio::test]
async fn an_entry_that_is_there_already_is_brought_to_what_was_wanted() {
    let reader = Reader::with_entries(20).await;
    let manga = reader.unlisted(false)[0];
    reader
        .sim()
        .set_entry(manga, |entry| (entry.status, entry.notes) = (SimStatus::OnHold, Some("theirs".into())))
        .unwrap();
    let wanted = status(Status::Dropped).with(Field::Score, Value::Score(Score::new(70).ok()));
    let saved = reader.create(manga, wanted).await.unwrap();
    assert_eq!(
        reader.asked(),
        [
            format!("POST {ENTRIES}"),
            format!("GET {ENTRIES}"),
            format!("PATCH {ENTRIES}/{}", reader.sim().entry(manga).unwrap().id)
        ]
    );
    assert_eq!(saved, reader.fields(manga));
    assert_eq!((saved.status(), saved.get(Field::Notes)), (Some(Status::Dropped), notes("theirs").get(Field::Notes)));
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_found_and_made_once() {
    let reader = Reader::impatient(20).await;
    let faults =
        [lost_answers(), vec![Fault::Status(500), Fault::Status(503), Fault::ResetBefore, Fault::Hang]].concat();
    for (manga, fault) in reader.unlisted(false).into_iter().zip(faults) {
        reader.sim().reset_counters();
        reader.fault(FaultRule::once(fault.clone()).method("POST"));
        let wanted =
            chapters(2).with(Field::Status, Value::Status(Status::OnHold)).with(Field::Private, Value::Flag(true));
        let saved = reader.create(manga, wanted.clone()).await.unwrap();
        assert!(wanted.iter().all(|(field, value)| saved.get(field) == Some(value)), "{fault:?}: {saved:?}");
        assert_eq!(saved, reader.fields(manga));
        assert_eq!(reader.sim().writes(), 1, "{fault:?}: {:?}", reader.asked());
        assert!(reader.requests() <= 3, "{fault:?}: {:?}", reader.asked());
    }
}

#[tokio::test]
async fn a_completed_entry_that_arrived_is_not_asked_to_unread_its_chapters() {
    let reader = Reader::with_entries(20).await;
    let manga = reader.unlisted(false)[0];
    reader.sim().set_manga(manga, |manga| manga.chapter_count = Some(10));
    reader.fault(FaultRule::once(Fault::ResetAfter).method("POST"));
    let saved = reader.create(manga, chapters(4).with(Field::Status, Value::Status(Status::Completed))).await.unwrap();
    assert_eq!((saved.status(), saved.count(Field::Chapters)), (Some(Status::Completed), 10));
    assert_eq!(reader.sim().writes(), 1);
}

#[tokio::test]
async fn a_creation_that_gets_no_answer_at_all_may_have_arrived() {
    let reader = Reader::with_entries(20).await;
    let manga = reader.unlisted(false)[0];
    for fault in [Fault::Status(503), Fault::ResetBefore, Fault::StatusAfter(500), Fault::ResetAfter] {
        reader.fault(FaultRule::always(fault.clone()).on(ENTRIES));
        let error = reader.create(manga, status(Status::Reading)).await.unwrap_err();
        assert!(is_lost(&error), "{fault:?}: {error}");
        reader.sim().faults().clear();
        reader.sim().remove_entry(manga);
    }
}

#[tokio::test]
async fn an_entry_that_hides_from_us_is_refused_in_words_and_never_taken_for_absent() {
    let reader = Reader::with_entries(60).await;
    let manga = reader.listed(1)[0];
    let entry_id = reader.sim().entry(manga).map(|entry| entry.id);
    reader.sim().set_manga(manga, |manga| manga.adult = true);
    reader.filter_on();
    let before = Some(reader.fields(manga));
    let outcomes = [
        reader.create(manga, status(Status::Reading)).await.unwrap_err(),
        reader.change(manga, notes("x")).await.unwrap_err(),
        reader.save_one(write(&manga.to_string(), None, before, notes("x"))).await.unwrap_err(),
        reader.remove_one(manga, entry_id).await.unwrap_err(),
        reader.remove_one(manga, None).await.unwrap_err(),
    ];
    for error in &outcomes {
        assert!(matches!(error, ApiError::Refused { reason, .. } if reason.contains("SFW filter")), "{error}");
    }
    assert_eq!(reader.sim().writes(), 0);
}

#[tokio::test]
async fn with_the_filter_on_what_is_visible_can_still_be_gone() {
    let reader = Reader::with_entries(60).await;
    let (manga, absent) = (reader.listed(1)[0], reader.unlisted(false)[0]);
    reader.sim().set_manga(manga, |manga| manga.adult = false);
    reader.filter_on();
    let entry = reader.sim().entry(manga).unwrap();
    reader.sim().remove_entry(manga);
    let gone = write(&manga.to_string(), Some(&entry.id.to_string()), Some(expected(&entry)), notes("x"));
    let error = reader.save_one(gone).await.unwrap_err();
    assert!(matches!(error, ApiError::NotFound(P)), "{error}");
    reader.remove_one(manga, Some(entry.id)).await.unwrap();
    reader.remove_one(absent, None).await.unwrap();
}
