//! A list entry in MyAnimeList's words and in ours (myanimelist.md §3, §5). Knows no requests.

use kuroibara_core::{Entry, Field, Fields, Score, Shape, Status as ReadingStatus, Time, Totals, Value};
use serde::Deserialize;

use crate::providers::{RemoteEntry, Write, answer};

/// What is asked for of an entry, the default fields included.
pub(super) const STATUS_FIELDS: &str = "status,score,num_volumes_read,num_chapters_read,is_rereading,updated_at,\
    start_date,finish_date,num_times_reread,comments";

/// An entry as MyAnimeList answers it. Any key may be missing or null.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Status {
    status: Option<String>,
    is_rereading: Option<bool>,
    num_chapters_read: Option<u32>,
    num_volumes_read: Option<u32>,
    score: Option<i64>,
    num_times_reread: Option<u32>,
    start_date: Option<String>,
    finish_date: Option<String>,
    comments: Option<String>,
    updated_at: Option<Time>,
}

impl Status {
    /// When the entry was last saved; the beginning of time where MyAnimeList does not say.
    pub(super) fn updated_at(&self) -> Time {
        self.updated_at.unwrap_or(Time::UNIX_EPOCH)
    }

    /// The entry in our words; none where the status is a word that we don't know.
    pub(super) fn entry(&self) -> Option<RemoteEntry> {
        let status = self.reading_status()?;
        let count = |n: Option<u32>| n.map(Value::Count);
        let known = [
            (Field::Status, Some(Value::Status(status))),
            (Field::Chapters, count(self.num_chapters_read)),
            (Field::Volumes, count(self.num_volumes_read)),
            (Field::Rereads, count(self.num_times_reread)),
            (Field::Score, self.score.and_then(score)),
            (Field::StartedOn, answer::date(self.start_date.as_deref())),
            (Field::FinishedOn, answer::date(self.finish_date.as_deref())),
            (Field::Notes, self.comments.as_deref().map(notes)),
        ];
        let fields: Fields = known.into_iter().filter_map(|(field, value)| Some((field, value?))).collect();
        let fields = Shape::MYANIMELIST.project(&fields, Totals::default());
        Some(RemoteEntry { entry_id: None, fields, updated_at: self.updated_at() })
    }

    /// The website rereads as completed + rereading, other clients as reading + rereading; both mean the same.
    fn reading_status(&self) -> Option<ReadingStatus> {
        let status = match self.status.as_deref()? {
            "reading" => ReadingStatus::Reading,
            "completed" => ReadingStatus::Completed,
            "on_hold" => ReadingStatus::OnHold,
            "dropped" => ReadingStatus::Dropped,
            "plan_to_read" => ReadingStatus::PlanToRead,
            word => {
                tracing::warn!(word, "MyAnimeList has a status that this version does not know");
                return None;
            }
        };
        Some(if self.is_rereading == Some(true) { ReadingStatus::Rereading } else { status })
    }
}

/// The form of a save: the changed fields and no other. What an absent title begins with is not documented, so a new
/// entry always names its status.
pub(super) fn form(write: &Write) -> Vec<(&'static str, String)> {
    let entry = Entry::from_fields(&write.fields);
    let names_status = write.fields.get(Field::Status).is_some();
    let unnamed = (write.before.is_none() && !names_status).then_some(Field::Status);
    unnamed
        .into_iter()
        .chain(write.fields.iter().map(|(field, _)| field))
        .flat_map(|field| pairs(field, &entry))
        .collect()
}

/// One field in MyAnimeList's form. Privacy has no place there.
fn pairs(field: Field, entry: &Entry) -> Vec<(&'static str, String)> {
    let date = |date: Option<_>| date.map_or_else(String::new, |date: kuroibara_core::PartialDate| date.to_string());
    match field {
        Field::Status => {
            let (status, rereading) = status(entry.status);
            vec![("status", status.to_owned()), ("is_rereading", rereading.to_string())]
        }
        Field::Chapters => vec![("num_chapters_read", entry.chapters.to_string())],
        Field::Volumes => vec![("num_volumes_read", entry.volumes.to_string())],
        Field::Rereads => vec![("num_times_reread", entry.rereads.to_string())],
        Field::Score => vec![("score", steps(entry.score).to_string())],
        Field::StartedOn => vec![("start_date", date(entry.started_on))],
        Field::FinishedOn => vec![("finish_date", date(entry.finished_on))],
        Field::Notes => vec![("comments", entry.notes.as_deref().unwrap_or_default().to_owned())],
        Field::Private => Vec::new(),
    }
}

/// The status word and the mark for rereading, which is always sent along: other clients have left it behind.
fn status(status: ReadingStatus) -> (&'static str, bool) {
    match status {
        ReadingStatus::Reading => ("reading", false),
        ReadingStatus::Completed => ("completed", false),
        ReadingStatus::OnHold => ("on_hold", false),
        ReadingStatus::Dropped => ("dropped", false),
        ReadingStatus::PlanToRead => ("plan_to_read", false),
        ReadingStatus::Rereading => ("completed", true),
    }
}

/// Zero is no score.
fn steps(score: Option<Score>) -> u8 {
    score.map_or(0, |score| kuroibara_core::shape::score_in_steps(score, &Shape::MYANIMELIST))
}

fn score(steps: i64) -> Option<Value> {
    match steps {
        0 => Some(Value::Score(None)),
        steps => {
            Score::new(steps.checked_mul(Shape::MYANIMELIST.score_step.into())?).ok().map(|s| Value::Score(Some(s)))
        }
    }
}

/// Comments come back as HTML writes them (myanimelist.md §5).
fn notes(text: &str) -> Value {
    let plain = html_escape::decode_html_entities(text);
    Value::Text(Some(plain.as_ref()).filter(|text| !text.is_empty()).map(Into::into))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(json: serde_json::Value) -> Option<Fields> {
        serde_json::from_value::<Status>(json).unwrap().entry().map(|entry| entry.fields)
    }

    fn status_of(word: &str, rereading: bool) -> Option<ReadingStatus> {
        read(json!({"status": word, "is_rereading": rereading}))?.status()
    }

    fn sent(before: Option<Fields>, fields: Fields) -> Vec<(&'static str, String)> {
        form(&Write { id: "2".into(), entry_id: None, before, fields })
    }

    fn pair(name: &'static str, value: &str) -> (&'static str, String) {
        (name, value.to_owned())
    }

    #[test]
    fn rereading_is_read_in_every_form() {
        for word in ["reading", "completed", "on_hold", "dropped", "plan_to_read"] {
            assert_eq!(status_of(word, true), Some(ReadingStatus::Rereading), "{word}");
        }
        assert_eq!(status_of("completed", false), Some(ReadingStatus::Completed));
    }

    #[test]
    fn rereading_is_written_as_completed_and_every_other_status_ends_it() {
        for status in ReadingStatus::ALL {
            let form = sent(Some(Fields::new()), Fields::new().with(Field::Status, Value::Status(status)));
            let word = if status == ReadingStatus::Rereading { "completed" } else { status.as_str() };
            let rereading = (status == ReadingStatus::Rereading).to_string();
            assert_eq!(form, [pair("status", word), pair("is_rereading", &rereading)]);
        }
    }

    #[test]
    fn a_status_that_we_do_not_know_yet_makes_no_entry() {
        assert_eq!(read(json!({"status": "paused_for_tea"})), None);
        assert_eq!(read(json!({})), None);
    }

    #[test]
    fn only_the_changed_fields_are_sent() {
        let form = sent(Some(Fields::new()), Fields::new().with(Field::Chapters, Value::Count(7)));
        assert_eq!(form, [pair("num_chapters_read", "7")]);
    }

    #[test]
    fn a_new_entry_always_names_its_status() {
        let form = sent(None, Fields::new().with(Field::Chapters, Value::Count(7)));
        assert_eq!(form[..2], [pair("status", "plan_to_read"), pair("is_rereading", "false")]);
    }

    #[test]
    fn empty_values_clear() {
        let fields = Entry::new(ReadingStatus::Completed).fields();
        let form = sent(Some(Fields::new()), fields);
        for (name, empty) in [("score", "0"), ("start_date", ""), ("finish_date", ""), ("comments", "")] {
            assert!(form.contains(&pair(name, empty)), "{name} in {form:?}");
        }
    }

    #[test]
    fn a_finish_date_is_known_only_while_completed() {
        let dated = |word: &str, rereading: bool| {
            let json = json!({"status": word, "is_rereading": rereading, "finish_date": "2024-01-02"});
            read(json).unwrap().get(Field::FinishedOn).cloned()
        };
        assert_eq!(dated("completed", false), Some(Value::Date(Some("2024-01-02".parse().unwrap()))));
        assert_eq!(dated("completed", true), None);
        assert_eq!(dated("reading", false), None);
    }

    #[test]
    fn absent_null_and_empty_dates_are_no_date_and_an_unreadable_one_is_unknown() {
        let started = |value: serde_json::Value| {
            read(json!({"status": "reading", "start_date": value})).unwrap().get(Field::StartedOn).cloned()
        };
        assert_eq!(started(json!(null)), Some(Value::Date(None)));
        assert_eq!(started(json!("")), Some(Value::Date(None)));
        assert_eq!(read(json!({"status": "reading"})).unwrap().get(Field::StartedOn), Some(&Value::Date(None)));
        assert_eq!(started(json!("2020-09")), Some(Value::Date(Some("2020-09".parse().unwrap()))));
        assert_eq!(started(json!("2020-13")), None);
    }

    #[test]
    fn entities_in_comments_are_decoded_once() {
        let notes =
            |text: &str| read(json!({"status": "reading", "comments": text})).unwrap().get(Field::Notes).cloned();
        let plain = |text: &str| Some(Value::Text(Some(text.into())));
        assert_eq!(
            notes("Tom &amp; Jerry &lt;3 &quot;x&quot; &#039;y&#39; &#x27;&eacute;&nbsp;"),
            plain("Tom & Jerry <3 \"x\" 'y' 'é\u{a0}")
        );
        assert_eq!(notes("&amp;amp;"), plain("&amp;"));
        assert_eq!(notes("5 & 6 &; &nosuch; &"), plain("5 & 6 &; &nosuch; &"));
        assert_eq!(notes(""), Some(Value::Text(None)));
    }

    #[test]
    fn fields_that_were_not_answered_are_unknown() {
        let fields = read(json!({"status": "reading"})).unwrap();
        assert_eq!(
            (fields.get(Field::Notes), fields.get(Field::Rereads), fields.get(Field::Private)),
            (None, None, None)
        );
    }

    proptest! {
        /// What is written comes back the same once the service has stored it.
        #[test]
        fn every_score_and_count_comes_back_as_it_was_projected(points in 0i64..=100, n in 0u32..2_000, status in 0usize..6) {
            let entry = Entry {
                score: Score::new(points).ok(), chapters: n, volumes: n / 9, rereads: n % 7, ..Entry::new(ReadingStatus::ALL[status])
            };
            let mine = Shape::MYANIMELIST.project(&entry.fields(), Totals::default());
            let form = sent(None, mine.clone());
            let value = |name: &str| form.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
            let number = |name: &str| value(name).unwrap().parse::<u32>().unwrap();
            let back = read(json!({
                "status": value("status"), "is_rereading": value("is_rereading").unwrap() == "true", "score": number("score"),
                "num_chapters_read": number("num_chapters_read"), "num_volumes_read": number("num_volumes_read"),
                "num_times_reread": number("num_times_reread"), "comments": value("comments"),
            }));
            prop_assert_eq!(back, Some(mine));
        }
    }
}
