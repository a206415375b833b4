use super::*;

#[tokio::test]
async fn a_change_whose_answer_is_lost_is_not_sent_again_and_says_so() {
    let reader = Reader::impatient(20).await;
    let manga = reader.listed(1)[0];
    for (n, fault) in lost_answers().into_iter().enumerate() {
        reader.sim().reset_counters();
        reader.fault(FaultRule::once(fault.clone()));
        let error = reader.change(manga, notes(&format!("note {n}"))).await.unwrap_err();
        assert!(is_lost(&error), "{fault:?}: {error}");
        assert_eq!(reader.requests(), 1, "{fault:?}");
        assert_eq!(reader.sim().entry(manga).unwrap().notes, Some(format!("note {n}")), "it took effect");
    }
}

#[tokio::test]
async fn a_change_that_is_told_to_wait_waits_and_arrives_once() {
    let reader = Reader::with_entries(20).await;
    let manga = reader.listed(1)[0];
    for with_headers in [true, false] {
        reader.sim().reset_counters();
        reader.fault(FaultRule::once(Fault::TooMany { with_headers, retry_after: None }));
        reader.change(manga, notes(&format!("{with_headers}"))).await.unwrap();
        assert_eq!((reader.requests(), reader.sim().writes()), (2, 1));
    }
}

#[tokio::test]
async fn a_batch_ends_early_with_a_token_that_ended_and_with_silence() {
    let reader = Reader::with_entries(150).await;
    let edit = |e: &SimEntry| write(&e.manga.to_string(), Some(&e.id.to_string()), Some(expected(e)), notes("x"));
    let writes: Vec<_> = reader.sim().entries().values().take(100).map(edit).collect();
    reader.fault(FaultRule::always(Fault::Status(503)));
    let silent = reader.client.save(&reader.session(), &writes).await;
    assert!(silent[..3].iter().all(|s| is_lost(s.as_ref().unwrap_err())), "{:?}", &silent[..3]);
    let unsent = |s: &Result<_, ApiError>| matches!(s, Err(ApiError::Http(HttpError::Unreachable { .. })));
    assert!(silent[3..].iter().all(unsent), "what was not sent says so");
    assert_eq!(reader.requests(), 3);
    reader.sim().faults().clear();
    reader.sim().reset_counters();
    reader.sim().expire_tokens(READER);
    let expired = reader.client.save(&reader.session(), &writes).await;
    assert!(expired.iter().all(|e| matches!(e, Err(ApiError::TokenExpired(P)))));
    assert_eq!(reader.requests(), 1);
}
