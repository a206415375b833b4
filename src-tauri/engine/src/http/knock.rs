//! Asking once in spite of having been turned away, since a person wants to know now.
//!
//! Knows nothing of who the person is and what they asked for. What happens by itself never comes here.

use enum_map::EnumMap;
use kuroibara_core::Provider;
use tokio::sync::{Mutex, MutexGuard};

use super::{Http, HttpError, Pause, PauseReason};

/// Whether a provider was knocked at, which is done once.
#[derive(Debug, Default)]
pub(super) struct Knocks(EnumMap<Provider, Mutex<bool>>);

/// The one request that knocks. Whoever wants to ask meanwhile waits for what it finds.
pub(super) type Knock<'a> = MutexGuard<'a, bool>;

impl Http {
    /// The same way out for something that a person asks for now. They may have just left the network that is shut out, or
    /// given the program another name, which no waiting finds out: so it asks a provider that turned us away once
    /// more. What that brings holds for everybody. A pause that the provider itself asked for holds for this way out as well.
    pub fn knocking(&self) -> Self {
        Self { knocks: Some(Default::default()), ..self.clone() }
    }

    /// Whether a request to this provider would go out, now or within the time that one waits: for whoever has something to
    /// lose by one that doesn't.
    pub async fn may_ask(&self, provider: Provider) -> Result<(), HttpError> {
        let Some(pause) = self.shared.ledger.paused(provider).await else { return Ok(()) };
        let knocks = self.knocks.is_some() && pause.reason == PauseReason::ShutOut;
        if knocks { Ok(()) } else { self.left_of(&pause).map(drop) }
    }

    /// Holds everybody else who would knock at this provider; none: nobody knocks here.
    pub(super) async fn door(&self, provider: Provider) -> Option<Knock<'_>> {
        match &self.knocks {
            Some(knocks) => Some(knocks.0[provider].lock().await),
            None => None,
        }
    }
}

/// Whether a request goes out in spite of this pause: it has knocked already, or nobody has and from now on it does.
pub(super) fn goes_through<'a>(pause: &Pause, door: Option<Knock<'a>>, knock: &mut Option<Knock<'a>>) -> bool {
    if pause.reason != PauseReason::ShutOut {
        return false;
    }
    if knock.is_none() {
        *knock = door.filter(|knocked| !**knocked);
    }
    knock.as_deref_mut().map(|knocked| *knocked = true).is_some()
}
