//! What the engine's errors are called in the window: a code for each that has a way out of its own, a sentence, and the next
//! step. The engine's own sentences name commands of the command line, which nobody in the window has.

use kuroibara_engine::{
    EngineError,
    core::Provider,
    http::HttpError,
    oauth::{BeginError, ReturnError},
    providers::ApiError,
    store::StoreError,
    vault::VaultError,
};

use super::{AppError, ErrorCode};

const AGAIN_LATER: &str = "Try again in a while. The library and your edits are safe meanwhile.";
const CONNECT_AGAIN: &str = "Open Integrations and connect the service again.";

/// An error of the engine as the window shows it.
pub(super) fn of(error: &EngineError) -> AppError {
    let (code, message, hint) = match error {
        EngineError::Store(error) => return store(error),
        EngineError::Vault(error) => return vault(error),
        EngineError::Api(error) => return api(error),
        EngineError::Http(error) => return http(error),
        EngineError::Begin(error) => return begin(error),
        EngineError::Return(error) => return returned(*error),
        EngineError::SignInRefused { provider, .. } => return sign_in_refused(*provider),
        EngineError::Picture(_) => (ErrorCode::NoCover, "The cover could not be loaded.".into(), AGAIN_LATER),
        EngineError::Edit(error) => {
            (ErrorCode::BadInput, sentence(&error.to_string()), "Correct the value and try again.")
        }
        EngineError::BadInput(text) => (ErrorCode::BadInput, sentence(text), "Correct the value and try again."),
        EngineError::Busy => {
            (ErrorCode::Busy, "Another sync is running.".into(), "Wait until it has ended and try again.")
        }
        EngineError::UnknownManga(_) => {
            (ErrorCode::UnknownManga, "This title is not in your library any more.".into(), "Go back to the library.")
        }
        EngineError::NotConnected(at) => {
            (ErrorCode::NotConnected, format!("{} is not connected.", at.title()), "Open Integrations and connect it.")
        }
        EngineError::UnknownWork { provider, .. } => {
            (ErrorCode::UnknownWork, format!("{} has no such title.", provider.title()), "Search for it by its name.")
        }
        EngineError::LinkContradicts(at) => (
            ErrorCode::LinkContradicts,
            format!("These two are different titles at {}, so they can't be one.", at.title()),
            "Unlink one of them there first.",
        ),
        EngineError::NewerEdits(count) => (
            ErrorCode::NewerEdits,
            format!("{count} of these values were changed again since."),
            "Take the newer changes back first, or take this back all the same and lose them.",
        ),
        EngineError::NoPlan => (
            ErrorCode::NoPlan,
            "No plan waits any more: it was applied already, or there was nothing left to ask.".into(),
            "Sync to see whether there is something new.",
        ),
        EngineError::PlanReplaced => (
            ErrorCode::PlanReplaced,
            "The plan was applied or made anew since you looked at it. Nothing was done.".into(),
            "Look at it as it is now, then decide again.",
        ),
        EngineError::SnapshotDamaged => (
            ErrorCode::SnapshotDamaged,
            "This copy of the list is damaged and can't be read. Nothing was changed.".into(),
            "Choose another one; your library and the services are not affected.",
        ),
        EngineError::AnsweredBefore(_) => (
            ErrorCode::AnsweredBefore,
            "This question was answered already, here or on another device.".into(),
            "Nothing has to be done. The history shows what was chosen.",
        ),
        EngineError::CarriedOut => (
            ErrorCode::CarriedOut,
            "This was carried out already, or the title was changed since, so the question can't be opened again."
                .into(),
            "What it changed can be taken back in Activity.",
        ),
        EngineError::UndoneBefore => (
            ErrorCode::UndoneBefore,
            "This was taken back already: everything is as it was before.".into(),
            "Nothing has to be done.",
        ),
        EngineError::Refused(text) => return AppError::new(ErrorCode::Refused, sentence(without_commands(text))),
    };
    AppError::new(code, message).with_hint(hint)
}

/// The service that an error is about.
pub(super) fn about(error: &EngineError) -> Option<Provider> {
    match error {
        EngineError::Api(
            ApiError::TokenExpired(at)
            | ApiError::SignInAgain(at)
            | ApiError::NotFound(at)
            | ApiError::Refused { provider: at, .. }
            | ApiError::Unreadable { provider: at, .. },
        )
        | EngineError::SignInRefused { provider: at, .. }
        | EngineError::NotConnected(at)
        | EngineError::UnknownWork { provider: at, .. }
        | EngineError::LinkContradicts(at) => Some(*at),
        EngineError::Api(ApiError::Http(error)) | EngineError::Http(error) => asked(error),
        EngineError::Begin(BeginError::NoClientId(at) | BeginError::ByPassword(at) | BeginError::Insecure(at)) => {
            Some(*at)
        }
        EngineError::Return(error) => returned_from(*error),
        EngineError::Begin(BeginError::BadRedirect)
        | EngineError::Store(_)
        | EngineError::Vault(_)
        | EngineError::Picture(_)
        | EngineError::Edit(_)
        | EngineError::BadInput(_)
        | EngineError::Busy
        | EngineError::UnknownManga(_)
        | EngineError::NewerEdits(_)
        | EngineError::NoPlan
        | EngineError::PlanReplaced
        | EngineError::SnapshotDamaged
        | EngineError::AnsweredBefore(_)
        | EngineError::CarriedOut
        | EngineError::UndoneBefore
        | EngineError::Refused(_) => None,
    }
}

fn asked(error: &HttpError) -> Option<Provider> {
    match error {
        HttpError::Unreachable { provider, .. }
        | HttpError::AnswerLost { provider, .. }
        | HttpError::Outage { provider, .. }
        | HttpError::ShutOut { provider, .. }
        | HttpError::Paused { provider, .. }
        | HttpError::Insecure(provider) => Some(*provider),
        HttpError::Unusable(_) | HttpError::LeaseLost => None,
    }
}

fn returned_from(error: ReturnError) -> Option<Provider> {
    match error {
        ReturnError::StateMissing(at)
        | ReturnError::Expired(at)
        | ReturnError::Replayed(at)
        | ReturnError::Denied(at)
        | ReturnError::Refused(at)
        | ReturnError::WrongKind(at) => Some(at),
        ReturnError::Malformed | ReturnError::NothingPending | ReturnError::WrongState => None,
    }
}

/// The first sentence: what follows names commands.
fn without_commands(text: &str) -> &str {
    match text.find(". ") {
        Some(end) if text.contains('`') => text.get(..end).unwrap_or(text),
        _ => text,
    }
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).chain(['.']).collect()).unwrap_or_default()
}

fn store(error: &StoreError) -> AppError {
    let (message, hint) = match error {
        StoreError::Busy => ("The library is in use by another program.", "Try again in a moment."),
        StoreError::DiskFull => ("The disk is full, so nothing can be stored.", "Make room and try again."),
        StoreError::NoAccess { .. } | StoreError::ReadOnly => {
            ("The library can't be written to.", "Check who may write in its folder; Settings shows where it is.")
        }
        StoreError::Unreachable { .. } | StoreError::Refused { .. } => (
            "The database does not answer.",
            "Check that its server runs and that the address in DATABASE_URL is right, then try again.",
        ),
        StoreError::NotADatabase { .. } | StoreError::Damaged { .. } | StoreError::Unintelligible { .. } => (
            "The library's file is damaged or is no library.",
            "Close Kuroibara and put a copy from the folder “backups” beside it in its place.",
        ),
        StoreError::Newer { .. } => {
            ("The library was made by a newer version of Kuroibara.", "Install the newest version.")
        }
        StoreError::Migration { .. } => (
            "The library could not be brought up to date. It is as it was.",
            "Start Kuroibara again; if that does not help, report it with the logs.",
        ),
        StoreError::BadAddress(_) => {
            ("DATABASE_URL names no database.", "Correct the environment variable and start Kuroibara again.")
        }
        StoreError::LeaseLost => ("Another device went on with the sync.", "Nothing has to be done."),
        StoreError::Statement(_) => ("The database could not do what was asked.", "Try again; the logs say more."),
    };
    // The codes are the engine's; it gives them for its own kind of error only.
    let code = match error {
        StoreError::Busy => ErrorCode::DatabaseBusy,
        StoreError::DiskFull => ErrorCode::DiskFull,
        StoreError::NoAccess { .. } | StoreError::ReadOnly => ErrorCode::DatabaseNotWritable,
        StoreError::Unreachable { .. } | StoreError::Refused { .. } => ErrorCode::DatabaseUnreachable,
        StoreError::NotADatabase { .. } => ErrorCode::NotADatabase,
        StoreError::Damaged { .. } | StoreError::Unintelligible { .. } => ErrorCode::DatabaseDamaged,
        StoreError::Newer { .. } => ErrorCode::DatabaseNewer,
        StoreError::Migration { .. } => ErrorCode::MigrationFailed,
        StoreError::BadAddress(_) => ErrorCode::BadDatabaseUrl,
        StoreError::LeaseLost => ErrorCode::LeaseLost,
        StoreError::Statement(_) => ErrorCode::DatabaseError,
    };
    AppError::new(code, message).with_hint(hint)
}

fn vault(error: &VaultError) -> AppError {
    let (code, message, hint) = match error {
        VaultError::NoKeyring(_) => (
            ErrorCode::NoKeyring,
            "There is no keyring to keep your sign-ins safe.",
            "Choose a passphrase instead; it is asked for at each start.",
        ),
        VaultError::Locked => (ErrorCode::KeyringLocked, "The keyring is locked.", "Unlock it and try again."),
        VaultError::PassphraseNeeded => {
            (ErrorCode::PassphraseNeeded, "Your sign-ins are sealed with a passphrase.", "Enter it to go on.")
        }
        VaultError::WrongPassphrase => (
            ErrorCode::WrongPassphrase,
            "This is not the passphrase that was chosen.",
            "Try again; nothing was changed.",
        ),
        VaultError::KeyGone => {
            (ErrorCode::KeyGone, "The key to your sign-ins is not on this machine any more.", CONNECT_AGAIN)
        }
        VaultError::Corrupt(_) => (ErrorCode::SecretDamaged, "A stored sign-in is damaged.", CONNECT_AGAIN),
        VaultError::Store(_) => {
            (ErrorCode::DatabaseError, "The database could not do what was asked.", "Try again; the logs say more.")
        }
    };
    AppError::new(code, message).with_hint(hint)
}

fn api(error: &ApiError) -> AppError {
    match error {
        ApiError::Http(error) => http(error),
        ApiError::TokenExpired(at) | ApiError::SignInAgain(at) => sign_in_again(*at),
        ApiError::Refused { .. } => AppError::new(ErrorCode::RefusedByProvider, sentence(&error.to_string()))
            .with_hint("Change the entry and try again, or leave it as it is."),
        ApiError::NotFound(at) => {
            AppError::new(ErrorCode::NotFound, format!("{} does not have that any more.", at.title()))
                .with_hint("Sync to see how it is now.")
        }
        ApiError::Unreadable { provider, .. } => AppError::new(
            ErrorCode::UnreadableAnswer,
            format!("{} answered with something that Kuroibara does not understand.", provider.title()),
        )
        .with_hint(AGAIN_LATER),
    }
}

fn sign_in_again(at: Provider) -> AppError {
    let hint = match at {
        Provider::Kitsu => "Sign in with your e-mail address or profile name, and your Kitsu password.",
        Provider::AniList | Provider::MyAnimeList => CONNECT_AGAIN,
    };
    AppError::new(ErrorCode::SignInAgain, format!("{} does not accept the sign-in.", at.title())).with_hint(hint)
}

fn sign_in_refused(at: Provider) -> AppError {
    match at {
        Provider::Kitsu => AppError::new(ErrorCode::WrongPassword, "Kitsu does not know this name with this password.").with_hint(
            "Use the e-mail address of your account, or the name in your profile's address rather than the one shown, and \
             your Kitsu password.",
        ),
        Provider::AniList | Provider::MyAnimeList => AppError::new(
            ErrorCode::SignInRefused,
            format!("{} did not accept what the browser brought back.", at.title()),
        )
        .with_hint(
            "Begin again with Connect: it works once, and for a short time. If it goes on, check the client id, its \
             secret and the registered address.",
        ),
    }
}

fn http(error: &HttpError) -> AppError {
    let (code, message, hint) = match error {
        HttpError::Unreachable { provider, .. } => (
            ErrorCode::Unreachable,
            format!("{} can't be reached.", provider.title()),
            "Check the network and try again.",
        ),
        HttpError::AnswerLost { provider, is_read: true, .. } => (
            ErrorCode::Unreachable,
            format!("{}'s answer could not be read to its end.", provider.title()),
            "Nothing was changed there. Try again in a while.",
        ),
        HttpError::AnswerLost { provider, is_read: false, .. } => (
            ErrorCode::AnswerLost,
            format!("{} did not answer in time.", provider.title()),
            "The next sync finds out whether the change arrived.",
        ),
        HttpError::Outage { provider, .. } => {
            (ErrorCode::Outage, format!("{} is not working right now.", provider.title()), AGAIN_LATER)
        }
        HttpError::ShutOut { provider, .. } => (
            ErrorCode::ShutOut,
            format!("{} turns Kuroibara away at present.", provider.title()),
            "It does so at times with programs or whole networks, mostly for some hours, and is asked again by itself. \
             Help says what to do if it lasts.",
        ),
        HttpError::Paused { provider, until, reason } => (
            ErrorCode::Paused,
            format!("{} is not asked before {} UTC: {}.", provider.title(), until.format("%H:%M"), reason.why()),
            "What is left goes out then by itself.",
        ),
        HttpError::Unusable(_) => (
            ErrorCode::NoSecureConnections,
            "This machine can't make secure connections.".into(),
            "Check that its root certificates are installed.",
        ),
        HttpError::Insecure(_) => (
            ErrorCode::InsecureAddress,
            "An address without encryption was refused.".into(),
            "Correct the environment variable and start Kuroibara again.",
        ),
        HttpError::LeaseLost => {
            (ErrorCode::LeaseLost, "Another device went on with the sync.".into(), "Nothing has to be done.")
        }
    };
    AppError::new(code, message).with_hint(hint)
}

fn begin(error: &BeginError) -> AppError {
    let (code, message, hint) = match error {
        BeginError::NoClientId(at) => (
            ErrorCode::NoApiClient,
            format!("{} is not set up yet.", at.title()),
            "Register an API client there and enter its id on the card.",
        ),
        BeginError::ByPassword(at) => (
            ErrorCode::SignInImpossible,
            format!("{} is connected with name and password.", at.title()),
            "Enter them on the card.",
        ),
        BeginError::BadRedirect | BeginError::Insecure(_) => (
            ErrorCode::SignInImpossible,
            "The sign-in page's address can't be used.".into(),
            "Correct the environment variable and start Kuroibara again.",
        ),
    };
    AppError::new(code, message).with_hint(hint)
}

fn returned(error: ReturnError) -> AppError {
    const BEGIN_AGAIN: &str = "Begin again with Connect.";
    let at = |provider: Provider| provider.title();
    let (code, message, hint) = match error {
        ReturnError::Malformed => (
            ErrorCode::NotAReturn,
            "This is not what the sign-in page gives.".into(),
            "Copy the whole address that the browser shows after you allowed access, or the code on its page.",
        ),
        ReturnError::NothingPending => (ErrorCode::NothingPending, "No sign-in is waiting.".into(), BEGIN_AGAIN),
        ReturnError::WrongState => {
            (ErrorCode::WrongState, "This belongs to another or an older sign-in.".into(), BEGIN_AGAIN)
        }
        ReturnError::StateMissing(_) => (
            ErrorCode::ReturnIncomplete,
            "A part of the address is missing.".into(),
            "Copy the whole address, to its end.",
        ),
        ReturnError::Expired(p) => {
            (ErrorCode::SignInExpired, format!("The sign-in at {} took longer than ten minutes.", at(p)), BEGIN_AGAIN)
        }
        ReturnError::Replayed(p) => (
            ErrorCode::SignInUsed,
            format!("This sign-in at {} was finished already.", at(p)),
            "Nothing has to be done.",
        ),
        ReturnError::Denied(p) => (
            ErrorCode::SignInDenied,
            format!("You did not allow access at {}. Nothing was changed.", at(p)),
            BEGIN_AGAIN,
        ),
        ReturnError::Refused(p) => (
            ErrorCode::SignInRefused,
            format!("{} refused the sign-in.", at(p)),
            "Check the client id, and that the address to return to is registered exactly as shown.",
        ),
        ReturnError::WrongKind(p) => (
            ErrorCode::WrongKind,
            format!("{} sent something else than was asked for.", at(p)),
            "Check whether its client has a secret, and begin again.",
        ),
    };
    AppError::new(code, message).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_says_the_next_step_and_names_no_command() {
        let errors: Vec<EngineError> = vec![
            ReturnError::Malformed.into(),
            ReturnError::Denied(Provider::AniList).into(),
            ReturnError::Expired(Provider::MyAnimeList).into(),
            ApiError::SignInAgain(Provider::Kitsu).into(),
            HttpError::Outage { provider: Provider::Kitsu, status: 503 }.into(),
            HttpError::ShutOut { provider: Provider::MyAnimeList, status: 403 }.into(),
            BeginError::NoClientId(Provider::AniList).into(),
            StoreError::Busy.into(),
            VaultError::WrongPassphrase.into(),
            EngineError::SignInRefused { provider: Provider::Kitsu, reason: "no".into() },
            EngineError::Busy,
        ];
        for error in errors {
            let shown = of(&error);
            assert!(shown.hint.as_deref().is_some_and(|hint| hint.ends_with('.')), "{shown:?}");
            assert!(!shown.message.contains('`') && !shown.message.contains("kuroibara-cli"), "{shown:?}");
        }
    }

    #[test]
    fn what_a_refusal_says_about_commands_is_left_out() {
        let shown = of(&EngineError::Refused("no plan waits. `sync` makes one".into()));
        assert_eq!(shown.message, "No plan waits.");
    }
}
