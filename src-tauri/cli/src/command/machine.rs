//! The machine's side: the check-up, syncing by itself, the key that seals secrets.

use kuroibara_engine::{EngineError, doctor::Check, events::Event, schedule::Wishes};
use serde_json::json;
use tokio::sync::{
    Notify,
    broadcast::{Receiver, error::RecvError},
    watch,
};

use super::Desk;
use crate::{
    exit::{self, Exit},
    failure::Failure,
    output::Voice,
    show,
};

impl Desk<'_> {
    pub(super) async fn doctor(&self) -> Result<Exit, Failure> {
        report(self.voice, self.engine.doctor().await?)
    }

    /// Until Ctrl-C or a request to end: a sync that runs is ended in good order, or at once if asked twice.
    pub(super) async fn watch(&self) -> Result<Exit, Failure> {
        self.unlock().await?;
        let (events, stop) = (self.engine.events(), Notify::new());
        let (_, wishes) = watch::channel(Wishes::default());
        // Should nobody read any more, the next event finds out as well.
        let outcome = |outcome| drop(self.voice.tell(&show::outcome(outcome), show::outcome_text));
        tokio::select! {
            ended = self.engine.watch(wishes, stop.notified(), outcome) => Ok(ended.map(|()| Exit::Done)?),
            failed = self.tell_all(events) => Err(failed),
            () = asked_twice(&stop) => Ok(Exit::Done),
        }
    }

    /// Tells every event, until nobody reads any more.
    async fn tell_all(&self, mut events: Receiver<Event>) -> Failure {
        loop {
            match events.recv().await {
                Ok(event) => {
                    if let Err(failure) = self.voice.tell(&event, show::event) {
                        return failure;
                    }
                }
                Err(RecvError::Lagged(_)) => {}
                // The engine is at hand for as long as this runs, so its events don't end.
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }

    pub(super) async fn rotate_key(&self, passphrase_stdin: bool) -> Result<Exit, Failure> {
        let passphrase = passphrase_stdin.then(|| self.line("the new passphrase")).transpose()?;
        let protection = self.engine.rotate_key(passphrase).await?;
        self.voice.say(&json!({ "protection": protection }), |_, _| show::protection(protection).into())
    }

    /// Makes sure that the sign-ins can be read, so that a lacking passphrase is one error and not one at each provider.
    pub(super) async fn unlock(&self) -> Result<(), Failure> {
        self.engine.vault().check().await.map_err(EngineError::from)?;
        Ok(())
    }
}

/// Tells what a check-up found.
pub(crate) fn report(voice: Voice, checks: Vec<Check>) -> Result<Exit, Failure> {
    let exit = exit::of_checks(&checks);
    voice.say(&show::Checks { checks }, show::checks).map(|_| exit)
}

/// The first time, asks for an end in good order; ends itself with the second.
async fn asked_twice(stop: &Notify) {
    asked_to_end().await;
    stop.notify_one();
    asked_to_end().await;
}

/// Ends with the next Ctrl-C, or the system's request to end.
#[cfg(unix)]
pub(super) async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut end) = signal(SignalKind::terminate()) else { return interrupted().await };
    tokio::select! {
        () = interrupted() => {}
        _ = end.recv() => {}
    }
}

/// Ends with the next Ctrl-C.
#[cfg(not(unix))]
pub(super) async fn asked_to_end() {
    interrupted().await;
}

/// Where Ctrl-C can't be heard of, it ends the process, which is the next best.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
