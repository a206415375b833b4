//! The world of a history: the engine with its database, the three services, and the people who edit anywhere at any time.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use enum_map::EnumMap;
use kuroibara_core::{
    Base, ExternalId, Field, Fields, Local, MangaId, Origin, Provider, Time, Value, merge::decide::Answer,
};
use kuroibara_engine::{
    Engine,
    clock::{Clock, ManualClock},
    config::Config,
    secret::Secret,
    store::{Db, JournalRow, LoadedManga, Scope},
    sync::{Order, report::Report},
    undo::Target,
    vault::MemoryKeyring,
};
use kuroibara_sim::{Account, Catalog, Moment, Seen, Sim, SimClock, SimConfig, Work};
use tokio::sync::Notify;

use crate::{
    author::Author,
    memory::{Event, Memory, Title, Turn},
    websites,
};

/// Everything there is. Shared with the services, whose requests tell it what happens.
pub struct World {
    pub sim: Sim,
    pub clock: Both,
    /// The database seen from another process.
    pub view: Db,
    memory: Mutex<Memory>,
    engine: Mutex<Arc<Engine>>,
    config: Config,
    keyring: Arc<MemoryKeyring>,
    crash: Arc<Notify>,
    dir: tempfile::TempDir,
}

/// The engine's clock and the services', moved together. It can also be the hand of fate: the process dies at its n-th look
/// at the clock.
#[derive(Clone, Debug)]
pub struct Both {
    ours: ManualClock,
    theirs: SimClock,
    /// Looks left before the process dies; below zero: it lives.
    looks: Arc<AtomicI64>,
    crash: Arc<Notify>,
}

impl Both {
    /// Time passes everywhere.
    pub fn pass(&self, time: Duration) {
        self.ours.advance(time);
        self.theirs.advance(chrono::TimeDelta::from_std(time).unwrap());
    }
}

#[async_trait::async_trait]
impl Clock for Both {
    fn now(&self) -> Time {
        if self.looks.fetch_sub(1, Ordering::Relaxed) == 0 {
            self.crash.notify_one();
        }
        self.ours.now()
    }

    async fn sleep(&self, duration: Duration) {
        self.pass(duration);
        tokio::task::yield_now().await;
    }
}

/// Where a history's database is.
pub enum Place {
    /// A copy of this file.
    Copy(PathBuf),
    /// This PostgreSQL database, whose data key is in this keyring and wrapped by [`PASSPHRASE`].
    Server(String, Arc<MemoryKeyring>),
}

/// Wraps the data key where several devices share a database.
pub const PASSPHRASE: &str = "three lists and one library";

impl World {
    /// A world of these works in which nothing is connected and every list is empty.
    /// The services' clocks are `skew` seconds ahead of ours.
    pub async fn of(works: Vec<Work>, place: &Place, skew: i64) -> Arc<Self> {
        let start: Time = "2026-03-01T12:00:00Z".parse().unwrap();
        let titles = works.iter().map(title).collect();
        let theirs = SimClock::manual(start + chrono::TimeDelta::seconds(skew));
        let config = SimConfig { entries: 0, clock: theirs.clone(), ..SimConfig::default() };
        let sim = Sim::with_catalog(config, Arc::new(Catalog::new(works))).await.unwrap();
        let dir = folder();
        let config = config_of(&sim, dir.path(), place);
        let crash = Arc::new(Notify::new());
        let clock =
            Both { ours: ManualClock::new(start), theirs, looks: Arc::new(AtomicI64::new(-1)), crash: crash.clone() };
        let keyring = match place {
            Place::Copy(_) => Arc::default(),
            Place::Server(_, keyring) => keyring.clone(),
        };
        let engine = Engine::open(config.clone(), Arc::new(clock.clone()), keyring.clone()).await.unwrap();
        let url = config.database_url.as_ref().map(|url| url.reveal().to_owned());
        let view = Db::open(url.as_deref(), dir.path(), start).await.unwrap();
        let (engine, memory) = (Mutex::new(Arc::new(engine)), Mutex::new(Memory::new(titles)));
        let world = Arc::new(Self { sim, clock, view, memory, engine, config, keyring, crash, dir });
        world.look_on();
        world
    }

    pub fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn engine(&self) -> Arc<Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn note(&self, line: impl Into<String>) {
        let line = format!("{} {}", self.clock.ours.now().format("%d %H:%M:%S"), line.into());
        self.memory().log.push(line);
    }

    fn look_on(self: &Arc<Self>) {
        for provider in Provider::ALL {
            let world = Arc::downgrade(self);
            self.onlooker(provider).set(Some(Arc::new(move |seen| Box::pin(witness(world.clone(), provider, seen)))));
        }
    }

    fn onlooker(&self, provider: Provider) -> &kuroibara_sim::Onlooker {
        match provider {
            Provider::AniList => self.sim.anilist.onlooker(),
            Provider::MyAnimeList => self.sim.myanimelist.onlooker(),
            Provider::Kitsu => self.sim.kitsu.onlooker(),
        }
    }

    pub fn faults(&self, provider: Provider) -> &kuroibara_sim::Faults {
        match provider {
            Provider::AniList => self.sim.anilist.faults(),
            Provider::MyAnimeList => self.sim.myanimelist.faults(),
            Provider::Kitsu => self.sim.kitsu.faults(),
        }
    }

    pub fn writes(&self, provider: Provider) -> usize {
        match provider {
            Provider::AniList => self.sim.anilist.writes(),
            Provider::MyAnimeList => self.sim.myanimelist.writes(),
            Provider::Kitsu => self.sim.kitsu.writes(),
        }
    }

    // The reader at the application.

    /// Signs in to `account` at `provider`.
    pub async fn connect(&self, provider: Provider, account: i64) {
        let engine = self.engine();
        self.note(format!("the reader connects {provider} as {account}"));
        match provider {
            Provider::AniList => {
                let begun = engine.begin_login(provider).await.unwrap();
                let back = self.sim.anilist.approve(begun.authorize_url.as_str(), account).unwrap();
                engine.finish_login(&back).await.unwrap();
            }
            Provider::MyAnimeList => {
                let begun = engine.begin_login(provider).await.unwrap();
                let back = self.sim.myanimelist.approve(begun.authorize_url.as_str(), account).unwrap();
                engine.finish_login(&back).await.unwrap();
            }
            Provider::Kitsu => {
                let account = Account::all().into_iter().find(|one| one.id == account).unwrap();
                engine.connect_kitsu(&account.name, Secret::new(account.password)).await.unwrap();
            }
        }
        self.memory().accounts[provider] = account;
        self.sim.kitsu.set_user(account, |user| user.sfw_filter = false);
        self.look(provider);
    }

    /// One run, in which `turns` happen; none: it crashed, or another one was running.
    pub async fn sync(&self, order: &Order, turns: Vec<Turn>, looks: Option<i64>) -> Option<Report> {
        self.note(format!(
            "-- sync {:?} full={} approved={} dry={} {:?}, turns {turns:?}, dies {looks:?}",
            order.providers, order.full, order.approved, order.dry_run, order.trigger
        ));
        let integrations = self.view.integrations().await.unwrap();
        let waits = |p| !order.approved && integrations[p].approved_at.is_none();
        let closed = EnumMap::from_fn(|p| order.dry_run || waits(p));
        self.memory().begin(turns, closed);
        let engine = self.engine();
        self.clock.looks.store(looks.unwrap_or(-1), Ordering::Relaxed);
        let crash = self.crash.clone();
        let result = tokio::select! {
            biased;
            () = crash.notified() => None,
            result = engine.sync(order) => Some(result),
        };
        self.clock.looks.store(-1, Ordering::Relaxed);
        drop(engine);
        self.memory().turns.clear();
        match result {
            None => {
                self.note("crash");
                self.reopen().await;
                None
            }
            Some(Ok(report)) => {
                self.tell(&report);
                Some(report)
            }
            Some(Err(error)) => {
                self.note(format!("the sync failed: {error}"));
                None
            }
        }
    }

    /// Two devices sync at the same moment: one of them waits, and perhaps gives up.
    pub async fn sync_both(&self, first: &Order, second: &Order) {
        self.note("-- two devices sync");
        self.memory().begin(Vec::new(), EnumMap::default());
        let (engine, other) = (self.engine(), self.other_device().await);
        for result in <[_; 2]>::from(tokio::join!(engine.sync(first), other.sync(second))) {
            match result {
                Ok(report) => self.tell(&report),
                Err(error) => self.note(format!("   a device could not: {error}")),
            }
        }
    }

    /// The reader's other device on the same database.
    async fn other_device(&self) -> Engine {
        Engine::open(self.config.clone(), Arc::new(self.clock.clone()), self.keyring.clone()).await.unwrap()
    }

    /// Our machine's clock is set, and nobody else's.
    pub fn set_our_clock(&self, by: chrono::TimeDelta) {
        self.clock.ours.set(self.clock.ours.now() + by);
        self.note(format!("our clock is set by {by}"));
    }

    fn tell(&self, report: &Report) {
        for row in &report.plan {
            self.note(format!("   plan {} {} {:?} {}", row.provider, row.external_id, row.action, told(&row.fields)));
        }
        for (provider, one) in &report.providers {
            let problems: Vec<_> = one.errors.iter().map(|problem| &problem.code).collect();
            self.note(format!(
                "   {provider}: {:?} asked {} pulled {} pushed {} {problems:?}",
                one.status, one.requests, one.pulled, one.pushed
            ));
        }
    }

    /// The process died; another one opens the same database a while later.
    async fn reopen(&self) {
        kill_leases(&self.config, self.dir.path()).await;
        let engine =
            Engine::open(self.config.clone(), Arc::new(self.clock.clone()), self.keyring.clone()).await.unwrap();
        *self.engine.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(engine);
        // A crash that came after the run's last step must not strike the next one.
        let _ = tokio::time::timeout(Duration::ZERO, self.crash.notified()).await;
        // A write that took effect while the process died was answered to nobody, and is a write all the same.
        for provider in Provider::ALL {
            let (now, writes) = (self.list(provider), self.writes(provider));
            self.memory().written(provider, now, writes);
        }
    }

    /// The reader edits a work here.
    pub async fn edit_here(&self, work: usize, changes: &Fields) {
        let Some(manga) = self.manga_of(work).await else { return };
        let links = self.agreements(work).await;
        let before = self.edits_of(manga).await;
        // Two edits are never at the same moment, so that the history tells them apart.
        self.clock.pass(Duration::from_millis(10));
        match self.engine().edit(manga, changes).await {
            Ok(_) => self.note(format!("the reader edits work {work}: {}", json(changes))),
            Err(error) => return self.note(format!("the reader can't edit work {work}: {error}")),
        }
        // By their keys: a clock that was set back makes an edit look older than the one before it.
        let is_new = |row: &JournalRow| !before.iter().any(|old| old.id == row.id);
        let rows: Vec<_> = self.edits_of(manga).await.into_iter().filter(is_new).collect();
        let mut memory = self.memory();
        for row in rows {
            let Some(field) = row.field else { continue };
            let (was, is) = (value_of(field, row.before), value_of(field, row.after));
            memory.heads[work].edited(Origin::User, field, Some(&was), is.clone());
            if links.values().flatten().any(|base| agreed_on(base, field, &is)) {
                memory.heads[work].0.last_mut().unwrap().alive = false;
            }
        }
    }

    async fn edits_of(&self, manga: MangaId) -> Vec<JournalRow> {
        let rows = self.view.journal_of(&[manga]).await.unwrap().remove(&manga).unwrap_or_default();
        rows.into_iter().filter(|row| row.cause == "edit").collect()
    }

    pub async fn remove_here(&self, work: usize) {
        let Some(manga) = self.manga_of(work).await else { return };
        let Ok(shown) = self.engine().entry(manga).await else { return };
        if self.engine().remove(manga).await.is_ok() {
            self.note(format!("the reader removes work {work}"));
            let shown = entry_fields(&shown);
            self.memory().heads[work].gone(&shown);
        }
    }

    /// The reader adds a work to the library, as `provider` has it.
    pub async fn add_here(&self, work: usize, provider: Provider) {
        let Some(id) = self.memory().titles[work].ids[provider] else { return };
        let added = self.engine().add(provider, &ExternalId::from(id.to_string().as_str())).await;
        self.note(format!(
            "the reader adds work {work} from {provider}: {}",
            added.map_or_else(|e| e.to_string(), |_| "done".into())
        ));
    }

    /// The reader splits a work off what it is linked to, or links it again.
    pub async fn relink(&self, work: usize, provider: Provider, split: bool) {
        let (Some(manga), id) = (self.manga_of(work).await, self.memory().titles[work].ids[provider]) else { return };
        let Some(id) = id.map(|id| ExternalId::from(id.to_string().as_str())) else { return };
        let engine = self.engine();
        let done = if split { engine.unlink(manga, provider).await } else { engine.link(manga, provider, &id).await };
        self.note(format!(
            "the reader links work {work} at {provider} (split {split}): {}",
            done.map_or_else(|e| e.to_string(), |_| "done".into())
        ));
        let mut memory = self.memory();
        memory.split.insert(work);
    }

    /// The reader answers a question. What is to go everywhere goes knowingly.
    pub async fn answer(&self, id: uuid::Uuid, manga: MangaId, answer: Answer) {
        let stored = self.stored().await;
        let Some(loaded) = stored.iter().find(|loaded| loaded.id == manga) else { return };
        let Some(work) = self.work_of(loaded) else { return };
        let answered = self.engine().resolve(id, answer).await;
        self.note(format!(
            "the reader answers about work {work}: {answer:?}: {}",
            answered.as_ref().map_or_else(ToString::to_string, |()| "done".into())
        ));
        if answered.is_err() || answer != Answer::Remove {
            return;
        }
        self.memory().removed.insert(work);
        let here = match &loaded.state.local {
            Local::Present(entry, _) | Local::Removed(entry, ..) => Some(entry.fields()),
            Local::Never => None,
        };
        let there = loaded.state.sides().filter_map(|(_, side)| Some(side.remote.present()?.fields.clone()));
        let shown: Vec<Fields> = here.into_iter().chain(there).collect();
        shown.iter().for_each(|shown| self.memory().heads[work].gone(shown));
    }

    /// The reader takes something back. What is taken back counts no more; what comes back is nobody's new edit.
    pub async fn undo(&self, id: uuid::Uuid, force: bool) {
        let undone = self.engine().undo(Target::Id(id), force).await;
        let told = undone.as_ref().map_or_else(ToString::to_string, json);
        self.note(format!("the reader takes back {id} (forced {force}): {told}"));
        let Ok(report) = undone else { return };
        let stored = self.stored().await;
        for row in report.plan {
            let Some(loaded) = stored.iter().find(|loaded| loaded.id == row.manga_id) else { continue };
            let Some(work) = self.work_of(loaded) else { continue };
            let mut memory = self.memory();
            for field in &row.fields {
                if let Some(provider) = row.provider {
                    let value = value_of(field.field, field.after.clone());
                    memory.put_back.insert((provider, work, field.field), value);
                    continue;
                }
                memory.heads[work].overwritten(field.field, Some(&value_of(field.field, field.before.clone())));
            }
            if let (Local::Removed(entry, ..), "remove_local") = (&loaded.state.local, row.action) {
                memory.heads[work].gone(&entry.fields());
            }
        }
    }

    // People at the websites.

    pub async fn edit_there(&self, provider: Provider, work: usize, changes: &Fields) {
        let (account, id) = self.whose(provider, work);
        let Some(id) = id else { return };
        let base = self.agreements(work).await[provider].clone();
        let before = websites::read(&self.sim, provider, account, id).unwrap_or_default();
        if !websites::edit(&self.sim, provider, account, id, changes) {
            return;
        }
        let after = websites::read(&self.sim, provider, account, id).unwrap();
        self.note(format!("somebody edits {provider} work {work}: {} -> {}", json(changes), json(&after)));
        let mut memory = self.memory();
        memory.stirred.push((provider, work));
        memory.lists[provider].insert(work, after.clone());
        let heads = &mut memory.heads[work];
        heads.edited_over(provider);
        for field in Field::ALL {
            let (was, is) = (before.get(field), after.get(field));
            if was == is {
                continue;
            }
            match (is, changes.get(field)) {
                (Some(is), Some(told)) if is == told => {
                    heads.edited(Origin::Provider(provider), field, was, is.clone());
                    if base.as_ref().is_some_and(|base| agreed_on(base, field, is)) {
                        heads.0.last_mut().unwrap().alive = false;
                    }
                }
                _ => heads.overwritten(field, was),
            }
        }
    }

    pub fn remove_there(&self, provider: Provider, work: usize) {
        let (account, id) = self.whose(provider, work);
        let Some(shown) = id.and_then(|id| websites::read(&self.sim, provider, account, id)) else { return };
        websites::remove(&self.sim, provider, account, id.unwrap());
        self.note(format!("somebody removes work {work} at {provider}"));
        let mut memory = self.memory();
        memory.stirred.push((provider, work));
        memory.lists[provider].remove(&work);
        memory.heads[work].gone(&shown);
    }

    /// One thing that a person does at any moment, also during a run.
    pub async fn person(&self, seed: u64, mark: u32) {
        let mut author = Author::new(seed, mark);
        let works = self.memory().titles.len();
        let work = author.chance.below(works);
        let total = self.memory().titles[work].total;
        let provider = author.chance.pick(&Provider::ALL);
        match author.chance.below(12) {
            0..5 => {
                let changes = author.changes(&Field::ALL, total, None);
                self.edit_here(work, &changes).await;
            }
            5..10 => {
                let mut changes = author.changes(websites::fields_of(provider), total, Some(provider));
                if !self.memory().lists[provider].contains_key(&work) {
                    changes.set(Field::Status, author.status());
                }
                self.edit_there(provider, work, &changes).await;
            }
            10 if author.chance.one_in(3) => self.remove_here(work).await,
            10 if author.chance.one_in(2) => self.add_here(work, provider).await,
            11 if author.chance.one_in(2) => self.remove_there(provider, work),
            _ => {}
        }
    }

    // What is so.

    /// What every list holds now, for comparing later.
    pub fn look(&self, provider: Provider) {
        let (now, writes) = (self.list(provider), self.writes(provider));
        let mut memory = self.memory();
        memory.lists[provider] = now;
        memory.writes[provider] = writes;
    }

    /// The list of `provider` by work.
    pub fn list(&self, provider: Provider) -> HashMap<usize, Fields> {
        let works = self.memory().titles.len();
        let read = |work| {
            let (account, id) = self.whose(provider, work);
            Some((work, websites::read(&self.sim, provider, account, id?)?))
        };
        (0..works).filter_map(read).collect()
    }

    /// What the lists of the other accounts say about a work.
    pub fn lists_elsewhere(&self, provider: Provider, work: usize) -> impl Iterator<Item = Fields> {
        let (account, id) = self.whose(provider, work);
        let others = Account::all().into_iter().map(|other| other.id).filter(move |other| *other != account);
        others.filter_map(move |other| websites::read(&self.sim, provider, other, id?))
    }

    fn whose(&self, provider: Provider, work: usize) -> (i64, Option<i64>) {
        let memory = self.memory();
        (memory.accounts[provider], memory.titles[work].ids[provider])
    }

    /// Everything the store knows.
    pub async fn stored(&self) -> Vec<LoadedManga> {
        self.view.load_manga(&Scope::All).await.unwrap()
    }

    /// Which work a manga is.
    pub fn work_of(&self, manga: &LoadedManga) -> Option<usize> {
        let memory = self.memory();
        manga.mappings.iter().find_map(|(p, mapping)| memory.work(p, mapping.as_ref()?.external_id.as_str()))
    }

    async fn manga_of(&self, work: usize) -> Option<MangaId> {
        let stored = self.stored().await;
        let is_it = |manga: &&LoadedManga| self.work_of(manga) == Some(work);
        let present = |manga: &&LoadedManga| matches!(manga.state.local, Local::Present(..));
        stored.iter().filter(is_it).find(present).map(|manga| manga.id)
    }

    async fn agreements(&self, work: usize) -> EnumMap<Provider, Option<Base>> {
        let stored = self.stored().await;
        let mut bases = EnumMap::default();
        for manga in stored.iter().filter(|manga| self.work_of(manga) == Some(work)) {
            for (provider, side) in manga.state.sides() {
                bases[provider] = side.base.clone();
            }
        }
        bases
    }
}

impl Drop for World {
    fn drop(&mut self) {
        Provider::ALL.into_iter().for_each(|provider| self.onlooker(provider).set(None));
    }
}

/// Called at every request that reaches a service.
async fn witness(world: Weak<World>, provider: Provider, seen: Seen) {
    let Some(world) = world.upgrade() else { return };
    let is_write = is_write(provider, &seen);
    if is_write && seen.moment == Moment::Before {
        world.note_intents(provider).await;
    }
    if is_write && seen.moment == Moment::After {
        let (now, writes) = (world.list(provider), world.writes(provider));
        world.memory().written(provider, now, writes);
    }
    let event = {
        let mut memory = world.memory();
        // A refused batch may have been applied in part without saying so: what is sent again is no second write then.
        if seen.fault.is_some() || is_write && seen.status.is_some_and(|status| status >= 400) {
            memory.struck[provider] = true;
        }
        if seen.moment == Moment::Before {
            memory.requests[provider] += 1;
        }
        memory.answered[provider] |= seen.status.is_some_and(|status| status < 400) && !is_write;
        let request = memory.requests[provider] - 1;
        memory.turn(provider, request, seen.moment)
    };
    world.note(format!(
        "   {provider} {:?} {} {} {:?} {:?}",
        seen.moment, seen.method, seen.route, seen.fault, seen.status
    ));
    world.clock.pass(Duration::from_millis(300));
    match event {
        None => {}
        // A person finishes what they began, also when the application dies meanwhile and its connection with it.
        Some(Event::Person { seed, mark }) => {
            let _ = tokio::spawn(async move { world.person(seed, mark).await }).await;
        }
        Some(Event::Crash) => {
            world.crash.notify_one();
            drop(world);
            std::future::pending::<()>().await;
        }
    }
}

impl World {
    async fn note_intents(&self, provider: Provider) {
        let mut intents = HashMap::new();
        for manga in self.stored().await {
            let intent = manga.state.sides[provider].as_ref().and_then(|side| side.intent.as_deref().cloned());
            if let Some((work, intent)) = self.work_of(&manga).zip(intent) {
                self.memory().check_intent(provider, work, &intent);
                intents.insert(work, intent);
            }
        }
        self.memory().intents[provider] = intents;
    }
}

fn is_write(provider: Provider, seen: &Seen) -> bool {
    match provider {
        Provider::AniList => seen.route.starts_with("mutation"),
        Provider::MyAnimeList => seen.route.contains("my_list_status"),
        Provider::Kitsu => seen.method != "GET" && seen.route.contains("library-entries"),
    }
}

fn title(work: &Work) -> Title {
    let mut ids = EnumMap::default();
    ids[Provider::AniList] = work.anilist;
    ids[Provider::MyAnimeList] = work.myanimelist;
    ids[Provider::Kitsu] = work.kitsu.first().copied();
    Title { ids, total: work.chapters }
}

fn agreed_on(base: &Base, field: Field, value: &Value) -> bool {
    let pair = base.pairs[field].as_ref();
    pair.is_some_and(|pair| pair.theirs == *value || pair.ours.as_ref().is_some_and(|sent| sent.raw == *value))
}

/// A value as the history tells it; nothing is the empty value.
pub fn value_of(field: Field, json: Option<serde_json::Value>) -> Value {
    let told = serde_json::json!({ field.as_str(): json });
    let fields: Result<Fields, _> = serde_json::from_value(told);
    fields
        .ok()
        .and_then(|fields| fields.get(field).cloned())
        .unwrap_or_else(|| kuroibara_core::Entry::new(kuroibara_core::Status::PlanToRead).get(field))
}

fn entry_fields(view: &kuroibara_engine::library::EntryView) -> Fields {
    Fields::new()
        .with(Field::Status, Value::Status(view.status))
        .with(Field::Chapters, Value::Count(view.chapters_read))
        .with(Field::Volumes, Value::Count(view.volumes_read))
        .with(Field::Rereads, Value::Count(view.rereads))
        .with(Field::Score, Value::Score(view.score))
        .with(Field::StartedOn, Value::Date(view.started_on))
        .with(Field::FinishedOn, Value::Date(view.finished_on))
        .with(Field::Notes, Value::Text(view.notes.as_deref().map(Into::into)))
        .with(Field::Private, Value::Flag(view.private))
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

fn told(fields: &[kuroibara_core::plan::FieldChange]) -> String {
    let one = |change: &kuroibara_core::plan::FieldChange| {
        format!("{} {}→{}", change.field, json(&change.before), json(&change.after))
    };
    fields.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A disk that forgets is as good here and much faster.
pub fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir()) } else { tempfile::tempdir() }
        .unwrap()
}

fn config_of(sim: &Sim, dir: &Path, place: &Place) -> Config {
    let mut env: HashMap<String, String> =
        sim.env().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    env.insert("KUROIBARA_DATA_DIR".into(), dir.to_str().unwrap().into());
    env.insert("KUROIBARA_LIMITS".into(), "off".into());
    match place {
        Place::Copy(file) => drop(std::fs::copy(file, dir.join("kuroibara.db")).unwrap()),
        Place::Server(url, _) => {
            env.insert("DATABASE_URL".into(), url.clone());
            env.insert("KUROIBARA_PASSPHRASE".into(), PASSPHRASE.into());
        }
    }
    let mut config = Config::from_env(|name| env.get(name).cloned()).unwrap();
    config.http.seed = 1;
    config
}

/// A crashed process's leases end by themselves after a minute of the database's own time.
async fn kill_leases(config: &Config, dir: &Path) {
    use sqlx::{Connection, Executor};
    let text = "UPDATE leases SET expires_at = 0";
    match &config.database_url {
        Some(url) => {
            let mut connection = sqlx::PgConnection::connect(url.reveal()).await.unwrap();
            connection.execute(text).await.unwrap();
        }
        None => {
            let options = sqlx::sqlite::SqliteConnectOptions::new()
                .filename(dir.join("kuroibara.db"))
                .busy_timeout(Duration::from_secs(10));
            let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
            connection.execute(text).await.unwrap();
            connection.close().await.unwrap();
        }
    }
}
