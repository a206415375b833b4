use kuroibara_core::{EntryId, Field, Fields, Score, Status, Value};
use kuroibara_engine::{
    http::HttpError,
    providers::{ApiError, ProviderClient, Write},
};
use kuroibara_sim::{
    Fault, FaultRule,
    anilist::{BatchFailure, FuzzyDate, ListStatus, ScoreFormat},
};

use crate::{
    Reader, chapters,
    rest_world::{World, is_lost, lost_answers, one, write},
};

const ALL_WAYS: [BatchFailure; 3] = [BatchFailure::NothingApplied, BatchFailure::EarlierApplied, BatchFailure::Partial];

fn date(text: &str) -> Value {
    Value::Date(Some(text.parse().unwrap()))
}

fn everything() -> Fields {
    Fields::new()
        .with(Field::Status, Value::Status(Status::Rereading))
        .with(Field::Chapters, Value::Count(12))
        .with(Field::Volumes, Value::Count(2))
        .with(Field::Rereads, Value::Count(3))
        .with(Field::Score, Value::Score(Score::new(87).ok()))
        .with(Field::StartedOn, date("2019"))
        .with(Field::FinishedOn, date("2020-02-29"))
        .with(Field::Notes, Value::Text(Some("\"a\" & $b {c}\n漫画".into())))
        .with(Field::Private, Value::Flag(true))
}

fn nothing() -> Fields {
    Fields::new()
        .with(Field::Status, Value::Status(Status::PlanToRead))
        .with(Field::Chapters, Value::Count(0))
        .with(Field::Volumes, Value::Count(0))
        .with(Field::Rereads, Value::Count(0))
        .with(Field::Score, Value::Score(None))
        .with(Field::StartedOn, Value::Date(None))
        .with(Field::FinishedOn, Value::Date(None))
        .with(Field::Notes, Value::Text(None))
        .with(Field::Private, Value::Flag(false))
}

#[tokio::test]
async fn every_field_arrives_comes_back_as_the_answer_and_can_be_cleared() {
    let reader = Reader::with_entries(1).await;
    reader.sim().set_user(4242, |user| user.score_format = ScoreFormat::Point3);
    let entry = reader.entries().remove(0);
    for fields in [everything(), nothing()] {
        let (mut outcomes, requests) = reader.save(&[reader.edit(&entry, fields.clone())]).await;
        let saved = outcomes.remove(0).unwrap();
        assert_eq!((&saved.fields, requests), (&fields, 1));
        assert_eq!(saved.entry_id, Some(EntryId(entry.id.to_string())));
        let listed = reader.client.list(&reader.session()).await.unwrap().entries.remove(0).entry;
        assert_eq!(listed, saved);
    }
    let entry = reader.sim().entry(entry.media_id).unwrap();
    assert_eq!((entry.started_at, entry.score_raw), (FuzzyDate::default(), 0));
}

#[tokio::test]
async fn what_is_not_written_stays_as_it_is() {
    let reader = Reader::with_entries(1).await;
    let entry = reader.entries().remove(0);
    reader.save(&[reader.edit(&entry, everything())]).await;
    let (outcomes, _) = reader.save(&[reader.edit(&entry, chapters(13))]).await;
    assert_eq!(outcomes[0].as_ref().unwrap().fields, everything().with(Field::Chapters, Value::Count(13)));
}

#[tokio::test]
async fn each_score_is_kept_to_the_point() {
    let reader = Reader::with_entries(101).await;
    reader.sim().set_user(4242, |user| user.score_format = ScoreFormat::Point10);
    let score = |points: usize| one(Field::Score, Value::Score(Score::new(points as i64).ok()));
    let entries = reader.entries();
    let writes: Vec<_> = entries.iter().enumerate().map(|(i, entry)| reader.edit(entry, score(i))).collect();
    reader.save(&writes).await;
    let kept: Vec<u32> = entries.iter().map(|entry| reader.sim().entry(entry.media_id).unwrap().score_raw).collect();
    assert_eq!(kept, (0..=100).collect::<Vec<u32>>());
}

#[tokio::test]
async fn a_new_entry_is_created_by_its_work_and_always_with_a_status() {
    let reader = Reader::with_entries(3).await;
    let id = reader.unlisted();
    let (outcomes, _) = reader.save(&[write(&id.to_string(), None, None, chapters(3))]).await;
    let saved = outcomes[0].as_ref().unwrap();
    let entry = reader.sim().entry(id).unwrap();
    assert_eq!((entry.status, entry.progress), (ListStatus::Planning, 3));
    assert_eq!(saved.entry_id, Some(EntryId(entry.id.to_string())));
}

#[tokio::test]
async fn a_finished_reread_always_says_how_many_there_were() {
    let reader = Reader::with_entries(1).await;
    let entry = reader.entries().remove(0);
    let before = one(Field::Status, Value::Status(Status::Rereading)).with(Field::Rereads, Value::Count(4));
    let completed = one(Field::Status, Value::Status(Status::Completed));
    let write = Write { before: Some(before), ..reader.edit(&entry, completed) };
    reader.save(&[write]).await;
    let body = crate::rest_world::last_body(&reader.sim().requests());
    assert!(body.contains("\"repeat_0\":4"), "{body}");
}

#[tokio::test]
async fn a_thousand_different_edits_take_thirty_eight_requests_and_answer_in_order() {
    let reader = Reader::with_entries(1_000).await;
    let writes = reader.edits(1_000);
    let mut requests = 0;
    for (i, part) in writes.chunks(reader.client.abilities().writes_at_once).enumerate() {
        let (outcomes, sent) = reader.save(part).await;
        requests += sent;
        for (write, outcome) in part.iter().zip(outcomes) {
            let saved = outcome.unwrap_or_else(|e| panic!("part {i}: {e}"));
            assert_eq!(saved.entry_id, write.entry_id);
            assert_eq!(saved.fields.count(Field::Chapters), write.fields.count(Field::Chapters));
        }
    }
    assert_eq!(requests, 38);
}

#[tokio::test]
async fn edits_alike_of_many_entries_go_together_and_still_answer_in_order() {
    let reader = Reader::with_entries(400).await;
    let paused = one(Field::Status, Value::Status(Status::OnHold));
    let entries = reader.entries();
    let fields = |i: usize| if i % 40 == 7 { chapters(i as u32) } else { paused.clone() };
    let writes: Vec<_> = entries.iter().enumerate().map(|(i, entry)| reader.edit(entry, fields(i))).collect();
    let (outcomes, requests) = reader.save(&writes).await;
    for (i, (write, outcome)) in writes.iter().zip(outcomes).enumerate() {
        let saved = outcome.unwrap();
        assert_eq!(saved.entry_id, write.entry_id);
        fields(i).iter().for_each(|(field, value)| assert_eq!(saved.fields.get(field), Some(value)));
    }
    assert!(requests <= 4, "{requests}");
}

#[tokio::test]
async fn a_bad_one_among_edits_alike_spoils_none_of_the_others() {
    for way in ALL_WAYS {
        let reader = Reader::with_entries(30).await;
        reader.sim().set_knobs(|knobs| knobs.batch_failure = way);
        let entries = reader.entries();
        let writes: Vec<_> = entries.iter().map(|entry| reader.edit(entry, chapters(77))).collect();
        reader.sim().remove_entry(entries[12].media_id);
        let (outcomes, requests) = reader.save(&writes).await;
        assert!(matches!(outcomes[12], Err(ApiError::NotFound(_))), "{:?}", outcomes[12]);
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 29, "{way:?}");
        assert!(requests <= 5, "{way:?}: {requests}");
    }
}

#[tokio::test]
async fn a_vanished_entry_is_told_and_never_made_anew_while_the_others_are_saved() {
    for way in ALL_WAYS {
        let reader = Reader::with_entries(60).await;
        reader.sim().set_knobs(|knobs| knobs.batch_failure = way);
        let writes = reader.edits(54);
        let gone: i64 = writes[30].id.as_str().parse().unwrap();
        reader.sim().remove_entry(gone);
        let (outcomes, requests) = reader.save(&writes).await;
        assert!(matches!(outcomes[30], Err(ApiError::NotFound(_))), "{way:?}: {:?}", outcomes[30]);
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 53, "{way:?}");
        assert!(reader.sim().entry(gone).is_none(), "{way:?}");
        assert_eq!(requests, if way == BatchFailure::Partial { 2 } else { 3 }, "{way:?}");
    }
}

#[tokio::test]
async fn each_refused_item_is_told_in_words_and_costs_one_request_more_at_most() {
    for way in ALL_WAYS {
        let reader = Reader::with_entries(60).await;
        reader.sim().set_knobs(|knobs| knobs.batch_failure = way);
        let locked = reader.unlisted();
        reader.sim().set_media(locked, |media| media.locked = true);
        let mut writes = reader.edits(24);
        writes.insert(5, write(&locked.to_string(), None, None, chapters(1)));
        writes.insert(19, write("999999999", None, None, chapters(1)));
        writes.insert(0, write("not-a-number", None, None, chapters(1)));
        let (outcomes, requests) = reader.save(&writes).await;
        let reason = |i: usize| match &outcomes[i] {
            Err(ApiError::Refused { reason, .. }) => reason.as_str(),
            other => panic!("{way:?}: {other:?}"),
        };
        assert!(reason(6).contains("locked") && reason(20).contains("invalid") && reason(0).contains("not-a-number"));
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 24, "{way:?}");
        assert_eq!(requests, if way == BatchFailure::Partial { 1 } else { 3 }, "{way:?}");
    }
}

#[tokio::test]
async fn a_number_that_is_too_large_fails_alone() {
    let reader = Reader::with_entries(10).await;
    let mut writes = reader.edits(10);
    writes[4].fields = chapters(u32::MAX);
    let (outcomes, _) = reader.save(&writes).await;
    assert!(matches!(outcomes[4], Err(ApiError::Refused { .. })), "{:?}", outcomes[4]);
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 9);
}

#[tokio::test]
async fn a_lost_answer_is_told_for_its_own_request_only_and_nothing_is_sent_twice() {
    for fault in lost_answers() {
        let reader = Reader::impatient(60).await;
        let writes = reader.edits(54);
        reader.fault(fault.clone());
        let (outcomes, _) = reader.save(&writes).await;
        let (first, second) = outcomes.split_at(27);
        assert!(first.iter().all(|outcome| outcome.as_ref().is_err_and(is_lost)), "{fault:?}: {first:?}");
        assert!(second.iter().all(Result::is_ok), "{fault:?}");
        // What the service struggled with is halved, and what it saved it saved once.
        assert_eq!(reader.requests(), 3, "{fault:?}");
        assert_eq!(reader.sim().writes(), 54, "{fault:?}");
    }
}

#[tokio::test]
async fn a_service_that_answers_nothing_is_left_alone_after_two_requests() {
    let reader = Reader::with_entries(200).await;
    reader.sim().faults().push(FaultRule::always(Fault::Status(503)));
    let (outcomes, requests) = reader.save(&reader.edits(200)).await;
    assert_eq!(requests, 2);
    assert!(outcomes.iter().take(27).all(|outcome| outcome.as_ref().is_err_and(is_lost)));
    let unsent = |o: &Result<_, ApiError>| matches!(o, Err(ApiError::Http(HttpError::Unreachable { .. })));
    assert!(outcomes.iter().skip(27 + 13).all(unsent));
}

#[tokio::test]
async fn too_many_requests_had_no_effect_and_are_sent_again() {
    for fault in [
        Fault::TooMany { with_headers: true, retry_after: Some(20) },
        Fault::TooMany { with_headers: false, retry_after: None },
    ] {
        let reader = Reader::with_entries(30).await;
        reader.fault(fault);
        let (outcomes, requests) = reader.save(&reader.edits(20)).await;
        assert!(outcomes.iter().all(Result::is_ok));
        assert_eq!((requests, reader.sim().writes()), (2, 20));
    }
}

#[tokio::test]
async fn a_long_pause_leaves_the_rest_unsent() {
    let reader = Reader::with_entries(100).await;
    reader.fault(Fault::TooMany { with_headers: true, retry_after: Some(3_000) });
    let (outcomes, requests) = reader.save(&reader.edits(100)).await;
    assert_eq!((requests, reader.sim().writes()), (1, 0));
    let paused = |o: &Result<_, ApiError>| matches!(o, Err(ApiError::Http(HttpError::Paused { .. })));
    assert!(outcomes.iter().all(paused));
}

#[tokio::test]
async fn nothing_is_sent_without_the_lease() {
    let reader = Reader::of(World::with_entries(100).await).meanwhile(|request| request < 3);
    let (outcomes, requests) = reader.save(&reader.edits(81)).await;
    assert_eq!((requests, reader.sim().writes()), (2, 54));
    let lost = |o: &Result<_, ApiError>| matches!(o, Err(ApiError::Http(HttpError::LeaseLost)));
    assert!(outcomes.iter().skip(54).all(lost));
}
