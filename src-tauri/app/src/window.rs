//! The one window: made hidden, shown when its page is there, brought to the front on request, and what closing it means.
//! It must not know what the page shows.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use tauri::{
    App, AppHandle, Manager, WebviewWindow, WebviewWindowBuilder, Window, WindowEvent, webview::PageLoadEvent,
    window::Color,
};
use tauri_plugin_window_state::StateFlags;
use tauri_specta::Event;

use crate::{
    Chosen,
    error::{AppError, ErrorCode},
    events::{CloseAsked, Navigate},
    quit,
    settings::Theme,
    tray::Tray,
};

/// The window's name, in `tauri.conf.json` and in the capabilities.
const MAIN: &str = "main";
/// The page's own background, so that nothing flashes before it is drawn.
const LIGHT: Color = Color(0xff, 0xff, 0xff, 0xff);
const DARK: Color = Color(0x18, 0x18, 0x1b, 0xff);
/// A page that takes longer is shown as it is: a window that never comes would be worse.
const PATIENCE: Duration = Duration::from_secs(4);

/// What is restored at the next start. Whether the window is shown is decided each time anew.
pub(crate) const RESTORED: StateFlags = StateFlags::SIZE.union(StateFlags::POSITION).union(StateFlags::MAXIMIZED);

/// Whether the page has been there, so that it can be asked something. Managed by Tauri.
#[derive(Debug, Default)]
pub(crate) struct Page {
    there: AtomicBool,
}

/// Makes the window, hidden. It shows itself when its page is there, unless it is to stay in the tray.
///
/// # Errors
/// When the platform has no web view.
pub(crate) fn make(app: &App, stays_hidden: bool) -> tauri::Result<()> {
    app.manage(Page::default());
    let Some(config) = app.config().app.windows.first() else { return Ok(()) };
    let theme = app.state::<Chosen>().get().theme;
    let window = WebviewWindowBuilder::from_config(app, config)?
        .theme(of_system(theme))
        .on_page_load(move |window, load| {
            if load.event() == PageLoadEvent::Finished && !window.state::<Page>().there.swap(true, Ordering::Relaxed) {
                reveal(&window, stays_hidden);
            }
        })
        .build()?;
    #[cfg(target_os = "linux")]
    crate::drawing::suit(&window)?;
    let is_dark = window.theme().is_ok_and(|theme| theme == tauri::Theme::Dark);
    window.set_background_color(Some(if is_dark { DARK } else { LIGHT }))?;
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(PATIENCE).await;
        if !window.state::<Page>().there.load(Ordering::Relaxed) {
            reveal(&window, stays_hidden);
        }
    });
    Ok(())
}

fn of_system(theme: Theme) -> Option<tauri::Theme> {
    match theme {
        Theme::System => None,
        Theme::Light => Some(tauri::Theme::Light),
        Theme::Dark => Some(tauri::Theme::Dark),
    }
}

/// Changes what the system draws of the window: title bar and menus.
pub(crate) fn set_theme(app: &AppHandle, theme: Theme) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    if let Err(error) = window.set_theme(of_system(theme)) {
        tracing::debug!(%error, "the window's theme could not be changed");
    }
}

fn reveal(window: &WebviewWindow, stays_hidden: bool) {
    if !stays_hidden {
        show(window.app_handle());
    }
}

/// Shows the window and brings it to the front.
pub(crate) fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    for done in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = done {
            tracing::warn!(%error, "the window could not be brought to the front");
        }
    }
}

/// Shows a page of the window.
pub(crate) fn show_page(app: &AppHandle, path: &str) {
    show(app);
    tell(app, &Navigate { path: path.to_owned() });
}

/// Whether the person looks at the window.
pub(crate) fn is_in_front(app: &AppHandle) -> bool {
    app.get_webview_window(MAIN).is_some_and(|window| window.is_focused().unwrap_or(false))
}

/// Tells the window something. A window that is gone misses nothing.
pub(crate) fn tell<E: Event + serde::Serialize + Clone>(app: &AppHandle, event: &E) {
    if let Err(error) = event.emit(app) {
        tracing::debug!(%error, "the window was not told");
    }
}

/// What a click on the window's close button means: it goes to the tray, ends the application, or the person is asked,
/// once.
pub(crate) fn on_event(window: &Window, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api, .. } = event else { return };
    api.prevent_close();
    let app = window.app_handle();
    match on_close(to_tray(app), app.state::<Page>().there.load(Ordering::Relaxed)) {
        Close::Ask => tell(app, &CloseAsked),
        Close::ToTray => hide(window),
        Close::Quit => quit::quit(app),
    }
}

/// What closing the window does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Close {
    Ask,
    ToTray,
    Quit,
}

fn on_close(to_tray: Option<bool>, page_there: bool) -> Close {
    match to_tray {
        Some(true) => Close::ToTray,
        Some(false) => Close::Quit,
        None if page_there => Close::Ask,
        // Nobody could answer, and what was not agreed to must not go on unseen.
        None => Close::Quit,
    }
}

/// Whether closing leads to the tray, as the person has chosen. Where the system has none, nothing could open the window
/// again.
fn to_tray(app: &AppHandle) -> Option<bool> {
    if app.state::<Tray>().is_there() { app.state::<Chosen>().get().close_to_tray } else { Some(false) }
}

fn hide(window: &Window) {
    if let Err(error) = window.hide() {
        tracing::warn!(%error, "the window could not be hidden");
    }
}

/// Closes the window as the person has chosen, after the question was answered.
#[tauri::command]
#[specta::specta]
pub(crate) async fn close_window(app: AppHandle) -> Result<(), AppError> {
    let window = app.get_webview_window(MAIN);
    match (to_tray(&app), window) {
        (Some(true), Some(window)) => {
            window.hide().map_err(|error| AppError::new(ErrorCode::Window, error.to_string()))?;
        }
        (Some(_) | None, _) => quit::quit(&app),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_does_what_was_chosen_and_asks_once() {
        assert_eq!(on_close(Some(true), true), Close::ToTray);
        assert_eq!(on_close(Some(false), true), Close::Quit);
        assert_eq!(on_close(None, true), Close::Ask);
    }

    #[test]
    fn a_window_whose_page_never_came_does_not_go_on_unseen() {
        assert_eq!(on_close(None, false), Close::Quit);
    }
}
