//! Taking changes back: value and former origin return to the library, and the same merge carries them on. Bases are not
//! touched, so an edit that was never sent still goes out; nothing is ever deleted at a provider. What was changed at a
//! provider alone goes back there alone: it is noted in the agreement with that provider, and nobody else hears of it.

use crate::{
    Base, Field, Fields, Local, MangaState, Origin, Pair, Provider, Remote, Shape, Stamp, Stamps, Time, Value,
    state::{Back, Presence, Sent},
};
use enum_map::EnumMap;

/// One thing that happened to a manga and is to be taken back; several changes of one field are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A field of the library's entry changed.
    Here {
        /// Which one.
        field: Field,
        /// What it was.
        before: Value,
        /// What it became.
        after: Value,
        /// Who had brought what it was.
        former: Origin,
        /// Providers that held what it was until what it became was sent there.
        held: EnumMap<Provider, bool>,
    },
    /// A field was changed at a provider by what the library sent.
    There {
        /// At which provider.
        provider: Provider,
        /// Which one.
        field: Field,
        /// The library's value that stands for what was there before.
        before: Value,
        /// What it became there.
        after: Value,
        /// Who had brought the library's value of then.
        former: Origin,
    },
    /// A field was changed at a provider, and nothing here: it goes back there alone.
    Only {
        /// At which provider.
        provider: Provider,
        /// Which one.
        field: Field,
        /// What was there, in the provider's terms.
        before: Value,
        /// What it became there.
        after: Value,
    },
    /// The entry came into the library.
    Came,
    /// The entry was removed from the library.
    Went {
        /// Providers where it was removed for that.
        there: EnumMap<Provider, bool>,
    },
}

/// Why something was not taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// It was changed again since: that newer edit would be lost.
    NewerEdit,
    /// It is as it was before already.
    AlreadyBack,
    /// The entry is not in the library any more.
    NotHere,
}

/// What taking back changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The library's side.
    pub local: Local,
    /// Every provider's base: only an entry that leaves the library is noted there, as accepted.
    pub bases: EnumMap<Provider, Option<Base>>,
    /// The fields that changed: what was and what is now.
    pub fields: Vec<(Field, Value, Value, Origin)>,
    /// What goes back at one provider alone: what is there now and what will be.
    pub there: Vec<(Provider, Field, Value, Value)>,
    /// What stayed, and why.
    pub left: Vec<(Option<Field>, Left)>,
}

/// What a provider's list said of an entry when it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept<'a> {
    /// Whose list it was.
    pub provider: Provider,
    /// What it said.
    pub fields: &'a Fields,
    /// When it was kept.
    pub at: Time,
}

/// Brings what a provider's list said when it was `kept` back into the library, at the moment `at`: the next merge carries it
/// there. An entry that is gone there since is added again; one that came since stays. With `force`, also where something
/// newer stands.
pub fn restore(state: &MangaState, kept: &Kept<'_>, at: Time, force: bool) -> Undone {
    let mut undone = Undone::nothing(state);
    match &undone.local {
        Local::Removed(_, _, removed_at) if *removed_at > kept.at && !force => {
            undone.left.push((None, Left::NewerEdit));
            return undone;
        }
        Local::Removed(..) => undone.bring_back(at, EnumMap::default()),
        Local::Present(..) | Local::Never => {}
    }
    let Local::Present(entry, stamps) = &mut undone.local else {
        undone.left.push((None, Left::NotHere));
        return undone;
    };
    let Some(side) = &state.sides[kept.provider] else { return undone };
    let (shape, origin) = (Shape::of(kept.provider), Origin::Provider(kept.provider));
    for (field, value) in kept.fields.iter().filter(|(field, _)| !side.left_out[*field]) {
        let now = entry.get(field);
        if shape.round(field, &now, side.totals) == *value {
            continue;
        }
        if stamps.fields[field].at > kept.at && !force {
            undone.left.push((Some(field), Left::NewerEdit));
            continue;
        }
        entry.set(field, value.clone());
        stamps.fields[field] = Stamp::brought_back(at, origin);
        undone.fields.push((field, now, value.clone(), origin));
    }
    if side.remote == Remote::Absent {
        undone.bases[kept.provider] = None;
    }
    undone
}

/// Takes `steps` back at the moment `at`. With `force`, also where something newer stands.
pub fn undo(state: &MangaState, steps: &[Step], at: Time, force: bool) -> Undone {
    let mut undone = Undone::nothing(state);
    // An entry comes back before its fields do, and goes after everything else.
    let was_here = was_here_before(steps);
    if was_here == Some(true) {
        undone.bring_back(at, gone_in(steps));
    }
    for step in steps {
        match step {
            Step::Only { provider, field, before, after } => {
                undone.put_back(state, (*provider, *field), (before, after), at, force);
            }
            _ => undone.take_back(step, at, force),
        }
    }
    if was_here == Some(false) {
        undone.send_away(state, steps, at, force);
    }
    undone
}

/// Whether the entry was in the library before these steps: the first that says so does. None: they say nothing of it.
pub fn was_here_before(steps: &[Step]) -> Option<bool> {
    steps.iter().find_map(|step| match step {
        Step::Came => Some(false),
        Step::Went { .. } => Some(true),
        Step::Here { .. } | Step::There { .. } | Step::Only { .. } => None,
    })
}

/// Providers where the entry was removed.
fn gone_in(steps: &[Step]) -> EnumMap<Provider, bool> {
    let gone = steps.iter().filter_map(|step| if let Step::Went { there } = step { Some(there) } else { None });
    gone.fold(EnumMap::default(), |all, there| EnumMap::from_fn(|provider| all[provider] || there[provider]))
}

impl Undone {
    fn nothing(state: &MangaState) -> Self {
        let bases = EnumMap::from_fn(|provider| state.sides[provider].as_ref().and_then(|side| side.base.clone()));
        Self { local: state.local.clone(), bases, fields: Vec::new(), there: Vec::new(), left: Vec::new() }
    }

    fn take_back(&mut self, step: &Step, at: Time, force: bool) {
        let (field, before, former, held, is_newest) = match step {
            Step::Here { field, before, after, former, held } => {
                (*field, before, *former, *held, self.holds(*field, |v| v == after))
            }
            Step::There { provider, field, before, after, former } => {
                let shape = Shape::of(*provider);
                let rounds = |v: &Value| shape.round(*field, v, crate::Totals::default()) == *after;
                let held = EnumMap::from_fn(|at| at == *provider);
                (*field, before, *former, held, self.holds(*field, rounds))
            }
            Step::Only { .. } | Step::Came | Step::Went { .. } => return,
        };
        let Local::Present(entry, stamps) = &mut self.local else {
            return self.left.push((Some(field), Left::NotHere));
        };
        let now = entry.get(field);
        if now == *before {
            // Another step of the same undo may have brought it back: then it goes back there too.
            if self.fields.iter().any(|(done, ..)| *done == field) {
                stamps.fields[field].goes_back_to(held);
            } else {
                self.left.push((Some(field), Left::AlreadyBack));
            }
        } else if !is_newest && !force {
            self.left.push((Some(field), Left::NewerEdit));
        } else {
            entry.set(field, before.clone());
            stamps.fields[field] = Stamp { goes_back: held, ..Stamp::brought_back(at, former) };
            self.fields.push((field, now, before.clone(), former));
        }
    }

    /// What the provider held goes back there, and what the library holds is a difference that was accepted.
    fn put_back(
        &mut self,
        state: &MangaState,
        (provider, field): (Provider, Field),
        (before, after): (&Value, &Value),
        at: Time,
        force: bool,
    ) {
        let side = state.sides[provider].as_ref();
        let theirs = side.and_then(|side| side.remote.present()).and_then(|seen| seen.fields.get(field));
        let (Some(side), Some(theirs), Some(entry)) = (side, theirs, self.local.entry()) else {
            return self.left.push((Some(field), Left::NotHere));
        };
        let raw = entry.get(field);
        let own = Shape::of(provider).project(&entry.fields(), side.totals);
        let projected = own.get(field).unwrap_or(theirs).clone();
        let base = self.bases[provider].get_or_insert_default();
        let pair = base.pairs[field].get_or_insert_with(|| Pair::new(None, theirs.clone()));
        let now = pair.back.as_ref().map_or(theirs, |back| &back.value).clone();
        let was = state.local.entry().map(|entry| entry.get(field));
        let is_edited = pair.ours.as_ref().is_some_and(|sent| Some(&sent.raw) != was.as_ref());
        if now == *before {
            self.left.push((Some(field), Left::AlreadyBack));
        } else if (now != *after || is_edited) && !force {
            self.left.push((Some(field), Left::NewerEdit));
        } else {
            let back = Some(Back { value: before.clone(), at });
            *pair = Pair { ours: Some(Sent { raw, projected }), theirs: theirs.clone(), back };
            self.there.push((provider, field, now, before.clone()));
        }
    }

    fn holds(&self, field: Field, is_it: impl Fn(&Value) -> bool) -> bool {
        self.local.present().is_some_and(|(entry, _)| is_it(&entry.get(field)))
    }

    fn bring_back(&mut self, at: Time, there: EnumMap<Provider, bool>) {
        match &self.local {
            Local::Removed(entry, stamps, _) => {
                let stamps = Stamps { presence: Stamp::new(at, Origin::User), ..*stamps };
                self.local = Local::Present(entry.clone(), stamps);
            }
            Local::Present(..) => self.left.push((None, Left::AlreadyBack)),
            Local::Never => self.left.push((None, Left::NotHere)),
        }
        // Also where it is back here already, by another way.
        if let Local::Present(_, stamps) = &mut self.local {
            stamps.fields.values_mut().for_each(|stamp| stamp.goes_back_to(there));
        }
    }

    /// The entry leaves the library and stays at the providers: accepted, so that it does not come back by itself.
    fn send_away(&mut self, state: &MangaState, steps: &[Step], at: Time, force: bool) {
        let Local::Present(entry, stamps) = &self.local else {
            return self.left.push((None, Left::AlreadyBack));
        };
        let in_steps =
            |field: Field| steps.iter().any(|step| matches!(step, Step::Here { field: f, .. } if *f == field));
        let is_edited = |field: &Field| {
            let stamp = stamps.fields[*field];
            stamp.origin == Origin::User && stamp.at > stamps.presence.at && !in_steps(*field)
        };
        if !force && Field::ALL.iter().any(is_edited) {
            return self.left.push((None, Left::NewerEdit));
        }
        self.local = Local::Removed(entry.clone(), *stamps, at);
        for (provider, side) in state.sides() {
            let Remote::Present(seen) = &side.remote else { continue };
            let base = self.bases[provider].get_or_insert_default();
            base.entry_id.clone_from(&seen.entry_id);
            base.presence = Presence::KeptThere;
        }
    }
}
