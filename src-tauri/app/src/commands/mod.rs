//! What the window may ask: each command reads its arguments, makes one engine call and converts the answer. The lists below
//! are the whole contract, from which `ui/src/bindings.ts` is generated. No secret is ever in an answer.

pub mod accounts;
pub mod activity;
pub mod answer;
pub mod library;
pub mod machine;
pub mod questions;
pub mod sync;

use tauri_specta::{Builder, ErrorHandlingMode, collect_commands, collect_events};

use crate::{
    auto,
    events::{CloseAsked, EngineEvent, LibraryChanged, Navigate, SettingsChanged, SignInEnded, SyncStateChanged},
    links, samples, sign_in, window,
};

/// The commands that need the library and no window, and those that `$more` names. Tests answer the first without one.
macro_rules! all_commands {
    ($($more:tt)*) => {
        collect_commands![
            accounts::get_settings,
            accounts::set_up_client,
            accounts::update_integration,
            accounts::set_keep_in_step,
            accounts::set_guard,
            accounts::connect_kitsu,
            accounts::disconnect,
            sync::trigger_sync,
            sync::preview_sync,
            sync::waiting_plan,
            sync::plan_decide,
            sync::plan_take_back,
            sync::plan_apply,
            sync::nevers,
            sync::allow,
            library::library,
            library::entry_detail,
            library::edit_entry,
            library::edit_entries,
            library::add_entry,
            library::remove_entry,
            library::search_provider,
            library::link,
            library::unlink,
            activity::history,
            activity::history_of,
            activity::usage,
            activity::budgets,
            activity::health,
            activity::waiting,
            activity::retry,
            activity::statistics,
            questions::conflicts,
            questions::resolve_conflict,
            questions::reopen_conflict,
            questions::undo,
            questions::undo_since,
            questions::snapshots,
            questions::snapshot,
            questions::restore_snapshot,
            questions::matches,
            questions::accept_match,
            questions::reject_match,
            questions::ignore_match,
            questions::decided_matches,
            questions::reopen_match,
            machine::about,
            machine::doctor,
            machine::protection,
            machine::unlock,
            machine::app_settings,
            machine::update_app_settings,
            $($more)*
        ]
    };
}

/// Every command and every event, with their types.
pub fn bindings() -> Builder<tauri::Wry> {
    Builder::new()
        .commands(all_commands![
            auto::commands::pause,
            auto::commands::resume,
            auto::commands::sync_state,
            links::open_link,
            links::show_in_folder,
            samples::sample_accounts,
            samples::sample_accounts_remove,
            samples::sample_accounts_start,
            sign_in::commands::connect,
            sign_in::commands::finish_login,
            sign_in::commands::sign_in_addresses,
            window::close_window
        ])
        .events(collect_events![
            CloseAsked,
            EngineEvent,
            LibraryChanged,
            Navigate,
            SettingsChanged,
            SignInEnded,
            SyncStateChanged
        ])
        // The window's `api.ts` catches what is thrown, which is always an `AppError`.
        .error_handling(ErrorHandlingMode::Throw)
        // What crosses is written the same in both directions.
        .disable_serde_phases()
        // Counts and sizes: none comes near 2^53.
        .dangerously_cast_bigints_to_number()
}

#[cfg(test)]
mod tests;
