//! The real application as a person meets it: its window through WebDriver, its links through `xdg-open`, its tray and its
//! notices through the message bus, before the simulated services. `cargo xtask test` brings the display that it needs;
//! without one these tests say so and pass.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod desk;
mod journey;
mod keyboard;
mod keyring;
mod links;
mod matches;
mod network;
mod notices;
mod offline;
mod pages;
mod plan;
#[path = "../../src-tauri/cli/tests/cli/postgres.rs"]
mod postgres;
mod screen;
mod secrets;
mod sign_in;
mod tray;
mod trust;
