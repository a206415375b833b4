//! Every small world: whatever the library, two bases and two lists hold, by every rule, in step or not, with the process
//! dying or an answer lost at any step, one quiet sync brings the world to rest and the laws hold.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod model;

use kuroibara_core::{
    Base, Entry, Field, Fields, Local, Origin, Pair, Provider, Remote, RemovalPolicy, Rule, Stamp, Stamps, Status,
    Totals, merge::Question, plan::plan, state::Sent,
};
use model::{
    laws::check_at_rest,
    say::{chapters, fields, finished, notes, score, status},
    sync::{Fate, Scope},
    world::World,
};

/// The values of a side. The first is what bases agreed on.
fn values(n: usize) -> Fields {
    match n {
        0 => fields([status(Status::OnHold), chapters(1), score(87), notes("a"), finished("")]),
        1 => fields([status(Status::Completed), chapters(2), score(84), notes("a"), finished("2020-01-02")]),
        2 => fields([status(Status::Reading), chapters(2), score(0), notes("b"), finished("")]),
        _ => fields([status(Status::OnHold), chapters(2), score(60), notes(""), finished("2020-01")]),
    }
}

#[derive(Clone, Copy, Debug)]
enum Here {
    Never,
    There(usize),
    Removed(usize),
}

/// One side there: whether there is a base, and what the list holds.
#[derive(Clone, Copy, Debug)]
struct There {
    base: bool,
    remote: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Case {
    providers: [Provider; 2],
    here: Here,
    there: [There; 2],
    rule: Rule,
    in_step: bool,
    total: Option<u32>,
    removal: RemovalPolicy,
    /// Whether the library was edited before the providers were.
    early: bool,
}

fn every_side() -> Vec<There> {
    let remotes = [None, Some(0), Some(1), Some(2), Some(3)];
    [false, true].into_iter().flat_map(|base| remotes.map(|remote| There { base, remote })).collect()
}

fn every_case() -> Vec<Case> {
    use Provider::{AniList, Kitsu, MyAnimeList};
    let heres = [Here::Never, Here::There(0), Here::There(1), Here::There(3), Here::Removed(0), Here::Removed(1)];
    let removals = [RemovalPolicy::Ask, RemovalPolicy::Follow, RemovalPolicy::Keep];
    let mut cases = Vec::new();
    for providers in [[AniList, MyAnimeList], [AniList, Kitsu], [MyAnimeList, Kitsu]] {
        for (here, rule) in heres.into_iter().flat_map(|here| Rule::ALL.map(|rule| (here, rule))) {
            for (one, other) in every_side().into_iter().flat_map(|one| every_side().into_iter().map(move |o| (one, o)))
            {
                // What makes no difference to the outcome is mixed in turn by turn.
                let n = cases.len();
                let (in_step, early) = (n.is_multiple_of(2), n.is_multiple_of(3));
                let total = (n % 5 > 1).then_some(2);
                let there = [one, other];
                cases.push(Case { providers, here, there, rule, in_step, total, removal: removals[n % 3], early });
            }
        }
    }
    cases
}

impl Case {
    fn world(self) -> World {
        let totals = Totals { chapters: self.total, volumes: None };
        let mut world = World::connected(totals, &self.providers);
        world.policy.keep_in_step = self.in_step;
        for chosen in world.policy.providers.values_mut() {
            (chosen.rule, chosen.removal) = (self.rule, self.removal);
        }
        let agreed_at = world.now;
        world.wait(3_600);
        let edited_at = world.now;
        for (provider, there) in self.providers.into_iter().zip(self.there) {
            if there.base {
                world.agree(provider, agreed_at);
            }
        }
        world.wait(if self.early { 3_600 } else { -1_800 });
        for (provider, there) in self.providers.into_iter().zip(self.there) {
            world.lists(provider, there.remote.map(values));
        }
        world.wait(7_200);
        let stamp = |at| Stamp::new(at, Origin::User);
        let mut stamps = Stamps::all(stamp(agreed_at));
        let entry = |n: usize| Entry::from_fields(&values(n));
        if let Here::There(n) | Here::Removed(n) = self.here {
            let changed = |field: &Field| entry(n).get(*field) != entry(0).get(*field);
            Field::ALL.into_iter().filter(changed).for_each(|field| stamps.fields[field] = stamp(edited_at));
        }
        world.local = match self.here {
            Here::Never => Local::Never,
            Here::There(n) => Local::Present(entry(n), stamps),
            Here::Removed(n) => Local::Removed(entry(n), stamps, edited_at),
        };
        world
    }
}

impl World {
    /// Both sides agreed on the first values, and the entry was read then.
    fn agree(&mut self, provider: Provider, at: kuroibara_core::Time) {
        let (entry, totals) = (Entry::from_fields(&values(0)), self.services[provider].totals);
        let held = self.policy.providers[provider].shape(provider).project(&entry.fields(), totals);
        let read = self.services[provider].create(&held, at).unwrap();
        let mut base = Base { entry_id: read.entry_id.clone(), ..Base::default() };
        for (field, theirs) in read.fields.iter() {
            let Some(projected) = held.get(field).cloned() else { continue };
            let ours = Some(Sent { raw: entry.get(field), projected });
            base.pairs[field] = Some(Pair::new(ours, theirs.clone()));
        }
        self.observe(provider, Some(read));
        let link = &mut self.links[provider];
        (link.base, link.cursor, link.read_at) = (Some(base), Some(at), Some(at));
    }

    fn is_same_there(&self, provider: Provider) -> bool {
        let (shape, totals) = (self.policy.providers[provider].shape(provider), self.services[provider].totals);
        let mine = shape.project(&self.entry().unwrap().fields(), totals);
        mine.iter().all(|(field, value)| self.there(provider, field).as_ref().is_none_or(|theirs| theirs == value))
    }

    /// What the list holds now; what is the same as agreed was not touched.
    fn lists(&mut self, provider: Provider, there: Option<Fields>) {
        let Some(wanted) = there else { return self.remove_there(provider) };
        let held = self.policy.providers[provider].shape(provider).project(&wanted, self.services[provider].totals);
        let now = self.services[provider].read().map(|read| read.fields).unwrap_or_default();
        if !held.iter().all(|(field, value)| now.get(field) == Some(value)) {
            self.services[provider].save(&held, self.now).unwrap();
        }
    }
}

/// Plays `case` with one fault at step `at`, and then comes to rest.
fn broken_laws(case: Case, fate: Fate, at: usize) -> Vec<String> {
    let mut world = case.world();
    let mut step = 0;
    let _ = world.sync(Scope::Full, &mut |world: &mut World| {
        world.wait(1);
        step += 1;
        if step == at { fate } else { Fate::Go }
    });
    world.wait(30);
    let broken = check_at_rest(&mut world);
    if broken.is_empty() { broken } else { [broken, world.log].concat() }
}

#[test]
fn every_small_world_comes_to_rest_whatever_happens_to_the_process() {
    let cases = every_case();
    let fates = [
        (Fate::Go, 0),
        (Fate::Crash, 3),
        (Fate::Crash, 4),
        (Fate::Crash, 5),
        (Fate::Crash, 6),
        (Fate::LoseAnswer, 4),
        (Fate::LoseAnswer, 6),
        (Fate::LoseRequest, 4),
        (Fate::Crash, 8),
    ];
    for (n, case) in cases.into_iter().enumerate() {
        // Each world quietly, and with one of the faults in turn.
        for (fate, at) in [fates[0], fates[1 + n % (fates.len() - 1)]] {
            let broken = broken_laws(case, fate, at);
            assert!(broken.is_empty(), "{case:?} {fate:?} at {at}:\n{}", broken.join("\n"));
        }
    }
}

/// Law 6.
#[test]
fn the_same_edit_on_every_side_is_never_a_question() {
    for case in every_case() {
        let Here::There(here) = case.here else { continue };
        if case.there.iter().all(|there| there.remote == Some(here)) {
            let mut world = case.world();
            if case.providers.iter().any(|provider| !world.is_same_there(*provider)) {
                // Kitsu's own rules made something else of it.
                continue;
            }
            world.quietly();
            let differs = |question: &Question| matches!(question, Question::Differs(_));
            assert!(!world.questions.iter().any(differs), "{case:?} {:?}\n{}", world.questions, world.log.join("\n"));
        }
    }
}

/// Law 7.
#[test]
fn an_incomplete_read_removes_nothing() {
    for case in every_case() {
        let mut world = case.world();
        for provider in case.providers {
            world.links[provider].seen = Remote::Unknown;
        }
        let plan = plan(&world.state(), &world.policy);
        assert!(plan.merged.questions.is_empty() && plan.merged.removals.is_empty(), "{case:?}");
        assert!(!plan.writes() && plan.merged.local == world.local, "{case:?}");
        for provider in case.providers {
            assert_eq!(plan.base(provider), world.links[provider].base.as_ref(), "{case:?}");
        }
    }
}

/// Law 8, for one change at one provider: what reaches the other without the switch is the reader's own.
#[test]
fn nothing_of_one_provider_reaches_another_that_is_not_kept_in_step() {
    for case in every_case().into_iter().filter(|case| !case.in_step) {
        let (Here::There(0), [one, other]) = (case.here, case.there) else { continue };
        if one.remote.is_none() || other.remote != Some(0) || !(one.base && other.base) {
            continue;
        }
        let mut world = case.world();
        let before = world.services[case.providers[1]].entry.clone();
        world.quietly();
        assert_eq!(world.services[case.providers[1]].entry, before, "{case:?}\n{}", world.log.join("\n"));
    }
}
