//! What happens in a history, drawn from its seed.

use std::{sync::Mutex, time::Duration};

use kuroibara_core::{Direction, Field, Group, Provider, RemovalPolicy, Rule, merge::decide::Answer};
use kuroibara_engine::{
    plan::{Part, PlanDecision, Verdict},
    settings::SettingsChange,
    sync::{Order, Trigger},
};
use kuroibara_sim::{Fault, FaultRule, Moment, READER, Work};

use crate::{
    author::Author,
    chance::Chance,
    laws,
    memory::{Event, Turn},
    websites,
    world::{Place, World},
};

/// Marks that one event may use.
const MARKS: u32 = 16;

/// Plays a history to its end, brings it to rest and says which laws broke.
pub async fn history(seed: u64, place: &Place, log: &Mutex<Vec<String>>) -> Vec<String> {
    let mut plot = Plot { chance: Chance::new(seed), mark: 0 };
    let skew = plot.chance.pick(&[0, 0, 0, 45, -3_600, 7_200]);
    let world = World::of(plot.works(), place, skew).await;
    plot.manners(&world);
    plot.begin(&world).await;
    for _ in 0..3 + plot.chance.below(10) {
        plot.wait(&world);
        plot.scene(&world).await;
    }
    let broken = laws::check_at_rest(&world).await;
    *log.lock().unwrap() = std::mem::take(&mut world.memory().log);
    broken
}

struct Plot {
    chance: Chance,
    mark: u32,
}

impl Plot {
    /// An author with marks of its own.
    fn author(&mut self) -> Author {
        let (seed, mark) = self.event();
        Author::new(seed, mark)
    }

    fn event(&mut self) -> (u64, u32) {
        self.mark += MARKS;
        (self.chance.below(usize::MAX) as u64, self.mark)
    }

    fn works(&mut self) -> Vec<Work> {
        let count = 3 + self.chance.below(6);
        (0..count as i64)
            .map(|n| {
                let total = self.chance.one_in(2).then_some(12);
                Work {
                    anilist: Some(1_000 + n),
                    // Some works lack a link, so that nothing joins their entries.
                    myanimelist: (!self.chance.one_in(8)).then_some(2_000 + n),
                    kitsu: if self.chance.one_in(8) { Vec::new() } else { vec![3_000 + n] },
                    chapters: total,
                    adult: self.chance.one_in(8),
                    finished: total.is_some(),
                    ..Work::titled(&format!("Work {n}"))
                }
            })
            .collect()
    }

    /// Lists that somebody has kept for a while, and the accounts connected.
    async fn begin(&mut self, world: &World) {
        let works = world.memory().titles.len();
        for work in 0..works {
            for provider in Provider::ALL {
                if self.chance.one_in(3) {
                    continue;
                }
                let total = world.memory().titles[work].total;
                let mut author = self.author();
                let mut changes = author.changes(websites::fields_of(provider), total, Some(provider));
                changes.set(Field::Status, author.status());
                world.edit_there(provider, work, &changes).await;
            }
        }
        world.clock.pass(Duration::from_secs(90_000));
        let connected: &[Provider] = match self.chance.below(5) {
            0 => &[Provider::AniList, Provider::Kitsu],
            1 => &[Provider::MyAnimeList, Provider::Kitsu],
            _ => &Provider::ALL,
        };
        for provider in connected {
            world.connect(*provider, READER).await;
        }
        if self.chance.one_in(2) {
            self.keep_in_step(world, true).await;
        }
        if self.chance.one_in(3) {
            let rule = self.chance.pick(&[Rule::Furthest, Rule::Local, Rule::Remote, Rule::Ask]);
            for provider in Provider::ALL {
                self.choose(world, provider, &SettingsChange { rule: Some(rule), ..SettingsChange::default() }).await;
            }
        }
        if !self.chance.one_in(4) {
            let order = Order { approved: true, full: true, ..Order::default() };
            self.run(world, &order, Vec::new(), None).await;
        }
    }

    fn wait(&mut self, world: &World) {
        let seconds = self.chance.pick(&[1, 3, 30, 90, 4_000, 90_000]);
        world.clock.pass(Duration::from_secs(seconds));
    }

    /// What the facts leave open differs from world to world.
    fn manners(&mut self, world: &World) {
        use kuroibara_sim::{anilist::BatchFailure, kitsu::IncludeManga};
        let failure =
            self.chance.pick(&[BatchFailure::NothingApplied, BatchFailure::EarlierApplied, BatchFailure::Partial]);
        let (bumps, short, once) = (self.chance.one_in(2), self.chance.one_in(2), self.chance.one_in(2));
        let include = self.chance.pick(&[IncludeManga::Works, IncludeManga::FailsWhenHidden, IncludeManga::Fails]);
        world.note(format!("manners: {failure:?}, a save that changes nothing bumps {bumps}, {include:?}"));
        world.sim.anilist.set_knobs(|knobs| (knobs.batch_failure, knobs.noop_save_bumps) = (failure, bumps));
        world.sim.myanimelist.set_knobs(|knobs| {
            knobs.refresh_once = once;
            knobs.expires_in = if short { 3_600 } else { knobs.expires_in };
        });
        world.sim.kitsu.set_knobs(|knobs| knobs.include_manga = include);
    }

    async fn scene(&mut self, world: &World) {
        match self.chance.below(22) {
            0..6 => {
                for _ in 0..1 + self.chance.below(4) {
                    let (seed, mark) = self.event();
                    world.person(seed, mark).await;
                }
            }
            6..12 => self.sync(world).await,
            12 => self.fault(world),
            13 => self.decide(world).await,
            14 => self.tokens(world),
            15 => self.moderate(world),
            16 => self.relink(world).await,
            18 => self.answer(world).await,
            19 => self.undo(world).await,
            20 => self.review(world).await,
            17 if self.chance.one_in(2) => {
                let full = self.chance.one_in(2);
                let order = Order { approved: true, full, ..Order::default() };
                world.sync_both(&order, &Order { approved: true, ..Order::default() }).await;
            }
            17 if self.chance.one_in(4) => {
                world.set_our_clock(chrono::TimeDelta::minutes(self.chance.pick(&[-100, -3, 3, 100])));
            }
            _ => self.connection(world).await,
        }
    }

    /// The services' own people, or the reader's settings there, change what can be saved and seen.
    fn moderate(&mut self, world: &World) {
        let work = self.chance.below(world.memory().titles.len());
        let ids = world.memory().titles[work].ids;
        let on = self.chance.one_in(2);
        world.note(format!("moderators: work {work}, {on}"));
        match (self.chance.below(4), ids[Provider::AniList], ids[Provider::MyAnimeList]) {
            (0 | 1, Some(id), _) => drop(world.sim.anilist.set_media(id, |media| media.locked = on)),
            (2, _, Some(id)) => drop(world.sim.myanimelist.set_title(id, |title| title.approved = !on)),
            _ => world.sim.kitsu.set_user(READER, |user| user.sfw_filter = on),
        }
    }

    /// The reader answers a question that is open.
    async fn answer(&mut self, world: &World) {
        let open = world.view.open_conflicts().await.unwrap();
        if open.is_empty() {
            return;
        }
        let provider = self.chance.pick(&Provider::ALL);
        let answers = [Answer::Local, Answer::Provider(provider), Answer::Keep, Answer::Remove, Answer::Restore];
        let (place, answer) = (self.chance.below(open.len()), self.chance.pick(&answers));
        world.answer(open[place].id, open[place].manga, answer).await;
    }

    /// The reader takes back the last run, or one of the last changes.
    async fn undo(&mut self, world: &World) {
        let journal = world.view.journal(None, 20, 0).await.unwrap();
        if journal.is_empty() {
            return;
        }
        let row = &journal[self.chance.below(journal.len())];
        let id = row.run.filter(|_| self.chance.one_in(2)).map_or(row.id, |run| run.0);
        let force = self.chance.one_in(2);
        world.undo(id, force).await;
    }

    /// The reader says that two are not the same, or that they are after all.
    async fn relink(&mut self, world: &World) {
        let work = self.chance.below(world.memory().titles.len());
        let provider = self.chance.pick(&Provider::ALL);
        world.relink(work, provider, self.chance.one_in(2)).await;
    }

    async fn sync(&mut self, world: &World) {
        let one = self.chance.pick(&Provider::ALL);
        let order = Order {
            providers: if self.chance.one_in(4) { vec![one] } else { Vec::new() },
            full: self.chance.one_in(3),
            dry_run: self.chance.one_in(10),
            approved: !self.chance.one_in(4),
            trigger: self.chance.pick(&[Trigger::Manual, Trigger::Edit, Trigger::Schedule, Trigger::Return]),
            accepted: None,
        };
        if self.chance.one_in(3) {
            self.fault(world);
        }
        let turns = if self.chance.one_in(2) { self.turns() } else { Vec::new() };
        let dies = self.chance.one_in(8).then(|| self.chance.below(60) as i64);
        self.run(world, &order, turns, dies).await;
    }

    /// The reader looks at the plan that waits, leaves parts of it out, and applies the rest, or some rows of it.
    async fn review(&mut self, world: &World) {
        let Some(plan) = world.engine().waiting_plan().await.unwrap().filter(|plan| !plan.rows.is_empty()) else {
            return;
        };
        let row = |chance: &mut Chance| 1 + chance.below(plan.rows.len());
        for _ in 0..self.chance.below(4) {
            let row = row(&mut self.chance);
            let fields: Vec<Field> = plan.rows[row - 1].fields.iter().map(|one| one.field).collect();
            let part = match fields.is_empty() || self.chance.one_in(3) {
                true => Part::Row,
                false => match self.chance.pick(&fields) {
                    field if self.chance.one_in(2) => Part::Field(field),
                    field => Part::Group(field.group()),
                },
            };
            let verdict = if self.chance.one_in(4) { Verdict::Accept } else { Verdict::Skip };
            let said = PlanDecision { rows: vec![row], part, verdict };
            let heard = world.engine().plan_decide(Some(plan.run_id), &said).await.is_ok();
            world.note(format!("the reader says {said:?} of the plan: {heard}"));
        }
        if self.chance.one_in(2) {
            self.wait(world);
        }
        let rows = if self.chance.one_in(2) { Vec::new() } else { vec![row(&mut self.chance), row(&mut self.chance)] };
        world.note(format!("the reader applies {rows:?} of the plan"));
        let plan = world.engine().waiting_plan().await.unwrap();
        let Ok(order) = world.engine().plan_order(None, &rows).await else { return };
        let turns = if self.chance.one_in(3) { self.turns() } else { Vec::new() };
        let dies = self.chance.one_in(10).then(|| self.chance.below(60) as i64);
        if let Some(report) = world.sync(&order, turns, dies).await {
            laws::check_report(world, &report);
            laws::check_accepted(world, plan.as_ref(), &rows, &report);
        }
    }

    async fn run(&mut self, world: &World, order: &Order, turns: Vec<Turn>, dies: Option<i64>) {
        if let Some(report) = world.sync(order, turns, dies).await {
            laws::check_report(world, &report);
        }
    }

    fn turns(&mut self) -> Vec<Turn> {
        let count = 1 + self.chance.below(3);
        (0..count)
            .map(|_| {
                let crash = self.chance.one_in(6);
                let (seed, mark) = self.event();
                Turn {
                    provider: self.chance.pick(&Provider::ALL),
                    request: self.chance.below(5),
                    moment: self.chance.pick(&[Moment::Before, Moment::After]),
                    event: if crash { Event::Crash } else { Event::Person { seed, mark } },
                }
            })
            .collect()
    }

    fn fault(&mut self, world: &World) {
        let provider = self.chance.pick(&Provider::ALL);
        let fault = self.chance.pick(&[
            Fault::TooMany { with_headers: true, retry_after: Some(30) },
            Fault::TooMany { with_headers: false, retry_after: None },
            Fault::Status(500),
            Fault::Status(503),
            Fault::StatusAfter(502),
            Fault::Html(503),
            Fault::Html(200),
            Fault::ResetBefore,
            Fault::ResetAfter,
            Fault::Truncated,
            Fault::EmptyList,
            Fault::FailPage(1),
        ]);
        // A list and the direct look that checks it don't both lie.
        let times = if fault == Fault::EmptyList { 1 } else { self.chance.pick(&[1, 1, 1, 2, 5]) };
        let rule = FaultRule::once(fault).times(times).after(self.chance.below(4) as u32);
        world.note(format!("fault at {provider}: {rule:?}"));
        world.faults(provider).push(rule);
    }

    async fn decide(&mut self, world: &World) {
        let provider = self.chance.pick(&Provider::ALL);
        let mut change = SettingsChange::default();
        match self.chance.below(10) {
            0 if self.chance.one_in(2) => {
                let own = self.chance.one_in(2).then(|| self.chance.pick(&Rule::ALL));
                change.own_rules = [(self.chance.pick(&Group::ALL), own)].into();
            }
            0 => change.rule = Some(self.chance.pick(&Rule::ALL)),
            1 => change.sync_status = Some(self.chance.one_in(2)),
            2 => change.sync_reading_progress = Some(self.chance.one_in(2)),
            3 => change.sync_ratings = Some(self.chance.one_in(2)),
            4 => {
                change.direction =
                    Some(self.chance.pick(&[Direction::Both, Direction::Both, Direction::Pull, Direction::Push]));
            }
            5 => {
                change.removal =
                    Some(self.chance.pick(&[RemovalPolicy::Ask, RemovalPolicy::Follow, RemovalPolicy::Keep]));
            }
            6 => change.export_private = Some(self.chance.one_in(2)),
            7 => change.sync_enabled = Some(!self.chance.one_in(3)),
            8 if self.chance.one_in(3) => change.volumes = Some(self.chance.one_in(2)),
            _ => {
                let on = self.chance.one_in(2);
                return self.keep_in_step(world, on).await;
            }
        }
        self.choose(world, provider, &change).await;
    }

    async fn choose(&mut self, world: &World, provider: Provider, change: &SettingsChange) {
        world.note(format!("the reader chooses at {provider}: {change:?}"));
        world.engine().update(provider, change).await.unwrap();
        let policy = world.view.integration(provider).await.unwrap().policy;
        world.memory().policy.providers[provider] = policy;
    }

    async fn keep_in_step(&mut self, world: &World, on: bool) {
        world.note(format!("the reader keeps the services in step: {on}"));
        world.engine().set_keep_in_step(on).await.unwrap();
        world.memory().policy.keep_in_step = on;
    }

    fn tokens(&mut self, world: &World) {
        let provider = self.chance.pick(&Provider::ALL);
        let account = world.memory().accounts[provider];
        let kind = self.chance.below(3);
        world.note(format!("tokens of {provider} end, kind {kind}"));
        match (provider, kind) {
            (Provider::AniList, _) => world.sim.anilist.revoke_tokens(account),
            (Provider::MyAnimeList, 0) => world.sim.myanimelist.revoke_tokens(account),
            (Provider::MyAnimeList, _) => world.sim.myanimelist.expire_tokens(account),
            (Provider::Kitsu, 0) => world.sim.kitsu.revoke_tokens(account),
            (Provider::Kitsu, 1) => world.sim.kitsu.forget_tokens(account),
            (Provider::Kitsu, _) => world.sim.kitsu.expire_tokens(account),
        }
    }

    async fn connection(&mut self, world: &World) {
        let provider = self.chance.pick(&Provider::ALL);
        let connected = world.view.integration(provider).await.unwrap().is_connected();
        if connected && self.chance.one_in(2) {
            world.note(format!("the reader disconnects {provider}"));
            world.engine().disconnect(provider).await.unwrap();
        } else {
            world.faults(provider).clear();
            world.clock.pass(Duration::from_secs(7 * 3_600));
            let account = world.memory().accounts[provider];
            let account = if self.chance.one_in(4) { READER + 4_343 - account } else { account };
            world.connect(provider, account).await;
        }
    }
}
