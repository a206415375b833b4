//! From AniList's types to the library's terms and back. Pure.

use kuroibara_core::{
    EntryId, ExternalId, Field, Fields, PartialDate, Provider, Score, Shape, Status, Time, Totals, Value,
};

use super::documents::{MediaFormat, MediaListStatus, chunk, entries, save, save_alike, search, works};
use crate::providers::{Format, Listed, RemoteEntry, Title, TitleKind, Work};

/// Writes the conversions for the types that each document has of its own for the same fragment.
macro_rules! entries_of {
    ($($module:ident),+) => {$(
        impl From<$module::Entry> for RemoteEntry {
            fn from(entry: $module::Entry) -> Self {
                let date = |d: Option<$module::Date>| Value::Date(d.and_then(|d| date(d.year, d.month, d.day)));
                let mut fields = Fields::new()
                    .with(Field::Chapters, count(entry.progress))
                    .with(Field::Volumes, count(entry.progress_volumes))
                    .with(Field::Rereads, count(entry.repeat))
                    .with(Field::Score, Value::Score(score(entry.score)))
                    .with(Field::StartedOn, date(entry.started_at))
                    .with(Field::FinishedOn, date(entry.completed_at))
                    .with(Field::Notes, Value::Text(entry.notes.filter(|n| !n.is_empty()).map(Into::into)))
                    .with(Field::Private, Value::Flag(entry.private.unwrap_or_default()));
                if let Some(status) = status(entry.status) {
                    fields.set(Field::Status, Value::Status(status));
                }
                Self {
                    entry_id: Some(EntryId(entry.id.to_string())),
                    fields: Shape::ANILIST.project(&fields, Totals::default()),
                    updated_at: time(entry.updated_at),
                }
            }
        }
    )+};
}

macro_rules! works_of {
    ($($module:ident),+) => {$(
        impl From<$module::Media> for Work {
            fn from(media: $module::Media) -> Self {
                let title = media.title;
                let (romaji, english, native) =
                    title.map_or((None, None, None), |t| (t.romaji, t.english, t.native));
                let synonyms = media.synonyms.into_iter().flatten().flatten();
                let (title, titles) = names(media.id, romaji, english, native, synonyms);
                Self {
                    id: ExternalId(media.id.to_string()),
                    title,
                    titles,
                    format: format(media.format),
                    totals: Totals { chapters: total(media.chapters), volumes: total(media.volumes) },
                    year: media.start_date.and_then(|d| d.year).and_then(|y| i32::try_from(y).ok()),
                    authors: Vec::new(),
                    cover: media.cover_image.and_then(|c| c.large),
                    adult: media.is_adult.unwrap_or_default(),
                    links: links(media.id_mal),
                }
            }
        }
    )+};
}

macro_rules! listed_of {
    ($($entry:path),+) => {$(
        impl From<$entry> for Listed {
            fn from(listed: $entry) -> Self {
                let work = listed.media.map_or_else(|| nameless(listed.media_id), Work::from);
                Self { work, entry: listed.entry.into() }
            }
        }
    )+};
}

macro_rules! found_of {
    ($($module:ident, $found:path, $staff:path);+) => {$(
        impl From<$found> for Work {
            fn from(found: $found) -> Self {
                let edges = found.authors.staff.and_then(|staff| staff.edges).into_iter().flatten().flatten();
                let person = |edge: $staff| {
                    let role = edge.role?;
                    let name = edge.node?.name?.full?;
                    wrote_or_drew(&role).then_some(name)
                };
                let mut work = Self::from(found.media);
                edges.filter_map(person).for_each(|name| if !work.authors.contains(&name) { work.authors.push(name) });
                work
            }
        }
    )+};
}

/// The variables that set `fields`: what is not in them stays unsaid, and what is empty in them is cleared.
macro_rules! values {
    ($module:ident, $fields:expr) => {{
        use $crate::providers::anilist::{decode, documents::$module};
        let fields: &kuroibara_core::Fields = $fields;
        let fuzzy = |field| {
            let [year, month, day] = decode::date_parts(fields, field)?;
            Some($module::FuzzyDateInput { year, month, day })
        };
        $module::Variables {
            status: fields.status().map(decode::word),
            score_raw: decode::points(fields),
            progress: decode::number(fields, kuroibara_core::Field::Chapters),
            progress_volumes: decode::number(fields, kuroibara_core::Field::Volumes),
            repeat: decode::number(fields, kuroibara_core::Field::Rereads),
            private: decode::flag(fields),
            notes: decode::notes(fields),
            started_at: fuzzy(kuroibara_core::Field::StartedOn),
            completed_at: fuzzy(kuroibara_core::Field::FinishedOn),
            ..Default::default()
        }
    }};
}
pub(super) use values;

entries_of!(chunk, entries, save, save_alike);
works_of!(chunk, entries, search, works);
listed_of!(chunk::ChunkSlotListsEntries, entries::EntriesSlotMediaList);
found_of!(
    chunk, chunk::ChunkSlotListsEntriesMedia, chunk::AuthorsStaffEdges;
    entries, entries::EntriesSlotMediaListMedia, entries::AuthorsStaffEdges;
    search, search::SearchSlotMedia, search::AuthorsStaffEdges;
    works, works::WorksSlotMedia, works::AuthorsStaffEdges
);

/// What a status is called there.
pub(super) fn word(status: Status) -> MediaListStatus {
    match status {
        Status::Reading => MediaListStatus::Current,
        Status::Completed => MediaListStatus::Completed,
        Status::OnHold => MediaListStatus::Paused,
        Status::Dropped => MediaListStatus::Dropped,
        Status::PlanToRead => MediaListStatus::Planning,
        Status::Rereading => MediaListStatus::Repeating,
    }
}

/// No status means planned; a word that we do not know yet is unknown, which is not a plan.
fn status(word: Option<MediaListStatus>) -> Option<Status> {
    match word {
        Some(MediaListStatus::Current) => Some(Status::Reading),
        Some(MediaListStatus::Completed) => Some(Status::Completed),
        Some(MediaListStatus::Paused) => Some(Status::OnHold),
        Some(MediaListStatus::Dropped) => Some(Status::Dropped),
        Some(MediaListStatus::Planning) | None => Some(Status::PlanToRead),
        Some(MediaListStatus::Repeating) => Some(Status::Rereading),
        Some(MediaListStatus::Unknown) => None,
    }
}

fn count(number: Option<i64>) -> Value {
    Value::Count(number.and_then(|n| u32::try_from(n).ok()).unwrap_or_default())
}

/// A total of zero is nobody's work: it means that nobody counted.
fn total(number: Option<i64>) -> Option<u32> {
    number.and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0)
}

/// Points of 100; 0 is no score.
fn score(points: Option<f64>) -> Option<Score> {
    Score::new(points?.round() as i64).ok()
}

/// A date of the parts that make sense: a day that its month does not have, or a day without a month, is dropped.
fn date(year: Option<i64>, month: Option<i64>, day: Option<i64>) -> Option<PartialDate> {
    let year = u16::try_from(year?).ok()?;
    let small = |n: Option<i64>| n.and_then(|n| u8::try_from(n).ok());
    let (month, day) = (small(month), small(day));
    let tries = [(month, day), (month, None), (None, None)];
    tries.into_iter().find_map(|(month, day)| PartialDate::new(year, month, day).ok())
}

/// A moment that was never stamped (old rows) was long ago.
fn time(seconds: Option<i64>) -> Time {
    Time::from_timestamp(seconds.unwrap_or_default(), 0).unwrap_or_default()
}

fn format(word: Option<MediaFormat>) -> Format {
    match word {
        Some(MediaFormat::Manga) => Format::Manga,
        Some(MediaFormat::Novel) => Format::Novel,
        Some(MediaFormat::OneShot) => Format::OneShot,
        Some(MediaFormat::Unknown) | None => Format::Unknown,
    }
}

fn links(id_mal: Option<i64>) -> Vec<(Provider, ExternalId)> {
    id_mal.map(|id| (Provider::MyAnimeList, ExternalId(id.to_string()))).into_iter().collect()
}

/// The title to show and every other name, each once.
fn names(
    id: i64,
    romaji: Option<String>,
    english: Option<String>,
    native: Option<String>,
    synonyms: impl Iterator<Item = String>,
) -> (String, Vec<Title>) {
    let named = [(TitleKind::Romaji, romaji), (TitleKind::English, english), (TitleKind::Native, native)];
    let named = named.into_iter().filter_map(|(kind, text)| Some(Title { kind, text: text? }));
    let all = named.chain(synonyms.map(|text| Title { kind: TitleKind::Synonym, text }));
    let mut titles: Vec<Title> = Vec::new();
    for title in all.filter(|t| !t.text.trim().is_empty()) {
        if !titles.iter().any(|known| known.text == title.text) {
            titles.push(title);
        }
    }
    if titles.is_empty() {
        return (untitled(id), titles);
    }
    let shown = titles.remove(0).text;
    (shown, titles)
}

fn untitled(id: i64) -> String {
    format!("AniList {id}")
}

/// A work of which nothing but its id came: moderators merge and delete works under the entries of readers.
fn nameless(id: i64) -> Work {
    Work {
        id: ExternalId(id.to_string()),
        title: untitled(id),
        titles: Vec::new(),
        format: Format::Unknown,
        totals: Totals::default(),
        year: None,
        authors: Vec::new(),
        cover: None,
        adult: false,
        links: Vec::new(),
    }
}

/// Translators, letterers and assistants are staff too: only those who wrote or drew are authors.
fn wrote_or_drew(role: &str) -> bool {
    ["Story", "Art", "Original Story", "Original Creator"].iter().any(|word| match role.strip_prefix(word) {
        Some(rest) => rest.is_empty() || rest.starts_with([' ', ',']) && !rest.contains("Assist"),
        None => false,
    })
}

/// Points to send; 0 takes the score away.
pub(super) fn points(fields: &Fields) -> Option<i64> {
    match fields.get(Field::Score)? {
        Value::Score(score) => Some(score.map_or(0, |s| s.points().into())),
        Value::Status(_) | Value::Count(_) | Value::Date(_) | Value::Text(_) | Value::Flag(_) => None,
    }
}

/// The count of `field` to send.
pub(super) fn number(fields: &Fields, field: Field) -> Option<i64> {
    fields.get(field).map(|_| fields.count(field).into())
}

/// Whether to hide the entry.
pub(super) fn flag(fields: &Fields) -> Option<bool> {
    Some(*fields.get(Field::Private)? == Value::Flag(true))
}

/// Notes to send; the empty text takes them away.
pub(super) fn notes(fields: &Fields) -> Option<String> {
    match fields.get(Field::Notes)? {
        Value::Text(text) => Some(text.as_deref().unwrap_or_default().to_owned()),
        Value::Status(_) | Value::Count(_) | Value::Score(_) | Value::Date(_) | Value::Flag(_) => None,
    }
}

/// Year, month and day to send; three times none takes the date away.
pub(super) fn date_parts(fields: &Fields, field: Field) -> Option<[Option<i64>; 3]> {
    match fields.get(field)? {
        Value::Date(None) => Some([None; 3]),
        Value::Date(Some(d)) => Some([Some(d.year().into()), d.month().map(Into::into), d.day().map(Into::into)]),
        Value::Status(_) | Value::Count(_) | Value::Score(_) | Value::Text(_) | Value::Flag(_) => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serde_json::json;

    use super::*;

    fn listed(entry: serde_json::Value) -> Listed {
        let mut whole = json!({
            "id": 900001, "mediaId": 30002, "status": "CURRENT", "score": 85, "progress": 364, "progressVolumes": 41,
            "repeat": 0, "private": false, "notes": null, "updatedAt": 1767225600,
            "startedAt": {"year": 2020, "month": 9, "day": null}, "completedAt": {"year": null, "month": null, "day": null},
            "media": {"id": 30002, "idMal": 2, "chapters": null, "volumes": 0, "title": {"romaji": "Berserk",
                "english": "Berserk", "native": "ベルセルク"}, "synonyms": ["Berserk Max", null, " "], "format": "MANGA",
                "startDate": {"year": 1989}, "isAdult": false, "coverImage": {"large": "https://a/b.jpg"},
                "staff": {"edges": [{"role": "Story & Art", "node": {"name": {"full": "Kentarou Miura"}}}, null,
                    {"role": "Translator (English)", "node": {"name": {"full": "Jason DeAngelis"}}}]}}
        });
        let said = entry.as_object().unwrap().clone();
        whole.as_object_mut().unwrap().extend(said);
        serde_json::from_value::<entries::EntriesSlotMediaList>(whole).unwrap().into()
    }

    fn field(entry: serde_json::Value, field: Field) -> Option<Value> {
        listed(entry).entry.fields.get(field).cloned()
    }

    #[test]
    fn an_entry_is_read_in_the_librarys_terms() {
        let listed = listed(json!({}));
        let fields = &listed.entry.fields;
        assert_eq!(listed.entry.entry_id, Some("900001".into()));
        assert_eq!(listed.entry.updated_at.timestamp(), 1_767_225_600);
        assert_eq!(fields.status(), Some(Status::Reading));
        assert_eq!((fields.count(Field::Chapters), fields.count(Field::Volumes)), (364, 41));
        assert_eq!(fields.get(Field::Score), Some(&Value::Score(Score::new(85).ok())));
        assert_eq!(fields.get(Field::StartedOn), Some(&Value::Date(Some("2020-09".parse().unwrap()))));
        assert_eq!(fields.get(Field::FinishedOn), Some(&Value::Date(None)));
        assert_eq!(fields.get(Field::Notes), Some(&Value::Text(None)));
        assert_eq!(fields.len(), Field::ALL.len());
    }

    #[test]
    fn a_work_has_each_name_once_and_no_total_where_nobody_counted() {
        let work = listed(json!({})).work;
        let names: Vec<_> = work.titles.iter().map(|t| (t.kind, t.text.as_str())).collect();
        assert_eq!(work.title, "Berserk");
        assert_eq!(names, [(TitleKind::Native, "ベルセルク"), (TitleKind::Synonym, "Berserk Max")]);
        assert_eq!(work.totals, Totals::default());
        assert_eq!(work.links, [(Provider::MyAnimeList, "2".into())]);
        assert_eq!((work.year, work.format), (Some(1989), Format::Manga));
        assert_eq!(work.authors, ["Kentarou Miura"]);
    }

    #[test]
    fn an_entry_whose_work_was_deleted_is_still_an_entry() {
        let listed = listed(json!({"media": null}));
        assert_eq!(listed.work.id, "30002".into());
        assert_eq!(listed.work.title, "AniList 30002");
        assert_eq!(listed.entry.fields.count(Field::Chapters), 364);
    }

    #[test]
    fn no_status_is_planned_and_an_unknown_one_is_unknown() {
        assert_eq!(field(json!({"status": null}), Field::Status), Some(Value::Status(Status::PlanToRead)));
        assert_eq!(field(json!({"status": "REPEATING"}), Field::Status), Some(Value::Status(Status::Rereading)));
        assert_eq!(field(json!({"status": "SHELVED"}), Field::Status), None);
    }

    #[test]
    fn every_status_is_called_there_what_it_is_read_as() {
        for known in Status::ALL {
            assert_eq!(status(Some(word(known))), Some(known));
        }
    }

    #[test]
    fn parts_of_a_date_that_make_no_sense_are_dropped() {
        let read = |year, month, day| date(year, month, day).map(|d| d.to_string());
        assert_eq!(read(Some(2020), None, Some(5)).as_deref(), Some("2020"));
        assert_eq!(read(Some(2021), Some(2), Some(30)).as_deref(), Some("2021-02"));
        assert_eq!(read(Some(2021), Some(13), Some(1)).as_deref(), Some("2021"));
        assert_eq!(read(Some(2021), Some(0), Some(0)).as_deref(), Some("2021"));
        assert_eq!(read(None, Some(3), Some(1)), None);
        assert_eq!(read(Some(0), None, None), None);
    }

    #[test]
    fn zero_points_and_empty_notes_are_none() {
        assert_eq!(field(json!({"score": 0}), Field::Score), Some(Value::Score(None)));
        assert_eq!(field(json!({"score": 87.0}), Field::Score), Some(Value::Score(Score::new(87).ok())));
        assert_eq!(field(json!({"notes": ""}), Field::Notes), Some(Value::Text(None)));
    }

    #[test]
    fn only_those_who_wrote_or_drew_are_authors() {
        let authors = ["Story & Art", "Story", "Art", "Original Story", "Original Creator", "Art (vols 1-3)"];
        assert!(authors.iter().all(|role| wrote_or_drew(role)));
        let others = ["Translator (English)", "Lettering", "Assistant", "Art Assistant", "Editing"];
        assert!(!others.iter().any(|role| wrote_or_drew(role)));
    }
}
