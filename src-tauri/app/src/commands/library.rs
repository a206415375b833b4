//! The library: seen, searched, edited, added to, linked.

use kuroibara_engine::{
    core::{ExternalId, MangaId, Provider},
    detail::EntryDetail,
    edit::EntryChange,
    library::{EntryView, LibraryView},
    search::Hit,
    store::LibraryQuery,
};
use tauri::State;

use super::answer;
use crate::{error::AppError, session::Session};

/// The most works that a search at a service brings.
const HITS: usize = 20;

/// One page of the library.
#[tauri::command]
#[specta::specta]
pub async fn library(session: State<'_, Session>, query: LibraryQuery) -> Result<LibraryView, AppError> {
    Ok(answer::page(session.engine().await?.library(&query).await?))
}

/// One title with every service's side, and what will be sent.
#[tauri::command]
#[specta::specta]
pub async fn entry_detail(session: State<'_, Session>, manga_id: MangaId) -> Result<EntryDetail, AppError> {
    Ok(answer::detail(session.engine().await?.entry_detail(manga_id).await?))
}

/// Changes an entry.
#[tauri::command]
#[specta::specta]
pub async fn edit_entry(
    session: State<'_, Session>,
    manga_id: MangaId,
    change: EntryChange,
) -> Result<EntryView, AppError> {
    Ok(answer::entry(session.engine().await?.edit(manga_id, &change.try_into()?).await?))
}

/// Changes several entries alike, all or none.
#[tauri::command]
#[specta::specta]
pub async fn edit_entries(
    session: State<'_, Session>,
    manga_ids: Vec<MangaId>,
    change: EntryChange,
) -> Result<Vec<EntryView>, AppError> {
    Ok(answer::entries(session.engine().await?.edit_many(&manga_ids, &change.try_into()?).await?))
}

/// Adds a work of a service to the library.
#[tauri::command]
#[specta::specta]
pub async fn add_entry(
    session: State<'_, Session>,
    provider: Provider,
    external_id: ExternalId,
) -> Result<EntryView, AppError> {
    Ok(answer::entry(session.engine().await?.add(provider, &external_id).await?))
}

/// Removes an entry from the library.
#[tauri::command]
#[specta::specta]
pub async fn remove_entry(session: State<'_, Session>, manga_id: MangaId) -> Result<(), AppError> {
    Ok(session.engine().await?.remove(manga_id).await?)
}

/// Works of a service whose titles match.
#[tauri::command]
#[specta::specta]
pub async fn search_provider(
    session: State<'_, Session>,
    provider: Provider,
    query: String,
) -> Result<Vec<Hit>, AppError> {
    let engine = session.engine().await?;
    Ok(answer::hits(&engine, engine.search(provider, &query, HITS).await?))
}

/// Says that a title is that work of a service.
#[tauri::command]
#[specta::specta]
pub async fn link(
    session: State<'_, Session>,
    manga_id: MangaId,
    provider: Provider,
    external_id: ExternalId,
) -> Result<EntryView, AppError> {
    Ok(answer::entry(session.engine().await?.link(manga_id, provider, &external_id).await?))
}

/// Says that a title is not what it is linked to at a service.
#[tauri::command]
#[specta::specta]
pub async fn unlink(session: State<'_, Session>, manga_id: MangaId, provider: Provider) -> Result<EntryView, AppError> {
    Ok(answer::entry(session.engine().await?.unlink(manga_id, provider).await?))
}
