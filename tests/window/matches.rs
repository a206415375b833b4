//! Titles that no service links, decided by the keyboard alone: one is the same, one is not, one has no counterpart, and for one
//! another work is looked up; then one of the answers is taken back.

use std::sync::Arc;

use fantoccini::{Locator, key::Key};
use kuroibara_engine::{
    Engine,
    core::Provider,
    store::{DatabaseKind, LibraryQuery},
    sync::Order,
};
use kuroibara_sim::{Catalog, Sim, SimConfig, Work, anilist::ListStatus, myanimelist};

use crate::{
    desk::{Desk, until},
    keyboard::{go_to, press, walk_to, write},
    postgres::Postgres,
};

/// Titles that both lists have: 1000 and so many at AniList, 2000 and so many at MyAnimeList, which dates each fifteen years
/// later. Only a person can tell whether it is the same.
const TITLES: [&str; 4] = ["Amber Kettle", "Copper Choir", "Dusty Orbit", "Hidden Tram"];
const SAME: usize = 0;
const OTHER: usize = 1;
const ALONE: usize = 2;
const SOUGHT: usize = 3;
/// What the last of them really is at MyAnimeList, where it stands in no list.
const FOUND: i64 = 2900;

#[tokio::test(flavor = "multi_thread")]
async fn titles_that_may_be_the_same_are_decided_by_keyboard_alone_on_sqlite() {
    decide(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn titles_that_may_be_the_same_are_decided_by_keyboard_alone_on_postgresql() {
    let Some(database) = Postgres::begin().await else { return };
    decide(Some(&database)).await;
    database.end().await;
}

/// The whole story, with the library in a database or, without one, in a file.
async fn decide(database: Option<&Postgres>) {
    let config = SimConfig { entries: 0, ..SimConfig::default() };
    let Some(mut desk) = Desk::lay_before(Sim::with_catalog(config, Arc::new(catalog()))).await else { return };
    database.into_iter().for_each(|database| desk.keep_in(database));
    fill_the_lists(&desk);
    desk.was_used_with(&[Provider::AniList, Provider::MyAnimeList]).await;
    let engine = desk.engine().await;
    assert_eq!(engine.matches().await.unwrap().len(), TITLES.len());
    engine.close().await;

    desk.open().await;
    desk.element("nav-review").await;
    desk.is_in_front().await;
    let told = async || desk.tray.texts().await.contains(&"Something needs you…".to_owned()).then_some(());
    until("the questions in the tray", told).await;
    go_to(&desk, "Review").await;
    accept(&desk).await;
    reject(&desk).await;
    ignore(&desk).await;
    look_another_up(&desk).await;
    desk.says("empty-state", "Every title has its place").await;
    take_back(&desk).await;

    desk.quit().await;
    let engine = desk.engine().await;
    as_decided(&engine, 0).await;
    engine.sync(&Order { full: true, approved: true, ..Order::default() }).await.unwrap();
    as_decided(&engine, 1).await;
    let place = engine.about().await.unwrap().database;
    assert_eq!(place.kind == DatabaseKind::Postgresql, database.is_some(), "{place:?}");
}

fn catalog() -> Catalog {
    let by = |title: &str, author: &str, year| Work {
        authors: vec![author.into()],
        year: Some(year),
        ..Work::titled(title)
    };
    let pairs = TITLES.iter().zip(["Rin Aoki", "Ken Mori", "Mio Sato", "Jun Ito"]).zip(0..);
    let mut works: Vec<Work> = pairs
        .flat_map(|((title, author), n)| {
            let here = Work { anilist: Some(1000 + n), ..by(title, author, 1999) };
            [here, Work { myanimelist: Some(2000 + n), ..by(title, author, 2014) }]
        })
        .collect();
    works.push(Work { myanimelist: Some(FOUND), ..by("Hidden Tram: The First Line", "Jun Ito", 1999) });
    Catalog::new(works)
}

fn fill_the_lists(desk: &Desk) {
    for n in 0..TITLES.len() as i64 {
        desk.services.anilist.set_entry(1000 + n, |entry| entry.status = ListStatus::Current).unwrap();
        desk.services.myanimelist.set_entry(2000 + n, |entry| entry.status = myanimelist::Status::Reading).unwrap();
    }
}

async fn accept(desk: &Desk) {
    choose(desk, TITLES[SAME]).await;
    desk.says("evidence-same", "same author").await;
    desk.says("evidence-other", "15 years apart").await;
    press(desk, &[Key::Enter.into()]).await;
    is_decided(desk, TITLES[SAME], "The next sync merges both").await;
}

async fn reject(desk: &Desk) {
    choose(desk, TITLES[OTHER]).await;
    press(desk, &['r']).await;
    is_decided(desk, TITLES[OTHER], "Never linked by themselves").await;
}

async fn ignore(desk: &Desk) {
    choose(desk, TITLES[ALONE]).await;
    press(desk, &['i']).await;
    desk.element("match-reason").await;
    write(desk, "a fan comic").await;
    press(desk, &[Key::Enter.into()]).await;
    is_decided(desk, TITLES[ALONE], "No counterpart is looked for").await;
}

async fn look_another_up(desk: &Desk) {
    choose(desk, TITLES[SOUGHT]).await;
    press(desk, &['s']).await;
    let hit = format!("hit-{FOUND}");
    desk.element(&hit).await;
    shows_its_cover(desk, &hit).await;
    walk_to(desk, &format!("[data-testid={hit}] [data-testid=hit-add]")).await;
    press(desk, &[Key::Enter.into()]).await;
    is_decided(desk, TITLES[SOUGHT], "The First Line").await;
}

/// Awaits the picture of a work that stands in no library.
async fn shows_its_cover(desk: &Desk, hit: &str) {
    let script = "return document.querySelector(`[data-testid=${arguments[0]}] img`)?.naturalWidth > 0";
    let drawn =
        async || desk.window().execute(script, vec![hit.into()]).await.unwrap().as_bool().filter(|drawn| *drawn);
    until("the cover of what was found", drawn).await;
}

/// What was said to be another work is asked again; what has no counterpart stands there with its reason.
async fn take_back(desk: &Desk) {
    press(desk, &['d']).await;
    go_down_to(desk, "said-list", TITLES[ALONE]).await;
    desk.says("decided-other", "a fan comic").await;
    go_down_to(desk, "said-list", TITLES[OTHER]).await;
    desk.says("decided-decision", "two different works").await;
    press(desk, &[Key::Enter.into()]).await;
    desk.says("taken-back", TITLES[OTHER]).await;
    is_asked_no_more(desk, TITLES[OTHER]).await;
}

/// Goes through the list to this title, whose candidates then stand beside it.
async fn choose(desk: &Desk, title: &str) {
    go_down_to(desk, "match-list", title).await;
    desk.says("match-own", title).await;
}

/// Goes through a list to this title.
async fn go_down_to(desk: &Desk, list: &str, title: &str) {
    let place = desk.saying("option", title).await.attr("aria-posinset").await.unwrap().unwrap();
    walk_to(desk, &format!("[data-testid={list}]")).await;
    press(desk, &[Key::Home.into()]).await;
    for _ in 1..place.parse::<usize>().unwrap() {
        press(desk, &[Key::Down.into()]).await;
    }
}

/// The page says what was decided, and asks about the title no more.
async fn is_decided(desk: &Desk, title: &str, text: &str) {
    desk.says("decided", text).await;
    is_asked_no_more(desk, title).await;
}

async fn is_asked_no_more(desk: &Desk, title: &str) {
    let options = format!("//*[@role='option'][contains(., '{title}')]");
    let asked = async || desk.window().find_all(Locator::XPath(&options)).await.ok()?.is_empty().then_some(());
    until(&format!("no question about {title}"), asked).await;
}

/// One title became one with its counterpart, another with the one that was looked up; so many are asked about.
async fn as_decided(engine: &Engine, asked: usize) {
    let open = engine.matches().await.unwrap();
    assert_eq!(open.len(), asked, "{open:?}");
    assert!(open.iter().all(|one| one.manga.title == TITLES[OTHER]), "the one that is to be asked again: {open:?}");
    let linked = async |here: usize, there: i64| {
        let at = |provider: &str, id| format!("{provider}:{id}");
        let here = engine.find(&at("anilist", 1000 + here as i64)).await.unwrap();
        here == engine.find(&at("myanimelist", there)).await.unwrap()
    };
    assert!(linked(SAME, 2000).await);
    assert!(!linked(OTHER, 2001).await);
    assert!(!linked(ALONE, 2002).await);
    assert!(!linked(SOUGHT, 2003).await);
    assert!(linked(SOUGHT, FOUND).await);
    let query = LibraryQuery { limit: 100, ..LibraryQuery::default() };
    assert_eq!(engine.library(&query).await.unwrap().total, Some(7));
}
