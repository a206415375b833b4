//! How each account stands.

use kuroibara_engine::{health::AccountHealth, settings::ConnectionState};
use serde::Serialize;

use super::{moment, paragraphs, word};
use crate::table::{Look, Table, Tone};

/// How each account stands.
#[derive(Serialize)]
pub(crate) struct Accounts {
    pub(crate) accounts: Vec<AccountHealth>,
}

/// How each account stands, and what to do about it.
pub(crate) fn status(found: &Accounts, look: Look) -> String {
    let mut table = Table::new(look, &["SERVICE", "STATE", "ACCOUNT", "SIGNED IN", "WAITING", "REFUSED", "PAUSED"]);
    for one in &found.accounts {
        let plain = |text: String| (text, Tone::Plain);
        table.toned_row([
            plain(one.provider.title().into()),
            (word(&one.state), tone(one)),
            plain(one.account.clone().unwrap_or_else(|| "–".into())),
            plain(lasts(one)),
            plain(one.waiting.to_string()),
            plain(one.refused.to_string()),
            plain(one.paused_until.map_or_else(|| "–".into(), |until| format!("until {}", moment(until)))),
        ]);
    }
    let advice = found.accounts.iter().filter_map(advice).collect::<Vec<_>>().join("\n");
    paragraphs([table.text(), advice])
}

fn tone(one: &AccountHealth) -> Tone {
    match one.state {
        ConnectionState::Connected if one.ends_soon => Tone::Attention,
        ConnectionState::Connected => Tone::Good,
        ConnectionState::SignInAgain => Tone::Bad,
        ConnectionState::Paused => Tone::Attention,
        ConnectionState::Disconnected => Tone::Quiet,
    }
}

fn lasts(one: &AccountHealth) -> String {
    match (one.state, one.days_left) {
        (ConnectionState::Disconnected, _) => "–".into(),
        (ConnectionState::SignInAgain, _) => "ended".into(),
        (ConnectionState::Connected | ConnectionState::Paused, None) => "renewed by itself".into(),
        (ConnectionState::Connected | ConnectionState::Paused, Some(days)) => format!("{days} more days"),
    }
}

fn advice(one: &AccountHealth) -> Option<String> {
    let (title, provider) = (one.provider.title(), one.provider);
    let edits = if one.waiting == 1 { "1 title waits".to_owned() } else { format!("{} titles wait", one.waiting) };
    match one.state {
        ConnectionState::SignInAgain => {
            Some(format!("{title}: sign in again with `connect {provider}`; until then {edits} to be sent."))
        }
        ConnectionState::Connected | ConnectionState::Paused if one.ends_soon => {
            Some(format!("{title}: the sign-in ends soon and can't be renewed by itself. Run `connect {provider}`."))
        }
        ConnectionState::Connected | ConnectionState::Paused | ConnectionState::Disconnected => None,
    }
}
