//! Settings, one integration, and a sign-in that has begun.

use kuroibara_core::Provider;
use kuroibara_engine::{
    connect::LoginBegun,
    settings::{ConnectionState, IntegrationView, SettingsView},
};

use super::{moment, moment_or_never, paragraphs, word, yes_no};
use crate::table::{Look, Table, Tone, facts};

/// All settings.
pub(crate) fn settings(settings: &SettingsView, look: Look) -> String {
    let mut table = Table::new(look, &["SERVICE", "STATE", "ACCOUNT", "DIRECTION", "RULE", "TAKES PART", "LAST SYNC"]);
    for (provider, view) in settings.integrations() {
        let plain = |text: String| (text, Tone::Plain);
        table.toned_row([
            plain(provider.title().into()),
            (word(&view.state), tone(view.state)),
            plain(account(view)),
            plain(word(&view.direction)),
            plain(rules(view)),
            plain(parts(view)),
            plain(last_sync(view)),
        ]);
    }
    paragraphs([table.text(), in_step(settings.keep_in_step).into(), guard(settings.guard_percent)])
}

/// Whether services are kept in step.
pub(crate) fn in_step(on: bool) -> &'static str {
    match on {
        true => "Services are kept in step: what changes at one goes to the others.",
        false => "Services are not kept in step: what changes at one comes here and goes no further.",
    }
}

/// How much a sync may take away without asking.
pub(crate) fn guard(percent: u32) -> String {
    format!("A sync that would lower, clear or remove more than {percent} % of a service's titles waits for you.")
}

/// One integration.
pub(crate) fn integration(provider: Provider) -> impl FnOnce(&IntegrationView, Look) -> String {
    move |view, _look| {
        let client = match (view.client_id_set, view.client_secret_set) {
            (false, _) => "none",
            (true, false) => "set up, without a secret",
            (true, true) => "set up, with a secret",
        };
        facts(&[
            ("Service", provider.title().into()),
            ("State", word(&view.state)),
            ("Account", account(view)),
            ("API client", client.into()),
            ("Signed in until", view.token_expires_at.map_or_else(|| "–".into(), moment)),
            ("Takes part", parts(view)),
            ("Syncs by itself", yes_no(view.auto_sync)),
            ("Direction", word(&view.direction)),
            ("Rule", rules(view)),
            ("After a removal", word(&view.removal)),
            ("Last sync", last_sync(view)),
        ])
    }
}

/// What to do with a sign-in that has begun.
pub(crate) fn login(login: &LoginBegun, _look: Look) -> String {
    paragraphs([
        "Open this address in a browser and approve:".into(),
        login.authorize_url.to_string(),
        format!("Then, until {}, give the whole address that you are sent to to", moment(login.expires_at)),
        "  kuroibara-cli callback 'ADDRESS'".into(),
    ])
}

/// The rule, and those of single groups of fields.
fn rules(view: &IntegrationView) -> String {
    let own = view.own_rules.iter().map(|(group, rule)| format!("{}: {}", word(group), word(rule)));
    std::iter::once(word(&view.rule)).chain(own).collect::<Vec<_>>().join(", ")
}

fn tone(state: ConnectionState) -> Tone {
    match state {
        ConnectionState::Connected => Tone::Good,
        ConnectionState::SignInAgain => Tone::Bad,
        ConnectionState::Paused => Tone::Attention,
        ConnectionState::Disconnected => Tone::Quiet,
    }
}

fn account(view: &IntegrationView) -> String {
    view.external_username.clone().unwrap_or_else(|| "–".into())
}

fn last_sync(view: &IntegrationView) -> String {
    match view.last_sync_at {
        Some(at) => format!("{}, {}", moment(at), word(&view.last_sync_status)),
        None => moment_or_never(None),
    }
}

/// What takes part, in words.
fn parts(view: &IntegrationView) -> String {
    let switches =
        [(view.sync_reading_progress, "progress"), (view.sync_ratings, "ratings"), (view.sync_status, "status")];
    let on: Vec<&str> = switches.iter().filter(|(on, _)| *on).map(|(_, part)| *part).collect();
    match (view.sync_enabled, on.len()) {
        (false, _) => "nothing".into(),
        (true, 3) => "all".into(),
        (true, _) => [on, vec!["dates and notes"]].concat().join(", "),
    }
}
