//! Titles that may be the same at two services: shown with what speaks for it, decided once, never asked again.

use kuroibara_sim::{Fault, FaultRule, Work, anilist::ListStatus, myanimelist};
use serde_json::{Value, json};

use crate::world::{Ran, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn matches_and_links_are_decided_on_sqlite() {
    decide(World::of_these(works()).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn matches_and_links_are_decided_on_postgresql() {
    let Some(world) = World::on_postgres_of_these(works()).await else { return };
    decide(world).await;
}

/// One pair that is certain, three of the same title that began fifteen years apart, and a certain one in no list yet.
fn works() -> Vec<Work> {
    let work = |title: &str, year| Work { authors: vec!["Rin Aoki".into()], year: Some(year), ..Work::titled(title) };
    let pair = |n: i64, title, there| {
        let here = Work { anilist: Some(1000 + n), ..work(title, 1999) };
        [here, Work { myanimelist: Some(2000 + n), ..work(title, there) }]
    };
    let certain = pair(0, "Kaze no Kuni", 1999);
    let likely = [pair(1, "Yoru no Hana", 2014), pair(2, "Hoshi no Umi", 2014), pair(3, "Ame no Machi", 2014)];
    let alone = pair(4, "Yuki no Mori", 1999);
    certain.into_iter().chain(likely.into_iter().flatten()).chain(alone).collect()
}

async fn decide(world: World) {
    for n in 0..4 {
        world.sim.anilist.set_entry(1000 + n, |entry| entry.status = ListStatus::Current).unwrap();
        world.sim.myanimelist.set_entry(2000 + n, |entry| entry.status = myanimelist::Status::Reading).unwrap();
    }
    world.begin_with_two().await;
    the_certain_one_is_linked(&world).await;
    each_answer_is_carried_out(&world).await;
    what_was_said_is_shown_and_taken_back(&world).await;
    a_link_is_taken_back_and_made_again(&world).await;
    nothing_is_asked_again(&world).await;
    what_no_list_has_is_searched_for(&world).await;
    world.end().await;
}

impl World {
    async fn begin_with_two(&self) {
        self.connect_by_browser("anilist").await;
        self.connect_by_browser("myanimelist").await;
        self.answer(&["sync", "--yes"]).await;
    }

    /// What waits.
    async fn matches(&self) -> Vec<Value> {
        self.answer(&["matches"]).await["matches"].as_array().unwrap().clone()
    }

    /// The one that waits for the title of this number.
    async fn match_of(&self, n: i64) -> Option<String> {
        let there = (2000 + n).to_string();
        let wanted = |one: &&Value| one["external_id"] == *there;
        self.matches().await.iter().find(wanted).map(|one| one["id"].as_str().unwrap().to_owned())
    }

    /// Which manga the library has for the two sides of the title of this number.
    async fn manga_of(&self, n: i64) -> [String; 2] {
        let library = self.answer(&["library"]).await;
        let entries = library["entries"].as_array().unwrap();
        [("anilist", (1000 + n).to_string()), ("myanimelist", (2000 + n).to_string())].map(|(provider, id)| {
            let entry = entries.iter().find(|entry| entry["mappings"][provider] == *id);
            entry.unwrap_or_else(|| panic!("{provider}:{id} is in {library}"))["manga_id"].as_str().unwrap().to_owned()
        })
    }

    async fn is_linked(&self, n: i64) -> bool {
        let [here, there] = self.manga_of(n).await;
        here == there
    }
}

async fn the_certain_one_is_linked(world: &World) {
    assert!(world.is_linked(0).await, "same title, same year, same author");
    let matches = world.matches().await;
    assert_eq!(matches.len(), 3, "{matches:?}");
    for one in &matches {
        assert_eq!((&one["provider"], &one["manga"]["title"]), (&json!("myanimelist"), &one["other"]["title"]));
        let confidence = one["confidence"].as_u64().unwrap();
        assert!((1..90).contains(&confidence), "else it were linked: {one}");
        assert!(one["evidence"]["signs"].as_array().unwrap().len() > 1, "{one}");
    }
    let spoken = Ran::of(world.bare(&["matches"])).await;
    assert!(spoken.out.contains("15 years apart") && spoken.out.contains("myanimelist:2001"), "{spoken:?}");
}

async fn each_answer_is_carried_out(world: &World) {
    let [accepted, rejected, ignored] =
        [world.match_of(1).await.unwrap(), world.match_of(2).await.unwrap(), world.match_of(3).await.unwrap()];
    world.answer(&["matches", "accept", &accepted]).await;
    world.answer(&["matches", "reject", &rejected]).await;
    world.answer(&["matches", "ignore", &ignored, "--reason", "a fan comic"]).await;
    for id in [&accepted, &rejected, &ignored] {
        let late = world.run(&["matches", "accept", id]).await;
        assert_eq!(late.status, 2, "it was answered before: {late:?}");
        assert!(late.err.contains("matches"), "it says where to look: {late:?}");
    }
    assert_eq!([world.is_linked(1).await, world.is_linked(2).await, world.is_linked(3).await], [true, false, false]);
    assert_eq!(world.matches().await, [] as [Value; 0]);
}

async fn what_was_said_is_shown_and_taken_back(world: &World) {
    let decided = world.answer(&["matches", "decided"]).await;
    let decided = decided["decided"].as_array().unwrap();
    let of = |how: &str| decided.iter().find(|one| one["said"]["how"] == how).unwrap();
    assert_eq!(decided.len(), 3, "{decided:?}");
    assert_eq!(of("linked")["manga"]["title"], "Yoru no Hana");
    assert_eq!(of("ignored")["said"]["reason"], "a fan comic");
    assert!(of("rejected")["at"].as_str().unwrap().starts_with("20"), "{decided:?}");
    let rejected = of("rejected");
    let work =
        format!("{}:{}", rejected["provider"].as_str().unwrap(), rejected["said"]["external_id"].as_str().unwrap());
    let spoken = Ran::of(world.bare(&["matches", "decided"])).await;
    for part in ["is Yoru no Hana", "is not Hoshi no Umi", "is not there: a fan comic", &work] {
        assert!(spoken.out.contains(part), "{part}: {spoken:?}");
    }
    let manga = rejected["manga_id"].as_str().unwrap();
    let left = world.answer(&["matches", "reopen", manga, &work]).await;
    assert_eq!(left["decided"].as_array().unwrap().len(), 2);
    let late = world.run(&["matches", "reopen", manga, &work]).await;
    assert!(late.status == 2 && late.err.contains("matches decided"), "{late:?}");
    assert_eq!(world.matches().await, [] as [Value; 0], "nothing is compared yet");
    world.answer(&["sync", "--yes"]).await;
    let again = world.match_of(2).await.expect("the rejected pair is a question again");
    world.answer(&["matches", "reject", &again]).await;
    let ignored = of("ignored");
    let (manga, provider) = (ignored["manga_id"].as_str().unwrap(), ignored["provider"].as_str().unwrap());
    world.answer(&["matches", "reopen", manga, provider]).await;
    world.answer(&["sync", "--yes"]).await;
    let again = world.match_of(3).await.expect("the title may have a counterpart after all");
    world.answer(&["matches", "ignore", &again]).await;
}

async fn a_link_is_taken_back_and_made_again(world: &World) {
    world.answer(&["unlink", "anilist:1000", "myanimelist"]).await;
    world.answer(&["sync", "--full"]).await;
    assert!(!world.is_linked(0).await);
    assert_eq!(world.run(&["unlink", "anilist:1000", "myanimelist"]).await.status, 2, "there is no such link any more");
    let taken = world.run(&["link", "anilist:1001", "myanimelist:2000"]).await;
    assert_eq!(taken.status, 1, "it has another id there: {taken:?}");
    let entry = world.answer(&["link", "anilist:1003", "myanimelist:2003"]).await;
    assert_eq!(entry["mappings"], json!({ "anilist": "1003", "myanimelist": "2003" }), "{entry}");
}

async fn nothing_is_asked_again(world: &World) {
    for arguments in [&["sync", "--full", "--yes"][..], &["sync", "--yes"], &["sync", "--full", "--yes"]] {
        world.answer(arguments).await;
        assert_eq!(world.matches().await, [] as [Value; 0]);
        for (n, linked) in [(0, false), (1, true), (2, false), (3, true)] {
            assert_eq!(world.is_linked(n).await, linked, "title {n}");
        }
    }
    let spoken = Ran::of(world.bare(&["matches"])).await;
    assert!(spoken.out.contains("No match waits"), "{spoken:?}");
}

async fn what_no_list_has_is_searched_for(world: &World) {
    world.sim.anilist.set_entry(1004, |entry| entry.status = ListStatus::Current).unwrap();
    world.answer(&["keep-in-step", "true"]).await;
    world.answer(&["sync", "--yes"]).await;
    let found = world.answer(&["matches", "search"]).await;
    let sought = &found["searched"]["myanimelist"];
    assert_eq!(
        (&sought["linked"], &sought["questions"], &sought["left"]),
        (&json!(1), &json!(0), &json!(0)),
        "{found}"
    );
    assert!(world.sim.myanimelist.entry(2004).is_none(), "a search writes nothing");
    world.answer(&["sync", "--yes"]).await;
    assert!(world.sim.myanimelist.entry(2004).is_some());
    world.sim.myanimelist.faults().push(FaultRule::always(Fault::Status(500)));
    let spoken = Ran::of(world.bare(&["matches", "search"])).await;
    assert_eq!(spoken.status, 0, "all was asked, so nobody is asked: {spoken:?}");
    assert!(spoken.out.contains("MyAnimeList: 0 searched for"), "{spoken:?}");
    world.sim.myanimelist.faults().clear();
}

/// Titles that only one of two services knows: each is searched for at the other.
async fn with_titles_to_search_for() -> World {
    let known = |title: &str| Work { authors: vec!["Rin Aoki".into()], year: Some(1999), ..Work::titled(title) };
    let works = vec![
        Work { anilist: Some(1001), ..known("Amber Kettle") },
        Work { myanimelist: Some(2002), ..known("Copper Choir") },
    ];
    let world = World::of_these(works).await;
    world.sim.anilist.set_entry(1001, |entry| entry.status = ListStatus::Current).unwrap();
    world.sim.myanimelist.set_entry(2002, |entry| entry.status = myanimelist::Status::Reading).unwrap();
    world.begin_with_two().await;
    world.answer(&["keep-in-step", "true"]).await;
    world.answer(&["sync", "--yes"]).await;
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_that_one_service_does_not_answer_is_done_in_part() {
    let world = with_titles_to_search_for().await;
    world.sim.myanimelist.faults().push(FaultRule::always(Fault::Status(500)));
    let ran = world.run(&["matches", "search"]).await;
    assert_eq!(ran.status, 5, "{ran:?}");
    let searched = &ran.json()["searched"];
    assert_eq!((&searched["anilist"]["searched"], &searched["anilist"]["errors"]), (&json!(1), &json!([])));
    assert_eq!((&searched["myanimelist"]["searched"], &searched["myanimelist"]["left"]), (&json!(0), &json!(1)));
    assert_eq!(searched["myanimelist"]["errors"][0]["code"], "search_failed");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_that_no_service_answers_failed_and_says_which_could_not_be_searched() {
    let world = with_titles_to_search_for().await;
    world.sim.anilist.faults().push(FaultRule::always(Fault::Status(500)));
    world.sim.myanimelist.faults().push(FaultRule::always(Fault::Status(500)));
    let spoken = Ran::of(world.bare(&["matches", "search"])).await;
    assert_eq!(spoken.status, 1, "{spoken:?}");
    for name in ["AniList", "MyAnimeList"] {
        assert!(spoken.out.contains(&format!("{name} could not be searched, so nothing was linked")), "{spoken:?}");
    }
    world.sim.anilist.faults().clear();
    world.sim.myanimelist.faults().clear();
    let ran = world.run(&["matches", "search"]).await;
    assert_eq!(ran.status, 0, "what could not be searched for is made up for: {ran:?}");
    assert_eq!(ran.json()["searched"]["anilist"]["searched"], 1);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_work_that_a_service_merged_into_another_is_told_by_the_history_and_a_dry_run_changes_nothing() {
    let world = World::of_these(works()).await;
    world.sim.anilist.set_entry(1000, |entry| entry.status = ListStatus::Current).unwrap();
    world.begin_with_two().await;
    world.sim.anilist.merge_media(1000, 1004);
    world.answer(&["sync", "--full", "--dry-run"]).await;
    let told = async || Ran::of(world.bare(&["history"])).await.out;
    assert!(!told().await.contains("anilist:1004"));
    world.answer(&["sync", "--full"]).await;
    let told = told().await;
    let line = told.lines().find(|line| line.contains("link anilist:1000 \u{2192} anilist:1004"));
    let line = line.unwrap_or_else(|| panic!("{told}"));
    assert!(line.contains("AniList") && line.contains("moved") && line.contains("Kaze no Kuni"), "{line}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_that_is_none_and_a_work_that_is_not_there_are_bad_input() {
    let world = World::of_these(works()).await;
    world.begin_with_two().await;
    let id = "0199d2c1-7c5b-7bd1-a5a0-5f7e0e0d0f11";
    for arguments in [
        &["matches", "accept", "12"][..],
        &["matches", "reject", id],
        &["matches", "ignore", id],
        &["link", id, "anilist:1000"],
        &["link", "anilist:1000", "anilist"],
        &["unlink", id, "anilist"],
        &["matches", "reopen", id, "anilist"],
        &["matches", "reopen", "anilist:1000", "myanimelist:2000"],
        &["matches", "reopen", "anilist:1000", "mangadex"],
    ] {
        let ran = world.run(arguments).await;
        assert_eq!(ran.status, 2, "{arguments:?}: {ran:?}");
    }
}
