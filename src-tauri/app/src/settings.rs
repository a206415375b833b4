//! What the person chose about the window itself: how it looks and when it works by itself. Kept in a file of this machine
//! beside the library, since a library may be shared by machines that differ. What concerns accounts is the engine's.

use std::{
    io,
    path::{Path, PathBuf},
};

use kuroibara_engine::oauth::Redirect;
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::watch;

use kuroibara_engine::core::Provider;

use crate::error::{AppError, ErrorCode};

/// The file in the data directory.
const FILE: &str = "window.json";

/// Everything that can be chosen here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct AppSettings {
    /// The language of the window.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
    /// Which of a manga's titles is shown.
    pub title_language: TitleLanguage,
    /// How scores are shown.
    pub score_display: ScoreDisplay,
    /// Whether Kuroibara starts when the person signs in to the computer.
    pub start_at_login: bool,
    /// Whether it then starts without its window.
    pub start_hidden: bool,
    /// Whether closing the window leaves Kuroibara in the tray; none: the person was not asked yet.
    pub close_to_tray: Option<bool>,
    /// Lists are read this often, in minutes.
    pub schedule_minutes: u32,
    /// Lists are read whole this often, in hours.
    pub full_check_hours: u32,
    /// Whether what needs a person is told outside the window.
    pub notifications: bool,
    /// Whether the welcome page was gone through or skipped.
    pub welcome_done: bool,
    /// Which return address is registered at AniList.
    pub anilist_way_back: WayBack,
    /// Which return address is registered at MyAnimeList.
    pub myanimelist_way_back: WayBack,
}

impl Default for AppSettings {
    fn default() -> Self {
        Self {
            language: Language::System,
            theme: Theme::System,
            title_language: TitleLanguage::Romaji,
            score_display: ScoreDisplay::Hundred,
            start_at_login: false,
            start_hidden: true,
            close_to_tray: None,
            schedule_minutes: 30,
            full_check_hours: 24,
            notifications: true,
            welcome_done: false,
            anilist_way_back: WayBack::DeepLink,
            myanimelist_way_back: WayBack::DeepLink,
        }
    }
}

/// The language of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// As the system's.
    System,
    /// English.
    En,
    /// Japanese.
    Ja,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system's.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Which of a manga's titles is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TitleLanguage {
    /// The native title in Latin letters.
    Romaji,
    /// The English title.
    English,
    /// The title as it was published first.
    Native,
}

/// How scores are shown. They are kept as 1 to 100 whatever is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ScoreDisplay {
    /// 1 to 100.
    Hundred,
    /// 1 to 10.
    Ten,
    /// 0.1 to 10.0.
    TenDecimal,
    /// One to five stars.
    Five,
    /// Three faces.
    Smiley,
}

/// How the browser comes back after a sign-in: as the person registered it at the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WayBack {
    /// By our own scheme.
    DeepLink,
    /// To a port of this computer.
    Loopback,
    /// To the service's own page, from which the person copies.
    Pin,
}

impl From<WayBack> for Redirect {
    fn from(way: WayBack) -> Self {
        match way {
            WayBack::DeepLink => Self::DeepLink,
            WayBack::Loopback => Self::Loopback,
            WayBack::Pin => Self::Pin,
        }
    }
}

/// A change of the settings: what is none stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Type)]
#[serde(default)]
pub struct AppSettingsChange {
    /// See [`AppSettings::language`]; the same for the others.
    pub language: Option<Language>,
    /// Light or dark.
    pub theme: Option<Theme>,
    /// Which title.
    pub title_language: Option<TitleLanguage>,
    /// How scores are shown.
    pub score_display: Option<ScoreDisplay>,
    /// At login.
    pub start_at_login: Option<bool>,
    /// Then without the window.
    pub start_hidden: Option<bool>,
    /// In the tray. It is asked once, so there is no way back to not having been asked.
    pub close_to_tray: Option<bool>,
    /// 5 to 1,440 minutes.
    pub schedule_minutes: Option<u32>,
    /// 1 to 168 hours.
    pub full_check_hours: Option<u32>,
    /// What needs a person.
    pub notifications: Option<bool>,
    /// The welcome page.
    pub welcome_done: Option<bool>,
    /// At AniList.
    pub anilist_way_back: Option<WayBack>,
    /// At MyAnimeList.
    pub myanimelist_way_back: Option<WayBack>,
}

impl AppSettings {
    /// These settings with the change made. Times out of bounds become the nearest that is sensible.
    #[must_use]
    pub fn with(self, change: AppSettingsChange) -> Self {
        Self {
            language: change.language.unwrap_or(self.language),
            theme: change.theme.unwrap_or(self.theme),
            title_language: change.title_language.unwrap_or(self.title_language),
            score_display: change.score_display.unwrap_or(self.score_display),
            start_at_login: change.start_at_login.unwrap_or(self.start_at_login),
            start_hidden: change.start_hidden.unwrap_or(self.start_hidden),
            close_to_tray: change.close_to_tray.or(self.close_to_tray),
            schedule_minutes: change.schedule_minutes.unwrap_or(self.schedule_minutes).clamp(5, 24 * 60),
            full_check_hours: change.full_check_hours.unwrap_or(self.full_check_hours).clamp(1, 7 * 24),
            notifications: change.notifications.unwrap_or(self.notifications),
            welcome_done: change.welcome_done.unwrap_or(self.welcome_done),
            anilist_way_back: change.anilist_way_back.unwrap_or(self.anilist_way_back),
            myanimelist_way_back: change.myanimelist_way_back.unwrap_or(self.myanimelist_way_back),
        }
    }

    /// How the browser comes back from this service.
    pub fn way_back(&self, provider: Provider) -> WayBack {
        match provider {
            Provider::AniList => self.anilist_way_back,
            Provider::MyAnimeList => self.myanimelist_way_back,
            // Signed in to without a browser.
            Provider::Kitsu => WayBack::DeepLink,
        }
    }
}

/// The settings in use and the file that keeps them. Managed by Tauri.
#[derive(Debug)]
pub struct Chosen {
    /// None while there is no place for it.
    file: Option<PathBuf>,
    settings: watch::Sender<AppSettings>,
}

impl Chosen {
    /// Reads what was chosen in this data directory. A file that can't be understood counts as none: nothing in it is worth
    /// keeping the window closed for.
    pub fn read(data_dir: Option<&Path>) -> Self {
        let file = data_dir.map(|dir| dir.join(FILE));
        let text = file.as_deref().and_then(|file| std::fs::read(file).ok());
        let settings = text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        Self { file, settings: watch::Sender::new(settings) }
    }

    /// What is chosen now.
    pub fn get(&self) -> AppSettings {
        self.settings.borrow().clone()
    }

    /// Makes the change and keeps it.
    ///
    /// # Errors
    /// When the file can't be written; the settings are then as before.
    pub fn update(&self, change: AppSettingsChange) -> Result<AppSettings, AppError> {
        let before = self.get();
        let changed = before.clone().with(change);
        if changed != before {
            self.write(&changed).map_err(|error| AppError::new(ErrorCode::SettingsNotKept, error.to_string()))?;
            self.settings.send_replace(changed.clone());
        }
        Ok(changed)
    }

    /// Tells of every change.
    pub(crate) fn subscribe(&self) -> watch::Receiver<AppSettings> {
        self.settings.subscribe()
    }

    /// Written beside the file and then put in its place, so that a crash leaves the old or the new one.
    fn write(&self, settings: &AppSettings) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        std::fs::create_dir_all(file.parent().unwrap_or(file))?;
        let beside = file.with_extension("json.new");
        std::fs::write(&beside, serde_json::to_vec_pretty(settings)?)?;
        std::fs::rename(beside, file)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn a_choice_is_there_at_the_next_start() {
        let dir = tempfile::tempdir().unwrap();
        let change = AppSettingsChange { close_to_tray: Some(false), theme: Some(Theme::Dark), ..Default::default() };
        let chosen = Chosen::read(Some(dir.path())).update(change).unwrap();
        assert_eq!(Chosen::read(Some(dir.path())).get(), chosen);
        assert_eq!((chosen.close_to_tray, chosen.theme, chosen.schedule_minutes), (Some(false), Theme::Dark, 30));
    }

    #[test]
    fn a_file_of_another_version_or_of_rubbish_still_gives_settings() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), r#"{"notifications": false, "unknown": 3}"#).unwrap();
        assert!(!Chosen::read(Some(dir.path())).get().notifications);
        std::fs::write(dir.path().join(FILE), "{").unwrap();
        assert_eq!(Chosen::read(Some(dir.path())).get(), AppSettings::default());
    }

    #[test]
    fn a_schedule_without_measure_becomes_the_nearest_sensible_one() {
        let change =
            AppSettingsChange { schedule_minutes: Some(0), full_check_hours: Some(9_999), ..Default::default() };
        let settings = AppSettings::default().with(change);
        assert_eq!((settings.schedule_minutes, settings.full_check_hours), (5, 168));
    }
}
