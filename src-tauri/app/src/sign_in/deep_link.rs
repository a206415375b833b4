//! Addresses of our own scheme, which the desktop hands over: at the start, or to the instance that runs. Only the two that
//! end a sign-in are taken; of any other nothing is kept, not even in the log.

use tauri::{AppHandle, Manager};
use tauri_plugin_deep_link::DeepLinkExt;
use url::Url;

/// Our scheme.
const SCHEME: &str = "kuroibara";

/// Takes what this process was started with, and listens for what comes later.
pub(crate) fn listen(app: &AppHandle) {
    let handle = app.clone();
    app.deep_link().on_open_url(move |event| take(&handle, event.urls()));
    match app.deep_link().get_current() {
        Ok(urls) => take(app, urls.unwrap_or_default()),
        Err(error) => tracing::warn!(%error, "what the application was started with could not be read"),
    }
    register_beside(app.clone());
}

fn take(app: &AppHandle, urls: Vec<Url>) {
    for url in urls {
        if !ends_a_sign_in(&url) {
            tracing::warn!("a link that ends no sign-in was refused");
            continue;
        }
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            // Whatever comes of it, the window was told.
            let _ = super::end(&app, url.as_str()).await;
        });
    }
}

/// Whether it is `kuroibara://oauth/anilist` or `kuroibara://oauth/myanimelist`, with whatever the service adds.
fn ends_a_sign_in(url: &Url) -> bool {
    let bare = url.port().is_none() && url.username().is_empty() && url.password().is_none();
    let ours = url.scheme() == SCHEME && url.host_str() == Some("oauth");
    bare && ours && matches!(url.path(), "/anilist" | "/myanimelist")
}

/// Tells the desktop that this program opens our links, as far as that works. Nothing waits for it: a sign-in can end in
/// other ways.
fn register_beside(app: AppHandle) {
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) = registration::register(&app) {
            tracing::info!(%error, "links are not handed over by this desktop");
        }
    });
}

#[cfg(not(target_os = "linux"))]
mod registration {
    use super::{AppHandle, DeepLinkExt};

    pub(super) fn register(app: &AppHandle) -> Result<(), tauri_plugin_deep_link::Error> {
        if cfg!(target_os = "macos") { Ok(()) } else { app.deep_link().register_all() }
    }
}

/// On Linux the plugin's own registration quotes the program's path, which `xdg-open` 1.1 can't read where no desktop
/// environment is named. A package that was installed registered us already, and is left alone.
#[cfg(target_os = "linux")]
mod registration {
    use super::{AppHandle, Manager, SCHEME};
    use std::{fs, io, path::Path, process::Command};

    const FILE: &str = "kuroibara-handler.desktop";

    pub(super) fn register(app: &AppHandle) -> io::Result<()> {
        let current = default_handler()?;
        if !current.is_empty() && current != FILE {
            return Ok(());
        }
        let folder = app.path().data_dir().map_err(io::Error::other)?.join("applications");
        let program = app.env().appimage.map_or_else(tauri::utils::platform::current_exe, |image| Ok(image.into()))?;
        let entry = entry(&program);
        if current == FILE && fs::read_to_string(folder.join(FILE)).is_ok_and(|there| there == entry) {
            return Ok(());
        }
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(FILE), entry)?;
        // A desktop without a cache of its entries reads them all.
        let _ = Command::new("update-desktop-database").arg(&folder).status();
        Command::new("xdg-mime").args(["default", FILE, &handles()]).status().map(drop)
    }

    fn default_handler() -> io::Result<String> {
        let answer = Command::new("xdg-mime").args(["query", "default", &handles()]).output()?;
        Ok(String::from_utf8_lossy(&answer.stdout).trim().to_owned())
    }

    fn handles() -> String {
        format!("x-scheme-handler/{SCHEME}")
    }

    /// Unquoted where the path needs no quotes.
    pub(super) fn entry(program: &Path) -> String {
        let path = program.display().to_string();
        let plain = path.chars().all(|c| c.is_alphanumeric() || "/._-+".contains(c));
        let exec = if plain { path } else { format!("\"{}\"", path.replace('\\', r"\\").replace('"', "\\\"")) };
        format!(
            "[Desktop Entry]\nType=Application\nName=Kuroibara\nExec={exec} %u\nNoDisplay=true\nTerminal=false\n\
             MimeType={};\n",
            handles()
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    fn is_taken(text: &str) -> bool {
        ends_a_sign_in(&text.parse().unwrap())
    }

    #[test]
    fn only_the_two_links_that_end_a_sign_in_are_taken() {
        assert!(is_taken("kuroibara://oauth/anilist?code=1") && is_taken("kuroibara://oauth/anilist#access_token=1"));
        assert!(is_taken("kuroibara://oauth/myanimelist?code=1&state=2"));
        for refused in [
            "kuroibara://oauth/kitsu?code=1",
            "kuroibara://oauth/anilist/more?code=1",
            "kuroibara://library/anilist",
            "kuroibara://person@oauth/anilist?code=1",
            "kuroibara://oauth:80/anilist?code=1",
            "https://oauth/anilist?code=1",
            "kuroibara:oauth/anilist",
        ] {
            assert!(!is_taken(refused), "{refused}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_entry_names_the_program_without_quotes_where_it_can() {
        use std::path::Path;
        assert!(registration::entry(Path::new("/opt/kuroibara")).contains("\nExec=/opt/kuroibara %u\n"));
        assert!(
            registration::entry(Path::new("/opt/my apps/kuroibara")).contains("\nExec=\"/opt/my apps/kuroibara\" %u\n")
        );
    }
}
