//! The real application as a person meets it: its window through WebDriver, its links through `xdg-open`, its tray through
//! the message bus, before the simulated services and a keyring of its own. `cargo xtask test` brings the display that it
//! needs; without one these tests say so and pass.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod desk;
mod journey;
mod tray;
