//! The values of a write: checked, then laid over an entry (anilist.md section 9). An omitted value changes nothing.

use async_graphql::Result;

use crate::anilist::reply::invalid;
use crate::anilist::state::{Entry, User};
use crate::anilist::values::{FuzzyDate, ListStatus};

/// What a write says. A null argument is taken as omitted.
#[derive(Default)]
pub(super) struct Change {
    pub(super) status: Option<ListStatus>,
    /// In the reader's own format.
    pub(super) score: Option<f64>,
    /// 0 to 100; wins over `score`.
    pub(super) score_raw: Option<i64>,
    pub(super) progress: Option<i64>,
    pub(super) progress_volumes: Option<i64>,
    pub(super) repeat: Option<i64>,
    pub(super) priority: Option<i64>,
    pub(super) private: Option<bool>,
    pub(super) notes: Option<String>,
    pub(super) hidden_from_status_lists: Option<bool>,
    pub(super) custom_lists: Option<Vec<Option<String>>>,
    pub(super) advanced_scores: Option<Vec<Option<f64>>>,
    pub(super) started_at: Option<FuzzyDate>,
    pub(super) completed_at: Option<FuzzyDate>,
}

impl Change {
    /// The limits that the schema states, each broken one named.
    pub(super) fn check(&self) -> Result<()> {
        let numbers = [
            ("scoreRaw", self.score_raw, 100),
            ("progress", self.progress, i64::from(i32::MAX)),
            ("progressVolumes", self.progress_volumes, i64::from(i32::MAX)),
            ("repeat", self.repeat, 1000),
            ("priority", self.priority, 255),
        ];
        let mut problems: Vec<_> =
            numbers.into_iter().filter_map(|(name, value, max)| beyond(name, value?, max)).collect();
        problems.extend(
            self.score.filter(|score| !(0.0..=100.0).contains(score)).map(|_| ("score", between("score", 100))),
        );
        if self.notes.as_ref().is_some_and(|notes| notes.chars().count() > 6000) {
            problems.push(("notes", "The notes may not be greater than 6000 characters.".into()));
        }
        for (name, date) in [("startedAt", self.started_at), ("completedAt", self.completed_at)] {
            problems
                .extend(date.filter(|date| !is_date(date)).map(|_| (name, format!("The {name} is not a valid date."))));
        }
        if problems.is_empty() { Ok(()) } else { Err(invalid(&problems)) }
    }

    /// The entry as it is after this change; nothing is filled in that was not said.
    pub(super) fn over(&self, entry: Entry, owner: &User) -> Entry {
        let shown = self.score.map(|score| owner.score_format.store(score));
        let number = |said: Option<i64>, kept: u32| said.and_then(|said| u32::try_from(said).ok()).unwrap_or(kept);
        Entry {
            status: self.status.unwrap_or(entry.status),
            score_raw: number(self.score_raw, shown.unwrap_or(entry.score_raw)),
            progress: number(self.progress, entry.progress),
            progress_volumes: number(self.progress_volumes, entry.progress_volumes),
            repeat: number(self.repeat, entry.repeat),
            priority: number(self.priority, entry.priority),
            private: self.private.unwrap_or(entry.private),
            notes: self.notes.clone().or(entry.notes).filter(|notes| !notes.is_empty()),
            hidden_from_status_lists: self.hidden_from_status_lists.unwrap_or(entry.hidden_from_status_lists),
            custom_lists: match &self.custom_lists {
                Some(names) => {
                    names.iter().flatten().filter(|&name| owner.custom_lists.contains(name)).cloned().collect()
                }
                None => entry.custom_lists,
            },
            advanced_scores: match &self.advanced_scores {
                Some(scores) => scores.iter().map(|score| score.unwrap_or(0.0)).collect(),
                None => entry.advanced_scores,
            },
            started_at: self.started_at.unwrap_or(entry.started_at),
            completed_at: self.completed_at.unwrap_or(entry.completed_at),
            ..entry
        }
    }
}

fn beyond(name: &'static str, value: i64, max: i64) -> Option<(&'static str, String)> {
    (!(0..=max).contains(&value)).then(|| (name, between(name, max)))
}

fn between(name: &str, max: i64) -> String {
    format!("The {name} must be between 0 and {max}.")
}

fn is_date(date: &FuzzyDate) -> bool {
    let within =
        |part: Option<i32>, range: std::ops::RangeInclusive<i32>| part.is_none_or(|part| range.contains(&part));
    within(date.year, 1..=9999) && within(date.month, 1..=12) && within(date.day, 1..=31)
}
