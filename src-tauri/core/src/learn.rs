//! What an answer teaches: the base moves last, and only by what was confirmed.
//!
//! The same function reads the answer of a write and, after a crash or a lost answer, what a later reading shows of it.

use chrono::TimeDelta;

use crate::{
    Base, Entry, Field, Fields, Intent, Observation, Pair, Shape, Side, Totals, Value,
    shape::Predicted,
    state::{Back, Presence, Sent},
};

/// The base after `answer` to the write of `intent`. None: the answer belongs to another, new entry (the old one had
/// vanished and the write made it anew), so that what follows is a first link.
pub fn answered(
    base: Option<&Base>,
    intent: &Intent,
    answer: &Observation,
    shape: &Shape,
    totals: Totals,
) -> Option<Base> {
    if made_anew(base, intent, answer, shape, totals) {
        return None;
    }
    Some(Lesson::new(intent, answer, shape, totals).teach(base, |_| true))
}

/// The base of `side` before anything merges: with what an unanswered write turns out to have done, and none where
/// the remote entry is another one than the base speaks of (it was removed and added again).
pub fn settled(side: &Side, shape: &Shape) -> Option<Base> {
    let Some(seen) = side.remote.present() else { return side.base.clone() };
    let base = side.base.as_ref().filter(|base| !is_another_entry(base, seen));
    match &side.intent {
        Some(intent) => found_out(base, intent, seen, shape, side.totals),
        None => base.cloned(),
    }
}

/// An intent is matched per field, and only if at least one sent field shows that the write took effect and none that it
/// did not: a save takes all of it or nothing. Otherwise, or
/// if somebody saved long after it, both sides changed.
fn found_out(base: Option<&Base>, intent: &Intent, seen: &Observation, shape: &Shape, totals: Totals) -> Option<Base> {
    let lesson = Lesson::new(intent, seen, shape, totals);
    let took_effect = intent.sent.iter().any(|(field, _)| lesson.was_changed_by_us(field));
    let was_passed_by = intent.sent.iter().any(|(field, _)| lesson.is_as_before(field));
    if !took_effect || was_passed_by || seen.updated_at > intent.at + TimeDelta::seconds(60) {
        return base.cloned();
    }
    if made_anew(base, intent, seen, shape, totals) {
        return None;
    }
    Some(lesson.teach(base, |field| lesson.as_predicted(field)))
}

fn is_another_entry(base: &Base, seen: &Observation) -> bool {
    let back_again = match base.presence {
        Presence::Vanished | Presence::KeptHere => true,
        Presence::Both | Presence::KeptThere | Presence::RemoveThere => false,
    };
    back_again || base.entry_id.as_ref().zip(seen.entry_id.as_ref()).is_some_and(|(old, new)| old != new)
}

/// Whether an update turned out to have made a new entry, since the old one had vanished: where entries have no ids, an
/// answer that is exactly what a new entry would be says so.
fn made_anew(base: Option<&Base>, intent: &Intent, answer: &Observation, shape: &Shape, totals: Totals) -> bool {
    let Some(before) = &intent.before else { return false };
    if base.is_some_and(|base| is_another_entry(base, answer)) {
        return true;
    }
    let like = |predicted: Predicted, certain: &dyn Fn(Field) -> bool| {
        let same = |field: Field| predicted.fields.get(field) == answer.fields.get(field);
        Field::ALL.into_iter().filter(|field| certain(*field)).all(|f| same(f) || predicted.invented.contains(&f))
    };
    // Which status a new entry gets when none is told is not documented, and neither is whether its dates are known then.
    let has_status = intent.sent.status().is_some();
    let told = |field: Field| has_status || !matches!(field, Field::Status | Field::FinishedOn);
    answer.entry_id.is_none()
        && like(shape.predict(None, &intent.sent, totals), &told)
        && !like(shape.predict(Some(before), &intent.sent, totals), &|_| true)
}

/// One write, what it should have done, and what is there now.
struct Lesson<'a> {
    shape: &'a Shape,
    totals: Totals,
    intent: &'a Intent,
    answer: &'a Observation,
    predicted: Predicted,
    /// The library's entry when the write left, in the provider's terms.
    mine: Fields,
}

impl<'a> Lesson<'a> {
    fn new(intent: &'a Intent, answer: &'a Observation, shape: &'a Shape, totals: Totals) -> Self {
        let predicted = shape.predict(intent.before.as_ref(), &intent.sent, totals);
        Self { shape, totals, intent, answer, predicted, mine: shape.project(&intent.raw, totals) }
    }

    fn before(&self, field: Field) -> Option<&Value> {
        self.intent.before.as_ref()?.get(field)
    }

    /// Whether `field` is now what our write would have made of it.
    fn as_predicted(&self, field: Field) -> bool {
        let Some(theirs) = self.answer.fields.get(field) else { return true };
        self.intent.sent.get(field) == Some(theirs) || self.is_explained(field, theirs)
    }

    fn is_explained(&self, field: Field, theirs: &Value) -> bool {
        self.predicted.explains(field, theirs, self.answer.updated_at.date_naive())
    }

    /// Whether `field` is as it was, or blank in a new entry, although our write would have changed it.
    fn is_as_before(&self, field: Field) -> bool {
        let now = self.answer.fields.get(field);
        let is_untouched = match &self.intent.before {
            Some(before) => now == before.get(field),
            None => now.is_some_and(Value::is_empty),
        };
        is_untouched && !self.as_predicted(field)
    }

    fn was_changed_by_us(&self, field: Field) -> bool {
        let now = self.answer.fields.get(field);
        now.is_some() && now != self.before(field) && self.as_predicted(field)
    }

    /// The base with a pair for each field of which `answer` speaks and that `trusted` lets through.
    fn teach(&self, base: Option<&Base>, trusted: impl Fn(Field) -> bool) -> Base {
        let mut after = base.cloned().unwrap_or_default();
        after.entry_id.clone_from(&self.answer.entry_id);
        // What only goes back to a provider does not come into the library by that.
        let is_kept_there = base.is_some_and(|base| base.presence == Presence::KeptThere);
        after.presence = if is_kept_there { Presence::KeptThere } else { Presence::Both };
        for field in Field::ALL {
            match self.answer.fields.get(field) {
                None => after.pairs[field] = None,
                Some(theirs) if trusted(field) => {
                    let back = base.and_then(|base| base.pairs[field].as_ref()?.back.as_ref());
                    if let Some(pair) = self.pair(field, theirs, back) {
                        after.pairs[field] = Some(pair);
                    }
                }
                Some(_) => {}
            }
        }
        after
    }

    /// The new pair of `field`; none leaves the old one: nothing happened to it, or it is somebody's edit.
    fn pair(&self, field: Field, theirs: &Value, back: Option<&Back>) -> Option<Pair> {
        let theirs = theirs.clone();
        if let Some(sent) = self.intent.sent.get(field) {
            let went_back = back.is_some_and(|back| back.value == *sent);
            let sent = self.mine.get(field).filter(|_| went_back).unwrap_or(sent);
            let raw = self.intent.raw.get(field).filter(|_| !self.was_crossed(field, &theirs));
            let ours = raw.map(|raw| Sent { raw: raw.clone(), projected: sent.clone() });
            return Some(Pair::new(ours, theirs));
        }
        if self.before(field) == Some(&theirs) || !self.is_explained(field, &theirs) {
            return None;
        }
        Some(Pair::new(self.confirmed(field, &theirs), theirs))
    }

    /// Whether somebody set the same status between the reading and the write, so that to the provider's rules ours was no
    /// change of status: then the answer accepts nothing, and what was sent is still to be sent.
    fn was_crossed(&self, field: Field, theirs: &Value) -> bool {
        let (Some(before), Some(status)) = (&self.intent.before, self.intent.sent.get(Field::Status)) else {
            return false;
        };
        let crossed = before.clone().with(Field::Status, status.clone());
        self.intent.sent.get(field) != Some(theirs)
            && !self.is_explained(field, theirs)
            && self.shape.predict(Some(&crossed), &self.intent.sent, self.totals).fields.get(field) == Some(theirs)
    }

    /// Ours for a field that was not sent and that the provider's own rules set: agreed where it is what the library
    /// holds, accepted where the provider invented a date because it was told none, else still unsent.
    fn confirmed(&self, field: Field, theirs: &Value) -> Option<Sent> {
        let invented = self.predicted.invented.contains(&field);
        // A date that can't be held there is none to the provider.
        let mine = self.mine.get(field).cloned().or(invented.then_some(Value::Date(None)))?;
        let raw = self.intent.raw.get(field)?.clone();
        let is_told = self.mine.get(field).is_some();
        let raw = if is_told { raw } else { mine.clone() };
        (mine == *theirs || (invented && mine.is_empty())).then_some(Sent { raw, projected: mine })
    }
}

/// The intent of a write: what is stored before the request leaves.
pub fn intend(at: crate::Time, sent: Fields, entry: &Entry, before: Option<&Observation>) -> Intent {
    Intent { at, sent, raw: entry.fields(), before: before.map(|seen| seen.fields.clone()) }
}
