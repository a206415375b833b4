//! The effects around [`kuroibara_core`]: store, providers, vault, sign-in and the sync itself.
//!
//! Knows nothing of Tauri or of a terminal: both call the same functions. `store`, `providers` and `vault` never
//! import each other; `sync`, `edit` and `connect` bring them together.

pub mod clock;
pub mod config;
pub mod http;
pub mod keystore;
pub mod logging;
pub mod oauth;
pub mod providers;
pub mod secret;
pub mod store;
pub mod vault;

pub use kuroibara_core as core;
