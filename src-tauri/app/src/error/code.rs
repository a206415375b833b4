//! What can go wrong in the window, as words that its texts hang on. The window must have a Japanese text for each: its type
//! check says which one lacks.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A stable word for what went wrong. Where the engine has a word for the same, it is that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the sentences that belong to them stand beside each use")]
pub enum ErrorCode {
    // The environment and this machine.
    BadEnvironment,
    Closing,
    InsecureAddress,
    LinkRefused,
    NoDataFolder,
    NoSamples,
    NoSecureConnections,
    NotOpened,
    SettingsNotKept,
    Window,
    // The library's database.
    BadDatabaseUrl,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseError,
    DatabaseNewer,
    DatabaseNotWritable,
    DatabaseUnreachable,
    DiskFull,
    LeaseLost,
    MigrationFailed,
    NotADatabase,
    // What seals the sign-ins.
    KeyGone,
    KeyringLocked,
    NoKeyring,
    PassphraseNeeded,
    SecretDamaged,
    WrongPassphrase,
    // Signing in.
    NoApiClient,
    NotAReturn,
    NotConnected,
    NothingPending,
    PortTaken,
    ReturnIncomplete,
    SignInAgain,
    SignInDenied,
    SignInExpired,
    SignInImpossible,
    SignInRefused,
    SignInUsed,
    WrongKind,
    WrongPassword,
    WrongState,
    // A service.
    AnswerLost,
    NotFound,
    Outage,
    Paused,
    RefusedByProvider,
    ShutOut,
    UnknownWork,
    UnreadableAnswer,
    Unreachable,
    // What was asked for.
    AnsweredBefore,
    BadInput,
    Busy,
    CarriedOut,
    LinkContradicts,
    NewerEdits,
    NoCover,
    NoPlan,
    PlanReplaced,
    Refused,
    SnapshotDamaged,
    UndoneBefore,
    UnknownManga,
}
