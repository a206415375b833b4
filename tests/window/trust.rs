//! What only a person decides, by the keyboard alone: a conflict, taking a sync back, and a title that vanished.

use fantoccini::key::Key;
use kuroibara_engine::{
    core::{Field, Fields, Provider, Rule, Score, Value},
    settings::SettingsChange,
    sync::Order,
};
use kuroibara_sim::anilist::ListStatus;

use crate::{
    desk::{Desk, until},
    keyboard::{go_to, press, walk_to},
    postgres::Postgres,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_and_a_removal_are_decided_and_a_sync_is_taken_back_by_keyboard_alone_on_sqlite() {
    decide(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_and_a_removal_are_decided_and_a_sync_is_taken_back_by_keyboard_alone_on_postgresql() {
    let Some(database) = Postgres::begin().await else { return };
    decide(Some(&database)).await;
    database.end().await;
}

/// The whole story, with the library in a database or, without one, in a file.
async fn decide(database: Option<&Postgres>) {
    let Some(mut desk) = Desk::lay().await else { return };
    database.into_iter().for_each(|database| desk.keep_in(database));
    desk.was_used_with(&[Provider::AniList]).await;
    let [disputed, vanished] = disagree(&desk).await;
    desk.open().await;
    desk.element("nav-review").await;
    desk.is_in_front().await;
    choose_the_librarys_score(&desk, disputed).await;
    take_the_sync_back(&desk, disputed).await;
    keep_what_vanished(&desk, vanished).await;
}

/// Two scores for one title, and another title that is gone from the service's list: a rule asks about the first.
async fn disagree(desk: &Desk) -> [i64; 2] {
    let list = &desk.services.anilist;
    let reading = list.entries().into_iter().filter(|(_, entry)| entry.status == ListStatus::Current);
    let [disputed, vanished] = reading.map(|(id, _)| id).take(2).collect::<Vec<_>>()[..] else {
        panic!("two titles are being read");
    };
    let engine = desk.engine().await;
    engine
        .update(Provider::AniList, &SettingsChange { rule: Some(Rule::Ask), ..SettingsChange::default() })
        .await
        .unwrap();
    let manga = engine.find(&format!("anilist:{disputed}")).await.unwrap();
    let score = Value::Score(Some(Score::new(73).unwrap()));
    engine.edit(manga, &Fields::new().with(Field::Score, score)).await.unwrap();
    list.set_entry(disputed, |entry| entry.score_raw = 40).unwrap();
    assert!(list.remove_entry(vanished));
    engine.sync(&Order { full: true, ..Order::default() }).await.unwrap();
    assert_eq!(engine.conflicts(10, None).await.unwrap().total, 2);
    engine.close().await;
    [disputed, vanished]
}

async fn choose_the_librarys_score(desk: &Desk, disputed: i64) {
    go_to(desk, "Review").await;
    desk.says("sides-score", "73").await;
    press(desk, &['1']).await;
    has_score(desk, disputed, 73).await;
}

async fn take_the_sync_back(desk: &Desk, disputed: i64) {
    go_to(desk, "Activity").await;
    walk_to(desk, "[data-stop]").await;
    press(desk, &['u']).await;
    desk.element("undo-go").await;
    walk_to(desk, "[data-testid=undo-go]").await;
    press(desk, &[Key::Enter.into()]).await;
    desk.element("undo-result").await;
    has_score(desk, disputed, 40).await;
}

async fn keep_what_vanished(desk: &Desk, vanished: i64) {
    go_to(desk, "Review").await;
    desk.element("answer-keep").await;
    press(desk, &['1']).await;
    desk.says("answered", "Keep it everywhere else").await;
    press(desk, &['u']).await;
    desk.says("answered", "open again").await;
    desk.element("answer-keep").await;
    press(desk, &['1']).await;
    desk.says("answered", "Keep it everywhere else").await;
    assert!(desk.services.anilist.entry(vanished).is_none(), "nothing comes back by itself");
}

async fn has_score(desk: &Desk, media: i64, score: u32) {
    let seen = async || desk.services.anilist.entry(media).filter(|entry| entry.score_raw == score).map(drop);
    until(&format!("{score} at AniList"), seen).await;
}
