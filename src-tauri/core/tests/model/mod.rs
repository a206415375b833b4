//! A pure model of everything around the core: three services that save by their own rules, a store, people who edit
//! anywhere at any time, and a sync made of core's public functions in the way the engine makes it.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used, clippy::expect_used)]

use kuroibara_core::Fields;

pub mod author;
pub mod chance;
pub mod heads;
pub mod laws;
pub mod say;
pub mod service;
pub mod states;
pub mod sync;
pub mod world;

/// Fields as they are told in a log.
pub fn told(fields: &Fields) -> String {
    serde_json::to_string(fields).unwrap()
}
