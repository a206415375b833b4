//! A desktop session of its own on a display that is there already, for tests and benchmarks of the window: message bus,
//! home, keyring, browser, and the driver that clicks and types. Whatever was started ends with it.
//!
//! It must not know the application: which program is opened, and how it is set up, is said by whoever uses it.

mod browser;
mod bus;
mod session;

use std::time::{Duration, Instant};

pub use session::Session;

/// Whatever went wrong, in words: a session that does not come up has nobody who could react to its kind.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Nothing on a desk takes longer; what does will never come.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How soon it is looked again.
const AGAIN: Duration = Duration::from_millis(50);

/// Looks again until it is there; none: it did not come.
pub async fn awaited<T>(mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let began = Instant::now();
    loop {
        let found = look().await;
        if found.is_some() || began.elapsed() > PATIENCE {
            return found;
        }
        tokio::time::sleep(AGAIN).await;
    }
}
