//! Random histories of one manga: edits and removals on all sides, crashes, lost answers, changed choices. After each of
//! them the world comes to rest, and the laws hold. A failing seed is printed: `SEED=n cargo test --test histories` plays it
//! again with everything that happened.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod model;

use kuroibara_core::{Direction, Field, Group, Provider, RemovalPolicy, Rule, Totals, merge::decide::Answer};
use model::{
    author::Author,
    laws::check_at_rest,
    sync::{Fate, Scope, Weather},
    world::World,
};

/// Which kinds of things happen in a history.
#[derive(Clone, Copy, Default)]
struct Plot {
    /// Faults, crashes and edits during a sync.
    storms: bool,
    /// The reader changes rules, switches, directions, connections.
    choices: bool,
    /// Entries are removed anywhere.
    removals: bool,
    /// The work has a known number of chapters.
    totals: bool,
    /// Switched on and off during the history; else as it starts.
    keeping_in_step: bool,
}

impl Author {
    fn edit_here(&mut self, world: &mut World) {
        let total = world.services[Provider::Kitsu].totals.chapters;
        let changes = self.changes(&Field::ALL, total, None);
        world.edit_here(&changes);
    }

    fn edit_there(&mut self, world: &mut World, provider: Provider) {
        use Field::{Chapters, FinishedOn, Notes, Private, Rereads, Score, StartedOn, Status, Volumes};
        let fields: &[Field] = match provider {
            Provider::AniList => &Field::ALL,
            Provider::MyAnimeList => &[Status, Chapters, Volumes, Rereads, FinishedOn, Score, StartedOn, Notes],
            Provider::Kitsu => &[Status, Chapters, Rereads, FinishedOn, Score, StartedOn, Notes, Private],
        };
        let total = world.services[provider].totals.chapters;
        let mut changes = self.changes(fields, total, Some(provider));
        if world.services[provider].entry.is_none() {
            changes.set(Status, self.status());
        }
        world.edit_there(provider, &changes);
    }

    /// One thing that anybody may do at any moment, also during a sync.
    fn anybody(&mut self, world: &mut World, plot: Plot) {
        let provider = self.chance.pick(&Provider::ALL);
        match self.chance.below(10) {
            0..4 => self.edit_here(world),
            4..8 => self.edit_there(world, provider),
            8 if plot.removals && self.chance.one_in(3) => world.remove_here(),
            9 if plot.removals && self.chance.one_in(2) => world.remove_there(provider),
            _ => world.undo_here(),
        }
    }

    /// A choice of the reader, between two syncs.
    fn choose(&mut self, world: &mut World, plot: Plot) {
        let provider = self.chance.pick(&Provider::ALL);
        let kind = self.chance.below(8);
        let chosen = &mut world.policy.providers[provider];
        match kind {
            0 if self.chance.one_in(2) => {
                chosen.own_rules[self.chance.pick(&Group::ALL)] =
                    self.chance.one_in(2).then(|| self.chance.pick(&Rule::ALL));
            }
            0 => chosen.rule = self.chance.pick(&Rule::ALL),
            1 => chosen.status = self.chance.one_in(2),
            2 => chosen.progress = self.chance.one_in(2),
            3 => chosen.ratings = self.chance.one_in(2),
            4 => {
                chosen.direction =
                    self.chance.pick(&[Direction::Both, Direction::Both, Direction::Pull, Direction::Push])
            }
            5 => chosen.removal = self.chance.pick(&[RemovalPolicy::Ask, RemovalPolicy::Follow, RemovalPolicy::Keep]),
            6 if plot.keeping_in_step => world.policy.keep_in_step = self.chance.one_in(2),
            6 => chosen.export_private = self.chance.one_in(2),
            _ => world.links[provider].connected = !world.links[provider].connected || self.chance.one_in(2),
        }
        let chosen = serde_json::to_string(&world.policy.providers[provider]).unwrap();
        let (in_step, connected) = (world.policy.keep_in_step, world.links[provider].connected);
        let choice = format!("chosen: {provider} {chosen}, in step {in_step}, connected {connected}");
        world.note(|| choice);
    }

    fn answer(&mut self, world: &mut World) {
        if !world.questions.is_empty() {
            let question = self.chance.pick(&world.questions);
            let provider = self.chance.pick(&Provider::ALL);
            let answers = [Answer::Local, Answer::Provider(provider), Answer::Keep, Answer::Remove, Answer::Restore];
            world.answer(question, self.chance.pick(&answers));
            world.questions.clear();
        }
    }

    fn wait(&mut self, world: &mut World) {
        let seconds = self.chance.pick(&[1, 3, 30, 90, 4_000, 90_000]);
        world.wait(seconds);
    }

    fn weather(&mut self, world: &mut World, plot: Plot) -> Fate {
        world.wait(self.chance.pick(&[0, 1, 2]));
        if !plot.storms {
            return Fate::Go;
        }
        if self.chance.one_in(8) {
            self.anybody(world, plot);
            world.wait(1);
        }
        match self.chance.below(40) {
            0 => Fate::Crash,
            1 | 2 => Fate::LoseAnswer,
            3 => Fate::LoseRequest,
            _ => Fate::Go,
        }
    }
}

fn history(seed: u64, plot: Plot) -> World {
    let mut author = Author::new(seed, 0);
    let totals = Totals { chapters: plot.totals.then_some(12), volumes: None };
    let connected: &[Provider] = match author.chance.below(4) {
        0 => &[Provider::AniList, Provider::Kitsu],
        1 => &[Provider::MyAnimeList, Provider::Kitsu],
        _ => &Provider::ALL,
    };
    let mut world = World::connected(totals, connected);
    world.policy.keep_in_step = author.chance.one_in(2);
    if author.chance.one_in(3) {
        let rule = author.chance.pick(&[Rule::Furthest, Rule::Local, Rule::Remote, Rule::Ask]);
        world.policy.providers.values_mut().for_each(|chosen| chosen.rule = rule);
    }
    for _ in 0..3 + author.chance.below(14) {
        author.wait(&mut world);
        match author.chance.below(10) {
            0..5 => author.anybody(&mut world, plot),
            5..8 => {
                let scope = author.chance.pick(&[Scope::Full, Scope::Incremental, Scope::Incremental]);
                let weather: &mut Weather<'_> = &mut |world: &mut World| author.weather(world, plot);
                let _ = world.sync(scope, weather);
            }
            8 if plot.choices => author.choose(&mut world, plot),
            _ => author.answer(&mut world),
        }
    }
    world.wait(4_000);
    world
}

fn play(name: &str, count: u64, plot: Plot) {
    let replayed: Option<u64> = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    let from = std::env::var("FROM").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let seeds = replayed.map_or(from..from + count, |seed| seed..seed + 1);
    let mut failures = Vec::new();
    for seed in seeds {
        let mut world = history(seed, plot);
        let broken = check_at_rest(&mut world);
        if !broken.is_empty() {
            failures.push((world.log.len(), seed, broken, world.log));
        }
    }
    let count = failures.len();
    if let Some((_, seed, broken, log)) = failures.into_iter().min_by_key(|(length, ..)| *length) {
        panic!(
            "{name}: {count} histories broke a law; the shortest is SEED={seed}:\n{}\n\n{}",
            log.join("\n"),
            broken.join("\n")
        );
    }
}

#[test]
fn quiet_histories_keep_every_law() {
    play("quiet", 5_000, Plot { keeping_in_step: false, ..Plot::default() });
}

#[test]
fn histories_with_a_known_total_keep_every_law() {
    play("totals", 5_000, Plot { totals: true, ..Plot::default() });
}

#[test]
fn histories_with_removals_keep_every_law() {
    play("removals", 5_000, Plot { removals: true, ..Plot::default() });
}

#[test]
fn histories_with_changing_choices_keep_every_law() {
    play("choices", 5_000, Plot { choices: true, keeping_in_step: true, ..Plot::default() });
}

#[test]
fn histories_with_crashes_and_lost_answers_keep_every_law() {
    play("storms", 5_000, Plot { storms: true, ..Plot::default() });
}

#[test]
fn histories_of_everything_at_once_keep_every_law() {
    let plot = Plot { storms: true, choices: true, removals: true, totals: true, keeping_in_step: true };
    play("everything", 10_000, plot);
    play("everything, total unknown", 10_000, Plot { totals: false, ..plot });
}
