//! `MediaListSort`: the orders in which entries can be asked for.

use std::cmp::Ordering;
use std::sync::Arc;

use async_graphql::Enum;

use crate::anilist::state::Entry;

/// `MediaListSort`, but for the orders by title.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaListSort {
    MediaId,
    MediaIdDesc,
    Score,
    ScoreDesc,
    Status,
    StatusDesc,
    Progress,
    ProgressDesc,
    ProgressVolumes,
    ProgressVolumesDesc,
    Repeat,
    RepeatDesc,
    Priority,
    PriorityDesc,
    StartedOn,
    StartedOnDesc,
    FinishedOn,
    FinishedOnDesc,
    AddedTime,
    AddedTimeDesc,
    UpdatedTime,
    UpdatedTimeDesc,
}

/// Sorts by the first, then the second, and so on; by media id where all are equal.
pub(super) fn arrange(entries: &mut [Arc<Entry>], sorts: &[MediaListSort]) {
    entries.sort_by(|a, b| {
        let first = sorts.iter().map(|sort| sort.compare(a, b)).find(|order| order.is_ne());
        first.unwrap_or_else(|| a.media_id.cmp(&b.media_id))
    });
}

impl MediaListSort {
    fn compare(self, a: &Entry, b: &Entry) -> Ordering {
        match self {
            Self::MediaId => a.media_id.cmp(&b.media_id),
            Self::MediaIdDesc => b.media_id.cmp(&a.media_id),
            Self::Score => a.score_raw.cmp(&b.score_raw),
            Self::ScoreDesc => b.score_raw.cmp(&a.score_raw),
            Self::Status => a.status.cmp(&b.status),
            Self::StatusDesc => b.status.cmp(&a.status),
            Self::Progress => a.progress.cmp(&b.progress),
            Self::ProgressDesc => b.progress.cmp(&a.progress),
            Self::ProgressVolumes => a.progress_volumes.cmp(&b.progress_volumes),
            Self::ProgressVolumesDesc => b.progress_volumes.cmp(&a.progress_volumes),
            Self::Repeat => a.repeat.cmp(&b.repeat),
            Self::RepeatDesc => b.repeat.cmp(&a.repeat),
            Self::Priority => a.priority.cmp(&b.priority),
            Self::PriorityDesc => b.priority.cmp(&a.priority),
            Self::StartedOn => a.started_at.cmp(&b.started_at),
            Self::StartedOnDesc => b.started_at.cmp(&a.started_at),
            Self::FinishedOn => a.completed_at.cmp(&b.completed_at),
            Self::FinishedOnDesc => b.completed_at.cmp(&a.completed_at),
            Self::AddedTime => a.created_at.cmp(&b.created_at),
            Self::AddedTimeDesc => b.created_at.cmp(&a.created_at),
            Self::UpdatedTime => a.updated_at.cmp(&b.updated_at),
            Self::UpdatedTimeDesc => b.updated_at.cmp(&a.updated_at),
        }
    }
}
