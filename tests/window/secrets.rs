//! No secret ever crosses to the page: the commands that need a real window are asked here, all others in the application's
//! own tests.

use std::{collections::BTreeSet, fs, path::Path};

use kuroibara_sim::{Account, READER};
use serde_json::{Value, json};

use crate::desk::Desk;

const WRONG: &str = "a-wrong-secret-that-nobody-may-see";

/// Asks a command as the page does.
const ASK: &str = r#"
    const [name, given, done] = arguments;
    window.__TAURI_INTERNALS__.invoke(name, given).then((answer) => done({ answer }), (error) => done({ error }));
"#;

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_of_a_command_that_needs_the_window_holds_a_secret() {
    let Some(mut desk) = Desk::lay_for_a_reader().await else { return };
    desk.open().await;
    desk.element("page-title").await;
    let begun = ask(&desk, "connect", json!({"provider": "anilist"})).await;
    let page = begun["answer"]["authorize_url"].as_str().unwrap();
    let back = desk.services.anilist.approve(page, READER).unwrap();
    let mut asked = BTreeSet::from(["connect".to_owned()]);
    for (name, given) in calls(&back) {
        ask(&desk, name, given).await;
        asked.insert(name.to_owned());
    }
    assert_eq!(asked, needing_the_window(), "every command that needs the window is asked");
}

/// Each command, answered and refused. The last one hides the window.
fn calls(back: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("finish_login", json!({"text": format!("kuroibara://oauth/anilist?code={WRONG}&state={WRONG}")})),
        ("finish_login", json!({"text": WRONG})),
        ("finish_login", json!({"text": back})),
        ("finish_login", json!({"text": back})),
        ("sign_in_addresses", json!({"provider": "anilist"})),
        ("sync_state", json!({})),
        ("pause", json!({"until": "hour"})),
        ("resume", json!({})),
        ("open_link", json!({"url": "https://anilist.co/manga/1"})),
        ("open_link", json!({"url": format!("https://example.org/{WRONG}")})),
        ("show_in_folder", json!({"what": "logs"})),
        ("show_in_folder", json!({"what": "database"})),
        ("sample_accounts", json!({})),
        ("sample_accounts_start", json!({})),
        ("sample_accounts_remove", json!({})),
        ("close_window", json!({})),
    ]
}

async fn ask(desk: &Desk, name: &str, given: Value) -> Value {
    let said = desk.window().execute_async(ASK, vec![json!(name), given]).await.unwrap();
    assert_no_secret(desk, name, &said.to_string());
    let error = &said["error"];
    assert!(error.is_null() || error["code"].is_string() || error.as_str().is_some(), "{name}: {error}");
    said
}

/// Tokens are known by how they look: JWTs, or runs of 64 hexadecimal digits and more.
fn assert_no_secret(desk: &Desk, name: &str, text: &str) {
    let passwords = Account::all().map(|account| account.password);
    let kept = ["KUROIBARA_PASSPHRASE", "ANILIST_CLIENT_SECRET", "MAL_CLIENT_SECRET"];
    let kept = kept.into_iter().filter_map(|name| desk.session.get(name));
    for secret in passwords.into_iter().chain(kept).chain([WRONG.to_owned(), "eyJ".to_owned()]) {
        assert!(!text.contains(&secret), "{name} answers with a secret");
    }
    let longest = text.split(|c: char| !c.is_ascii_hexdigit()).map(str::len).max().unwrap_or(0);
    assert!(longest < 64, "{name} answers with a token");
}

/// Every command that the page knows, but for those that the application's own tests ask without a window.
fn needing_the_window() -> BTreeSet<String> {
    let read = |path: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let (known, asked) = (read("ui/src/bindings.ts"), read("src-tauri/app/src/commands/tests.rs"));
    let calls = known.split("__TAURI_INVOKE<").skip(1);
    let names = calls.filter_map(|call| Some(call.split_once(">(\"")?.1.split_once('"')?.0.to_owned()));
    names.filter(|name| !asked.contains(&format!("\"{name}\","))).collect()
}
