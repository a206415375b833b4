use kuroibara_core::{EntryId, ExternalId};
use kuroibara_engine::providers::{ApiError, ProviderClient, Removal};
use kuroibara_sim::{
    Fault,
    anilist::{BatchFailure, Entry},
};

use crate::{Reader, rest_world::lost_answers};

fn removal(entry: &Entry) -> Removal {
    Removal { id: ExternalId(entry.media_id.to_string()), entry_id: Some(EntryId(entry.id.to_string())) }
}

#[tokio::test]
async fn many_entries_go_by_few_requests_and_what_is_gone_already_is_done() {
    for way in [BatchFailure::NothingApplied, BatchFailure::EarlierApplied, BatchFailure::Partial] {
        let reader = Reader::with_entries(120).await;
        reader.sim().set_knobs(|knobs| knobs.batch_failure = way);
        let entries = reader.entries();
        reader.sim().remove_entry(entries[3].media_id);
        let removals: Vec<_> = entries.iter().take(100).map(removal).collect();
        let outcomes = reader.client.remove(&reader.session(), &removals).await;
        assert_eq!(outcomes.len(), 100);
        assert!(outcomes.iter().all(Result::is_ok), "{way:?}: {outcomes:?}");
        assert_eq!(reader.entries().len(), 20, "{way:?}");
        if way != BatchFailure::EarlierApplied {
            assert!(reader.requests() <= 3, "{way:?}: {}", reader.requests());
        }
    }
}

#[tokio::test]
async fn an_entry_whose_own_id_is_not_known_is_looked_up_first() {
    let reader = Reader::with_entries(10).await;
    let known = reader.entries().remove(2);
    let absent = ExternalId(reader.unlisted().to_string());
    let removals = [
        Removal { entry_id: None, ..removal(&known) },
        Removal { id: absent, entry_id: None },
        removal(&reader.entries().remove(5)),
    ];
    let outcomes = reader.client.remove(&reader.session(), &removals).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!((reader.entries().len(), reader.requests()), (8, 2));
}

#[tokio::test]
async fn a_removal_whose_answer_was_lost_is_repeated_since_removing_twice_is_removing_once() {
    for fault in lost_answers().into_iter().filter(|fault| *fault != Fault::HangAfter) {
        let reader = Reader::with_entries(10).await;
        let entries = reader.entries();
        reader.fault(fault.clone());
        let outcomes = reader.client.remove(&reader.session(), &[removal(&entries[0])]).await;
        assert!(outcomes[0].is_ok(), "{fault:?}: {outcomes:?}");
        assert_eq!(reader.entries().len(), 9);
    }
}

#[tokio::test]
async fn a_bad_token_removes_nothing() {
    let reader = Reader::with_entries(3).await;
    let entries = reader.entries();
    reader.sim().revoke_tokens(4242);
    let outcomes = reader.client.remove(&reader.session(), &entries.iter().map(removal).collect::<Vec<_>>()).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(ApiError::SignInAgain(_)))));
}
