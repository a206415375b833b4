//! What went wrong, as a code for programs, a sentence for people and an exit status.

use kuroibara_engine::{EngineError, config::ConfigError, vault::VaultError};
use serde_json::{Value, json};

use crate::exit::{self, Exit};

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The engine says why.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The environment is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// What was typed does not go together.
    #[error("{0}")]
    Usage(String),
    /// A secret was to come on standard input, and none came.
    #[error("no secret came on standard input: give it as the first line there ({0})")]
    NoSecret(String),
    /// The person, or the system, wanted it to end.
    #[error("stopped. What was done is kept, and the next sync goes on from there")]
    Stopped,
    /// The answer could not be written.
    #[error("the answer could not be written: {0}")]
    Output(#[from] std::io::Error),
}

impl Failure {
    /// A stable word for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Engine(error) => error.code(),
            Self::Config(_) => "bad_environment",
            Self::Usage(_) => "usage",
            Self::NoSecret(_) => "no_secret",
            Self::Stopped => "stopped",
            Self::Output(_) => "output",
        }
    }

    /// The exit status that it leads to.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Engine(error) => exit::of_error(error),
            Self::Config(_) | Self::Usage(_) | Self::NoSecret(_) => Exit::BadInput,
            Self::Stopped | Self::Output(_) => Exit::Failed,
        }
    }

    /// The object that standard error gets with `--json`.
    pub(crate) fn json(&self) -> Value {
        error_json(self.code(), &self.to_string())
    }

    /// What a person could be asked for so that the command can go on.
    pub(crate) fn lacks(&self) -> Option<Lack> {
        match self {
            Self::Engine(EngineError::Vault(VaultError::NoKeyring(_))) => Some(Lack::NewPassphrase),
            Self::Engine(EngineError::Vault(VaultError::PassphraseNeeded)) => Some(Lack::Passphrase),
            Self::Engine(_)
            | Self::Config(_)
            | Self::Usage(_)
            | Self::NoSecret(_)
            | Self::Stopped
            | Self::Output(_) => None,
        }
    }
}

/// A passphrase that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lack {
    /// The one that seals what is stored, or, where nothing is yet, one to be chosen.
    Passphrase,
    /// One to be chosen, in place of a keyring.
    NewPassphrase,
}

/// An error as one JSON object.
pub(crate) fn error_json(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message } })
}
