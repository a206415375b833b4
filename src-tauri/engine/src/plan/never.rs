//! What a person said is never to be synced: listed, and taken back.

use kuroibara_core::{ExternalId, Field, Provider, Time};
use serde::Serialize;

use crate::{
    Engine,
    error::EngineError,
    store::{Ignored, Never},
};

/// Something that is never synced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct NeverView {
    /// Where.
    pub provider: Provider,
    /// The work's id there.
    pub external_id: ExternalId,
    /// Its title, where it is known.
    pub title: Option<String>,
    /// Which field; none: the whole title.
    pub field: Option<Field>,
    /// Since when.
    pub at: Time,
}

impl Engine {
    /// What is never synced, the newest first.
    pub async fn nevers(&self) -> Result<Vec<NeverView>, EngineError> {
        Ok(self.db.nevers().await?.into_iter().map(NeverView::from).collect())
    }

    /// Takes a “never” back: the next sync proposes it again. Answers what is still never synced.
    pub async fn allow(
        &self,
        provider: Provider,
        external_id: &ExternalId,
        field: Option<Field>,
    ) -> Result<Vec<NeverView>, EngineError> {
        let what = Ignored { provider, external_id: external_id.clone(), field };
        if !self.db.stop_ignoring(&what).await? {
            let text = format!("{provider}:{external_id} is not kept out of the sync. See `plan nevers`");
            return Err(EngineError::Refused(text));
        }
        self.nevers().await
    }
}

impl From<Never> for NeverView {
    fn from(never: Never) -> Self {
        let Ignored { provider, external_id, field } = never.what;
        Self { provider, external_id, field, title: never.title, at: never.at }
    }
}
