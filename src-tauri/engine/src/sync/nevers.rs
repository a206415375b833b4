//! What the person said is never to be synced: read for each run, and again when a work got another id.

use std::collections::{HashMap, HashSet};

use kuroibara_core::{ExternalId, Provider, identify::WorkId, state::LeftOut};

use crate::store::{Db, Ignored, Moved, StoreError};

/// What is never synced.
#[derive(Default)]
pub(super) struct Nevers {
    works: HashSet<WorkId>,
    fields: HashMap<WorkId, LeftOut>,
}

impl Nevers {
    pub(super) async fn read(db: &Db) -> Result<Self, StoreError> {
        let mut nevers = Self::default();
        for Ignored { provider, external_id, field } in db.ignored().await? {
            let work = (provider, external_id);
            match field {
                None => drop(nevers.works.insert(work)),
                Some(field) => nevers.fields.entry(work).or_default()[field] = true,
            }
        }
        Ok(nevers)
    }

    /// What was said of works that have other ids from now on holds for those.
    pub(super) fn follow(&mut self, moved: &[Moved]) {
        for Moved { provider, from, to, .. } in moved {
            let (from, to) = ((*provider, from.clone()), (*provider, to.clone()));
            if self.works.contains(&from) {
                self.works.insert(to.clone());
            }
            if let Some(fields) = self.fields.get(&from).copied() {
                self.fields.insert(to, fields);
            }
        }
    }

    /// Whether all of a work is left out.
    pub(super) fn is_ignored(&self, provider: Provider, id: &ExternalId) -> bool {
        !self.works.is_empty() && self.works.contains(&(provider, id.clone()))
    }

    /// The fields of a work that are left out.
    pub(super) fn left_out(&self, provider: Provider, id: &ExternalId) -> LeftOut {
        self.fields.get(&(provider, id.clone())).copied().unwrap_or_default()
    }
}
