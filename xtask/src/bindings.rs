//! Writes the TypeScript that the window calls its commands with. The test that compares it also makes it.

use crate::step::{self, Failure, step};

/// Generates `ui/src/bindings.ts` anew.
pub(crate) fn bindings() -> Result<(), Failure> {
    let mut command = step::cargo(["test", "--quiet", "--package", "kuroibara", "--lib", "bindings"]);
    step(command.env("KUROIBARA_WRITE_BINDINGS", "1"))
}
