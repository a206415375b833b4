//! How each account stands.

use std::collections::BTreeMap;

use kuroibara_core::{Provider, Time};
use kuroibara_engine::{
    activity::{UsageView, WaitingView},
    health::AccountHealth,
    http::{PauseReason, TURNED_AWAY},
    settings::ConnectionState,
};
use serde::Serialize;

use super::{moment, paragraphs, report::notice_text, word};
use crate::table::{Look, Table, Tone, plain, truncated};

/// How each account stands.
#[derive(Serialize)]
pub(crate) struct Accounts {
    pub(crate) accounts: Vec<AccountHealth>,
    /// The requests of the last day by service and hour, the oldest hour first.
    pub(crate) requests: Vec<UsageView>,
    /// The first of what waits to be sent or was refused, with its reason.
    pub(crate) waiting: Vec<WaitingView>,
}

/// How each account stands, and what to do about it.
pub(crate) fn status(found: &Accounts, by_hour: bool, look: Look) -> String {
    let mut table =
        Table::new(look, &["SERVICE", "STATE", "ACCOUNT", "SIGNED IN", "WAITING", "REFUSED", "REQUESTS", "PAUSED"]);
    for one in &found.accounts {
        let plain = |text: String| (text, Tone::Plain);
        table.toned_row([
            plain(one.provider.title().into()),
            (word(&one.state), tone(one)),
            plain(one.account.clone().unwrap_or_else(|| "–".into())),
            plain(lasts(one)),
            plain(one.waiting.to_string()),
            plain(one.refused.to_string()),
            plain(found.requests_of(one.provider).to_string()),
            plain(one.paused_until.map_or_else(|| "–".into(), |until| format!("until {}", moment(until)))),
        ]);
    }
    let advice = found.accounts.iter().flat_map(told).collect::<Vec<_>>().join("\n");
    let requests = if by_hour { hours(&found.requests, look) } else { String::new() };
    paragraphs([table.text(), advice, refused(&found.waiting, look), requests])
}

/// What `retry` does.
pub(crate) fn tried_again(entries: usize) -> String {
    match entries {
        0 => "Nothing was refused.".into(),
        1 => "1 entry is tried again by the next sync.".into(),
        several => format!("{several} entries are tried again by the next sync."),
    }
}

/// What the services refused, and why.
fn refused(waiting: &[WaitingView], look: Look) -> String {
    let mut table = Table::new(look, &["REFUSED BY", "TITLE", "WHY"]);
    for one in waiting.iter().filter(|one| one.refused) {
        let why = one.message.as_deref().unwrap_or_default();
        table.row([one.provider.title().into(), truncated(&one.title, look.title_width()), plain(why)]);
    }
    match table.is_empty() {
        true => String::new(),
        false => table.text() + "\nEach is tried again when it changes, and all of them after `retry`.",
    }
}

impl Accounts {
    fn requests_of(&self, provider: Provider) -> u64 {
        self.requests.iter().filter(|one| one.provider == provider).map(|one| one.requests).sum()
    }
}

/// The requests of each hour in which there were any.
fn hours(requests: &[UsageView], look: Look) -> String {
    let mut by_hour: BTreeMap<Time, BTreeMap<Provider, u64>> = BTreeMap::new();
    for one in requests {
        *by_hour.entry(one.hour).or_default().entry(one.provider).or_default() += one.requests;
    }
    let mut table = Table::new(look, &["HOUR", "ANILIST", "MYANIMELIST", "KITSU"]);
    for (hour, counts) in by_hour {
        let [anilist, myanimelist, kitsu] = Provider::ALL.map(|at| counts.get(&at).copied().unwrap_or(0).to_string());
        table.row([moment(hour), anilist, myanimelist, kitsu]);
    }
    table.text()
}

/// Everything there is to say of an account beyond its line.
fn told(one: &AccountHealth) -> Vec<String> {
    let pause = one.pause_reason.map(|reason| format!("{}: {}", one.provider.title(), paused(reason)));
    let notices = one.notices.iter().map(|notice| notice_text(*notice).to_owned());
    advice(one).into_iter().chain(pause).chain(notices).collect()
}

fn paused(reason: PauseReason) -> String {
    let why = reason.why();
    match reason {
        PauseReason::MinuteUsedUp | PauseReason::TooMany | PauseReason::NotWorking => {
            format!("{why}; the rest goes out after that.")
        }
        PauseReason::ShutOut => format!("{why}. {TURNED_AWAY}."),
    }
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
        (ConnectionState::Connected | ConnectionState::Paused, Some(1)) => "1 more day".into(),
        (ConnectionState::Connected | ConnectionState::Paused, Some(days)) => format!("{days} more days"),
    }
}

fn advice(one: &AccountHealth) -> Option<String> {
    let (title, provider) = (one.provider.title(), one.provider);
    let edits = match one.waiting {
        0 => "what you edit waits".to_owned(),
        1 => "1 title waits to be sent".to_owned(),
        several => format!("{several} titles wait to be sent"),
    };
    match one.state {
        ConnectionState::SignInAgain => {
            Some(format!("{title}: sign in again with `connect {provider}`; until then {edits}."))
        }
        ConnectionState::Connected | ConnectionState::Paused if one.ends_soon => {
            Some(format!("{title}: the sign-in ends soon and can't be renewed by itself. Run `connect {provider}`."))
        }
        ConnectionState::Connected | ConnectionState::Paused | ConnectionState::Disconnected => None,
    }
}
