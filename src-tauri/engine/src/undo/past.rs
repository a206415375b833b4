//! What the history of a manga says about one of its lines: what services held before it, and whose a value was.

use enum_map::EnumMap;
use kuroibara_core::{Field, Fields, Origin, Provider, Shape, Totals, Value};

use super::steps::value;
use crate::store::{JournalRow, LoadedManga};

/// All that ever happened to a manga.
pub(super) struct Past<'a> {
    /// The lines of its history, the newest first.
    pub(super) lines: &'a [JournalRow],
    /// As it is now.
    pub(super) loaded: &'a LoadedManga,
    /// Whether services are kept in step.
    pub(super) keeps_in_step: bool,
}

impl<'a> Past<'a> {
    fn older(&self, row: &JournalRow) -> impl Iterator<Item = &'a JournalRow> + Clone {
        let id = row.id;
        self.lines.iter().skip_while(move |line| line.id != id).skip(1)
    }

    /// The newest first.
    fn newer(&self, row: &JournalRow) -> impl Iterator<Item = &'a JournalRow> {
        let id = row.id;
        self.lines.iter().take_while(move |line| line.id != id)
    }

    fn totals(&self, at: Provider) -> Totals {
        self.loaded.state.sides[at].as_ref().map(|side| side.totals).unwrap_or_default()
    }

    fn rounds_to(&self, provider: Provider, field: Field, own: &Value, there: &Value) -> bool {
        Shape::of(provider).round(field, own, self.totals(provider)) == *there
    }

    /// Who had brought the library's value of the field of `row`: the line before it, but for the newest `skipped` ones, or
    /// whatever brought the entry.
    pub(super) fn brought_before(&self, row: &JournalRow, skipped: usize) -> Origin {
        let here = self.older(row).filter(|line| line.provider.is_none() && line.field == row.field).nth(skipped);
        here.or_else(|| self.bringer(row)).map_or(Origin::User, |line| line.origin)
    }

    /// The line before `row` with which the entry first came: it says whose the values are that nobody changed since. An
    /// entry that went and came back came as it had been.
    fn bringer(&self, row: &JournalRow) -> Option<&'a JournalRow> {
        let came = |line: &&JournalRow| matches!(line.cause.as_str(), "created" | "added");
        self.older(row).filter(|line| line.provider.is_none() && line.field.is_none()).filter(came).last()
    }

    /// The library's own value that stood for `there` until a person replaced it, if that is what `row` carried to the
    /// provider: rounding must not make an undone 84 an 80.
    pub(super) fn carried(&self, row: &JournalRow, (at, field): (Provider, Field), there: &Value) -> Option<Value> {
        let newest = self.older(row).find(|line| line.provider.is_none() && line.field == row.field)?;
        let own = value(field, newest.before.as_ref())?;
        (is_by_a_person(newest) && self.rounds_to(at, field, &own, there)).then_some(own)
    }

    /// What was there before `row`. A service that changes by itself what a run had not sent (Kitsu's status with the first
    /// chapter) is sent that too, and what it made of it in between was never anybody's value.
    pub(super) fn before_effects(&self, row: &JournalRow, field: Field) -> Option<Value> {
        let same = |line: &&JournalRow| line.provider == row.provider && line.field == row.field;
        let is_effect = |line: &&JournalRow| line.run == row.run && line.cause == "push_effect";
        let effect = self.older(row).filter(same).take_while(is_effect).last();
        value(field, effect.unwrap_or(row).before.as_ref())
    }

    /// Whether the entry was made at the provider in the run of `row`: before that nothing was there.
    pub(super) fn was_made(&self, row: &JournalRow) -> bool {
        let makes = |line: &JournalRow| line.provider == row.provider && line.cause == "push_created";
        self.older(row).any(|line| line.run == row.run && makes(line))
    }

    /// Whether the provider could not hold the field before the run of `row`, such as a finish date before the title was
    /// completed: then it held none because it knew of none.
    pub(super) fn was_unknown(&self, row: &JournalRow, (at, field): (Provider, Field), after: &Value) -> bool {
        let of_status = |line: &&JournalRow| line.provider == Some(at) && line.field == Some(Field::Status);
        let first = self.lines.iter().filter(of_status).rfind(|line| line.run == row.run);
        let Some(Value::Status(status)) = first.and_then(|line| value(Field::Status, line.before.as_ref())) else {
            return false;
        };
        let held = Fields::new().with(field, after.clone());
        Shape::of(at).project_as(&held, status, self.totals(at)).is_empty()
    }

    /// Providers where the entry was removed after `row` took it out of the library.
    pub(super) fn gone_since(&self, row: &JournalRow) -> EnumMap<Provider, bool> {
        let gone = self.newer(row).filter(|line| line.cause == "push_removed");
        EnumMap::from_iter(gone.filter_map(|line| Some((line.provider?, true))))
    }

    /// Providers that held `before`, the library's value until `row`, when the first thing after it was sent there.
    pub(super) fn held_since(&self, row: &JournalRow, field: Field, before: &Value) -> EnumMap<Provider, bool> {
        EnumMap::from_fn(|at| {
            self.sent_since(row, field, at).is_some_and(|(there, _)| self.rounds_to(at, field, before, &there))
        })
    }

    /// Providers that held something else than `before`, the library's value until `row`, as an accepted difference: what
    /// they held then, and what they hold since.
    pub(super) fn held_otherwise(
        &self,
        row: &JournalRow,
        field: Field,
        before: &Value,
    ) -> Vec<(Provider, Value, Value)> {
        let other = |at: Provider| {
            let (there, after) = self.sent_since(row, field, at)?;
            let is_other = there != after && !self.rounds_to(at, field, before, &there) && !self.is_news(row, at);
            is_other.then_some((at, there, after))
        };
        Provider::ALL.into_iter().filter_map(other).collect()
    }

    /// What a provider held before the first thing that it was sent after `row`, and after the last.
    fn sent_since(&self, row: &JournalRow, field: Field, at: Provider) -> Option<(Value, Value)> {
        let is_sent = |line: &&JournalRow| {
            let is_there = line.provider == Some(at) && line.field == Some(field);
            is_there && matches!(line.cause.as_str(), "push" | "push_effect")
        };
        let sent: Vec<&JournalRow> = self.newer(row).filter(is_sent).collect();
        let (last, first) = (sent.first()?, sent.last()?);
        value(field, first.before.as_ref()).zip(value(field, last.after.as_ref()))
    }

    /// Whether what the provider held had been set there only since, and came here or gave way: what stood here before goes
    /// there too then, unless services are not kept in step and it never came here.
    fn is_news(&self, row: &JournalRow, at: Provider) -> bool {
        let came = |line: &JournalRow| {
            let is_here = line.provider.is_none() && line.field == row.field;
            is_here && line.origin == Origin::Provider(at) && !is_by_a_person(line)
        };
        let gave_way = |line: &JournalRow| line.provider == Some(at) && line.cause == "conflict_lost";
        came(row) || self.newer(row).any(|line| came(line) || (self.keeps_in_step && gave_way(line)))
    }
}

/// Whether a person set here what a line of history says, rather than a service.
fn is_by_a_person(line: &JournalRow) -> bool {
    !matches!(line.cause.as_str(), "pull" | "adopted" | "created")
}
