//! Syncing on request, and the plan that waits for a person.

use kuroibara_engine::{
    core::{ExternalId, Field, Provider, RunId},
    plan::{NeverView, PlanDecision, WaitingPlan},
    sync::Order,
};
use tauri::State;

use super::answer::ReportView;
use crate::{error::AppError, session::Session};

/// Syncs now: one service, or all that are connected; with `full` their whole lists.
#[tauri::command]
#[specta::specta]
pub async fn trigger_sync(
    session: State<'_, Session>,
    provider: Option<Provider>,
    full: bool,
) -> Result<ReportView, AppError> {
    let order = Order { providers: provider.into_iter().collect(), full, ..Order::default() };
    Ok(session.engine().await?.sync(&order).await?.into())
}

/// What a sync would do now. Nothing is written.
#[tauri::command]
#[specta::specta]
pub async fn preview_sync(
    session: State<'_, Session>,
    provider: Option<Provider>,
    full: bool,
) -> Result<ReportView, AppError> {
    let order = Order { providers: provider.into_iter().collect(), full, dry_run: true, ..Order::default() };
    Ok(session.engine().await?.sync(&order).await?.into())
}

/// The plan that waits for a person; none if nothing does.
#[tauri::command]
#[specta::specta]
pub async fn waiting_plan(session: State<'_, Session>) -> Result<Option<WaitingPlan>, AppError> {
    Ok(session.engine().await?.waiting_plan().await?)
}

/// Decides on a row, a group of fields or one field of the plan that was looked at.
#[tauri::command]
#[specta::specta]
pub async fn plan_decide(
    session: State<'_, Session>,
    run_id: RunId,
    decision: PlanDecision,
) -> Result<WaitingPlan, AppError> {
    Ok(session.engine().await?.plan_decide(Some(run_id), &decision).await?)
}

/// Takes back what was said last of the plan that was looked at.
#[tauri::command]
#[specta::specta]
pub async fn plan_take_back(session: State<'_, Session>, run_id: RunId) -> Result<WaitingPlan, AppError> {
    Ok(session.engine().await?.plan_take_back(Some(run_id)).await?)
}

/// Carries the plan out: these rows, or without any all that were not left out. With the run that made it, only if it is
/// still that one.
#[tauri::command]
#[specta::specta]
pub async fn plan_apply(
    session: State<'_, Session>,
    rows: Vec<usize>,
    run_id: Option<RunId>,
) -> Result<ReportView, AppError> {
    Ok(session.engine().await?.plan_apply(run_id, &rows).await?.into())
}

/// What is never synced.
#[tauri::command]
#[specta::specta]
pub async fn nevers(session: State<'_, Session>) -> Result<Vec<NeverView>, AppError> {
    Ok(session.engine().await?.nevers().await?)
}

/// Takes a “never” back: a title's, or one field's.
#[tauri::command]
#[specta::specta]
pub async fn allow(
    session: State<'_, Session>,
    provider: Provider,
    external_id: ExternalId,
    field: Option<Field>,
) -> Result<Vec<NeverView>, AppError> {
    Ok(session.engine().await?.allow(provider, &external_id, field).await?)
}
