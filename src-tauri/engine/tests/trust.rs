//! A plan is seen before it happens, decided in parts, and what is applied is what was accepted, exactly.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use kuroibara_core::{
    Direction, Field, Fields, Group, Origin, Provider, RunId, Score, Value, guard::Stop, plan::Action,
};
use kuroibara_engine::{
    EngineError,
    library::EntryView,
    plan::{Part, PlanDecision, Verdict, WaitingPlan, WaitingRow},
    settings::SettingsChange,
    sync::{
        Order,
        report::{PlanRow, ProviderStatus, Report, Waits},
    },
};
use kuroibara_sim::anilist::ListStatus;
use world::{World, assert_success};

/// A world in which these works stand in all three lists as being read, in step, and whose next sync waits.
async fn waiting(works: i64) -> World {
    let world = World::in_step(works).await;
    world.engine.set_keep_in_step(false).await.unwrap();
    world.engine.set_keep_in_step(true).await.unwrap();
    world.pass(3_600);
    world.reset_counters();
    world
}

/// The plan of a sync that nobody approved.
async fn plan(world: &World) -> WaitingPlan {
    let report = world.engine.sync(&Order::default()).await.unwrap();
    let waits = report.providers.values().any(|one| one.status == ProviderStatus::NeedsApproval);
    assert!(waits, "{:#?}", report.providers);
    world.engine.waiting_plan().await.unwrap().expect("a plan waits")
}

/// A work that is being read at AniList and stands nowhere else, and the plan of the first sync that is to go everywhere.
async fn first_meeting() -> (World, WaitingPlan) {
    let world = World::of_works(1).await;
    world.sim.anilist.set_entry(1000, |entry| entry.status = ListStatus::Current);
    world.pass(90_000);
    world.connect_all().await;
    world.engine.set_keep_in_step(true).await.unwrap();
    let made = plan(&world).await;
    (world, made)
}

async fn apply(world: &World) -> Report {
    world.engine.plan_apply(None, &[]).await.unwrap()
}

async fn decide(world: &World, rows: &[usize], part: Part, verdict: Verdict) -> WaitingPlan {
    let said = PlanDecision { rows: rows.to_vec(), part, verdict };
    world.engine.plan_decide(None, &said).await.unwrap()
}

async fn here(world: &World, n: i64) -> EntryView {
    let manga = world.engine.find(&format!("anilist:{}", 1000 + n)).await.unwrap();
    world.engine.entry(manga).await.unwrap()
}

/// Chapters at AniList, MyAnimeList and Kitsu.
fn chapters(world: &World, n: i64) -> [u32; 3] {
    [
        world.sim.anilist.entry(1000 + n).unwrap().progress,
        world.sim.myanimelist.entry(2000 + n).unwrap().num_chapters_read,
        world.sim.kitsu.entry(3000 + n).unwrap().progress as u32,
    ]
}

/// Scores there, in points.
fn scores(world: &World, n: i64) -> [u32; 3] {
    [
        world.sim.anilist.entry(1000 + n).unwrap().score_raw,
        u32::from(world.sim.myanimelist.entry(2000 + n).unwrap().score) * 10,
        world.sim.kitsu.entry(3000 + n).unwrap().rating_twenty.unwrap_or(0) as u32 * 5,
    ]
}

fn row_of(plan: &WaitingPlan, provider: Provider, action: Action) -> &WaitingRow {
    plan.rows.iter().find(|row| (row.provider, row.action) == (provider, action)).expect("the plan has this row")
}

/// What is applied of a plan, in the form of what was done.
fn accepted(plan: &WaitingPlan) -> Vec<(Provider, Action, Vec<Field>)> {
    let rows = plan.rows.iter().filter(|row| !row.skipped);
    let fields = |row: &WaitingRow| row.fields.iter().filter(|one| !one.skipped).map(|one| one.field).collect();
    rows.map(|row| (row.provider, row.action, fields(row))).collect()
}

fn applied(report: &Report) -> Vec<(Provider, Action, Vec<Field>)> {
    let fields = |row: &PlanRow| row.fields.iter().filter_map(|one| Field::from_name(one.field)).collect();
    report.plan.iter().map(|row| (row.provider, row.action, fields(row))).collect()
}

async fn is_quiet(world: &World) {
    world.pass(60);
    world.reset_counters();
    let report = world.full().await;
    assert_eq!((report.plan, world.writes()), (Vec::new(), [0, 0, 0]));
}

#[tokio::test]
async fn a_row_says_who_changed_what_and_when() {
    let world = waiting(1).await;
    world.sim.anilist.set_entry(1000, |entry| entry.progress = 5);
    let there = world.clock_time();
    world.pass(600);
    let plan = plan(&world).await;
    let pulled = &row_of(&plan, Provider::AniList, Action::Pull).fields[0];
    assert_eq!((pulled.field, pulled.origin), (Field::Chapters, Origin::Provider(Provider::AniList)));
    assert!((pulled.at - there).abs() <= chrono::TimeDelta::seconds(2), "{} and {there}", pulled.at);
    let sent = &row_of(&plan, Provider::Kitsu, Action::Push).fields[0];
    assert_eq!((sent.origin, sent.at), (pulled.origin, pulled.at), "what is sent on was changed there");
    let edit = Fields::new().with(Field::Score, Value::Score(Score::new(80).ok()));
    world.engine.edit(here(&world, 0).await.manga_id, &edit).await.unwrap();
    let plan = self::plan(&world).await;
    let score = row_of(&plan, Provider::Kitsu, Action::Push).fields.iter().find(|one| one.field == Field::Score);
    assert_eq!(score.map(|one| one.origin), Some(Origin::User));
    let created = World::with(20, 5).await;
    created.connect(Provider::AniList).await;
    let row = self::plan(&created).await.rows.remove(0);
    assert_eq!((row.action, row.origin), (Action::CreateLocal, Some(Origin::Provider(Provider::AniList))));
    assert!(row.at.is_some());
}

#[tokio::test]
async fn a_dry_run_prints_the_plan_that_is_carried_out_byte_for_byte_whatever_the_clocks_say() {
    for skew in [0, 7, -4_321] {
        let world = waiting(3).await;
        world.sim.clock.advance(chrono::TimeDelta::seconds(skew));
        for n in 0..3 {
            world.sim.anilist.set_entry(1000 + n, |entry| entry.progress = 5 + n as u32);
        }
        let text = |plan: &[PlanRow]| serde_json::to_string(plan).unwrap();
        let dry = world.engine.sync(&Order { dry_run: true, ..Order::default() }).await.unwrap();
        world.clock.advance(std::time::Duration::from_millis(700));
        let done = world.sync().await;
        assert_eq!(text(&dry.plan), text(&done.plan), "{skew}");
        assert!(!done.plan.is_empty());
    }
}

#[tokio::test]
async fn a_field_is_left_out_with_all_that_hangs_on_it_and_proposed_again() {
    let world = waiting(2).await;
    world.sim.anilist.set_entry(1000, |entry| (entry.progress, entry.score_raw) = (5, 80));
    world.sim.anilist.set_entry(1001, |entry| entry.progress = 3);
    world.pass(60);
    let first = plan(&world).await;
    let row = row_of(&first, Provider::AniList, Action::Pull).row;
    let said = decide(&world, &[row], Part::Field(Field::Score), Verdict::Skip).await;
    let left: Vec<_> =
        said.rows.iter().flat_map(|row| &row.fields).filter(|one| one.skipped).map(|one| one.field).collect();
    assert_eq!(left, [Field::Score; 3], "it goes to nobody either: {said:#?}");
    let report = apply(&world).await;
    assert_eq!(applied(&report), accepted(&said));
    assert_eq!((chapters(&world, 0), scores(&world, 0)), ([5, 5, 5], [80, 0, 0]));
    assert_eq!((here(&world, 0).await.chapters_read, here(&world, 0).await.score), (5, None));
    assert_eq!(chapters(&world, 1), [3, 3, 3]);
    let again = plan(&world).await;
    assert_eq!(
        accepted(&again).iter().map(|(_, _, fields)| fields.clone()).collect::<Vec<_>>(),
        vec![vec![Field::Score]; 3]
    );
    assert_success(&apply(&world).await);
    assert_eq!(scores(&world, 0), [80, 80, 80]);
    is_quiet(&world).await;
}

#[tokio::test]
async fn a_row_that_is_sent_is_left_out_alone_and_taken_in_again_with_what_it_hangs_on() {
    let world = waiting(1).await;
    world.sim.anilist.set_entry(1000, |entry| entry.progress = 5);
    world.pass(60);
    let made = plan(&world).await;
    let row = |provider, action| row_of(&made, provider, action).row;
    let (pulled, sent) = (row(Provider::AniList, Action::Pull), row(Provider::Kitsu, Action::Push));
    let skipped = |plan: &WaitingPlan| plan.rows.iter().filter(|row| row.skipped).count();
    assert_eq!(skipped(&decide(&world, &[pulled], Part::Row, Verdict::Skip).await), 3);
    assert_eq!(
        skipped(&decide(&world, &[sent], Part::Row, Verdict::Accept).await),
        1,
        "what it hangs on comes with it"
    );
    decide(&world, &[sent], Part::Row, Verdict::Skip).await;
    let said = decide(&world, &[row(Provider::MyAnimeList, Action::Push)], Part::Row, Verdict::Accept).await;
    let report = apply(&world).await;
    assert_eq!(applied(&report), accepted(&said));
    assert_eq!(chapters(&world, 0), [5, 5, 0]);
    assert_eq!(accepted(&plan(&world).await), [(Provider::Kitsu, Action::Push, vec![Field::Chapters])]);
}

#[tokio::test]
async fn what_is_left_out_of_a_row_that_is_applied_alone_stays_out_of_the_titles_other_rows() {
    let world = waiting(2).await;
    world.sim.anilist.set_entry(1000, |entry| (entry.progress, entry.score_raw) = (5, 80));
    world.sim.anilist.set_entry(1001, |entry| entry.progress = 3);
    world.pass(60);
    let row = row_of(&plan(&world).await, Provider::AniList, Action::Pull).row;
    decide(&world, &[row], Part::Field(Field::Score), Verdict::Skip).await;
    world.engine.plan_apply(None, &[row]).await.unwrap();
    assert_eq!((here(&world, 0).await.chapters_read, here(&world, 0).await.score), (5, None));
    assert_eq!((chapters(&world, 0), scores(&world, 0)), ([5, 0, 0], [80, 0, 0]));
    let rest = world.engine.waiting_plan().await.unwrap().unwrap();
    assert!(rest.rows.iter().all(|row| row.changed_since.is_none()), "{rest:#?}");
    let report = apply(&world).await;
    assert_eq!(applied(&report), accepted(&rest));
    assert_eq!((chapters(&world, 0), scores(&world, 0)), ([5; 3], [80, 0, 0]));
    assert_eq!(chapters(&world, 1), [3; 3]);
    let fields = |(_, _, fields): &(Provider, Action, Vec<Field>)| fields.clone();
    assert_eq!(accepted(&plan(&world).await).iter().map(fields).collect::<Vec<_>>(), vec![vec![Field::Score]; 3]);
}

/// A world of one title that stands in all three lists with the same score, and whose first sync waits.
async fn scored_everywhere() -> World {
    let world = World::of_works(1).await;
    world.sim.anilist.set_entry(1000, |entry| (entry.status, entry.score_raw) = (ListStatus::Current, 80));
    world.sim.myanimelist.set_entry(2000, |entry| entry.score = 8);
    world.sim.kitsu.set_entry(3000, |entry| entry.rating_twenty = Some(16)).unwrap();
    world.pass(90_000);
    world.connect_all().await;
    world.engine.set_keep_in_step(true).await.unwrap();
    world
}

#[tokio::test]
async fn a_field_that_is_left_out_comes_from_no_other_service_that_holds_it_too() {
    let world = scored_everywhere().await;
    let made = plan(&world).await;
    let comes = made.rows.iter().find(|row| row.action == Action::CreateLocal).unwrap().row;
    let said = decide(&world, &[comes], Part::Field(Field::Score), Verdict::Skip).await;
    let report = apply(&world).await;
    assert_success(&report);
    assert_eq!(applied(&report), accepted(&said));
    assert_eq!((here(&world, 0).await.score, scores(&world, 0)), (None, [80; 3]));
    for _ in 0..2 {
        world.pass(60);
        let again = plan(&world).await;
        assert_eq!(here(&world, 0).await.score, None, "it is not adopted without being asked about");
        let fields = accepted(&again).into_iter().flat_map(|(.., fields)| fields).collect::<Vec<_>>();
        assert_eq!(fields, [Field::Score], "{again:#?}");
    }
    assert_success(&apply(&world).await);
    assert_eq!((here(&world, 0).await.score, scores(&world, 0)), (Score::new(80).ok(), [80; 3]));
    is_quiet(&world).await;
}

#[tokio::test]
async fn a_field_that_is_never_wanted_of_one_service_is_asked_about_before_another_brings_it() {
    let world = scored_everywhere().await;
    let made = plan(&world).await;
    let comes = made.rows.iter().find(|row| row.action == Action::CreateLocal).unwrap();
    decide(&world, &[comes.row], Part::Field(Field::Score), Verdict::Never).await;
    assert_success(&apply(&world).await);
    world.pass(60);
    let again = plan(&world).await;
    let [row] = &again.rows[..] else { panic!("one: {again:#?}") };
    assert_eq!((row.action, row.provider != comes.provider), (Action::Pull, true), "{again:#?}");
    assert_eq!(here(&world, 0).await.score, None);
    assert_success(&apply(&world).await);
    assert_eq!(here(&world, 0).await.score, Score::new(80).ok());
    is_quiet(&world).await;
}

#[tokio::test]
async fn a_row_that_was_left_out_and_is_named_all_the_same_is_applied_whole() {
    let world = waiting(1).await;
    world.sim.anilist.set_entry(1000, |entry| (entry.progress, entry.score_raw) = (5, 80));
    world.pass(60);
    let row = row_of(&plan(&world).await, Provider::AniList, Action::Pull).row;
    decide(&world, &[row], Part::Row, Verdict::Skip).await;
    world.engine.plan_apply(None, &[row]).await.unwrap();
    let entry = here(&world, 0).await;
    assert_eq!((entry.chapters_read, entry.score), (5, Score::new(80).ok()));
}

#[tokio::test]
async fn an_entry_that_was_left_out_comes_in_again_with_whatever_hangs_on_it() {
    let (world, made) = first_meeting().await;
    let (comes, goes) = (row_of(&made, Provider::AniList, Action::CreateLocal).row, Action::CreateRemote);
    let said = decide(&world, &[comes], Part::Row, Verdict::Skip).await;
    assert!(said.rows.iter().all(|row| row.skipped), "nothing of a title happens without its entry: {said:#?}");
    let said = decide(&world, &[row_of(&said, Provider::Kitsu, goes).row], Part::Row, Verdict::Accept).await;
    assert!(!row_of(&said, Provider::AniList, Action::CreateLocal).skipped, "{said:#?}");
    assert!(row_of(&said, Provider::MyAnimeList, goes).skipped, "{said:#?}");
}

#[tokio::test]
async fn what_is_never_wanted_of_a_title_at_a_service_stays_out_until_that_is_taken_back() {
    let world = waiting(1).await;
    world.sim.anilist.set_entry(1000, |entry| (entry.progress, entry.score_raw) = (5, 80));
    world.pass(60);
    let row = row_of(&plan(&world).await, Provider::AniList, Action::Pull).row;
    decide(&world, &[row], Part::Group(Group::Score), Verdict::Never).await;
    apply(&world).await;
    is_quiet(&world).await;
    assert_eq!((here(&world, 0).await.score, scores(&world, 0)), (None, [80, 0, 0]));
    let edit = Fields::new().with(Field::Score, Value::Score(Score::new(60).ok()));
    world.engine.edit(here(&world, 0).await.manga_id, &edit).await.unwrap();
    world.pass(60);
    world.sync().await;
    assert_eq!(scores(&world, 0), [80, 60, 60], "it goes everywhere else");
    is_quiet(&world).await;
    let nevers = world.engine.nevers().await.unwrap();
    let [never] = &nevers[..] else { panic!("one: {nevers:?}") };
    assert_eq!((never.field, never.title.as_deref()), (Some(Field::Score), Some("Work 0")));
    let left = world.engine.allow(never.provider, &never.external_id, never.field).await.unwrap();
    assert_eq!(left, []);
    assert!(world.engine.allow(Provider::AniList, &"1000".into(), Some(Field::Score)).await.is_err(), "only once");
    world.pass(60);
    world.sync().await;
    let [a, b, c] = scores(&world, 0);
    assert!(a == b && b == c, "in step again: {:?}", [a, b, c]);
    is_quiet(&world).await;
}

#[tokio::test]
async fn a_never_is_taken_back_by_accepting_what_it_keeps_out_and_kept_by_naming_it_alone() {
    let (world, made) = first_meeting().await;
    let row = row_of(&made, Provider::Kitsu, Action::CreateRemote).row;
    decide(&world, &[row], Part::Row, Verdict::Never).await;
    let all: Vec<usize> = made.rows.iter().map(|row| row.row).collect();
    let refused = world.engine.plan_apply(None, &all).await.unwrap_err().to_string();
    assert!(refused.contains(&format!("`plan accept {row}`")), "{refused}");
    decide(&world, &[row], Part::Row, Verdict::Accept).await;
    assert_eq!(world.engine.nevers().await.unwrap(), []);
    world.engine.plan_take_back(None).await.unwrap();
    let nevers = world.engine.nevers().await.unwrap();
    assert_eq!((nevers.len(), nevers[0].title.as_deref()), (1, Some("Work 0")));
    let said = decide(&world, &[row], Part::Row, Verdict::Accept).await;
    assert_eq!(applied(&apply(&world).await), accepted(&said));
    assert!(world.sim.kitsu.entry(3000).is_some(), "it is synced after all");
    is_quiet(&world).await;
}

#[tokio::test]
async fn what_was_left_out_of_a_title_stays_out_when_the_title_changes_before_it_is_applied() {
    let world = waiting(2).await;
    for n in 0..2 {
        world.sim.anilist.set_entry(1000 + n, |entry| (entry.progress, entry.score_raw) = (5, 80));
    }
    world.pass(60);
    let made = plan(&world).await;
    let of = |provider, title: &str| {
        made.rows.iter().find(|row| row.provider == provider && row.title == title).expect("a row").row
    };
    decide(&world, &[of(Provider::Kitsu, "Work 0")], Part::Row, Verdict::Skip).await;
    decide(&world, &[of(Provider::MyAnimeList, "Work 0")], Part::Field(Field::Score), Verdict::Skip).await;
    world.sim.anilist.set_entry(1000, |entry| entry.progress = 9);
    world.pass(60);
    apply(&world).await;
    assert_eq!([chapters(&world, 0), chapters(&world, 1)], [[9, 0, 0], [5, 5, 5]]);
    let rest = world.engine.waiting_plan().await.unwrap().unwrap();
    assert!(rest.rows.iter().any(|row| row.provider == Provider::Kitsu && row.skipped), "{rest:#?}");
    let report = apply(&world).await;
    assert_eq!(applied(&report), accepted(&rest));
    assert_eq!((chapters(&world, 0), scores(&world, 0)), ([9, 9, 0], [80, 0, 0]));
}

#[tokio::test]
async fn another_value_takes_the_place_of_a_proposed_one_everywhere() {
    let world = waiting(1).await;
    world.sim.anilist.set_entry(1000, |entry| (entry.progress, entry.score_raw) = (5, 80));
    world.pass(60);
    let row = row_of(&plan(&world).await, Provider::Kitsu, Action::Push).row;
    let said = decide(&world, &[row], Part::Field(Field::Score), Verdict::Value(70.into())).await;
    let wishes = said.rows.iter().flat_map(|row| &row.fields).filter(|one| one.wish.is_some()).count();
    assert_eq!(wishes, 3, "each row of it says so: {said:#?}");
    assert_success(&apply(&world).await);
    assert_eq!((scores(&world, 0), chapters(&world, 0)), ([70, 70, 70], [5, 5, 5]));
    assert_eq!(here(&world, 0).await.score, Score::new(70).ok());
    is_quiet(&world).await;
    for (row, part, value) in [(1, Part::Field(Field::Score), "much"), (1, Part::Row, "70"), (9, Part::Row, "70")] {
        world.sim.anilist.set_entry(1000, |entry| entry.score_raw += 1);
        world.engine.set_keep_in_step(false).await.unwrap();
        world.engine.set_keep_in_step(true).await.unwrap();
        world.pass(60);
        plan(&world).await;
        let said = PlanDecision { rows: vec![row], part, verdict: Verdict::Value(value.into()) };
        assert!(world.engine.plan_decide(None, &said).await.is_err(), "{said:?}");
    }
}

#[tokio::test]
async fn a_value_that_was_chosen_runs_over_nothing_that_was_said_after_it() {
    let world = waiting(1).await;
    world.sim.anilist.set_entry(1000, |entry| entry.score_raw = 80);
    world.pass(60);
    let row = row_of(&plan(&world).await, Provider::Kitsu, Action::Push).row;
    decide(&world, &[row], Part::Field(Field::Score), Verdict::Value(70.into())).await;
    world.pass(60);
    world.sim.anilist.set_entry(1000, |entry| entry.score_raw = 90);
    world.pass(60);
    let before = scores(&world, 0);
    let report = apply(&world).await;
    assert_eq!(report.providers[&Provider::AniList].waits, Some(Waits::Changed { titles: 1 }), "{report:#?}");
    assert_eq!((scores(&world, 0), here(&world, 0).await.score), (before, None), "neither value is carried out");
    let rest = world.engine.waiting_plan().await.unwrap().unwrap();
    assert!(rest.rows.iter().all(|row| row.changed_since.is_some()), "{rest:#?}");
    apply(&world).await;
    assert_eq!(scores(&world, 0), [90, 90, 90]);
    is_quiet(&world).await;
}

#[tokio::test]
async fn a_title_that_changed_since_it_was_accepted_is_left_as_it_is_and_waits_marked() {
    let world = waiting(2).await;
    for n in 0..2 {
        world.sim.anilist.set_entry(1000 + n, |entry| entry.progress = 5);
    }
    world.pass(60);
    plan(&world).await;
    world.sim.anilist.set_entry(1000, |entry| entry.progress = 9);
    world.pass(60);
    let report = apply(&world).await;
    assert_eq!(report.providers[&Provider::AniList].waits, Some(Waits::Changed { titles: 1 }), "{report:#?}");
    assert!(report.plan.iter().all(|row| row.title == "Work 1"), "{:#?}", report.plan);
    assert_eq!([chapters(&world, 0), chapters(&world, 1)], [[9, 0, 0], [5, 5, 5]]);
    assert_eq!(here(&world, 0).await.chapters_read, 0);
    let rest = world.engine.waiting_plan().await.unwrap().unwrap();
    assert!(rest.rows.iter().all(|row| row.title == "Work 0" && row.changed_since.is_some()), "{rest:#?}");
    let report = apply(&world).await;
    assert_eq!(applied(&report), accepted(&rest));
    assert_eq!(chapters(&world, 0), [9, 9, 9]);
    is_quiet(&world).await;
}

#[tokio::test]
async fn a_plan_that_comes_to_the_same_stays_the_plan_and_one_that_does_not_is_marked_and_keeps_what_was_said() {
    let world = waiting(2).await;
    for n in 0..2 {
        world.sim.anilist.set_entry(1000 + n, |entry| entry.progress = 5);
    }
    world.pass(60);
    let first = plan(&world).await;
    decide(&world, &[first.rows[0].row], Part::Row, Verdict::Skip).await;
    let same = plan(&world).await;
    assert_eq!((same.run_id, same.rows[0].skipped), (first.run_id, true));
    world.sim.anilist.set_entry(1001, |entry| entry.progress = 6);
    world.pass(60);
    let other = plan(&world).await;
    assert_ne!(other.run_id, first.run_id);
    let of = |title: &str| other.rows.iter().filter(|row| row.title == title).collect::<Vec<_>>();
    assert!(of("Work 0").iter().all(|row| row.skipped && row.changed_since.is_none()), "{other:#?}");
    assert!(of("Work 1").iter().all(|row| !row.skipped && row.changed_since.is_some()), "{other:#?}");
    let stale = PlanDecision { rows: vec![1], part: Part::Row, verdict: Verdict::Skip };
    let refused = world.engine.plan_decide(Some(first.run_id), &stale).await;
    assert!(matches!(refused, Err(EngineError::PlanReplaced)), "{refused:?}");
    let refused = world.engine.plan_apply(Some(first.run_id), &[]).await;
    assert!(matches!(refused, Err(EngineError::PlanReplaced)), "{refused:?}");
}

#[tokio::test]
async fn a_plan_is_applied_once_and_what_is_gone_by_then_is_said() {
    let world = World::of_works(3).await;
    for n in 0..3 {
        world.sim.anilist.set_entry(1000 + n, |entry| entry.status = ListStatus::Current);
    }
    world.pass(90_000);
    world.connect(Provider::AniList).await;
    let made = plan(&world).await;
    assert_eq!(made.waits[&Provider::AniList], Waits::First);
    let other = world.another_engine().await;
    let late = other.plan_order(Some(made.run_id), &[]).await.unwrap();
    world.sim.anilist.remove_entry(1002);
    let report = world.engine.plan_apply(Some(made.run_id), &[]).await.unwrap();
    assert_eq!((report.plan.len(), report.providers[&Provider::AniList].gone), (2, 1));
    assert_success(&report);
    let twice = other.sync(&late).await.unwrap();
    assert_eq!((twice.plan.len(), twice.providers[&Provider::AniList].gone), (0, 3), "nothing is done twice");
    let again = other.plan_apply(Some(made.run_id), &[]).await;
    assert!(matches!(again, Err(EngineError::NoPlan)), "{again:?}");
    let decided = PlanDecision { rows: vec![1], part: Part::Row, verdict: Verdict::Skip };
    let decided = other.plan_decide(Some(RunId(uuid::Uuid::nil())), &decided).await;
    assert!(matches!(decided, Err(EngineError::NoPlan)), "{decided:?}");
}

#[tokio::test]
async fn only_what_waits_is_in_the_plan_and_what_was_done_is_not() {
    let world = waiting(1).await;
    world.sync().await;
    world.sim.anilist.set_entry(1000, |entry| entry.progress = 5);
    let fetch_only = SettingsChange { direction: Some(Direction::Pull), ..SettingsChange::default() };
    world.engine.update(Provider::MyAnimeList, &fetch_only).await.unwrap();
    world.engine.disconnect(Provider::Kitsu).await.unwrap();
    world.connect_as(Provider::Kitsu, 4343).await;
    world.pass(60);
    let made = plan(&world).await;
    assert_eq!(chapters(&world, 0)[0], 5);
    assert_eq!(here(&world, 0).await.chapters_read, 5, "AniList's part did not wait");
    assert!(made.rows.iter().all(|row| row.provider == Provider::Kitsu), "{made:#?}");
    let report = apply(&world).await;
    assert_eq!(applied(&report), accepted(&made));
}

#[tokio::test]
async fn the_guards_share_is_chosen_and_its_stop_is_told_in_numbers() {
    let world = waiting(12).await;
    world.sync().await;
    for n in 0..12 {
        world.sim.anilist.set_entry(1000 + n, |entry| entry.progress = 50);
    }
    world.pass(60);
    world.sync().await;
    for n in 0..8 {
        world.sim.anilist.set_entry(1000 + n, |entry| entry.progress = 1);
    }
    world.pass(60);
    let made = plan(&world).await;
    let stop = Stop::TooMuch { lowered: 8, allowed: 5, of: 12 };
    assert_eq!(made.waits[&Provider::AniList], Waits::Guard { stop });
    for percent in [0, 101] {
        assert!(matches!(world.engine.set_guard(percent).await, Err(EngineError::BadInput(_))), "{percent}");
    }
    world.engine.set_guard(70).await.unwrap();
    assert_eq!(world.engine.settings().await.unwrap().guard_percent, 70);
    assert_success(&world.engine.sync(&Order::default()).await.unwrap());
    assert_eq!(chapters(&world, 0), [1, 1, 1]);
    assert_eq!(world.engine.waiting_plan().await.unwrap(), None);
}

/// A world in step whose AniList scores were 40, and are 90 after a run that sent them; and the list as it was before.
async fn overwritten(works: i64) -> (World, uuid::Uuid) {
    let world = waiting(works).await;
    for n in 0..works {
        world.sim.anilist.set_entry(1000 + n, |entry| entry.score_raw = 40);
    }
    world.pass(60);
    world.sync().await;
    world.pass(60);
    for n in 0..works {
        world.sim.kitsu.set_entry(3000 + n, |entry| entry.rating_twenty = Some(18)).unwrap();
    }
    world.pass(60);
    assert_success(&world.sync().await);
    assert_eq!(scores(&world, 0), [90, 90, 90]);
    world.pass(60);
    let kept = world.engine.snapshots().await.unwrap();
    let newest = kept.iter().find(|one| one.provider == Provider::AniList).expect("AniList was written to");
    assert_eq!(newest.entries as i64, works);
    (world, newest.id)
}

#[tokio::test]
async fn a_kept_list_is_seen_with_its_titles_and_brought_back_everywhere() {
    let (world, id) = overwritten(3).await;
    let seen = world.engine.snapshot(id, "", 2, 1).await.unwrap();
    let titles: Vec<_> = seen.titles.iter().map(|one| one.title.as_deref().unwrap()).collect();
    assert_eq!((&titles[..], seen.found), (&["Work 1", "Work 2"][..], 3), "a page of it");
    let sought = world.engine.snapshot(id, " wORK 2", 9, 0).await.unwrap();
    assert_eq!((sought.found, sought.titles[0].title.as_deref()), (1, Some("Work 2")), "a title is found by its name");
    assert_eq!(world.engine.snapshot(id, "nothing such", 9, 0).await.unwrap().found, 0);
    assert_eq!(seen.titles[0].fields.get(Field::Score), Some(&Value::Score(Score::new(40).ok())));
    let one = here(&world, 1).await.manga_id;
    let report = world.engine.restore(id, Some(one), false).await.unwrap();
    assert_eq!((report.strategy, report.plan.len(), report.left.len()), ("restore", 1, 0));
    world.sync().await;
    assert_eq!([0, 1, 2].map(|n| scores(&world, n)), [[90; 3], [40; 3], [90; 3]]);
    is_quiet(&world).await;
    world.pass(60);
    assert_eq!(world.engine.restore(id, None, false).await.unwrap().plan.len(), 2);
    world.sync().await;
    assert_eq!([0, 1, 2].map(|n| scores(&world, n)), [[40; 3]; 3]);
    is_quiet(&world).await;
    assert!(matches!(world.engine.restore(id, None, false).await, Err(EngineError::Refused(_))), "all is back already");
}

#[tokio::test]
async fn what_is_brought_back_from_a_kept_list_is_taken_back_like_any_change() {
    let (world, id) = overwritten(2).await;
    let report = world.engine.restore(id, None, false).await.unwrap();
    world.sync().await;
    world.pass(60);
    world.engine.undo(kuroibara_engine::undo::Target::Id(report.run_id.0), false).await.unwrap();
    world.sync().await;
    assert_eq!([0, 1].map(|n| scores(&world, n)), [[90; 3]; 2]);
    is_quiet(&world).await;
}

#[tokio::test]
async fn a_kept_list_runs_over_no_newer_edit_without_being_asked_to_and_deletes_nothing() {
    let (world, id) = overwritten(2).await;
    let edit = Fields::new().with(Field::Score, Value::Score(Score::new(10).ok()));
    world.engine.edit(here(&world, 0).await.manga_id, &edit).await.unwrap();
    world.sim.anilist.set_entry(1001, |entry| entry.score_raw = 20);
    world.pass(60);
    world.sync().await;
    world.pass(60);
    let refused = world.engine.restore(id, None, false).await;
    assert!(matches!(refused, Err(EngineError::NewerEdits(2))), "{refused:?}");
    assert_eq!([scores(&world, 0), scores(&world, 1)], [[10; 3], [20; 3]]);
    world.engine.restore(id, None, true).await.unwrap();
    world.sync().await;
    assert_eq!([scores(&world, 0), scores(&world, 1)], [[40; 3]; 2]);
    is_quiet(&world).await;
}

#[tokio::test]
async fn an_entry_that_is_gone_since_is_added_again_by_a_kept_list() {
    let (world, id) = overwritten(8).await;
    world.sim.anilist.remove_entry(1002);
    world.pass(60);
    world.full().await;
    assert!(world.sim.anilist.entry(1002).is_none(), "nothing comes back by itself");
    let manga = here(&world, 2).await.manga_id;
    world.engine.restore(id, Some(manga), false).await.unwrap();
    world.sync().await;
    assert_eq!(scores(&world, 2), [40; 3]);
    is_quiet(&world).await;
    world.engine.remove(manga).await.unwrap();
    world.pass(60);
    world.sync().await;
    let refused = world.engine.restore(id, Some(manga), false).await;
    assert!(matches!(refused, Err(EngineError::NewerEdits(1))), "a removal is an edit too: {refused:?}");
    world.engine.restore(id, Some(manga), true).await.unwrap();
    world.sync().await;
    assert_eq!(here(&world, 2).await.score, Score::new(40).ok());
    is_quiet(&world).await;
}

#[tokio::test]
async fn a_kept_list_that_is_damaged_or_unknown_is_said_clearly_and_changes_nothing() {
    let (world, id) = overwritten(2).await;
    assert!(matches!(world.engine.snapshot(uuid::Uuid::nil(), "", 9, 0).await, Err(EngineError::Refused(_))));
    damage(&world, id).await;
    let seen = world.engine.snapshot(id, "", 9, 0).await;
    assert!(matches!(seen, Err(EngineError::SnapshotDamaged)), "{seen:?}");
    let restored = world.engine.restore(id, None, true).await;
    assert!(matches!(restored, Err(EngineError::SnapshotDamaged)), "{restored:?}");
    assert_eq!(scores(&world, 0), [90; 3]);
    is_quiet(&world).await;
    let others = world.engine.snapshots().await.unwrap();
    let other = others.iter().find(|one| one.id != id).expect("there are others");
    world.engine.snapshot(other.id, "", 9, 0).await.unwrap();
}

/// As a bad disk would.
async fn damage(world: &World, id: uuid::Uuid) {
    use sqlx::Connection;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(world.dir.path().join("kuroibara.db"));
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let cut = "UPDATE snapshots SET body = substr(body, 1, length(body) - 9) WHERE id = $1";
    assert_eq!(sqlx::query(cut).bind(id).execute(&mut connection).await.unwrap().rows_affected(), 1);
    connection.close().await.unwrap();
}
