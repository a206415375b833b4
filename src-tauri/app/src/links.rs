//! What the window opens outside of itself: pages of the three services, and our own folders. Nothing else is ever opened.

use kuroibara_engine::core::Provider;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, State};
use tauri_plugin_opener::OpenerExt;
use url::{Host, Origin, Url};

use crate::{
    Session,
    error::{AppError, ErrorCode},
};

/// The services' own sites, with everything below them.
const SITES: [&str; 3] = ["anilist.co", "myanimelist.net", "kitsu.app"];

/// What is shown in its folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Place {
    /// The library's file.
    Database,
    /// The log files.
    Logs,
}

/// Opens a page of one of the services in the browser.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_link(app: AppHandle, session: State<'_, Session>, url: String) -> Result<(), AppError> {
    let url: Url = url.parse().map_err(|_| refused())?;
    if !is_allowed(&url, &session.sign_in_origins()) {
        return Err(refused());
    }
    app.opener()
        .open_url(url.as_str(), None::<&str>)
        .map_err(|error| AppError::new(ErrorCode::NotOpened, error.to_string()))
}

/// Shows the library's file or the logs where they are.
#[tauri::command]
#[specta::specta]
pub(crate) async fn show_in_folder(app: AppHandle, session: State<'_, Session>, what: Place) -> Result<(), AppError> {
    let dir =
        session.data_dir().ok_or_else(|| AppError::new(ErrorCode::NoDataFolder, "there is no data folder yet"))?;
    let item = match what {
        Place::Database => dir.join("kuroibara.db"),
        Place::Logs => dir.join("logs"),
    };
    // With a database server there is no file, and the folder is all there is to show.
    let item = if item.exists() { item } else { dir };
    app.opener().reveal_item_in_dir(item).map_err(|error| AppError::new(ErrorCode::NotOpened, error.to_string()))
}

fn refused() -> AppError {
    AppError::new(ErrorCode::LinkRefused, "only pages of AniList, MyAnimeList and Kitsu are opened")
}

/// A page of a service, or of where the environment says that a service is.
fn is_allowed(url: &Url, origins: &[Origin]) -> bool {
    let of_site = |host: &str| SITES.iter().any(|site| host == *site || host.ends_with(&format!(".{site}")));
    let named = matches!(url.host(), Some(Host::Domain(host)) if of_site(host));
    let bare = url.username().is_empty() && url.password().is_none();
    bare && ((url.scheme() == "https" && url.port().is_none() && named) || origins.contains(&url.origin()))
}

impl Session {
    /// Where the services' sign-in pages are.
    fn sign_in_origins(&self) -> Vec<Origin> {
        let origin = |provider| Some(self.config()?.endpoints.oauth(provider).origin());
        Provider::ALL.into_iter().filter_map(origin).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn only_pages_of_the_services_are_opened() {
        let simulated: Url = "http://127.0.0.1:4000/v1/oauth2".parse().unwrap();
        let is_allowed = |url: &str| is_allowed(&url.parse().unwrap(), &[simulated.origin()]);
        for page in
            ["https://anilist.co/manga/1", "https://www.kitsu.app/x", "http://127.0.0.1:4000/v1/oauth2/authorize"]
        {
            assert!(is_allowed(page), "{page}");
        }
        for other in [
            "http://anilist.co/manga/1",
            "https://notanilist.co/",
            "https://anilist.co.example/",
            "https://anilist.co@elsewhere.example/",
            "https://someone@anilist.co/",
            "https://anilist.co:8443/",
            "http://127.0.0.1:4001/",
            "file:///etc/passwd",
            "kuroibara://oauth/anilist",
            "javascript:alert(1)",
        ] {
            assert!(!is_allowed(other), "{other}");
        }
    }
}
