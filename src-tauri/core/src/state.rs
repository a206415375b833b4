//! Everything the planner may know of one manga: the library, and per provider the base, the remote and a pending intent.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use enum_map::EnumMap;
use serde::{Deserialize, Serialize};

use crate::{Entry, EntryId, Field, Fields, Provider, Time, Totals, Value, provider::UnknownProvider};

/// Who brought a value into the library. Kept after disconnecting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Origin {
    /// The user set it here.
    User,
    /// It was read at this provider.
    Provider(Provider),
}

impl Origin {
    /// The word used in the database: `user` or the provider's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Provider(provider) => provider.as_str(),
        }
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.as_str().to_owned()
    }
}

impl TryFrom<String> for Origin {
    type Error = UnknownProvider;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        if word == "user" { Ok(Self::User) } else { word.parse().map(Self::Provider) }
    }
}

/// When and by whom a value came to be. A pulled value carries the provider's time, never ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The moment of the edit.
    pub at: Time,
    /// Its author.
    pub origin: Origin,
    /// Whether a person brought the value back, by an undo or from a kept list: then the moment is theirs, and the author
    /// whoever had brought it first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub brought_back: bool,
    /// Services that held the value before what was taken back was sent there: it goes back to them whether or not services
    /// are kept in step.
    #[serde(default, skip_serializing_if = "is_nowhere")]
    pub goes_back: EnumMap<Provider, bool>,
}

fn is_nowhere(services: &EnumMap<Provider, bool>) -> bool {
    services.values().all(|goes| !goes)
}

impl Stamp {
    /// An edit by `origin` at the moment `at`.
    pub fn new(at: Time, origin: Origin) -> Self {
        Self { at, origin, brought_back: false, goes_back: EnumMap::default() }
    }

    /// What `origin` had brought, brought back by a person at the moment `at`.
    pub fn brought_back(at: Time, origin: Origin) -> Self {
        Self { brought_back: true, ..Self::new(at, origin) }
    }

    /// The value goes back to these services too.
    pub(crate) fn goes_back_to(&mut self, services: EnumMap<Provider, bool>) {
        services.into_iter().filter(|(_, goes)| *goes).for_each(|(at, _)| self.goes_back[at] = true);
    }
}

/// The stamps of an entry: one per field and one for its presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamps {
    /// When and by whom the entry was added.
    pub presence: Stamp,
    /// When and by whom each field was set.
    pub fields: EnumMap<Field, Stamp>,
}

impl Stamps {
    /// The same stamp for everything.
    pub fn all(stamp: Stamp) -> Self {
        Self { presence: stamp, fields: EnumMap::from_fn(|_| stamp) }
    }
}

/// The library's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Local {
    /// The manga was never in the library, or was forgotten.
    Never,
    /// The entry as it stands.
    Present(Entry, Stamps),
    /// The entry as it was when the reader removed it, and when that was.
    Removed(Entry, Stamps, Time),
}

impl Local {
    /// The entry, unless it was removed or never there.
    pub fn present(&self) -> Option<(&Entry, &Stamps)> {
        match self {
            Self::Present(entry, stamps) => Some((entry, stamps)),
            Self::Never | Self::Removed(..) => None,
        }
    }

    /// The entry as it is, or as it was when it was removed.
    pub fn entry(&self) -> Option<&Entry> {
        match self {
            Self::Present(entry, _) | Self::Removed(entry, ..) => Some(entry),
            Self::Never => None,
        }
    }
}

/// An entry as it was read at a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// The fields that the provider holds in this state, in the library's terms.
    pub fields: Fields,
    /// The provider's id of the entry, where it has one.
    pub entry_id: Option<EntryId>,
    /// The provider's time of the last save, corrected by its `Date` header.
    pub updated_at: Time,
    /// When the entry had last been read before that: the edit happened in between. None: never before.
    pub read_before: Option<Time>,
}

/// The provider's side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Remote {
    /// Nothing certain is known: not listed, not looked at.
    #[default]
    Unknown,
    /// Not in the list: a complete full listing and a direct look say so.
    Absent,
    /// In the list.
    Present(Observation),
}

impl Remote {
    /// What was read, if the entry is there.
    pub fn present(&self) -> Option<&Observation> {
        match self {
            Self::Present(observation) => Some(observation),
            Self::Unknown | Self::Absent => None,
        }
    }
}

/// What both sides said of one field when they last agreed, or agreed to differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Ours as sent; none is *unsent*: whatever the library says counts as changed here.
    pub ours: Option<Sent>,
    /// Theirs as answered.
    pub theirs: Value,
    /// What goes back there, whatever the library holds.
    pub back: Option<Back>,
}

/// What a provider held before a write that a person took back, and gets again. It tells the provider nothing that it had
/// not, so it goes whether or not services are kept in step; what the library holds then is an accepted difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Back {
    /// The value, in the provider's terms.
    pub value: Value,
    /// When the write was taken back.
    pub at: Time,
}

impl Pair {
    /// What was said as `ours`, and answered as `theirs`.
    pub fn new(ours: Option<Sent>, theirs: Value) -> Self {
        Self { ours, theirs, back: None }
    }
}

/// A value as it left the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The library's own, unrounded value.
    pub raw: Value,
    /// The same in the provider's terms.
    pub projected: Value,
}

/// What both sides last agreed on for one mapping: the merge base.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BaseText", into = "BaseText")]
pub struct Base {
    /// The provider's id of the entry at that time.
    pub entry_id: Option<EntryId>,
    /// Whether the entry was at both sides, or a person accepted that it is not.
    pub presence: Presence,
    /// The agreement per field.
    pub pairs: Pairs,
}

/// The agreement per field. A copy shares the pairs until one of the two changes: most bases outlive a sync unchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(Arc<EnumMap<Field, Option<Pair>>>);

impl Deref for Pairs {
    type Target = EnumMap<Field, Option<Pair>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Pairs {
    fn deref_mut(&mut self) -> &mut Self::Target {
        Arc::make_mut(&mut self.0)
    }
}

/// [`Base`] as it is stored: three maps; a field of `theirs` that is in no other map is unsent.
#[derive(Serialize, Deserialize)]
struct BaseText {
    entry_id: Option<EntryId>,
    presence: Presence,
    raw: Fields,
    ours: Fields,
    theirs: Fields,
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    back: Fields,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    back_at: Vec<(Field, Time)>,
}

impl From<BaseText> for Base {
    fn from(mut text: BaseText) -> Self {
        let pairs = Pairs(Arc::new(EnumMap::from_fn(|field| {
            let sent = text.raw.remove(field).zip(text.ours.remove(field));
            let ours = sent.map(|(raw, projected)| Sent { raw, projected });
            let at = text.back_at.iter().find(|(of, _)| *of == field);
            let back = text.back.remove(field).zip(at).map(|(value, (_, at))| Back { value, at: *at });
            text.theirs.remove(field).map(|theirs| Pair { ours, theirs, back })
        })));
        Self { entry_id: text.entry_id, presence: text.presence, pairs }
    }
}

impl From<Base> for BaseText {
    fn from(base: Base) -> Self {
        let (mut raw, mut ours, mut theirs) = (Fields::new(), Fields::new(), Fields::new());
        let (mut back, mut back_at) = (Fields::new(), Vec::new());
        for (field, pair) in base.pairs.iter() {
            let Some(pair) = pair else { continue };
            if let Some(Back { value, at }) = &pair.back {
                back.set(field, value.clone());
                back_at.push((field, *at));
            }
            theirs.set(field, pair.theirs.clone());
            let Some(sent) = &pair.ours else { continue };
            raw.set(field, sent.raw.clone());
            ours.set(field, sent.projected.clone());
        }
        Self { entry_id: base.entry_id, presence: base.presence, raw, ours, theirs, back, back_at }
    }
}

/// Where an entry is meant to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// In the library and at the provider.
    #[default]
    Both,
    /// Gone there and kept here: accepted.
    KeptHere,
    /// Removed here and kept there: accepted.
    KeptThere,
    /// Seen gone there and not decided yet. Should it come back, that is a first link.
    Vanished,
    /// Removed here, and a person said that it is to go there too. An edit made there meanwhile still brings it back.
    RemoveThere,
}

/// A write that was begun and whose answer was not stored: after a crash or a lost answer our own write must not be
/// taken for somebody's edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// When the request was about to leave.
    pub at: Time,
    /// The fields of the request, in the provider's terms.
    pub sent: Fields,
    /// The library's own values of the same fields.
    pub raw: Fields,
    /// The remote entry before; none: it was to be created.
    pub before: Option<Fields>,
}

/// One provider's view of one manga.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// How long the work is at this provider.
    pub totals: Totals,
    /// The agreement, if there ever was one.
    pub base: Option<Base>,
    /// The list entry now.
    pub remote: Remote,
    /// A write without an answer: rare, and so not kept in place.
    pub intent: Option<Box<Intent>>,
    /// Fields that a person keeps out of this title here: not compared, not merged, not sent, as if switched off.
    pub left_out: LeftOut,
}

/// Which fields are left out.
pub type LeftOut = EnumMap<Field, bool>;

/// Everything the planner may know of one manga.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MangaState {
    /// The library's side.
    pub local: Local,
    /// The providers at which the manga is mapped and that take part in this run.
    pub sides: EnumMap<Provider, Option<Side>>,
}

impl MangaState {
    /// The providers that take part, with what is known of each.
    pub fn sides(&self) -> impl Iterator<Item = (Provider, &Side)> {
        self.sides.iter().filter_map(|(provider, side)| Some((provider, side.as_ref()?)))
    }
}
