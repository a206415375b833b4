//! Tells outside the window what needs the person, each cause once: a sign-in that ended, a question, a refused title, a
//! plan that waits. Nothing else is ever told here.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use kuroibara_engine::{attention::Cause, core::Provider};
use notify_rust::Notification;
use tauri::{AppHandle, Manager};

use crate::{Chosen, Session, window, words::Words};

/// What was told already. Managed by Tauri.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<BTreeSet<Cause>>);

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Notice {
    title: String,
    body: &'static str,
    /// The page of the window that helps.
    path: &'static str,
}

/// Looks whether something new needs the person.
pub(crate) async fn look(app: &AppHandle) {
    let Some(engine) = app.state::<Session>().open_engine() else { return };
    let causes = match engine.attention().await {
        Ok(causes) => causes,
        Err(error) => return tracing::warn!(code = error.code(), "what needs the person could not be looked up"),
    };
    let settings = app.state::<Chosen>().get();
    let news = news(&mut app.state::<Told>().0.lock().unwrap_or_else(PoisonError::into_inner), &causes);
    // Who looks at the window sees it there.
    if settings.notifications && !window::is_in_front(app) {
        for notice in notices(Words::of(settings.language), &news) {
            post(app.clone(), notice);
        }
    }
}

/// The causes that were not told yet. One that went away is new when it comes back.
fn news(told: &mut BTreeSet<Cause>, causes: &[Cause]) -> Vec<Cause> {
    let now: BTreeSet<Cause> = causes.iter().copied().collect();
    let before = std::mem::replace(told, now);
    told.difference(&before).copied().collect()
}

/// What is told of these: of each kind one, however many there are.
fn notices(words: &Words, causes: &[Cause]) -> Vec<Notice> {
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    for cause in causes {
        *kinds.entry(Kind::of(*cause)).or_default() += 1;
    }
    kinds.into_iter().map(|(kind, count)| kind.notice(words, count)).collect()
}

/// What is told together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    SignIn(Provider),
    SignInEnds(Provider),
    Plan,
    Conflicts,
    Matches,
    Refused,
}

impl Kind {
    fn of(cause: Cause) -> Self {
        match cause {
            Cause::SignIn(provider) => Self::SignIn(provider),
            Cause::SignInEnds(provider) => Self::SignInEnds(provider),
            Cause::Plan(_) => Self::Plan,
            Cause::Conflict(_) => Self::Conflicts,
            Cause::Match(..) => Self::Matches,
            Cause::Refused(..) => Self::Refused,
        }
    }

    fn notice(self, words: &Words, count: usize) -> Notice {
        let (title, body, path) = match self {
            Self::SignIn(provider) => {
                ((words.sign_in_again)(provider.title()), words.sign_in_again_body, "/integrations")
            }
            Self::SignInEnds(provider) => {
                ((words.sign_in_ends)(provider.title()), words.sign_in_ends_body, "/integrations")
            }
            Self::Plan => (words.plan_waits.to_owned(), words.plan_waits_body, "/review"),
            Self::Conflicts => ((words.conflicts)(count), words.conflicts_body, "/review"),
            Self::Matches => ((words.matches)(count), words.matches_body, "/review/matches"),
            Self::Refused => ((words.refused)(count), words.refused_body, "/activity"),
        };
        Notice { title, body, path }
    }
}

/// Shows it, and leads to its page when it is clicked. Waiting for the click takes a thread, which ends with the notice.
fn post(app: AppHandle, notice: Notice) {
    std::thread::spawn(move || {
        let mut notification = Notification::new();
        notification.appname("Kuroibara").icon("kuroibara").summary(&notice.title).body(notice.body);
        notification.action("default", Words::of(app.state::<Chosen>().get().language).open);
        match notification.show() {
            Ok(shown) => clicked(shown, || window::show_page(&app, notice.path)),
            Err(error) => tracing::info!(%error, "this desktop shows no notifications"),
        }
    });
}

#[cfg(all(unix, not(target_os = "macos")))]
fn clicked(shown: notify_rust::NotificationHandle, go: impl FnOnce()) {
    let mut go = Some(go);
    shown.wait_for_action(|action| {
        if let ("default", Some(go)) = (action, go.take()) {
            go();
        }
    });
}

/// Elsewhere a click brings the application to the front, and no more is told.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn clicked(_: notify_rust::NotificationHandle, _: impl FnOnce()) {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Language;
    use kuroibara_engine::core::{MangaId, RunId};
    use uuid::Uuid;

    fn conflict(n: u128) -> Cause {
        Cause::Conflict(Uuid::from_u128(n))
    }

    #[test]
    fn each_cause_is_told_once_until_it_was_gone() {
        let mut told = BTreeSet::new();
        let sign_in = Cause::SignIn(Provider::AniList);
        assert_eq!(news(&mut told, &[sign_in, conflict(1)]).len(), 2);
        assert_eq!(news(&mut told, &[sign_in, conflict(1), conflict(2)]), [conflict(2)]);
        assert!(news(&mut told, &[conflict(2)]).is_empty());
        assert_eq!(news(&mut told, &[sign_in]), [sign_in], "the next sign-in that ends is another");
    }

    #[test]
    fn many_of_a_kind_are_told_as_one_with_the_page_that_helps() {
        let plan = Cause::Plan(RunId(Uuid::from_u128(9)));
        let refused = Cause::Refused(Provider::Kitsu, MangaId(Uuid::from_u128(7)));
        let twin = Cause::Match(MangaId(Uuid::from_u128(8)), Provider::Kitsu);
        let told = notices(Words::of(Language::En), &[conflict(1), conflict(2), plan, twin, refused]);
        let told: Vec<_> = told.iter().map(|notice| (notice.title.as_str(), notice.path)).collect();
        let expected = [
            ("A sync waits for your decision", "/review"),
            ("2 questions are open", "/review"),
            ("One title may be known under another name", "/review/matches"),
            ("One title was refused", "/activity"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn two_services_are_two_sign_ins() {
        let ended = [Cause::SignIn(Provider::AniList), Cause::SignIn(Provider::Kitsu)];
        let titles = notices(Words::of(Language::En), &ended).into_iter().map(|notice| notice.title);
        assert!(titles.eq(["Sign in to AniList again".to_owned(), "Sign in to Kitsu again".to_owned()]));
    }
}
