//! Removing entries, which AniList knows by their own ids only.

use std::collections::HashMap;

use kuroibara_core::{EntryId, ExternalId};
use serde_json::Value;

use super::{
    AniList,
    batch::Root,
    documents::{Delete, delete},
    mutate::{Mutation, Pace},
};
use crate::{
    http::Repeat,
    providers::{ApiError, Removal, Session},
};

/// How many removals one request begins with; 250 are what complexity allows.
pub(super) fn pace() -> Pace {
    Pace::new(50, 250)
}

impl AniList {
    /// Removes entries, one outcome for each in order. One that is not there any more is removed.
    pub(super) async fn removed(&self, session: &Session<'_>, entries: &[Removal]) -> Vec<Result<(), ApiError>> {
        let found = match self.entry_ids(session, entries).await {
            Ok(found) => found,
            Err(error) => return entries.iter().map(|_| Err(error.clone())).collect(),
        };
        let id = |removal: &Removal| removal.entry_id.as_ref().or_else(|| found.get(&removal.id)).and_then(number);
        let ids: Vec<Option<i64>> = entries.iter().map(id).collect();
        let known = ids.iter().flatten().map(|id| Root::new::<Delete>(delete::Variables { id: Some(*id) }));
        // An entry's id is never given to another entry: removing twice is removing once.
        let how = Mutation { token: session.token, route: "remove", repeat: Repeat::Safe, pace: &self.remove_pace };
        let mut answers = self.mutate(how, &known.collect::<Vec<_>>()).await.into_iter().map(gone);
        ids.iter().map(|id| id.and_then(|_| answers.next()).unwrap_or(Ok(()))).collect()
    }

    /// The entries of the works of which the entry is not known, as far as they are in the list.
    async fn entry_ids(
        &self,
        session: &Session<'_>,
        entries: &[Removal],
    ) -> Result<HashMap<ExternalId, EntryId>, ApiError> {
        let unknown = entries.iter().filter(|removal| removal.entry_id.is_none());
        let ids: Vec<ExternalId> = unknown.map(|removal| removal.id.clone()).collect();
        let looked = self.looked_up(session, &ids).await?;
        Ok(looked.into_iter().filter_map(|(id, listed)| Some((id, listed?.entry.entry_id?))).collect())
    }
}

fn number(id: &EntryId) -> Option<i64> {
    id.as_str().parse().ok()
}

fn gone(answer: Result<Value, ApiError>) -> Result<(), ApiError> {
    match answer {
        Ok(_) | Err(ApiError::NotFound(_)) => Ok(()),
        Err(error) => Err(error),
    }
}
