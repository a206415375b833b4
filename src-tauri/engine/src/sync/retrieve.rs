//! Validate, refresh, retrieve: what each provider's list says now.

use std::collections::HashSet;

use chrono::TimeDelta;
use kuroibara_core::{MangaId, Provider, Time};

use super::{
    Order,
    report::{Problem, ProviderStatus},
};
use crate::{
    Engine,
    connect::SignIn,
    error::EngineError,
    events::{Event, Phase},
    http::Http,
    providers::{ApiError, Listing, Notice, ProviderClient, Session},
    secret::Secret,
    store::Integration,
};

/// An incremental listing asks from a little before the last one: providers' times are whole seconds, and saves take
/// time to show.
const OVERLAP: TimeDelta = TimeDelta::seconds(60);
/// Clocks can't be compared more finely than this by an answer's `Date`.
const NOT_MEASURABLE: TimeDelta = TimeDelta::seconds(3);
/// Only a full listing shows removals.
const FULL_EVERY: TimeDelta = TimeDelta::hours(24);

/// A provider whose list was read.
pub(super) struct Retrieved {
    pub(super) integration: Integration,
    pub(super) client: Box<dyn ProviderClient>,
    pub(super) token: Secret,
    pub(super) listing: Listing,
    /// Whether the whole list was asked for.
    pub(super) full: bool,
    /// When the listing began, by our clock.
    pub(super) began_at: Time,
    /// Whether the list was kept as it was before this run's first write.
    pub(super) snapshot_taken: bool,
    /// Whose entries were counted as sent: some need a second write, where the service answers one with a change of its own.
    pub(super) counted: HashSet<MangaId>,
}

impl Retrieved {
    /// For the calls that need a signed-in account.
    pub(super) fn session(&self) -> Session<'_> {
        Session {
            token: &self.token,
            account_id: self.integration.account_id.as_deref().unwrap_or_default(),
            volumes: self.integration.policy.volumes,
        }
    }

    /// How far this provider's clock is ahead of ours.
    pub(super) fn clock_ahead(&self) -> TimeDelta {
        settled(self.integration.clock_ahead, self.listing.clock_ahead)
    }
}

/// What is known of a clock, unless what was measured clearly differs. A `Date` has whole seconds and takes time to
/// arrive: taken as it is, it would merge the same lists differently from one moment to the next, and a plan would not be
/// the one that was agreed to.
fn settled(known: TimeDelta, measured: Option<TimeDelta>) -> TimeDelta {
    measured.filter(|measured| (*measured - known).abs() > NOT_MEASURABLE).unwrap_or(known)
}

/// A provider whose list was not read, and why.
pub(super) struct Missed {
    pub(super) status: ProviderStatus,
    pub(super) problem: Option<Problem>,
}

impl Missed {
    fn skipped() -> Self {
        Self { status: ProviderStatus::Skipped, problem: None }
    }

    pub(super) fn by(error: &EngineError) -> Self {
        let status = match error {
            EngineError::Api(ApiError::SignInAgain(_) | ApiError::TokenExpired(_)) => ProviderStatus::SignInAgain,
            _ => ProviderStatus::Failed,
        };
        let problem = Problem { code: error.code().to_owned(), message: error.to_string(), manga_id: None };
        Self { status, problem: Some(problem) }
    }
}

/// Reads one provider's list, or says why not.
pub(super) async fn retrieve(
    engine: &Engine,
    http: &Http,
    integration: Integration,
    order: &Order,
) -> Result<Retrieved, Missed> {
    if !integration.policy.enabled {
        return Err(Missed::skipped());
    }
    if integration.sign_in_again {
        return Err(Missed::by(&ApiError::SignInAgain(integration.provider).into()));
    }
    if !integration.is_connected() {
        return Err(Missed::skipped());
    }
    read(engine, http, integration, order).await.map_err(|error| Missed::by(&error))
}

#[tracing::instrument(skip_all, fields(provider = %integration.provider))]
async fn read(engine: &Engine, http: &Http, integration: Integration, order: &Order) -> Result<Retrieved, EngineError> {
    let client = engine.client_over(http, integration.provider);
    let sign_in = SignIn::of(engine, &integration);
    let mut token = sign_in.token(client.as_ref()).await?;
    let full = order.full || wants_full(&integration, engine.clock.now());
    let mut renewed = false;
    loop {
        let mut retrieved = Retrieved {
            began_at: engine.clock.now(),
            integration: integration.clone(),
            client: engine.client_over(http, integration.provider),
            token: token.clone(),
            listing: Listing::default(),
            full,
            snapshot_taken: false,
            counted: HashSet::new(),
        };
        match listed(&retrieved).await {
            Ok(listing) => {
                retrieved.listing = listing;
                return counted(engine, retrieved, order).await;
            }
            Err(ApiError::TokenExpired(_)) if !renewed => {
                token = sign_in.renew(client.as_ref(), &token).await?;
                renewed = true;
            }
            Err(error) => return Err(sign_in.failed(error).await),
        }
    }
}

async fn listed(retrieved: &Retrieved) -> Result<Listing, ApiError> {
    let (client, session) = (retrieved.client.as_ref(), retrieved.session());
    match retrieved.integration.list_cursor {
        Some(cursor) if !retrieved.full => client.changed_since(&session, cursor - OVERLAP).await,
        Some(_) | None => client.list(&session).await,
    }
}

/// A listing that disagrees with what is known is followed by a full one: only that shows removals.
async fn counted(engine: &Engine, mut retrieved: Retrieved, order: &Order) -> Result<Retrieved, EngineError> {
    if !retrieved.full && is_doubtful(&retrieved.listing, engine.db.count_present(retrieved.integration.id).await?) {
        retrieved.full = true;
        retrieved.began_at = engine.clock.now();
        retrieved.listing = listed(&retrieved).await?;
    }
    // Known from now on, also after a dry run: what is measured anew each time would make each plan another one.
    let ahead = retrieved.clock_ahead();
    if ahead != retrieved.integration.clock_ahead {
        engine.db.note_clock(retrieved.integration.id, ahead).await?;
        retrieved.integration.clock_ahead = ahead;
    }
    let notices = known_notices(&retrieved);
    if notices != retrieved.integration.notices {
        engine.db.note_notices(retrieved.integration.id, &notices).await?;
        if retrieved.integration.notices.contains(&Notice::SfwFilterOn) && !notices.contains(&Notice::SfwFilterOn) {
            // What it hid was refused because of it.
            engine.db.stop_refusing(retrieved.integration.id).await?;
        }
        retrieved.integration.notices = notices;
    }
    let (provider, entries) = (retrieved.integration.provider, retrieved.listing.entries.len());
    tracing::info!(%provider, entries, full = retrieved.full, dry_run = order.dry_run, "listed");
    Ok(retrieved)
}

/// A whole list says all that there is to know of the account; a part of it may be too small to show something that holds.
fn known_notices(retrieved: &Retrieved) -> Vec<Notice> {
    let (seen, before) = (&retrieved.listing.notices, &retrieved.integration.notices);
    let kept = before.iter().filter(|notice| !retrieved.full && !seen.contains(notice));
    kept.chain(seen).copied().collect()
}

/// Whether a listing of what changed does not fit the `known` entries. One that names nothing is no answer either: it begins
/// before the newest entry of the last listing, so that one at least is in it, unless it was removed.
fn is_doubtful(listing: &Listing, known: u32) -> bool {
    let added = listing.entries.len();
    let miscounted = listing.total.is_some_and(|total| total < known || total as usize > known as usize + added);
    miscounted || added == 0 && known > 0
}

fn wants_full(integration: &Integration, now: Time) -> bool {
    let full_is_old = integration.last_full_at.is_none_or(|at| now - at >= FULL_EVERY || at > now);
    integration.list_cursor.is_none() || full_is_old
}

/// Tells that a listing begins.
pub(super) fn tell_listing(engine: &Engine, run_id: kuroibara_core::RunId, provider: Provider) {
    let (phase, done, total, seconds_left) = (Phase::Listing, 0, None, None);
    engine.tell(Event::Progress { run_id, provider, phase, done, total, seconds_left });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_differs_by_no_more_than_can_be_measured_is_as_it_was_known() {
        let ms = TimeDelta::milliseconds;
        for (known, measured, settled_on) in
            [(0, -900, 0), (0, 2_400, 0), (0, 90_000, 90_000), (90_000, 89_100, 90_000)]
        {
            assert_eq!(settled(ms(known), Some(ms(measured))), ms(settled_on));
        }
        assert_eq!(settled(ms(90_000), None), ms(90_000));
    }
}
