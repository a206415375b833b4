//! How the process ends: the exit statuses of the contract, and what leads to which. Pure.

use std::collections::BTreeMap;

use kuroibara_core::Provider;
use kuroibara_engine::{
    EngineError,
    doctor::Check,
    oauth::{BeginError, ReturnError},
    providers::ApiError,
    seek::Sought,
    store::StoreError,
    sync::report::{ProviderStatus, Report},
};

/// The exit statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All that was asked for is done.
    Done = 0,
    /// It could not be done.
    Failed = 1,
    /// Wrong usage or bad input: asking again the same way can't help.
    BadInput = 2,
    /// Every provider that was asked for wants a new sign-in.
    SignInAgain = 3,
    /// A plan waits for a person.
    NeedsApproval = 4,
    /// Some providers failed or want a new sign-in, or some entries were refused; others are done.
    Partly = 5,
}

/// How a search for counterparts ended.
pub(crate) fn of_search(searched: &BTreeMap<Provider, Sought>) -> Exit {
    let failed = searched.values().filter(|one| !one.errors.is_empty()).count();
    match failed {
        0 => Exit::Done,
        all if all == searched.len() => Exit::Failed,
        _ => Exit::Partly,
    }
}

/// How a sync ended. A dry run was asked for a plan only, so that its plan would wait is no news.
pub(crate) fn of_report(report: &Report, dry_run: bool) -> Exit {
    let took_part: Vec<ProviderStatus> = report
        .providers
        .values()
        .map(|one| one.status)
        .filter(|status| *status != ProviderStatus::Skipped)
        .map(|status| if dry_run && status == ProviderStatus::NeedsApproval { ProviderStatus::Success } else { status })
        .collect();
    let all = |wanted: &[ProviderStatus]| !took_part.is_empty() && took_part.iter().all(|one| wanted.contains(one));
    let any = |wanted: ProviderStatus| took_part.contains(&wanted);
    match () {
        () if took_part.is_empty() => of_nobody(report),
        () if all(&[ProviderStatus::Success]) => Exit::Done,
        () if all(&[ProviderStatus::SignInAgain]) => Exit::SignInAgain,
        () if all(&[ProviderStatus::Failed, ProviderStatus::SignInAgain]) => Exit::Failed,
        () if any(ProviderStatus::NeedsApproval) => Exit::NeedsApproval,
        () => Exit::Partly,
    }
}

/// Nobody took part: fine where the reader switched them off, a failure where nothing is connected.
fn of_nobody(report: &Report) -> Exit {
    let has_errors = report.providers.values().any(|one| !one.errors.is_empty());
    if report.providers.is_empty() || has_errors { Exit::Failed } else { Exit::Done }
}

/// How a check-up ended.
pub(crate) fn of_checks(checks: &[Check]) -> Exit {
    if checks.iter().all(|check| check.ok) { Exit::Done } else { Exit::Failed }
}

/// How a command ended that could not be carried out.
pub(crate) fn of_error(error: &EngineError) -> Exit {
    match error {
        EngineError::Api(ApiError::SignInAgain(_) | ApiError::TokenExpired(_)) => Exit::SignInAgain,
        EngineError::Api(
            ApiError::Http(_) | ApiError::Refused { .. } | ApiError::NotFound(_) | ApiError::Unreadable { .. },
        ) => Exit::Failed,
        EngineError::Store(StoreError::BadAddress(_)) => Exit::BadInput,
        EngineError::Edit(_)
        | EngineError::BadInput(_)
        | EngineError::UnknownManga(_)
        | EngineError::UnknownWork { .. }
        | EngineError::NewerEdits(_)
        | EngineError::NoPlan
        | EngineError::PlanReplaced
        | EngineError::AnsweredBefore(_)
        | EngineError::CarriedOut
        | EngineError::UndoneBefore
        | EngineError::Refused(_) => Exit::BadInput,
        EngineError::Begin(error) => of_begin(error),
        EngineError::Return(error) => of_return(error),
        EngineError::Store(_)
        | EngineError::Vault(_)
        | EngineError::Http(_)
        | EngineError::Picture(_)
        | EngineError::SignInRefused { .. }
        | EngineError::Busy
        | EngineError::SnapshotDamaged
        | EngineError::NotConnected(_)
        | EngineError::LinkContradicts(_) => Exit::Failed,
    }
}

fn of_begin(error: &BeginError) -> Exit {
    match error {
        BeginError::ByPassword(_) | BeginError::BadRedirect | BeginError::Insecure(_) => Exit::BadInput,
        BeginError::NoClientId(_) => Exit::Failed,
    }
}

/// An address that can't be accepted is bad input; one that brings a refusal is a sign-in that failed.
fn of_return(error: &ReturnError) -> Exit {
    match error {
        ReturnError::Malformed
        | ReturnError::NothingPending
        | ReturnError::WrongState
        | ReturnError::StateMissing(_)
        | ReturnError::Expired(_)
        | ReturnError::Replayed(_)
        | ReturnError::WrongKind(_) => Exit::BadInput,
        ReturnError::Denied(_) | ReturnError::Refused(_) => Exit::Failed,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeMap;

    use kuroibara_core::{Provider, RunId};
    use kuroibara_engine::sync::report::{Problem, ProviderReport, Strategy};

    use super::*;
    use ProviderStatus::*;

    fn report(statuses: &[ProviderStatus]) -> Report {
        let providers: BTreeMap<_, _> = Provider::ALL
            .into_iter()
            .zip(statuses)
            .map(|(provider, status)| (provider, ProviderReport { status: *status, ..ProviderReport::default() }))
            .collect();
        Report {
            run_id: RunId(uuid::Uuid::nil()),
            strategy: Strategy::Full,
            applied: true,
            questions: 0,
            providers,
            plan: Vec::new(),
        }
    }

    #[test]
    fn a_report_leads_to_the_exit_status_of_the_contract() {
        for (statuses, exit) in [
            (&[Success, Success, Success][..], Exit::Done),
            (&[Success, Skipped, Success], Exit::Done),
            (&[SignInAgain], Exit::SignInAgain),
            (&[SignInAgain, Skipped, SignInAgain], Exit::SignInAgain),
            (&[SignInAgain, Success], Exit::Partly),
            (&[Failed], Exit::Failed),
            (&[Failed, Failed, Failed], Exit::Failed),
            (&[Failed, SignInAgain], Exit::Failed),
            (&[Failed, Success, Success], Exit::Partly),
            (&[Partial], Exit::Partly),
            (&[Success, Partial], Exit::Partly),
            (&[NeedsApproval, NeedsApproval, NeedsApproval], Exit::NeedsApproval),
            (&[NeedsApproval, Success], Exit::NeedsApproval),
            (&[NeedsApproval, Failed, SignInAgain], Exit::NeedsApproval),
            (&[], Exit::Failed),
            (&[Skipped, Skipped], Exit::Done),
        ] {
            assert_eq!(of_report(&report(statuses), false), exit, "{statuses:?}");
        }
    }

    #[test]
    fn a_dry_run_that_made_its_plan_is_done_and_one_that_could_not_is_not() {
        assert_eq!(of_report(&report(&[NeedsApproval, Success]), true), Exit::Done);
        assert_eq!(of_report(&report(&[NeedsApproval, Failed]), true), Exit::Partly);
        assert_eq!(of_report(&report(&[SignInAgain]), true), Exit::SignInAgain);
    }

    #[test]
    fn asking_only_for_what_is_not_connected_fails() {
        let mut report = report(&[Skipped]);
        let problem = Problem { code: "not_connected".into(), message: "connect it first".into(), manga_id: None };
        report.providers.get_mut(&Provider::AniList).unwrap().errors.push(problem);
        assert_eq!(of_report(&report, false), Exit::Failed);
    }
}
