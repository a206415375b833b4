//! One sync, made of core's public functions in the engine's order: list, merge, apply, store the intent, write, learn,
//! and again until nothing is left. At every step the weather may turn.

use kuroibara_core::{
    Field, Fields, Group, Local, Origin, Provider, Value,
    learn::{answered, intend},
    merge::{Arrival, Lost},
    plan::{MangaPlan, plan},
};

use super::{
    heads::is_unique,
    service::{Read, Refusal},
    told,
    world::World,
};

/// What the weather does at one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Go,
    /// The process dies here.
    Crash,
    /// The request of this step takes effect, and its answer is lost. Elsewhere as [`Fate::Go`].
    LoseAnswer,
    /// The request of this step never arrives. Elsewhere as [`Fate::Go`].
    LoseRequest,
}

/// What may happen between any two steps.
pub type Weather<'a> = dyn FnMut(&mut World) -> Fate + 'a;

/// No crash, no loss, nobody else.
pub fn calm(_: &mut World) -> Fate {
    Fate::Go
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Full,
    Incremental,
}

/// The process died.
#[derive(Debug)]
pub struct Crashed;

impl World {
    /// One run. How often it wrote.
    pub fn sync(&mut self, scope: Scope, weather: &mut Weather<'_>) -> Result<u32, Crashed> {
        let before = self.writes;
        self.note(|| format!("-- sync {scope:?}"));
        let mut open = Vec::new();
        for provider in Provider::ALL {
            if self.links[provider].connected && self.policy.providers[provider].enabled {
                open.extend(self.list(provider, scope, weather)?.then_some(provider));
            }
        }
        for _ in 0..8 {
            let done = self.round(&mut open, weather)?;
            if done {
                break;
            }
        }
        Ok(self.writes - before)
    }

    fn step(&mut self, weather: &mut Weather<'_>) -> Result<Fate, Crashed> {
        match weather(self) {
            Fate::Crash => {
                self.note(|| "crash".to_owned());
                Err(Crashed)
            }
            fate => Ok(fate),
        }
    }

    /// Lists one provider; whether it answered.
    fn list(&mut self, provider: Provider, scope: Scope, weather: &mut Weather<'_>) -> Result<bool, Crashed> {
        let asked_at = self.now;
        let since = match (scope, self.links[provider].cursor) {
            (Scope::Incremental, Some(cursor)) => Some(cursor - chrono::TimeDelta::seconds(60)),
            (Scope::Incremental | Scope::Full, _) => None,
        };
        let listed = self.services[provider].read();
        if self.step(weather)? == Fate::LoseAnswer {
            self.note(|| format!("{provider} does not answer"));
            return Ok(false);
        }
        match (listed, since) {
            (Some(read), since) if since.is_none_or(|since| read.updated_at >= since) => self.listed(provider, read),
            (Some(_), _) => {}
            (None, None) => self.look(provider, weather)?,
            (None, Some(_)) => {}
        }
        if self.links[provider].seen == kuroibara_core::Remote::Unknown {
            self.look(provider, weather)?;
        }
        self.links[provider].read_at = Some(asked_at);
        Ok(true)
    }

    fn listed(&mut self, provider: Provider, read: Read) {
        let cursor = self.links[provider].cursor.max(Some(read.updated_at));
        self.observe(provider, Some(read));
        self.links[provider].cursor = cursor;
    }

    /// A direct look: the only thing besides a full listing that may say “absent”.
    fn look(&mut self, provider: Provider, weather: &mut Weather<'_>) -> Result<(), Crashed> {
        self.step(weather)?;
        let read = self.services[provider].read();
        self.observe(provider, read);
        Ok(())
    }

    /// Plans, applies, writes. Whether nothing was left to do.
    fn round(&mut self, open: &mut Vec<Provider>, weather: &mut Weather<'_>) -> Result<bool, Crashed> {
        let (version, state) = (self.version, self.open_state(open));
        let plan = plan(&state, &self.policy);
        let settled = plan.is_settled(&state);
        if settled {
            if !plan.merged.lost.is_empty() {
                self.broken.push(format!("a conflict comes back: {:?}", plan.merged.lost));
            }
            self.questions = plan.merged.questions;
            return Ok(true);
        }
        self.step(weather)?;
        if version != self.version {
            return Ok(false);
        }
        self.apply(&plan, open);
        for provider in open.clone() {
            if plan.merged.removals.contains(&provider) {
                self.remove(provider, weather)?;
            } else if plan.pushes[provider].request.is_some() && !self.write(provider, &plan, weather)? {
                open.retain(|other| *other != provider);
            }
        }
        Ok(false)
    }

    fn open_state(&self, open: &[Provider]) -> kuroibara_core::MangaState {
        let mut state = self.state();
        Provider::ALL.into_iter().filter(|p| !open.contains(p)).for_each(|p| state.sides[p] = None);
        state
    }

    /// One transaction: the entry, the bases, the journal, and the intents of what is about to be written.
    fn apply(&mut self, plan: &MangaPlan, open: &[Provider]) {
        if let (Local::Removed(entry, ..), Some(Arrival::Created(_))) = (&self.local, plan.merged.arrival) {
            // Removed when no list had it: what somebody adds later is another entry.
            self.heads.gone(&entry.fields());
        }
        if self.local != plan.merged.local {
            self.note_applied(plan);
            self.local = plan.merged.local.clone();
            self.version += 1;
        }
        for pull in plan.merged.pulls.iter().filter(|pull| pull.before.is_empty()) {
            // Never agreed on with that provider: what is empty on one side takes the other's value.
            if self.links[pull.from].base.as_ref().is_none_or(|base| base.pairs[pull.field].is_none()) {
                self.heads.overwritten(pull.field, Some(&pull.before));
            }
        }
        for lost in &plan.merged.lost {
            self.note(|| format!("journalled {:?} {:?} {}", lost.side, lost.group, told(&lost.fields)));
        }
        self.journal.extend(plan.merged.lost.iter().cloned());
        self.questions.clone_from(&plan.merged.questions);
        for provider in open {
            let link = &mut self.links[*provider];
            if link.base.is_none() && plan.base(*provider).is_some() {
                self.heads.linked();
            }
            link.base = plan.base(*provider).cloned();
            link.intent = plan.pushes[*provider]
                .request
                .as_ref()
                .zip(self.local.present())
                .map(|(request, (entry, _))| intend(self.now, request.fields.clone(), entry, link.seen.present()));
        }
    }

    fn note_applied(&mut self, plan: &MangaPlan) {
        let pulls: Vec<_> = plan
            .merged
            .pulls
            .iter()
            .map(|p| format!("{} {} {}", p.from, p.field.as_str(), serde_json::to_string(&p.after).unwrap()))
            .collect();
        let (arrival, lost) = (plan.merged.arrival, &plan.merged.lost);
        let lost: Vec<_> = lost.iter().map(|lost| (lost.side, lost.group)).collect();
        self.note(|| format!("applied {arrival:?} {pulls:?} lost {lost:?}"));
    }

    fn gives_away(&self, provider: Provider, local: &Local) -> bool {
        let chosen = &self.policy.providers[provider];
        local.present().is_some_and(|(entry, _)| entry.private)
            && !chosen.shape(provider).private
            && !chosen.export_private
    }

    /// Writes once. Whether the provider may be asked again in this run.
    fn write(&mut self, provider: Provider, plan: &MangaPlan, weather: &mut Weather<'_>) -> Result<bool, Crashed> {
        let Some(request) = plan.pushes[provider].request.clone() else { return Ok(true) };
        if self.gives_away(provider, &plan.merged.local) {
            self.broken.push(format!("a private entry is sent to {provider}, where everybody sees it"));
        }
        let Some(intent) = self.links[provider].intent.clone() else { return Ok(true) };
        self.check_request(provider, plan);
        if self.step(weather)? == Fate::LoseRequest {
            self.note(|| format!("request to {provider} lost"));
            return Ok(false);
        }
        let id = self.links[provider].base.as_ref().and_then(|base| base.entry_id.clone());
        let id = id.or_else(|| self.links[provider].seen.present().and_then(|seen| seen.entry_id.clone()));
        let there = self.services[provider].read();
        let outcome = match request.creates {
            true => self.services[provider].create(&request.fields, self.now),
            false => self.services[provider].update(id.as_ref(), &request.fields, self.now),
        };
        self.writes += 1;
        self.note(|| {
            format!("write to {provider} new={} {} -> {}", request.creates, told(&request.fields), tell(&outcome))
        });
        // What somebody did in that moment makes the prediction wrong: then a date may look like a person's.
        if there.as_ref().map(|there| &there.fields) == intent.before.as_ref() {
            self.note_invented(provider, there.as_ref(), &request.fields);
        }
        self.note_race(provider, there, intent.before.as_ref(), &request.fields);
        if self.step(weather)? == Fate::LoseAnswer {
            self.note(|| format!("answer of {provider} lost"));
            return Ok(false);
        }
        match outcome {
            Ok(read) => self.learn(provider, read),
            Err(Refusal::NotFound | Refusal::Taken) => {
                self.look(provider, weather)?;
                self.links[provider].intent = None;
            }
            Err(Refusal::Invalid) => self.broken.push(format!("{provider} refused {request:?}")),
        }
        Ok(true)
    }

    fn learn(&mut self, provider: Provider, read: Read) {
        self.observe(provider, Some(read));
        let (shape, totals) = (self.policy.providers[provider].shape(provider), self.services[provider].totals);
        let link = &mut self.links[provider];
        let (Some(intent), Some(answer)) = (link.intent.take(), link.seen.present()) else { return };
        link.base = answered(link.base.as_ref(), &intent, answer, &shape, totals);
    }

    fn remove(&mut self, provider: Provider, weather: &mut Weather<'_>) -> Result<(), Crashed> {
        let before = self.links[provider].seen.clone();
        self.look(provider, weather)?;
        if self.links[provider].seen != before {
            return Ok(());
        }
        self.step(weather)?;
        let id = before.present().and_then(|seen| seen.entry_id.clone());
        let there = self.services[provider].read();
        self.services[provider].remove(id.as_ref());
        self.writes += 1;
        self.note(|| format!("removed at {provider}"));
        // The journal's row of a removal has the whole entry as it was.
        let fields = before.present().map(|seen| seen.fields.clone()).unwrap_or_default();
        let row = |group| Lost { side: Origin::Provider(provider), group, fields: fields.clone() };
        self.journal.extend(Group::ALL.map(row));
        self.note_race(provider, there, before.present().map(|seen| &seen.fields), &Fields::new());
        self.step(weather)?;
        self.links[provider].base = None;
        self.links[provider].seen = kuroibara_core::Remote::Absent;
        Ok(())
    }

    fn note_invented(&mut self, provider: Provider, there: Option<&Read>, sent: &Fields) {
        let Some(after) = self.services[provider].read().filter(|_| provider == Provider::Kitsu) else { return };
        for field in [Field::StartedOn, Field::FinishedOn] {
            let before = there.and_then(|there| there.fields.get(field));
            match after.fields.get(field) {
                Some(date) if sent.get(field).is_none() && before != Some(date) && !date.is_empty() => {
                    self.heads.invented(field, date);
                }
                Some(_) | None => {}
            }
        }
    }

    /// Law 3 allows one loss: an edit made there between the listing and the write, where the write overwrote it.
    fn note_race(&mut self, provider: Provider, there: Option<Read>, known: Option<&Fields>, sent: &Fields) {
        let after = self.services[provider].read();
        let Some(there) = there else { return };
        for (field, value) in there.fields.iter() {
            let known = known.and_then(|known| known.get(field));
            let stayed = after.as_ref().and_then(|after| after.fields.get(field)) == Some(value);
            if !stayed && sent.get(field).is_none() {
                self.heads.displaced(provider, field, value);
            }
            // What Kitsu's own rules set can't be told from what somebody set in that moment.
            let own_rule = provider == Provider::Kitsu
                && matches!(field, Field::Status | Field::Chapters | Field::StartedOn | Field::FinishedOn);
            if known != Some(value) && (!stayed || own_rule || sent.get(field).is_some()) {
                self.heads.overwritten(field, Some(value));
            }
        }
    }

    /// What can only be seen at the moment of a write: law 4 (nothing that is there already) and law 8 (nothing of another
    /// provider while the services are not kept in step).
    fn check_request(&mut self, provider: Provider, plan: &MangaPlan) {
        let Some(request) = &plan.pushes[provider].request else { return };
        let seen = self.links[provider].seen.present();
        let known = |field: Field, value: &Value| seen.is_some_and(|seen| seen.fields.get(field) == Some(value));
        let told: Vec<_> = request.fields.iter().filter(|(field, value)| known(*field, value)).collect();
        if told.iter().any(|(field, _)| *field != Field::Rereads) || told.len() == request.fields.len() {
            self.broken.push(format!("law 4: {provider} already holds {told:?} of {request:?}"));
        }
        for field in [Field::StartedOn, Field::FinishedOn] {
            let theirs =
                seen.and_then(|seen| seen.fields.get(field)).filter(|date| self.heads.is_invented(field, date));
            // Where the library had a date that it has no more, the clear is an edit.
            let pair = self.links[provider].base.as_ref().and_then(|base| base.pairs[field].as_ref());
            let had_none = pair.and_then(|pair| pair.ours.as_ref()).is_some_and(|sent| sent.raw.is_empty());
            if theirs.is_some() && had_none && request.fields.get(field).is_some_and(Value::is_empty) {
                self.broken.push(format!("rule 12: an invented {field:?} is cleared at {provider}"));
            }
        }
        if self.policy.keep_in_step {
            return;
        }
        let Local::Present(_, stamps) = &plan.merged.local else { return };
        for (field, value) in request.fields.iter() {
            let foreign = |origin: Origin| origin != Origin::User && origin != Origin::Provider(provider);
            let mut sources = self.heads.sources(field, value).peekable();
            let tainted = is_unique(field) && !value.is_empty() && sources.peek().is_some() && sources.all(foreign);
            if tainted || foreign(stamps.fields[field].origin) {
                self.broken.push(format!("law 8: {provider} was sent {field:?} {value:?} of another provider"));
            }
        }
    }
}

fn tell(outcome: &Result<Read, Refusal>) -> String {
    match outcome {
        Ok(read) => told(&read.fields),
        Err(refusal) => format!("{refusal:?}"),
    }
}
