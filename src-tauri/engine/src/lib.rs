//! The effects around [`kuroibara_core`]: store, providers, vault, sign-in and the sync itself.
//!
//! Knows nothing of Tauri or of a terminal: both call the same functions. `store`, `providers` and `vault` never
//! import each other; `sync`, `edit` and `connect` bring them together.

pub mod about;
pub mod activity;
pub mod attention;
pub mod clock;
pub mod config;
pub mod connect;
mod covers;
pub mod decide;
pub mod decided;
pub mod detail;
mod differ;
pub mod doctor;
pub mod edit;
mod engine;
pub mod error;
pub mod events;
pub mod health;
pub mod history;
pub mod http;
mod identify;
mod keystore;
pub mod library;
mod link;
pub mod logging;
pub mod matches;
pub mod matching;
pub mod oauth;
pub mod plan;
pub mod providers;
pub mod schedule;
pub mod search;
pub mod secret;
pub mod seek;
pub mod settings;
pub mod snapshots;
pub mod statistics;
pub mod store;
pub mod sync;
pub mod undo;
mod unlink;
pub mod vault;

pub use engine::Engine;
pub use error::EngineError;
pub use kuroibara_core as core;
