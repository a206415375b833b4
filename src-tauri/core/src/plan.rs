//! A plan: everything that one sync would do, as plain data, before any of it happens.

mod rest;

use enum_map::EnumMap;
use serde::{Deserialize, Serialize};

use crate::{
    Field, Fields, Local, MangaState, Origin, Policy, Provider, Stamp, Stamps, Time, Value,
    merge::{self, Arrival, Merged},
    push::{self, Push},
    state::Presence,
};

/// What one sync would do for one manga.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MangaPlan {
    /// What happens in the library, and to the bases.
    pub merged: Merged,
    /// What goes to each provider.
    pub pushes: EnumMap<Provider, Push>,
}

/// What happens to one entry at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The library takes a provider's values.
    Pull,
    /// A provider is sent the library's values.
    Push,
    /// An entry found at a provider comes (back) into the library.
    CreateLocal,
    /// An entry of the library is added at a provider.
    CreateRemote,
    /// The library loses the entry.
    RemoveLocal,
    /// A provider loses the entry.
    RemoveRemote,
    /// A provider's work is found to be this manga.
    Link,
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Pull => "pull",
            Self::Push => "push",
            Self::CreateLocal => "create local",
            Self::CreateRemote => "create remote",
            Self::RemoveLocal => "remove local",
            Self::RemoveRemote => "remove remote",
            Self::Link => "link",
        })
    }
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 7] = [
        Self::Pull,
        Self::Push,
        Self::CreateLocal,
        Self::CreateRemote,
        Self::RemoveLocal,
        Self::RemoveRemote,
        Self::Link,
    ];
}

/// One field of a row: what it is and what it will be. No value is *unknown* or *not there yet*.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct FieldChange {
    /// The field.
    #[cfg_attr(feature = "specta", specta(type = Field))]
    pub field: &'static str,
    /// The value before.
    pub before: Option<Value>,
    /// The value after.
    pub after: Option<Value>,
    /// Who set it: `user` or a provider.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub origin: Origin,
    /// When it was set.
    pub at: Time,
    /// Whether a person brought it back then, by an undo or from a kept list.
    pub brought_back: bool,
}

impl FieldChange {
    fn new(field: Field, before: Option<Value>, after: Value, stamp: Stamp) -> Self {
        let Stamp { at, origin, brought_back, .. } = stamp;
        Self { field: field.as_str(), before, after: Some(after), origin, at, brought_back }
    }
}

/// Values that a person chose while looking at a plan: they take the place of what the merge found, and go everywhere as any
/// edit does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// The values.
    pub fields: Fields,
    /// When they were chosen. What was set after that is newer, and stays.
    pub at: Time,
}

/// One intended change, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The provider from which it comes or to which it goes.
    pub provider: Provider,
    /// What happens.
    pub action: Action,
    /// Who brought the entry or removed it, and when; none where only fields change.
    pub stamp: Option<Stamp>,
    /// The fields, in the order of [`Field::ALL`].
    pub fields: Vec<FieldChange>,
}

/// Plans one manga. Pure: the same state and policy give the same plan.
pub fn plan(state: &MangaState, policy: &Policy) -> MangaPlan {
    if !rest::is_at_rest(state, policy) {
        return plan_changes(state, policy, None);
    }
    let plan = MangaPlan { merged: Merged::unchanged(state), pushes: EnumMap::default() };
    debug_assert_eq!(plan, plan_changes(state, policy, None), "what is at rest plans nothing");
    plan
}

/// The same with what a person chose in the place of what the merge finds.
pub fn plan_as_wished(state: &MangaState, policy: &Policy, wishes: &Wishes) -> MangaPlan {
    plan_changes(state, policy, Some(wishes))
}

fn plan_changes(state: &MangaState, policy: &Policy, wishes: Option<&Wishes>) -> MangaPlan {
    let mut merged = merge::merge(state, policy);
    wishes.into_iter().for_each(|wishes| merged.grant(wishes));
    let pushes = EnumMap::from_fn(|provider| match (&merged.local, &state.sides[provider]) {
        (Local::Present(entry, stamps), Some(side)) => {
            push::push(provider, (entry, stamps), side, merged.bases[provider].as_ref(), &merged.questions, policy)
        }
        (Local::Removed(entry, stamps, _), Some(side)) => match &merged.bases[provider] {
            Some(base) if base.presence == Presence::KeptThere => {
                push::put_back(provider, (entry, stamps), side, base, policy)
            }
            Some(_) | None => Push::default(),
        },
        (Local::Present(..) | Local::Removed(..) | Local::Never, _) => Push::default(),
    });
    for (provider, push) in &pushes {
        let Some(side) = &state.sides[provider] else { continue };
        if let Some(seen) = side.remote.present() {
            let destroyed = destroyed(provider, push, state, &merged, policy);
            merged.overrule(provider, &seen.fields, &side.left_out, &destroyed);
        }
    }
    MangaPlan { merged, pushes }
}

/// The fields that a request replaces or takes away there although they were never agreed on and never compared, such as
/// a finish date set at MyAnimeList while the library left “completed”.
fn destroyed(provider: Provider, push: &Push, state: &MangaState, merged: &Merged, policy: &Policy) -> Vec<Field> {
    let (Some(request), Some(side)) = (&push.request, &state.sides[provider]) else { return Vec::new() };
    let (Some(seen), Some((entry, _))) = (side.remote.present(), merged.local.present()) else { return Vec::new() };
    let after = policy.providers[provider].shape(provider).predict(Some(&seen.fields), &request.fields, side.totals);
    let agreed = |field: Field| merged.bases[provider].as_ref().and_then(|base| base.pairs[field].as_ref());
    let is_news = |field: Field, value: &Value| {
        !value.is_empty() && entry.get(field) != *value && agreed(field).is_none_or(|pair| pair.theirs != *value)
    };
    let goes = |(field, value): &(Field, &Value)| after.fields.get(*field) != Some(*value) && is_news(*field, value);
    seen.fields.iter().filter(goes).map(|(field, _)| field).collect()
}

impl MangaPlan {
    /// Whether carrying this plan out would change nothing anywhere, not even a base.
    pub fn is_settled(&self, state: &MangaState) -> bool {
        self.merged.local == state.local && self.moves_no_base(state) && !self.writes()
    }

    /// Whether a provider would be written to.
    pub fn writes(&self) -> bool {
        !self.merged.removals.is_empty() || self.pushes.values().any(|push| push.request.is_some())
    }

    /// The base of `provider` after everything but the answers to come.
    pub fn base(&self, provider: Provider) -> Option<&crate::Base> {
        self.pushes[provider].accepted.as_deref().or(self.merged.bases[provider].as_ref())
    }

    fn moves_no_base(&self, state: &MangaState) -> bool {
        state.sides().all(|(provider, side)| self.base(provider) == side.base.as_ref() && side.intent.is_none())
    }

    /// The intended changes, as they are shown: the library's first, then provider by provider.
    pub fn rows(&self, state: &MangaState) -> Vec<Row> {
        let requests = self.pushes.iter().filter_map(|(provider, push)| {
            let request = push.request.as_ref()?;
            Some(self.push_row(provider, request, state))
        });
        let removal = match &self.merged.local {
            Local::Removed(_, _, at) => Some(Stamp::new(*at, Origin::User)),
            Local::Present(..) | Local::Never => None,
        };
        let removals = self.merged.removals.iter().map(|provider| Row {
            provider: *provider,
            action: Action::RemoveRemote,
            stamp: removal,
            fields: Vec::new(),
        });
        self.local_rows().into_iter().chain(requests).chain(removals).collect()
    }

    /// What the next request to `provider` would change there, field by field; nothing if none is due.
    pub fn request_changes(&self, provider: Provider, state: &MangaState) -> Vec<FieldChange> {
        let request = self.pushes[provider].request.as_ref();
        request.map(|request| self.push_row(provider, request, state).fields).unwrap_or_default()
    }

    fn local_rows(&self) -> Vec<Row> {
        let created = self.merged.arrival.map(|arrival| match arrival {
            Arrival::Created(provider) | Arrival::Restored(provider) => provider,
        });
        let arrival = created.zip(self.merged.local.present()).map(|(provider, (entry, stamps))| Row {
            provider,
            action: Action::CreateLocal,
            stamp: Some(stamps.presence),
            fields: changes(None, &entry.fields(), stamps),
        });
        let pulled = Provider::ALL.into_iter().filter(|_| created.is_none()).filter_map(|provider| {
            let fields: Vec<_> =
                self.merged.pulls.iter().filter(|pull| pull.from == provider).map(|pull| self.pulled(pull)).collect();
            (!fields.is_empty()).then_some(Row { provider, action: Action::Pull, stamp: None, fields })
        });
        arrival.into_iter().chain(pulled).collect()
    }

    fn push_row(&self, provider: Provider, request: &push::Request, state: &MangaState) -> Row {
        let before = state.sides[provider].as_ref().and_then(|side| side.remote.present()).map(|seen| &seen.fields);
        let Some(stamps) = self.sent_stamps(provider) else {
            return Row { provider, action: Action::Push, stamp: None, fields: Vec::new() };
        };
        let (action, stamp) =
            if request.creates { (Action::CreateRemote, Some(stamps.presence)) } else { (Action::Push, None) };
        Row { provider, action, stamp, fields: changes(before, &request.fields, &stamps) }
    }

    /// When and by whom the fields were set that `provider` is sent: by itself where something goes back there. None of a
    /// title that was never in the library.
    pub fn sent_stamps(&self, provider: Provider) -> Option<Stamps> {
        let (Local::Present(_, stamps) | Local::Removed(_, stamps, _)) = &self.merged.local else { return None };
        let (mut stamps, base) = (*stamps, self.merged.bases[provider].as_ref());
        let request = self.pushes[provider].request.as_ref();
        for (field, sent) in request.into_iter().flat_map(|request| request.fields.iter()) {
            let back = base.and_then(|base| base.pairs[field].as_ref()?.back.as_ref());
            if let Some(back) = back.filter(|back| back.value == *sent) {
                stamps.fields[field] = Stamp::brought_back(back.at, Origin::Provider(provider));
            }
        }
        Some(stamps)
    }

    fn pulled(&self, pull: &merge::Pull) -> FieldChange {
        let wish = self.merged.granted.iter().find(|granted| granted.field == pull.field);
        let (after, stamp) = wish.map_or((&pull.after, pull.stamp), |granted| (&granted.after, granted.stamp));
        FieldChange::new(pull.field, Some(pull.before.clone()), after.clone(), stamp)
    }
}

fn changes(before: Option<&Fields>, after: &Fields, stamps: &Stamps) -> Vec<FieldChange> {
    let change = |field: Field, value: &Value| {
        let before = before.and_then(|fields| fields.get(field)).cloned();
        FieldChange::new(field, before, value.clone(), stamps.fields[field])
    };
    after.iter().filter(|(_, value)| before.is_some() || !value.is_empty()).map(|(f, v)| change(f, v)).collect()
}

impl Row {
    /// Whether this change takes something away: an entry, a value, or part of what was read.
    pub fn lowers(&self) -> bool {
        match self.action {
            Action::RemoveLocal | Action::RemoveRemote => true,
            Action::CreateLocal | Action::CreateRemote | Action::Link => false,
            Action::Pull | Action::Push => self.fields.iter().any(FieldChange::lowers),
        }
    }
}

impl FieldChange {
    fn lowers(&self) -> bool {
        match (&self.before, &self.after) {
            (Some(Value::Count(before)), Some(Value::Count(after))) => after < before,
            (Some(before), Some(after)) => !before.is_empty() && after.is_empty(),
            (Some(_) | None, None) | (None, Some(_)) => false,
        }
    }
}
