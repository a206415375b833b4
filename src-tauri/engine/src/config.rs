//! Where things are: data directory, database, endpoints, default API clients; read from environment variables.
//!
//! Knows names and defaults. It opens and makes nothing, and reads no variable but through the function it is given.

use std::{path::PathBuf, sync::Arc};

use enum_map::EnumMap;
use kuroibara_core::Provider;
use url::Url;

pub use crate::providers::Endpoints;
use crate::{
    http::{HttpSettings, Limits, address},
    logging::Level,
    providers::{ApiClient, anilist::AniListEndpoints, kitsu::KitsuEndpoints, myanimelist::MyAnimeListEndpoints},
    secret::Secret,
    vault::{Home, Keyring, OsKeyring, SwitchedOff},
};

/// Everything that the surroundings decide.
#[derive(Clone, Debug)]
pub struct Config {
    /// Holds database, covers and logs (`KUROIBARA_DATA_DIR`; else the platform's data directory).
    pub data_dir: PathBuf,
    /// `DATABASE_URL`, which may hold a password; none: SQLite in the data directory.
    pub database_url: Option<Secret>,
    /// `KUROIBARA_PASSPHRASE`.
    pub passphrase: Option<Secret>,
    /// Where the providers are.
    pub endpoints: Endpoints,
    /// The API clients from the environment (`ANILIST_CLIENT_ID` and its like); what `setup` stored wins.
    pub clients: EnumMap<Provider, ApiClient>,
    /// How requests are made: `KUROIBARA_USER_AGENT`, and `KUROIBARA_LIMITS=off`, which counts on this machine only.
    pub http: HttpSettings,
    /// How much goes into the log file (`KUROIBARA_LOG`).
    pub log_level: Level,
    /// Whether the operating system's keyring is used (not with `KUROIBARA_KEYRING=off`).
    pub uses_keyring: bool,
}

/// What is wrong in the environment. Values are not repeated: some are secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A provider's address would carry tokens in the open.
    #[error("{0} must be an https address; http is for this machine only (127.0.0.1, ::1 or localhost)")]
    Insecure(&'static str),
    /// A provider's address is none.
    #[error("{0} is not a web address without query, such as https://kitsu.app/api/edge")]
    NotAnAddress(&'static str),
    /// A variable with a few allowed values has another.
    #[error("{variable} must be one of: {allowed}")]
    NotAllowed {
        /// Which one.
        variable: &'static str,
        /// What it may be.
        allowed: &'static str,
    },
    /// The platform names no home directory.
    #[error("there is no home directory to keep the library in. Set KUROIBARA_DATA_DIR to a directory")]
    NoDataDir,
}

impl Config {
    /// Reads the variables with `look_up`; an empty one counts as unset.
    pub fn from_env(look_up: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let env = Env(&|name| look_up(name).filter(|value| !value.trim().is_empty()));
        Ok(Self {
            data_dir: data_dir(&env)?,
            database_url: env.secret("DATABASE_URL"),
            passphrase: env.secret("KUROIBARA_PASSPHRASE"),
            endpoints: endpoints(&env)?,
            clients: EnumMap::from_fn(|provider| default_client(&env, provider)),
            http: http_settings(&env)?,
            log_level: env.choice("KUROIBARA_LOG", &LOG_LEVELS, LOG_LEVELS_TEXT, Level::Info)?,
            uses_keyring: env.choice("KUROIBARA_KEYRING", &[("on", true), ("off", false)], "on, off", true)?,
        })
    }

    /// The API client to use at a provider where the user has stored none.
    pub fn default_client(&self, provider: Provider) -> &ApiClient {
        &self.clients[provider]
    }

    /// Who shares the database, and so where its data key lives.
    pub fn home(&self) -> Home {
        match &self.database_url {
            Some(url) if url.reveal().starts_with("postgres") => Home::Shared,
            Some(_) | None => Home::Device,
        }
    }

    /// The keyring to use.
    pub fn keyring(&self) -> Arc<dyn Keyring> {
        if self.uses_keyring { Arc::new(OsKeyring) } else { Arc::new(SwitchedOff) }
    }

    /// Where the log files are.
    pub fn log_dir(&self) -> PathBuf {
        self.data_dir.join("logs")
    }
}

fn endpoints(env: &Env<'_>) -> Result<Endpoints, ConfigError> {
    Ok(Endpoints {
        anilist: AniListEndpoints {
            api: env.address("KUROIBARA_ANILIST_API_URL", "https://graphql.anilist.co")?,
            oauth: env.address("KUROIBARA_ANILIST_OAUTH_URL", "https://anilist.co/api/v2/oauth")?,
        },
        myanimelist: MyAnimeListEndpoints {
            api: env.address("KUROIBARA_MAL_API_URL", "https://api.myanimelist.net/v2")?,
            oauth: env.address("KUROIBARA_MAL_OAUTH_URL", "https://myanimelist.net/v1/oauth2")?,
        },
        kitsu: KitsuEndpoints {
            api: env.address("KUROIBARA_KITSU_API_URL", "https://kitsu.app/api/edge")?,
            oauth: env.address("KUROIBARA_KITSU_OAUTH_URL", "https://kitsu.app/api/oauth")?,
        },
    })
}

const LOG_LEVELS: [(&str, Level); 5] = [
    ("error", Level::Error),
    ("warn", Level::Warn),
    ("info", Level::Info),
    ("debug", Level::Debug),
    ("trace", Level::Trace),
];
const LOG_LEVELS_TEXT: &str = "error, warn, info, debug, trace";

fn data_dir(env: &Env<'_>) -> Result<PathBuf, ConfigError> {
    if let Some(dir) = env.get("KUROIBARA_DATA_DIR") {
        // Made absolute now, so that it stays the same if the program changes its working directory.
        return std::path::absolute(dir).map_err(|_| ConfigError::NoDataDir);
    }
    let dirs = directories::ProjectDirs::from("", "", "Kuroibara").ok_or(ConfigError::NoDataDir)?;
    Ok(dirs.data_dir().to_owned())
}

fn default_client(env: &Env<'_>, provider: Provider) -> ApiClient {
    let (id, secret) = match provider {
        Provider::AniList => ("ANILIST_CLIENT_ID", "ANILIST_CLIENT_SECRET"),
        Provider::MyAnimeList => ("MAL_CLIENT_ID", "MAL_CLIENT_SECRET"),
        // Kitsu registers no clients; its sign-in works without.
        Provider::Kitsu => return ApiClient::default(),
    };
    ApiClient { id: env.get(id), secret: env.secret(secret) }
}

fn http_settings(env: &Env<'_>) -> Result<HttpSettings, ConfigError> {
    let limits =
        env.choice("KUROIBARA_LIMITS", &[("real", Limits::Real), ("off", Limits::Off)], "real, off", Limits::Real)?;
    let defaults = HttpSettings::default();
    let user_agent = env.get("KUROIBARA_USER_AGENT").unwrap_or(defaults.user_agent);
    if !user_agent.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
        return Err(ConfigError::NotAllowed {
            variable: "KUROIBARA_USER_AGENT",
            allowed: "plain Latin text in one line",
        });
    }
    Ok(HttpSettings { user_agent, limits, ..defaults })
}

/// The environment, as far as it says anything.
struct Env<'a>(&'a dyn Fn(&str) -> Option<String>);

impl Env<'_> {
    fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).map(|value| value.trim().to_owned())
    }

    /// Taken as it is: a passphrase may well begin with a space.
    fn secret(&self, name: &str) -> Option<Secret> {
        (self.0)(name).map(Secret::new)
    }

    fn address(&self, name: &'static str, default: &str) -> Result<Url, ConfigError> {
        let text = self.get(name).unwrap_or_else(|| default.to_owned());
        let url: Url = text.parse().map_err(|_| ConfigError::NotAnAddress(name))?;
        let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.has_host();
        if !plain {
            return Err(ConfigError::NotAnAddress(name));
        }
        if address::is_safe(&url) { Ok(url) } else { Err(ConfigError::Insecure(name)) }
    }

    fn choice<T: Copy>(
        &self,
        variable: &'static str,
        choices: &[(&str, T)],
        allowed: &'static str,
        default: T,
    ) -> Result<T, ConfigError> {
        let Some(value) = self.get(variable) else { return Ok(default) };
        let chosen = choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(&value));
        chosen.map(|(_, choice)| *choice).ok_or(ConfigError::NotAllowed { variable, allowed })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let dir = [("KUROIBARA_DATA_DIR", "/somewhere/library")];
        let found =
            |name: &str| pairs.iter().chain(&dir).find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        Config::from_env(found)
    }

    #[test]
    fn without_variables_everything_has_its_default() {
        let config = read(&[]).unwrap();
        assert_eq!(config.data_dir, PathBuf::from("/somewhere/library"));
        assert_eq!(config.endpoints.anilist.api.as_str(), "https://graphql.anilist.co/");
        assert_eq!(config.endpoints.oauth(Provider::AniList).as_str(), "https://anilist.co/api/v2/oauth");
        assert_eq!(config.endpoints.myanimelist.api.as_str(), "https://api.myanimelist.net/v2");
        assert_eq!(config.endpoints.oauth(Provider::MyAnimeList).as_str(), "https://myanimelist.net/v1/oauth2");
        assert_eq!(config.endpoints.kitsu.api.as_str(), "https://kitsu.app/api/edge");
        assert_eq!(config.endpoints.oauth(Provider::Kitsu).as_str(), "https://kitsu.app/api/oauth");
        assert!(config.database_url.is_none() && config.passphrase.is_none() && config.uses_keyring);
        assert_eq!((config.home(), config.http.limits, config.log_level), (Home::Device, Limits::Real, Level::Info));
        assert!(Provider::ALL.iter().all(|provider| config.clients[*provider].id.is_none()));
    }

    #[test]
    fn the_platform_names_the_data_directory_and_an_empty_variable_is_unset() {
        let config = Config::from_env(|name| (name == "KUROIBARA_DATA_DIR").then(|| " ".to_owned()));
        match config {
            Ok(config) => assert!(config.data_dir.is_absolute()),
            Err(error) => assert_eq!(error, ConfigError::NoDataDir),
        }
    }

    #[test]
    fn a_service_on_this_machine_may_speak_http_and_no_other() {
        let name = "KUROIBARA_KITSU_API_URL";
        assert!(read(&[(name, "http://127.0.0.1:4000/api/edge")]).is_ok());
        assert!(read(&[(name, "http://[::1]:4000/api/edge")]).is_ok());
        assert_eq!(read(&[(name, "http://kitsu.app/api/edge")]).unwrap_err(), ConfigError::Insecure(name));
        assert_eq!(read(&[(name, "ftp://kitsu.app/")]).unwrap_err(), ConfigError::Insecure(name));
        for text in
            ["kitsu.app", "https://", "https://kitsu.app/?a=b", "https://me:pw@kitsu.app/", "https://kitsu.app/#x"]
        {
            assert_eq!(read(&[(name, text)]).unwrap_err(), ConfigError::NotAnAddress(name), "{text}");
        }
    }

    #[test]
    fn every_address_variable_is_checked() {
        for name in [
            "KUROIBARA_ANILIST_API_URL",
            "KUROIBARA_ANILIST_OAUTH_URL",
            "KUROIBARA_MAL_API_URL",
            "KUROIBARA_MAL_OAUTH_URL",
            "KUROIBARA_KITSU_API_URL",
            "KUROIBARA_KITSU_OAUTH_URL",
        ] {
            assert!(matches!(read(&[(name, "http://example.org/")]), Err(ConfigError::Insecure(n)) if n == name));
        }
    }

    #[test]
    fn a_server_database_is_shared_and_a_file_is_not() {
        assert_eq!(read(&[("DATABASE_URL", "postgresql://me:hidden@host/db")]).unwrap().home(), Home::Shared);
        assert_eq!(read(&[("DATABASE_URL", "postgres://host/db")]).unwrap().home(), Home::Shared);
        assert_eq!(read(&[("DATABASE_URL", "sqlite:library.db")]).unwrap().home(), Home::Device);
    }

    #[test]
    fn switches_take_their_words_only() {
        let off =
            read(&[("KUROIBARA_LIMITS", "off"), ("KUROIBARA_KEYRING", "OFF"), ("KUROIBARA_LOG", "debug")]).unwrap();
        assert_eq!((off.http.limits, off.uses_keyring, off.log_level), (Limits::Off, false, Level::Debug));
        for name in ["KUROIBARA_LIMITS", "KUROIBARA_KEYRING", "KUROIBARA_LOG"] {
            let error = read(&[(name, "maybe")]).unwrap_err();
            assert!(matches!(error, ConfigError::NotAllowed { variable, .. } if variable == name), "{error}");
        }
        assert_eq!(read(&[("KUROIBARA_USER_AGENT", "Mine/1")]).unwrap().http.user_agent, "Mine/1");
        assert!(read(&[("KUROIBARA_USER_AGENT", "Mine\r\nx: y")]).is_err());
    }

    #[test]
    fn secrets_are_not_printed_and_clients_are_found() {
        let config = read(&[
            ("DATABASE_URL", "postgresql://me:hidden-1@host/db"),
            ("KUROIBARA_PASSPHRASE", " hidden-2"),
            ("ANILIST_CLIENT_ID", "12"),
            ("ANILIST_CLIENT_SECRET", "hidden-3"),
            ("MAL_CLIENT_ID", "34"),
        ])
        .unwrap();
        assert!(!format!("{config:?}").contains("hidden"));
        assert_eq!(config.clients[Provider::AniList].id.as_deref(), Some("12"));
        assert_eq!(config.clients[Provider::MyAnimeList].id.as_deref(), Some("34"));
        assert!(config.clients[Provider::MyAnimeList].secret.is_none());
        assert_eq!(config.passphrase.unwrap().reveal(), " hidden-2");
    }
}
