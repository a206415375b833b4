//! What only a person can decide, and what a person takes back.

use kuroibara_engine::{
    core::{ExternalId, MangaId, Provider, Time, merge::decide::UnknownAnswer},
    decide::{ConflictsView, Reopened},
    decided::DecidedView,
    matches::MatchView,
    snapshots::{SnapshotDetail, SnapshotView},
    undo::{Target, UndoReport},
};
use tauri::State;
use uuid::Uuid;

use super::answer;
use crate::{
    error::{AppError, ErrorCode},
    session::Session,
};

/// Some of the open questions, the oldest first or those behind the one `after`, and how many there are.
#[tauri::command]
#[specta::specta]
pub async fn conflicts(
    session: State<'_, Session>,
    limit: u32,
    after: Option<Uuid>,
) -> Result<ConflictsView, AppError> {
    Ok(session.engine().await?.conflicts(limit, after).await?)
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

/// Takes an answer back, with those that were given alike: the questions are open again. What was carried out already is
/// taken back by [`undo`] with the question's id.
#[tauri::command]
#[specta::specta]
pub async fn reopen_conflict(session: State<'_, Session>, id: Uuid) -> Result<Reopened, AppError> {
    Ok(session.engine().await?.reopen(id).await?)
}

/// The lists as they were before a sync wrote to them, the newest first.
#[tauri::command]
#[specta::specta]
pub async fn snapshots(session: State<'_, Session>) -> Result<Vec<SnapshotView>, AppError> {
    Ok(session.engine().await?.snapshots().await?)
}

/// One of them with some of its titles that hold `search`.
#[tauri::command]
#[specta::specta]
pub async fn snapshot(
    session: State<'_, Session>,
    id: Uuid,
    search: String,
    limit: usize,
    offset: usize,
) -> Result<SnapshotDetail, AppError> {
    Ok(session.engine().await?.snapshot(id, &search, limit, offset).await?)
}

/// Brings back what a kept list said of one title, or of all; with `force` also where something newer stands. The next sync
/// carries it to the services.
#[tauri::command]
#[specta::specta]
pub async fn restore_snapshot(
    session: State<'_, Session>,
    id: Uuid,
    manga_id: Option<MangaId>,
    force: bool,
) -> Result<UndoReport, AppError> {
    Ok(session.engine().await?.restore(id, manga_id, force).await?)
}

/// Takes back a change, a run, an earlier undo or what an answer changed; with `force` also where something newer stands. The next sync carries it to
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

/// Titles that may be the same at two services, the likeliest first.
#[tauri::command]
#[specta::specta]
pub async fn matches(session: State<'_, Session>) -> Result<Vec<MatchView>, AppError> {
    let engine = session.engine().await?;
    Ok(answer::matches(&engine, engine.matches().await?))
}

/// Links the two titles for good. The next sync merges them.
#[tauri::command]
#[specta::specta]
pub async fn accept_match(session: State<'_, Session>, id: Uuid) -> Result<(), AppError> {
    Ok(session.engine().await?.accept_match(id).await?)
}

/// Never links the two titles, nor asks about them again.
#[tauri::command]
#[specta::specta]
pub async fn reject_match(session: State<'_, Session>, id: Uuid) -> Result<(), AppError> {
    Ok(session.engine().await?.reject_match(id).await?)
}

/// Looks for no counterpart of the title at that service any more.
#[tauri::command]
#[specta::specta]
pub async fn ignore_match(session: State<'_, Session>, id: Uuid, reason: String) -> Result<(), AppError> {
    Ok(session.engine().await?.ignore_match(id, &reason).await?)
}

/// What was said of titles that may be the same, the newest first.
#[tauri::command]
#[specta::specta]
pub async fn decided_matches(session: State<'_, Session>) -> Result<Vec<DecidedView>, AppError> {
    Ok(answer::decided(session.engine().await?.decided_matches().await?))
}

/// Takes back that a title is not that work, or without one that it has no counterpart there; says what is left of what was
/// said. The two are compared anew with the next sync.
#[tauri::command]
#[specta::specta]
pub async fn reopen_match(
    session: State<'_, Session>,
    manga_id: MangaId,
    provider: Provider,
    external_id: Option<ExternalId>,
) -> Result<Vec<DecidedView>, AppError> {
    let engine = session.engine().await?;
    engine.reopen_match(manga_id, provider, external_id.as_ref()).await?;
    Ok(answer::decided(engine.decided_matches().await?))
}
