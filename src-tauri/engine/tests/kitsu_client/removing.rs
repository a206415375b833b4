use super::*;

#[tokio::test]
async fn a_removal_is_done_when_it_was_done_before_by_either_id() {
    let reader = Reader::with_entries(20).await;
    let entries: Vec<_> = reader.sim().entries().into_values().take(3).collect();
    reader.remove_one(entries[0].manga, Some(entries[0].id)).await.unwrap();
    assert_eq!(reader.requests(), 1);
    reader.remove_one(entries[0].manga, Some(entries[0].id)).await.unwrap();
    reader.remove_one(entries[1].manga, None).await.unwrap();
    reader.remove_one(entries[1].manga, None).await.unwrap();
    let left = reader.sim().entries();
    assert!(!left.contains_key(&entries[0].manga) && !left.contains_key(&entries[1].manga));
    assert_eq!(reader.sim().writes(), 2);
    let error = reader.remove_one(1, None).await;
    assert!(error.is_ok(), "{error:?}");
}

#[tokio::test]
async fn a_removal_whose_answer_is_lost_is_asked_again_and_is_done() {
    let reader = Reader::impatient(20).await;
    for (entry, fault) in reader.sim().entries().into_values().zip(lost_answers()) {
        reader.fault(FaultRule::once(fault.clone()));
        reader.remove_one(entry.manga, Some(entry.id)).await.unwrap();
        assert_eq!(reader.sim().entry(entry.manga), None, "{fault:?}");
    }
}
