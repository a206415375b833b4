//! Who decides and thinks again has the question back, as long as nobody was told the answer.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use kuroibara_core::{Field, Fields, Group, Provider, Rule, Score, Value, merge::decide::Answer};
use kuroibara_engine::{
    EngineError,
    decide::{ConflictView, Reopened},
    library::EntryView,
    plan::{Part, PlanDecision, Verdict, WaitingPlan},
    settings::SettingsChange,
    sync::Order,
    undo::Target,
};
use world::{World, assert_success};

/// These works are being read in all three lists, in step, and whatever differs is asked.
async fn in_step(works: i64) -> World {
    let world = World::in_step(works).await;
    let ask = SettingsChange { rule: Some(Rule::Ask), ..SettingsChange::default() };
    for provider in Provider::ALL {
        world.engine.update(provider, &ask).await.unwrap();
    }
    world.pass(3_600);
    world
}

/// The same with another score here and at AniList, about which these works ask.
async fn disputed(works: i64) -> (World, Vec<ConflictView>) {
    let world = in_step(works).await;
    for n in 0..works {
        edit_score(&world, n, 73).await;
        world.sim.anilist.set_entry(1000 + n, |entry| entry.score_raw = 40);
    }
    world.pass(60);
    world.sync().await;
    let asked = world.asked().await;
    assert_eq!(asked.len() as i64, works);
    world.pass(60);
    world.reset_counters();
    (world, asked)
}

async fn edit_score(world: &World, n: i64, points: i64) {
    let edit = Fields::new().with(Field::Score, Value::Score(Score::new(points).ok()));
    world.engine.edit(here(world, n).await.manga_id, &edit).await.unwrap();
}

async fn here(world: &World, n: i64) -> EntryView {
    let manga = world.engine.find(&format!("anilist:{}", 1000 + n)).await.unwrap();
    world.engine.entry(manga).await.unwrap()
}

fn score_there(world: &World, n: i64) -> u32 {
    world.sim.anilist.entry(1000 + n).unwrap().score_raw
}

/// The questions as they are asked, whenever that was.
async fn asked(world: &World) -> Vec<ConflictView> {
    world.asked().await
}

#[tokio::test]
async fn a_report_counts_every_question_that_waits_also_where_nothing_changed_since() {
    let (world, _) = disputed(3).await;
    edit_score(&world, 0, 40).await;
    world.sim.anilist.set_entry(1001, |entry| entry.progress += 1);
    world.pass(60);
    let foreseen = world.engine.sync(&Order { dry_run: true, ..Order::default() }).await.unwrap();
    let report = world.sync().await;
    assert_eq!((foreseen.questions, report.questions, asked(&world).await.len()), (2, 2, 2), "one has answered itself");
}

#[tokio::test]
async fn an_answer_that_nobody_was_told_yet_is_taken_back_and_the_same_question_is_open_again() {
    for answer in [Answer::Local, Answer::Provider(Provider::AniList)] {
        let (world, before) = disputed(1).await;
        let entry = here(&world, 0).await;
        world.engine.resolve(before[0].id, answer).await.unwrap();
        assert_eq!(asked(&world).await, []);
        let back = world.engine.reopen(before[0].id).await.unwrap();
        assert_eq!(back, Reopened { reopened: 1, carried_out: 0 });
        assert_eq!(asked(&world).await, before, "{answer:?}");
        assert_eq!(here(&world, 0).await.score, entry.score);
        world.pass(60);
        assert_success(&world.full().await);
        assert_eq!((asked(&world).await, world.writes()), (before.clone(), [0, 0, 0]), "it stays asked");
        world.engine.resolve(before[0].id, Answer::Provider(Provider::AniList)).await.unwrap();
        world.pass(60);
        assert_success(&world.sync().await);
        assert_eq!((here(&world, 0).await.score, score_there(&world, 0)), (Score::new(40).ok(), 40));
    }
}

#[tokio::test]
async fn an_answer_that_went_out_is_not_taken_back_so_but_what_it_changed_is() {
    let (world, before) = disputed(1).await;
    world.engine.resolve(before[0].id, Answer::Local).await.unwrap();
    world.pass(60);
    assert_success(&world.sync().await);
    assert_eq!(score_there(&world, 0), 73);
    world.pass(60);
    let late = world.engine.reopen(before[0].id).await;
    assert!(matches!(late, Err(EngineError::CarriedOut)), "{late:?}");
    assert_eq!((asked(&world).await.len(), here(&world, 0).await.score), (0, Score::new(73).ok()));
    world.engine.undo(Target::Id(before[0].id), false).await.unwrap();
    world.pass(60);
    assert_success(&world.sync().await);
    assert_eq!((here(&world, 0).await.score, score_there(&world, 0)), (Score::new(40).ok(), 40));
    world.pass(60);
    world.reset_counters();
    assert_eq!((world.full().await.plan, world.writes()), (Vec::new(), [0, 0, 0]));
}

#[tokio::test]
async fn what_was_edited_since_an_answer_is_lost_neither_by_asking_again_nor_by_undoing_it() {
    let (world, before) = disputed(1).await;
    world.engine.resolve(before[0].id, Answer::Local).await.unwrap();
    world.pass(60);
    edit_score(&world, 0, 91).await;
    let late = world.engine.reopen(before[0].id).await;
    assert!(matches!(late, Err(EngineError::CarriedOut)), "{late:?}");
    world.pass(60);
    assert_success(&world.sync().await);
    let undone = world.engine.undo(Target::Id(before[0].id), false).await;
    assert!(undone.is_err(), "{undone:?}");
    assert_eq!(here(&world, 0).await.score, Score::new(91).ok());
    let (world, before) = disputed(1).await;
    world.engine.resolve(before[0].id, Answer::Local).await.unwrap();
    world.pass(60);
    assert_success(&world.sync().await);
    world.pass(60);
    edit_score(&world, 0, 91).await;
    world.pass(60);
    assert_success(&world.sync().await);
    let undone = world.engine.undo(Target::Id(before[0].id), false).await;
    assert!(matches!(undone, Err(EngineError::NewerEdits(_))), "{undone:?}");
    assert_eq!((here(&world, 0).await.score, score_there(&world, 0)), (Score::new(91).ok(), 91));
}

#[tokio::test]
async fn answers_that_were_given_alike_are_taken_back_alike_but_for_those_that_went_out() {
    let (world, before) = disputed(4).await;
    assert_eq!(world.engine.resolve_alike(before[2].id, Answer::Local).await.unwrap(), 4);
    edit_score(&world, 1, 5).await;
    let back = world.engine.reopen(before[0].id).await.unwrap();
    assert_eq!(back, Reopened { reopened: 3, carried_out: 1 });
    let open: Vec<_> = asked(&world).await.into_iter().map(|one| one.manga_id).collect();
    assert_eq!(open.len(), 3);
    assert!(!open.contains(&here(&world, 1).await.manga_id), "what was edited since stays decided");
    let twice = world.engine.reopen(before[0].id).await;
    assert!(matches!(twice, Err(EngineError::Refused(_))), "it is open: {twice:?}");
    let nobody = world.engine.reopen(uuid::Uuid::nil()).await;
    assert!(matches!(nobody, Err(EngineError::Refused(_))), "{nobody:?}");
}

#[tokio::test]
async fn what_was_said_about_a_title_that_is_gone_is_taken_back_whatever_it_was() {
    for answer in [Answer::Keep, Answer::Remove, Answer::Restore] {
        for removed_here in [true, false] {
            let world = in_step(1).await;
            let manga = here(&world, 0).await.manga_id;
            match removed_here {
                true => world.engine.remove(manga).await.unwrap(),
                false => assert!(world.sim.anilist.remove_entry(1000)),
            }
            world.pass(60);
            world.full().await;
            let before = asked(&world).await;
            let id = before[0].id;
            world.engine.resolve(id, answer).await.unwrap();
            let others: Vec<_> = asked(&world).await;
            assert!(others.iter().all(|one| one.id != id));
            world.engine.reopen(id).await.unwrap();
            assert_eq!(asked(&world).await, before, "{answer:?} {removed_here}");
            world.pass(60);
            world.reset_counters();
            world.full().await;
            let there = [
                world.sim.anilist.entry(1000).is_some(),
                world.sim.myanimelist.entry(2000).is_some(),
                world.sim.kitsu.entry(3000).is_some(),
            ];
            assert_eq!((there, world.writes()), ([removed_here, true, true], [0, 0, 0]), "{answer:?} {removed_here}");
            assert_eq!(asked(&world).await, before, "{answer:?} {removed_here}");
        }
    }
}

#[tokio::test]
async fn how_an_answer_is_taken_back_is_forgotten_after_a_day() {
    let (world, before) = disputed(2).await;
    world.engine.resolve(before[0].id, Answer::Provider(Provider::AniList)).await.unwrap();
    world.pass(86_400 + 1);
    world.engine.resolve(before[1].id, Answer::Provider(Provider::AniList)).await.unwrap();
    let late = world.engine.reopen(before[0].id).await;
    assert!(matches!(late, Err(EngineError::CarriedOut)), "{late:?}");
    world.engine.reopen(before[1].id).await.unwrap();
}

/// A plan that waits, of three changes to one title and one to another.
async fn waiting() -> (World, WaitingPlan) {
    let world = in_step(2).await;
    world.engine.set_keep_in_step(false).await.unwrap();
    world.engine.set_keep_in_step(true).await.unwrap();
    world.sim.anilist.set_entry(1000, |entry| (entry.progress, entry.score_raw) = (5, 80));
    world.sim.anilist.set_entry(1001, |entry| entry.progress = 3);
    world.pass(60);
    world.engine.sync(&Order::default()).await.unwrap();
    let plan = world.engine.waiting_plan().await.unwrap().expect("a plan waits");
    (world, plan)
}

#[tokio::test]
async fn each_thing_that_was_said_of_a_plan_is_taken_back_the_newest_first() {
    let (world, first) = waiting().await;
    let row = first.rows.iter().find(|row| row.fields.len() == 2).expect("score and chapters").row;
    let said = [
        (Part::Field(Field::Score), Verdict::Skip),
        (Part::Field(Field::Chapters), Verdict::Value(4.into())),
        (Part::Row, Verdict::Skip),
        (Part::Row, Verdict::Accept),
        (Part::Group(Group::Score), Verdict::Never),
    ];
    let mut stood = vec![first.clone()];
    for (part, verdict) in said {
        let said = PlanDecision { rows: vec![row], part, verdict };
        stood.push(world.engine.plan_decide(Some(first.run_id), &said).await.unwrap());
    }
    assert_eq!(world.engine.nevers().await.unwrap().len(), 1);
    stood.pop();
    while let Some(before) = stood.pop() {
        assert_eq!(world.engine.plan_take_back(Some(first.run_id)).await.unwrap(), before);
        assert_eq!(world.engine.waiting_plan().await.unwrap(), Some(before), "and it is kept so");
    }
    assert_eq!(world.engine.nevers().await.unwrap(), []);
    let none = world.engine.plan_take_back(None).await;
    assert!(matches!(none, Err(EngineError::Refused(_))), "{none:?}");
    assert_success(&world.engine.plan_apply(Some(first.run_id), &[]).await.unwrap());
    assert_eq!(world.sim.kitsu.entry(3000).unwrap().progress, 5, "as if nothing had been said");
    assert_eq!(world.sim.kitsu.entry(3000).unwrap().rating_twenty, Some(16));
}

#[tokio::test]
async fn a_never_of_before_stays_when_more_is_said_and_taken_back() {
    let (world, plan) = waiting().await;
    let row = plan.rows.iter().find(|row| row.fields.len() == 2).expect("score and chapters").row;
    let never = |part| PlanDecision { rows: vec![row], part, verdict: Verdict::Never };
    world.engine.plan_decide(None, &never(Part::Field(Field::Score))).await.unwrap();
    world.engine.plan_decide(None, &never(Part::Group(Group::Score))).await.unwrap();
    world.engine.plan_decide(None, &never(Part::Row)).await.unwrap();
    world.engine.plan_take_back(None).await.unwrap();
    assert_eq!(world.engine.nevers().await.unwrap().len(), 1);
}

#[tokio::test]
async fn of_a_plan_that_was_made_anew_nothing_is_taken_back_that_was_said_of_the_other() {
    let (world, plan) = waiting().await;
    let skip = PlanDecision { rows: vec![1], part: Part::Row, verdict: Verdict::Skip };
    world.engine.plan_decide(None, &skip).await.unwrap();
    world.sim.anilist.set_entry(1001, |entry| entry.progress = 9);
    world.pass(60);
    world.engine.sync(&Order::default()).await.unwrap();
    let replaced = world.engine.plan_take_back(Some(plan.run_id)).await;
    assert!(matches!(replaced, Err(EngineError::PlanReplaced)), "{replaced:?}");
    let none = world.engine.plan_take_back(None).await;
    assert!(matches!(none, Err(EngineError::Refused(_))), "{none:?}");
    assert!(world.engine.waiting_plan().await.unwrap().unwrap().rows[0].skipped, "what was said still stands");
}
