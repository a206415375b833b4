//! Where a provider holds something else than the library: for showing, not for deciding.

use crate::{Entry, Field, Pair, Provider, ProviderPolicy, Side, merge::View};

/// A field of which the provider holds something else than the library, in the provider's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The field.
    pub field: Field,
    /// Whether both sides are as they were when the difference was accepted: by a person, or because the provider can't be
    /// brought to hold ours.
    pub accepted: bool,
}

/// The fields in which `side` differs from `entry`. What is unknown on either side, or switched off, is no difference.
pub fn differences(provider: Provider, policy: &ProviderPolicy, side: &Side, entry: &Entry) -> Vec<Difference> {
    let Some(view) = View::new(provider, policy, side, side.base.as_ref(), entry, entry.status) else {
        return Vec::new();
    };
    let difference = |field: Field| {
        let (mine, theirs) = view.both(field).filter(|(mine, theirs)| mine != theirs)?;
        let pair = side.base.as_ref().and_then(|base| base.pairs[field].as_ref());
        let is_known = |pair: &Pair| {
            let sent = pair.ours.as_ref();
            pair.theirs == *theirs && sent.is_some_and(|sent| sent.projected == *mine && sent.raw == entry.get(field))
        };
        Some(Difference { field, accepted: pair.is_some_and(is_known) })
    };
    Field::ALL.into_iter().filter_map(difference).collect()
}
