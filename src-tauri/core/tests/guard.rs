//! The guard between plan and apply.

use kuroibara_core::guard::{Guard, Stop, Weighed};

fn check(with_base: usize, listed: Option<usize>, lowered: usize) -> Result<(), Stop> {
    Guard::default().check(Weighed { with_base, listed, lowered })
}

#[test]
fn an_empty_listing_where_bases_exist_stops() {
    assert_eq!(check(1, Some(0), 0), Err(Stop::EmptyListing { with_base: 1 }));
    assert_eq!(check(0, Some(0), 0), Ok(()), "a new account is empty");
    assert_eq!(check(1, None, 0), Ok(()), "an incremental listing is mostly empty");
}

#[test]
fn five_are_always_fine_and_one_in_ten_is() {
    for (with_base, allowed) in [(0, 5), (1, 5), (50, 5), (59, 5), (60, 6), (100, 10), (1_000, 100)] {
        assert_eq!(check(with_base, Some(with_base.max(1)), allowed), Ok(()), "{allowed} of {with_base}");
        let stop = Stop::TooMuch { lowered: allowed + 1, with_base };
        assert_eq!(check(with_base, Some(with_base.max(1)), allowed + 1), Err(stop), "{} of {with_base}", allowed + 1);
    }
}

#[test]
fn the_share_and_the_least_are_the_users_choice() {
    let strict = Guard { share: 0.0, least: 0 };
    assert!(strict.check(Weighed { with_base: 100, listed: Some(100), lowered: 1 }).is_err());
    let lax = Guard { share: 1.0, least: 5 };
    assert!(lax.check(Weighed { with_base: 100, listed: Some(100), lowered: 100 }).is_ok());
}
