//! What a command answers when it could not do what it was asked: a stable word for the window's texts, a sentence, and
//! what to do. It must not hold a value of the user's: messages of the engine name what was tried, not what was in it.

mod words;

use kuroibara_engine::{EngineError, config::ConfigError};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[error("{message}")]
pub struct AppError {
    /// A stable word, by which the window chooses its text.
    pub code: String,
    /// A sentence in English, for codes that the window has no text for.
    pub message: String,
    /// What to do, where there is something to do.
    pub hint: Option<String>,
}

impl AppError {
    /// An error of the window's own.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), hint: None }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl From<EngineError> for AppError {
    fn from(error: EngineError) -> Self {
        words::of(&error)
    }
}

impl From<ConfigError> for AppError {
    fn from(error: ConfigError) -> Self {
        Self::new("bad_environment", error.to_string())
            .with_hint("Correct the environment variable and start Kuroibara again")
    }
}
