//! What random histories found, each as the shortest story that shows it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod model;

use kuroibara_core::{
    Direction, Field, Fields, Group, Observation, Origin, Provider, Rule, Shape, Status, Totals, Value,
    learn::{answered, intend},
    merge::Question,
};
use model::{
    say::{chapters, fields, finished, notes, private, rereads, score, started, status, volumes},
    sync::{Fate, Scope},
    world::World,
};

const OPEN_END: Totals = Totals { chapters: None, volumes: None };

fn reading(count: u32) -> Fields {
    fields([status(Status::Reading), chapters(count)])
}

fn is_lost(world: &World, side: Origin, group: Group, field: Field, value: &Value) -> bool {
    let is_it = |lost: &&kuroibara_core::merge::Lost| lost.side == side && lost.group == group;
    world.journal.iter().filter(is_it).any(|lost| lost.fields.get(field) == Some(value))
}

#[test]
fn a_loser_is_journalled_with_what_could_not_be_compared() {
    let mut world = World::in_step(OPEN_END, &[Provider::MyAnimeList], &reading(5));
    world.edit_there(Provider::MyAnimeList, &fields([status(Status::Completed), finished("2020-01-02")]));
    world.wait(3_600);
    world.edit_here(&fields([chapters(9)]));
    world.wait(3_600);
    world.quietly();
    assert_eq!(world.here(Field::Status), status(Status::Reading).1, "the newer edit won");
    let (side, date) = (Origin::Provider(Provider::MyAnimeList), finished("2020-01-02").1);
    assert!(is_lost(&world, side, Group::ReadingState, Field::FinishedOn, &date));
}

#[test]
fn two_edits_of_the_reading_state_are_one_conflict_even_of_different_fields() {
    let mut world = World::in_step(OPEN_END, &[Provider::AniList], &reading(50));
    world.policy.providers.values_mut().for_each(|chosen| chosen.rule = Rule::Ask);
    world.edit_here(&fields([chapters(51)]));
    world.edit_there(Provider::AniList, &fields([status(Status::Completed)]));
    world.quietly();
    assert_eq!(world.questions, [Question::Differs(Group::ReadingState)], "never “completed, 51 of 120”");
    assert_eq!(world.here(Field::Status), status(Status::Reading).1);
}

#[test]
fn a_first_link_fills_what_is_empty_on_either_side_without_asking() {
    let mut world = World::connected(OPEN_END, &[Provider::AniList]);
    world.policy.providers.values_mut().for_each(|chosen| chosen.rule = Rule::Ask);
    world.edit_here(&fields([status(Status::Reading), chapters(5), finished("2020-01-02")]));
    world.edit_there(Provider::AniList, &fields([status(Status::Reading), chapters(5), rereads(1)]));
    world.quietly();
    assert!(world.questions.is_empty() && world.journal.is_empty());
    assert_eq!(world.here(Field::Rereads), Value::Count(1));
    assert_eq!(world.there(Provider::AniList, Field::FinishedOn), Some(finished("2020-01-02").1));
}

#[test]
fn a_provider_that_never_saw_the_librarys_value_does_not_agree_with_it() {
    let both = [Provider::AniList, Provider::Kitsu];
    let mut world = World::in_step(OPEN_END, &both, &fields([status(Status::Reading), chapters(5), notes("a")]));
    // 7 reaches AniList, but not Kitsu.
    world.edit_here(&fields([chapters(7)]));
    let mut steps = 0;
    let _ = world.sync(Scope::Full, &mut |_: &mut World| {
        steps += 1;
        if steps == 6 { Fate::LoseRequest } else { Fate::Go }
    });
    assert_eq!(world.there(Provider::AniList, Field::Chapters), Some(Value::Count(7)));
    assert_eq!(world.there(Provider::Kitsu, Field::Chapters), Some(Value::Count(5)));
    world.wait(60);
    world.edit_there(Provider::AniList, &fields([status(Status::OnHold)]));
    world.edit_there(Provider::Kitsu, &fields([chapters(6)]));
    world.edit_there(Provider::Kitsu, &fields([status(Status::OnHold)]));
    world.wait(60);
    world.quietly();
    let kept = world.here(Field::Chapters) == Value::Count(7);
    assert!(kept || is_lost(&world, Origin::User, Group::ReadingState, Field::Chapters, &Value::Count(7)));
}

#[test]
fn the_same_edit_on_two_sides_still_competes_with_a_third() {
    let both = [Provider::AniList, Provider::Kitsu];
    let mut world = World::in_step(OPEN_END, &both, &reading(5));
    world.edit_here(&fields([private(true)]));
    world.edit_there(Provider::Kitsu, &fields([private(true)]));
    world.edit_there(Provider::AniList, &fields([score(50)]));
    world.edit_there(Provider::AniList, &fields([notes("b")]));
    world.quietly();
    assert!(world.journal.is_empty() && world.questions.is_empty());
    world.policy.keep_in_step = false;
    world.edit_there(Provider::AniList, &fields([private(false)]));
    world.quietly();
    world.edit_there(Provider::Kitsu, &fields([private(false)]));
    world.edit_there(Provider::AniList, &fields([private(true)]));
    world.quietly();
    assert_eq!(world.journal.len(), 1, "one of the two lost, and is not pulled a round later: {:?}", world.journal);
}

#[test]
fn a_private_entry_is_not_made_or_changed_where_everybody_would_see_it_unless_the_user_allows_that() {
    let everywhere = World::in_step(OPEN_END, &Provider::ALL, &reading(5));
    let nowhere_yet = World::connected(OPEN_END, &Provider::ALL);
    for (mut world, there) in [(everywhere, Some(Value::Count(5))), (nowhere_yet, None)] {
        world.edit_here(&fields([status(Status::Reading), chapters(7), private(true)]));
        world.quietly();
        assert_eq!(world.there(Provider::MyAnimeList, Field::Chapters), there);
        assert_eq!(world.there(Provider::Kitsu, Field::Chapters), Some(Value::Count(7)), "which can hide it");
        world.policy.providers[Provider::MyAnimeList].export_private = true;
        world.quietly();
        assert_eq!(world.there(Provider::MyAnimeList, Field::Chapters), Some(Value::Count(7)));
    }
}

#[test]
fn a_question_does_not_answer_itself_in_the_next_run() {
    let mut world = World::in_step(OPEN_END, &[Provider::AniList], &reading(5));
    world.policy.providers.values_mut().for_each(|chosen| chosen.rule = Rule::Ask);
    world.links[Provider::Kitsu].connected = true;
    world.edit_there(Provider::Kitsu, &reading(5));
    world.edit_there(Provider::AniList, &fields([status(Status::Dropped)]));
    for _ in 0..3 {
        world.quietly();
        assert_eq!(world.questions, [Question::Differs(Group::ReadingState)]);
        assert_eq!(world.here(Field::Status), status(Status::Reading).1);
        world.wait(3_600);
    }
}

#[test]
fn a_one_way_push_journals_what_it_replaces_and_only_once() {
    let mut world = World::in_step(OPEN_END, &[Provider::AniList], &reading(5));
    world.policy.providers[Provider::AniList].direction = Direction::Push;
    world.edit_there(Provider::AniList, &fields([notes("theirs")]));
    world.edit_here(&fields([notes("ours")]));
    world.quietly();
    world.quietly();
    assert_eq!(world.there(Provider::AniList, Field::Notes), Some(notes("ours").1));
    assert!(is_lost(&world, Origin::Provider(Provider::AniList), Group::Notes, Field::Notes, &notes("theirs").1));
    assert_eq!(world.journal.len(), 1);
}

#[test]
fn a_date_that_our_change_of_status_destroys_is_journalled() {
    let mut world = World::in_step(OPEN_END, &[Provider::MyAnimeList], &fields([status(Status::Completed)]));
    world.edit_there(Provider::MyAnimeList, &fields([finished("2020-01-02")]));
    world.wait(60);
    world.edit_here(&fields([status(Status::Reading)]));
    world.wait(60);
    world.quietly();
    let date = finished("2020-01-02").1;
    let side = Origin::Provider(Provider::MyAnimeList);
    assert!(
        world.here(Field::FinishedOn) == date || is_lost(&world, side, Group::ReadingState, Field::FinishedOn, &date)
    );
}

#[test]
fn a_date_that_a_provider_could_not_hold_leaves_none_behind_to_come_back() {
    let mut world =
        World::in_step(OPEN_END, &[Provider::Kitsu], &fields([status(Status::OnHold), started("2020-05-07")]));
    world.edit_here(&fields([started("2019-03")]));
    world.quietly();
    world.edit_here(&fields([started("")]));
    world.quietly();
    assert_eq!(world.here(Field::StartedOn), started("").1, "cleared here");
    assert_eq!(world.there(Provider::Kitsu, Field::StartedOn), Some(started("").1), "and there");
}

#[test]
fn an_invented_date_is_not_pulled_when_ours_becomes_comparable() {
    let mut world =
        World::in_step(OPEN_END, &[Provider::Kitsu], &fields([status(Status::Reading), started("2019-03")]));
    assert!(world.there(Provider::Kitsu, Field::StartedOn).is_some_and(|date| !date.is_empty()), "invented");
    world.edit_here(&fields([started("")]));
    world.quietly();
    assert!(world.here(Field::StartedOn).is_empty());
}

#[test]
fn a_write_that_was_passed_by_is_not_taken_for_done() {
    let mut world = World::in_step(OPEN_END, &[Provider::AniList], &fields([status(Status::Reading), rereads(0)]));
    world.edit_here(&fields([chapters(8), rereads(2)]));
    let mut steps = 0;
    let _ = world.sync(Scope::Full, &mut |_: &mut World| {
        steps += 1;
        if steps == 3 { Fate::LoseRequest } else { Fate::Go }
    });
    // By chance somebody reads as far as we would have said.
    world.wait(20);
    world.edit_there(Provider::AniList, &fields([chapters(8)]));
    world.wait(20);
    world.quietly();
    assert_eq!(world.there(Provider::AniList, Field::Rereads), Some(Value::Count(2)));
    assert_eq!(world.here(Field::Chapters), Value::Count(8));
}

#[test]
fn a_new_entry_at_myanimelist_is_known_whatever_status_it_gives_it() {
    let mut entry = kuroibara_core::Entry::new(Status::OnHold);
    entry.notes = Some("kept".into());
    let shape = Shape::MYANIMELIST;
    let at = "2026-03-01T12:00:00Z".parse().unwrap();
    let observed = |fields: Fields| Observation { fields, entry_id: None, updated_at: at, read_before: None };
    let before = observed(shape.project(&entry.fields(), OPEN_END));
    let intent = intend(at, fields([score(80)]), &entry, Some(&before));
    for given in [Status::PlanToRead, Status::Reading, Status::Completed] {
        let blank = kuroibara_core::Entry::new(given).fields().with(Field::Score, score(80).1);
        let answer = observed(shape.project(&blank, OPEN_END));
        assert_eq!(answered(None, &intent, &answer, &shape, OPEN_END), None, "{given}");
    }
    let answer = observed(before.fields.clone().with(Field::Score, score(80).1));
    assert!(answered(None, &intent, &answer, &shape, OPEN_END).is_some(), "an update is an update");
}

#[test]
fn a_winner_that_knows_no_volumes_does_not_clear_them() {
    let mut world = World::connected(OPEN_END, &[Provider::MyAnimeList, Provider::Kitsu]);
    world.policy.keep_in_step = true;
    world.edit_there(Provider::MyAnimeList, &fields([status(Status::Reading), chapters(90), volumes(10)]));
    world.wait(3_600);
    world.edit_there(Provider::Kitsu, &fields([status(Status::OnHold), chapters(94)]));
    world.wait(3_600);
    world.quietly();
    assert_eq!(world.here(Field::Status), status(Status::OnHold).1, "the newer reading state won");
    assert_eq!(world.here(Field::Chapters), Value::Count(94));
    assert_eq!(world.here(Field::Volumes), Value::Count(10), "nobody ever said 0");
    assert_eq!(world.there(Provider::MyAnimeList, Field::Volumes), Some(Value::Count(10)));
    assert_eq!(world.there(Provider::MyAnimeList, Field::Chapters), Some(Value::Count(94)));
}

#[test]
fn an_edit_here_does_not_clear_volumes_that_nobody_here_ever_gave() {
    let mut world = World::in_step(OPEN_END, &[Provider::Kitsu], &reading(90));
    world.links[Provider::MyAnimeList].connected = true;
    world.edit_there(Provider::MyAnimeList, &fields([status(Status::Reading), chapters(80), volumes(10)]));
    world.wait(3_600);
    world.edit_here(&fields([chapters(91)]));
    world.wait(3_600);
    world.quietly();
    assert_eq!(world.there(Provider::MyAnimeList, Field::Chapters), Some(Value::Count(91)));
    assert_eq!(world.there(Provider::MyAnimeList, Field::Volumes), Some(Value::Count(10)));
    assert_eq!(world.here(Field::Volumes), Value::Count(10));
}

#[test]
fn a_list_that_keeps_no_volumes_and_no_rereads_does_not_clear_another_lists() {
    for local in [false, true] {
        let mut world = World::connected(OPEN_END, &[Provider::MyAnimeList, Provider::AniList]);
        world.policy.keep_in_step = true;
        if local {
            world.edit_here(&fields([status(Status::Reading), chapters(3)]));
        }
        let older = fields([status(Status::Reading), chapters(90), volumes(10), rereads(2)]);
        world.edit_there(Provider::MyAnimeList, &older);
        world.wait(3_600);
        world.edit_there(Provider::AniList, &fields([status(Status::OnHold), chapters(94)]));
        world.wait(3_600);
        world.quietly();
        assert_eq!(world.here(Field::Status), status(Status::OnHold).1);
        for provider in [Provider::MyAnimeList, Provider::AniList] {
            assert_eq!(world.there(provider, Field::Chapters), Some(Value::Count(94)), "{provider}");
            assert_eq!(world.there(provider, Field::Volumes), Some(Value::Count(10)), "{provider}");
            assert_eq!(world.there(provider, Field::Rereads), Some(Value::Count(2)), "{provider}");
        }
    }
}

#[test]
fn a_reread_that_has_just_begun_is_no_blank() {
    let mut world = World::connected(OPEN_END, &[Provider::MyAnimeList, Provider::AniList]);
    world.policy.keep_in_step = true;
    world.edit_there(Provider::MyAnimeList, &fields([status(Status::Completed), chapters(120)]));
    world.wait(3_600);
    world.edit_there(Provider::AniList, &fields([status(Status::Rereading), rereads(1)]));
    world.wait(3_600);
    world.quietly();
    assert_eq!(world.here(Field::Status), status(Status::Rereading).1);
    assert_eq!(world.here(Field::Chapters), Value::Count(0));
}
