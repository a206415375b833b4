//! What a person does by hand between two syncs: search, add, remove, link, unlink, decide about a plan; and the watch
//! that syncs by itself.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use std::{sync::Mutex, task::Poll};

use chrono::TimeDelta;
use kuroibara_core::{Direction, Field, Fields, Group, Provider, RemovalPolicy, Rule, Score, Status, Value};
use kuroibara_engine::{
    clock::Clock,
    plan::{Part, PlanDecision, Verdict},
    schedule::Wishes,
    settings::SettingsChange,
    store::LibraryQuery,
    sync::{Order, report::ProviderStatus},
    undo::Target,
};
use kuroibara_sim::{Fault, FaultRule, Work};
use tokio::sync::watch;
use world::{World, assert_success};

fn all() -> LibraryQuery {
    LibraryQuery { limit: 1000, ..LibraryQuery::default() }
}

#[tokio::test]
async fn the_same_search_twice_asks_once() {
    let world = World::with(60, 20).await;
    world.connect_all().await;
    world.sync().await;
    let library = world.engine.library(&all()).await.unwrap();
    let title = library.entries.iter().find(|entry| entry.mappings.len() == 3).unwrap().title.clone();
    for provider in Provider::ALL {
        let hits = world.engine.search(provider, &title, 5).await.unwrap();
        assert!(!hits.is_empty(), "{provider} finds {title}");
        world.reset_counters();
        assert_eq!(world.engine.search(provider, &title, 5).await.unwrap(), hits);
    }
    assert_eq!(
        world.sim.anilist.requests().len() + world.sim.myanimelist.requests().len() + world.sim.kitsu.requests().len(),
        0
    );
}

#[tokio::test]
async fn what_is_said_of_a_removal_is_what_becomes_of_the_title() {
    let world = World::in_step(1).await;
    let follow = || SettingsChange { removal: Some(RemovalPolicy::Follow), ..SettingsChange::default() };
    let reads_only = SettingsChange { direction: Some(Direction::Pull), ..follow() };
    let is_off = SettingsChange { sync_enabled: Some(false), ..follow() };
    let [sends, reads, off] = [
        world.engine.update(Provider::AniList, &follow()).await.unwrap(),
        world.engine.update(Provider::MyAnimeList, &reads_only).await.unwrap(),
        world.engine.update(Provider::Kitsu, &is_off).await.unwrap(),
    ];
    assert_eq!([sends.on_removal, reads.on_removal, off.on_removal], [Some(RemovalPolicy::Follow), None, None]);
    let manga = world.engine.find("anilist:1000").await.unwrap();
    world.engine.remove(manga).await.unwrap();
    world.sync().await;
    assert!(world.sim.anilist.entries().is_empty(), "it is removed where that was said");
    assert!(world.sim.myanimelist.entry(2000).is_some() && world.sim.kitsu.entry(3000).is_some());
    assert_eq!(world.asked().await, []);
    world.engine.disconnect(Provider::AniList).await.unwrap();
    assert_eq!(world.engine.integration(Provider::AniList).await.unwrap().on_removal, None);
}

#[tokio::test]
async fn a_title_added_here_goes_to_every_service_that_knows_it() {
    let world = World::with(80, 20).await;
    world.connect_all().await;
    world.sync().await;
    let listed = world.sim.anilist.entries();
    let work = world.sim.catalog.works().iter().find(|work| {
        let new = work.anilist.is_some_and(|id| !listed.contains_key(&id));
        let elsewhere = work.myanimelist.is_some_and(|id| world.sim.myanimelist.entry(id).is_none())
            && work.kitsu.len() == 1
            && world.sim.kitsu.entry(work.kitsu[0]).is_none();
        new && elsewhere && !work.adult
    });
    let work = work.expect("a work in no list");
    let entry = world.engine.add(Provider::AniList, &work.anilist.unwrap().to_string().as_str().into()).await.unwrap();
    assert_eq!(entry.status, Status::PlanToRead);
    world.pass(60);
    assert_success(&world.sync().await);
    assert!(world.sim.anilist.entry(work.anilist.unwrap()).is_some());
    assert!(world.sim.myanimelist.entry(work.myanimelist.unwrap()).is_some());
    world.pass(60);
    let again = world.sync().await;
    assert!(again.plan.is_empty(), "{:#?}", again.plan);
}

#[tokio::test]
async fn what_is_added_or_linked_twice_at_one_moment_is_done_once() {
    let world = World::of_works(3).await;
    world.connect_all().await;
    world.sync().await;
    let [anilist, myanimelist, kitsu] = ["1001", "2001", "3001"];
    // Each of them looks before any of them has stored.
    let add = async |provider, id: &str| world.engine.add(provider, &id.into()).await.unwrap().manga_id;
    let (a, b, c) = tokio::join!(
        add(Provider::AniList, anilist),
        add(Provider::MyAnimeList, myanimelist),
        add(Provider::AniList, anilist),
    );
    assert_eq!([b, c], [a, a]);
    let id = kitsu.into();
    let link = async || world.engine.link(a, Provider::Kitsu, &id).await.unwrap().mappings.len();
    let unlink = async || world.engine.unlink(a, Provider::Kitsu).await;
    assert_eq!(tokio::join!(link(), link(), link()), (3, 3, 3));
    let (one, other) = tokio::join!(unlink(), unlink());
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
}

#[tokio::test]
async fn a_question_says_nothing_of_a_list_that_nobody_read() {
    let world = World::of_works(3).await;
    world.connect(Provider::AniList).await;
    world.sim.anilist.set_entry(1000, |entry| entry.score_raw = 50);
    world.sync().await;
    let ask = SettingsChange { rule: Some(Rule::Ask), ..SettingsChange::default() };
    world.engine.update(Provider::AniList, &ask).await.unwrap();
    let manga = world.engine.find("anilist:1000").await.unwrap();
    world.engine.edit(manga, &Fields::new().with(Field::Private, Value::Flag(true))).await.unwrap();
    world.pass(60);
    world.sim.anilist.remove_entry(1000);
    world.full().await;
    let questions = world.asked().await;
    let [question] = &questions[..] else { panic!("{questions:#?}") };
    assert!(question.sides.keys().eq([&Provider::AniList]), "{question:#?}");
    assert!(world.engine.entry(manga).await.unwrap().mappings.len() > 1, "it is known elsewhere");
}

#[tokio::test]
async fn a_group_of_fields_may_have_a_rule_of_its_own_at_a_service() {
    let world = World::of_works(1).await;
    world.sim.anilist.set_entry(1000, |entry| (entry.progress, entry.score_raw) = (3, 50));
    world.connect(Provider::AniList).await;
    world.sync().await;
    let own = |rule| SettingsChange { own_rules: [(Group::Score, rule)].into(), ..SettingsChange::default() };
    let settings = world.engine.update(Provider::AniList, &own(Some(Rule::Ask))).await.unwrap();
    assert_eq!((settings.rule, settings.own_rules), (Rule::Newest, [(Group::Score, Rule::Ask)].into()));
    let manga = world.engine.find("anilist:1000").await.unwrap();
    let score = |points| Value::Score(Score::new(points).ok());
    let edit = Fields::new().with(Field::Score, score(60)).with(Field::Chapters, Value::Count(4));
    world.engine.edit(manga, &edit).await.unwrap();
    world.pass(60);
    world.sim.anilist.set_entry(1000, |entry| (entry.progress, entry.score_raw) = (5, 70));
    world.pass(60);
    assert_success(&world.sync().await);
    let entry = world.engine.entry(manga).await.unwrap();
    assert_eq!((entry.chapters_read, entry.score), (5, Score::new(60).ok()), "the newest, and nobody's");
    let asked: Vec<_> = world.asked().await.into_iter().map(|question| question.group).collect();
    assert_eq!(asked, [Some(Group::Score)]);
    world.engine.update(Provider::AniList, &own(None)).await.unwrap();
    world.pass(60);
    assert_success(&world.sync().await);
    // The score there may have been changed before or after the one here, which is kept then.
    assert_eq!(world.sim.anilist.entry(1000).unwrap().score_raw, 60);
    assert!(world.asked().await.is_empty());
}

#[tokio::test]
async fn what_is_removed_here_is_asked_and_stays_there_until_decided() {
    let world = World::with(60, 20).await;
    world.connect_all().await;
    world.sync().await;
    let entry = world.engine.library(&all()).await.unwrap().entries.remove(0);
    world.engine.remove(entry.manga_id).await.unwrap();
    world.reset_counters();
    world.pass(60);
    let report = world.sync().await;
    assert_success(&report);
    assert!(report.providers.values().any(|one| one.conflicts == 1), "{:#?}", report.providers);
    assert_eq!(world.writes(), [0, 0, 0]);
    world.full().await;
    assert!(world.engine.entry(entry.manga_id).await.is_err(), "nothing comes back by itself");
    let (provider, id) = entry.mappings.iter().next().unwrap();
    let back = world.engine.add(*provider, id).await.unwrap();
    assert_eq!((back.manga_id, back.chapters_read, back.score), (entry.manga_id, entry.chapters_read, entry.score));
}

/// What is read of a work that two services list, each with a number of its own.
const AT_MYANIMELIST: u32 = 629;
const AT_KITSU: i64 = 12;

/// The services are not kept in step. The title comes from MyAnimeList by hand.
async fn added_from_myanimelist() -> (World, kuroibara_core::MangaId) {
    let world = World::of_works(1).await;
    world.sim.myanimelist.set_entry(2000, |entry| entry.num_chapters_read = AT_MYANIMELIST);
    world.sim.kitsu.set_entry(3000, |entry| entry.progress = AT_KITSU).unwrap();
    world.pass(90_000);
    world.connect_all().await;
    let entry = world.engine.add(Provider::MyAnimeList, &"2000".into()).await.unwrap();
    assert_eq!(entry.chapters_read, AT_MYANIMELIST);
    (world, entry.manga_id)
}

/// Taking back an edit of the reader's gives MyAnimeList its number again, and Kitsu never sees it.
async fn an_edit_taken_back_leaves_kitsu_alone(world: &World, manga: kuroibara_core::MangaId) {
    world.engine.edit(manga, &[(Field::Chapters, Value::Count(939))].into_iter().collect()).await.unwrap();
    let edit = world.engine.history(None, 1, 0).await.unwrap().changes.remove(0);
    world.pass(60);
    assert_success(&world.sync().await);
    world.engine.undo(Target::Id(edit.change_id), false).await.unwrap();
    world.pass(60);
    assert_success(&world.full().await);
    assert_eq!(world.sim.myanimelist.entry(2000).unwrap().num_chapters_read, AT_MYANIMELIST);
    assert_ne!(world.sim.kitsu.entry(3000).unwrap().progress, i64::from(AT_MYANIMELIST));
}

#[tokio::test]
async fn an_undo_gives_the_value_of_a_title_added_by_hand_back_to_whoever_had_brought_it() {
    let (world, manga) = added_from_myanimelist().await;
    an_edit_taken_back_leaves_kitsu_alone(&world, manga).await;
}

#[tokio::test]
async fn a_title_that_is_added_again_holds_the_values_of_whoever_had_brought_them() {
    let (world, manga) = added_from_myanimelist().await;
    world.engine.remove(manga).await.unwrap();
    world.engine.add(Provider::MyAnimeList, &"2000".into()).await.unwrap();
    an_edit_taken_back_leaves_kitsu_alone(&world, manga).await;
}

#[tokio::test]
async fn a_title_that_is_unlinked_becomes_its_own_and_is_never_linked_again() {
    let world = World::with(60, 20).await;
    world.connect_all().await;
    world.sync().await;
    let library = world.engine.library(&all()).await.unwrap();
    let listed = |entry: &&kuroibara_engine::library::EntryView| {
        let mal = entry.mappings.get(&Provider::MyAnimeList).filter(|_| entry.mappings.len() == 3);
        mal.is_some_and(|id| world.sim.myanimelist.entry(id.as_str().parse().unwrap()).is_some())
    };
    let entry = library.entries.iter().find(listed).unwrap();
    let mal = entry.mappings[&Provider::MyAnimeList].clone();
    let rest = world.engine.unlink(entry.manga_id, Provider::MyAnimeList).await.unwrap();
    assert_eq!(rest.mappings.len(), 2);
    world.pass(60);
    world.full().await;
    world.full().await;
    let alone = world.engine.find(&format!("myanimelist:{mal}")).await.unwrap();
    assert_ne!(alone, entry.manga_id);
    assert_eq!(world.engine.library(&all()).await.unwrap().total, library.total.map(|total| total + 1));
    world.engine.link(entry.manga_id, Provider::MyAnimeList, &mal).await.unwrap();
    world.full().await;
    assert_eq!(world.engine.library(&all()).await.unwrap().total, library.total);
    assert!(world.full().await.plan.is_empty());
}

#[tokio::test]
async fn a_wrong_link_taken_back_sends_no_service_what_another_had_brought() {
    let alone = Work { anilist: None, myanimelist: Some(2001), kitsu: Vec::new(), ..Work::titled("Another") };
    let both = Work { anilist: Some(1000), myanimelist: None, kitsu: vec![3000], ..Work::titled("Work") };
    let world = World::of_these(vec![both, alone]).await;
    world.sim.anilist.set_entry(1000, |entry| entry.progress = 10);
    world.sim.kitsu.set_entry(3000, |entry| entry.progress = 7).unwrap();
    world.sim.myanimelist.set_entry(2001, |entry| entry.num_chapters_read = 50);
    world.pass(90_000);
    world.connect_all().await;
    for provider in Provider::ALL {
        let furthest = SettingsChange { rule: Some(Rule::Furthest), ..SettingsChange::default() };
        world.engine.update(provider, &furthest).await.unwrap();
    }
    world.sync().await;
    let manga = world.engine.find("anilist:1000").await.unwrap();
    world.engine.link(manga, Provider::MyAnimeList, &"2001".into()).await.unwrap();
    world.pass(60);
    assert_success(&world.full().await);
    assert_eq!(world.engine.entry(manga).await.unwrap().chapters_read, 50);
    world.engine.unlink(manga, Provider::MyAnimeList).await.unwrap();
    world.pass(60);
    assert_success(&world.full().await);
    assert_eq!(world.engine.entry(manga).await.unwrap().chapters_read, 10);
    let held = (world.sim.anilist.entry(1000).unwrap().progress, world.sim.kitsu.entry(3000).unwrap().progress);
    assert_eq!(held, (10, 7));
    assert_eq!(world.sim.myanimelist.entry(2001).unwrap().num_chapters_read, 50);
}

#[tokio::test]
async fn a_row_that_is_never_wanted_stays_out_and_a_skipped_one_comes_again() {
    let world = World::with(60, 20).await;
    world.connect(Provider::AniList).await;
    world.engine.sync(&Order::default()).await.unwrap();
    let plan = world.engine.waiting_plan().await.unwrap().unwrap();
    for (row, verdict) in [(1, Verdict::Skip), (2, Verdict::Never)] {
        let said = PlanDecision { rows: vec![row], part: Part::Row, verdict };
        world.engine.plan_decide(None, &said).await.unwrap();
    }
    let report = world.engine.plan_apply(None, &[]).await.unwrap();
    assert_eq!(report.providers[&Provider::AniList].created_local, plan.rows.len() - 2);
    world.pass(60);
    let again = world.engine.sync(&Order { full: true, ..Order::default() }).await.unwrap();
    assert_eq!(again.providers[&Provider::AniList].status, ProviderStatus::NeedsApproval);
    assert_eq!(again.plan.len(), 1, "only the skipped one is proposed: {:#?}", again.plan);
    assert_eq!(again.plan[0].external_id, plan.rows[0].external_id);
    world.engine.plan_apply(None, &[]).await.unwrap();
    let quiet = world.full().await;
    assert!(quiet.plan.is_empty(), "{:#?}", quiet.plan);
    assert!(world.engine.plan_apply(None, &[]).await.is_err(), "nothing waits any more");
}

#[tokio::test]
async fn keeping_in_step_sends_what_came_from_elsewhere_after_approval() {
    let world = World::with(60, 20).await;
    world.connect_all().await;
    let first = world.sync().await;
    assert!(first.providers.values().any(|one| one.held > 0));
    assert!(first.providers.values().all(|one| one.held_titles.len() == one.held.min(3)), "the first are named");
    world.engine.set_keep_in_step(true).await.unwrap();
    world.pass(60);
    let waiting = world.engine.sync(&Order::default()).await.unwrap();
    assert!(waiting.providers.values().any(|one| one.status == ProviderStatus::NeedsApproval));
    assert_eq!(world.writes(), [0, 0, 0]);
    let dry = world.engine.sync(&Order { dry_run: true, ..Order::default() }).await.unwrap();
    let report = world.sync().await;
    assert_success(&report);
    assert_eq!(serde_json::to_string(&dry.plan).unwrap(), serde_json::to_string(&report.plan).unwrap());
    assert!(world.writes().iter().all(|writes| *writes > 0), "{:?}", world.writes());
    world.reset_counters();
    world.pass(60);
    let full = world.full().await;
    assert!(full.plan.is_empty(), "{:#?}", full.plan);
    assert_eq!(world.writes(), [0, 0, 0]);
}

#[tokio::test]
async fn the_watch_does_not_knock_each_second_at_who_turned_it_away_or_is_out_of_order() {
    for status in [403, 503] {
        let world = World::in_step(6).await;
        let library = world.engine.library(&all()).await.unwrap();
        let edit = Fields::new().with(Field::Score, Value::Score(Score::new(35).ok()));
        world.engine.edit(library.entries[0].manga_id, &edit).await.unwrap();
        world.sim.myanimelist.faults().push(FaultRule::always(Fault::Html(status)));
        world.reset_counters();
        let (end, runs) = (world.clock.now() + TimeDelta::minutes(10), Mutex::new(0));
        let stopped = std::future::poll_fn(|context| match world.clock.now() < end {
            true => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            false => Poll::Ready(()),
        });
        world.engine.watch(watch::channel(Wishes::default()).1, stopped, |_| *runs.lock().unwrap() += 1).await.unwrap();
        let runs = *runs.lock().unwrap();
        assert!((1..=12).contains(&runs), "{status}: {runs} runs in ten minutes");
    }
}

#[tokio::test]
async fn the_watch_sends_five_quick_edits_of_a_title_as_one_write() {
    let world = World::with(60, 20).await;
    world.connect_all().await;
    world.sync().await;
    world.reset_counters();
    let library = world.engine.library(&all()).await.unwrap();
    let open = |entry: &&kuroibara_engine::library::EntryView| {
        entry.mappings.contains_key(&Provider::AniList)
            && entry.total_chapters.is_none()
            && entry.status == Status::Reading
    };
    let entry = library.entries.iter().find(open).unwrap();
    let reports = Mutex::new(Vec::new());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let stop = Mutex::new(Some(stop));
    let edits = async {
        for n in 1..=5 {
            let edit = Fields::new().with(Field::Chapters, Value::Count(entry.chapters_read + n));
            world.engine.edit(entry.manga_id, &edit).await.unwrap();
        }
    };
    edits.await;
    let id: i64 = entry.mappings[&Provider::AniList].as_str().parse().unwrap();
    let done = |report| {
        reports.lock().unwrap().push(report);
        let sent = world.sim.anilist.entry(id).unwrap().progress as u32 == entry.chapters_read + 5;
        if let (true, Some(stop)) = (sent, stop.lock().unwrap().take()) {
            stop.send(()).unwrap();
        }
    };
    let stopped = async { stopped.await.unwrap_or_default() };
    world.engine.watch(watch::channel(Wishes::default()).1, stopped, done).await.unwrap();
    assert_eq!(world.sim.anilist.writes(), 1);
}
