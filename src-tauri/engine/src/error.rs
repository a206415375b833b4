//! What can go wrong, in words that say what was tried and what to do.

use kuroibara_core::{Provider, edit::EditError};

use crate::{
    http::{HttpError, picture::PictureError},
    oauth::{BeginError, ReturnError},
    providers::ApiError,
    store::StoreError,
    vault::VaultError,
};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A provider.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The network.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// A cover.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// A sign-in can't begin.
    #[error(transparent)]
    Begin(#[from] BeginError),
    /// A sign-in did not end as it should.
    #[error(transparent)]
    Return(#[from] ReturnError),
    /// An edit that can't be.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The provider does not accept a sign-in: a wrong password, a code that is too old.
    #[error("{provider} did not accept the sign-in: {reason}", provider = .provider.title())]
    SignInRefused {
        /// Who refused.
        provider: Provider,
        /// The provider's own words, shortened, without secrets.
        reason: String,
    },
    /// Another sync is running.
    #[error("another sync is running; this one waited for it and gave up. Try again when it has ended")]
    Busy,
    /// There is no such manga.
    #[error("no manga of your library is “{0}”. See `library` for the ids, or name it as PROVIDER:ID")]
    UnknownManga(String),
    /// The provider is not connected.
    #[error("{} is not connected. Connect it first", .0.title())]
    NotConnected(Provider),
    /// The provider has no such work.
    #[error("{provider} has no manga with the id {id}", provider = .provider.title())]
    UnknownWork {
        /// Who was asked.
        provider: Provider,
        /// The id.
        id: String,
    },
    /// Two manga hold different ids at one provider, so they can't be the same.
    #[error("these two hold different ids at {}, so they can't be one manga. Unlink one of them there first", .0.title())]
    LinkContradicts(Provider),
    /// What was given can't be.
    #[error("{0}")]
    BadInput(String),
    /// What is to be taken back was changed again since.
    #[error("{}", newer(*.0))]
    NewerEdits(usize),
    /// No plan waits, or not any more.
    #[error("no plan waits. `sync` makes one when there is something to ask")]
    NoPlan,
    /// The plan that was looked at is not the one that waits.
    #[error(
        "the plan was applied or made anew since it was looked at, so nothing was done. Look at it again: see `plan`"
    )]
    PlanReplaced,
    /// A kept list can't be read any more.
    #[error(
        "this snapshot is damaged and can't be read. Nothing was changed; the others are not affected: see `snapshots`"
    )]
    SnapshotDamaged,
    /// A question was answered already, with this answer.
    #[error("this question was answered before: {0}")]
    AnsweredBefore(String),
    /// An answer can't be taken back as if it had not been given.
    #[error(
        "this answer was carried out already, or the title was changed since. `undo` with the question's id takes back what it \
         changed"
    )]
    CarriedOut,
    /// What is to be taken back was taken back already.
    #[error("this was taken back before: everything is as it was")]
    UndoneBefore,
    /// There is nothing to do this to.
    #[error("{0}")]
    Refused(String),
}

fn newer(values: usize) -> String {
    let (what, it, one) = match values {
        1 => ("1 of these values was".to_owned(), "it", "one"),
        values => (format!("{values} of these values were"), "them", "ones"),
    };
    format!(
        "{what} changed again since, and taking this back would lose the newer {one}. `--force` takes {it} back too"
    )
}

impl EngineError {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => store_code(error),
            Self::Vault(error) => vault_code(error),
            Self::Api(error) => error.code(),
            Self::Http(error) => error.code(),
            Self::Picture(_) => "no_cover",
            Self::Begin(BeginError::NoClientId(_)) => "no_api_client",
            Self::Begin(_) => "sign_in_impossible",
            Self::Return(_) => "sign_in_failed",
            Self::Edit(_) | Self::BadInput(_) => "bad_input",
            Self::SignInRefused { .. } => "refused_by_provider",
            Self::Busy => "busy",
            Self::UnknownManga(_) => "unknown_manga",
            Self::NotConnected(_) => "not_connected",
            Self::UnknownWork { .. } => "unknown_work",
            Self::LinkContradicts(_) => "link_contradicts",
            Self::NewerEdits(_) => "newer_edits",
            Self::NoPlan => "no_plan",
            Self::PlanReplaced => "plan_replaced",
            Self::SnapshotDamaged => "snapshot_damaged",
            Self::AnsweredBefore(_) => "answered_before",
            Self::CarriedOut => "carried_out",
            Self::UndoneBefore => "undone_before",
            Self::Refused(_) => "refused",
        }
    }
}

fn store_code(error: &StoreError) -> &'static str {
    match error {
        StoreError::BadAddress(_) => "bad_database_url",
        StoreError::NoAccess { .. } | StoreError::ReadOnly => "database_not_writable",
        StoreError::NotADatabase { .. } => "not_a_database",
        StoreError::Damaged { .. } | StoreError::Unintelligible { .. } => "database_damaged",
        StoreError::Newer { .. } => "database_newer",
        StoreError::Migration { .. } => "migration_failed",
        StoreError::DiskFull => "disk_full",
        StoreError::Busy => "database_busy",
        StoreError::Unreachable { .. } | StoreError::Refused { .. } => "database_unreachable",
        StoreError::LeaseLost => "lease_lost",
        StoreError::Statement(_) => "database_error",
    }
}

fn vault_code(error: &VaultError) -> &'static str {
    match error {
        VaultError::NoKeyring(_) => "no_keyring",
        VaultError::Locked => "keyring_locked",
        VaultError::PassphraseNeeded => "passphrase_needed",
        VaultError::WrongPassphrase => "wrong_passphrase",
        VaultError::KeyGone => "key_gone",
        VaultError::Corrupt(_) => "secret_damaged",
        VaultError::Store(_) => "database_error",
    }
}

impl ApiError {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Http(error) => error.code(),
            Self::TokenExpired(_) | Self::SignInAgain(_) => "sign_in_again",
            Self::Refused { .. } => "refused_by_provider",
            Self::NotFound(_) => "not_found",
            Self::Unreadable { .. } => "unreadable_answer",
        }
    }
}

impl HttpError {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            // Nothing has taken effect, as where nothing was sent.
            Self::AnswerLost { is_read: true, .. } => "unreachable",
            Self::AnswerLost { is_read: false, .. } => "answer_lost",
            Self::Outage { .. } => "outage",
            Self::ShutOut { .. } => "shut_out",
            Self::Paused { .. } => "paused",
            Self::Unusable(_) => "no_secure_connections",
            Self::Insecure(_) => "insecure_address",
            Self::LeaseLost => "lease_lost",
        }
    }
}
