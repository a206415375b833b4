//! What a command answers when it could not do what it was asked: a stable word for the window's texts, a sentence, and
//! what to do. It must not hold a value of the user's: messages of the engine name what was tried, not what was in it.

mod code;
mod words;

use kuroibara_engine::{EngineError, config::ConfigError, core::Provider};
use serde::{Deserialize, Serialize};
use specta::Type;

pub use code::ErrorCode;

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[error("{message}")]
pub struct AppError {
    /// A stable word, by which the window chooses its text in languages other than English.
    pub code: ErrorCode,
    /// A sentence in English.
    pub message: String,
    /// What to do, in English, where there is something to do.
    pub hint: Option<String>,
    /// The service that it is about, if it is about one.
    pub provider: Option<Provider>,
}

impl AppError {
    /// An error of the window's own.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, provider: None }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl From<EngineError> for AppError {
    fn from(error: EngineError) -> Self {
        Self { provider: words::about(&error), ..words::of(&error) }
    }
}

impl From<ConfigError> for AppError {
    fn from(error: ConfigError) -> Self {
        Self::new(ErrorCode::BadEnvironment, error.to_string())
            .with_hint("Correct the environment variable and start Kuroibara again")
    }
}
