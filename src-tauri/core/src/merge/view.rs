//! One provider's view of the entry while fields merge: everything is compared in that provider's terms.

use crate::{
    Base, Entry, Field, Fields, Observation, Pair, Provider, ProviderPolicy, Shape, Side, Status, Totals, Value,
    state::LeftOut,
};

/// The two sides of one mapping in the provider's terms, with their last agreement.
pub(crate) struct View<'a> {
    pub(crate) provider: Provider,
    pub(crate) policy: &'a ProviderPolicy,
    pub(crate) shape: Shape,
    pub(crate) totals: Totals,
    pub(crate) seen: &'a Observation,
    pub(crate) base: Option<&'a Base>,
    left_out: LeftOut,
    entry: &'a Entry,
    mine: Fields,
    theirs: Fields,
}

/// Who changed a field since both agreed on it: one side, both, or nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delta {
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
        let (totals, left_out) = (side.totals, side.left_out);
        Some(Self { provider, policy, shape, totals, seen, base, left_out, entry, mine, theirs })
    }

    /// Ours and theirs of `field`; none where it is unknown on either side, switched off or left out.
    pub(crate) fn both(&self, field: Field) -> Option<(&Value, &Value)> {
        let allowed = self.policy.allows(field) && !self.left_out[field];
        self.mine.get(field).zip(self.theirs.get(field)).filter(|_| allowed)
    }

    /// Theirs of `field`; none where the provider can't hold it at all or in its present state.
    pub(crate) fn theirs(&self, field: Field) -> Option<&Value> {
        self.theirs.get(field)
    }

    /// Theirs of `field` where they changed it and it differs from ours.
    pub(crate) fn changed(&self, field: Field) -> Option<&Value> {
        let (mine, theirs) = self.both(field)?;
        (mine != theirs && self.delta(field)?.remote).then_some(theirs)
    }

    /// Whether the two never agreed on `field`.
    pub(crate) fn is_first(&self, field: Field) -> bool {
        self.pair(field).is_none()
    }

    /// Whether theirs is a blank that nobody stated: it was so when the two first met.
    pub(crate) fn says_nothing_of(&self, field: Field) -> bool {
        self.is_first(field) && self.theirs(field).is_some_and(Value::is_empty)
    }

    /// Whether the provider can hold `field` in some state of the entry.
    pub(crate) fn can_ever_hold(&self, field: Field) -> bool {
        match field {
            Field::Volumes => self.shape.volumes,
            Field::Private => self.shape.private,
            Field::Status
            | Field::Chapters
            | Field::Rereads
            | Field::FinishedOn
            | Field::Score
            | Field::StartedOn
            | Field::Notes => true,
        }
    }

    /// Who changed `field`, where it can be compared.
    pub(crate) fn delta(&self, field: Field) -> Option<Delta> {
        let (mine, theirs) = self.both(field)?;
        Some(match self.pair(field) {
            // The same edit on both sides is still an edit: a third side may have made another.
            Some(pair) => Delta { local: self.differs_from_sent(field, pair), remote: pair.theirs != *theirs },
            None if mine == theirs => Delta { local: !mine.is_empty(), remote: !theirs.is_empty() },
            // No agreement yet: what is empty on one side takes the other's value.
            None => Delta { local: !mine.is_empty(), remote: mine.is_empty() || !theirs.is_empty() },
        })
    }

    /// Whether the provider once held the library's present value of `field`. An empty one needs confirming only if it
    /// was made empty since they agreed.
    pub(crate) fn has_confirmed(&self, field: Field, present: &Value) -> bool {
        let Some(pair) = self.pair(field) else { return present.is_empty() };
        let was_held = pair.ours.as_ref().is_some_and(|sent| sent.projected == pair.theirs);
        !self.differs_from_sent(field, pair) && (was_held || present.is_empty())
    }

    /// The library's own values of `group`.
    pub(crate) fn unrounded(&self, group: crate::Group) -> Fields {
        self.entry.fields().of(group)
    }

    /// Whether the provider holds something else than the library in `field`. What is empty there takes ours at a first link.
    pub(crate) fn contradicts(&self, field: Field) -> bool {
        let takes_ours = |theirs: &Value| theirs.is_empty() && self.pair(field).is_none();
        self.both(field).is_some_and(|(mine, theirs)| mine != theirs && !takes_ours(theirs))
    }

    /// Whether both hold the same in the provider's terms.
    pub(crate) fn is_same(&self, field: Field) -> bool {
        self.both(field).is_some_and(|(mine, theirs)| mine == theirs)
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
