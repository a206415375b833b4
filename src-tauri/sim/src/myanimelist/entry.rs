//! One entry of a MyAnimeList manga list and how the service spells it. Knows no HTTP and no accounts.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::fields::Fields;

/// What MyAnimeList keeps for one manga on one list (myanimelist.md section 3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Entry {
    /// Reading status.
    pub status: Status,
    /// Being read again.
    pub is_rereading: bool,
    /// 0 to 10; 0 is no score.
    pub score: u8,
    /// Volumes read.
    pub num_volumes_read: u32,
    /// Chapters read; no cap is documented (section 5).
    pub num_chapters_read: u32,
    /// 0 to 2.
    pub priority: u8,
    /// Times read again.
    pub num_times_reread: u32,
    /// 0 to 5.
    pub reread_value: u8,
    /// Free words.
    pub tags: Vec<String>,
    /// The reader's notes as typed; the API escapes them on reading (section 5).
    pub comments: String,
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub start_date: Option<String>,
    /// As `start_date`; kept only on completed entries (section 5).
    pub finish_date: Option<String>,
    /// Last change, whole seconds.
    pub updated_at: DateTime<Utc>,
}

impl Default for Entry {
    /// An entry nobody has filled in. The status of an upsert that names none is not documented (section 3);
    /// this is the mildest.
    fn default() -> Self {
        Self {
            status: Status::PlanToRead,
            is_rereading: false,
            score: 0,
            num_volumes_read: 0,
            num_chapters_read: 0,
            priority: 0,
            num_times_reread: 0,
            reread_value: 0,
            tags: Vec::new(),
            comments: String::new(),
            start_date: None,
            finish_date: None,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }
}

impl Entry {
    /// The status under which filters find the entry: a completed one being reread is listed under `reading`
    /// (section 5).
    pub(super) fn listed_as(&self) -> Status {
        match self.status {
            Status::Completed if self.is_rereading => Status::Reading,
            other => other,
        }
    }

    /// The answer to a write: every field, dates only when set (section 3).
    pub(super) fn whole(&self) -> Value {
        let mut answer = self.defaults();
        for name in EXTRAS {
            self.add(name, &mut answer);
        }
        Value::Object(answer)
    }

    /// The default fields and those asked for (sections 2 and 3).
    pub(super) fn selected(&self, wanted: &Fields) -> Value {
        let mut answer = self.defaults();
        for name in EXTRAS.iter().filter(|name| wanted.has(name)) {
            self.add(name, &mut answer);
        }
        Value::Object(answer)
    }

    fn defaults(&self) -> Map<String, Value> {
        let mut answer = Map::new();
        answer.insert("status".into(), json!(self.status));
        answer.insert("score".into(), json!(self.score));
        answer.insert("num_volumes_read".into(), json!(self.num_volumes_read));
        answer.insert("num_chapters_read".into(), json!(self.num_chapters_read));
        answer.insert("is_rereading".into(), json!(self.is_rereading));
        answer.insert("updated_at".into(), json!(stamp(self.updated_at)));
        answer
    }

    /// Adds one field on request. An unset date is an absent key (section 2).
    fn add(&self, name: &str, answer: &mut Map<String, Value>) {
        let value = match name {
            "priority" => json!(self.priority),
            "num_times_reread" => json!(self.num_times_reread),
            "reread_value" => json!(self.reread_value),
            "tags" => json!(self.tags),
            "comments" => json!(escape(&self.comments)),
            "start_date" => json!(self.start_date),
            "finish_date" => json!(self.finish_date),
            _ => Value::Null,
        };
        if !value.is_null() {
            answer.insert(name.to_owned(), value);
        }
    }
}

/// The fields of an entry that have to be asked for (section 3).
const EXTRAS: [&str; 7] =
    ["priority", "num_times_reread", "reread_value", "tags", "comments", "start_date", "finish_date"];

/// The statuses of a list (section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Being read.
    Reading,
    /// Read to the end.
    Completed,
    /// Paused.
    OnHold,
    /// Given up.
    Dropped,
    /// Meant to be read.
    PlanToRead,
}

impl Status {
    /// Reads the name used by parameters.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "reading" => Self::Reading,
            "completed" => Self::Completed,
            "on_hold" => Self::OnHold,
            "dropped" => Self::Dropped,
            "plan_to_read" => Self::PlanToRead,
            _ => return None,
        })
    }
}

/// A time as MyAnimeList writes it: whole seconds with an offset (section 2).
pub(super) fn stamp(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

/// A date in one of the three precisions (section 2); anything else is nothing.
pub(super) fn date(text: &str) -> Option<&str> {
    let padded = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        10 => text.to_owned(),
        _ => return None,
    };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    (digits && NaiveDate::parse_from_str(&padded, "%Y-%m-%d").is_ok()).then_some(text)
}

/// Notes come back with HTML entities (section 5).
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#039;"),
            other => escaped.push(other),
        }
    }
    escaped
}
