//! Faults that can be switched on before a service: what goes wrong, for which requests, how often.
//! It decides only; `front` carries the general faults out, and a service asks for those that need its own knowledge.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// HTTP 429 in the service's own form.
    TooMany {
        /// Whether the rate headers come with it (burst limiters are seen without).
        with_headers: bool,
        /// `Retry-After` in seconds.
        retry_after: Option<u64>,
    },
    /// This HTTP status in the service's own error form; nothing is done.
    Status(u16),
    /// The request is carried out, then answered with this status in the service's own error form.
    StatusAfter(u16),
    /// An HTML page instead of JSON, with this status.
    Html(u16),
    /// Never answers; nothing is done.
    Hang,
    /// The request is carried out, the answer never comes.
    HangAfter,
    /// The connection is dropped before anything is done.
    ResetBefore,
    /// The request is carried out, then the connection is dropped without an answer.
    ResetAfter,
    /// The request is carried out; only half of the answer's body arrives before the connection drops.
    Truncated,
    /// The listing is empty by mistake. The service asks for it.
    EmptyList,
    /// The listing's page of this number (from 1) fails with 500. The service asks for it.
    FailPage(u32),
}

impl Fault {
    /// Whether only the service can carry it out, since it needs to know what a listing is.
    fn needs_service(&self) -> bool {
        match self {
            Self::EmptyList | Self::FailPage(_) => true,
            Self::TooMany { .. }
            | Self::Status(_)
            | Self::StatusAfter(_)
            | Self::Html(_)
            | Self::Hang
            | Self::HangAfter
            | Self::ResetBefore
            | Self::ResetAfter
            | Self::Truncated => false,
        }
    }
}

/// A fault together with the requests it strikes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultRule {
    /// What goes wrong.
    pub fault: Fault,
    /// Only this HTTP method.
    #[serde(default)]
    pub method: Option<String>,
    /// Only routes that begin so (see `Recorded::route`).
    #[serde(default)]
    pub route: Option<String>,
    /// Spares so many matching requests first.
    #[serde(default)]
    pub skip: u32,
    /// Strikes so many times; always when absent.
    #[serde(default)]
    pub count: Option<u32>,
}

impl FaultRule {
    /// Strikes the next request.
    pub fn once(fault: Fault) -> Self {
        Self { fault, method: None, route: None, skip: 0, count: Some(1) }
    }

    /// Strikes until cleared.
    pub fn always(fault: Fault) -> Self {
        Self { count: None, ..Self::once(fault) }
    }

    /// Only routes that begin with `prefix`.
    pub fn on(self, prefix: &str) -> Self {
        Self { route: Some(prefix.into()), ..self }
    }

    /// Only this HTTP method.
    pub fn method(self, method: &str) -> Self {
        Self { method: Some(method.into()), ..self }
    }

    /// Spares the first `requests` that match.
    pub fn after(self, requests: u32) -> Self {
        Self { skip: requests, ..self }
    }

    /// Strikes so many times.
    pub fn times(self, count: u32) -> Self {
        Self { count: Some(count), ..self }
    }

    fn matches(&self, method: &str, route: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.route.as_deref().is_none_or(|prefix| route.starts_with(prefix))
    }

    /// Counts a matching request; true when it is struck.
    fn strike(&mut self) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        match &mut self.count {
            None => true,
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }
}

/// The rules in force before one service. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Vec<FaultRule>>>);

impl Faults {
    /// Adds a rule; earlier rules are asked first.
    pub fn push(&self, rule: FaultRule) {
        self.rules().push(rule);
    }

    /// Takes all rules away.
    pub fn clear(&self) {
        self.rules().clear();
    }

    /// The rules still in force.
    pub fn pending(&self) -> Vec<FaultRule> {
        self.rules().clone()
    }

    /// The general fault that strikes this request, if any.
    pub(crate) fn draw(&self, method: &str, route: &str) -> Option<Fault> {
        self.first(|rule| !rule.fault.needs_service() && rule.matches(method, route))
    }

    /// Whether exactly this fault strikes now: a service asks so for `EmptyList` and `FailPage` when it serves a listing.
    pub fn take(&self, fault: &Fault) -> bool {
        self.first(|rule| rule.fault == *fault).is_some()
    }

    fn first(&self, matches: impl Fn(&FaultRule) -> bool) -> Option<Fault> {
        let mut rules = self.rules();
        let struck = rules.iter_mut().find_map(|rule| (matches(rule) && rule.strike()).then(|| rule.fault.clone()));
        rules.retain(|rule| rule.count != Some(0));
        struck
    }

    fn rules(&self) -> MutexGuard<'_, Vec<FaultRule>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn a_fault_strikes_the_nth_matching_request_and_then_is_gone() {
        let faults = Faults::default();
        faults.push(FaultRule::once(Fault::Hang).on("/list").method("GET").after(1));
        assert_eq!(faults.draw("POST", "/list/1"), None);
        assert_eq!(faults.draw("GET", "/list/1"), None);
        assert_eq!(faults.draw("GET", "/other"), None);
        assert_eq!(faults.draw("GET", "/list/2"), Some(Fault::Hang));
        assert_eq!(faults.draw("GET", "/list/3"), None);
        assert_eq!(faults.pending(), []);
    }

    #[test]
    fn a_fault_of_the_listing_waits_for_the_listing() {
        let faults = Faults::default();
        faults.push(FaultRule::once(Fault::FailPage(2)));
        assert_eq!(faults.draw("GET", "/list"), None);
        assert!(!faults.take(&Fault::FailPage(1)));
        assert!(faults.take(&Fault::FailPage(2)));
        assert!(!faults.take(&Fault::FailPage(2)));
    }
}
