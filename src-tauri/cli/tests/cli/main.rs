//! The real binary against the simulated services: the journey, the exit statuses, bad input, secrets, sudden death.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod conflicts;
mod ends;
mod input;
mod journey;
mod kill;
mod machine;
mod matches;
mod plan;
mod postgres;
mod secrets;
mod trust;
mod undo;
mod world;
