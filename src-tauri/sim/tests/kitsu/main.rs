//! The simulated Kitsu by raw HTTP: each test states one rule of kitsu.md, whose section it names.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod catalogue;
mod library;
mod save;
mod sign_in;
mod transport;
mod visibility;
mod world;
mod write;
