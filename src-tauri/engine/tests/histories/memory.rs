//! What the laws have to remember of a history: every edit that still counts, what each list holds, what is about to happen.

use std::collections::{HashMap, HashSet};

use enum_map::EnumMap;
use kuroibara_core::{Field, Fields, Intent, Origin, Policy, Provider, Value};
use kuroibara_sim::Moment;

use crate::heads::{Heads, is_unique};

/// One work of the world: its place in the catalogue is its name.
#[derive(Clone, Debug)]
pub struct Title {
    pub ids: EnumMap<Provider, Option<i64>>,
    pub total: Option<u32>,
}

/// Something that happens at a request of a run.
#[derive(Clone, Debug)]
pub struct Turn {
    pub provider: Provider,
    /// Counted from zero in each run.
    pub request: usize,
    pub moment: Moment,
    pub event: Event,
}

/// What somebody does, or what happens, while a run is under way.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    /// The process dies.
    Crash,
    /// A person acts; seed and mark say what they do.
    Person { seed: u64, mark: u32 },
}

/// Everything that is remembered.
pub struct Memory {
    pub titles: Vec<Title>,
    pub heads: Vec<Heads>,
    pub policy: Policy,
    pub accounts: EnumMap<Provider, i64>,
    /// What each list held when anybody last looked, by work.
    pub lists: EnumMap<Provider, HashMap<usize, Fields>>,
    /// The writes counted by each service at that moment.
    pub writes: EnumMap<Provider, usize>,
    pub intents: EnumMap<Provider, HashMap<usize, Intent>>,
    /// Works that a person edited there during this run.
    pub stirred: Vec<(Provider, usize)>,
    /// Whether a fault struck a provider during this run.
    pub struck: EnumMap<Provider, bool>,
    /// Where this run may not write: it is a dry run, or nobody has approved the first sync.
    pub closed: EnumMap<Provider, bool>,
    pub requests: EnumMap<Provider, usize>,
    /// Whether a whole listing page was answered well in this run.
    pub answered: EnumMap<Provider, bool>,
    /// Works that the reader linked or split by hand.
    pub split: HashSet<usize>,
    /// What went back to one provider alone, by work: there it may differ from the library.
    pub put_back: HashMap<(Provider, usize, Field), Value>,
    /// Works that the reader said are to go everywhere.
    pub removed: HashSet<usize>,
    pub turns: Vec<Turn>,
    pub log: Vec<String>,
    pub broken: Vec<String>,
}

impl Memory {
    pub fn new(titles: Vec<Title>) -> Self {
        Self {
            heads: titles.iter().map(|_| Heads::default()).collect(),
            titles,
            policy: Policy::default(),
            accounts: EnumMap::from_fn(|_| kuroibara_sim::READER),
            lists: EnumMap::default(),
            writes: EnumMap::default(),
            intents: EnumMap::default(),
            stirred: Vec::new(),
            put_back: HashMap::new(),
            struck: EnumMap::default(),
            closed: EnumMap::default(),
            requests: EnumMap::default(),
            answered: EnumMap::default(),
            split: HashSet::new(),
            removed: HashSet::new(),
            turns: Vec::new(),
            log: Vec::new(),
            broken: Vec::new(),
        }
    }

    /// The work that has this id at `provider`.
    pub fn work(&self, provider: Provider, id: &str) -> Option<usize> {
        let id: i64 = id.parse().ok()?;
        self.titles.iter().position(|title| title.ids[provider] == Some(id))
    }

    /// A run begins: what happened in the last one matters no more.
    pub fn begin(&mut self, turns: Vec<Turn>, closed: EnumMap<Provider, bool>) {
        self.turns = turns;
        self.closed = closed;
        self.stirred.clear();
        (self.struck, self.requests, self.answered) = Default::default();
    }

    /// What this request of a run brings, each once.
    pub fn turn(&mut self, provider: Provider, request: usize, moment: Moment) -> Option<Event> {
        let is_due = |turn: &Turn| (turn.provider, turn.request, turn.moment) == (provider, request, moment);
        let place = self.turns.iter().position(is_due)?;
        Some(self.turns.remove(place).event)
    }

    /// A write of ours took effect: `now` is the list after it.
    pub fn written(&mut self, provider: Provider, now: HashMap<usize, Fields>, writes: usize) {
        let before = std::mem::replace(&mut self.lists[provider], now.clone());
        let touched: Vec<usize> = (0..self.titles.len()).filter(|work| before.get(work) != now.get(work)).collect();
        let counted = writes - std::mem::replace(&mut self.writes[provider], writes);
        if counted > 0 && self.closed[provider] {
            self.broken.push(format!("{provider} was written to before anybody approved it"));
        }
        let excused = self.struck[provider] || self.stirred.iter().any(|(p, _)| *p == provider);
        if counted > touched.len() && !excused {
            self.broken
                .push(format!("law 4: {provider} was written {counted} times, and {} entries changed", touched.len()));
        }
        let silent: Vec<usize> = self.silently_written(provider, &touched, &now);
        for work in touched.into_iter().chain(silent) {
            let intent = self.intents[provider].get(&work).cloned();
            self.note_race(provider, work, before.get(&work), now.get(&work), intent.as_ref());
            self.check_removed(provider, work, before.get(&work), now.get(&work));
        }
    }

    /// Works that a write may have met as it leaves them, because somebody set the very same there in between: it can't be
    /// told from one that changed them.
    fn silently_written(&self, provider: Provider, touched: &[usize], now: &HashMap<usize, Fields>) -> Vec<usize> {
        let holds = |fields: &Fields, sent: &Fields| sent.iter().all(|(field, value)| fields.get(field) == Some(value));
        let stirred = |work: &usize| self.stirred.contains(&(provider, *work)) && !touched.contains(work);
        let intents = self.intents[provider].iter().filter(|(work, _)| stirred(work));
        intents
            .filter(|(work, intent)| now.get(work).is_some_and(|fields| holds(fields, &intent.sent)))
            .map(|(work, _)| *work)
            .collect()
    }

    /// Law 3 allows one loss: an edit made there between the listing and the write, where the write overwrote it.
    fn note_race(
        &mut self,
        provider: Provider,
        work: usize,
        there: Option<&Fields>,
        after: Option<&Fields>,
        intent: Option<&Intent>,
    ) {
        let Some(there) = there else { return };
        let stirred = self.stirred.contains(&(provider, work));
        let heads = &mut self.heads[work];
        for (field, value) in there.iter() {
            let known = intent.and_then(|intent| intent.before.as_ref()).and_then(|before| before.get(field));
            let sent = intent.and_then(|intent| intent.sent.get(field));
            let stayed = after.and_then(|after| after.get(field)) == Some(value);
            if !stayed && sent.is_none() {
                heads.displaced(provider, field, value);
            }
            // What Kitsu's own rules set can't be told from what somebody set in that moment.
            let own_rule = provider == Provider::Kitsu
                && matches!(field, Field::Status | Field::Chapters | Field::StartedOn | Field::FinishedOn);
            if stirred && known != Some(value) && (!stayed || own_rule || sent.is_some()) {
                heads.overwritten(field, Some(value));
            }
        }
    }

    fn check_removed(&mut self, provider: Provider, work: usize, before: Option<&Fields>, after: Option<&Fields>) {
        let follows = self.policy.providers[provider].removal == kuroibara_core::RemovalPolicy::Follow;
        if before.is_some() && after.is_none() && !follows && !self.removed.contains(&work) {
            self.broken.push(format!("law 7: work {work} was removed at {provider} though nobody said so"));
        }
    }

    /// What a request that is about to leave must not hold: law 4 (what is there already), law 8 (another provider's values
    /// while the services are not kept in step).
    pub fn check_intent(&mut self, provider: Provider, work: usize, intent: &Intent) {
        let known = |field: Field| intent.before.as_ref().and_then(|before| before.get(field));
        let told: Vec<Field> =
            intent.sent.iter().filter(|(field, value)| known(*field) == Some(*value)).map(|(field, _)| field).collect();
        if told.iter().any(|field| *field != Field::Rereads) || told.len() == intent.sent.len() {
            self.broken.push(format!("law 4: {provider} already holds {told:?} of {:?}", intent.sent));
        }
        if self.policy.keep_in_step {
            return;
        }
        let foreign = |origin: Origin| origin != Origin::User && origin != Origin::Provider(provider);
        // Completing counts all chapters without anybody saying so.
        let all = self.titles[work].total.map(Value::Count);
        let tells = |field: Field, value: &Value| is_unique(field) && !value.is_empty() && Some(value) != all.as_ref();
        for (field, value) in intent.sent.iter().filter(|(field, value)| tells(*field, value)) {
            let mut sources = self.heads[work].sources(field, value).peekable();
            if sources.peek().is_some() && sources.all(foreign) {
                self.broken.push(format!("law 8: {provider} was sent {field:?} {value:?} of another provider"));
            }
        }
    }
}
