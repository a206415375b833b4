//! The fourteen finer rules of the design (§2.2), each a history that fails without its rule.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod model;

use kuroibara_core::{
    Field, Group, Origin, Provider, RemovalPolicy, Rule, Status, Totals, Value, merge::Question, plan::plan, push::Held,
};
use model::{
    say::{chapters, fields, finished, notes, private, rereads, score, status, volumes},
    sync::{Fate, Scope},
    world::World,
};

const KITSU_AND_MYANIMELIST: &[Provider] = &[Provider::MyAnimeList, Provider::Kitsu];
const TWELVE: Totals = Totals { chapters: Some(12), volumes: None };
const OPEN_END: Totals = Totals { chapters: None, volumes: None };

/// What lies at rest stays at rest.
fn assert_still(world: &mut World) {
    let (links, local, journal) = (world.links.clone(), world.local.clone(), world.journal.len());
    world.wait(3_600);
    assert_eq!(world.quietly(), 0, "nothing is written again: {:#?}", world.log);
    assert!(Provider::ALL.into_iter().all(|p| world.links[p].base == links[p].base), "no base moves");
    assert_eq!(world.local, local);
    assert_eq!(world.journal.len(), journal, "nothing is decided twice");
    assert!(world.broken.is_empty(), "{:?}", world.broken);
}

#[test]
fn case_01_decided_once() {
    let mut world = World::in_step(OPEN_END, KITSU_AND_MYANIMELIST, &fields([status(Status::Reading), chapters(5)]));
    world.policy.keep_in_step = false;
    world.edit_there(Provider::Kitsu, &fields([notes("reread in winter"), chapters(8)]));
    world.wait(3_600);
    world.edit_there(Provider::MyAnimeList, &fields([status(Status::Completed), chapters(9)]));
    world.wait(3_600);
    world.quietly();
    assert_eq!(world.here(Field::Status), status(Status::Completed).1);
    assert_eq!(world.journal.iter().filter(|lost| lost.side == Origin::Provider(Provider::Kitsu)).count(), 1);
    assert_still(&mut world);
}

#[test]
fn case_02_held_is_not_agreed() {
    let mut world = World::in_step(OPEN_END, KITSU_AND_MYANIMELIST, &fields([status(Status::Reading), chapters(5)]));
    world.policy.keep_in_step = false;
    world.edit_there(Provider::Kitsu, &fields([chapters(8)]));
    world.quietly();
    assert_eq!(world.there(Provider::MyAnimeList, Field::Chapters), Some(Value::Count(5)), "held");
    assert_still(&mut world);
    world.policy.keep_in_step = true;
    world.quietly();
    assert_eq!(world.there(Provider::MyAnimeList, Field::Chapters), Some(Value::Count(8)));
}

#[test]
fn case_03_status_before_dates() {
    let mut world = World::in_step(OPEN_END, &[Provider::MyAnimeList], &fields([status(Status::Reading), chapters(5)]));
    world.edit_there(Provider::MyAnimeList, &fields([status(Status::Completed), finished("2026-02-03")]));
    let read = world.services[Provider::MyAnimeList].read();
    world.observe(Provider::MyAnimeList, read);
    let pulled: Vec<_> =
        kuroibara_core::merge::merge(&world.state(), &world.policy).pulls.iter().map(|pull| pull.field).collect();
    assert_eq!(pulled, [Field::Status, Field::FinishedOn]);
}

#[test]
fn case_04_not_sent_for_ever() {
    let begun = fields([status(Status::Dropped), chapters(5)]);
    let mut world = World::in_step(OPEN_END, KITSU_AND_MYANIMELIST, &begun);
    world.policy.providers[Provider::MyAnimeList].status = false;
    world.edit_here(&fields([status(Status::Completed), finished("2026-02-03")]));
    world.quietly();
    assert_eq!(world.there(Provider::MyAnimeList, Field::Status), Some(status(Status::Dropped).1), "masked");
    assert_eq!(world.there(Provider::MyAnimeList, Field::FinishedOn), None, "a dropped entry keeps no finish date");
    assert_still(&mut world);
}

#[test]
fn case_05_recreate_is_restore_then_merge() {
    let whole = fields([status(Status::Reading), chapters(5), score(87), notes("kept")]);
    let mut world = World::in_step(OPEN_END, &Provider::ALL, &whole);
    world.remove_here();
    world.wait(60);
    world.edit_there(Provider::Kitsu, &fields([chapters(8)]));
    world.wait(60);
    world.quietly();
    for (field, value) in [chapters(8), score(87), notes("kept")] {
        assert_eq!(world.here(field), value, "{field:?} came back");
    }
    assert_eq!(world.there(Provider::AniList, Field::Notes), Some(notes("kept").1), "and was wiped nowhere");
    assert_still(&mut world);
}

#[test]
fn case_06_back_under_another_id() {
    let whole = fields([status(Status::Reading), chapters(5), score(80), notes("kept")]);
    let mut world = World::in_step(OPEN_END, &Provider::ALL, &whole);
    world.remove_there(Provider::AniList);
    world.edit_there(Provider::AniList, &fields([status(Status::Reading)]));
    // MyAnimeList has no entry ids: there it is the vanishing, once seen, that tells.
    world.remove_there(Provider::MyAnimeList);
    world.quietly();
    world.edit_there(Provider::MyAnimeList, &fields([status(Status::Reading)]));
    world.quietly();
    for (field, value) in [chapters(5), score(80), notes("kept")] {
        assert_eq!(world.here(field), value, "a blank in a new entry is no clear");
        assert_eq!(world.there(Provider::AniList, field), Some(value.clone()));
        assert_eq!(world.there(Provider::MyAnimeList, field), Some(value));
    }
    assert_still(&mut world);
}

#[test]
fn case_07_no_upsert_onto_a_vanished_entry() {
    let whole = fields([status(Status::PlanToRead), volumes(2), notes("kept")]);
    for provider in [Provider::MyAnimeList, Provider::AniList] {
        let mut world = World::in_step(OPEN_END, &[provider], &whole);
        world.edit_here(&fields([score(80)]));
        // Removed between the listing and the write.
        let mut writes = 0;
        let _ = world.sync(Scope::Full, &mut |world: &mut World| {
            writes += 1;
            if writes == 3 {
                world.remove_there(provider);
            }
            Fate::Go
        });
        assert_eq!(world.here(Field::Notes), notes("kept").1, "the new entry's blanks are no clears");
        match provider {
            Provider::MyAnimeList => {
                assert_eq!(world.there(provider, Field::Notes), Some(notes("kept").1), "the rest in the same run");
            }
            Provider::AniList | Provider::Kitsu => assert!(world.services[provider].entry.is_none(), "by entry id"),
        }
    }
}

#[test]
fn case_08_whose_value_is_it() {
    let mut world = World::in_step(OPEN_END, &[Provider::AniList], &fields([status(Status::Reading), chapters(5)]));
    world.edit_here(&fields([score(80)]));
    // Somebody edits between the listing and the write: the write's answer is the first to show it.
    let mut steps = 0;
    let _ = world.sync(Scope::Full, &mut |world: &mut World| {
        steps += 1;
        if steps == 3 {
            world.edit_there(Provider::AniList, &fields([chapters(9)]));
        }
        Fate::Go
    });
    assert_eq!(world.here(Field::Chapters), Value::Count(9), "their edit comes in");
    assert_eq!(world.there(Provider::AniList, Field::Chapters), Some(Value::Count(9)), "and is not overwritten");
    assert_still(&mut world);
}

/// A world in which a write of chapters 8 and score 80 over 5 and none left, and no answer came.
fn with_lost_answer(fate: Fate) -> World {
    let mut world = World::in_step(OPEN_END, &[Provider::AniList], &fields([status(Status::Reading), chapters(5)]));
    world.edit_here(&fields([chapters(8), score(80)]));
    let at = if fate == Fate::LoseRequest { 3 } else { 4 };
    let mut steps = 0;
    let _ = world.sync(Scope::Full, &mut |_: &mut World| {
        steps += 1;
        if steps == at { fate } else { Fate::Go }
    });
    assert!(world.links[Provider::AniList].intent.is_some(), "the intent outlives the answer");
    world
}

#[test]
fn case_09_intents_match_per_field() {
    let mut world = with_lost_answer(Fate::LoseAnswer);
    world.wait(10);
    world.edit_here(&fields([score(70)]));
    world.wait(10);
    world.edit_there(Provider::AniList, &fields([chapters(9)]));
    world.wait(20);
    world.quietly();
    assert_eq!(world.there(Provider::AniList, Field::Score), Some(score(70).1), "80 was ours, so 70 is no conflict");
    assert_eq!(world.here(Field::Chapters), Value::Count(9), "and 9 is somebody's edit");
    assert!(world.journal.iter().all(|lost| lost.group == Group::ReadingState), "{:?}", world.journal);
    assert_still(&mut world);
}

#[test]
fn case_09_intents_that_had_no_effect_teach_nothing() {
    let mut world = with_lost_answer(Fate::LoseRequest);
    world.wait(20);
    world.edit_there(Provider::AniList, &fields([chapters(9)]));
    world.wait(20);
    world.quietly();
    let lost = &world.journal[0];
    assert_eq!(lost.fields.get(Field::Chapters), Some(&Value::Count(8)), "both sides changed, and ours was older");
    assert_eq!(world.there(Provider::AniList, Field::Score), Some(score(80).1), "what was not sent goes out");
}

#[test]
fn case_09_what_a_save_would_have_changed_is_not_ours_when_there_was_no_save() {
    let begun = fields([status(Status::Dropped), chapters(12)]);
    let mut world = World::in_step(TWELVE, &[Provider::Kitsu], &begun);
    world.edit_here(&fields([score(80)]));
    let mut steps = 0;
    let _ = world.sync(Scope::Full, &mut |_: &mut World| {
        steps += 1;
        if steps == 3 { Fate::LoseRequest } else { Fate::Go }
    });
    world.wait(20);
    // Our save would have completed the entry there, by Kitsu's own rule. A person did.
    world.edit_there(Provider::Kitsu, &fields([status(Status::Completed)]));
    world.wait(20);
    world.quietly();
    assert_eq!(world.here(Field::Status), status(Status::Completed).1);
}

#[test]
fn case_09_intents_are_forgotten_when_somebody_saved_long_after() {
    let mut world = with_lost_answer(Fate::LoseAnswer);
    world.wait(10);
    world.edit_here(&fields([score(70)]));
    world.wait(90);
    world.edit_there(Provider::AniList, &fields([chapters(9)]));
    world.wait(20);
    world.quietly();
    assert!(
        world.journal.iter().any(|lost| lost.group == Group::Score),
        "80 may have been set by anybody: both changed"
    );
    assert_still(&mut world);
}

#[test]
fn case_10_a_finer_edit_that_rounds_alike_is_an_edit() {
    let mut world = World::in_step(OPEN_END, &[Provider::Kitsu], &fields([status(Status::Reading), score(87)]));
    assert_eq!(world.there(Provider::Kitsu, Field::Score), Some(score(85).1));
    world.edit_there(Provider::Kitsu, &fields([score(60)]));
    world.wait(3_600);
    world.edit_here(&fields([score(84)]));
    world.wait(3_600);
    world.quietly();
    assert_eq!(world.here(Field::Score), score(84).1, "the newer edit, though 84 is 85 there as 87 was");
    assert_eq!(world.there(Provider::Kitsu, Field::Score), Some(score(85).1));
    assert_still(&mut world);
}

/// Dropped at the cap, with a question about the reading state that Kitsu takes part in.
fn asked_at_the_cap() -> World {
    let begun = fields([status(Status::Dropped), chapters(12), rereads(1)]);
    let mut world = World::in_step(TWELVE, &[Provider::AniList, Provider::Kitsu], &begun);
    world.policy.providers.values_mut().for_each(|chosen| chosen.rule = Rule::Ask);
    world.edit_there(Provider::AniList, &fields([rereads(3)]));
    world.edit_here(&fields([rereads(2)]));
    world
}

#[test]
fn case_11_kitsu_at_its_cap_waits() {
    let mut world = asked_at_the_cap();
    world.edit_here(&fields([score(80)]));
    world.quietly();
    assert_eq!(world.questions, [Question::Differs(Group::ReadingState)]);
    let waits = plan(&world.state(), &world.policy).pushes[Provider::Kitsu].held_entry;
    assert_eq!(waits, Some(Held::WouldChangeMore));
    assert_eq!(world.there(Provider::Kitsu, Field::Status), Some(status(Status::Dropped).1), "no save, no flip");
    assert_still(&mut world);
}

#[test]
fn case_11_but_privacy_does_not_wait() {
    let mut world = asked_at_the_cap();
    world.edit_here(&fields([private(true)]));
    world.quietly();
    assert_eq!(world.there(Provider::Kitsu, Field::Private), Some(Value::Flag(true)));
}

#[test]
fn case_12_dates_that_a_server_invents_are_never_pulled_and_never_cleared() {
    let mut world = World::in_step(TWELVE, &Provider::ALL, &fields([status(Status::Reading), chapters(5)]));
    assert!(world.there(Provider::Kitsu, Field::StartedOn).is_some_and(|date| !date.is_empty()), "invented");
    world.edit_here(&fields([status(Status::Completed), chapters(12)]));
    world.quietly();
    assert!(world.there(Provider::Kitsu, Field::FinishedOn).is_some_and(|date| !date.is_empty()), "invented");
    assert!(world.here(Field::StartedOn).is_empty() && world.here(Field::FinishedOn).is_empty(), "not pulled");
    assert_still(&mut world);
}

#[test]
fn case_12_a_date_from_a_persons_own_completion_is_pulled() {
    let mut world = World::in_step(TWELVE, &Provider::ALL, &fields([status(Status::Reading), chapters(5)]));
    world.edit_there(Provider::Kitsu, &fields([chapters(12)]));
    world.quietly();
    assert_eq!(world.here(Field::Status), status(Status::Completed).1);
    assert_eq!(Some(world.here(Field::FinishedOn)), world.there(Provider::Kitsu, Field::FinishedOn));
    assert!(!world.here(Field::FinishedOn).is_empty());
}

#[test]
fn case_13_an_undo_touches_no_base() {
    let mut world = World::in_step(OPEN_END, &[Provider::AniList], &fields([status(Status::Reading), chapters(1)]));
    world.edit_here(&fields([chapters(2)]));
    world.edit_here(&fields([chapters(3)]));
    let bases = world.links.clone();
    world.undo_here();
    assert!(Provider::ALL.into_iter().all(|p| world.links[p].base == bases[p].base));
    world.quietly();
    assert_eq!(world.there(Provider::AniList, Field::Chapters), Some(Value::Count(2)), "2 must still go out");
    assert_still(&mut world);
}

#[test]
fn case_14_an_edit_beats_an_accepted_removal() {
    let whole = fields([status(Status::Reading), chapters(5), notes("kept")]);
    let mut world = World::in_step(OPEN_END, &[Provider::AniList, Provider::Kitsu], &whole);
    world.policy.providers.values_mut().for_each(|chosen| chosen.removal = RemovalPolicy::Keep);
    world.remove_here();
    world.quietly();
    assert_still(&mut world);
    assert!(world.entry().is_none() && world.questions.is_empty(), "accepted, and asked no more");
    world.edit_there(Provider::AniList, &fields([chapters(6)]));
    world.wait(60);
    world.quietly();
    assert_eq!(world.here(Field::Chapters), Value::Count(6));
    assert_eq!(world.here(Field::Notes), notes("kept").1);
    assert_still(&mut world);
}
