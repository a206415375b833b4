//! What the window shows and changes: a title with all its sides, many edits at once, two windows on one library.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use kuroibara_core::{Field, Fields, MangaId, Provider, Status, Value};
use kuroibara_engine::{detail::SidePresence, edit::EntryChange, library::EntryView, store::LibraryQuery};
use world::{World, assert_success};

fn all() -> LibraryQuery {
    LibraryQuery { limit: 1000, ..LibraryQuery::default() }
}

/// A synced world, and a title of it that all three services know, being read and far from its end.
async fn synced() -> (World, EntryView) {
    let world = World::of_works(5).await;
    world.connect_all().await;
    world.sync().await;
    let entry = world.engine.add(Provider::AniList, &"1001".into()).await.unwrap();
    world.pass(60);
    assert_success(&world.sync().await);
    world.pass(3_600);
    let entry = world.engine.entry(entry.manga_id).await.unwrap();
    (world, entry)
}

fn change(text: serde_json::Value) -> Fields {
    serde_json::from_value::<EntryChange>(text).unwrap().try_into().unwrap()
}

async fn edit(world: &World, manga: MangaId, text: serde_json::Value) -> EntryView {
    world.engine.edit(manga, &change(text)).await.unwrap()
}

#[tokio::test]
async fn an_edit_shows_what_will_be_sent_to_each_service_until_it_is_sent() {
    let (world, entry) = synced().await;
    assert!(!entry.differs && !entry.waits, "{entry:?}");
    let edited = edit(&world, entry.manga_id, serde_json::json!({"chapters_read": 4, "status": "reading"})).await;
    assert!(edited.differs && edited.waits);
    let detail = world.engine.entry_detail(entry.manga_id).await.unwrap();
    assert_eq!(detail.sides.len(), 3);
    for (provider, side) in &detail.sides {
        assert_eq!((side.presence, side.takes_part), (SidePresence::Present, true), "{provider}");
        assert_eq!(side.differs, [Field::Status, Field::Chapters], "{provider}");
        let sent: Vec<_> = side.will_send.iter().map(|one| (one.field, one.after.clone().unwrap())).collect();
        assert!(sent.contains(&("chapters_read", Value::Count(4))), "{provider}: {sent:?}");
        assert!(side.due_since.is_some() && side.refused.is_none() && side.page_url.is_none());
        assert_eq!(side.fields.as_ref().unwrap().status(), Some(Status::PlanToRead), "{provider}");
    }
    assert_success(&world.sync().await);
    let detail = world.engine.entry_detail(entry.manga_id).await.unwrap();
    assert!(detail.sides.values().all(|side| side.differs.is_empty() && side.will_send.is_empty()), "{detail:#?}");
    assert!(!detail.entry.differs && !detail.entry.waits);
}

#[tokio::test]
async fn a_score_that_a_service_can_only_round_is_no_difference() {
    let (world, entry) = synced().await;
    edit(&world, entry.manga_id, serde_json::json!({"score": 87})).await;
    assert_success(&world.sync().await);
    let detail = world.engine.entry_detail(entry.manga_id).await.unwrap();
    let theirs = detail.sides[&Provider::MyAnimeList].fields.as_ref().unwrap().get(Field::Score).cloned();
    assert_eq!(serde_json::to_value(theirs).unwrap(), 90);
    assert!(!detail.entry.differs && detail.sides.values().all(|side| side.differs.is_empty()));
}

#[tokio::test]
async fn a_change_at_a_service_shows_as_a_difference_and_a_filter_finds_it() {
    let (world, entry) = synced().await;
    let differing = LibraryQuery { differs: true, ..all() };
    assert_eq!(world.engine.library(&differing).await.unwrap().total, Some(0));
    edit(&world, entry.manga_id, serde_json::json!({"notes": "left on a train"})).await;
    let found = world.engine.library(&differing).await.unwrap();
    assert_eq!((found.total, found.entries[0].manga_id), (Some(1), entry.manga_id));
    for provider in Provider::ALL {
        world.engine.disconnect(provider).await.unwrap();
    }
    assert_eq!(world.engine.library(&differing).await.unwrap().total, Some(0), "nobody is connected");
}

#[tokio::test]
async fn several_entries_are_edited_together_or_not_at_all() {
    let world = World::with(60, 20).await;
    world.connect_all().await;
    world.sync().await;
    let library = world.engine.library(&all()).await.unwrap().entries;
    let manga: Vec<MangaId> = library.iter().take(8).map(|entry| entry.manga_id).collect();
    let dropped = change(serde_json::json!({"status": "dropped"}));
    let edited = world.engine.edit_many(&manga, &dropped).await.unwrap();
    assert_eq!(edited.iter().map(|entry| entry.manga_id).collect::<Vec<_>>(), manga);
    for (before, after) in library.iter().zip(&edited) {
        assert_eq!((after.status, after.waits), (Status::Dropped, before.status != Status::Dropped), "{after:?}");
    }
    let unknown = MangaId(uuid::Uuid::nil());
    let reading = change(serde_json::json!({"status": "reading"}));
    assert!(world.engine.edit_many(&[manga[0], unknown], &reading).await.is_err());
    let beyond = change(serde_json::json!({"chapters_read": 99_999}));
    let short = library.iter().find(|entry| entry.total_chapters.is_some()).unwrap().manga_id;
    assert!(world.engine.edit_many(&[manga[0], short], &beyond).await.is_err());
    assert_eq!(world.engine.entry(manga[0]).await.unwrap().status, Status::Dropped);
}

#[tokio::test]
async fn two_windows_that_edit_one_entry_lose_nothing() {
    let (world, entry) = synced().await;
    let other = world.another_engine().await;
    let id = entry.manga_id;
    for round in 1..=10 {
        let chapters = change(serde_json::json!({ "chapters_read": round }));
        let score = change(serde_json::json!({ "score": round * 10 }));
        let (one, two) = tokio::join!(world.engine.edit(id, &chapters), other.edit(id, &score));
        one.unwrap();
        two.unwrap();
        let now = world.engine.entry(id).await.unwrap();
        assert_eq!((now.chapters_read, now.score.unwrap().points()), (round, round as u8 * 10));
    }
    let history = world.engine.history(None, 1000, 0).await.unwrap();
    let edits = |field| history.changes.iter().filter(|one| one.field == Some(field) && one.cause == "edit").count();
    assert_eq!((edits("chapters_read"), edits("score")), (10, 10), "each edit is in the history");
}

#[tokio::test]
async fn a_chapter_that_an_old_menu_offers_unreads_none_that_were_read_since() {
    let (world, entry) = synced().await;
    let read = async |chapters| world.engine.note_read(entry.manga_id, chapters).await.unwrap().chapters_read;
    assert_eq!(read(7).await, 7);
    assert_eq!(read(3).await, 7);
    assert_eq!(read(8).await, 8);
}

#[tokio::test]
async fn an_edit_says_what_is_wrong_with_it() {
    for (text, word) in [
        (serde_json::json!({"score": 101}), "1 to 100"),
        (serde_json::json!({"score": 0}), "1 to 100"),
        (serde_json::json!({"started_on": "2024-13"}), "YYYY"),
        (serde_json::json!({"finished_on": "yesterday"}), "YYYY"),
    ] {
        let wish: EntryChange = serde_json::from_value(text).unwrap();
        let error = Fields::try_from(wish).unwrap_err();
        assert!(error.to_string().contains(word) && error.code() == "bad_input", "{error}");
    }
    let cleared = change(serde_json::json!({"score": null, "notes": "", "started_on": null, "finished_on": " "}));
    assert_eq!(cleared.len(), 4);
    assert!(cleared.iter().all(|(_, value)| value.is_empty()));
}

#[tokio::test]
async fn statistics_count_what_was_read_and_what_is_in_step() {
    let (world, entry) = synced().await;
    edit(&world, entry.manga_id, serde_json::json!({"chapters_read": 7, "status": "reading", "score": 91})).await;
    let statistics = world.engine.statistics().await.unwrap();
    assert_eq!((statistics.totals.titles, statistics.totals.chapters_read), (1, 7));
    assert_eq!((statistics.by_score[9], statistics.unrated), (1, 0));
    assert_eq!(statistics.chapters_per_week.len(), 52);
    assert_eq!(statistics.chapters_per_week.last().unwrap().chapters, 7);
    let places: Vec<_> =
        statistics.in_step.iter().map(|one| (one.provider, one.titles, one.differ, one.wait)).collect();
    assert_eq!(places, Provider::ALL.map(|provider| (provider, 1, 1, 1)));
    world.sync().await;
    let statistics = world.engine.statistics().await.unwrap();
    assert!(statistics.in_step.iter().all(|one| (one.in_step, one.differ, one.wait) == (1, 0, 0)));
}

#[tokio::test]
async fn what_waits_is_listed_and_can_be_tried_again() {
    let (world, entry) = synced().await;
    edit(&world, entry.manga_id, serde_json::json!({"chapters_read": 3})).await;
    let waiting = world.engine.waiting().await.unwrap();
    assert_eq!(waiting.len(), 3);
    assert!(waiting.iter().all(|one| one.manga_id == entry.manga_id && !one.refused && one.attempts == 0));
    world.engine.retry(entry.manga_id, Provider::Kitsu).await.unwrap();
    assert_eq!(world.engine.waiting().await.unwrap().len(), 3);
    let budgets = world.engine.budgets().await.unwrap();
    assert!(
        [&budgets.anilist, &budgets.myanimelist, &budgets.kitsu]
            .iter()
            .all(|one| one.left <= one.per_minute && one.paused_until.is_none())
    );
    let usage = world.engine.usage(24).await.unwrap();
    assert!(Provider::ALL.iter().all(|provider| usage.iter().any(|one| one.provider == *provider && one.requests > 0)));
}

#[tokio::test]
async fn what_the_program_says_of_itself_names_places_and_no_secret() {
    let world = World::with(10, 0).await;
    let about = world.engine.about().await.unwrap();
    assert!(about.database.place.ends_with("kuroibara.db"));
    assert_eq!(serde_json::to_value(about.protection).unwrap(), "keyring");
}

#[tokio::test]
async fn a_cover_is_fetched_once_and_again_when_its_file_is_damaged() {
    let (world, entry) = synced().await;
    let cover = world.engine.cover(entry.manga_id).await.unwrap().expect("the services have covers");
    assert_eq!(cover.kind.content_type(), "image/png");
    let dir = world.dir.path().join("covers");
    let files = || std::fs::read_dir(&dir).unwrap().map(|file| file.unwrap().path()).collect::<Vec<_>>();
    let [file] = &files()[..] else { panic!("{:?}", files()) };
    std::fs::write(file, "no picture").unwrap();
    assert_eq!(world.engine.cover(entry.manga_id).await.unwrap(), Some(cover.clone()));
    assert_eq!(std::fs::read(file).unwrap(), cover.bytes, "what was damaged is whole again");
    assert_eq!(files().len(), 1);
    let nobody = MangaId(uuid::Uuid::nil());
    assert_eq!(world.engine.cover(nobody).await.unwrap(), None);
}

#[tokio::test]
async fn a_work_that_a_search_found_has_a_cover_by_the_name_that_was_offered_and_by_no_other() {
    let (world, entry) = synced().await;
    let cover = world.engine.cover(entry.manga_id).await.unwrap();
    for provider in Provider::ALL {
        let hits = world.engine.search(provider, &entry.title, 5).await.unwrap();
        let address = hits[0].cover.clone().expect("a search tells of the cover");
        let name = world.engine.offer_cover(&address).unwrap();
        let offered = world.engine.offered_cover(&name).await.unwrap();
        assert_eq!(offered.map(|picture| picture.kind), cover.as_ref().map(|picture| picture.kind), "{provider}");
    }
    assert_eq!(world.engine.offered_cover("0000").await.unwrap(), None);
    assert_eq!(world.engine.offer_cover("no address"), None);
    let elsewhere = world.engine.offer_cover("https://covers.example.org/1.png").unwrap();
    assert!(world.engine.offered_cover(&elsewhere).await.is_err(), "only the services' own hosts are asked");
}
