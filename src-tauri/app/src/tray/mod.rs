//! The tray: looks up what it shows, and does what is chosen in it. What it shows is decided in `model`.

mod model;
mod seen;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use kuroibara_engine::core::MangaId;
use tauri::{
    AppHandle, Manager,
    image::Image,
    menu::{IsMenuItem, Menu, MenuItem, PredefinedMenuItem},
    tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent},
};
use tokio::sync::Notify;

use crate::{Session, auto, quit, window};
use model::{Act, Icon, Item, Model};

/// A burst of news is shown once.
const CALM: Duration = Duration::from_millis(150);

/// What the tray shows now, and that it should look again. Managed by Tauri.
#[derive(Debug, Default)]
pub(crate) struct Tray {
    stale: Notify,
    shown: Mutex<Option<Model>>,
    there: AtomicBool,
}

impl Tray {
    /// Whether the system has a place for it.
    pub(crate) fn is_there(&self) -> bool {
        self.there.load(Ordering::Relaxed)
    }
}

/// Asks the tray to look again.
pub(crate) fn refresh(app: &AppHandle) {
    app.state::<Tray>().stale.notify_one();
}

/// Makes the tray and keeps it up to date until the application ends. A desktop without a tray is no reason to stop.
pub(crate) fn make(app: &AppHandle) {
    let Some(icon) = built(app) else { return };
    app.state::<Tray>().there.store(true, Ordering::Relaxed);
    refresh(app);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        loop {
            app.state::<Tray>().stale.notified().await;
            tokio::time::sleep(CALM).await;
            let model = model::model(&seen::look(&app).await);
            show(&app, &icon, model);
        }
    });
}

/// The system's library for trays is looked for only now, and where it is missing the crate that loads it panics.
fn built(app: &AppHandle) -> Option<TrayIcon> {
    let build = AssertUnwindSafe(|| {
        TrayIconBuilder::with_id("main")
            .icon(picture(Icon::Idle)?)
            .menu(&Menu::new(app)?)
            .show_menu_on_left_click(false)
            .on_menu_event(|app, event| chosen(app, event.id().as_ref()))
            .on_tray_icon_event(|icon, event| {
                if is_click(&event) {
                    window::show(icon.app_handle());
                }
            })
            .build(app)
    });
    match catch_unwind(build) {
        Ok(Ok(icon)) => Some(icon),
        Ok(Err(error)) => {
            tracing::warn!(%error, "there is no tray");
            None
        }
        Err(_) => {
            tracing::warn!("there is no tray: the system lacks the library for it");
            None
        }
    }
}

fn is_click(event: &TrayIconEvent) -> bool {
    matches!(event, TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. })
}

fn picture(icon: Icon) -> tauri::Result<Image<'static>> {
    let bytes: &[u8] = match icon {
        Icon::Idle => include_bytes!("../../../../icons/tray/idle.png"),
        Icon::Syncing => include_bytes!("../../../../icons/tray/syncing.png"),
        Icon::Attention => include_bytes!("../../../../icons/tray/attention.png"),
        Icon::Paused => include_bytes!("../../../../icons/tray/paused.png"),
    };
    Image::from_bytes(bytes)
}

/// Shows what is not shown already: a menu that somebody has open should not be replaced by an equal one.
fn show(app: &AppHandle, icon: &TrayIcon, model: Model) {
    let state = app.state::<Tray>();
    let mut shown = state.shown.lock().unwrap_or_else(PoisonError::into_inner);
    if shown.as_ref() == Some(&model) {
        return;
    }
    if let Err(error) = apply(app, icon, shown.as_ref(), &model) {
        tracing::warn!(%error, "the tray could not be brought up to date");
    }
    *shown = Some(model);
}

fn apply(app: &AppHandle, icon: &TrayIcon, before: Option<&Model>, model: &Model) -> tauri::Result<()> {
    if before.map(|before| before.icon) != Some(model.icon) {
        icon.set_icon(Some(picture(model.icon)?))?;
    }
    icon.set_tooltip(Some(&model.tooltip))?;
    if before.map(|before| &before.items) != Some(&model.items) {
        icon.set_menu(Some(menu(app, &model.items)?))?;
    }
    Ok(())
}

fn menu(app: &AppHandle, items: &[Item]) -> tauri::Result<Menu<tauri::Wry>> {
    let menu = Menu::new(app)?;
    for item in items {
        let item: Box<dyn IsMenuItem<tauri::Wry>> = match item {
            Item::Separator => Box::new(PredefinedMenuItem::separator(app)?),
            Item::Label(text) => Box::new(MenuItem::new(app, text, false, None::<&str>)?),
            Item::Do(act, text) => Box::new(MenuItem::with_id(app, act.id(), text, true, None::<&str>)?),
        };
        menu.append(&*item)?;
    }
    Ok(menu)
}

fn chosen(app: &AppHandle, id: &str) {
    match Act::of_id(id) {
        Some(Act::Open) => window::show(app),
        Some(Act::Attend) => window::show_page(app, "/review"),
        Some(Act::SyncAll) => auto::start(app, None),
        Some(Act::Sync(provider)) => auto::start(app, Some(provider)),
        Some(Act::Pause(pause)) => auto::pause(app, pause),
        Some(Act::Resume) => auto::resume(app),
        Some(Act::Read(manga, chapters)) => read(app, manga, chapters),
        Some(Act::Quit) => quit::quit(app),
        None => tracing::warn!("the tray was asked for something that it does not offer"),
    }
}

/// Notes that a chapter was read. The number was in the menu, so that choosing an old menu's item twice reads one chapter,
/// and none is unread that was read elsewhere meanwhile.
fn read(app: &AppHandle, manga: MangaId, chapters: u32) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let Ok(engine) = app.state::<Session>().engine().await else { return };
        if let Err(error) = engine.note_read(manga, chapters).await {
            tracing::warn!(code = error.code(), "a chapter could not be noted");
        }
        refresh(&app);
    });
}
