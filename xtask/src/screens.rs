//! Takes pictures of the window's pages over invented data. It must not know the pages: which there are, and what counts as
//! a fault in one, stands beside the window's code.

use crate::{
    setup,
    step::{Failure, step},
    ui,
};

/// What `cargo xtask screens` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only the pictures whose names contain one of these, such as `library` or `ja-small`.
    names: Vec<String>,
    /// Also put those that the guide and the README show into `docs/pictures`. Needs ImageMagick and pngquant.
    #[arg(long)]
    guide: bool,
}

/// Takes the pictures, into `target/screens`.
pub(crate) fn screens(options: &Options) -> Result<(), Failure> {
    setup::install(&[setup::SCREENS])?;
    ui::packages()?;
    step(&mut ui::npm(["run", "build:fake"]))?;
    step(ui::npm(["run", "screens", "--"]).args(&options.names))?;
    if options.guide {
        step(&mut ui::npm(["run", "pictures"]))?;
    }
    eprintln!("\nThe pictures are in target/screens.");
    Ok(())
}
