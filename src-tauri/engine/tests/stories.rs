//! Stories with trouble in them: signed out, refused, crossed, emptied, taken over. Each states one promise of the sync.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use std::sync::Arc;

use kuroibara_core::{Field, Fields, MangaId, Provider, RemovalPolicy, Score, Value};
use kuroibara_engine::{
    EngineError,
    events::Event,
    library::EntryView,
    providers::Notice,
    settings::SettingsChange,
    store::{ConflictKind, Db, LibraryQuery},
    sync::{Order, Trigger, report::ProviderStatus},
};
use kuroibara_sim::{Fault, FaultRule, Moment, READER, anilist::ListStatus, kitsu};
use tokio::sync::Notify;
use world::{World, assert_success};

/// A world in which these works stand in all three lists as being read, and everything is in step.
async fn in_step(works: i64) -> World {
    let world = World::in_step(works).await;
    world.pass(3_600);
    world.reset_counters();
    world
}

async fn manga(world: &World, n: i64) -> MangaId {
    world.engine.find(&format!("anilist:{}", 1000 + n)).await.unwrap()
}

async fn read_chapters(world: &World, n: i64, chapters: u32) {
    let changes = Fields::new().with(Field::Chapters, Value::Count(chapters));
    world.engine.edit(manga(world, n).await, &changes).await.unwrap();
}

async fn here(world: &World, n: i64) -> EntryView {
    world.engine.entry(manga(world, n).await).await.unwrap()
}

async fn view(world: &World) -> Db {
    Db::open(None, world.dir.path(), "2026-11-01T12:00:00Z".parse().unwrap()).await.unwrap()
}

fn chapters(world: &World, n: i64) -> [u32; 3] {
    let kitsu = world.sim.kitsu.entry(3000 + n).unwrap().progress;
    let anilist = world.sim.anilist.entry(1000 + n).unwrap().progress;
    [anilist, world.sim.myanimelist.entry(2000 + n).unwrap().num_chapters_read, kitsu as u32]
}

/// Lets a sync go until its first write to AniList arrives there; what then happens, happens before that write is done.
async fn at_the_first_write<T>(world: &World, meanwhile: impl Future<Output = T>) -> (bool, T) {
    let (arrived, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tells, waits) = (arrived.clone(), go.clone());
    world.sim.anilist.onlooker().set(Some(Arc::new(move |seen| {
        let (tells, waits) = (tells.clone(), waits.clone());
        Box::pin(async move {
            if seen.moment == Moment::Before && seen.route.starts_with("mutation") {
                tells.notify_one();
                waits.notified().await;
            }
        })
    })));
    let order = Order { approved: true, ..Order::default() };
    let sync = world.engine.sync(&order);
    let meanwhile = async {
        arrived.notified().await;
        let done = meanwhile.await;
        world.sim.anilist.onlooker().set(None);
        go.notify_one();
        done
    };
    let (report, done) = tokio::join!(sync, meanwhile);
    let well = report.is_ok_and(|report| report.providers.values().all(|one| one.status == ProviderStatus::Success));
    (well, done)
}

#[tokio::test]
async fn edits_queue_while_signed_out_and_go_out_after_the_next_sign_in() {
    let world = in_step(2).await;
    world.sim.anilist.revoke_tokens(READER);
    read_chapters(&world, 0, 7).await;
    let report = world.sync().await;
    assert_eq!(report.providers[&Provider::AniList].status, ProviderStatus::SignInAgain);
    assert_eq!(chapters(&world, 0), [0, 7, 7], "the others don't wait");
    world.pass(60);
    world.connect(Provider::AniList).await;
    assert_success(&world.sync().await);
    assert_eq!(chapters(&world, 0), [7, 7, 7]);
}

#[tokio::test]
async fn what_is_refused_for_good_is_set_aside_with_its_reason_and_the_rest_goes_on() {
    let world = in_step(3).await;
    world.sim.myanimelist.set_title(2001, |title| title.approved = false);
    for n in 0..3 {
        read_chapters(&world, n, 5).await;
    }
    let report = world.sync().await;
    assert_eq!(report.providers[&Provider::MyAnimeList].status, ProviderStatus::Partial, "{report:#?}");
    assert_eq!([chapters(&world, 0), chapters(&world, 1), chapters(&world, 2)], [[5, 5, 5], [5, 0, 5], [5, 5, 5]]);
    let waiting = view(&world).await.waiting(10).await.unwrap();
    let reasons: Vec<_> = waiting.iter().map(|one| (one.refused, one.error.is_some())).collect();
    assert_eq!(reasons, [(true, true)]);
    world.reset_counters();
    world.pass(90_000);
    world.sync().await;
    assert_eq!(world.writes(), [0, 0, 0], "it is not tried again by itself");
    world.sim.myanimelist.set_title(2001, |title| title.approved = true);
    read_chapters(&world, 1, 6).await;
    world.pass(60);
    assert_success(&world.sync().await);
    assert_eq!(chapters(&world, 1), [6, 6, 6], "another edit is another try");
}

#[tokio::test]
async fn what_was_refused_is_counted_and_tried_again_when_the_person_says_so_and_not_before() {
    let world = in_step(2).await;
    world.sim.myanimelist.set_title(2001, |title| title.approved = false);
    read_chapters(&world, 1, 5).await;
    let report = world.sync().await;
    assert_eq!(report.providers[&Provider::MyAnimeList].refused, 1, "{report:#?}");
    world.pass(60);
    world.reset_counters();
    let report = world.full().await;
    assert_eq!((report.providers[&Provider::MyAnimeList].refused, world.writes()), (1, [0, 0, 0]));
    world.sim.myanimelist.set_title(2001, |title| title.approved = true);
    assert_eq!(world.engine.retry_refused(Some(manga(&world, 0).await)).await.unwrap(), 0, "that one was not refused");
    assert_eq!(world.engine.retry_refused(None).await.unwrap(), 1);
    let report = world.sync().await;
    assert_success(&report);
    assert_eq!((report.providers[&Provider::MyAnimeList].refused, chapters(&world, 1)), (0, [5, 5, 5]));
}

#[tokio::test]
async fn of_a_refused_title_what_is_new_is_sent() {
    let world = in_step(2).await;
    world.engine.set_keep_in_step(true).await.unwrap();
    world.engine.sync(&Order { approved: true, ..Order::default() }).await.unwrap();
    world.sim.myanimelist.set_title(2001, |title| title.approved = false);
    read_chapters(&world, 1, 5).await;
    world.sync().await;
    world.sim.myanimelist.set_title(2001, |title| title.approved = true);
    world.pass(60);
    world.sim.kitsu.set_entry(3001, |entry| entry.progress = 6).unwrap();
    world.pass(60);
    assert_success(&world.sync().await);
    assert_eq!(chapters(&world, 1), [6, 6, 6]);
}

#[tokio::test]
async fn a_refused_removal_is_not_sent_with_every_sync() {
    let world = in_step(2).await;
    let follows = SettingsChange { removal: Some(RemovalPolicy::Follow), ..SettingsChange::default() };
    world.engine.update(Provider::Kitsu, &follows).await.unwrap();
    world.sim.kitsu.set_manga(3001, |manga| manga.adult = true);
    world.sim.kitsu.set_user(READER, |user| user.sfw_filter = true);
    world.engine.remove(here(&world, 1).await.manga_id).await.unwrap();
    world.pass(60);
    let report = world.sync().await;
    assert_eq!(report.providers[&Provider::Kitsu].status, ProviderStatus::Partial, "{report:#?}");
    world.pass(90_000);
    world.reset_counters();
    let report = world.sync().await;
    assert_eq!((report.providers[&Provider::Kitsu].refused, world.writes()[2]), (1, 0), "{report:#?}");
    world.sim.kitsu.set_user(READER, |user| user.sfw_filter = false);
    world.pass(60);
    assert_success(&world.full().await);
    assert!(world.sim.kitsu.entry(3001).is_none(), "it goes when the filter is off");
}

#[tokio::test]
async fn an_edit_made_while_a_sync_writes_the_same_entry_is_never_lost() {
    let world = in_step(1).await;
    read_chapters(&world, 0, 3).await;
    at_the_first_write(&world, read_chapters(&world, 0, 4)).await;
    assert_eq!(here(&world, 0).await.chapters_read, 4);
    world.pass(60);
    assert_success(&world.sync().await);
    assert_eq!(chapters(&world, 0), [4, 4, 4]);
}

#[tokio::test]
async fn what_vanished_at_a_provider_is_asked_and_nothing_is_deleted_or_made_again() {
    let world = in_step(8).await;
    world.sim.kitsu.remove_entry(3002);
    let report = world.full().await;
    assert_eq!(report.providers[&Provider::Kitsu].conflicts, 1);
    world.full().await;
    assert_eq!(world.writes(), [0, 0, 0]);
    here(&world, 2).await;
    let asked = view(&world).await.open_conflicts().await.unwrap();
    assert_eq!(
        asked.iter().map(|one| (one.kind, one.provider)).collect::<Vec<_>>(),
        [(ConflictKind::VanishedThere, Some(Provider::Kitsu))]
    );
}

#[tokio::test]
async fn an_empty_list_by_mistake_stops_and_takes_nothing_away() {
    let world = in_step(8).await;
    for provider in Provider::ALL {
        let faults = match provider {
            Provider::AniList => world.sim.anilist.faults(),
            Provider::MyAnimeList => world.sim.myanimelist.faults(),
            Provider::Kitsu => world.sim.kitsu.faults(),
        };
        faults.push(FaultRule::always(Fault::EmptyList));
        let report = world.engine.sync(&Order { full: true, ..Order::default() }).await.unwrap();
        assert_ne!(report.providers[&provider].status, ProviderStatus::Success, "{provider}");
        faults.clear();
        assert_success(&world.full().await);
        assert_eq!(view(&world).await.open_conflicts().await.unwrap(), [], "{provider}");
    }
    assert_eq!(world.engine.library(&LibraryQuery::default()).await.unwrap().total, Some(8));
    assert_eq!(world.writes(), [0, 0, 0]);
}

#[tokio::test]
async fn an_incremental_list_that_is_empty_by_mistake_is_read_again_whole_before_anything_is_written() {
    let world = in_step(2).await;
    world.sim.myanimelist.set_entry(2000, |entry| entry.comments = "from the phone".into());
    world.pass(60);
    read_chapters(&world, 0, 9).await;
    world.sim.myanimelist.faults().push(FaultRule::once(Fault::EmptyList));
    world.sync().await;
    assert_eq!(world.sim.myanimelist.entry(2000).unwrap().comments, "from the phone");
    assert_eq!(here(&world, 0).await.notes.as_deref(), Some("from the phone"));
    assert_eq!(chapters(&world, 0), [9, 9, 9]);
}

#[tokio::test]
async fn what_kitsus_filter_hides_is_not_taken_for_removed() {
    let world = in_step(3).await;
    world.sim.kitsu.set_manga(3001, |manga| manga.adult = true);
    world.sim.kitsu.set_user(READER, |user| user.sfw_filter = true);
    for _ in 0..2 {
        let report = world.full().await;
        assert_eq!(report.providers[&Provider::Kitsu].conflicts, 0);
        assert_eq!(report.providers[&Provider::Kitsu].notices.len(), 1, "the reader is told");
        world.pass(60);
    }
    world.sync().await;
    let known =
        async || world.engine.health().await.unwrap().into_iter().flat_map(|one| one.notices).collect::<Vec<_>>();
    assert_eq!(known().await, [Notice::SfwFilterOn], "a sync that lists nothing does not forget it");
    world.sim.kitsu.set_user(READER, |user| user.sfw_filter = false);
    world.full().await;
    assert_eq!(known().await, [], "a whole list without the filter does");
    here(&world, 1).await;
    assert!(world.sim.kitsu.entry(3001).is_some());
    assert_eq!(world.writes(), [0, 0, 0]);
}

#[tokio::test]
async fn what_kitsus_filter_made_refused_goes_out_when_it_is_off() {
    let world = in_step(2).await;
    world.sim.kitsu.set_manga(3001, |manga| manga.adult = true);
    world.sim.kitsu.set_user(READER, |user| user.sfw_filter = true);
    world.full().await;
    read_chapters(&world, 1, 5).await;
    world.pass(60);
    let report = world.sync().await;
    assert_eq!((report.providers[&Provider::Kitsu].refused, chapters(&world, 1)), (1, [5, 5, 0]), "{report:#?}");
    world.sim.kitsu.set_user(READER, |user| user.sfw_filter = false);
    world.pass(90_000);
    let by_itself = Order { full: true, approved: true, trigger: Trigger::Schedule, ..Order::default() };
    assert_success(&world.engine.sync(&by_itself).await.unwrap());
    assert_eq!(chapters(&world, 1), [5, 5, 5]);
}

#[tokio::test]
async fn a_sync_whose_lease_was_taken_over_writes_nothing_more() {
    let world = in_step(2).await;
    read_chapters(&world, 0, 3).await;
    read_chapters(&world, 1, 4).await;
    let other = world.another_engine().await;
    let takes_over = async {
        end_leases(&world).await;
        // The other device's AniList is asked too, so it must not be held up.
        world.sim.anilist.onlooker().set(None);
        other.sync(&Order { approved: true, ..Order::default() }).await.unwrap()
    };
    let (well, report) = at_the_first_write(&world, takes_over).await;
    assert!(!well, "the sync that lost its lease is no success");
    assert_success(&report);
    assert_eq!([chapters(&world, 0), chapters(&world, 1)], [[3, 3, 3], [4, 4, 4]]);
    world.reset_counters();
    world.pass(60);
    let again = other.sync(&Order { approved: true, full: true, ..Order::default() }).await.unwrap();
    assert_success(&again);
    assert_eq!((again.plan.len(), world.writes()), (0, [0, 0, 0]));
}

#[tokio::test]
async fn a_sync_that_waits_for_another_one_says_so_once_before_it_gives_up() {
    let world = in_step(1).await;
    read_chapters(&world, 0, 3).await;
    let other = world.another_engine().await;
    let mut events = other.events();
    let (well, waited) = at_the_first_write(&world, other.sync(&Order::default())).await;
    assert!(well && matches!(waited, Err(EngineError::Busy)), "{waited:?}");
    let told: Vec<Event> = std::iter::from_fn(|| events.try_recv().ok()).collect();
    assert_eq!(told, [Event::Waiting, Event::GivenUp]);
}

/// As if a minute had passed in the database's own time while a laptop slept.
async fn end_leases(world: &World) {
    use sqlx::{Connection, Executor};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(world.dir.path().join("kuroibara.db"));
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    connection.execute("UPDATE leases SET expires_at = 0").await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn two_processes_that_find_a_token_ended_renew_it_once() {
    let world = in_step(3).await;
    world.sim.myanimelist.set_knobs(|knobs| knobs.refresh_once = true);
    world.sim.myanimelist.expire_tokens(READER);
    let other = world.another_engine().await;
    // Both are signed in with the same ended token; each looks up a work that it does not know yet.
    world.pass(30 * 86_400);
    let (order, unknown) = (Order { providers: vec![Provider::MyAnimeList], ..Order::default() }, "2999".into());
    let (ours, theirs) = tokio::join!(world.engine.sync(&order), other.add(Provider::MyAnimeList, &unknown));
    assert_success(&ours.unwrap());
    assert!(theirs.is_err(), "there is no such work");
    let renewals =
        world.sim.myanimelist.requests().iter().filter(|one| one.path.starts_with("/v1/oauth2/token")).count();
    assert_eq!(renewals, 1);
}

#[tokio::test]
async fn another_account_at_the_same_provider_starts_over_and_waits() {
    let world = in_step(6).await;
    world.engine.disconnect(Provider::AniList).await.unwrap();
    world.connect_as(Provider::AniList, 4343).await;
    let waiting = world.engine.sync(&Order::default()).await.unwrap();
    assert_eq!(waiting.providers[&Provider::AniList].status, ProviderStatus::NeedsApproval, "{waiting:#?}");
    assert_eq!(
        world.engine.library(&LibraryQuery::default()).await.unwrap().total,
        Some(6),
        "nothing is taken for removed"
    );
    assert_eq!(world.writes(), [0, 0, 0]);
    world.sync().await;
    assert_eq!(world.sim.anilist.list_of(4343).entries().len(), 6);
    assert_eq!(world.sim.anilist.entries().len(), 6, "the first account's list is left alone");
    world.pass(60);
    assert!(world.full().await.plan.is_empty());
}

#[tokio::test]
async fn every_anilist_score_goes_to_the_others_and_comes_back_without_a_write_and_as_fine_as_it_was() {
    let world = World::of_works(101).await;
    for raw in 0..=100 {
        world.sim.anilist.set_entry(1000 + raw, |entry| {
            entry.status = ListStatus::Current;
            entry.score_raw = raw as u32;
        });
    }
    world.pass(90_000);
    world.connect_all().await;
    world.engine.set_keep_in_step(true).await.unwrap();
    world.sync().await;
    world.pass(90_000);
    world.reset_counters();
    for _ in 0..2 {
        assert!(world.full().await.plan.is_empty());
        world.pass(3_600);
    }
    assert_eq!(world.writes(), [0, 0, 0]);
    for raw in 0..=100 {
        let score = here(&world, raw).await.score;
        assert_eq!(score, Score::new(raw).ok(), "the finer value stays");
        assert_eq!(world.sim.anilist.entry(1000 + raw).unwrap().score_raw, raw as u32);
        // A rating never becomes none by rounding; half is rounded up.
        let tenths = if raw == 0 { 0 } else { ((raw + 5) / 10).max(1) };
        assert_eq!(i64::from(world.sim.myanimelist.entry(2000 + raw).unwrap().score), tenths, "{raw}");
        let twentieths = if raw == 0 { None } else { Some(((2 * raw + 5) / 10).max(2)) };
        assert_eq!(world.sim.kitsu.entry(3000 + raw).unwrap().rating_twenty, twentieths, "{raw}");
    }
}

/// What [`a_day_comes_back_equal_here`] plays in another time zone.
const CHILD: &str = "KUROIBARA_TEST_ZONE";

#[tokio::test]
async fn a_day_comes_back_equal_in_every_time_zone() {
    for zone in ["<-11>11", "<-05>5", "UTC0", "<+0545>-5:45", "<+14>-14"] {
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_day_comes_back_equal_here"])
            .envs([("TZ", zone), (CHILD, zone)])
            .output()
            .unwrap();
        assert!(child.status.success(), "{zone}:\n{}", String::from_utf8_lossy(&child.stdout));
    }
}

#[tokio::test]
async fn a_day_comes_back_equal_here() {
    let Ok(zone) = std::env::var(CHILD) else { return };
    let offset = chrono::Local::now().offset().local_minus_utc();
    let expected = match zone.as_str() {
        "<-11>11" => -11 * 3_600,
        "<-05>5" => -5 * 3_600,
        "UTC0" => 0,
        "<+0545>-5:45" => 5 * 3_600 + 45 * 60,
        _ => 14 * 3_600,
    };
    assert_eq!(offset, expected, "the machine does not know the zone");
    let world = in_step(8).await;
    let mut days = Vec::new();
    for n in 0..8 {
        // Through all the hours of a day the reader completes a title: the day is theirs, not the one of Greenwich.
        let changes = Fields::new().with(Field::Status, Value::Status(kuroibara_core::Status::Completed));
        let entry = world.engine.edit(manga(&world, n).await, &changes).await.unwrap();
        days.push(entry.finished_on.expect("today"));
        world.pass(3 * 3_600);
    }
    assert!(days.first() != days.last());
    world.sync().await;
    world.pass(90_000);
    world.reset_counters();
    assert!(world.full().await.plan.is_empty());
    assert_eq!(world.writes(), [0, 0, 0]);
    for (n, day) in (0..).zip(days) {
        assert_eq!(here(&world, n).await.finished_on, Some(day));
        let day = day.to_string();
        let anilist = world.sim.anilist.entry(1000 + n).unwrap().completed_at;
        let parts = (anilist.year.unwrap(), anilist.month.unwrap(), anilist.day.unwrap());
        assert_eq!(format!("{:04}-{:02}-{:02}", parts.0, parts.1, parts.2), day);
        assert_eq!(world.sim.myanimelist.entry(2000 + n).unwrap().finish_date.as_ref(), Some(&day));
        assert_eq!(world.sim.kitsu.entry(3000 + n).unwrap().finished_at.unwrap().format("%F").to_string(), day);
    }
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_not_taken_for_somebodys_edit() {
    let world = in_step(1).await;
    world.sim.kitsu.set_entry(3000, |entry| entry.status = kitsu::Status::Completed).unwrap();
    world.pass(60);
    world.sync().await;
    world.pass(60);
    // Kitsu turns the status to reading as it saves chapters, and nobody hears of it.
    read_chapters(&world, 0, 30).await;
    world.sim.kitsu.faults().push(FaultRule::always(Fault::StatusAfter(502)).method("PATCH"));
    world.sync().await;
    world.sim.kitsu.faults().clear();
    world.pass(90_000);
    world.sync().await;
    assert_eq!(here(&world, 0).await.status, kuroibara_core::Status::Completed);
    world.pass(60);
    assert!(world.full().await.plan.is_empty());
    assert_eq!(world.sim.kitsu.entry(3000).unwrap().status, kitsu::Status::Completed);
}

#[tokio::test]
async fn adding_a_work_that_another_provider_links_to_a_title_here_makes_no_second_one() {
    let world = World::of_works(2).await;
    world.sim.myanimelist.set_entry(2000, |entry| entry.num_chapters_read = 5);
    world.pass(60);
    world.connect_all().await;
    world.sync().await;
    let before = world.engine.find("myanimelist:2000").await.unwrap();
    let added = world.engine.add(Provider::Kitsu, &"3000".into()).await.unwrap();
    assert_eq!((added.manga_id, added.chapters_read), (before, 5));
    assert_eq!(world.engine.library(&LibraryQuery::default()).await.unwrap().total, Some(1));
}

#[tokio::test]
async fn a_one_way_providers_own_entries_are_no_plan_that_comes_back() {
    let world = World::of_works(1).await;
    world.sim.kitsu.set_entry(3000, |entry| entry.progress = 5).unwrap();
    world.pass(60);
    world.connect(Provider::Kitsu).await;
    let change = kuroibara_engine::settings::SettingsChange {
        direction: Some(kuroibara_core::Direction::Push),
        ..Default::default()
    };
    world.engine.update(Provider::Kitsu, &change).await.unwrap();
    for _ in 0..2 {
        assert!(world.full().await.plan.is_empty());
    }
}
