//! What only a person can decide, and what a person takes back.

use kuroibara_engine::{
    core::{Time, merge::decide::UnknownAnswer},
    decide::ConflictView,
    undo::{Target, UndoReport},
};
use tauri::State;
use uuid::Uuid;

use crate::{
    error::{AppError, ErrorCode},
    session::Session,
};

/// The open questions, the oldest first.
#[tauri::command]
#[specta::specta]
pub async fn conflicts(session: State<'_, Session>) -> Result<Vec<ConflictView>, AppError> {
    Ok(session.engine().await?.conflicts().await?)
}

/// Answers a question with one of the words that it names; with `alike` every other of its kind too. Says how many were
/// answered. The next sync carries it out.
#[tauri::command]
#[specta::specta]
pub async fn resolve_conflict(
    session: State<'_, Session>,
    id: Uuid,
    answer: String,
    alike: bool,
) -> Result<usize, AppError> {
    let unfit = |unknown: UnknownAnswer| {
        AppError::new(ErrorCode::BadInput, unknown.to_string())
            .with_hint("Choose one of the answers that the question names.")
    };
    let answer = answer.parse().map_err(unfit)?;
    let engine = session.engine().await?;
    Ok(if alike { engine.resolve_alike(id, answer).await? } else { engine.resolve(id, answer).await.map(|()| 1)? })
}

/// Takes back a change, a run or an earlier undo; with `force` also where something newer stands. The next sync carries it to
/// the services.
#[tauri::command]
#[specta::specta]
pub async fn undo(session: State<'_, Session>, id: Uuid, force: bool) -> Result<UndoReport, AppError> {
    Ok(session.engine().await?.undo(Target::Id(id), force).await?)
}

/// Takes back everything since a moment, as [`undo`] does one thing.
#[tauri::command]
#[specta::specta]
pub async fn undo_since(session: State<'_, Session>, since: Time, force: bool) -> Result<UndoReport, AppError> {
    Ok(session.engine().await?.undo(Target::Since(since), force).await?)
}
