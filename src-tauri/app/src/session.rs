//! The library that the window works on: whether it is being opened, open, or why it is not. Commands get the engine from
//! here, and wait for it while it opens. It must not know what they do with it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use kuroibara_engine::{
    Engine,
    clock::SystemClock,
    config::{Config, ConfigError},
    logging::LogSettings,
};
use tokio::sync::watch;

use crate::error::{AppError, ErrorCode};

/// How long a write that is under way may take before its library is closed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

/// The open library, or why there is none. Managed by Tauri.
#[derive(Debug)]
pub struct Session {
    surroundings: Result<Config, ConfigError>,
    state: watch::Sender<State>,
}

/// How the library stands.
#[derive(Clone, Debug)]
pub(crate) enum State {
    /// It is being opened.
    Opening,
    /// It is open.
    Open(Arc<Engine>),
    /// It could not be opened.
    Failed(AppError),
    /// The application is about to end.
    Closed,
}

impl State {
    /// The engine, if it is open.
    pub(crate) fn engine(&self) -> Option<Arc<Engine>> {
        match self {
            Self::Open(engine) => Some(engine.clone()),
            Self::Opening | Self::Failed(_) | Self::Closed => None,
        }
    }
}

impl Session {
    /// Of the surroundings that the environment describes, with the same variables as the command line's. Nothing is
    /// opened yet.
    pub fn of_environment() -> Self {
        Self::of(Config::from_env(|name| std::env::var(name).ok()))
    }

    /// Of these surroundings.
    pub fn of(surroundings: Result<Config, ConfigError>) -> Self {
        Self { surroundings, state: watch::Sender::new(State::Opening) }
    }

    /// Shows another library in the place of the one that is open, which is closed in good order.
    pub(crate) async fn show(&self, engine: Engine) {
        self.let_go(State::Open(Arc::new(engine))).await;
    }

    /// Shows the person's own library again.
    pub(crate) async fn reopen(&self) {
        self.let_go(State::Opening).await;
        self.open().await;
    }

    async fn let_go(&self, next: State) {
        if let State::Open(before) = self.state.send_replace(next) {
            before.wind_down(PATIENCE).await;
            before.close().await;
        }
    }

    /// Opens the library; after a failure it may be tried again.
    pub async fn open(&self) {
        self.state.send_replace(State::Opening);
        let state = match self.opened().await {
            Ok(engine) => State::Open(Arc::new(engine)),
            Err(error) => {
                tracing::error!(code = ?error.code, "the library could not be opened");
                State::Failed(error)
            }
        };
        self.state.send_replace(state);
    }

    async fn opened(&self) -> Result<Engine, AppError> {
        let config = self.surroundings.clone()?;
        let keyring = config.keyring();
        Ok(Engine::open(config, Arc::new(SystemClock), keyring).await?)
    }

    /// The engine, as soon as it is open; or why it is not.
    pub async fn engine(&self) -> Result<Arc<Engine>, AppError> {
        let mut state = self.state.subscribe();
        let settled = state.wait_for(|state| !matches!(state, State::Opening)).await;
        match settled.as_deref() {
            Ok(State::Open(engine)) => Ok(engine.clone()),
            Ok(State::Failed(error)) => Err(error.clone()),
            Ok(State::Opening | State::Closed) | Err(_) => {
                Err(AppError::new(ErrorCode::Closing, "Kuroibara is being closed"))
            }
        }
    }

    /// The engine, if it is open now.
    pub(crate) fn open_engine(&self) -> Option<Arc<Engine>> {
        self.state.borrow().engine()
    }

    /// Has everything that goes on with the open library begin again, as after a start.
    pub(crate) fn begin_anew(&self) {
        self.state.send_modify(|_| {});
    }

    /// Tells when another library is open, or none any more, or what goes on with it is to begin again.
    pub(crate) fn subscribe(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// Ends the use of the library in good order: a sync that runs finishes its current write, if that does not take too
    /// long. Commands that come later are refused.
    pub async fn close(&self, patience: Duration) {
        if let State::Open(engine) = self.state.send_replace(State::Closed) {
            engine.wind_down(patience).await;
            engine.close().await;
        }
    }

    /// The folder that holds database, covers and logs; none while the environment is wrong.
    pub fn data_dir(&self) -> Option<PathBuf> {
        self.surroundings.as_ref().ok().map(|config| config.data_dir.clone())
    }

    /// What the environment says; none while it is wrong.
    pub(crate) fn config(&self) -> Option<&Config> {
        self.surroundings.as_ref().ok()
    }

    /// What is logged where; none while the environment is wrong.
    pub fn log_settings(&self) -> Option<LogSettings> {
        let config = self.surroundings.as_ref().ok()?;
        Some(LogSettings { file: Some((config.log_dir(), config.log_level)), stderr: None })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    fn at(dir: &std::path::Path) -> Session {
        let dir = dir.display().to_string();
        Session::of(Config::from_env(|name| match name {
            "KUROIBARA_DATA_DIR" => Some(dir.clone()),
            "KUROIBARA_KEYRING" => Some("off".into()),
            _ => None,
        }))
    }

    #[tokio::test]
    async fn a_command_waits_while_the_library_opens() {
        let dir = tempfile::tempdir().unwrap();
        let session = at(dir.path());
        let (engine, ()) = tokio::join!(session.engine(), session.open());
        assert!(engine.is_ok());
        session.close(Duration::ZERO).await;
        assert_eq!(session.engine().await.unwrap_err().code, ErrorCode::Closing);
    }

    #[tokio::test]
    async fn a_library_that_can_not_be_opened_is_an_answer_and_can_be_tried_again() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("kuroibara.db");
        std::fs::write(&file, "this is no database, and long enough to be looked at as one").unwrap();
        let session = at(dir.path());
        session.open().await;
        assert_eq!(session.engine().await.unwrap_err().code, ErrorCode::NotADatabase);
        std::fs::remove_file(&file).unwrap();
        session.open().await;
        session.engine().await.expect("it opens once the file is out of the way");
    }

    #[tokio::test]
    async fn a_wrong_environment_is_told_by_the_commands() {
        let session = Session::of(Err(ConfigError::NoDataDir));
        session.open().await;
        let error = session.engine().await.unwrap_err();
        assert_eq!(error.code, ErrorCode::BadEnvironment);
        assert!(error.hint.is_some());
    }
}
