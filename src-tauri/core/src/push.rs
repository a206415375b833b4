//! What is to be sent, computed from library against base at the moment of sending.
//!
//! A request is sent only if the provider's own rules keep what it says, and where they do not a second one follows if it
//! ends nearer to what the person wanted. Both are derived from state, so a crash between two requests needs no memory.

use crate::{
    Base, Entry, Field, Fields, Group, Origin, Pair, Policy, Provider, ProviderPolicy, Remote, Shape, Side, Stamp,
    Stamps, Status, Totals, Value,
    merge::Question,
    shape::Predicted,
    state::{LeftOut, Sent},
};

/// What is to be sent to one provider for one manga, and what is not and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Push {
    /// The next request, if one is due.
    pub request: Option<Box<Request>>,
    /// Fields that would go but are held: they came from another provider and the services are not kept in step.
    pub held: Vec<Field>,
    /// Why the entry as a whole is not written there.
    pub held_entry: Option<Held>,
    /// The base with what this provider can't be brought to hold noted as accepted, if that changes it.
    pub accepted: Option<Box<Base>>,
}

/// One save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Whether the entry is new there.
    pub creates: bool,
    /// The fields to send, in the provider's terms.
    pub fields: Fields,
}

/// Why an entry is not written at a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// It came from another provider, and the services are not kept in step.
    FromElsewhere,
    /// It is private, and privacy can't be held there.
    Private,
    /// Saving it would change a field that a person has yet to decide, or that is held.
    WouldChangeMore,
    /// A person has yet to decide about it.
    Asked,
}

/// What goes back to `provider` of an `entry` that is kept there and not in the library any more.
pub(crate) fn put_back(
    provider: Provider,
    (entry, stamps): (&Entry, &Stamps),
    side: &Side,
    base: &Base,
    policy: &Policy,
) -> Push {
    let sender = Sender::new(provider, (entry, stamps), side, &[], policy);
    match &side.remote {
        Remote::Present(seen) if sender.chosen.pushes() => {
            sender.put_back(&sender.shape.project(&seen.fields, side.totals), base)
        }
        Remote::Present(_) | Remote::Unknown | Remote::Absent => Push::default(),
    }
}

/// What is to be sent of `entry` to `provider`, given what the merge left open.
pub fn push(
    provider: Provider,
    (entry, stamps): (&Entry, &Stamps),
    side: &Side,
    base: Option<&Base>,
    questions: &[Question],
    policy: &Policy,
) -> Push {
    let sender = Sender::new(provider, (entry, stamps), side, questions, policy);
    if !sender.chosen.pushes() || questions.contains(&Question::VanishedThere(provider)) {
        return Push::default();
    }
    match (&side.remote, base) {
        (Remote::Unknown, _) => Push::default(),
        (Remote::Absent, Some(_)) => Push::default(),
        (Remote::Absent, None) => sender.create(),
        (Remote::Present(seen), base) => {
            let theirs = sender.shape.project(&seen.fields, side.totals);
            sender.update(&theirs, base.cloned().unwrap_or_default())
        }
    }
}

struct Sender<'a> {
    provider: Provider,
    chosen: &'a ProviderPolicy,
    shape: Shape,
    totals: Totals,
    left_out: LeftOut,
    entry: &'a Entry,
    stamps: &'a Stamps,
    questions: &'a [Question],
    keep_in_step: bool,
}

impl<'a> Sender<'a> {
    fn new(
        provider: Provider,
        (entry, stamps): (&'a Entry, &'a Stamps),
        side: &Side,
        questions: &'a [Question],
        policy: &'a Policy,
    ) -> Self {
        let (chosen, keep_in_step) = (&policy.providers[provider], policy.keep_in_step);
        let (shape, totals, left_out) = (chosen.shape(provider), side.totals, side.left_out);
        Self { provider, chosen, shape, totals, left_out, entry, stamps, questions, keep_in_step }
    }

    fn create(&self) -> Push {
        let hold = |held| Push { held_entry: Some(held), ..Push::default() };
        if self.is_held(self.stamps.presence) || self.is_held(self.stamps.fields[Field::Status]) {
            return hold(Held::FromElsewhere);
        }
        if self.is_private_there() {
            return hold(Held::Private);
        }
        if self.is_asked(Field::Status) {
            return hold(Held::Asked);
        }
        let mine = self.shape.project(&self.entry.fields(), self.totals);
        let goes = |field: Field, value: &Value| {
            field == Field::Status
                || (!value.is_empty() && self.may_send(field) && !self.is_held(self.stamps.fields[field]))
        };
        let fields = mine.iter().filter(|(f, v)| goes(*f, v)).map(|(f, v)| (f, v.clone())).collect();
        Push { request: Some(Box::new(Request { creates: true, fields })), ..Push::default() }
    }

    fn update(&self, theirs: &Fields, base: Base) -> Push {
        if self.is_private_there() {
            return Push { held_entry: Some(Held::Private), ..Push::default() };
        }
        let own = self.shape.project(&self.entry.fields(), self.totals);
        let mine = self.with_what_goes_back(&own, &base);
        let (held, due): (Vec<_>, Vec<_>) = mine
            .iter()
            .filter(|(field, value)| self.is_due(*field, value, theirs.get(*field), &base))
            .map(|(field, _)| field)
            .partition(|field| self.is_held(self.stamps.fields[*field]) && !goes_back(&base, *field, mine.get(*field)));
        if due.is_empty() {
            return Push { held, ..Push::default() };
        }
        let goal = Goal { sender: self, mine: &mine, theirs, due: &due };
        let wait = |held| Push { held, held_entry: Some(Held::WouldChangeMore), ..Push::default() };
        match goal.first_step() {
            Some(fields) if goal.would_change_more(&fields, &held) => wait(held),
            None if goal.is_in_the_way_of_a_person(&held) => wait(held),
            None => Push { accepted: Some(Box::new(self.accept(base, &own, theirs, &due))), held, ..Push::default() },
            Some(fields) => {
                Push { request: Some(Box::new(Request { creates: false, fields })), held, ..Push::default() }
            }
        }
    }

    /// What goes back to a provider whose entry is not in the library any more.
    fn put_back(&self, theirs: &Fields, base: &Base) -> Push {
        let due: Vec<Field> =
            Field::ALL.into_iter().filter(|field| self.is_to_be_put_back(*field, theirs, base)).collect();
        let backs =
            due.iter().filter_map(|field| Some((*field, base.pairs[*field].as_ref()?.back.as_ref()?.value.clone())));
        let mine =
            self.shape.project(&backs.fold(theirs.clone(), |all, (field, value)| all.with(field, value)), self.totals);
        let goal = Goal { sender: self, mine: &mine, theirs, due: &due };
        let request = goal.first_step().map(|fields| Box::new(Request { creates: false, fields }));
        Push { request, ..Push::default() }
    }

    /// Whether something goes back, and nobody has changed it there meanwhile.
    fn is_to_be_put_back(&self, field: Field, theirs: &Fields, base: &Base) -> bool {
        let Some(Pair { back: Some(back), theirs: known, .. }) = &base.pairs[field] else { return false };
        let is_as_known = theirs.get(field) == Some(known);
        is_as_known && back.value != *known && self.takes_part(field)
    }

    /// Ours in the provider's terms, but for what goes back there: unless the library's own value was changed since.
    fn with_what_goes_back(&self, own: &Fields, base: &Base) -> Fields {
        let is_as_sent = |field: Field, pair: &Pair| pair.ours.as_ref().is_some_and(|s| s.raw == self.entry.get(field));
        let backs = base.pairs.iter().filter_map(|(field, pair)| {
            let pair = pair.as_ref().filter(|pair| is_as_sent(field, pair))?;
            Some((field, pair.back.as_ref()?.value.clone()))
        });
        let mut backs = backs.peekable();
        if backs.peek().is_none() {
            return own.clone();
        }
        self.shape.project(&backs.fold(own.clone(), |all, (field, value)| all.with(field, value)), self.totals)
    }

    /// Whether the library's value of `field` should go out: it differs from theirs and was not agreed or accepted.
    fn is_due(&self, field: Field, mine: &Value, theirs: Option<&Value>, base: &Base) -> bool {
        let Some(theirs) = theirs.filter(|theirs| *theirs != mine) else { return false };
        let unsent = match &base.pairs[field] {
            None => !mine.is_empty() && theirs.is_empty(),
            Some(Pair { ours: None, .. }) => true,
            Some(Pair { ours: Some(sent), .. }) => sent.raw != self.entry.get(field) || sent.projected != *mine,
        };
        (unsent || goes_back(base, field, Some(mine))) && self.may_send(field)
    }

    fn may_send(&self, field: Field) -> bool {
        self.takes_part(field) && !self.is_asked(field)
    }

    fn takes_part(&self, field: Field) -> bool {
        self.chosen.allows(field) && !self.left_out[field]
    }

    fn is_asked(&self, field: Field) -> bool {
        self.questions.contains(&Question::Differs(field.group()))
    }

    fn is_held(&self, stamp: Stamp) -> bool {
        match stamp.origin {
            Origin::User => false,
            Origin::Provider(origin) => {
                origin != self.provider && !self.keep_in_step && !stamp.goes_back[self.provider]
            }
        }
    }

    fn is_private_there(&self) -> bool {
        self.entry.private && !self.shape.private && !self.chosen.export_private
    }

    /// What this provider can't be brought to hold is an accepted difference: the same push is not tried again.
    fn accept(&self, mut base: Base, mine: &Fields, theirs: &Fields, due: &[Field]) -> Base {
        for field in due {
            let (Some(projected), Some(theirs)) = (mine.get(*field), theirs.get(*field)) else { continue };
            let ours = Some(Sent { raw: self.entry.get(*field), projected: projected.clone() });
            base.pairs[*field] = Some(Pair::new(ours, theirs.clone()));
        }
        base
    }
}

fn goes_back(base: &Base, field: Field, mine: Option<&Value>) -> bool {
    let back = base.pairs[field].as_ref().and_then(|pair| pair.back.as_ref());
    back.is_some_and(|back| Some(&back.value) == mine)
}

/// What the provider's entry should become: ours where something is due, theirs elsewhere.
struct Goal<'a> {
    sender: &'a Sender<'a>,
    mine: &'a Fields,
    theirs: &'a Fields,
    due: &'a [Field],
}

impl Goal<'_> {
    fn wanted(&self, field: Field) -> Option<&Value> {
        if self.due.contains(&field) { self.mine.get(field) } else { self.theirs.get(field) }
    }

    /// The fields to send first: those of the way that ends nearest to the goal in at most two requests, with the fewest
    /// requests and fields. None where no request brings the entry nearer.
    fn first_step(&self) -> Option<Fields> {
        let stay = self.distance(self.theirs);
        let ways = self.options(self.theirs).into_iter().map(|fields| {
            let after = self.after(self.theirs, &fields);
            let once = (self.distance(&after.fields), 1);
            let twice = self
                .options(&after.fields)
                .into_iter()
                .map(|f| (self.distance(&self.after(&after.fields, &f).fields), 2));
            (twice.chain([once]).min().unwrap_or(once), fields.len(), fields)
        });
        let best = ways.min_by_key(|(end, size, _)| (*end, *size))?;
        let fields = self.with_companions(best.2);
        (best.0.0 < stay).then_some(fields)
    }

    /// The field sets worth trying: everything that differs, and the same without what a save rule would override.
    fn options(&self, from: &Fields) -> Vec<Fields> {
        let differs = |field: &Field| self.wanted(*field).is_some_and(|wanted| from.get(*field) != Some(wanted));
        let sendable = |field: &Field| self.sender.may_send(*field) && from.get(*field).is_some();
        let all: Vec<Field> = Field::ALL.into_iter().filter(sendable).filter(differs).collect();
        let without = |left_out: &[Field]| -> Fields {
            let kept = all.iter().filter(|field| !left_out.contains(field));
            kept.filter_map(|field| Some((*field, self.wanted(*field)?.clone()))).collect()
        };
        let mut options = vec![without(&[])];
        if self.sender.shape.save_rules {
            options.extend([&[Field::Chapters][..], &[Field::Status], &[Field::Status, Field::Chapters]].map(without));
        }
        options.retain(|fields| !fields.is_empty());
        options
    }

    fn after(&self, from: &Fields, sent: &Fields) -> Predicted {
        self.sender.shape.predict(Some(from), sent, self.sender.totals)
    }

    /// How far `fields` are from the goal. The status weighs more than other fields, and a wish for privacy more than all of
    /// them; an empty wish is not missed.
    fn distance(&self, fields: &Fields) -> u32 {
        let missed = |field: &Field| match (self.wanted(*field), fields.get(*field)) {
            (Some(wanted), Some(value)) => wanted != value,
            (Some(wanted), None) => !wanted.is_empty(),
            (None, _) => false,
        };
        let weight = |field: Field| match field {
            Field::Private if self.wanted(field) == Some(&Value::Flag(true)) => 16,
            Field::Status => 2,
            _ => 1,
        };
        let counted = Field::ALL.into_iter().filter(|field| self.sender.takes_part(*field));
        counted.filter(missed).map(weight).sum()
    }

    /// What goes along: the reread count when a reread ends (whether a provider counts by itself is unknown), and the
    /// finish date when completing is what lets it be held.
    fn with_companions(&self, mut fields: Fields) -> Fields {
        let completes = fields.status() == Some(Status::Completed);
        let ends_reread = completes && self.theirs.status() == Some(Status::Rereading);
        let frees_date = completes && self.theirs.get(Field::FinishedOn).is_none();
        for (field, goes) in [(Field::Rereads, ends_reread), (Field::FinishedOn, frees_date)] {
            let ours = self.mine.get(field).filter(|value| goes && (field == Field::Rereads || !value.is_empty()));
            let free = self.sender.may_send(field) && !self.sender.is_held(self.sender.stamps.fields[field]);
            if let (Some(value), true) = (ours, free) {
                fields.set(field, value.clone());
            }
        }
        fields
    }

    /// Whether nothing can be brought nearer only because a request would change a field that is asked or held: that is
    /// no difference to accept for good.
    fn is_in_the_way_of_a_person(&self, held: &[Field]) -> bool {
        self.options(self.theirs).iter().any(|fields| self.would_change_more(fields, held))
    }

    /// Whether the provider's own rules would change a field that is asked or held. Making an entry private comes first.
    fn would_change_more(&self, sent: &Fields, held: &[Field]) -> bool {
        if sent.get(Field::Private) == Some(&Value::Flag(true)) {
            return false;
        }
        let after = self.after(self.theirs, sent);
        let open = |field: &Field| self.sender.is_asked(*field) || held.contains(field);
        let changes = |field: &Field| {
            sent.get(*field).is_none()
                && (after.invented.contains(field) || after.fields.get(*field) != self.theirs.get(*field))
        };
        Field::ALL.into_iter().any(|field| open(&field) && changes(&field))
    }
}

/// The groups that are asked.
pub fn asked_groups(questions: &[Question]) -> impl Iterator<Item = Group> {
    questions.iter().filter_map(|question| match question {
        Question::Differs(group) => Some(*group),
        Question::RemovedHere(_) | Question::VanishedThere(_) => None,
    })
}
