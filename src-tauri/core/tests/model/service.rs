//! The three services as their documents describe them: what they store and what they do when they save. Written from the
//! facts alone; it must not call `Shape::predict` or `Shape::project`, or it would agree with their mistakes.

use std::sync::Arc;

use kuroibara_core::{EntryId, Field, Fields, PartialDate, Provider, Score, Status, Time, Totals, Value};

/// One account's list at one service, for one work.
#[derive(Clone, Debug)]
pub struct Service {
    pub provider: Provider,
    pub totals: Totals,
    pub entry: Option<Native>,
    /// Whether `volumesOwned` is read and written as volumes (Kitsu).
    pub volumes: bool,
    next_id: u32,
}

/// An entry as the service stores it. AniList's six statuses need no mark; the others mark rereading beside the status.
#[derive(Clone, Debug, PartialEq)]
pub struct Native {
    pub id: u32,
    pub status: Status,
    pub again: bool,
    pub chapters: u32,
    pub volumes: u32,
    pub rereads: u32,
    /// In the service's own steps; zero is none.
    pub score: u8,
    pub started: Option<PartialDate>,
    pub finished: Option<PartialDate>,
    pub notes: Option<Arc<str>>,
    pub private: bool,
    pub updated_at: Time,
}

/// Why a service did not save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No entry of that id (AniList, Kitsu).
    NotFound,
    /// There is an entry already (Kitsu).
    Taken,
    /// A value that the service does not accept: the engine should never have sent it.
    Invalid,
}

/// What a read shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    pub fields: Fields,
    pub entry_id: Option<EntryId>,
    pub updated_at: Time,
}

impl Service {
    pub fn new(provider: Provider, totals: Totals) -> Self {
        Self { provider, totals, entry: None, volumes: false, next_id: 1 }
    }

    /// The entry as a client gives it, in the library's terms.
    pub fn read(&self) -> Option<Read> {
        let native = self.entry.as_ref()?;
        let entry_id = match self.provider {
            Provider::MyAnimeList => None,
            Provider::AniList | Provider::Kitsu => Some(EntryId::from(native.id.to_string().as_str())),
        };
        Some(Read { fields: self.fields(native), entry_id, updated_at: native.updated_at })
    }

    fn fields(&self, native: &Native) -> Fields {
        let status = match self.provider {
            Provider::AniList => native.status,
            Provider::MyAnimeList if native.again => Status::Rereading,
            Provider::Kitsu if native.again && native.status == Status::Reading => Status::Rereading,
            Provider::MyAnimeList | Provider::Kitsu => native.status,
        };
        let score = i64::from(native.score) * self.points_per_step();
        let mut fields = Fields::new()
            .with(Field::Status, Value::Status(status))
            .with(Field::Chapters, Value::Count(native.chapters))
            .with(Field::Volumes, Value::Count(native.volumes))
            .with(Field::Rereads, Value::Count(native.rereads))
            .with(Field::FinishedOn, Value::Date(native.finished))
            .with(Field::Score, Value::Score(Score::new(score).ok()))
            .with(Field::StartedOn, Value::Date(native.started))
            .with(Field::Notes, Value::Text(native.notes.clone()))
            .with(Field::Private, Value::Flag(native.private));
        match self.provider {
            Provider::AniList => {}
            // myanimelist.md §5: a finish date is not kept on entries that are not completed; there is no privacy.
            Provider::MyAnimeList => {
                fields.remove(Field::Private);
                if status != Status::Completed {
                    fields.remove(Field::FinishedOn);
                }
            }
            // kitsu.md §5.1: volumesOwned is not what was read.
            Provider::Kitsu if !self.volumes => drop(fields.remove(Field::Volumes)),
            Provider::Kitsu => {}
        }
        fields
    }

    fn points_per_step(&self) -> i64 {
        match self.provider {
            Provider::AniList => 1,
            Provider::MyAnimeList => 10,
            Provider::Kitsu => 5,
        }
    }

    /// A request that adds the entry. AniList and MyAnimeList save over what is there.
    pub fn create(&mut self, told: &Fields, now: Time) -> Result<Read, Refusal> {
        if self.provider == Provider::Kitsu && self.entry.is_some() {
            return Err(Refusal::Taken);
        }
        self.save(told, now)
    }

    /// A request that changes the entry of `id`. MyAnimeList knows no ids and adds what is absent.
    pub fn update(&mut self, id: Option<&EntryId>, told: &Fields, now: Time) -> Result<Read, Refusal> {
        let there = self.entry.as_ref().map(|native| EntryId::from(native.id.to_string().as_str()));
        match self.provider {
            Provider::AniList | Provider::Kitsu if there.as_ref() != id || id.is_none() => Err(Refusal::NotFound),
            Provider::AniList | Provider::MyAnimeList | Provider::Kitsu => self.save(told, now),
        }
    }

    /// Removes the entry of `id`; one that is not there counts as removed.
    pub fn remove(&mut self, id: Option<&EntryId>) {
        let there = self.entry.as_ref().map(|native| EntryId::from(native.id.to_string().as_str()));
        match self.provider {
            Provider::AniList | Provider::Kitsu if there.as_ref() != id => {}
            Provider::AniList | Provider::MyAnimeList | Provider::Kitsu => self.entry = None,
        }
    }

    /// Any save: by us, or by a person at the website, whose saves follow the same rules.
    pub fn save(&mut self, told: &Fields, now: Time) -> Result<Read, Refusal> {
        let before = self.entry.clone();
        let mut native = match &before {
            Some(native) => native.clone(),
            None => self.blank(now),
        };
        told.iter().for_each(|(field, value)| self.tell(&mut native, field, value));
        match self.provider {
            Provider::AniList => {}
            // Also while it is read again, which is “completed” and a mark.
            Provider::MyAnimeList if native.status != Status::Completed => native.finished = None,
            Provider::MyAnimeList => {}
            Provider::Kitsu => kitsu_saves(before.as_ref(), &mut native, self.totals.chapters, now)?,
        }
        native.updated_at = now;
        self.entry = Some(native);
        self.read().ok_or(Refusal::NotFound)
    }

    fn blank(&mut self, now: Time) -> Native {
        self.next_id += 1;
        Native {
            id: self.next_id,
            status: Status::PlanToRead,
            again: false,
            chapters: 0,
            volumes: 0,
            rereads: 0,
            score: 0,
            started: None,
            finished: None,
            notes: None,
            private: false,
            updated_at: now,
        }
    }

    fn tell(&self, native: &mut Native, field: Field, value: &Value) {
        match (field, value) {
            (Field::Status, Value::Status(status)) => self.tell_status(native, *status),
            (Field::Chapters, Value::Count(n)) => native.chapters = *n,
            (Field::Volumes, Value::Count(n)) => native.volumes = *n,
            (Field::Rereads, Value::Count(n)) => native.rereads = *n,
            (Field::FinishedOn, Value::Date(date)) => native.finished = *date,
            (Field::StartedOn, Value::Date(date)) => native.started = *date,
            (Field::Score, Value::Score(score)) => {
                native.score = score.map_or(0, |s| s.points() / self.points_per_step() as u8);
            }
            (Field::Notes, Value::Text(text)) => native.notes = text.clone(),
            (Field::Private, Value::Flag(flag)) => native.private = *flag,
            (field, value) => panic!("{field:?} can't be {value:?}"),
        }
    }

    fn tell_status(&self, native: &mut Native, status: Status) {
        let again = status == Status::Rereading;
        (native.status, native.again) = match self.provider {
            Provider::AniList => (status, false),
            Provider::MyAnimeList => (if again { Status::Completed } else { status }, again),
            Provider::Kitsu => (if again { Status::Reading } else { status }, again),
        };
    }
}

/// kitsu.md §5.6 and §5.7, step by step.
fn kitsu_saves(before: Option<&Native>, native: &mut Native, total: Option<u32>, now: Time) -> Result<(), Refusal> {
    let rating_is_wrong = native.score != 0 && !(2..=20).contains(&native.score);
    if native.chapters > total.unwrap_or(5_000) || native.rereads > 50 || rating_is_wrong {
        return Err(Refusal::Invalid);
    }
    let stored = before.map(|b| b.status);
    let progress_was = before.map_or(0, |b| b.chapters);
    let today = Some(PartialDate::from(now.date_naive()));
    if stored == Some(native.status) && Some(native.chapters) == total {
        native.status = Status::Completed;
    }
    let status_changed = stored != Some(native.status);
    if status_changed && native.status == Status::Completed {
        native.chapters = total.unwrap_or(native.chapters);
    }
    if status_changed && matches!(native.status, Status::Reading | Status::Completed) {
        native.started = native.started.or(today);
    }
    if status_changed && native.status == Status::Completed {
        native.finished = native.finished.or(today);
    }
    if native.chapters != progress_was && !status_changed {
        native.status = Status::Reading;
    }
    Ok(())
}
