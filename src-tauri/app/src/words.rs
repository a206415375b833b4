//! What is said outside the window, in the tray, in notifications and on the page that ends a sign-in, in each language.
//! The window's own texts are the window's. A text that a language lacks does not compile.

use crate::settings::Language;

/// Every text, in one language.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) sync_now: &'static str,
    pub(crate) sync_one: fn(&str) -> String,
    pub(crate) syncing: &'static str,
    pub(crate) pause_hour: &'static str,
    pub(crate) pause_tomorrow: &'static str,
    pub(crate) resume: &'static str,
    pub(crate) paused_until: fn(&str) -> String,
    pub(crate) open: &'static str,
    pub(crate) quit: &'static str,
    pub(crate) needs_you: &'static str,
    pub(crate) no_sync_yet: &'static str,
    pub(crate) result: fn(&str, usize, usize) -> String,
    pub(crate) result_waiting: fn(usize) -> String,
    pub(crate) result_missed: fn(&str) -> String,
    pub(crate) offline: &'static str,
    pub(crate) nothing_read: &'static str,
    pub(crate) next_chapter: fn(&str, u32) -> String,
    pub(crate) sign_in_again: fn(&str) -> String,
    pub(crate) sign_in_again_body: &'static str,
    pub(crate) sign_in_ends: fn(&str) -> String,
    pub(crate) sign_in_ends_body: &'static str,
    pub(crate) plan_waits: &'static str,
    pub(crate) plan_waits_body: &'static str,
    pub(crate) conflicts: fn(usize) -> String,
    pub(crate) conflicts_body: &'static str,
    pub(crate) matches: fn(usize) -> String,
    pub(crate) matches_body: &'static str,
    pub(crate) refused: fn(usize) -> String,
    pub(crate) refused_body: &'static str,
    pub(crate) signed_in_title: &'static str,
    pub(crate) signed_in: &'static str,
    pub(crate) sign_in_failed: &'static str,
    pub(crate) one_moment: &'static str,
}

impl Words {
    /// Of this language; the system's is looked up in its locale.
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Ja => &JAPANESE,
            Language::System if is_japanese(sys_locale::get_locale().as_deref()) => &JAPANESE,
            Language::System => &ENGLISH,
        }
    }
}

fn is_japanese(locale: Option<&str>) -> bool {
    locale.is_some_and(|locale| locale.split(['-', '_', '.']).next() == Some("ja"))
}

static ENGLISH: Words = Words {
    sync_now: "Sync now",
    sync_one: |service| format!("Sync {service}"),
    syncing: "Syncing…",
    pause_hour: "Pause for 1 hour",
    pause_tomorrow: "Pause until tomorrow",
    resume: "Resume",
    paused_until: |time| format!("Paused until {time}"),
    open: "Open Kuroibara",
    quit: "Quit",
    needs_you: "Something needs you…",
    no_sync_yet: "Not synced yet",
    result: |time, pulled, pushed| format!("{time} · {pulled} pulled, {pushed} pushed"),
    result_waiting: |waiting| format!(", {waiting} waiting"),
    result_missed: |services| format!(", {services} not synced"),
    offline: "Offline: tried again by itself",
    nothing_read: "Nothing is being read",
    next_chapter: |title, chapter| format!("{title}: chapter {chapter} read"),
    sign_in_again: |service| format!("Sign in to {service} again"),
    sign_in_again_body: "Your edits wait until then.",
    sign_in_ends: |service| format!("Your sign-in to {service} ends soon"),
    sign_in_ends_body: "Sign in again in time, so that nothing has to wait.",
    plan_waits: "A sync waits for your decision",
    plan_waits_body: "Look at what it would change, then apply it or leave it.",
    conflicts: |count| if count == 1 { "One question is open".into() } else { format!("{count} questions are open") },
    conflicts_body: "Two sides differ, and only you know which one is right.",
    matches: |count| match count {
        1 => "One title may be known under another name".into(),
        _ => format!("{count} titles may be known under another name"),
    },
    matches_body: "See what speaks for it, then link it or say that it is another work.",
    refused: |count| if count == 1 { "One title was refused".into() } else { format!("{count} titles were refused") },
    refused_body: "A service did not accept them. See why, and try again.",
    signed_in_title: "Kuroibara",
    signed_in: "You are signed in. You can close this page.",
    sign_in_failed: "The sign-in did not work. Kuroibara says why. You can close this page.",
    one_moment: "One moment…",
};

static JAPANESE: Words = Words {
    sync_now: "今すぐ同期",
    sync_one: |service| format!("{service} を同期"),
    syncing: "同期中…",
    pause_hour: "1 時間停止",
    pause_tomorrow: "明日まで停止",
    resume: "再開",
    paused_until: |time| format!("{time} まで停止中"),
    open: "Kuroibara を開く",
    quit: "終了",
    needs_you: "確認が必要です…",
    no_sync_yet: "まだ同期していません",
    result: |time, pulled, pushed| format!("{time} · 取り込み {pulled}、送信 {pushed}"),
    result_waiting: |waiting| format!("、待機 {waiting}"),
    result_missed: |services| format!("、{services} は同期できず"),
    offline: "オフライン：自動的に再試行します",
    nothing_read: "読んでいる作品はありません",
    next_chapter: |title, chapter| format!("{title}：第{chapter}話を読了"),
    sign_in_again: |service| format!("{service} に再度サインインしてください"),
    sign_in_again_body: "それまで編集内容は送信されません。",
    sign_in_ends: |service| format!("{service} のサインインがまもなく切れます"),
    sign_in_ends_body: "切れる前にもう一度サインインすると、同期が止まりません。",
    plan_waits: "同期があなたの判断を待っています",
    plan_waits_body: "変更内容を確認して、適用するか選んでください。",
    conflicts: |count| format!("未回答の確認が {count} 件あります"),
    conflicts_body: "内容が食い違っています。どちらが正しいか選んでください。",
    matches: |count| format!("別の名前で登録されているかもしれない作品が {count} 件あります"),
    matches_body: "同じ作品かどうかを確認して、選んでください。",
    refused: |count| format!("{count} 件の作品が受け付けられませんでした"),
    refused_body: "理由を確認して、もう一度お試しください。",
    signed_in_title: "Kuroibara",
    signed_in: "サインインしました。このページは閉じてかまいません。",
    sign_in_failed: "サインインできませんでした。理由は Kuroibara に表示されています。このページは閉じてかまいません。",
    one_moment: "少々お待ちください…",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_language_is_read_from_its_locale() {
        assert!(is_japanese(Some("ja")) && is_japanese(Some("ja-JP")) && is_japanese(Some("ja_JP.UTF-8")));
        assert!(!is_japanese(Some("jam")) && !is_japanese(Some("en-JA")) && !is_japanese(None));
    }
}
