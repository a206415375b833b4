//! The simulated MyAnimeList by raw HTTP: each test states one rule of myanimelist.md, whose section it names.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod list;
mod sign_in;
mod world;
mod write;
