//! A sign-in comes to its end where the desktop hands no links over, and edits outlive one that ended.

use kuroibara_sim::READER;

use crate::desk::{Desk, until};

#[tokio::test(flavor = "multi_thread")]
async fn where_links_go_elsewhere_the_pasted_address_and_the_port_of_this_machine_end_a_sign_in() {
    let Some(mut desk) = Desk::lay().await else { return };
    desk.session.start_keyring().unwrap();
    desk.session.register("another-program", &["x-scheme-handler/kuroibara"]).unwrap();
    desk.choose(r#"{"welcome_done": true}"#);
    desk.open().await;
    desk.click("nav-integrations").await;
    paste(&desk).await;
    come_back_by_the_port(&desk).await;
}

/// The link went to another program, so the person takes the address from the browser.
async fn paste(desk: &Desk) {
    let link = desk.agree_at_anilist("connect-anilist").await;
    desk.run("xdg-open", &[&link]);
    until("the link at another program", async || desk.session.given_to("another-program")).await;
    desk.type_into("paste-anilist", "this is not what the page shows").await;
    desk.click("paste-submit-anilist").await;
    desk.says("card-anilist", "address").await;
    desk.element("paste-anilist").await.clear().await.unwrap();
    desk.type_into("paste-anilist", &link).await;
    desk.click_until_it_says("paste-submit-anilist", "state-anilist", "reader").await;
}

/// The person has registered the port, so the browser comes back to it and is told that it can be closed.
async fn come_back_by_the_port(desk: &Desk) {
    desk.click("set-up-myanimelist").await;
    desk.click("way-loopback-myanimelist").await;
    desk.saying("dialog", "MyAnimeList").await.send_keys("\u{e00c}").await.unwrap();
    desk.click("connect-myanimelist").await;
    let page = desk.page_in_browser().await;
    let address = desk.services.myanimelist.approve(&page, READER).unwrap();
    assert!(address.starts_with("http://127.0.0.1:17349/oauth/myanimelist?"), "{address}");
    let shown = tokio::task::spawn_blocking(move || browse(&address)).await.unwrap();
    assert!(shown.contains("You can close this page"), "{shown}");
    desk.says("state-myanimelist", "reader").await;
    desk.is_in_front().await;
}

fn browse(address: &str) -> String {
    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
    agent.get(address).call().unwrap().body_mut().read_to_string().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_ended_is_told_once_and_edits_wait_for_the_next_one() {
    let Some(mut desk) = Desk::lay_for_a_reader().await else { return };
    desk.open().await;
    desk.says("status-line", "in step").await;
    let before = chapters(&desk);
    desk.services.anilist.expire_tokens(READER);
    desk.close_to_tray().await;
    let first = desk.tray.choose_one_ending(" read").await;
    until("a notice", async || desk.notices.titles().first().cloned()).await;
    // What is tried again finds the same, and says nothing.
    until("the first edit in the tray", async || (!desk.tray.texts().await.contains(&first)).then_some(())).await;
    let second = desk.tray.choose_one_ending(" read").await;
    desk.tray.choose("Sync now").await;
    until("the second edit in the tray", async || (!desk.tray.texts().await.contains(&second)).then_some(())).await;
    assert_eq!(chapters(&desk), before, "nothing reached AniList");
    desk.tray.choose("Open Kuroibara").await;
    desk.is_in_front().await;
    desk.click("nav-integrations").await;
    let link = desk.agree_at_anilist("sign-in-again-anilist").await;
    desk.run("xdg-open", &[&link]);
    until("both edits at AniList", async || (chapters(&desk) == before + 2).then_some(())).await;
    assert_eq!(desk.notices.titles(), ["Sign in to AniList again"]);
}

/// All that was read at AniList.
fn chapters(desk: &Desk) -> u32 {
    desk.services.anilist.entries().values().map(|entry| entry.progress).sum()
}
