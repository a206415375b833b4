//! The plan that waits, by the keyboard alone: in part accepted, left out, never wanted and changed; what then happens is what
//! was accepted, exactly, and what changed meanwhile is marked.

use std::sync::Arc;

use fantoccini::{Locator, key::Key};
use kuroibara_engine::{
    Engine,
    core::{Field, Provider, Rule},
    library::EntryView,
    settings::SettingsChange,
    sync::Order,
};
use kuroibara_sim::{Catalog, Sim, SimConfig, Work, anilist::ListStatus, myanimelist};

use crate::{
    desk::{Desk, until},
    keyboard::{choose, go_to, press, walk_to, write},
    postgres::Postgres,
};

/// Titles that both lists have, 1000 and so many at AniList, 2000 and so many at MyAnimeList: ten chapters and a score of 70
/// at AniList, twenty and 90 at MyAnimeList, whose values are to win.
const TITLES: [&str; 7] =
    ["Amber Kettle", "Copper Choir", "Dusty Orbit", "Hidden Tram", "Iron Lantern", "Jade Harbour", "Kite Season"];
const AT_ONCE: usize = 0;
const SKIPPED: usize = 1;
const NOT_THE_SCORE: usize = 2;
const NEVER_THE_SCORE: usize = 3;
const OTHER_VALUE: usize = 4;
const THOUGHT_AGAIN: usize = 5;
const CHANGED: usize = 6;

#[tokio::test(flavor = "multi_thread")]
async fn of_a_plan_exactly_what_was_accepted_by_keyboard_alone_is_applied_on_sqlite() {
    a_plan(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_plan_exactly_what_was_accepted_by_keyboard_alone_is_applied_on_postgresql() {
    let Some(database) = Postgres::begin().await else { return };
    a_plan(Some(&database)).await;
    database.end().await;
}

/// The whole story, with the library in a database or, without one, in a file.
async fn a_plan(database: Option<&Postgres>) {
    let config = SimConfig { entries: 0, ..SimConfig::default() };
    let Some(mut desk) = Desk::lay_before(Sim::with_catalog(config, Arc::new(catalog()))).await else { return };
    database.into_iter().for_each(|database| desk.keep_in(database));
    a_plan_waits(&mut desk).await;
    desk.open().await;
    desk.element("nav-review").await;
    desk.is_in_front().await;
    go_to(&desk, "Review").await;
    apply_this(&desk, AT_ONCE, [20, 90]).await;
    decide(&desk).await;
    assert_eq!(held_at_anilist(&desk), [[20, 90], [10, 70], [10, 70], [10, 70], [15, 90], [10, 70], [10, 70]]);
    apply_the_rest(&desk).await;
    desk.quit().await;
    is_as_accepted(&desk).await;
}

fn catalog() -> Catalog {
    let works = TITLES.iter().zip(0..).map(|(title, n)| Work {
        anilist: Some(1000 + n),
        myanimelist: Some(2000 + n),
        ..Work::titled(title)
    });
    Catalog::new(works.collect())
}

/// AniList is in step, and MyAnimeList, which says something else of every title, is synced for the first time.
async fn a_plan_waits(desk: &mut Desk) {
    for n in 0..TITLES.len() as i64 {
        let there = |entry: &mut kuroibara_sim::anilist::Entry| {
            (entry.status, entry.progress, entry.score_raw) = (ListStatus::Current, 10, 70);
        };
        desk.services.anilist.set_entry(1000 + n, there).unwrap();
    }
    desk.was_used_with(&[Provider::AniList]).await;
    for n in 0..TITLES.len() as i64 {
        let there = |entry: &mut myanimelist::Entry| {
            (entry.status, entry.num_chapters_read, entry.score) = (myanimelist::Status::Reading, 20, 9);
        };
        desk.services.myanimelist.set_entry(2000 + n, there).unwrap();
    }
    let engine = desk.engine().await;
    engine.set_keep_in_step(true).await.unwrap();
    desk.sign_in(&engine, Provider::MyAnimeList).await;
    let theirs = SettingsChange { rule: Some(Rule::Remote), ..SettingsChange::default() };
    engine.update(Provider::MyAnimeList, &theirs).await.unwrap();
    engine.sync(&Order::default()).await.unwrap();
    assert_eq!(desk.writes(), 0, "nothing is written before the plan is applied");
    let plan = engine.waiting_plan().await.unwrap().expect("a plan waits");
    assert_eq!(plan.rows.len(), 2 * TITLES.len(), "{plan:#?}");
    engine.close().await;
}

/// Chapters and score of each title there.
fn held_at_anilist(desk: &Desk) -> [[u32; 2]; 7] {
    [0, 1, 2, 3, 4, 5, 6].map(|n| {
        let entry = desk.services.anilist.entry(1000 + n).unwrap();
        [entry.progress, entry.score_raw]
    })
}

/// Applies one title, and waits until the rest of the plan is there again.
async fn apply_this(desk: &Desk, n: usize, there: [u32; 2]) {
    choose(desk, "plan", TITLES[n]).await;
    press(desk, &[Key::Enter.into()]).await;
    until("one title applied", async || (held_at_anilist(desk)[n] == there).then_some(())).await;
    is_no_choice(desk, TITLES[n]).await;
    desk.says("plan-waits", "changes wait").await;
}

async fn decide(desk: &Desk) {
    choose(desk, "plan", TITLES[SKIPPED]).await;
    press(desk, &['s']).await;
    desk.says("plan-waits", "2 left out").await;
    choose(desk, "plan", TITLES[NOT_THE_SCORE]).await;
    pick(desk, "part-score", "Leave Score out this time").await;
    desk.says("plan-field-score", "left out").await;
    choose(desk, "plan", TITLES[NEVER_THE_SCORE]).await;
    pick(desk, "part-score", "Never sync Score").await;
    desk.says("plan-field-score", "left out").await;
    choose(desk, "plan", TITLES[OTHER_VALUE]).await;
    pick(desk, "part-chapters_read", "Choose another value").await;
    desk.element("value-text").await;
    walk_to(desk, "[data-testid=value-text]").await;
    press(desk, &[Key::Control.into(), 'a']).await;
    write(desk, "15").await;
    press(desk, &[Key::Enter.into()]).await;
    desk.says("plan-field-chapters_read", "15").await;
    apply_this(desk, OTHER_VALUE, [15, 90]).await;
    choose(desk, "plan", TITLES[THOUGHT_AGAIN]).await;
    press(desk, &['s']).await;
    desk.says("plan-waits", "4 left out").await;
    press(desk, &['u']).await;
    desk.says("plan-waits", "2 left out").await;
}

/// A whole group, of which one title has changed meanwhile, and then what is left.
async fn apply_the_rest(desk: &Desk) {
    desk.services.myanimelist.set_entry(2000 + CHANGED as i64, |entry| entry.num_chapters_read = 33).unwrap();
    walk_to(desk, "[data-testid='plan-group-pull:myanimelist']").await;
    press(desk, &[Key::Enter.into()]).await;
    walk_to(desk, "[data-testid=plan-apply-group]").await;
    press(desk, &[Key::Enter.into()]).await;
    desk.element("plan-result").await;
    choose(desk, "plan", TITLES[CHANGED]).await;
    desk.element("plan-changed").await;
    press(desk, &['s']).await;
    walk_to(desk, "[data-testid=plan-apply-all]").await;
    press(desk, &[Key::Enter.into()]).await;
    let sent = async || (held_at_anilist(desk)[THOUGHT_AGAIN] == [20, 90]).then_some(());
    until("the rest at AniList", sent).await;
}

async fn is_as_accepted(desk: &Desk) {
    let expected = [[20, 90], [10, 70], [20, 70], [20, 70], [15, 90], [20, 90], [10, 70]];
    assert_eq!(held_at_anilist(desk), expected);
    let there = [0, 1, 2, 3, 4, 5, 6].map(|n| {
        let entry = desk.services.myanimelist.entry(2000 + n).unwrap();
        [entry.num_chapters_read, u32::from(entry.score) * 10]
    });
    assert_eq!(there, [[20, 90], [20, 90], [20, 90], [20, 90], [15, 90], [20, 90], [33, 90]]);
    let engine = desk.engine().await;
    for (n, [chapters, score]) in expected.into_iter().enumerate() {
        let entry = here(&engine, n).await;
        let held = [entry.chapters_read, entry.score.map_or(0, |score| u32::from(score.points()))];
        assert_eq!(held, [chapters, score], "{}", TITLES[n]);
    }
    let nevers = engine.nevers().await.unwrap();
    assert!(nevers.iter().all(|never| never.field == Some(Field::Score)), "{nevers:?}");
    assert!(nevers.iter().all(|never| never.title.as_deref() == Some(TITLES[NEVER_THE_SCORE])), "{nevers:?}");
    assert!(!nevers.is_empty());
    engine.close().await;
}

async fn here(engine: &Engine, n: usize) -> EntryView {
    let manga = engine.find(&format!("anilist:{}", 1000 + n)).await.unwrap();
    engine.entry(manga).await.unwrap()
}

/// Opens a menu and goes down to what is named so.
async fn pick(desk: &Desk, menu: &str, text: &str) {
    walk_to(desk, &format!("[data-testid={menu}]")).await;
    press(desk, &[Key::Enter.into()]).await;
    desk.saying("menuitem", text).await;
    for _ in 0..8 {
        let stands_on = "return document.activeElement.textContent.includes(arguments[0])";
        let at = desk.window().execute(stands_on, vec![text.into()]).await.unwrap();
        let is_item = "return document.activeElement.getAttribute('role') === 'menuitem'";
        if at == true && desk.window().execute(is_item, vec![]).await.unwrap() == true {
            return press(desk, &[Key::Enter.into()]).await;
        }
        press(desk, &[Key::Down.into()]).await;
    }
    panic!("{menu} has no “{text}”");
}

async fn is_no_choice(desk: &Desk, title: &str) {
    let options = format!("//*[@role='option'][contains(., '{title}')]");
    let gone = async || desk.window().find_all(Locator::XPath(&options)).await.ok()?.is_empty().then_some(());
    until(&format!("no row about {title}"), gone).await;
}
