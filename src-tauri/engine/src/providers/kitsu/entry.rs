//! A library entry in Kitsu's words and in ours (kitsu.md §5). Knows no requests.

use kuroibara_core::{
    Entry, EntryId, Field, Fields, PartialDate, Score, Shape, Status, Time, Totals, Value, shape::score_in_steps,
};
use serde_json::{Map, Value as Json, json};

use super::document::{EntryAttributes, LibraryEntry};
use crate::providers::{RemoteEntry, Session, answer};

/// What is asked for of an entry, its relationships aside.
pub(super) const ENTRY_FIELDS: &str = "status,progress,volumesOwned,reconsuming,reconsumeCount,notes,private,startedAt,\
    finishedAt,ratingTwenty,updatedAt";

/// What an entry can hold, with volumes where the person has switched them on.
pub(super) fn shape(session: &Session<'_>) -> Shape {
    Shape { volumes: session.volumes, ..Shape::KITSU }
}

/// A saved entry: Kitsu has checked its chapters against the total itself, which the answer does not repeat.
pub(super) fn saved(entry: &LibraryEntry, shape: &Shape) -> Option<RemoteEntry> {
    remote(entry, shape, Totals { chapters: Some(u32::MAX), volumes: None })
}

/// The entry in our words; none where the status is a word that we don't know.
pub(super) fn remote(entry: &LibraryEntry, shape: &Shape, totals: Totals) -> Option<RemoteEntry> {
    let attributes = &entry.attributes;
    let count = |n: Option<u32>| n.map(Value::Count);
    let known = [
        (Field::Status, Some(Value::Status(status(attributes)?))),
        (Field::Chapters, count(attributes.progress)),
        (Field::Volumes, count(attributes.volumes_owned)),
        (Field::Rereads, count(attributes.reconsume_count)),
        (Field::Score, score(attributes.rating_twenty)),
        (Field::StartedOn, date(attributes.started_at.as_deref())),
        (Field::FinishedOn, date(attributes.finished_at.as_deref())),
        (Field::Notes, Some(notes(attributes.notes.as_deref()))),
        (Field::Private, attributes.private.map(Value::Flag)),
    ];
    let fields: Fields = known.into_iter().filter_map(|(field, value)| Some((field, value?))).collect();
    Some(RemoteEntry {
        entry_id: Some(EntryId(entry.id.clone())),
        fields: shape.project(&fields, totals),
        updated_at: attributes.updated_at.unwrap_or(Time::UNIX_EPOCH),
    })
}

/// Rereading is the status of reading with a mark. The mark says nothing beside any other status: Kitsu never takes it
/// off by itself (kitsu.md §5.7).
fn status(attributes: &EntryAttributes) -> Option<Status> {
    Some(match (attributes.status.as_deref()?, attributes.reconsuming) {
        ("current", Some(true)) => Status::Rereading,
        ("current", Some(false) | None) => Status::Reading,
        ("completed", _) => Status::Completed,
        ("on_hold", _) => Status::OnHold,
        ("dropped", _) => Status::Dropped,
        ("planned", _) => Status::PlanToRead,
        (word, _) => {
            tracing::warn!(word, "Kitsu has a status that this version does not know");
            return None;
        }
    })
}

fn score(twentieths: Option<i64>) -> Option<Value> {
    match twentieths {
        None => Some(Value::Score(None)),
        Some(n) => Score::new(n.checked_mul(Shape::KITSU.score_step.into())?).ok().map(|s| Value::Score(Some(s))),
    }
}

/// Kitsu keeps moments and people mean days: the first ten characters are the day.
fn date(moment: Option<&str>) -> Option<Value> {
    match moment {
        None | Some("") => Some(Value::Date(None)),
        Some(moment) => answer::date(Some(moment.get(..10)?)),
    }
}

fn notes(text: Option<&str>) -> Value {
    Value::Text(text.filter(|text| !text.is_empty()).map(Into::into))
}

/// The attributes of a request that creates an entry. An entry begins empty, so what is empty is not sent.
pub(super) fn created(fields: &Fields, shape: &Shape) -> Map<String, Json> {
    let status = fields.status().unwrap_or(Status::PlanToRead);
    let fields = fields.clone().with(Field::Status, Value::Status(status));
    let mut attributes = changed(&fields, None, shape);
    attributes.retain(|_, value| !value.is_null());
    attributes
}

/// The attributes of a request that changes `fields` of an entry that was `before`. Whenever status or chapters go, the
/// mark of rereading goes too: Kitsu turns other statuses into reading when chapters change, and a mark that was left
/// behind would turn that into rereading.
pub(super) fn changed(fields: &Fields, before: Option<&Fields>, shape: &Shape) -> Map<String, Json> {
    let entry = Entry::from_fields(fields);
    let mut attributes: Map<String, Json> = fields
        .iter()
        .filter_map(|(field, _)| attribute(field, &entry, shape))
        .map(|(k, v)| (k.to_owned(), v))
        .collect();
    let target = fields.status().or(before.and_then(Fields::status));
    let moves = fields.get(Field::Status).or(fields.get(Field::Chapters)).is_some();
    if let (true, Some(target)) = (moves, target) {
        attributes.insert("reconsuming".to_owned(), json!(target == Status::Rereading));
    }
    attributes
}

fn attribute(field: Field, entry: &Entry, shape: &Shape) -> Option<(&'static str, Json)> {
    Some(match field {
        Field::Status => ("status", json!(word(entry.status))),
        Field::Chapters => ("progress", json!(entry.chapters)),
        Field::Volumes if shape.volumes => ("volumesOwned", json!(entry.volumes)),
        Field::Volumes => return None,
        Field::Rereads => ("reconsumeCount", json!(entry.rereads)),
        Field::FinishedOn => ("finishedAt", moment(entry.finished_on)?),
        Field::Score => ("ratingTwenty", json!(entry.score.map(|score| score_in_steps(score, shape)))),
        Field::StartedOn => ("startedAt", moment(entry.started_on)?),
        Field::Notes => ("notes", json!(entry.notes.as_deref())),
        Field::Private => ("private", json!(entry.private)),
    })
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Reading | Status::Rereading => "current",
        Status::Completed => "completed",
        Status::OnHold => "on_hold",
        Status::Dropped => "dropped",
        Status::PlanToRead => "planned",
    }
}

/// Midnight of the day, or null to clear. A date without a day can't be held.
fn moment(date: Option<PartialDate>) -> Option<Json> {
    match date {
        None => Some(Json::Null),
        Some(date) => date.is_full().then(|| json!(format!("{date}T00:00:00.000Z"))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;

    const VOLUMES: Shape = Shape { volumes: true, ..Shape::KITSU };

    fn read(attributes: Json) -> Option<Fields> {
        let entry = serde_json::from_value(json!({"id": "9", "attributes": attributes})).unwrap();
        saved(&entry, &Shape::KITSU).map(|entry| entry.fields)
    }

    fn one(field: Field, value: Value) -> Fields {
        Fields::new().with(field, value)
    }

    fn before(status: Status) -> Fields {
        Entry::new(status).fields()
    }

    #[test]
    fn only_reading_with_the_mark_is_rereading() {
        let status =
            |word: &str, mark: bool| read(json!({"status": word, "reconsuming": mark})).and_then(|f| f.status());
        assert_eq!(status("current", true), Some(Status::Rereading));
        assert_eq!(status("current", false), Some(Status::Reading));
        for (word, expected) in [
            ("completed", Status::Completed),
            ("on_hold", Status::OnHold),
            ("dropped", Status::Dropped),
            ("planned", Status::PlanToRead),
        ] {
            assert_eq!((status(word, true), status(word, false)), (Some(expected), Some(expected)));
        }
        assert_eq!(status("paused", false), None);
    }

    #[test]
    fn a_status_never_goes_without_the_mark() {
        for status in Status::ALL {
            let sent =
                changed(&one(Field::Status, Value::Status(status)), Some(&before(Status::Rereading)), &Shape::KITSU);
            assert_eq!(sent.get("reconsuming"), Some(&json!(status == Status::Rereading)), "{status}");
            assert_eq!(sent.len(), 2);
        }
    }

    #[test]
    fn chapters_never_go_without_the_mark_of_the_status_that_stays() {
        for status in Status::ALL {
            let sent = changed(&one(Field::Chapters, Value::Count(3)), Some(&before(status)), &Shape::KITSU);
            let expected = json!({"progress": 3, "reconsuming": status == Status::Rereading});
            assert_eq!(Json::Object(sent), expected, "{status}");
        }
    }

    #[test]
    fn other_fields_go_alone() {
        let fields = one(Field::Notes, Value::Text(Some("a & b".into()))).with(Field::Private, Value::Flag(true));
        let sent = changed(&fields, Some(&before(Status::Rereading)), &Shape::KITSU);
        assert_eq!(Json::Object(sent), json!({"notes": "a & b", "private": true}));
    }

    #[test]
    fn null_clears_and_a_new_entry_sends_nothing_empty() {
        let empty = Entry::new(Status::PlanToRead).fields();
        let sent = changed(&empty, Some(&before(Status::Reading)), &Shape::KITSU);
        for name in ["ratingTwenty", "notes", "startedAt", "finishedAt"] {
            assert_eq!(sent.get(name), Some(&Json::Null), "{name}");
        }
        let sent = created(&one(Field::Score, Value::Score(None)), &Shape::KITSU);
        assert_eq!(Json::Object(sent), json!({"status": "planned", "reconsuming": false}));
    }

    #[test]
    fn volumes_are_read_and_written_only_where_switched_on() {
        let fields = one(Field::Volumes, Value::Count(4));
        assert!(changed(&fields, Some(&before(Status::Reading)), &Shape::KITSU).is_empty());
        assert_eq!(
            Json::Object(changed(&fields, Some(&before(Status::Reading)), &VOLUMES)),
            json!({"volumesOwned": 4})
        );
        let entry =
            serde_json::from_value(json!({"id": "9", "attributes": {"status": "current", "volumesOwned": 4}})).unwrap();
        assert_eq!(saved(&entry, &VOLUMES).unwrap().fields.count(Field::Volumes), 4);
        assert_eq!(saved(&entry, &Shape::KITSU).unwrap().fields.get(Field::Volumes), None);
    }

    #[test]
    fn days_are_the_first_ten_characters_of_moments() {
        let fields =
            read(json!({"status": "current", "startedAt": "2024-01-05T23:59:59.999Z", "finishedAt": "2024"})).unwrap();
        assert_eq!(fields.get(Field::StartedOn), Some(&Value::Date(Some("2024-01-05".parse().unwrap()))));
        assert_eq!(fields.get(Field::FinishedOn), None, "what can't be read is unknown");
        let sent = |date: &str| {
            let fields = one(Field::StartedOn, Value::Date(Some(date.parse().unwrap())));
            changed(&fields, Some(&before(Status::Reading)), &Shape::KITSU).remove("startedAt")
        };
        assert_eq!(sent("2024-01-05"), Some(json!("2024-01-05T00:00:00.000Z")));
        assert_eq!(sent("2024-01"), None, "a month is no day");
    }

    proptest! {
        /// What is written comes back the same once the service has stored it as it stands.
        #[test]
        fn everything_comes_back_as_it_was_projected(points in 0i64..=100, n in 0u32..5_000, status in 0usize..6, private: bool, note in ".{0,20}", day in 1u8..29) {
            let started_on = (n % 2 == 0).then(|| PartialDate::new(2024, Some(2), Some(day)).unwrap());
            let notes = Some(note.as_str()).filter(|n| !n.is_empty()).map(Into::into);
            let entry = Entry {
                score: Score::new(points).ok(), chapters: n, volumes: n / 9, rereads: n % 51, private, started_on, notes,
                ..Entry::new(Status::ALL[status])
            };
            let mine = VOLUMES.project(&entry.fields(), Totals::default());
            let stored = changed(&mine, None, &VOLUMES);
            let back = serde_json::from_value(json!({"id": "9", "attributes": stored})).unwrap();
            prop_assert_eq!(saved(&back, &VOLUMES).map(|entry| entry.fields), Some(mine));
        }
    }
}
