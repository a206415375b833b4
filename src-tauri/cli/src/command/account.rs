//! Settings and sign-ins.

use kuroibara_core::Provider;
use kuroibara_engine::{secret::Secret, settings::SettingsChange};
use serde_json::json;

use super::Desk;
use crate::{
    args::{Connect, Setup, Update},
    exit::Exit,
    failure::Failure,
    secrets,
    show::{self, Accounts},
};

impl Desk<'_> {
    pub(super) async fn settings(&self) -> Result<Exit, Failure> {
        self.voice.say(&self.engine.settings().await?, show::settings)
    }

    pub(super) async fn status(&self, by_hour: bool) -> Result<Exit, Failure> {
        let (accounts, requests) = (self.engine.health().await?, self.engine.usage(24).await?);
        let waiting = self.engine.waiting().await?;
        self.voice.say(&Accounts { accounts, requests, waiting }, |found, look| show::status(found, by_hour, look))
    }

    pub(super) async fn retry(&self, manga: Option<&str>) -> Result<Exit, Failure> {
        let only = match manga {
            Some(name) => Some(self.engine.find(name).await?),
            None => None,
        };
        let tried_again = self.engine.retry_refused(only).await?;
        self.voice.say(&json!({ "tried_again": tried_again }), |_, _| show::tried_again(tried_again))
    }

    pub(super) async fn set_up(&self, args: &Setup) -> Result<Exit, Failure> {
        let secret = args.client_secret_stdin.then(|| self.line("the client's secret")).transpose()?;
        let view = self.engine.set_up(args.provider, &args.client_id, secret.as_ref()).await?;
        self.voice.say(&view, show::integration(args.provider))
    }

    pub(super) async fn update(&self, args: &Update) -> Result<Exit, Failure> {
        let view = self.engine.update(args.provider, &change(args)).await?;
        self.voice.say(&view, show::integration(args.provider))
    }

    pub(super) async fn keep_in_step(&self, on: bool) -> Result<Exit, Failure> {
        let on = self.engine.set_keep_in_step(on).await?;
        self.voice.say(&json!({ "keep_in_step": on }), |_, _| show::in_step(on).into())
    }

    pub(super) async fn guard(&self, percent: u32) -> Result<Exit, Failure> {
        let percent = self.engine.set_guard(percent).await?;
        self.voice.say(&json!({ "guard_percent": percent }), |_, _| show::guard(percent))
    }

    pub(super) async fn connect(&self, args: &Connect) -> Result<Exit, Failure> {
        match (args.provider, &args.username) {
            (Provider::Kitsu, Some(username)) => {
                let view = self.engine.connect_kitsu(username, self.password(args)?).await?;
                self.voice.say(&view, show::integration(args.provider))
            }
            (Provider::AniList | Provider::MyAnimeList, None) => {
                self.voice.say(&self.engine.begin_login(args.provider).await?, show::login)
            }
            (Provider::Kitsu, None) => Err(Failure::Usage(NEEDS_NAME.into())),
            (Provider::AniList | Provider::MyAnimeList, Some(_)) => Err(Failure::Usage(NEEDS_NO_NAME.into())),
        }
    }

    pub(super) async fn callback(&self, address: Option<&str>) -> Result<Exit, Failure> {
        let address = match address {
            Some(address) if address != "-" => Secret::new(address),
            Some(_) | None => self.line("the address that the browser was sent to")?,
        };
        let (provider, view) = self.engine.finish_login(address.reveal()).await?;
        self.voice.say(&view, show::integration(provider))
    }

    pub(super) async fn disconnect(&self, provider: Provider) -> Result<Exit, Failure> {
        self.voice.say(&self.engine.disconnect(provider).await?, show::integration(provider))
    }

    fn password(&self, args: &Connect) -> Result<Secret, Failure> {
        if args.password_stdin {
            return self.line("the password");
        }
        let asked = secrets::ask(&format!("Password at {}", args.provider.title()));
        asked.ok_or_else(|| Failure::Usage(NEEDS_PASSWORD.into()))
    }
}

const NEEDS_NAME: &str = "Kitsu signs in with a name and a password: \
     kuroibara-cli connect kitsu --username YOU --password-stdin < FILE";
const NEEDS_NO_NAME: &str = "only Kitsu takes a name and a password. Here you sign in with the browser: \
     leave --username out";
const NEEDS_PASSWORD: &str = "there is no terminal to ask for the password on: add --password-stdin and give it as the \
     first line of standard input";

fn change(args: &Update) -> SettingsChange {
    SettingsChange {
        sync_enabled: args.sync_enabled,
        sync_reading_progress: args.sync_reading_progress,
        sync_ratings: args.sync_ratings,
        sync_status: args.sync_status,
        auto_sync: args.auto_sync,
        direction: args.direction,
        rule: args.rule,
        own_rules: args.rule_of.iter().copied().collect(),
        removal: args.removal,
        export_private: args.export_private,
        volumes: args.volumes,
    }
}
