//! Syncing by itself while the application runs, window or not: follows the person's settings, can be paused, and tells the
//! window and the tray what happens. When to sync is the engine's to decide.

pub(crate) mod commands;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Local, TimeDelta, Timelike, Utc};
use kuroibara_engine::{
    Engine, EngineError,
    core::Provider,
    events::Event as EngineNews,
    schedule::{Schedule, Wishes},
    sync::{
        Order,
        report::{ProviderStatus, Report},
    },
};
use tauri::{AppHandle, Manager};
use tokio::sync::{broadcast::error::RecvError, watch};

use crate::{
    AppSettings, Session,
    error::AppError,
    events::{EngineEvent, LibraryChanged, SyncStateChanged},
    notify, tray, window,
};

/// What is wished of the syncing by itself, and how it goes. Managed by Tauri.
#[derive(Debug)]
pub struct Auto {
    wishes: watch::Sender<Wishes>,
    /// Whether a sync of this process is under way.
    running: AtomicBool,
    /// Whether no service could be reached lately.
    offline: AtomicBool,
}

/// How long syncing is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    /// For an hour.
    Hour,
    /// Until the morning of tomorrow.
    Tomorrow,
}

/// When tomorrow's day begins for somebody who paused until tomorrow.
const MORNING: u32 = 6;

impl Pause {
    /// When this pause ends, in the person's own time.
    fn end(self, now: DateTime<Local>) -> DateTime<Local> {
        match self {
            Self::Hour => now + TimeDelta::hours(1),
            Self::Tomorrow => {
                let tomorrow = now + TimeDelta::days(1);
                // A morning that a change of the clocks skips does not exist; then it is a day.
                tomorrow
                    .with_hour(MORNING)
                    .and_then(|it| it.with_minute(0)?.with_second(0)?.with_nanosecond(0))
                    .unwrap_or(tomorrow)
            }
        }
    }
}

impl Auto {
    /// As these settings have it, and not paused.
    pub(crate) fn new(settings: &AppSettings) -> Self {
        let wishes = Wishes { schedule: schedule(settings), paused_until: None };
        Self { wishes: watch::Sender::new(wishes), running: AtomicBool::default(), offline: AtomicBool::default() }
    }

    /// Until when nothing is done by itself; none: it is not paused.
    pub fn paused_until(&self) -> Option<DateTime<Utc>> {
        self.wishes.borrow().paused_until.filter(|until| *until > Utc::now())
    }

    /// Whether a sync of this process runs.
    pub fn is_running(&self) -> bool {
        self.running.load(Ordering::Relaxed)
    }

    /// Whether no service could be reached the last time.
    pub fn is_offline(&self) -> bool {
        self.offline.load(Ordering::Relaxed)
    }

    fn set_pause(&self, until: Option<DateTime<Utc>>) {
        self.wishes.send_modify(|wishes| wishes.paused_until = until);
    }
}

fn schedule(settings: &AppSettings) -> Schedule {
    Schedule {
        every: TimeDelta::minutes(settings.schedule_minutes.into()),
        full_every: TimeDelta::hours(settings.full_check_hours.into()),
        ..Schedule::default()
    }
}

/// Does nothing by itself for a while.
pub fn pause(app: &AppHandle, pause: Pause) {
    app.state::<Auto>().set_pause(Some(pause.end(Local::now()).to_utc()));
    tell_state(app);
}

/// Goes on at once.
pub fn resume(app: &AppHandle) {
    app.state::<Auto>().set_pause(None);
    tell_state(app);
}

/// Follows the settings, after they were changed.
pub(crate) fn follow(app: &AppHandle, settings: &AppSettings) {
    let schedule = schedule(settings);
    app.state::<Auto>().wishes.send_if_modified(|wishes| std::mem::replace(&mut wishes.schedule, schedule) != schedule);
}

/// Syncs because the person says so, outside the window: one service, or all.
pub(crate) async fn sync_now(app: &AppHandle, provider: Option<Provider>) -> Result<Report, AppError> {
    let engine = app.state::<Session>().engine().await?;
    let report = engine.sync(&Order { providers: provider.into_iter().collect(), ..Order::default() }).await;
    note(app, &report);
    Ok(report?)
}

/// Starts what the tray asked for. A second one waits for the first.
pub(crate) fn start(app: &AppHandle, provider: Option<Provider>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Err(error) = sync_now(&app, provider).await {
            tracing::warn!(code = ?error.code, "the sync that was asked for failed");
        }
    });
}

/// Syncs by itself until the application ends, with whichever library is open.
pub(crate) async fn run(app: AppHandle) {
    let mut open = app.state::<Session>().subscribe();
    loop {
        let engine = open.borrow_and_update().engine();
        let Some(engine) = engine else {
            if open.changed().await.is_err() {
                return;
            }
            continue;
        };
        tray::refresh(&app);
        let told = tauri::async_runtime::spawn(tell(app.clone(), engine.clone()));
        keep_in_step(&app, &engine, async { drop(open.changed().await) }).await;
        told.abort();
    }
}

async fn keep_in_step(app: &AppHandle, engine: &Engine, stop: impl Future<Output = ()> + Send) {
    let wishes = app.state::<Auto>().wishes.subscribe();
    let done = |outcome: Result<Report, EngineError>| note(app, &outcome);
    tokio::pin!(stop);
    while let Err(error) = engine.watch(wishes.clone(), &mut stop, done).await {
        tracing::warn!(code = error.code(), "the library can't be watched; it is tried again");
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(Duration::from_secs(15)) => {}
        }
    }
}

/// Takes note of how a run went.
pub(crate) fn note(app: &AppHandle, outcome: &Result<Report, EngineError>) {
    match outcome {
        Ok(report) => app.state::<Auto>().offline.store(is_offline(report), Ordering::Relaxed),
        Err(error) => tracing::warn!(code = error.code(), "a sync failed"),
    }
    tell_state(app);
}

/// Whether every service that was asked is out of reach.
fn is_offline(report: &Report) -> bool {
    let mut asked = report.providers.values().filter(|one| one.status != ProviderStatus::Skipped).peekable();
    asked.peek().is_some() && asked.all(|one| one.errors.iter().any(|error| error.code == "unreachable"))
}

/// Tells the window and the tray what the engine tells.
async fn tell(app: AppHandle, engine: Arc<Engine>) {
    let mut events = engine.events();
    drop(engine);
    loop {
        match events.recv().await {
            Ok(news) => pass_on(&app, &news).await,
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

async fn pass_on(app: &AppHandle, news: &EngineNews) {
    window::tell(app, &EngineEvent(news.clone()));
    match news {
        EngineNews::Started { .. } => set_running(app, true),
        EngineNews::Finished { .. } => {
            set_running(app, false);
            judge(app).await;
            window::tell(app, &LibraryChanged);
            notify::look(app).await;
        }
        EngineNews::LibraryChanged => {
            window::tell(app, &LibraryChanged);
            tray::refresh(app);
        }
        EngineNews::Waiting | EngineNews::GivenUp | EngineNews::Progress { .. } | EngineNews::ProviderDone { .. } => {}
    }
}

/// Works out what is not in step before anybody waits for it.
async fn judge(app: &AppHandle) {
    let Ok(engine) = app.state::<Session>().engine().await else { return };
    if let Err(error) = engine.judge_all().await {
        tracing::warn!(code = error.code(), "it is not known what is in step");
    }
}

fn set_running(app: &AppHandle, running: bool) {
    app.state::<Auto>().running.store(running, Ordering::Relaxed);
    tell_state(app);
}

fn tell_state(app: &AppHandle) {
    window::tell(app, &SyncStateChanged);
    tray::refresh(app);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use chrono::TimeZone;

    #[test]
    fn a_pause_until_tomorrow_ends_in_the_morning() {
        let evening = Local.with_ymd_and_hms(2026, 11, 22, 22, 30, 7).unwrap();
        assert_eq!(Pause::Tomorrow.end(evening), Local.with_ymd_and_hms(2026, 11, 23, 6, 0, 0).unwrap());
        assert_eq!(Pause::Hour.end(evening), Local.with_ymd_and_hms(2026, 11, 22, 23, 30, 7).unwrap());
    }

    #[test]
    fn a_pause_that_is_over_is_none() {
        let auto = Auto::new(&AppSettings::default());
        auto.set_pause(Some(Utc::now() + TimeDelta::minutes(1)));
        assert!(auto.paused_until().is_some());
        auto.set_pause(Some(Utc::now() - TimeDelta::seconds(1)));
        assert!(auto.paused_until().is_none());
    }
}
