//! What to sync next, decided from what was seen: no clock, no database, no network.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use kuroibara_core::{Provider, Time};

use crate::{
    error::EngineError,
    sync::{
        Order, Trigger,
        report::{ProviderStatus, Report},
    },
};

/// When to sync by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// An edit goes out when nothing was edited for so long: several quick edits are one write.
    pub quiet: TimeDelta,
    /// Lists are read this often.
    pub every: TimeDelta,
    /// Lists are read whole this often.
    pub full_every: TimeDelta,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { quiet: TimeDelta::seconds(3), every: TimeDelta::minutes(30), full_every: TimeDelta::days(1) }
    }
}

/// What whoever runs a watch wants of it, and may change meanwhile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// When to sync.
    pub schedule: Schedule,
    /// Nothing is done by itself until then; none: it is not paused.
    pub paused_until: Option<Time>,
}

/// What a decision depends on, as it was at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Counts the library's changes.
    pub(super) generation: i64,
    /// The providers that sync by themselves and can.
    pub(super) providers: Vec<Provider>,
    /// When the one of their lists that was not read whole for longest was; none: never.
    pub(super) read_whole_at: Option<Time>,
    /// When the next thing is due to be sent to each of them that can be asked.
    pub(super) due_at: BTreeMap<Provider, Time>,
}

/// The first pause before a provider that could not be reached is tried again; it doubles.
const FIRST_RETRY: TimeDelta = TimeDelta::seconds(15);
/// How long to leave a database alone that failed.
const REST: TimeDelta = TimeDelta::seconds(15);

/// What a watch remembers.
#[derive(Debug)]
pub(super) struct Memory {
    seen: Seen,
    seen_at: Time,
    /// When the library was last seen to change.
    changed_at: Time,
    /// When all lists were last asked for; none: not since the start, or since the machine woke up.
    listed_at: Option<Time>,
    /// When lists were last asked for whole.
    full_at: Option<Time>,
    /// Who could not be reached, and what comes of it.
    lost: Option<Lost>,
    /// No looking before then, since the database failed.
    rests_until: Option<Time>,
}

/// Providers out of reach.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lost {
    providers: Vec<Provider>,
    retry_at: Time,
    pause: TimeDelta,
}

impl Lost {
    fn nobody(now: Time) -> Self {
        Self { providers: Vec::new(), retry_at: now, pause: FIRST_RETRY }
    }
}

impl Memory {
    pub(super) fn new(seen: Seen, now: Time) -> Self {
        Self { seen, seen_at: now, changed_at: now, listed_at: None, full_at: None, lost: None, rests_until: None }
    }

    /// What to do now, if anything.
    pub(super) fn next(&mut self, wishes: &Wishes, now: Time) -> Option<Order> {
        if self.seen.providers.is_empty() || wishes.paused_until.is_some_and(|until| now < until) {
            return None;
        }
        let schedule = &wishes.schedule;
        let first = self.listed_at.is_none();
        if self.listed_at.is_none_or(|at| has_passed(schedule.every, at, now)) {
            self.listed_at = Some(now);
            let trigger = if first { Trigger::Return } else { Trigger::Schedule };
            let full = self.whole_is_due(schedule, now);
            return Some(Order { full, ..order(&self.seen.providers, trigger) });
        }
        if let Some(back) = self.retried(now) {
            return Some(back);
        }
        let quiet = has_passed(schedule.quiet, self.changed_at, now);
        let reachable = self.reachable();
        let waits = reachable.iter().any(|one| self.seen.due_at.get(one).is_some_and(|at| *at <= now));
        (quiet && waits).then(|| order(&reachable, Trigger::Edit))
    }

    /// Whether the lists should be read whole this time. Asked for once each time it is due, so that a plan that waits for
    /// a person does not have them read whole again and again.
    fn whole_is_due(&mut self, schedule: &Schedule, now: Time) -> bool {
        let last = self.seen.read_whole_at.max(self.full_at);
        let due = last.is_some_and(|at| has_passed(schedule.full_every, at, now));
        if due {
            self.full_at = Some(now);
        }
        due
    }

    fn retried(&mut self, now: Time) -> Option<Order> {
        let lost = self.lost.as_mut().filter(|lost| now >= lost.retry_at)?;
        lost.retry_at = now + lost.pause;
        let back: Vec<_> = lost.providers.iter().copied().filter(|one| self.seen.providers.contains(one)).collect();
        (!back.is_empty()).then(|| order(&back, Trigger::Return))
    }

    /// Edits wait for a provider that is out of reach without a try each time that one is due.
    fn reachable(&self) -> Vec<Provider> {
        let lost = self.lost.iter().flat_map(|lost| &lost.providers).collect::<Vec<_>>();
        self.seen.providers.iter().copied().filter(|one| !lost.contains(&one)).collect()
    }

    /// Takes note of how a run went.
    pub(super) fn note(&mut self, outcome: &Result<Report, EngineError>, wishes: &Wishes, now: Time) {
        let lost = match outcome {
            Ok(report) => unreached(report),
            Err(error) if OUT_OF_REACH.contains(&error.code()) => self.seen.providers.clone(),
            Err(_) => Vec::new(),
        };
        let asked = |one: &Provider| outcome.as_ref().is_ok_and(|report| report.providers.contains_key(one));
        let mut before = self.lost.take().unwrap_or_else(|| Lost::nobody(now));
        let again = before.providers.iter().any(|one| lost.contains(one));
        before.providers.retain(|one| !asked(one) && !lost.contains(one));
        before.providers.extend(&lost);
        if !lost.is_empty() {
            before.pause = if again { (before.pause * 2).min(wishes.schedule.every) } else { FIRST_RETRY };
            before.retry_at = now + before.pause;
        }
        self.lost = Some(before).filter(|lost| !lost.providers.is_empty());
    }

    /// The machine slept: what was known of the lists and the network is old.
    pub(super) fn woke_up(&mut self) {
        self.listed_at = None;
        self.lost = None;
    }

    /// Takes in what was looked at.
    pub(super) fn see(&mut self, seen: Seen, now: Time) {
        if seen.generation != self.seen.generation {
            self.changed_at = now;
        }
        self.see_own(seen, now);
    }

    /// The same, where the changes are our own run's.
    pub(super) fn see_own(&mut self, seen: Seen, now: Time) {
        (self.seen, self.seen_at, self.rests_until) = (seen, now, None);
    }

    pub(super) fn generation(&self) -> i64 {
        self.seen.generation
    }

    pub(super) fn is_older_than(&self, age: TimeDelta, now: Time) -> bool {
        has_passed(age, self.seen_at, now)
    }

    /// Whether the database is left alone for a while.
    pub(super) fn rests(&self, now: Time) -> bool {
        self.rests_until.is_some_and(|until| now < until)
    }

    /// Looking failed. Answers whether that is news.
    pub(super) fn fails(&mut self, now: Time) -> bool {
        self.rests_until.replace(now + REST).is_none()
    }
}

/// How a report calls that a provider is out of reach, or out of order.
const OUT_OF_REACH: [&str; 2] = ["unreachable", "outage"];

fn unreached(report: &Report) -> Vec<Provider> {
    let lost = report.providers.iter().filter(|(_, one)| {
        one.status == ProviderStatus::Failed
            && one.errors.iter().any(|error| OUT_OF_REACH.contains(&error.code.as_ref()))
    });
    lost.map(|(provider, _)| *provider).collect()
}

fn order(providers: &[Provider], trigger: Trigger) -> Order {
    Order { providers: providers.to_vec(), trigger, ..Order::default() }
}

/// Whether so much time lies between the two. A clock that was set back must not stop the schedule.
fn has_passed(span: TimeDelta, since: Time, now: Time) -> bool {
    now - since >= span || now < since
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use crate::sync::report::{Problem, ProviderReport, Strategy};
    use kuroibara_core::RunId;

    fn at(seconds: i64) -> Time {
        Time::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn seen(generation: i64) -> Seen {
        let providers = vec![Provider::AniList, Provider::Kitsu];
        Seen { generation, providers, read_whole_at: Some(at(0)), due_at: BTreeMap::new() }
    }

    /// Something waits for AniList.
    fn due(seconds: i64) -> BTreeMap<Provider, Time> {
        [(Provider::AniList, at(seconds))].into()
    }

    /// A watch that has read the lists at the start.
    fn started() -> Memory {
        let mut memory = Memory::new(seen(1), at(0));
        assert_eq!(memory.next(&Wishes::default(), at(0)).unwrap().trigger, Trigger::Return);
        memory
    }

    fn outcome(reached: &[Provider], lost: &[Provider]) -> Result<Report, EngineError> {
        let problem = Problem { code: OUT_OF_REACH[0].into(), message: String::new(), manga_id: None };
        let failed =
            ProviderReport { status: ProviderStatus::Failed, errors: vec![problem], ..ProviderReport::default() };
        let well = ProviderReport { status: ProviderStatus::Success, ..ProviderReport::default() };
        let providers =
            reached.iter().map(|one| (*one, well.clone())).chain(lost.iter().map(|one| (*one, failed.clone())));
        let run_id = RunId(uuid::Uuid::nil());
        Ok(Report {
            run_id,
            strategy: Strategy::Incremental,
            applied: true,
            questions: 0,
            providers: providers.collect(),
            plan: vec![],
        })
    }

    #[test]
    fn lists_are_read_at_the_start_and_then_on_the_schedule() {
        let mut memory = started();
        assert!(memory.next(&Wishes::default(), at(1_799)).is_none());
        assert_eq!(memory.next(&Wishes::default(), at(1_800)).unwrap().trigger, Trigger::Schedule);
        assert!(memory.next(&Wishes::default(), at(1_801)).is_none());
    }

    #[test]
    fn lists_are_read_whole_on_the_slower_schedule_and_asked_for_once() {
        let mut memory = started();
        let day = 86_400;
        assert!(!memory.next(&Wishes::default(), at(day - 1)).unwrap().full);
        assert!(memory.next(&Wishes::default(), at(2 * day)).unwrap().full);
        assert!(!memory.next(&Wishes::default(), at(2 * day + 1_800)).unwrap().full, "though it is not approved yet");
    }

    #[test]
    fn an_edit_goes_out_after_three_quiet_seconds() {
        let mut memory = started();
        memory.see(Seen { due_at: due(10), ..seen(2) }, at(10));
        memory.see(Seen { due_at: due(10), ..seen(3) }, at(12));
        assert!(memory.next(&Wishes::default(), at(14)).is_none());
        assert_eq!(memory.next(&Wishes::default(), at(15)).unwrap().trigger, Trigger::Edit);
    }

    #[test]
    fn a_paused_watch_does_nothing_by_itself_and_goes_on_afterwards() {
        let mut memory = started();
        memory.see(Seen { due_at: due(10), ..seen(2) }, at(10));
        let wishes = Wishes { paused_until: Some(at(3_600)), ..Wishes::default() };
        assert!(memory.next(&wishes, at(3_599)).is_none());
        assert!(memory.next(&wishes, at(3_600)).is_some());
    }

    #[test]
    fn after_sleep_the_lists_are_read_at_once() {
        let mut memory = started();
        memory.woke_up();
        assert_eq!(memory.next(&Wishes::default(), at(60)).unwrap().trigger, Trigger::Return);
    }

    #[test]
    fn who_can_not_be_reached_is_tried_alone_and_ever_more_rarely_until_it_answers() {
        let (mut memory, wishes) = (started(), Wishes::default());
        memory.note(&outcome(&[Provider::AniList], &[Provider::Kitsu]), &wishes, at(0));
        let mut tries = Vec::new();
        for second in 1..600 {
            if let Some(order) = memory.next(&wishes, at(second)) {
                assert_eq!((order.providers, order.trigger), (vec![Provider::Kitsu], Trigger::Return));
                memory.note(&outcome(&[], &[Provider::Kitsu]), &wishes, at(second));
                tries.push(second);
            }
        }
        assert_eq!(tries, [15, 45, 105, 225, 465]);
        memory.note(&outcome(&[Provider::Kitsu], &[]), &wishes, at(600));
        assert!((601..1_700).all(|second| memory.next(&wishes, at(second)).is_none()), "it is back");
    }

    #[test]
    fn an_edit_does_not_try_who_is_out_of_reach_each_second() {
        let (mut memory, wishes) = (started(), Wishes::default());
        memory.note(&outcome(&[Provider::AniList], &[Provider::Kitsu]), &wishes, at(0));
        memory.see(Seen { due_at: [(Provider::Kitsu, at(1))].into(), ..seen(2) }, at(1));
        assert!(memory.next(&wishes, at(5)).is_none(), "what waits for it alone is nothing for the others");
        memory.see(Seen { due_at: due(1), ..seen(2) }, at(1));
        assert_eq!(memory.next(&wishes, at(5)).unwrap().providers, [Provider::AniList]);
        memory.note(&outcome(&[Provider::AniList], &[]), &wishes, at(6));
        memory.see_own(seen(3), at(6));
        assert_eq!(memory.next(&wishes, at(15)).unwrap().providers, [Provider::Kitsu], "its own turn comes as before");
    }

    #[test]
    fn a_failing_database_is_told_once_and_left_alone_for_a_while() {
        let mut memory = started();
        assert!(memory.fails(at(1)) && memory.rests(at(2)) && !memory.rests(at(16)));
        assert!(!memory.fails(at(16)), "the same again is no news");
        memory.see(seen(1), at(40));
        assert!(memory.fails(at(41)));
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_stop_the_schedule() {
        assert!(started().next(&Wishes::default(), at(-7_200)).is_some());
    }
}
