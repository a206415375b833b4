//! Any entry, base, observation and intent comes back from either database exactly as it went in.

use enum_map::EnumMap;
use kuroibara_core::{
    Back, Base, EntryId, Field, Fields, Intent, Observation, Pair, PartialDate, Remote, Score,
    state::{Presence, Sent},
};
use proptest::{
    collection::vec,
    option,
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};

use super::*;

/// How many of each are tried on each database: all of them in one commit.
const TRIED: usize = 400;

fn a_time() -> impl Strategy<Value = Time> {
    (-8_000_000_000_000_000_000_i64..8_000_000_000_000_000_000).prop_map(DateTime::from_timestamp_nanos)
}

fn a_date() -> impl Strategy<Value = PartialDate> {
    (1..=9999_u16, option::of((1..=12_u8, option::of(1..=28_u8)))).prop_map(|(year, rest)| {
        PartialDate::new(year, rest.map(|(month, _)| month), rest.and_then(|(_, day)| day)).unwrap()
    })
}

/// PostgreSQL's texts can't hold the null character; the library never does.
fn a_text() -> impl Strategy<Value = std::sync::Arc<str>> {
    "[^\\x00]{1,40}".prop_map(Into::into)
}

fn an_entry() -> impl Strategy<Value = Entry> {
    let counts = (any::<u32>(), any::<u32>(), any::<u32>());
    let score = option::of((1..=100_i64).prop_map(|points| Score::new(points).unwrap()));
    let dates = (option::of(a_date()), option::of(a_date()));
    let status = proptest::sample::select(Status::ALL.to_vec());
    (status, counts, score, dates, option::of(a_text()), any::<bool>()).prop_map(
        |(status, (chapters, volumes, rereads), score, (started_on, finished_on), notes, private)| Entry {
            status,
            chapters,
            volumes,
            score,
            rereads,
            started_on,
            finished_on,
            notes,
            private,
        },
    )
}

fn some_fields() -> impl Strategy<Value = Fields> {
    (an_entry(), vec(any::<bool>(), 9)).prop_map(|(entry, known)| {
        let known = Field::ALL.into_iter().zip(known).filter(|(_, known)| *known);
        known.map(|(field, _)| (field, entry.get(field))).collect()
    })
}

fn a_stamp() -> impl Strategy<Value = Stamp> {
    let origins = std::iter::once(Origin::User).chain(Provider::ALL.map(Origin::Provider)).collect::<Vec<_>>();
    let goes_back = any::<[bool; 3]>().prop_map(EnumMap::from_array);
    (a_time(), proptest::sample::select(origins), any::<bool>(), goes_back)
        .prop_map(|(at, origin, brought_back, goes_back)| Stamp { at, origin, brought_back, goes_back })
}

fn a_local() -> impl Strategy<Value = Local> {
    let stamps = (a_stamp(), vec(option::of(a_stamp()), 9)).prop_map(|(presence, fields)| {
        let mut stamps = Stamps::all(presence);
        for (field, stamp) in Field::ALL.into_iter().zip(fields) {
            stamps.fields[field] = stamp.unwrap_or(presence);
        }
        stamps
    });
    (an_entry(), stamps, option::of(a_time())).prop_map(|(entry, stamps, removed)| match removed {
        None => Local::Present(entry, stamps),
        Some(at) => Local::Removed(entry, stamps, at),
    })
}

fn an_entry_id() -> impl Strategy<Value = Option<EntryId>> {
    option::of("[0-9a-z]{1,20}".prop_map(EntryId))
}

fn a_remote() -> impl Strategy<Value = Remote> {
    let seen = (some_fields(), an_entry_id(), a_time(), option::of(a_time())).prop_map(
        |(fields, entry_id, updated_at, read_before)| {
            Remote::Present(Observation { fields, entry_id, updated_at, read_before })
        },
    );
    prop_oneof![Just(Remote::Unknown), Just(Remote::Absent), seen]
}

fn a_base() -> impl Strategy<Value = Base> {
    let presences = vec![Presence::Both, Presence::KeptHere, Presence::KeptThere, Presence::Vanished];
    let sides = (some_fields(), an_entry(), an_entry(), vec(any::<bool>(), 9), a_time());
    (an_entry_id(), proptest::sample::select(presences), sides).prop_map(
        |(entry_id, presence, (theirs, raw, ours, sent, at))| {
            let mut base = Base { entry_id, presence, ..Base::default() };
            for ((field, theirs), sent) in theirs.iter().zip(sent) {
                let both = || Sent { raw: raw.get(field), projected: ours.get(field) };
                let back = (!sent).then(|| Back { value: raw.get(field), at });
                base.pairs[field] = Some(Pair { ours: sent.then(both), theirs: theirs.clone(), back });
            }
            base
        },
    )
}

fn an_intent() -> impl Strategy<Value = Intent> {
    (a_time(), some_fields(), some_fields(), option::of(some_fields())).prop_map(|(at, sent, raw, before)| Intent {
        at,
        sent,
        raw,
        before,
    })
}

fn drawn<T>(strategy: impl Strategy<Value = T>) -> T {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    strategy.new_tree(&mut runner).unwrap().current()
}

laws! {
    async fn every_value_comes_back_as_it_went_in(fresh: &Fresh) {
        let db = fresh.open().await;
        let at = ids(&db).await[Provider::Kitsu];
        let worlds = (a_local(), a_remote(), option::of(a_base()), option::of(an_intent()), a_time());
        let worlds = drawn(vec(worlds, TRIED));
        let changes: Vec<_> = worlds.iter().cloned().enumerate().map(|(n, (local, remote, base, intent, read_at))| {
            let mapping = MappingChange {
                read: Some((remote, read_at)),
                base: base.map_or(Change::Keep, Change::Set),
                intent: intent.map_or(Change::Keep, Change::Set),
                ..new_mapping(&db, at, &n.to_string())
            };
            MangaChange { local: Some(local), mappings: vec![mapping], ..new_manga(&db, &format!("{n}"), 0) }
        }).collect();
        store(&db, &changes).await;
        for (loaded, (local, remote, base, intent, read_at)) in load(&db).await.into_iter().zip(worlds) {
            assert_eq!(loaded.state.local, local);
            let side = loaded.state.sides[Provider::Kitsu].clone().unwrap();
            assert_eq!((side.remote, side.base, side.intent.map(|intent| *intent)), (remote, base, intent));
            assert_eq!(loaded.mappings[Provider::Kitsu].as_ref().unwrap().read_at, Some(read_at));
        }
    }
}
