//! A link reaches the one window, however that window stands, and a second start never makes a second one.

use crate::desk::{Desk, KUROIBARA, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_brings_the_first_window_to_the_front_and_hands_it_its_link() {
    let Some(mut desk) = Desk::lay().await else { return };
    desk.session.start_keyring().unwrap();
    desk.open().await;
    let link = desk.agree_at_anilist("connect-anilist").await;
    for given in [&[][..], &[&*link]] {
        desk.screen.open_another("Something else");
        until("another window in front", async || desk.screen.in_front().filter(|name| name != "Kuroibara")).await;
        // It ends by itself, or this would not come back.
        desk.run(KUROIBARA, given);
        desk.is_in_front().await;
    }
    desk.says("state-anilist", "reader").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_finds_the_window_that_was_closed_to_the_tray_and_opens_it() {
    let Some(mut desk) = Desk::lay().await else { return };
    desk.session.start_keyring().unwrap();
    desk.open().await;
    let link = desk.agree_at_anilist("connect-anilist").await;
    desk.screen.close("Kuroibara");
    desk.click("close-to-tray").await;
    until("the window to be gone", async || desk.screen.window("Kuroibara").is_none().then_some(())).await;
    desk.run("xdg-open", &[&link]);
    desk.is_in_front().await;
    desk.says("state-anilist", "reader").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_starts_the_application_and_ends_the_sign_in_that_was_begun_before() {
    let Some(mut desk) = Desk::lay().await else { return };
    desk.session.start_keyring().unwrap();
    desk.open().await;
    let link = desk.agree_at_anilist("connect-anilist").await;
    desk.quit().await;
    // The desktop starts it now, so no driver is in front of it: the tray says who is signed in.
    desk.session.start("xdg-open", &[&link]).unwrap();
    let signed_in = async || desk.tray.texts().await.contains(&"Sync AniList".to_owned()).then_some(());
    until("AniList in the tray", signed_in).await;
    desk.is_in_front().await;
    desk.quit().await;
}
