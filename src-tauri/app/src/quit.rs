//! Ending in good order: a sync that runs finishes its current write, the library is closed, and only then the process
//! ends. Asked again, it ends at once.

use std::sync::atomic::{AtomicBool, Ordering};

use tauri::{AppHandle, Manager, RunEvent};

use crate::{Session, session::PATIENCE};

/// Whether the end has begun. Managed by Tauri.
#[derive(Debug, Default)]
pub(crate) struct Ending {
    begun: AtomicBool,
    done: AtomicBool,
}

/// Begins the end.
pub(crate) fn quit(app: &AppHandle) {
    if app.state::<Ending>().begun.swap(true, Ordering::SeqCst) {
        return end(app);
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        app.state::<Session>().close(PATIENCE).await;
        end(&app);
    });
}

fn end(app: &AppHandle) {
    app.state::<Ending>().done.store(true, Ordering::SeqCst);
    app.exit(0);
}

/// Whoever asks the application to end, the desktop or the toolkit, gets the same good order.
pub(crate) fn on_event(app: &AppHandle, event: &RunEvent) {
    if let RunEvent::ExitRequested { api, .. } = event
        && !app.state::<Ending>().done.load(Ordering::SeqCst)
    {
        api.prevent_exit();
        quit(app);
    }
}

/// Ends when the system asks the process to, as it does when the person signs out.
#[cfg(unix)]
pub(crate) async fn when_told(app: AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return;
    };
    loop {
        tokio::select! {
            _ = terminate.recv() => quit(&app),
            _ = interrupt.recv() => quit(&app),
        }
    }
}

/// Elsewhere the toolkit hears of it.
#[cfg(not(unix))]
pub(crate) async fn when_told(_: AppHandle) {}
