//! The window calls the engine from a pool of threads, so what a call gives must be able to move between them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{sync::Arc, time::Duration};

use kuroibara_core::{Fields, MangaId, Provider};
use kuroibara_engine::{
    Engine, clock::SystemClock, config::Config, schedule::Wishes, secret::Secret, settings::SettingsChange,
    store::LibraryQuery, sync::Order,
};
use tokio::sync::watch;

fn moves<F: Future + Send>(_: F) {}

/// Never called: that it compiles is the test.
#[expect(dead_code)]
fn every_call_can_move_between_threads(engine: &'static Engine, config: Config, provider: Provider, manga: MangaId) {
    let keyring = config.keyring();
    moves(Engine::open(config, Arc::new(SystemClock), keyring));
    moves(engine.close());
    moves(engine.wind_down(Duration::ZERO));
    moves(engine.sync(&Order::default()));
    moves(engine.watch(watch::channel(Wishes::default()).1, std::future::pending(), |_| {}));
    moves(engine.begin_login(provider));
    moves(engine.finish_login(""));
    moves(engine.connect_kitsu("", Secret::new(String::new())));
    moves(engine.disconnect(provider));
    moves(engine.settings());
    moves(engine.update(provider, &SettingsChange::default()));
    moves(engine.set_keep_in_step(true));
    moves(engine.set_up(provider, "", None));
    moves(engine.library(&LibraryQuery::default()));
    moves(engine.edit(manga, &Fields::new()));
    moves(engine.search(provider, "", 1));
    moves(engine.history(None, 1, 0));
    moves(engine.waiting_plan());
    moves(engine.plan_apply(None, &[]));
    moves(engine.doctor());
    moves(engine.rotate_key(None));
}
