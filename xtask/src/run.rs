//! Plays the demo journey in the terminal.

use crate::step::Failure;

#[derive(clap::Args)]
pub(crate) struct Options {}

pub(crate) fn run(_options: &Options) -> Result<(), Failure> {
    Ok(())
}
