//! What a person's answers do, and that nothing is asked twice.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod model;

use kuroibara_core::{
    Field, Fields, Group, Intent, Origin, Provider, Rule, Status, Totals, Value,
    merge::{
        Question,
        decide::{Answer, Unfit, decide},
    },
};
use model::{
    say::{chapters, fields, notes, status},
    world::World,
};

const OPEN_END: Totals = Totals { chapters: None, volumes: None };
const BOTH: [Provider; 2] = [Provider::AniList, Provider::Kitsu];

/// Notes that say one thing here, another at AniList and a third at Kitsu, and rules that say to ask.
fn three_notes() -> World {
    let entry = fields([status(Status::Reading), chapters(5), notes("old")]);
    let mut world = World::in_step(OPEN_END, &BOTH, &entry);
    world.policy.keep_in_step = true;
    world.policy.providers.values_mut().for_each(|chosen| chosen.rule = Rule::Ask);
    world.edit_here(&fields([notes("here")]));
    world.edit_there(Provider::AniList, &fields([notes("anilist")]));
    world.edit_there(Provider::Kitsu, &fields([notes("kitsu")]));
    world.quietly();
    assert_eq!(world.questions, [Question::Differs(Group::Notes)]);
    world
}

fn journalled(world: &World, side: Origin, text: &str) -> bool {
    let value = notes(text).1;
    world.journal.iter().any(|lost| lost.side == side && lost.fields.get(Field::Notes) == Some(&value))
}

/// Nothing is asked, and a further sync writes nothing.
fn rests(world: &mut World) {
    world.quietly();
    assert!(world.questions.is_empty(), "asked again: {:?}", world.questions);
    world.wait(3_600);
    assert_eq!(world.quietly(), 0, "a further sync writes nothing");
}

#[test]
fn the_librarys_value_that_was_chosen_goes_everywhere_and_the_others_are_journalled() {
    let mut world = three_notes();
    world.answer(Question::Differs(Group::Notes), Answer::Local);
    rests(&mut world);
    for provider in BOTH {
        assert_eq!(world.there(provider, Field::Notes), Some(notes("here").1));
        assert!(journalled(&world, Origin::Provider(provider), provider.as_str()));
    }
}

#[test]
fn a_providers_value_that_was_chosen_goes_everywhere_and_the_others_are_journalled() {
    let mut world = three_notes();
    world.answer(Question::Differs(Group::Notes), Answer::Provider(Provider::Kitsu));
    rests(&mut world);
    assert_eq!(world.here(Field::Notes), notes("kitsu").1);
    assert_eq!(world.there(Provider::AniList, Field::Notes), Some(notes("kitsu").1));
    assert!(journalled(&world, Origin::User, "here"));
    assert!(journalled(&world, Origin::Provider(Provider::AniList), "anilist"));
}

#[test]
fn a_chosen_group_is_taken_as_it_is_with_its_blanks() {
    let mut world = World::in_step(OPEN_END, &[Provider::AniList], &fields([status(Status::Reading), chapters(50)]));
    world.policy.providers.values_mut().for_each(|chosen| chosen.rule = Rule::Ask);
    world.edit_here(&fields([status(Status::Completed)]));
    world.edit_there(Provider::AniList, &fields([status(Status::PlanToRead), chapters(0)]));
    world.quietly();
    world.answer(Question::Differs(Group::ReadingState), Answer::Provider(Provider::AniList));
    rests(&mut world);
    assert_eq!(
        (world.here(Field::Status), world.here(Field::Chapters)),
        (status(Status::PlanToRead).1, Value::Count(0))
    );
}

/// An entry at both, of which Kitsu's has vanished.
fn vanished() -> World {
    let mut world = World::in_step(OPEN_END, &BOTH, &fields([status(Status::Reading), chapters(5)]));
    world.remove_there(Provider::Kitsu);
    world.quietly();
    assert_eq!(world.questions, [Question::VanishedThere(Provider::Kitsu)]);
    world
}

#[test]
fn what_vanished_there_and_is_kept_here_is_not_asked_again_and_does_not_come_back() {
    let mut world = vanished();
    world.answer(Question::VanishedThere(Provider::Kitsu), Answer::Keep);
    rests(&mut world);
    assert!(world.entry().is_some() && world.services[Provider::Kitsu].entry.is_none());
}

#[test]
fn what_vanished_there_can_be_added_back() {
    let mut world = vanished();
    world.policy.keep_in_step = true;
    world.answer(Question::VanishedThere(Provider::Kitsu), Answer::Restore);
    rests(&mut world);
    assert_eq!(world.there(Provider::Kitsu, Field::Chapters), Some(Value::Count(5)));
}

#[test]
fn what_vanished_there_can_be_removed_here_and_everywhere_else() {
    let mut world = vanished();
    world.answer(Question::VanishedThere(Provider::Kitsu), Answer::Remove);
    rests(&mut world);
    assert!(world.entry().is_none() && BOTH.iter().all(|provider| world.services[*provider].entry.is_none()));
}

/// An entry that the reader removed here, and that both lists still have.
fn removed() -> World {
    let mut world = World::in_step(OPEN_END, &BOTH, &fields([status(Status::Reading), chapters(5)]));
    world.remove_here();
    world.quietly();
    assert_eq!(world.questions, BOTH.map(Question::RemovedHere));
    world
}

#[test]
fn a_removal_is_answered_at_each_provider_by_itself() {
    let mut world = removed();
    world.answer(Question::RemovedHere(Provider::AniList), Answer::Remove);
    world.answer(Question::RemovedHere(Provider::Kitsu), Answer::Keep);
    rests(&mut world);
    assert!(world.services[Provider::AniList].entry.is_none(), "removed there");
    assert!(world.services[Provider::Kitsu].entry.is_some() && world.entry().is_none(), "kept there");
}

#[test]
fn a_removed_entry_can_be_brought_back_and_then_nothing_else_is_asked() {
    let mut world = removed();
    world.answer(Question::RemovedHere(Provider::AniList), Answer::Restore);
    rests(&mut world);
    assert_eq!(world.here(Field::Chapters), Value::Count(5));
}

#[test]
fn an_edit_made_there_meanwhile_beats_a_removal_that_a_person_decided() {
    let mut world = removed();
    world.answer(Question::RemovedHere(Provider::Kitsu), Answer::Remove);
    world.wait(60);
    world.edit_there(Provider::Kitsu, &fields([chapters(6)]));
    world.quietly();
    assert_eq!(world.here(Field::Chapters), Value::Count(6));
    assert!(world.services[Provider::Kitsu].entry.is_some());
}

#[test]
fn an_answer_that_does_not_fit_changes_nothing() {
    let world = removed();
    let answer = |question, answer| decide(&world.state(), &world.policy, question, answer, world.now);
    let asked = Question::RemovedHere(Provider::Kitsu);
    assert_eq!(answer(asked, Answer::Local), Err(Unfit::OtherKind));
    assert_eq!(answer(Question::Differs(Group::Notes), Answer::Local), Err(Unfit::NoLonger));
    assert_eq!(answer(Question::VanishedThere(Provider::Kitsu), Answer::Keep), Err(Unfit::NoLonger));
    let world = three_notes();
    let answer = decide(
        &world.state(),
        &world.policy,
        Question::Differs(Group::Notes),
        Answer::Provider(Provider::MyAnimeList),
        world.now,
    );
    assert_eq!(answer, Err(Unfit::NothingThere(Provider::MyAnimeList)));
}

#[test]
fn nothing_is_decided_while_a_write_has_had_no_answer() {
    let world = three_notes();
    let mut state = world.state();
    let before = state.sides[Provider::Kitsu].as_ref().unwrap().remote.present().unwrap().fields.clone();
    let (sent, raw) = (fields([notes("sent")]), Fields::new());
    let intent = Intent { at: world.now, sent, raw, before: Some(before) };
    state.sides[Provider::Kitsu].as_mut().unwrap().intent = Some(Box::new(intent));
    let answer = decide(&state, &world.policy, Question::Differs(Group::Notes), Answer::Local, world.now);
    assert_eq!(answer, Err(Unfit::Unanswered(Provider::Kitsu)));
}
