//! The contract with the window as a whole: its TypeScript is up to date, and no answer of any command holds a secret.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{collections::BTreeSet, path::Path, sync::Arc};

use kuroibara_engine::{Engine, config::Config, core::Provider, store::LibraryQuery, sync::Order};
use kuroibara_sim::{Account, READER, Sim, SimConfig};
use serde_json::{Value, json};
use specta_typescript::Typescript;
use tauri::{
    WebviewWindow, WebviewWindowBuilder,
    async_runtime::block_on,
    ipc::{CallbackFn, InvokeBody},
    test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder, mock_context, noop_assets},
    webview::InvokeRequest,
};
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands};

use super::{accounts, activity, bindings, library, machine, questions, sync};
use crate::{Chosen, Session};

const HEADER: &str = "// Generated from src-tauri/app/src/commands by `cargo xtask bindings`. Not edited by hand.\n";
const CLIENT_SECRET: &str = "a-client-secret-that-nobody-may-see";
const PASSPHRASE: &str = "a-passphrase-that-nobody-may-see";
const WRONG: &str = "a-wrong-secret-that-nobody-may-see";

#[test]
fn the_windows_bindings_are_those_that_the_commands_generate() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/bindings.ts");
    let made = typescript(&bindings());
    if std::env::var_os("KUROIBARA_WRITE_BINDINGS").is_some() {
        std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
        std::fs::write(&kept, &made).unwrap();
    }
    let kept = std::fs::read_to_string(kept).unwrap_or_default();
    assert!(made == kept, "ui/src/bindings.ts is not up to date: run `cargo xtask bindings`");
}

#[test]
fn the_window_may_ask_every_command_and_each_permission_is_granted() {
    let read = |path: &str| {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let words = |list: &Value| -> Vec<String> { serde_json::from_value(list.clone()).unwrap() };
    let permissions = read("src-tauri/app/permissions/commands.json");
    let permissions = permissions["permission"].as_array().unwrap();
    let allowed: BTreeSet<_> = permissions.iter().flat_map(|one| words(&one["commands"]["allow"])).collect();
    assert_eq!(allowed, names(&bindings()), "src-tauri/app/permissions/commands.json names every command");
    let granted = words(&read("src-tauri/app/capabilities/main.json")["permissions"]);
    let stated = permissions.iter().map(|one| one["identifier"].as_str().unwrap().to_owned());
    assert!(stated.into_iter().all(|name| granted.contains(&name)), "src-tauri/app/capabilities/main.json grants each");
}

#[test]
fn no_answer_and_no_error_of_any_command_holds_a_secret() {
    let world = World::new();
    let manga = world.connected_and_synced();
    let mut asked = BTreeSet::new();
    for (name, arguments) in calls(&manga) {
        // Answered or refused: either is looked at as it comes.
        let _ = world.ask(name, arguments);
        asked.insert(name.to_owned());
    }
    assert_eq!(asked, names(&of_the_engine()), "every command is asked");
}

fn typescript<R: tauri::Runtime>(builder: &Builder<R>) -> String {
    let dir = tempfile::tempdir().unwrap();
    let made = dir.path().join("bindings.ts");
    builder.export(Typescript::default().header(HEADER), &made).unwrap();
    std::fs::read_to_string(made).unwrap()
}

/// The commands that need no window.
fn of_the_engine() -> Builder<MockRuntime> {
    let commands = Builder::new().commands(all_commands![]).error_handling(ErrorHandlingMode::Throw);
    commands.disable_serde_phases().dangerously_cast_bigints_to_number()
}

fn names<R: tauri::Runtime>(builder: &Builder<R>) -> BTreeSet<String> {
    let text = typescript(builder);
    let calls = text.split("__TAURI_INVOKE<").skip(1);
    let name = |call: &str| Some(call.split_once(">(\"")?.1.split_once('"')?.0.to_owned());
    calls.filter_map(name).collect()
}

/// Each command, answered and refused.
fn calls(manga: &str) -> Vec<(&'static str, Value)> {
    let nobody = "00000000-0000-0000-0000-000000000000";
    vec![
        ("get_settings", json!({})),
        ("set_up_client", json!({"provider": "anilist", "clientId": "7", "clientSecret": CLIENT_SECRET})),
        ("set_up_client", json!({"provider": "anilist", "clientId": "no id", "clientSecret": CLIENT_SECRET})),
        ("update_integration", json!({"provider": "kitsu", "change": {"rule": "furthest"}})),
        ("set_keep_in_step", json!({"on": true})),
        ("set_guard", json!({"percent": 25})),
        ("set_guard", json!({"percent": 0})),
        ("connect_kitsu", json!({"username": "reader", "password": WRONG})),
        ("trigger_sync", json!({"provider": null, "full": false})),
        ("preview_sync", json!({"provider": "kitsu", "full": true})),
        ("waiting_plan", json!({})),
        (
            "plan_decide",
            json!({"runId": nobody, "decision": {"rows": [1], "part": {"field": "score"}, "verdict": "skip"}}),
        ),
        ("plan_take_back", json!({"runId": nobody})),
        ("plan_apply", json!({"rows": [], "runId": null})),
        ("nevers", json!({})),
        ("allow", json!({"provider": "kitsu", "externalId": "1", "field": "notes"})),
        ("library", json!({"query": {"limit": 1000, "search": "a"}})),
        ("entry_detail", json!({"mangaId": manga})),
        ("entry_detail", json!({"mangaId": nobody})),
        ("edit_entry", json!({"mangaId": manga, "change": {"notes": "seen"}})),
        ("edit_entry", json!({"mangaId": manga, "change": {"score": 101}})),
        ("edit_entries", json!({"mangaIds": [manga], "change": {"private": false}})),
        ("add_entry", json!({"provider": "anilist", "externalId": "1"})),
        ("search_provider", json!({"provider": "kitsu", "query": "no"})),
        ("link", json!({"mangaId": manga, "provider": "kitsu", "externalId": "1"})),
        ("unlink", json!({"mangaId": manga, "provider": "kitsu"})),
        ("history", json!({"run": null, "limit": 1000, "offset": 0})),
        ("history_of", json!({"query": {"search": "a", "kind": "yours"}, "limit": 1000, "offset": 0})),
        ("usage", json!({"hours": 24})),
        ("budgets", json!({})),
        ("health", json!({})),
        ("waiting", json!({})),
        ("retry", json!({"mangaId": manga, "provider": "anilist"})),
        ("statistics", json!({})),
        ("conflicts", json!({ "limit": 10, "after": null })),
        ("matches", json!({})),
        ("accept_match", json!({"id": nobody})),
        ("reject_match", json!({"id": nobody})),
        ("ignore_match", json!({"id": nobody, "reason": "none"})),
        ("decided_matches", json!({})),
        ("reopen_match", json!({"mangaId": manga, "provider": "kitsu", "externalId": "1"})),
        ("reopen_match", json!({"mangaId": nobody, "provider": "kitsu", "externalId": null})),
        ("resolve_conflict", json!({"id": nobody, "answer": "local", "alike": false})),
        ("resolve_conflict", json!({"id": nobody, "answer": "perhaps", "alike": true})),
        ("reopen_conflict", json!({"id": nobody})),
        ("undo", json!({"id": nobody, "force": false})),
        ("undo_since", json!({"since": "2100-01-01T00:00:00Z", "force": false})),
        ("snapshots", json!({})),
        ("snapshot", json!({"id": nobody, "search": "", "limit": 10, "offset": 0})),
        ("restore_snapshot", json!({"id": nobody, "mangaId": manga, "force": false})),
        ("about", json!({})),
        ("doctor", json!({})),
        ("protection", json!({})),
        ("unlock", json!({"passphrase": PASSPHRASE})),
        ("unlock", json!({"passphrase": WRONG})),
        ("app_settings", json!({})),
        ("update_app_settings", json!({"change": {"theme": "dark"}})),
        ("remove_entry", json!({"mangaId": manga})),
        ("disconnect", json!({"provider": "myanimelist"})),
    ]
}

/// A window without a screen over a library of its own, with the three services simulated.
struct World {
    sim: Sim,
    engine: Arc<Engine>,
    webview: WebviewWindow<MockRuntime>,
    _app: tauri::App<MockRuntime>,
    _dir: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let sim = block_on(Sim::start(SimConfig { works: 60, entries: 20, ..SimConfig::default() })).unwrap();
        let mut env: std::collections::HashMap<&str, String> = sim.env().into_iter().collect();
        env.insert("KUROIBARA_DATA_DIR", dir.path().display().to_string());
        env.extend([("KUROIBARA_LIMITS", "off".to_owned()), ("KUROIBARA_KEYRING", "off".to_owned())]);
        let session = Session::of(Config::from_env(|name| env.get(name).cloned()));
        block_on(session.open());
        let engine = block_on(session.engine()).unwrap();
        let app = mock_builder()
            .invoke_handler(of_the_engine().invoke_handler())
            .manage(session)
            .manage(Chosen::read(Some(dir.path())))
            .build(mock_context(noop_assets()))
            .unwrap();
        let webview = WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default()).build().unwrap();
        Self { sim, engine, webview, _app: app, _dir: dir }
    }

    /// Asks a command as the page does, and looks at the answer or the error.
    fn ask(&self, name: &str, arguments: Value) -> Result<Value, Value> {
        let request = InvokeRequest {
            cmd: name.into(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: if cfg!(windows) { "http://tauri.localhost" } else { "tauri://localhost" }.parse().unwrap(),
            body: InvokeBody::Json(arguments),
            headers: tauri::http::HeaderMap::default(),
            invoke_key: INVOKE_KEY.to_owned(),
        };
        let answer = get_ipc_response(&self.webview, request);
        let answer = answer.map(|body| body.deserialize::<Value>().unwrap());
        let text = format!("{answer:?}");
        assert_no_secret(name, &text);
        if let Err(error) = &answer {
            let is_told = error["code"].is_string() && error["hint"].is_string() || error["code"] == "refused";
            assert!(is_told, "{name}: an error says what to do: {error}");
        }
        answer
    }

    /// Signs in at all three, syncs, and names a title.
    fn connected_and_synced(&self) -> String {
        self.ask("unlock", json!({ "passphrase": PASSPHRASE })).unwrap();
        for provider in [Provider::AniList, Provider::MyAnimeList] {
            let begun = block_on(self.engine.begin_login(provider)).unwrap();
            let back = match provider {
                Provider::AniList => self.sim.anilist.approve(begun.authorize_url.as_str(), READER).unwrap(),
                Provider::MyAnimeList | Provider::Kitsu => {
                    self.sim.myanimelist.approve(begun.authorize_url.as_str(), READER).unwrap()
                }
            };
            block_on(self.engine.finish_login(&back)).unwrap();
        }
        let [reader, _] = Account::all();
        self.ask("connect_kitsu", json!({ "username": reader.name, "password": reader.password })).unwrap();
        block_on(self.engine.sync(&Order { approved: true, ..Order::default() })).unwrap();
        let query = LibraryQuery { limit: 1000, ..LibraryQuery::default() };
        let library = block_on(self.engine.library(&query)).unwrap();
        let everywhere = library.entries.iter().find(|entry| entry.mappings.len() == 3);
        everywhere.expect("a title that all three have").manga_id.to_string()
    }
}

/// The services' tokens are known by how they look: JWTs, or runs of 64 hexadecimal digits and more.
fn assert_no_secret(name: &str, text: &str) {
    let passwords = Account::all().map(|account| account.password.to_string());
    for secret in passwords.iter().map(String::as_str).chain([CLIENT_SECRET, PASSPHRASE, WRONG]) {
        assert!(!text.contains(secret), "{name} answers with a secret");
    }
    assert!(!text.contains("eyJ"), "{name} answers with a token");
    let longest = text.split(|c: char| !c.is_ascii_hexdigit()).map(str::len).max().unwrap_or(0);
    assert!(longest < 64, "{name} answers with a token");
}
