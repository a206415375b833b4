//! `MediaList`, one entry of a list.

use std::sync::Arc;

use async_graphql::{Context, Object, Result, scalar};
use serde::{Deserialize, Serialize};

use crate::anilist::state::Entry;
use crate::anilist::values::{FuzzyDate, ListStatus, ScoreFormat};

use super::Reach;
use super::media::MediaNode;
use super::user::UserNode;

/// `Json`.
#[derive(Serialize, Deserialize)]
pub(super) struct Json(serde_json::Value);
scalar!(Json, "Json");

/// `MediaList`, as the entry was when it was found.
pub(super) struct EntryNode(pub(super) Arc<Entry>);

#[Object(name = "MediaList")]
impl EntryNode {
    async fn id(&self) -> i64 {
        self.0.id
    }

    async fn user_id(&self) -> i64 {
        self.0.user_id
    }

    async fn media_id(&self) -> i64 {
        self.0.media_id
    }

    async fn status(&self) -> Option<ListStatus> {
        Some(self.0.status)
    }

    /// In the owner's format, unless another is asked for (anilist.md section 8).
    async fn score(&self, context: &Context<'_>, format: Option<ScoreFormat>) -> Result<Option<f64>> {
        let own = || -> Result<_> {
            Ok(Reach::of(context)?.state().users.get(&self.0.user_id).map(|user| user.score_format))
        };
        let format = match format {
            Some(format) => Some(format),
            None => own()?,
        };
        Ok(format.map(|format| format.show(self.0.score_raw)))
    }

    async fn progress(&self) -> Option<u32> {
        Some(self.0.progress)
    }

    async fn progress_volumes(&self) -> Option<u32> {
        Some(self.0.progress_volumes)
    }

    async fn repeat(&self) -> Option<u32> {
        Some(self.0.repeat)
    }

    async fn priority(&self) -> Option<u32> {
        Some(self.0.priority)
    }

    async fn private(&self) -> Option<bool> {
        Some(self.0.private)
    }

    async fn notes(&self) -> Option<&str> {
        self.0.notes.as_deref()
    }

    async fn hidden_from_status_lists(&self) -> Option<bool> {
        Some(self.0.hidden_from_status_lists)
    }

    /// A map from each of the owner's custom lists to whether it holds the entry, or an array of the same.
    async fn custom_lists(&self, context: &Context<'_>, as_array: Option<bool>) -> Result<Option<Json>> {
        let state = Reach::of(context)?.state();
        let names = state.users.get(&self.0.user_id).map(|user| user.custom_lists.as_slice()).unwrap_or_default();
        let held = names.iter().map(|name| (name.clone(), self.0.custom_lists.contains(name)));
        Ok(Some(Json(if as_array == Some(true) {
            held.map(|(name, enabled)| serde_json::json!({"name": name, "enabled": enabled})).collect()
        } else {
            serde_json::Value::Object(held.map(|(name, enabled)| (name, enabled.into())).collect())
        })))
    }

    async fn advanced_scores(&self, context: &Context<'_>) -> Result<Option<Json>> {
        let state = Reach::of(context)?.state();
        let names = state.users.get(&self.0.user_id).map(|user| user.advanced_scoring.clone()).unwrap_or_default();
        let scores = self.0.advanced_scores.iter().copied().chain(std::iter::repeat(0.0));
        Ok(Some(Json(serde_json::Value::Object(names.into_iter().zip(scores.map(Into::into)).collect()))))
    }

    async fn started_at(&self) -> Option<FuzzyDate> {
        Some(self.0.started_at)
    }

    async fn completed_at(&self) -> Option<FuzzyDate> {
        Some(self.0.completed_at)
    }

    async fn updated_at(&self) -> Option<i64> {
        Some(self.0.updated_at)
    }

    async fn created_at(&self) -> Option<i64> {
        Some(self.0.created_at)
    }

    async fn media(&self, context: &Context<'_>) -> Result<Option<MediaNode>> {
        Ok(Reach::of(context)?.state().shelf.get(self.0.media_id).cloned().map(MediaNode))
    }

    async fn user(&self, context: &Context<'_>) -> Result<Option<UserNode>> {
        Ok(Reach::of(context)?.state().users.get(&self.0.user_id).cloned().map(UserNode))
    }
}
