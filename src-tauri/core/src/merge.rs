//! Three sides per mapping: library, provider, and what both agreed on last. A side that differs from the agreement has
//! changed; that one idea decides direction, removal and conflict.
//!
//! [`merge`] decides presence first, once per manga over all providers, then the fields, group by group. It writes
//! nothing and asks nobody: questions come out as data. What is to be sent is decided after it, in [`crate::push`].

pub mod decide;
mod fields;
mod newest;
mod presence;
mod view;

pub(crate) use view::View;

use enum_map::EnumMap;

use crate::{
    Base, Fields, Group, Local, MangaState, Origin, Pair, Policy, Provider, Stamp, Value, entry::Field, learn,
    plan::Wishes, state::LeftOut,
};

/// What merging one manga decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The library's side after the merge.
    pub local: Local,
    /// Every provider's base after the merge: agreements noted, decided conflicts remembered.
    pub bases: EnumMap<Provider, Option<Base>>,
    /// How the entry came to be, if this merge brought it.
    pub arrival: Option<Arrival>,
    /// The fields that took a provider's value.
    pub pulls: Vec<Pull>,
    /// The sides that lost a decided conflict, each with its whole group.
    pub lost: Vec<Lost>,
    /// What only a person can decide. Nothing that a question is about is written anywhere.
    pub questions: Vec<Question>,
    /// Providers at which the entry is to be removed, as the removal policy says.
    pub removals: Vec<Provider>,
    /// Values that a person chose while looking at the plan, where they change anything.
    pub granted: Vec<Granted>,
}

/// A value that a person chose in the place of what was merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// The field.
    pub field: Field,
    /// What was merged.
    pub before: Value,
    /// What it is now.
    pub after: Value,
    /// When it was chosen, by the user.
    pub stamp: Stamp,
}

/// An entry that came (back) into the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It is new: it was found at this provider.
    Created(Provider),
    /// It had been removed here, and an edit at this provider beats a removal.
    Restored(Provider),
}

/// One field that took a provider's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    /// The field.
    pub field: Field,
    /// The provider whose value it is.
    pub from: Provider,
    /// The library's value before.
    pub before: Value,
    /// The library's value after.
    pub after: Value,
    /// When the provider says it was set.
    pub stamp: Stamp,
}

/// A side that lost a decided conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Whose values they were; the library's own are the user's.
    pub side: Origin,
    /// What was in conflict.
    pub group: Group,
    /// The values that lost.
    pub fields: Fields,
}

/// Something that only a person can decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Several sides changed this group to different values, and a rule says to ask or the rules disagree.
    Differs(Group),
    /// The reader removed the entry here, and it is still at this provider.
    RemovedHere(Provider),
    /// The entry is gone at this provider, and still here.
    VanishedThere(Provider),
}

impl Merged {
    fn new(state: &MangaState, bases: EnumMap<Provider, Option<Base>>) -> Self {
        Self {
            local: state.local.clone(),
            bases,
            arrival: None,
            pulls: Vec::new(),
            lost: Vec::new(),
            questions: Vec::new(),
            removals: Vec::new(),
            granted: Vec::new(),
        }
    }

    /// Puts what a person chose in the place of what was merged. The agreements stay as they are, so that it goes out as any
    /// edit does. What was set after it was chosen is newer.
    pub(crate) fn grant(&mut self, wishes: &Wishes) {
        let Local::Present(entry, stamps) = &mut self.local else { return };
        let stamp = Stamp::new(wishes.at, Origin::User);
        for (field, value) in wishes.fields.iter() {
            let before = entry.get(field);
            if before != *value && stamps.fields[field].at <= wishes.at {
                entry.set(field, value.clone());
                stamps.fields[field] = stamp;
                self.granted.push(Granted { field, before, after: value.clone(), stamp });
            }
        }
    }

    /// Notes that these fields of a provider give way without ever having been compared: once, as any decided conflict.
    /// The agreement on what is left out stays as it was.
    pub(crate) fn overrule(&mut self, provider: Provider, seen: &Fields, left_out: &LeftOut, fields: &[Field]) {
        let side = Origin::Provider(provider);
        for field in fields {
            let group = field.group();
            if !self.lost.iter().any(|lost| lost.side == side && lost.group == group) {
                self.lost.push(Lost { side, group, fields: seen.of(group) });
            }
            if left_out[*field] {
                continue;
            }
            let pair = seen.get(*field).map(|theirs| Pair::new(None, theirs.clone()));
            self.bases[provider].get_or_insert_default().pairs[*field] = pair;
        }
    }

    /// The merge of what nobody changed.
    pub(crate) fn unchanged(state: &MangaState) -> Self {
        Self::new(state, EnumMap::from_fn(|provider| state.sides[provider].as_ref().and_then(|side| side.base.clone())))
    }
}

/// Merges everything that is known of one manga.
pub fn merge(state: &MangaState, policy: &Policy) -> Merged {
    let bases = EnumMap::from_fn(|provider| learned_base(state, policy, provider));
    let mut merged = Merged::new(state, bases);
    presence::merge(state, policy, &mut merged);
    if let Local::Present(entry, stamps) = &merged.local {
        let outcome = fields::merge(entry, stamps, state, &merged.bases, policy);
        outcome.apply(state, policy, &mut merged);
    }
    merged.questions.sort_unstable();
    merged
}

/// The base with what an unanswered write turned out to have done, and without what belongs to an earlier entry.
fn learned_base(state: &MangaState, policy: &Policy, provider: Provider) -> Option<Base> {
    let side = state.sides[provider].as_ref()?;
    let shape = policy.providers[provider].shape(provider);
    learn::settled(side, &shape)
}
