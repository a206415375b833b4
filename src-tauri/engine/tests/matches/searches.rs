//! Titles without a counterpart are searched for: few at a time, once, and never linked by a guess.

use kuroibara_core::{Provider, matching::Against};
use kuroibara_engine::{schedule::Wishes, seek::Sought};
use kuroibara_sim::{Fault, FaultRule, Work, anilist::ListStatus, myanimelist};

use crate::{at, at_anilist, at_myanimelist, later, library, world::World};

/// A world in which the reader's works stand in the list of AniList only, and the services are kept in step.
async fn only_at_anilist(works: Vec<Work>) -> World {
    let world = World::of_these(works.clone()).await;
    for id in works.iter().filter_map(|work| work.anilist) {
        world.sim.anilist.set_entry(id, |entry| {
            entry.status = ListStatus::Current;
            entry.progress = 10;
        });
    }
    begun(world).await
}

async fn begun(world: World) -> World {
    world.pass(90_000);
    world.connect(Provider::AniList).await;
    world.connect(Provider::MyAnimeList).await;
    world.engine.set_keep_in_step(true).await.unwrap();
    world.sync().await;
    world.reset_counters();
    world
}

/// What a search brought, and how many requests it took at AniList and MyAnimeList.
async fn seek(world: &World, at: Provider) -> (Sought, [usize; 2]) {
    world.reset_counters();
    let sought = world.engine.seek().await.unwrap().remove(&at).unwrap();
    (sought, [world.sim.anilist.requests().len(), world.sim.myanimelist.requests().len()])
}

fn pair_of(n: i64, title: &str) -> [Work; 2] {
    [at_anilist(1000 + n, title, "Rin Aoki"), at_myanimelist(2000 + n, title, "Rin Aoki")]
}

#[tokio::test]
async fn a_certain_counterpart_is_linked_goes_out_with_the_next_sync_and_is_not_asked_for_again() {
    let world = only_at_anilist([pair_of(1, "Yoru no Hana"), pair_of(2, "Hoshi no Umi")].concat()).await;
    assert!(world.sim.myanimelist.entry(2001).is_none());
    let (sought, requests) = seek(&world, Provider::MyAnimeList).await;
    assert_eq!(sought, Sought { searched: 2, linked: 2, ..Sought::default() });
    assert_eq!(requests, [0, 2], "one for each title");
    assert_eq!(world.writes(), [0, 0, 0], "a search writes nothing");
    world.sync().await;
    assert_eq!(world.sim.myanimelist.entry(2001).unwrap().num_chapters_read, 10);
    assert_eq!(seek(&world, Provider::MyAnimeList).await, (Sought::default(), [0, 0]));
}

#[tokio::test]
async fn titles_without_a_counterpart_are_searched_for_by_themselves_after_a_scheduled_run() {
    let world = only_at_anilist(pair_of(1, "Yoru no Hana").to_vec()).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let stop = std::sync::Mutex::new(Some(stop));
    // The first run reads the lists and searches; what it found goes out with the next.
    let mut runs = 0;
    let done = |_| {
        runs += 1;
        if runs == 4 || world.sim.myanimelist.entry(2001).is_some() {
            stop.lock().unwrap().take().map(|stop| stop.send(()));
        }
    };
    let stopped = async { stopped.await.unwrap_or_default() };
    world.engine.watch(tokio::sync::watch::channel(Wishes::default()).1, stopped, done).await.unwrap();
    assert_eq!(world.sim.myanimelist.entry(2001).unwrap().num_chapters_read, 10);
}

#[tokio::test]
async fn a_likely_counterpart_is_a_question_and_what_is_not_there_is_asked_for_once_a_month() {
    let likely =
        [at_anilist(1001, "Yoru no Hana", "Rin Aoki"), later(at_myanimelist(2001, "Yoru no Hana", "Rin Aoki"))];
    let world = only_at_anilist([likely.to_vec(), vec![at_anilist(1002, "Kaze no Kuni", "Ken Mori")]].concat()).await;
    let (sought, requests) = seek(&world, Provider::MyAnimeList).await;
    assert_eq!((sought, requests), (Sought { searched: 2, questions: 1, ..Sought::default() }, [0, 2]));
    assert_eq!(seek(&world, Provider::MyAnimeList).await, (Sought::default(), [0, 0]));
    world.sync().await;
    assert!(world.sim.myanimelist.entries().is_empty(), "nothing of a question goes anywhere");
    let matches = world.engine.matches().await.unwrap();
    assert_eq!((matches[0].external_id.as_str(), matches[0].other.title.as_str()), ("2001", "Yoru no Hana"));
    assert_eq!(matches[0].other.authors, ["Rin Aoki"], "what a search found is shown with all that tells it apart");
    world.engine.accept_match(matches[0].id).await.unwrap();
    world.sync().await;
    assert_eq!(world.sim.myanimelist.entry(2001).unwrap().num_chapters_read, 10);
    world.pass(31 * 86_400);
    world.connect(Provider::MyAnimeList).await;
    let again = seek(&world, Provider::MyAnimeList).await.0;
    assert_eq!(again.searched, 1, "the one that was not there may be there now: {again:?}");
}

#[tokio::test]
async fn kitsu_is_searched_by_one_name_after_another_and_not_beyond_its_share() {
    let known = |n: i64| {
        let title =
            ["Amber Kettle", "Copper Choir", "Dusty Orbit", "Eleven Ferries", "Glass Tofu", "Hidden Tram"][n as usize];
        let theirs = Work { anilist: None, kitsu: vec![3000 + n], ..at_anilist(0, title, "Rin Aoki") };
        [at_anilist(1000 + n, title, "Rin Aoki"), theirs]
    };
    let world = World::of_these((0..6).flat_map(known).collect()).await;
    for n in 0..6 {
        world.sim.anilist.set_entry(1000 + n, |entry| entry.status = ListStatus::Current);
    }
    world.pass(90_000);
    world.connect(Provider::AniList).await;
    world.connect(Provider::Kitsu).await;
    world.engine.set_keep_in_step(true).await.unwrap();
    world.sync().await;
    world.reset_counters();
    let first = world.engine.seek().await.unwrap().remove(&Provider::Kitsu).unwrap();
    assert_eq!((first.searched, first.left, first.errors), (5, 1, vec![]));
    assert_eq!((first.linked + first.questions, world.sim.kitsu.requests().len()), (5, 5), "one for each name");
    let second = world.engine.seek().await.unwrap().remove(&Provider::Kitsu).unwrap();
    assert_eq!((second.searched, second.left, world.sim.kitsu.requests().len()), (1, 0, 6));
    assert_eq!(world.engine.seek().await.unwrap().remove(&Provider::Kitsu).unwrap(), Sought::default());
}

#[tokio::test]
async fn anilist_is_asked_for_many_titles_by_one_request_and_for_few_requests_at_a_time() {
    let words = ["amber", "birch", "cedar", "delta", "ember", "fjord"];
    let title = |n: usize| format!("{} {} {}", words[n % 6], words[n / 6 % 6], words[(n + n / 6) % 6]);
    let works: Vec<Work> = (0..30).flat_map(|n| pair_of(n as i64, &title(n))).collect();
    let world = World::of_these(works).await;
    for n in 0..30 {
        world.sim.myanimelist.set_entry(2000 + n, |entry| entry.status = myanimelist::Status::Reading);
    }
    let world = begun(world).await;
    let (sought, requests) = seek(&world, Provider::AniList).await;
    assert_eq!((sought.searched, sought.left, requests), (21, 9, [1, 0]), "{sought:?}");
    let (sought, requests) = seek(&world, Provider::AniList).await;
    assert_eq!((sought.searched, sought.left, requests), (9, 0, [1, 0]), "{sought:?}");
    assert_eq!(seek(&world, Provider::AniList).await, (Sought::default(), [0, 0]));
}

#[tokio::test]
async fn a_search_that_is_down_is_told_and_links_nothing_and_is_made_up_for() {
    let world = only_at_anilist(pair_of(1, "Yoru no Hana").to_vec()).await;
    world.sim.myanimelist.faults().push(FaultRule::always(Fault::Status(500)));
    let (sought, _) = seek(&world, Provider::MyAnimeList).await;
    assert_eq!((sought.searched, sought.linked, sought.left), (0, 0, 1));
    assert!(
        sought.errors[0].message.starts_with("MyAnimeList could not be searched, so nothing was linked"),
        "{sought:?}"
    );
    assert_eq!((library(&world).await[0].mappings.len(), world.engine.matches().await.unwrap().len()), (1, 0));
    world.sim.myanimelist.faults().clear();
    world.pass(3_600);
    assert_eq!(seek(&world, Provider::MyAnimeList).await.0.linked, 1);
}

#[tokio::test]
async fn a_hit_that_the_service_itself_says_is_another_work_is_a_question() {
    let world = World::of_these(vec![
        at_myanimelist(2001, "Yoru no Hana", "Rin Aoki"),
        Work { myanimelist: Some(2009), ..at_anilist(1001, "Yoru no Hana", "Rin Aoki") },
    ])
    .await;
    world.sim.myanimelist.set_entry(2001, |entry| entry.status = myanimelist::Status::Reading);
    let world = begun(world).await;
    let (sought, _) = seek(&world, Provider::AniList).await;
    assert_eq!((sought.linked, sought.questions), (0, 1));
    assert_eq!(world.engine.matches().await.unwrap()[0].evidence.against, [Against::Contradictory]);
}

#[tokio::test]
async fn a_candidate_that_disappeared_and_an_id_that_is_no_number_link_nothing() {
    let world = World::of_these(vec![
        at_myanimelist(2001, "Yoru no Hana", "Rin Aoki"),
        later(at_anilist(1001, "Yoru no Hana", "Rin Aoki")),
    ])
    .await;
    world.sim.myanimelist.set_entry(2001, |entry| entry.status = myanimelist::Status::Reading);
    let world = begun(world).await;
    assert_eq!(seek(&world, Provider::AniList).await.0.questions, 1);
    let id = world.engine.matches().await.unwrap()[0].id;
    world.sim.anilist.delete_media(1001);
    let gone = world.engine.accept_match(id).await.unwrap_err().to_string();
    assert!(gone.contains("1001"), "{gone}");
    let manga = at(&world, "myanimelist:2001").await;
    for id in ["", "abc", "12 34", "9".repeat(40).as_str(), "-1", "１００１"] {
        assert!(world.engine.link(manga, Provider::AniList, &id.into()).await.is_err(), "{id:?}");
    }
    assert_eq!(library(&world).await[0].mappings.len(), 1);
}
