//! The guard between plan and apply.
#![allow(clippy::unwrap_used)]

use kuroibara_core::{
    Provider,
    guard::{Guard, Stop, Weighed},
};

fn check(with_base: usize, listed: Option<usize>, lowered: usize) -> Result<(), Stop> {
    Guard::default().check(Weighed { with_base, listed, lowered })
}

#[test]
fn an_empty_listing_where_bases_exist_stops() {
    assert_eq!(check(1, Some(0), 0), Err(Stop::EmptyListing { returned: 0, of: 1 }));
    assert_eq!(check(0, Some(0), 0), Ok(()), "a new account is empty");
    assert_eq!(check(1, None, 0), Ok(()), "an incremental listing is mostly empty");
}

#[test]
fn five_are_always_fine_and_one_in_ten_is() {
    for (with_base, allowed) in [(0, 5), (1, 5), (50, 5), (59, 5), (60, 6), (100, 10), (1_000, 100)] {
        assert_eq!(check(with_base, Some(with_base.max(1)), allowed), Ok(()), "{allowed} of {with_base}");
        let stop = Stop::TooMuch { lowered: allowed + 1, allowed, of: with_base };
        assert_eq!(check(with_base, Some(with_base.max(1)), allowed + 1), Err(stop), "{} of {with_base}", allowed + 1);
    }
}

#[test]
fn the_share_is_the_users_choice() {
    let lowered =
        |percent, lowered| Guard::of(percent).check(Weighed { with_base: 100, listed: Some(100), lowered }).is_ok();
    assert_eq!([lowered(1, 5), lowered(1, 6)], [true, false], "five are always fine");
    assert_eq!([lowered(25, 25), lowered(25, 26)], [true, false]);
    assert_eq!([lowered(100, 100), lowered(400, 100)], [true, true], "there is no more than all");
}

#[test]
fn a_stop_is_said_in_numbers() {
    let empty = Stop::EmptyListing { returned: 0, of: 1_204 }.sentence(Provider::AniList);
    assert!(empty.starts_with("AniList returned 0 of 1,204 titles."), "{empty}");
    let much = Stop::TooMuch { lowered: 1_234_567, allowed: 120, of: 9_000_000 }.sentence(Provider::Kitsu);
    assert!(much.starts_with("Kitsu: 1,234,567 of 9,000,000 titles would be"), "{much}");
    let stop = serde_json::to_value(Stop::EmptyListing { returned: 0, of: 7 }).unwrap();
    assert_eq!(stop, serde_json::json!({ "kind": "empty_listing", "returned": 0, "of": 7 }));
}
