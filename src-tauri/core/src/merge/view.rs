//! One provider's view of the entry while fields merge: everything is compared in that provider's terms.

use crate::{
    Base, Entry, Field, Fields, Observation, Pair, Provider, ProviderPolicy, Shape, Side, Status, Totals, Value,
};

/// The two sides of one mapping in the provider's terms, with their last agreement.
pub(crate) struct View<'a> {
    pub(crate) provider: Provider,
    pub(crate) policy: &'a ProviderPolicy,
    pub(crate) shape: Shape,
    pub(crate) totals: Totals,
    pub(crate) seen: &'a Observation,
    pub(crate) base: Option<&'a Base>,
    entry: &'a Entry,
    mine: Fields,
    theirs: Fields,
}

/// Who changed a field that differs, or nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delta {
    /// Both hold the same in the provider's terms.
    pub(crate) same: bool,
    /// The library changed it.
    pub(crate) local: bool,
    /// The provider's side changed it.
    pub(crate) remote: bool,
}

impl<'a> View<'a> {
    /// The view of `entry` as if its status were `status`, or none where the provider has no entry to compare with.
    pub(crate) fn new(
        provider: Provider,
        policy: &'a ProviderPolicy,
        side: &'a Side,
        base: Option<&'a Base>,
        entry: &'a Entry,
        status: Status,
    ) -> Option<Self> {
        let seen = side.remote.present().filter(|_| policy.enabled)?;
        let shape = policy.shape(provider);
        let mine = shape.project_as(&entry.fields(), status, side.totals);
        let theirs = shape.project(&seen.fields, side.totals);
        Some(Self { provider, policy, shape, totals: side.totals, seen, base, entry, mine, theirs })
    }

    /// Ours and theirs of `field`; none where it is unknown on either side or switched off.
    pub(crate) fn both(&self, field: Field) -> Option<(&Value, &Value)> {
        let allowed = self.policy.allows(field);
        self.mine.get(field).zip(self.theirs.get(field)).filter(|_| allowed)
    }

    /// Whether either side can't hold `field` in its present state.
    pub(crate) fn is_unknown(&self, field: Field) -> bool {
        self.mine.get(field).is_none() || self.theirs.get(field).is_none()
    }

    /// Who changed `field`, where it can be compared.
    pub(crate) fn delta(&self, field: Field) -> Option<Delta> {
        let (mine, theirs) = self.both(field)?;
        if mine == theirs {
            return Some(Delta { same: true, local: false, remote: false });
        }
        let (local, remote) = match self.pair(field) {
            Some(pair) => (self.differs_from_sent(field, pair), pair.theirs != *theirs),
            // No agreement yet: what is empty on one side takes the other's value.
            None => (!mine.is_empty(), mine.is_empty() || !theirs.is_empty()),
        };
        Some(Delta { same: false, local, remote })
    }

    fn pair(&self, field: Field) -> Option<&Pair> {
        self.base?.pairs[field].as_ref()
    }

    fn differs_from_sent(&self, field: Field, pair: &Pair) -> bool {
        pair.ours.as_ref().is_none_or(|sent| {
            sent.raw != self.entry.get(field) || self.mine.get(field).is_some_and(|mine| *mine != sent.projected)
        })
    }
}
