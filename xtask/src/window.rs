//! Opens the window: builds the page and the application, and starts it. On a machine without a display it says so, and
//! the journey is played in the terminal instead.

use crate::run;
use crate::setup;
use crate::step::{self, Failure, step};
use crate::ui;

/// Builds and opens the application with the person's own library.
pub(crate) fn run(options: &run::Options) -> Result<(), Failure> {
    if !has_display() {
        println!("There is no display here to open a window on, so the journey is played in this terminal instead.");
        return run::run(options);
    }
    setup::install(&[setup::BUILD, setup::WINDOW])?;
    ui::build()?;
    step(&mut step::cargo(["build", "--locked", "--package", "kuroibara"]))?;
    step(&mut step::bound_to_us(step::built()?.join("kuroibara")))
}

fn has_display() -> bool {
    let named = |variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || named("DISPLAY") || named("WAYLAND_DISPLAY")
}
