use super::*;

#[tokio::test]
async fn a_removal_is_done_when_it_was_done_before() {
    let reader = Reader::with_entries(20).await;
    let ids = reader.listed(2);
    let removal = |id: i64| Removal { id: id.to_string().as_str().into(), entry_id: None };
    reader.sim().remove_entry(ids[1]);
    let done = reader.client.remove(&reader.session(), &[removal(ids[0]), removal(ids[1])]).await;
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    assert_eq!((reader.sim().entry(ids[0]), reader.sim().writes()), (None, 1));
}

#[tokio::test]
async fn a_removal_whose_answer_is_lost_is_asked_again_and_is_done() {
    let reader = Reader::impatient(20).await;
    for (id, fault) in reader.listed(5).into_iter().zip(lost_answers()) {
        reader.fault(FaultRule::once(fault.clone()));
        let removal = Removal { id: id.to_string().as_str().into(), entry_id: None };
        let done = reader.client.remove(&reader.session(), &[removal]).await;
        assert!(done[0].is_ok(), "{fault:?}: {done:?}");
        assert_eq!(reader.sim().entry(id), None);
    }
}
