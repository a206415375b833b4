//! A service that turns us away: left alone by what happens by itself, asked once by a person.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use chrono::TimeDelta;
use kuroibara_core::{Field, Fields, Group, Provider, Rule, Score, Value, merge::decide::Answer};
use kuroibara_engine::{
    EngineError,
    clock::Clock,
    health::AccountHealth,
    http::{HttpError, PauseReason},
    providers::ApiError,
    secret::Secret,
    settings::SettingsChange,
    sync::{Order, Trigger, report::ProviderStatus},
};
use kuroibara_sim::{Account, Fault, FaultRule, READER};
use world::{World, assert_success};

const P: Provider = Provider::MyAnimeList;

/// MyAnimeList shuts its gate, and a run finds out.
async fn turned_away() -> World {
    let world = World::in_step(3).await;
    world.sim.myanimelist.faults().push(FaultRule::always(Fault::Html(403)));
    assert_eq!(sync(&world, Trigger::Schedule).await, "shut_out");
    world.reset_counters();
    world
}

/// Of the service that matters here: the error's code, or nothing where all went well.
async fn sync(world: &World, trigger: Trigger) -> String {
    sync_at(world, P, trigger).await
}

async fn sync_at(world: &World, provider: Provider, trigger: Trigger) -> String {
    let report = world.engine.sync(&Order { trigger, ..Order::default() }).await.unwrap();
    let one = &report.providers[&provider];
    assert_eq!(one.status == ProviderStatus::Success, one.errors.is_empty(), "{one:?}");
    one.errors.first().map(|error| error.code.to_string()).unwrap_or_default()
}

fn open_the_gate(world: &World) {
    world.sim.myanimelist.faults().clear();
}

fn requests(world: &World) -> usize {
    world.sim.myanimelist.requests().len()
}

async fn account(world: &World) -> AccountHealth {
    account_at(world, P).await
}

async fn account_at(world: &World, provider: Provider) -> AccountHealth {
    world.engine.health().await.unwrap().into_iter().find(|one| one.provider == provider).unwrap()
}

/// The address that the browser comes back to after the person has agreed.
async fn way_back(world: &World) -> String {
    let begun = world.engine.begin_login(P).await.unwrap();
    world.sim.myanimelist.approve(begun.authorize_url.as_str(), READER).unwrap()
}

#[tokio::test]
async fn a_sync_by_hand_knocks_at_who_turned_us_away_and_an_answer_ends_the_pause() {
    let world = turned_away().await;
    assert_eq!(account(&world).await.pause_reason, Some(PauseReason::ShutOut));
    open_the_gate(&world);
    assert_eq!(sync(&world, Trigger::Manual).await, "");
    let told = account(&world).await;
    assert_eq!((told.paused_until, told.pause_reason), (None, None));
    assert_eq!(world.engine.budgets().await.unwrap().myanimelist.pause_reason, None);
    assert_eq!(sync(&world, Trigger::Schedule).await, "", "from now on it is asked by itself too");
}

#[tokio::test]
async fn a_sync_by_hand_that_is_turned_away_again_has_asked_once_and_leaves_the_service_alone_again() {
    let world = turned_away().await;
    world.pass(600);
    assert_eq!(sync(&world, Trigger::Manual).await, "shut_out");
    assert_eq!(requests(&world), 1);
    let told = account(&world).await;
    assert_eq!(told.pause_reason, Some(PauseReason::ShutOut));
    assert_eq!(told.paused_until, Some(world.clock.now() + TimeDelta::minutes(15)));
}

#[tokio::test]
async fn what_happens_by_itself_never_knocks() {
    let world = turned_away().await;
    let edit = Fields::new().with(Field::Score, Value::Score(Score::new(35).ok()));
    let manga = world.engine.find("myanimelist:2000").await.unwrap();
    world.engine.edit(manga, &edit).await.unwrap();
    for trigger in [Trigger::Edit, Trigger::Schedule, Trigger::Return] {
        assert_eq!(sync(&world, trigger).await, "paused");
    }
    assert_eq!(requests(&world), 0);
    open_the_gate(&world);
    assert_eq!(sync(&world, Trigger::Manual).await, "");
    assert_eq!(world.sim.myanimelist.writes(), 1, "what waited goes out with the sync by hand");
}

#[tokio::test]
async fn a_pause_that_the_service_asked_for_holds_a_sync_by_hand_and_a_sign_in_too() {
    let world = World::in_step(3).await;
    let back = way_back(&world).await;
    let busy = Fault::TooMany { with_headers: false, retry_after: Some(200) };
    world.sim.myanimelist.faults().push(FaultRule::once(busy));
    assert_eq!(sync(&world, Trigger::Schedule).await, "paused");
    world.reset_counters();
    assert_eq!(sync(&world, Trigger::Manual).await, "paused");
    let refused = world.engine.finish_login(&back).await.unwrap_err();
    assert!(matches!(refused, EngineError::Http(HttpError::Paused { .. })), "{refused}");
    assert_eq!(requests(&world), 0);
    world.pass(201);
    world.engine.finish_login(&back).await.expect("the sign-in that could not go out is still there");
}

#[tokio::test]
async fn a_sign_in_knocks_and_what_it_is_told_holds_for_everybody() {
    let world = turned_away().await;
    let back = way_back(&world).await;
    let refused = world.engine.finish_login(&back).await.unwrap_err();
    assert!(matches!(refused, EngineError::Api(ApiError::Http(HttpError::ShutOut { .. }))), "{refused}");
    assert_eq!((requests(&world), account(&world).await.pause_reason), (1, Some(PauseReason::ShutOut)));
    open_the_gate(&world);
    world.engine.finish_login(&back).await.expect("it never arrived, so it may be tried again");
    assert_eq!(account(&world).await.pause_reason, None);
    let again = world.engine.finish_login(&back).await.unwrap_err();
    assert!(matches!(again, EngineError::Return(_)), "once it has arrived it is used up: {again}");
    assert_eq!(sync(&world, Trigger::Schedule).await, "");
}

#[tokio::test]
async fn a_sign_in_by_password_knocks_too() {
    let world = World::in_step(3).await;
    world.sim.kitsu.faults().push(FaultRule::once(Fault::Html(403)));
    world.engine.sync(&Order { trigger: Trigger::Return, ..Order::default() }).await.unwrap();
    let reader = Account::all().into_iter().find(|one| one.id == READER).unwrap();
    world.engine.connect_kitsu(&reader.name, Secret::new(reader.password)).await.unwrap();
    assert_success(&world.engine.sync(&Order { trigger: Trigger::Return, ..Order::default() }).await.unwrap());
}

#[tokio::test]
async fn a_second_device_opens_the_way_for_one_that_is_shut_out() {
    let world = turned_away().await;
    open_the_gate(&world);
    let other = world.another_engine().await;
    assert_success(&other.sync(&Order::default()).await.unwrap());
    assert_eq!(sync(&world, Trigger::Schedule).await, "");
}

#[tokio::test]
async fn a_batch_that_is_turned_away_is_told_so_title_by_title_and_nothing_of_it_counts_as_sent() {
    let world = World::in_step(12).await;
    let ask = SettingsChange { own_rules: [(Group::Score, Some(Rule::Ask))].into(), ..SettingsChange::default() };
    world.engine.update(Provider::AniList, &ask).await.unwrap();
    let score = |points| Value::Score(Score::new(points).ok());
    let edit = Fields::new().with(Field::Chapters, Value::Count(7)).with(Field::Score, score(60));
    for n in 0..12 {
        let manga = world.engine.find(&format!("anilist:{}", 1000 + n)).await.unwrap();
        world.engine.edit(manga, &edit).await.unwrap();
        world.sim.anilist.set_entry(1000 + n, |entry| entry.score_raw = 40);
    }
    world.pass(60);
    world.reset_counters();
    world.sim.myanimelist.faults().push(FaultRule::always(Fault::Html(403)).method("PATCH"));
    let report = world.engine.sync(&Order { approved: true, ..Order::default() }).await.unwrap();
    let codes: Vec<_> = report.providers[&P].errors.iter().map(|error| &*error.code).collect();
    let asked = world.sim.myanimelist.requests().iter().filter(|one| one.method == "PATCH").count();
    assert_eq!(codes, ["shut_out"; 12]);
    assert!(asked < 12, "{asked}");
    for question in world.asked().await {
        world.engine.resolve(question.id, Answer::Local).await.expect("no answer of a write is awaited");
    }
    open_the_gate(&world);
    world.pass(60);
    assert_success(&world.sync().await);
    assert_eq!(world.sim.myanimelist.writes(), 12);
}

/// AniList says so with a 403 in its own form (anilist.md §5), and does not say for how long.
#[tokio::test]
async fn a_service_that_says_it_is_switched_off_is_out_of_order_and_left_alone_for_five_minutes_even_by_hand() {
    let world = World::in_step(3).await;
    world.sim.anilist.faults().push(FaultRule::always(Fault::Status(403)));
    assert_eq!(sync_at(&world, Provider::AniList, Trigger::Schedule).await, "outage");
    let told = account_at(&world, Provider::AniList).await;
    let until = world.clock.now() + TimeDelta::minutes(5);
    assert_eq!((told.pause_reason, told.paused_until), (Some(PauseReason::NotWorking), Some(until)));
    world.reset_counters();
    for trigger in [Trigger::Return, Trigger::Manual] {
        assert_eq!(sync_at(&world, Provider::AniList, trigger).await, "paused");
    }
    assert_eq!(world.sim.anilist.requests().len(), 0);
    world.sim.anilist.faults().clear();
    world.pass(300);
    assert_eq!(sync_at(&world, Provider::AniList, Trigger::Return).await, "");
}
