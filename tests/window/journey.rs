//! From nothing to three services in step, and back out.

use kuroibara_sim::READER;

use crate::desk::{Desk, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_connects_three_services_applies_the_plan_edits_syncs_by_the_tray_and_disconnects() {
    let Some(mut desk) = Desk::lay().await else { return };
    desk.session.start_keyring().unwrap();
    desk.open().await;
    connect_all(&desk).await;
    apply_the_first_plan(&desk).await;
    edit(&desk).await;
    sync_by_the_tray(&desk).await;
    disconnect(&desk).await;
}

/// AniList and MyAnimeList through the browser and a real link back, Kitsu by name and password.
async fn connect_all(desk: &Desk) {
    let link = desk.agree_at_anilist("connect-anilist").await;
    desk.run("xdg-open", &[&link]);
    desk.says("state-anilist", "reader").await;
    desk.click("connect-myanimelist").await;
    let page = desk.page_in_browser().await;
    desk.run("xdg-open", &[&desk.services.myanimelist.approve(&page, READER).unwrap()]);
    desk.says("state-myanimelist", "reader").await;
    desk.sign_in_to_kitsu().await;
}

async fn apply_the_first_plan(desk: &Desk) {
    desk.click("welcome-next").await;
    desk.element("plan-rows").await;
    assert_eq!(desk.writes(), 0, "nothing is written before the plan is applied");
    desk.click("plan-apply").await;
    desk.click("welcome-finish").await;
}

/// One more chapter in the library goes out by itself.
async fn edit(desk: &Desk) {
    let before = desk.writes();
    desk.click("filter-reading").await;
    desk.click("view-table").await;
    desk.click("entry-plus-one").await;
    until("the edit at a service", async || (desk.writes() > before).then_some(())).await;
}

/// What changed at a website comes when the person says so.
async fn sync_by_the_tray(desk: &Desk) {
    let before = desk.services.anilist.requests().len();
    desk.tray.choose("Sync AniList").await;
    until("a request to AniList", async || (desk.services.anilist.requests().len() > before).then_some(())).await;
    let result = async || desk.tray.texts().await.into_iter().find(|text| text.contains(" pulled, "));
    until("the result in the tray", result).await;
}

async fn disconnect(desk: &Desk) {
    desk.click("nav-integrations").await;
    desk.click("menu-kitsu").await;
    desk.saying("menuitem", "Disconnect").await.click().await.unwrap();
    desk.click("disconnect-confirm-kitsu").await;
    desk.element("connect-kitsu").await;
    let tray_forgot = async || (!desk.tray.texts().await.contains(&"Sync Kitsu".to_owned())).then_some(());
    until("the tray without Kitsu", tray_forgot).await;
}
