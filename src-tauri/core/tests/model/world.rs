//! The world of one manga: the library, the three services, what the store knows of them, and the people who edit.

use chrono::TimeDelta;
use enum_map::EnumMap;
use kuroibara_core::{
    Base, Entry, Field, Fields, Intent, Local, MangaState, Observation, Origin, Policy, Provider, Remote, Side, Stamp,
    Stamps, Status, Time, Totals, Value,
    merge::{
        Lost, Question,
        decide::{Answer, decide},
    },
    undo,
};

use super::{
    heads::{Heads, same},
    service::{Read, Service},
    told,
};

/// What the store knows of one integration and its mapping.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Link {
    pub connected: bool,
    pub base: Option<Base>,
    pub seen: Remote,
    pub intent: Option<Intent>,
    pub cursor: Option<Time>,
    /// When the last completed listing was asked for.
    pub read_at: Option<Time>,
}

impl Link {
    /// Whether a clear of `field` is an edit: before the first link, what is empty on one side takes the other's value.
    fn has_agreed(&self, field: Field) -> bool {
        self.base.as_ref().is_some_and(|base| base.pairs[field].is_some())
    }

    /// Whether `value` is what was agreed: going back to it before anybody read the edit is no edit.
    fn agreed_on(&self, field: Field, value: &Value) -> bool {
        let pair = self.base.as_ref().and_then(|base| base.pairs[field].as_ref());
        pair.is_some_and(|pair| pair.theirs == *value || pair.ours.as_ref().is_some_and(|sent| sent.raw == *value))
    }
}

/// A local value as it was, with its stamp: what an undo needs.
#[derive(Clone, Debug)]
pub struct Step {
    pub before: Entry,
    pub stamps: Stamps,
    pub fields: Vec<Field>,
}

#[derive(Clone)]
pub struct World {
    pub now: Time,
    pub local: Local,
    pub version: u64,
    pub services: EnumMap<Provider, Service>,
    pub links: EnumMap<Provider, Link>,
    pub policy: Policy,
    pub journal: Vec<Lost>,
    pub questions: Vec<Question>,
    pub heads: Heads,
    pub undoable: Vec<Step>,
    pub writes: u32,
    /// What happened, for whoever has to understand a failing seed.
    pub log: Vec<String>,
    /// A broken law that only the moment of a write can show.
    pub broken: Vec<String>,
}

impl World {
    pub fn new(totals: Totals) -> Self {
        Self {
            now: "2026-03-01T12:00:00Z".parse().unwrap(),
            local: Local::Never,
            version: 0,
            services: EnumMap::from_fn(|provider| Service::new(provider, totals)),
            links: EnumMap::default(),
            policy: Policy::default(),
            journal: Vec::new(),
            questions: Vec::new(),
            heads: Heads::default(),
            undoable: Vec::new(),
            writes: 0,
            log: Vec::new(),
            broken: Vec::new(),
        }
    }

    /// A world in which these providers are connected.
    pub fn connected(totals: Totals, providers: &[Provider]) -> Self {
        let mut world = Self::new(totals);
        providers.iter().for_each(|provider| world.links[*provider].connected = true);
        world
    }

    pub fn note(&mut self, what: impl FnOnce() -> String) {
        let line = format!("{} {}", self.now.format("%d %H:%M:%S"), what());
        self.log.push(line);
    }

    pub fn wait(&mut self, seconds: i64) {
        self.now += TimeDelta::seconds(seconds);
    }

    pub fn entry(&self) -> Option<&Entry> {
        self.local.present().map(|(entry, _)| entry)
    }

    // People.

    /// The reader edits here; an entry that was removed comes back as it was, with the edit.
    pub fn edit_here(&mut self, changes: &Fields) {
        let mine = Stamp::new(self.now, Origin::User);
        let (before, mut stamps) = match &self.local {
            Local::Present(entry, stamps) => (entry.clone(), *stamps),
            Local::Removed(entry, stamps, _) => (entry.clone(), Stamps { presence: mine, ..*stamps }),
            Local::Never => (Entry::new(Status::PlanToRead), Stamps::all(mine)),
        };
        if self.entry().is_some() {
            let fields = changes.iter().map(|(field, _)| field).collect();
            self.undoable.push(Step { before: before.clone(), stamps, fields });
        }
        let mut entry = before.clone();
        changes.iter().for_each(|(field, value)| entry.set(field, value.clone()));
        for field in Field::ALL {
            if entry.get(field) != before.get(field) {
                stamps.fields[field] = mine;
                let is = entry.get(field);
                self.heads.edited(Origin::User, field, Some(&before.get(field)), is.clone());
                let unlinked = is.is_empty() && self.links.values().any(|link| !link.has_agreed(field));
                if unlinked || self.links.values().any(|link| link.agreed_on(field, &is)) {
                    self.heads.0.last_mut().unwrap().alive = false;
                }
            }
        }
        self.note(|| format!("the reader edits {}", told(changes)));
        self.local = Local::Present(entry, stamps);
        self.version += 1;
    }

    pub fn remove_here(&mut self) {
        let Local::Present(entry, stamps) = &self.local else { return };
        self.local = Local::Removed(entry.clone(), *stamps, self.now);
        self.undoable.clear();
        self.version += 1;
        self.note(|| "the reader removes the entry".to_owned());
    }

    /// The reader takes the last edit back: value and former origin, at this moment.
    pub fn undo_here(&mut self) {
        let (Some(step), Local::Present(entry, _)) = (self.undoable.pop(), &self.local) else { return };
        let here = |field: &Field| undo::Step::Here {
            field: *field,
            before: step.before.get(*field),
            after: entry.get(*field),
            former: step.stamps.fields[*field].origin,
            held: EnumMap::default(),
        };
        let steps: Vec<_> = step.fields.iter().map(here).collect();
        let undone = undo::undo(&self.state(), &steps, self.now, true);
        self.local = undone.local;
        for (field, was, ..) in &undone.fields {
            // What was taken back counts no more; what it brings back is nobody's new edit.
            self.heads.overwritten(*field, Some(was));
        }
        self.version += 1;
        self.note(|| format!("the reader undoes {:?}", step.fields));
    }

    /// Somebody edits at the website, or adds the entry there.
    pub fn edit_there(&mut self, provider: Provider, changes: &Fields) {
        let before = self.services[provider].read().map(|read| read.fields).unwrap_or_default();
        let Ok(after) = self.services[provider].save(changes, self.now) else { return };
        self.heads.edited_over(provider);
        for field in [Field::StartedOn, Field::FinishedOn] {
            self.heads.dated_by_a_person(field, after.fields.get(field));
        }
        for field in Field::ALL {
            let (was, is) = (before.get(field), after.fields.get(field));
            if was == is {
                continue;
            }
            match (is, changes.get(field)) {
                (Some(is), Some(told)) if is == told => {
                    self.heads.edited(Origin::Provider(provider), field, was, is.clone());
                    let link = &self.links[provider];
                    if is.is_empty() && (was.is_none() || !link.has_agreed(field)) || link.agreed_on(field, is) {
                        self.heads.0.last_mut().unwrap().alive = false;
                    }
                }
                _ => self.heads.overwritten(field, was),
            }
        }
        self.note(|| format!("somebody edits {provider} {} -> {}", told(changes), told(&after.fields)));
    }

    pub fn remove_there(&mut self, provider: Provider) {
        let Some(read) = self.services[provider].read() else { return };
        // What the library holds too is not gone: a new entry's blanks are no clears. Without entry ids nobody can tell a new
        // entry from a cleared one, unless the vanishing was seen.
        let known = self.entry().filter(|_| provider != Provider::MyAnimeList);
        let here = known.map(Entry::fields).unwrap_or_default();
        let only_there =
            |(field, value): &(Field, &Value)| here.get(*field).is_none_or(|mine| !same(*field, mine, value));
        self.heads.gone(&read.fields.iter().filter(only_there).map(|(f, v)| (f, v.clone())).collect());
        self.services[provider].entry = None;
        self.note(|| format!("somebody removes the entry at {provider}"));
    }

    /// The reader answers a question. What it gives up it gives up knowingly.
    pub fn answer(&mut self, question: Question, answer: Answer) {
        self.now += TimeDelta::milliseconds(10);
        let Ok(decided) = decide(&self.state(), &self.policy, question, answer, self.now) else { return };
        self.note(|| format!("the reader answers {question:?} {answer:?}"));
        if answer == Answer::Remove {
            let here = self.entry().map(Entry::fields).into_iter();
            let there = self.links.values().filter_map(|link| link.seen.present()).map(|seen| seen.fields.clone());
            here.chain(there).collect::<Vec<_>>().iter().for_each(|shown| self.heads.gone(shown));
        }
        for (provider, base) in decided.bases {
            if self.state().sides[provider].is_some() {
                self.links[provider].base = base;
            }
        }
        if decided.local != self.local {
            self.undoable.clear();
        }
        self.local = decided.local;
        self.journal.extend(decided.lost);
        self.version += 1;
    }

    // The store.

    /// What the planner may know: the library and every integration that is connected and switched on.
    pub fn state(&self) -> MangaState {
        let sides = EnumMap::from_fn(|provider| {
            let link = &self.links[provider];
            (link.connected && self.policy.providers[provider].enabled).then(|| Side {
                totals: self.services[provider].totals,
                base: link.base.clone(),
                remote: link.seen.clone(),
                intent: link.intent.clone().map(Box::new),
                left_out: Default::default(),
            })
        });
        MangaState { local: self.local.clone(), sides }
    }

    /// Stores what was read just now.
    pub fn observe(&mut self, provider: Provider, read: Option<Read>) {
        let link = &mut self.links[provider];
        let Some(Read { fields, entry_id, updated_at }) = read else {
            link.seen = Remote::Absent;
            return;
        };
        let read_before = match &link.seen {
            Remote::Present(old) if old.updated_at == updated_at && old.fields == fields => old.read_before,
            // Not merged yet: the earlier edit is still among what is seen.
            Remote::Present(old) if link.base.as_ref().is_some_and(|base| is_pending(base, old)) => old.read_before,
            Remote::Present(_) => link.read_at,
            Remote::Absent | Remote::Unknown => None,
        };
        link.seen = Remote::Present(Observation { fields, entry_id, updated_at, read_before });
    }
}

fn is_pending(base: &Base, seen: &Observation) -> bool {
    seen.fields.iter().any(|(field, value)| base.pairs[field].as_ref().is_some_and(|pair| pair.theirs != *value))
}

// What a test asks.
impl World {
    /// A world in which `entry` is in the library and, in step, at these providers, which hold nothing else.
    pub fn in_step(totals: Totals, providers: &[Provider], entry: &Fields) -> Self {
        let mut world = Self::connected(totals, providers);
        world.policy.keep_in_step = true;
        world.edit_here(entry);
        world.wait(3_600);
        world.quietly();
        world.wait(3_600);
        world
    }

    /// A full sync that nobody disturbs: how often it wrote.
    pub fn quietly(&mut self) -> u32 {
        self.sync(super::sync::Scope::Full, &mut super::sync::calm).unwrap()
    }

    /// What the library holds in `field`.
    pub fn here(&self, field: Field) -> Value {
        self.entry().expect("the entry is in the library").get(field)
    }

    /// What a provider holds in `field`.
    pub fn there(&self, provider: Provider, field: Field) -> Option<Value> {
        self.services[provider].read()?.fields.get(field).cloned()
    }
}
