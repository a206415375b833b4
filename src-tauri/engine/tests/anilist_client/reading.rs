use chrono::{Duration, TimeDelta};
use kuroibara_core::{ExternalId, Field, Score, Status, Value};
use kuroibara_engine::{
    http::HttpError,
    providers::{ApiError, Listing, Notice, ProviderClient},
};
use kuroibara_sim::{
    Fault, FaultRule,
    anilist::{FuzzyDate, ListStatus, ScoreFormat},
};

use crate::{
    Reader,
    rest_world::{World, ids, passing_faults},
};

fn sim_ids(reader: &Reader) -> Vec<i64> {
    let mut ids: Vec<i64> = reader.entries().iter().map(|entry| entry.media_id).collect();
    ids.sort_unstable();
    ids
}

async fn list(reader: &Reader) -> Listing {
    reader.client.list(&reader.session()).await.unwrap()
}

#[tokio::test]
async fn the_list_holds_private_hidden_and_custom_listed_entries_once_each() {
    let reader = Reader::with_entries(60).await;
    reader.sim().set_user(4242, |user| {
        user.custom_lists = vec!["Favourites".into(), "Shelf".into()];
        user.split_completed = true;
    });
    for (i, entry) in reader.entries().iter().enumerate() {
        reader.sim().set_entry(entry.media_id, |e| {
            e.private = i % 3 == 0;
            e.hidden_from_status_lists = i % 4 == 0;
            e.custom_lists = ["Favourites".to_owned(), "Shelf".to_owned()].into();
        });
    }
    let listing = list(&reader).await;
    assert!(listing.complete);
    assert_eq!(ids(&listing), sim_ids(&reader));
    assert_eq!(reader.requests(), 1);
}

#[tokio::test]
async fn an_entry_is_read_field_by_field_whatever_score_format_its_owner_likes() {
    let reader = Reader::with_entries(1).await;
    let id = reader.entries()[0].media_id;
    reader.sim().set_user(4242, |user| user.score_format = ScoreFormat::Point5);
    let set = reader.sim().set_entry(id, |e| {
        (e.status, e.score_raw, e.progress, e.progress_volumes, e.repeat) = (ListStatus::Repeating, 87, 12, 3, 2);
        (e.private, e.notes) = (true, Some("a & b <c> \"d\" 漫画".into()));
        e.started_at = FuzzyDate { year: Some(2020), month: Some(9), day: None };
        e.completed_at = FuzzyDate { year: Some(2021), month: None, day: Some(4) };
    });
    let set = set.unwrap();
    let entry = list(&reader).await.entries.remove(0).entry;
    let date = |text: &str| Some(Value::Date(Some(text.parse().unwrap())));
    assert_eq!(entry.fields.get(Field::Status), Some(&Value::Status(Status::Rereading)));
    assert_eq!(entry.fields.get(Field::Score), Some(&Value::Score(Score::new(87).ok())));
    assert_eq!(entry.fields.count(Field::Chapters), 12);
    assert_eq!(entry.fields.count(Field::Volumes), 3);
    assert_eq!(entry.fields.count(Field::Rereads), 2);
    assert_eq!(entry.fields.get(Field::Private), Some(&Value::Flag(true)));
    assert_eq!(entry.fields.get(Field::Notes), Some(&Value::Text(Some("a & b <c> \"d\" 漫画".into()))));
    assert_eq!(entry.fields.get(Field::StartedOn).cloned(), date("2020-09"));
    assert_eq!(entry.fields.get(Field::FinishedOn).cloned(), date("2021"));
    assert_eq!(entry.updated_at.timestamp(), set.updated_at);
    assert_eq!(entry.entry_id.unwrap().as_str(), set.id.to_string());
}

#[tokio::test]
async fn ten_thousand_entries_come_by_twenty_one_requests() {
    let reader = Reader::with_entries(10_000).await;
    let listing = list(&reader).await;
    assert!(listing.complete && listing.notices.is_empty());
    assert_eq!(ids(&listing), sim_ids(&reader));
    assert!(reader.requests() <= 21, "{}", reader.requests());
}

#[tokio::test]
async fn a_list_longer_than_what_is_handed_out_is_told_and_never_complete() {
    let reader = Reader::with_entries(11_200).await;
    let listing = list(&reader).await;
    assert_eq!(listing.entries.len(), 11_000);
    assert_eq!(listing.notices, [Notice::ListCutShort]);
    assert!(!listing.complete);
}

#[tokio::test]
async fn what_is_saved_while_a_long_list_is_read_is_in_it() {
    let world = World::with_entries(1_200).await;
    let (sim, clock) = (world.sim.anilist.clone(), world.sim.clock.clone());
    let mut ids: Vec<i64> = sim.entries().into_keys().collect();
    ids.sort_unstable();
    let (first, last) = (ids[0], ids[1_199]);
    // The first chunk is read, and then one entry of it and one of the last chunk are saved.
    let reader = Reader::of(world).meanwhile(move |request| {
        if request == 2 {
            clock.advance(TimeDelta::seconds(5));
            [first, last].iter().for_each(|id| drop(sim.set_entry(*id, |entry| entry.progress = 4_321)));
        }
        true
    });
    let listing = list(&reader).await;
    assert!(listing.complete);
    assert_eq!(listing.entries.len(), 1_200);
    let saved = listing.entries.iter().filter(|listed| listed.entry.fields.count(Field::Chapters) == 4_321);
    assert_eq!(saved.count(), 2);
    assert_eq!(reader.requests(), 4);
}

#[tokio::test]
async fn a_read_survives_every_passing_fault() {
    let reader = Reader::impatient(20).await;
    for fault in passing_faults() {
        reader.fault(fault.clone());
        let listing = list(&reader).await;
        assert!(listing.complete && listing.entries.len() == 20, "{fault:?}");
    }
}

#[tokio::test]
async fn a_chunk_that_never_comes_is_an_error_and_not_a_shorter_list() {
    let reader = Reader::with_entries(1_100).await;
    reader.sim().faults().push(FaultRule::always(Fault::FailPage(2)));
    let error = reader.client.list(&reader.session()).await.unwrap_err();
    assert!(matches!(error, ApiError::Http(HttpError::Outage { status: 500, .. })), "{error:?}");
    reader.sim().faults().clear();
    reader.fault(Fault::FailPage(2));
    assert_eq!(list(&reader).await.entries.len(), 1_100);
}

#[tokio::test]
async fn an_empty_list_is_given_as_it_came_for_the_guard_to_judge() {
    let reader = Reader::with_entries(30).await;
    reader.fault(Fault::EmptyList);
    let listing = list(&reader).await;
    assert!(listing.complete && listing.entries.is_empty());
}

#[tokio::test]
async fn a_switched_off_service_is_an_outage_and_a_block_page_is_not() {
    let reader = Reader::with_entries(5).await;
    for (fault, is_outage) in [(Fault::Html(200), true), (Fault::Status(403), true), (Fault::Html(403), false)] {
        reader.fault(fault.clone());
        let error = reader.client.list(&reader.session()).await.unwrap_err();
        assert_eq!(matches!(error, ApiError::Http(HttpError::Outage { .. })), is_outage, "{fault:?}: {error:?}");
        assert_eq!(matches!(error, ApiError::Http(HttpError::ShutOut { .. })), !is_outage, "{fault:?}: {error:?}");
        reader.world.pass_pauses();
    }
}

#[tokio::test]
async fn nothing_new_costs_one_request() {
    let reader = Reader::with_entries(300).await;
    let newest = list(&reader).await.entries[0].entry.updated_at;
    let before = reader.requests();
    let since = reader.client.changed_since(&reader.session(), newest + Duration::seconds(1)).await.unwrap();
    assert_eq!((since.entries.len(), since.complete), (0, false));
    assert_eq!(reader.requests() - before, 1);
}

#[tokio::test]
async fn what_was_saved_in_the_same_second_as_the_cursor_is_changed_too() {
    let reader = Reader::with_entries(300).await;
    let saved: Vec<i64> = reader.entries().iter().take(3).map(|entry| entry.media_id).collect();
    saved.iter().for_each(|id| drop(reader.sim().set_entry(*id, |entry| entry.progress += 1)));
    let listing = reader.client.changed_since(&reader.session(), reader.world.sim.clock.now()).await.unwrap();
    let mut wanted = saved;
    wanted.sort_unstable();
    assert_eq!(ids(&listing), wanted);
    assert_eq!(listing.clock_ahead.map(|ahead| ahead.num_seconds()), Some(0));
}

#[tokio::test]
async fn hundreds_of_changes_come_several_pages_at_a_time_and_newest_first() {
    let reader = Reader::with_entries(400).await;
    reader.world.sim.clock.advance(TimeDelta::hours(1));
    let since = reader.world.sim.clock.now();
    for entry in reader.entries().iter().take(270) {
        reader.world.sim.clock.advance(TimeDelta::seconds(1));
        reader.sim().set_entry(entry.media_id, |e| e.progress += 1);
    }
    let listing = reader.client.changed_since(&reader.session(), since).await.unwrap();
    assert_eq!(listing.entries.len(), 270);
    assert!(listing.entries.is_sorted_by(|a, b| a.entry.updated_at >= b.entry.updated_at));
    assert_eq!(reader.requests(), 2);
}

#[tokio::test]
async fn more_changes_than_its_pages_reach_back_are_found_in_the_whole_list() {
    const MANY: usize = 5_120;
    let reader = Reader::with_entries(MANY + 30).await;
    reader.world.sim.clock.advance(TimeDelta::hours(1));
    let since = reader.world.sim.clock.now();
    for entry in reader.entries().iter().take(MANY) {
        reader.sim().set_entry(entry.media_id, |e| e.progress += 1);
    }
    let listing = reader.client.changed_since(&reader.session(), since).await.unwrap();
    assert_eq!((listing.entries.len(), listing.complete), (MANY, false));
}

#[tokio::test]
async fn a_look_tells_what_is_there_and_what_is_not_by_one_request() {
    let reader = Reader::with_entries(200).await;
    let (private, absent) = (reader.entries()[7].media_id, reader.unlisted());
    reader.sim().set_entry(private, |entry| (entry.private, entry.hidden_from_status_lists) = (true, true));
    let known = reader.entries().into_iter().map(|entry| entry.media_id);
    let asked: Vec<ExternalId> = known.chain([absent, 999_999_999]).map(|id| ExternalId(id.to_string())).collect();
    let asked = [asked, vec!["no-number".into()]].concat();
    let found = reader.client.look(&reader.session(), &asked).await.unwrap();
    assert_eq!(found.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>(), asked);
    assert_eq!(found.iter().filter(|(_, listed)| listed.is_some()).count(), 200);
    assert!(found[200..].iter().all(|(_, listed)| listed.is_none()));
    assert_eq!(reader.requests(), 1);
}
