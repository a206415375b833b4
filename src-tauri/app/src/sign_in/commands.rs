//! What the window asks about signing in by browser.

use chrono::{DateTime, Utc};
use kuroibara_engine::{core::Provider, oauth::Redirect, settings::IntegrationView};
use serde::Serialize;
use specta::Type;
use tauri::{AppHandle, Manager, State};
use tauri_plugin_opener::OpenerExt;

use super::loopback;
use crate::{
    Chosen, Session,
    error::{AppError, ErrorCode},
    settings::WayBack,
};

/// A sign-in that has begun in the browser.
#[derive(Clone, Debug, Serialize, Type)]
pub(crate) struct LoginBegun {
    /// The page, for a person whose browser did not open.
    authorize_url: String,
    /// When it is too late.
    expires_at: DateTime<Utc>,
}

/// Where the browser may be sent back to: one of these is registered at the service, exactly so.
#[derive(Clone, Debug, Serialize, Type)]
pub(crate) struct SignInAddresses {
    /// Our own scheme.
    deep_link: String,
    /// A port of this computer.
    loopback: String,
    /// The service's own page to copy from, where it has one.
    pin: Option<String>,
    /// Where a client is registered there.
    register_url: &'static str,
    /// Which of them is registered, as the person said.
    chosen: WayBack,
}

/// Begins a sign-in and opens its page in the browser.
#[tauri::command]
#[specta::specta]
pub(crate) async fn connect(app: AppHandle, provider: Provider) -> Result<LoginBegun, AppError> {
    let engine = app.state::<Session>().engine().await?;
    let way_back = app.state::<Chosen>().get().way_back(provider);
    let begun = engine.begin_login_by(provider, way_back.into()).await?;
    if way_back == WayBack::Loopback {
        loopback::listen(&app).await?;
    }
    if let Err(error) = app.opener().open_url(begun.authorize_url.as_str(), None::<&str>) {
        // The page's address is shown as well.
        tracing::warn!(%error, "no browser was opened");
    }
    Ok(LoginBegun { authorize_url: begun.authorize_url.into(), expires_at: begun.expires_at })
}

/// What to register at a service.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in_addresses(
    session: State<'_, Session>,
    chosen: State<'_, Chosen>,
    provider: Provider,
) -> Result<SignInAddresses, AppError> {
    let engine = session.engine().await?;
    let address = |redirect| engine.sign_in_address(provider, redirect);
    Ok(SignInAddresses {
        deep_link: address(Redirect::DeepLink).unwrap_or_default(),
        loopback: address(Redirect::Loopback).unwrap_or_default(),
        pin: address(Redirect::Pin),
        register_url: register_url(provider),
        chosen: chosen.get().way_back(provider),
    })
}

/// Ends a sign-in with what the person pasted: the address that the browser shows, or the code or token in it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn finish_login(app: AppHandle, text: String) -> Result<IntegrationView, AppError> {
    let ended = super::end(&app, &text).await?;
    ended.ok_or_else(|| AppError::new(ErrorCode::SignInUsed, "this address was used already; nothing was done"))
}

fn register_url(provider: Provider) -> &'static str {
    match provider {
        Provider::AniList => "https://anilist.co/settings/developer",
        Provider::MyAnimeList => "https://myanimelist.net/apiconfig",
        Provider::Kitsu => "https://kitsu.app",
    }
}
