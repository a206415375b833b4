//! What only a person can put right, by cause, so that whoever tells of it can tell each cause once.

use std::collections::BTreeSet;

use kuroibara_core::{MangaId, Provider, RunId};
use uuid::Uuid;

use crate::{Engine, error::EngineError, settings::ConnectionState};

/// How many refused items are told apart.
const MOST: u32 = 200;

/// Something that waits for a person. Equal causes are the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A sign-in ended.
    SignIn(Provider),
    /// A sign-in ends soon, and only the person can renew it.
    SignInEnds(Provider),
    /// A plan waits: it is the first, or the guard stopped it.
    Plan(RunId),
    /// A question about a manga is open.
    Conflict(Uuid),
    /// A title may be a work of this provider, and only the person can tell.
    Match(MangaId, Provider),
    /// A provider refused an entry for good.
    Refused(Provider, MangaId),
}

impl Engine {
    /// Everything that waits for a person now.
    pub async fn attention(&self) -> Result<Vec<Cause>, EngineError> {
        let integrations = self.db.integrations().await?;
        let of_sign_in = |(provider, integration)| match self.view(integration).state {
            ConnectionState::SignInAgain => Some(Cause::SignIn(provider)),
            ConnectionState::Connected | ConnectionState::Paused if self.ends_soon(integration) => {
                Some(Cause::SignInEnds(provider))
            }
            ConnectionState::Connected | ConnectionState::Paused | ConnectionState::Disconnected => None,
        };
        let mut causes: Vec<_> = integrations.iter().filter_map(of_sign_in).collect();
        causes.extend(self.db.waiting_plan().await?.map(|run| Cause::Plan(run.id)));
        causes.extend(self.db.open_conflict_ids().await?.into_iter().map(Cause::Conflict));
        // A title with several candidates is one thing to look at.
        let matches = self.db.match_candidates().await?;
        causes.extend(matches.iter().map(|one| Cause::Match(one.manga, one.provider)).collect::<BTreeSet<_>>());
        let refused = self.db.waiting(MOST).await?.into_iter().filter(|one| one.refused);
        causes.extend(refused.map(|one| Cause::Refused(one.provider, one.manga)));
        Ok(causes)
    }
}
