//! Table `library_entries`: what the reader says about each manga, one column per field, with stamps and a version.
//!
//! A version grows with every change of the entry or of the manga's links, so that a merge can tell whether what it read
//! is still so. A removed entry keeps its row: it comes back as it was.

use kuroibara_core::{Entry, Field, Local, MangaId, PartialDate, Score, Stamp, Stamps, Status, Time};
use serde::{Deserialize, Serialize};

use super::{
    StoreError,
    sql::{Arg, args},
    text::{count, from_json, json, nanos, some_word, time, word},
};

/// The columns of an entry, as every statement that reads entries names them.
#[derive(sqlx::FromRow)]
pub(super) struct EntryColumns {
    status: String,
    chapters_read: i64,
    volumes_read: i64,
    score: Option<i64>,
    rereads: i64,
    started_on: Option<String>,
    finished_on: Option<String>,
    notes: Option<String>,
    private: bool,
}

impl EntryColumns {
    /// The entry of these columns.
    pub(super) fn entry(self) -> Result<Entry, StoreError> {
        let score = self.score.map(Score::new).transpose();
        Ok(Entry {
            status: word::<Status>("status", &self.status)?,
            chapters: count("chapters_read", self.chapters_read)?,
            volumes: count("volumes_read", self.volumes_read)?,
            score: score.map_err(|_| StoreError::Unintelligible { column: "score" })?,
            rereads: count("rereads", self.rereads)?,
            started_on: some_word::<PartialDate>("started_on", self.started_on.as_deref())?,
            finished_on: some_word::<PartialDate>("finished_on", self.finished_on.as_deref())?,
            notes: self.notes.map(Into::into),
            private: self.private,
        })
    }
}

/// What the library says, out of an entry, its stamps and the time of its removal.
pub(super) fn local(entry: Entry, stamps: &str, removed_at: Option<i64>) -> Result<Local, StoreError> {
    let stamps = read_stamps(stamps)?;
    Ok(match removed_at {
        None => Local::Present(entry, stamps),
        Some(at) => Local::Removed(entry, stamps, time(at)),
    })
}

/// The arguments of [`PUT`] for an entry that is there or was removed; none for one that is forgotten.
pub(super) fn row(
    key: uuid::Uuid,
    user: kuroibara_core::UserId,
    manga: MangaId,
    local: &Local,
    now: Time,
) -> Result<Option<Vec<Arg>>, StoreError> {
    let (entry, stamps, removed_at) = match local {
        Local::Never => return Ok(None),
        Local::Present(entry, stamps) => (entry, stamps, None),
        Local::Removed(entry, stamps, at) => (entry, stamps, Some(nanos(*at))),
    };
    let dates = [entry.started_on, entry.finished_on].map(|date| date.map(|date| date.to_string()));
    let [started_on, finished_on] = dates;
    let score = entry.score.map(|score| i64::from(score.points()));
    let said =
        args![entry.status.as_str(), entry.chapters, entry.volumes, score, entry.rereads, started_on, finished_on];
    let rest = args![entry.notes.as_deref(), entry.private, write_stamps(stamps)?, removed_at, now, now];
    Ok(Some([args![key, user, manga], said, rest, args![1_i64]].concat()))
}

/// Makes or changes entries; each change is one more version.
pub(super) const PUT: &str = "INSERT INTO library_entries (id, user_id, manga_id, status, chapters_read, volumes_read, \
    score, rereads, started_on, finished_on, notes, private, stamps, removed_at, created_at, updated_at, version) \
    VALUES {} ON CONFLICT (user_id, manga_id) DO UPDATE SET status = excluded.status, \
    chapters_read = excluded.chapters_read, volumes_read = excluded.volumes_read, score = excluded.score, \
    rereads = excluded.rereads, started_on = excluded.started_on, finished_on = excluded.finished_on, \
    notes = excluded.notes, private = excluded.private, stamps = excluded.stamps, removed_at = excluded.removed_at, \
    updated_at = excluded.updated_at, version = library_entries.version + 1";
/// Forgets entries.
pub(super) const FORGET: &str = "DELETE FROM library_entries WHERE manga_id IN {}";
/// One more version, for what was read of the manga's links is no longer so.
pub(super) const TOUCH: &str = "UPDATE library_entries SET version = version + 1 WHERE manga_id IN {}";
/// Per manga the version of its entry, 0 where there is none, and whether it was merged into another.
pub(super) const VERSIONS: &str = "SELECT manga.id, coalesce(version, 0), merged_into IS NOT NULL FROM manga \
    LEFT JOIN library_entries ON library_entries.manga_id = manga.id WHERE manga.id IN {}";

/// [`Stamps`] as they are stored: the presence's, and only those fields' that differ from it.
#[derive(Serialize, Deserialize)]
struct StampsText {
    all: Stamp,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    but: Vec<(Field, Stamp)>,
}

/// The stamps as JSON.
pub(super) fn write_stamps(stamps: &Stamps) -> Result<String, StoreError> {
    let but = stamps.fields.iter().filter(|(_, stamp)| **stamp != stamps.presence);
    json("stamps", &StampsText { all: stamps.presence, but: but.map(|(field, stamp)| (field, *stamp)).collect() })
}

/// The stamps out of JSON.
pub(super) fn read_stamps(text: &str) -> Result<Stamps, StoreError> {
    let text: StampsText = from_json("stamps", text)?;
    let mut stamps = Stamps::all(text.all);
    text.but.into_iter().for_each(|(field, stamp)| stamps.fields[field] = stamp);
    Ok(stamps)
}
