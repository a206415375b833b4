//! Saving entries: which operation says what, alike edits together, one outcome for each.
//!
//! Knows AniList's rules of saving (anilist.md §9); what is sent again and what not stands in `mutate`.

use std::collections::HashMap;

use kuroibara_core::{EntryId, Field, Fields, Status, Value};

use super::{
    AniList,
    ask::{parse, refused},
    batch::{MOST_COMPLEX, Root},
    decode::values,
    documents::{Document, Save, SaveAlike, save, save_alike},
    mutate::{Mutation, Pace, lost},
    read::number,
};
use crate::{
    http::Repeat,
    providers::{ApiError, RemoteEntry, Saved, Session, Write},
};

/// Fewer alike edits than this are no less work one by one.
const ALIKE: usize = 3;

/// So many entries are saved by one operation at most: nothing is known of a bound, and none is tried.
const MOST_ALIKE: usize = 100;

/// So many entries of one operation count as much as one saved alone.
const ALIKE_PER_WEIGHT: usize = 10;

/// So many saves fill a request by the rule of complexity: 27.
const FULL: usize = MOST_COMPLEX / Save::COST;

/// The intents of four full requests are stored at once.
pub(super) const WRITES_AT_ONCE: usize = 4 * FULL;

/// How much one request carries. It begins with a full one, about what other clients send, and is halved when the service
/// struggles; more than a full one are edits alike.
pub(super) fn pace() -> Pace {
    Pace::new(FULL, 2 * FULL)
}

/// A write with what is really sent for it.
struct Prepared {
    /// The entry, where it is known to be there.
    entry_id: Option<i64>,
    media_id: i64,
    fields: Fields,
}

/// One operation and the writes that it carries out.
enum Job {
    One(Root, usize),
    Many(Root, Vec<usize>),
}

/// The writes, and what became of them so far.
struct Saves {
    prepared: Vec<Option<Prepared>>,
    outcomes: Vec<Option<Result<Saved, ApiError>>>,
}

impl AniList {
    /// Saves entries, one outcome for each in order.
    pub(super) async fn saved(&self, session: &Session<'_>, writes: &[Write]) -> Vec<Result<Saved, ApiError>> {
        let mut saves = Saves::new(writes);
        self.carry_out(session, saves.alike_together(), &mut saves).await;
        // What many together could not settle is settled one by one.
        self.carry_out(session, saves.one_by_one(), &mut saves).await;
        let settled = saves.outcomes.into_iter();
        settled.map(|outcome| outcome.unwrap_or_else(|| Err(lost("it answered nothing")))).collect()
    }

    async fn carry_out(&self, session: &Session<'_>, jobs: Vec<Job>, saves: &mut Saves) {
        // A save repeated after a lost answer could overwrite what somebody else saved in between, so it never is; only what
        // certainly was not carried out goes out again (no connection, 429).
        let how = Mutation { token: session.token, route: "save", repeat: Repeat::Never, pace: &self.save_pace };
        let roots: Vec<Root> = jobs.iter().map(|job| job.root().clone()).collect();
        for (job, answer) in jobs.into_iter().zip(self.mutate(how, &roots).await) {
            saves.learn(job, answer);
        }
    }
}

impl Job {
    fn root(&self) -> &Root {
        match self {
            Self::One(root, _) | Self::Many(root, _) => root,
        }
    }
}

impl Saves {
    fn new(writes: &[Write]) -> Self {
        let prepared: Vec<_> = writes.iter().map(prepare).collect();
        let unknown = |write: &Write| Err(refused(&format!("“{}” is no id of AniList", write.id)));
        let outcomes = prepared.iter().zip(writes).map(|(p, w)| p.is_none().then(|| unknown(w))).collect();
        Self { prepared, outcomes }
    }

    /// The jobs of all writes, in the order of their first write: alike edits of known entries in one job, the others alone.
    fn alike_together(&self) -> Vec<Job> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut group_of: HashMap<String, usize> = HashMap::new();
        for (i, prepared) in self.open() {
            let new = groups.len();
            let alike = prepared.entry_id.map(|_| format!("{:?}", prepared.fields));
            let group = alike.map_or(new, |text| *group_of.entry(text).or_insert(new));
            match groups.get_mut(group) {
                Some(members) => members.push(i),
                None => groups.push(vec![i]),
            }
        }
        let parts = groups.iter().flat_map(|group| group.chunks(MOST_ALIKE));
        parts.flat_map(|part| if part.len() < ALIKE { self.alone(part) } else { self.together(part) }).collect()
    }

    /// A job for each write that is not settled.
    fn one_by_one(&self) -> Vec<Job> {
        self.alone(&self.open().map(|(i, _)| i).collect::<Vec<_>>())
    }

    /// The writes that are not settled.
    fn open(&self) -> impl Iterator<Item = (usize, &Prepared)> {
        let all = self.prepared.iter().zip(&self.outcomes).enumerate();
        all.filter_map(|(i, (prepared, outcome))| prepared.as_ref().filter(|_| outcome.is_none()).map(|p| (i, p)))
    }

    fn prepared(&self, i: usize) -> Option<&Prepared> {
        self.prepared.get(i)?.as_ref()
    }

    fn alone(&self, writes: &[usize]) -> Vec<Job> {
        let job = |i: &usize| Some(Job::One(Root::new::<Save>(self.prepared(*i)?.variables()), *i));
        writes.iter().filter_map(job).collect()
    }

    fn together(&self, writes: &[usize]) -> Vec<Job> {
        let first = writes.first().and_then(|i| self.prepared(*i));
        let ids = writes.iter().filter_map(|i| self.prepared(*i)).map(|p| p.entry_id).collect();
        let job = |first: &Prepared| {
            let variables = save_alike::Variables { ids: Some(ids), ..values!(save_alike, &first.fields) };
            let weight = 1 + writes.len() / ALIKE_PER_WEIGHT;
            Job::Many(Root::new::<SaveAlike>(variables).weighing(weight), writes.to_vec())
        };
        first.map(job).into_iter().collect()
    }

    /// Notes what an answer says of the writes of a job. What a refusal of many, or a missing row, leaves open is tried alone.
    fn learn(&mut self, job: Job, answer: Result<serde_json::Value, ApiError>) {
        match (job, answer) {
            (Job::One(_, i), answer) => self.note(i, answer.and_then(|slot| parse(slot, "a saved entry")).map(one)),
            (Job::Many(..), Err(ApiError::Refused { .. } | ApiError::NotFound(_))) => {}
            (Job::Many(_, writes), Err(error)) => writes.into_iter().for_each(|i| self.note(i, Err(error.clone()))),
            (Job::Many(_, writes), Ok(slot)) => match parse::<Vec<Option<save_alike::Entry>>>(slot, "saved entries") {
                Ok(rows) => self.share_out(rows.into_iter().flatten().map(RemoteEntry::from), &writes),
                Err(_) => writes.into_iter().for_each(|i| self.note(i, Err(lost("its answer can't be read")))),
            },
        }
    }

    /// Gives each write the row of its entry.
    fn share_out(&mut self, rows: impl Iterator<Item = RemoteEntry>, writes: &[usize]) {
        let mut rows: HashMap<Option<EntryId>, RemoteEntry> = rows.map(|row| (row.entry_id.clone(), row)).collect();
        for i in writes {
            let id = self.prepared(*i).and_then(|p| p.entry_id).map(|id| EntryId(id.to_string()));
            if let Some(row) = rows.remove(&id) {
                self.note(*i, Ok(row));
            }
        }
    }

    fn note(&mut self, i: usize, outcome: Result<Saved, ApiError>) {
        // The change was carried out even if its answer can't be read: to the engine that is a lost answer.
        let outcome = match outcome {
            Err(ApiError::Unreadable { .. }) => Err(lost("its answer can't be read")),
            settled => settled,
        };
        if let Some(open) = self.outcomes.get_mut(i) {
            *open = Some(outcome);
        }
    }
}

fn one(entry: save::Entry) -> RemoteEntry {
    entry.into()
}

/// What is said for a write; none when its ids are not AniList's.
fn prepare(write: &Write) -> Option<Prepared> {
    let entry_id = match &write.entry_id {
        Some(id) => Some(id.as_str().parse().ok()?),
        None => None,
    };
    let mut fields = write.fields.clone();
    let before = write.before.as_ref();
    if entry_id.is_none() && fields.status().is_none() {
        // An entry that may be new is never left to the service's own idea of a status, which nobody knows.
        let status = before.and_then(Fields::status).unwrap_or(Status::PlanToRead);
        fields.set(Field::Status, Value::Status(status));
    }
    let reread = before.and_then(Fields::status) == Some(Status::Rereading)
        && fields.status() == Some(Status::Completed)
        && fields.get(Field::Rereads).is_none();
    if reread {
        // Whether the service counts a finished reread by itself is unknown, so the count is always said.
        fields.set(Field::Rereads, Value::Count(before.map_or(0, |b| b.count(Field::Rereads))));
    }
    Some(Prepared { entry_id, media_id: number(&write.id)?, fields })
}

impl Prepared {
    /// By entry id where it is known: a save by work would make an entry anew that somebody has removed.
    fn variables(&self) -> save::Variables {
        let media_id = if self.entry_id.is_none() { Some(self.media_id) } else { None };
        save::Variables { id: self.entry_id, media_id, ..values!(save, &self.fields) }
    }
}
