//! A machine without a keyring: a passphrase takes its place, and the person knows what that means.

use crate::desk::{Desk, until};

const PASSPHRASE: &str = "for tests only";

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keyring_a_passphrase_is_chosen_and_asked_for_at_each_start_and_then_syncing_goes_on() {
    let Some(mut desk) = Desk::lay().await else { return };
    desk.open().await;
    choose_a_passphrase(&desk).await;
    desk.sign_in_to_kitsu().await;
    desk.quit().await;
    desk.choose(r#"{"welcome_done": true}"#);
    desk.services.kitsu.reset_counters();
    desk.open().await;
    desk.says("status-line", "Your sign-ins are locked").await;
    assert_eq!(desk.services.kitsu.requests().len(), 0, "without the passphrase nobody is signed in");
    unlock(&desk).await;
    until("a request to Kitsu", async || (!desk.services.kitsu.requests().is_empty()).then_some(())).await;
}

async fn choose_a_passphrase(desk: &Desk) {
    desk.says("passphrase-form", "This system has no keyring").await;
    desk.says("passphrase-form", "Nobody can recover it").await;
    desk.type_into("passphrase", PASSPHRASE).await;
    desk.type_into("passphrase-repeat", PASSPHRASE).await;
    desk.click("passphrase-submit").await;
}

/// First with a slip of the finger.
async fn unlock(desk: &Desk) {
    desk.click("unlock").await;
    desk.says("passphrase-form", "Enter the passphrase").await;
    desk.type_into("passphrase", "something else").await;
    desk.click("passphrase-submit").await;
    desk.element("error-state").await;
    desk.type_into("passphrase", PASSPHRASE).await;
    desk.click("passphrase-submit").await;
}
