//! Update: what a plan changes in the library and in what is known, as one change per manga.

use kuroibara_core::{
    Base, Field, MangaId, MangaState, Origin, Provider, RunId, Time, Value,
    merge::{Arrival, Pull, Question},
};

use super::subject::{Subject, Tie};
use crate::store::{
    Change, Conflict, ConflictChange, ConflictKind, Db, JournalRow, Json, LinkChange, MangaChange, MappingChange,
    NewConflict, OutboxChange, WorkChange,
};

/// What the run brings along for every change.
pub(super) struct Pen<'a> {
    pub(super) db: &'a Db,
    pub(super) run: RunId,
    pub(super) now: Time,
    /// Whether the lists were read after every write that may still be without an answer: only then has an intent served.
    pub(super) relisted: bool,
}

impl Pen<'_> {
    /// Everything that the subject's plan changes here; none if nothing does.
    pub(super) fn change(&self, subject: &Subject) -> Option<MangaChange> {
        let mut change = MangaChange::of(subject.manga, subject.version);
        if let Some(details) = &subject.new {
            subject.plan.merged.arrival?;
            change.work = WorkChange::New((**details).clone());
        }
        let local_changed = subject.plan.merged.local != subject.stored.local;
        if local_changed {
            change.local = Some(subject.plan.merged.local.clone());
        }
        let ties = subject.ties.iter().filter_map(|(provider, tie)| Some((provider, tie.as_ref()?)));
        change.mappings = ties.filter_map(|(p, tie)| self.mapping(subject, p, tie, local_changed)).collect();
        change.journal = self.journal(subject);
        change.conflicts = self.questions(subject);
        let nothing =
            !local_changed && change.mappings.is_empty() && change.journal.is_empty() && change.conflicts.is_empty();
        (!nothing).then_some(change)
    }

    /// Whether the subject's plan changes anything here.
    pub(super) fn changes(&self, subject: &Subject) -> bool {
        // Every arrival is a change: what it consists of need not be made to know that.
        subject.plan.merged.arrival.is_some() || self.change(subject).is_some()
    }

    fn mapping(&self, subject: &Subject, provider: Provider, tie: &Tie, local_changed: bool) -> Option<MappingChange> {
        let mut change = MappingChange::of(tie.id);
        let takes_part = subject.state.sides[provider].is_some();
        if let Some(link) = &tie.new {
            change.link = LinkChange::New(link.clone());
        }
        change.totals = tie.totals;
        if let Some((side, read_at)) = subject.state.sides[provider].as_ref().zip(tie.read_at) {
            change.read = Some((side.remote.clone(), read_at));
        }
        if takes_part {
            change.base = moved(base(&subject.stored, provider), subject.plan.base(provider));
            change.intent = if self.relisted { settled_intent(&subject.state, provider) } else { Change::Keep };
        }
        change.outbox = self.outbox(subject, provider, tie, takes_part, local_changed);
        change.unsettled = (takes_part && tie.unsettled).then_some(false);
        let is_nothing = matches!(change.link, LinkChange::Keep)
            && change.totals.is_none()
            && change.read.is_none()
            && change.unsettled.is_none()
            && change.base == Change::Keep
            && change.intent == Change::Keep
            && change.outbox == OutboxChange::Keep;
        (!is_nothing).then_some(change)
    }

    /// A provider that does not take part hears of a change later; one that does is due while there is something to send.
    fn outbox(
        &self,
        subject: &Subject,
        provider: Provider,
        tie: &Tie,
        takes_part: bool,
        local_changed: bool,
    ) -> OutboxChange {
        let sends = subject.plan.pushes[provider].request.is_some() || subject.plan.merged.removals.contains(&provider);
        match (&tie.due, takes_part) {
            (Some(due), _) if tie.ignored => OutboxChange::Done { mark: due.mark },
            (None, _) if tie.ignored => OutboxChange::Keep,
            (Some(due), true) if due.refused && sends => OutboxChange::Due { since: due.since },
            (Some(due), true) if due.refused => OutboxChange::Keep,
            (Some(due), true) if !sends => OutboxChange::Done { mark: due.mark },
            (None, true) if sends => OutboxChange::Due { since: self.now },
            (_, false) if local_changed => OutboxChange::Due { since: self.now },
            (Some(_) | None, _) => OutboxChange::Keep,
        }
    }

    fn journal(&self, subject: &Subject) -> Vec<JournalRow> {
        let merged = &subject.plan.merged;
        let arrival = merged.arrival.map(|arrival| self.arrival(subject, arrival));
        // What came with a new entry is told by its arrival, unless it came from somebody else.
        let came_along = |from: Provider| merged.arrival == Some(Arrival::Created(from));
        let pulls = merged.pulls.iter().filter(|pull| !came_along(pull.from)).map(|pull| {
            let row = (Some(pull.field), json(&pull.before), json(&pull.after));
            self.row(subject.manga, None, row, pull.stamp.origin, cause_of(subject, pull))
        });
        let lost = merged.lost.iter().map(|lost| {
            let place = match lost.side {
                Origin::User => None,
                Origin::Provider(provider) => Some(provider),
            };
            self.row(subject.manga, place, (None, json(&lost.fields), None), lost.side, "conflict_lost")
        });
        arrival.into_iter().chain(pulls).chain(lost).collect()
    }

    fn arrival(&self, subject: &Subject, arrival: Arrival) -> JournalRow {
        let (from, cause) = match arrival {
            Arrival::Created(from) => (from, "created"),
            Arrival::Restored(from) => (from, "restored"),
        };
        let entry = subject.plan.merged.local.present().and_then(|(entry, _)| json(&entry.fields()));
        self.row(subject.manga, None, (None, None, entry), Origin::Provider(from), cause)
    }

    /// One line of history.
    pub(super) fn row(
        &self,
        manga: MangaId,
        provider: Option<Provider>,
        (field, before, after): (Option<Field>, Option<Json>, Option<Json>),
        origin: Origin,
        cause: &str,
    ) -> JournalRow {
        let (run, cause) = (Some(self.run), cause.to_owned());
        let id = self.db.new_id(self.now);
        JournalRow { id, run, manga, provider, field, before, after, origin, cause, at: self.now }
    }

    /// New questions open; those that have answered themselves close. What only a provider that does not take part could
    /// answer stays as it is; one that never told of this title can't.
    fn questions(&self, subject: &Subject) -> Vec<ConflictChange> {
        let asked = &subject.plan.merged.questions;
        let new = asked.iter().filter(|question| !subject.open.iter().any(|open| is_about(open, **question)));
        let opens = new.map(|question| ConflictChange::Open(self.question(subject, *question)));
        let is_here = |p: Provider| subject.ties[p].is_none() || subject.state.sides[p].is_some();
        let whole = Provider::ALL.into_iter().all(|p| is_here(p) || !has_told(&subject.stored, p));
        let done = subject.open.iter().filter(|open| match open.provider {
            Some(provider) => subject.state.sides[provider].is_some(),
            None => whole,
        });
        let answered = done.filter(|open| open.kind != ConflictKind::Link && !asked.iter().any(|q| is_about(open, *q)));
        let closes = answered.map(|open| ConflictChange::Close {
            id: open.id,
            decision: "settled".to_owned(),
            remembered: None,
        });
        opens.chain(closes).collect()
    }

    /// How many questions of a manga open, and how many close.
    pub(super) fn opens_and_closes(&self, subject: &Subject) -> (usize, usize) {
        let changes = self.questions(subject);
        let opens = changes.iter().filter(|change| matches!(change, ConflictChange::Open(_))).count();
        (opens, changes.len() - opens)
    }

    fn question(&self, subject: &Subject, question: Question) -> NewConflict {
        let (kind, group, provider) = match question {
            Question::Differs(group) => (ConflictKind::Fields, Some(group), None),
            Question::RemovedHere(provider) => (ConflictKind::RemovedHere, None, Some(provider)),
            Question::VanishedThere(provider) => (ConflictKind::VanishedThere, None, Some(provider)),
        };
        NewConflict { id: self.db.new_id(self.now), kind, group, provider, body: sides(subject) }
    }
}

/// Whether anything of a title was ever read at a provider.
fn has_told(stored: &MangaState, at: Provider) -> bool {
    stored.sides[at].as_ref().is_some_and(|side| side.base.is_some() || side.remote.present().is_some())
}

/// A pull replaces what both had agreed on; what is taken where they never agreed is adopted. An undo tells the two apart: only
/// the former comes back at the provider as well.
fn cause_of(subject: &Subject, pull: &Pull) -> &'static str {
    let pair = base(&subject.stored, pull.from).and_then(|base| base.pairs[pull.field].as_ref());
    let agreed = pair.and_then(|pair| pair.ours.as_ref()).is_some_and(|sent| sent.raw == pull.before);
    if agreed { "pull" } else { "adopted" }
}

fn is_about(open: &Conflict, question: Question) -> bool {
    match question {
        Question::Differs(group) => open.kind == ConflictKind::Fields && open.group == Some(group),
        Question::RemovedHere(at) => open.kind == ConflictKind::RemovedHere && open.provider == Some(at),
        Question::VanishedThere(at) => open.kind == ConflictKind::VanishedThere && open.provider == Some(at),
    }
}

/// Base, local and every provider, for showing and deciding.
fn sides(subject: &Subject) -> Json {
    let local = match &subject.plan.merged.local {
        kuroibara_core::Local::Never => None,
        kuroibara_core::Local::Present(entry, _) | kuroibara_core::Local::Removed(entry, ..) => json(&entry.fields()),
    };
    let providers = subject.state.sides().map(|(provider, side)| {
        let remote = side.remote.present().and_then(|seen| json(&seen.fields));
        let updated_at = side.remote.present().map(|seen| seen.updated_at);
        let base = subject.plan.base(provider).and_then(json);
        (provider.to_string(), serde_json::json!({ "remote": remote, "updated_at": updated_at, "base": base }))
    });
    serde_json::json!({ "local": local, "providers": providers.collect::<serde_json::Map<_, _>>() })
}

fn base(state: &MangaState, provider: Provider) -> Option<&Base> {
    state.sides[provider].as_ref()?.base.as_ref()
}

fn moved(before: Option<&Base>, after: Option<&Base>) -> Change<Base> {
    match (before, after) {
        (before, after) if before == after => Change::Keep,
        (_, Some(after)) => Change::Set(after.clone()),
        (_, None) => Change::Clear,
    }
}

/// An intent has served as soon as the entry was read again: what it taught is in the base.
fn settled_intent(state: &MangaState, provider: Provider) -> Change<kuroibara_core::Intent> {
    match &state.sides[provider] {
        Some(side) if side.intent.is_some() => Change::Clear,
        Some(_) | None => Change::Keep,
    }
}

pub(super) fn json(value: &impl serde::Serialize) -> Option<Json> {
    serde_json::to_value(value).ok().filter(|json| !json.is_null())
}

/// The value of a field as it is written into the history.
pub(super) fn json_of(value: Option<&Value>) -> Option<Json> {
    value.and_then(json)
}
