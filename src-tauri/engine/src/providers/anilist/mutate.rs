//! Many changes in few requests, each with an outcome of its own.
//!
//! Knows what may be sent again and what must not; knows no entry. What AniList does when one alias of many fails is reported
//! in two ways (anilist.md §5): all come back empty and one is blamed, or only that one is empty. Both are handled by the
//! same rule: what was answered is settled, what was blamed is settled, and the rest is sent again, which sets the same
//! values once more at worst. Nothing is sent again when nobody knows what became of it: that the engine's intents settle
//! after the next reading, or an edit made elsewhere in the meantime would be overwritten.

use std::{
    collections::VecDeque,
    sync::atomic::{AtomicUsize, Ordering},
};

use kuroibara_core::Provider;
use serde_json::Value;

use super::{
    AniList,
    ask::{Answer, refused},
    batch::{MOST_COMPLEX, Root},
};
use crate::{
    http::{HttpError, Repeat},
    providers::ApiError,
    secret::Secret,
};

/// After so many requests in a row without an answer the service is left alone: each could mean half a minute of waiting.
const MOST_LOST: usize = 2;

/// How much one request carries: grows while all goes well, is halved when the service struggles.
#[derive(Debug)]
pub(super) struct Pace {
    size: AtomicUsize,
    most: usize,
}

/// A kind of change and how it is sent.
#[derive(Clone, Copy)]
pub(super) struct Mutation<'a> {
    /// Who changes.
    pub(super) token: &'a Secret,
    /// What is counted.
    pub(super) route: &'static str,
    /// Whether it may be sent again when its answer was lost.
    pub(super) repeat: Repeat,
    /// How much one request carries.
    pub(super) pace: &'a Pace,
}

type Outcome = Result<Value, ApiError>;

/// The changes under way: what is settled, and what is still to be sent.
struct Course<'a> {
    roots: &'a [Root],
    outcomes: Vec<Option<Outcome>>,
    /// Parts of former requests that are sent again, apart from all else.
    again: Vec<Vec<usize>>,
    fresh: VecDeque<usize>,
    /// Requests without an answer since the last one that had one.
    lost: usize,
}

impl AniList {
    /// Makes all changes, one outcome for each in order.
    pub(super) async fn mutate(&self, how: Mutation<'_>, roots: &[Root]) -> Vec<Outcome> {
        let mut course = Course::new(roots);
        while let Some(batch) = course.next(how.pace) {
            let part: Vec<&Root> = batch.iter().filter_map(|i| roots.get(*i)).collect();
            match self.ask(Some(how.token), how.route, how.repeat, &part).await {
                Ok(answer) => course.settle(&batch, answer, how.pace),
                Err(error) => course.fail(&batch, error, how.pace),
            }
        }
        course.outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|| Err(lost("it was never sent")))).collect()
    }
}

impl<'a> Course<'a> {
    fn new(roots: &'a [Root]) -> Self {
        let outcomes = roots.iter().map(|_| None).collect();
        Self { roots, outcomes, again: Vec::new(), fresh: (0..roots.len()).collect(), lost: 0 }
    }

    /// What goes into the next request: what is sent again, else as much of the rest as pace and complexity allow.
    fn next(&mut self, pace: &Pace) -> Option<Vec<usize>> {
        if let Some(batch) = self.again.pop() {
            return Some(batch);
        }
        let (mut batch, mut weight, mut cost) = (Vec::new(), 0, 0);
        while let Some(root) = self.fresh.front().and_then(|i| self.roots.get(*i)) {
            (weight, cost) = (weight + root.weight, cost + root.cost);
            if !batch.is_empty() && (weight > pace.size() || cost > MOST_COMPLEX) {
                break;
            }
            batch.extend(self.fresh.pop_front());
        }
        Some(batch).filter(|batch| !batch.is_empty())
    }

    /// Notes what an answer says of each change, and puts the rest back.
    fn settle(&mut self, batch: &[usize], mut answer: Answer, pace: &Pace) {
        self.lost = 0;
        for (i, slot) in batch.iter().zip(std::mem::take(&mut answer.slots)) {
            self.note(*i, slot.map(Ok));
        }
        if answer.too_complex().is_some() {
            pace.halve();
        } else {
            self.blame(batch, &answer, pace);
        }
        self.put_back(batch, &answer);
    }

    /// Notes which changes the errors are about.
    fn blame(&mut self, batch: &[usize], answer: &Answer, pace: &Pace) {
        if answer.faults.is_empty() {
            pace.grow();
        }
        for fault in &answer.faults {
            let blamed = fault.roots.iter().filter_map(|root| batch.get(*root));
            blamed.for_each(|i| self.note(*i, Some(Err(fault.refusal()))));
        }
    }

    /// The first word on a change is the one that counts: an answered alias stays answered.
    fn note(&mut self, i: usize, outcome: Option<Outcome>) {
        if let Some(open @ None) = self.outcomes.get_mut(i) {
            *open = outcome;
        }
    }

    /// Sends again what is not settled: as it is if the answer settled anything, else in halves, until one alone is to blame.
    fn put_back(&mut self, batch: &[usize], answer: &Answer) {
        let open = |i: &usize| matches!(self.outcomes.get(*i), Some(None));
        let rest: Vec<usize> = batch.iter().copied().filter(open).collect();
        match rest.as_slice() {
            [] => {}
            [alone] if batch.len() == 1 => {
                let reason = answer.faults.first().map_or_else(|| lost("it answered nothing"), |fault| fault.refusal());
                self.note(*alone, Some(Err(reason)));
            }
            all if all.len() == batch.len() => {
                let (left, right) = all.split_at(all.len() / 2);
                self.again.extend([right.to_vec(), left.to_vec()]);
            }
            _ => self.again.push(rest),
        }
    }

    /// No answer to work with: nobody knows what became of these changes. The others still go out, unless the error is about
    /// all of them.
    fn fail(&mut self, batch: &[usize], error: ApiError, pace: &Pace) {
        let Some(error) = one_request_only(&error) else { return self.stop(error) };
        pace.halve();
        self.lost += 1;
        batch.iter().for_each(|i| self.note(*i, Some(Err(error.clone()))));
        if self.lost >= MOST_LOST {
            let reason = "it did not answer the requests before this one".into();
            self.stop(HttpError::Unreachable { provider: Provider::AniList, reason }.into());
        }
    }

    /// Nothing more is sent.
    fn stop(&mut self, error: ApiError) {
        self.again.clear();
        self.fresh.clear();
        self.outcomes.iter_mut().filter(|outcome| outcome.is_none()).for_each(|o| *o = Some(Err(error.clone())));
    }
}

/// The error to note for the changes of one request, if the next request may fare better.
fn one_request_only(error: &ApiError) -> Option<ApiError> {
    match error {
        ApiError::Http(HttpError::AnswerLost { .. } | HttpError::Outage { .. }) => Some(error.clone()),
        // The request was carried out, perhaps: to the engine that is a lost answer.
        ApiError::Unreadable { .. } => Some(lost("its answer can't be read")),
        ApiError::Refused { reason, .. } => Some(refused(reason)),
        ApiError::NotFound(_) => Some(error.clone()),
        ApiError::Http(
            HttpError::Unreachable { .. }
            | HttpError::ShutOut { .. }
            | HttpError::Paused { .. }
            | HttpError::Unusable(_)
            | HttpError::Insecure(_)
            | HttpError::LeaseLost,
        )
        | ApiError::TokenExpired(_)
        | ApiError::SignInAgain(_) => None,
    }
}

/// Nobody knows whether the change arrived.
pub(super) fn lost(reason: &str) -> ApiError {
    HttpError::AnswerLost { provider: Provider::AniList, reason: reason.to_owned(), is_read: false }.into()
}

impl Pace {
    /// Begins with `size` per request and never carries more than `most`.
    pub(super) fn new(size: usize, most: usize) -> Self {
        Self { size: AtomicUsize::new(size), most }
    }

    fn size(&self) -> usize {
        self.size.load(Ordering::Relaxed)
    }

    fn grow(&self) {
        let size = self.size();
        self.size.store((size + size.div_ceil(4)).min(self.most), Ordering::Relaxed);
    }

    fn halve(&self) {
        self.size.store((self.size() / 2).max(1), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serde_json::json;

    use super::{
        super::{
            ask::Fault,
            documents::{Delete, delete},
        },
        *,
    };

    fn roots(count: i64) -> Vec<Root> {
        (0..count).map(|id| Root::new::<Delete>(delete::Variables { id: Some(id) })).collect()
    }

    fn answer(slots: &[bool], faults: Vec<Fault>) -> Answer {
        let slots = slots.iter().map(|filled| filled.then(|| json!({"deleted": true}))).collect();
        Answer { slots, faults, clock_ahead: chrono::Duration::zero(), at: Default::default() }
    }

    fn settled(course: &Course<'_>) -> Vec<Option<bool>> {
        course.outcomes.iter().map(|outcome| outcome.as_ref().map(Result::is_ok)).collect()
    }

    #[test]
    fn a_request_that_costs_too_much_was_not_carried_out_and_goes_again_in_halves() {
        let (roots, pace) = (roots(4), Pace::new(4, 8));
        let mut course = Course::new(&roots);
        let batch = course.next(&pace).unwrap();
        assert_eq!(batch, [0, 1, 2, 3]);
        // Even if it named a line, that line would not be to blame.
        let fault = Fault::for_tests("Max query complexity should be 500 but got 646.", 400, &[2]);
        course.settle(&batch, answer(&[false; 4], vec![fault]), &pace);
        assert_eq!(settled(&course), [None; 4]);
        assert_eq!((course.next(&pace), course.next(&pace)), (Some(vec![0, 1]), Some(vec![2, 3])));
        assert_eq!(pace.size(), 2);
    }

    #[test]
    fn an_error_that_names_nobody_is_tracked_down_by_halves() {
        let (roots, pace) = (roots(4), Pace::new(4, 8));
        let mut course = Course::new(&roots);
        let mut requests = 0;
        while let Some(batch) = course.next(&pace) {
            requests += 1;
            let spoilt = batch.contains(&2);
            let faults = if spoilt { vec![Fault::for_tests("Internal trouble", 400, &[])] } else { vec![] };
            course.settle(&batch, answer(&vec![!spoilt; batch.len()], faults), &pace);
        }
        assert_eq!(settled(&course), [Some(true), Some(true), Some(false), Some(true)]);
        assert_eq!(requests, 5);
    }

    #[test]
    fn what_was_answered_is_not_sent_again_even_if_it_is_blamed() {
        let (roots, pace) = (roots(3), Pace::new(4, 8));
        let mut course = Course::new(&roots);
        let batch = course.next(&pace).unwrap();
        let fault = Fault::for_tests("Not Found.", 404, &[0, 1]);
        course.settle(&batch, answer(&[true, false, false], vec![fault]), &pace);
        assert_eq!(settled(&course), [Some(true), Some(false), None]);
        assert!(matches!(course.outcomes[1], Some(Err(ApiError::NotFound(_)))));
        assert_eq!(course.next(&pace), Some(vec![2]));
    }

    #[test]
    fn a_request_grows_while_all_goes_well_and_never_beyond_its_bounds() {
        let (roots, pace) = (roots(1_000), Pace::new(200, 230));
        let mut course = Course::new(&roots);
        let mut sizes = Vec::new();
        while let Some(batch) = course.next(&pace) {
            sizes.push(batch.len());
            course.settle(&batch, answer(&vec![true; batch.len()], vec![]), &pace);
        }
        assert_eq!(sizes, [200, 230, 230, 230, 110]);
        assert!(settled(&course).iter().all(|outcome| *outcome == Some(true)));
    }

    #[test]
    fn an_empty_answer_without_a_word_ends_as_a_lost_one() {
        let (roots, pace) = (roots(1), Pace::new(4, 8));
        let mut course = Course::new(&roots);
        let batch = course.next(&pace).unwrap();
        course.settle(&batch, answer(&[false], vec![]), &pace);
        assert!(matches!(course.outcomes[0], Some(Err(ApiError::Http(HttpError::AnswerLost { .. })))));
    }
}
