//! A machine without a network: the window works, says so, and catches up by itself.

use crate::{
    desk::{Desk, until},
    network::Network,
};

#[tokio::test(flavor = "multi_thread")]
async fn without_a_network_the_window_works_and_says_so_and_what_was_edited_goes_out_when_it_is_back() {
    let Some(mut desk) = Desk::lay_for_a_reader().await else { return };
    let mut network = Network::to(&desk.services.anilist.url().parse().unwrap()).await;
    for name in ["KUROIBARA_ANILIST_API_URL", "KUROIBARA_ANILIST_OAUTH_URL"] {
        let address = desk.session.get(name).unwrap();
        desk.session.set(name, network.through(&address));
    }
    desk.open().await;
    desk.click("filter-reading").await;
    desk.click("view-table").await;
    desk.click("entry-plus-one").await;
    desk.says("status-line", "Offline").await;
    assert_eq!(desk.writes(), 0);
    network.mend().await;
    until("the edit at AniList", async || (desk.writes() == 1).then_some(())).await;
    desk.says("status-line", "in step").await;
}
