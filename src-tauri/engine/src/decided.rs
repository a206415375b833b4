//! What a person said of links, shown to them, and taken back: then the question comes again with the next matching, unless
//! the two are certainly the same.
//!
//! How likely a link is is decided elsewhere; a link itself is taken back by [`Engine::unlink`](crate::Engine::unlink).

use kuroibara_core::{ExternalId, MangaId, Provider, Time};
use serde::Serialize;

use crate::{
    Engine,
    error::EngineError,
    matches::Shown,
    seek,
    store::{Decided, Said},
};

/// What a person said of a title at a service.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct DecidedView {
    /// The manga of the library.
    pub manga_id: MangaId,
    /// It, as it is shown.
    pub manga: Shown,
    /// At which service.
    pub provider: Provider,
    /// What was said.
    pub said: SaidView,
    /// When.
    pub at: Time,
}

/// What a person can say of a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum SaidView {
    /// It is this work.
    Linked {
        /// Its id there.
        external_id: ExternalId,
        /// Its title; none: nobody knows it any more.
        title: Option<String>,
    },
    /// It is not this work.
    Rejected {
        /// Its id there.
        external_id: ExternalId,
        /// Its title; none: nobody knows it any more.
        title: Option<String>,
    },
    /// It has no counterpart there.
    Ignored {
        /// Why, in the person's words; may be empty.
        reason: String,
    },
}

impl Engine {
    /// What a person said of links and did not take back, the newest first.
    pub async fn decided_matches(&self) -> Result<Vec<DecidedView>, EngineError> {
        let decided = self.db.decided().await?;
        let manga: Vec<MangaId> = decided.iter().map(|one| one.manga).collect();
        let details = self.db.details_of(&manga).await?;
        let view = |Decided { manga, provider, said, at }| {
            let shown = details.get(&manga)?.into();
            Some(DecidedView { manga_id: manga, manga: shown, provider, said: said.into(), at })
        };
        Ok(decided.into_iter().filter_map(view).collect())
    }

    /// Takes back that a manga is not that work, or without one that it has no counterpart at `provider`. With the next matching
    /// the two are compared as if they were new; until then nothing follows.
    pub async fn reopen_match(
        &self,
        manga: MangaId,
        provider: Provider,
        id: Option<&ExternalId>,
    ) -> Result<(), EngineError> {
        if self.db.ask_again(manga, provider, id, &seek::key(provider, manga)).await? {
            return Ok(());
        }
        let what = id.map_or_else(|| provider.title().to_owned(), |id| crate::link::name(provider, id));
        Err(EngineError::Refused(format!(
            "nothing was said of this manga and {what} that could be taken back. See `matches decided` for what was said"
        )))
    }
}

impl From<Said> for SaidView {
    fn from(said: Said) -> Self {
        match said {
            Said::Linked(external_id, title) => Self::Linked { external_id, title },
            Said::Rejected(external_id, title) => Self::Rejected { external_id, title },
            Said::Nowhere(reason) => Self::Ignored { reason },
        }
    }
}
