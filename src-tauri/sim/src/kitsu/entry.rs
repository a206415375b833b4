//! One library entry of Kitsu and how its attributes are spelt (kitsu.md section 5.1). Knows no HTTP and no rule.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What Kitsu keeps for one manga in one library. Numbers are as the database has them; `save` judges them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Entry {
    /// The entry's own id.
    pub id: i64,
    /// The account it belongs to.
    pub user: i64,
    /// The manga it is about.
    pub manga: i64,
    /// Reading status.
    pub status: Status,
    /// Chapters read.
    pub progress: i64,
    /// Volumes owned, which importers fill with volumes read.
    pub volumes_owned: i64,
    /// Being read again.
    pub reconsuming: bool,
    /// Times read again, 0 to 50.
    pub reconsume_count: i64,
    /// The reader's notes.
    pub notes: Option<String>,
    /// Hidden from others.
    pub private: bool,
    /// 2 to 20, or none.
    pub rating_twenty: Option<i64>,
    /// When reading began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// When status or progress last changed.
    pub progressed_at: Option<DateTime<Utc>>,
    /// When the entry was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed, to the millisecond.
    pub updated_at: DateTime<Utc>,
}

/// The statuses, in the order of the database's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Being read, for the first time or again.
    Current,
    /// Meant to be read.
    Planned,
    /// Read to the end.
    Completed,
    /// Paused.
    OnHold,
    /// Given up.
    Dropped,
}

impl Default for Entry {
    fn default() -> Self {
        Self {
            id: 0,
            user: 0,
            manga: 0,
            status: Status::Planned,
            progress: 0,
            volumes_owned: 0,
            reconsuming: false,
            reconsume_count: 0,
            notes: None,
            private: false,
            rating_twenty: None,
            started_at: None,
            finished_at: None,
            progressed_at: None,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }
}

impl Entry {
    /// One attribute by its name in answers; unknown names are nothing.
    pub(super) fn attribute(&self, name: &str) -> Value {
        match name {
            "createdAt" => json!(stamp(self.created_at)),
            "updatedAt" => json!(stamp(self.updated_at)),
            "status" => json!(self.status.name()),
            "progress" => json!(self.progress),
            "volumesOwned" => json!(self.volumes_owned),
            "reconsuming" => json!(self.reconsuming),
            "reconsumeCount" => json!(self.reconsume_count),
            "notes" => json!(self.notes),
            "private" => json!(self.private),
            "reactionSkipped" => json!("unskipped"),
            "progressedAt" => json!(self.progressed_at.map(stamp)),
            "startedAt" => json!(self.started_at.map(stamp)),
            "finishedAt" => json!(self.finished_at.map(stamp)),
            "rating" => json!(self.rating()),
            "ratingTwenty" => json!(self.rating_twenty),
            _ => Value::Null,
        }
    }

    /// The deprecated rating: halves of five, as text.
    fn rating(&self) -> String {
        let halves = self.rating_twenty.unwrap_or(0) / 2;
        format!("{}.{}", halves / 2, if halves % 2 == 1 { 5 } else { 0 })
    }
}

impl Status {
    /// All of them, in the order of their numbers, which begin at 1.
    pub(super) const ALL: [Self; 5] = [Self::Current, Self::Planned, Self::Completed, Self::OnHold, Self::Dropped];

    /// The name in values: `on_hold`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Planned => "planned",
            Self::Completed => "completed",
            Self::OnHold => "on_hold",
            Self::Dropped => "dropped",
        }
    }

    /// The name as a key of an answer: `onHold`.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::OnHold => "onHold",
            Self::Current | Self::Planned | Self::Completed | Self::Dropped => self.name(),
        }
    }

    /// Reads a name, or a number as filters may give (section 5.2).
    pub(super) fn parse(text: &str) -> Option<Self> {
        let number = |status: &Self| (*status as usize + 1).to_string();
        Self::ALL.into_iter().find(|status| status.name() == text || number(status) == text)
    }
}

/// A time as Kitsu writes it: milliseconds, UTC.
pub(super) fn stamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
