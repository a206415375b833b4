//! What each provider can hold, and what it does when it saves: differences as data.
//!
//! Knows the facts of the provider documents and nothing of requests or lists.

use crate::{Field, Fields, Provider, Score, Status, Value};

/// How many chapters and volumes a work has, as far as one provider knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Totals {
    /// Chapters of the finished work; none while it runs or when nobody counted.
    pub chapters: Option<u32>,
    /// Volumes of the finished work.
    pub volumes: Option<u32>,
}

/// What one provider can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Whose shape this is.
    pub provider: Provider,
    /// Points between two neighbouring scores; also the lowest score, except where `lowest_score` says more.
    pub score_step: u8,
    /// The lowest score, in points.
    pub lowest_score: u8,
    /// The highest count of rereads.
    pub most_rereads: u32,
    /// The longest note, in characters.
    pub longest_note: usize,
    /// Whether an entry can be private.
    pub private: bool,
    /// Whether volumes read are held.
    pub volumes: bool,
    /// Whether a year or a month without a day can be held.
    pub partial_dates: bool,
    /// Whether a finish date is kept only while the entry is completed.
    pub finish_only_when_completed: bool,
    /// Whether the provider changes more than it is told when it saves, and refuses chapters above the total.
    pub save_rules: bool,
}

impl Shape {
    /// AniList: raw score 0 to 100, notes up to 6,000 characters (anilist.md §8, §9).
    pub const ANILIST: Self = Self {
        provider: Provider::AniList,
        score_step: 1,
        lowest_score: 1,
        most_rereads: 1_000,
        longest_note: 6_000,
        private: true,
        volumes: true,
        partial_dates: true,
        finish_only_when_completed: false,
        save_rules: false,
    };

    /// MyAnimeList: score 0 to 10, no privacy, finish date only when completed (myanimelist.md §3, §5). The bounds of
    /// rereads and comments are not documented: these are wide enough for every real list, and a refusal is set aside.
    pub const MYANIMELIST: Self = Self {
        provider: Provider::MyAnimeList,
        score_step: 10,
        lowest_score: 10,
        most_rereads: 1_000,
        longest_note: 60_000,
        private: false,
        volumes: true,
        partial_dates: true,
        finish_only_when_completed: true,
        save_rules: false,
    };

    /// Kitsu: rating 2 to 20, whole days, up to 50 rereads, chapters capped (kitsu.md §5). `volumesOwned` says what is
    /// owned, not what was read, and so is not mapped unless a person switches it on.
    pub const KITSU: Self = Self {
        provider: Provider::Kitsu,
        score_step: 5,
        lowest_score: 10,
        most_rereads: 50,
        longest_note: 60_000,
        private: true,
        volumes: false,
        partial_dates: false,
        finish_only_when_completed: false,
        save_rules: true,
    };

    /// The shape of `provider` as it is without any switch.
    pub fn of(provider: Provider) -> Self {
        match provider {
            Provider::AniList => Self::ANILIST,
            Provider::MyAnimeList => Self::MYANIMELIST,
            Provider::Kitsu => Self::KITSU,
        }
    }

    /// The most chapters an entry may have: Kitsu refuses more than the total, and more than 5,000 where no total is
    /// known (kitsu.md §5.6).
    fn most_chapters(&self, totals: Totals) -> u32 {
        match (self.save_rules, totals.chapters) {
            (false, _) => u32::MAX,
            (true, Some(total)) => total,
            (true, None) => 5_000,
        }
    }

    /// Whether this provider can hold `value` of `field` while the entry's status is `status`. What it can't hold is
    /// unknown there: not compared, not merged, not in the base.
    pub fn holds(&self, field: Field, value: &Value, status: Status) -> bool {
        match (field, value) {
            (Field::Volumes, _) => self.volumes,
            (Field::Private, _) => self.private,
            (Field::FinishedOn, _) if self.finish_only_when_completed && status != Status::Completed => false,
            (Field::StartedOn | Field::FinishedOn, Value::Date(Some(date))) => self.partial_dates || date.is_full(),
            (Field::Notes, Value::Text(Some(text))) => text.chars().nth(self.longest_note).is_none(),
            _ => true,
        }
    }

    /// `value` of `field` as this provider would keep it: scores rounded, counts capped.
    pub fn round(&self, field: Field, value: &Value, totals: Totals) -> Value {
        match (field, value) {
            (Field::Chapters, Value::Count(n)) => Value::Count((*n).min(self.most_chapters(totals))),
            (Field::Rereads, Value::Count(n)) => Value::Count((*n).min(self.most_rereads)),
            (Field::Score, Value::Score(Some(score))) => {
                Value::Score(Some(score.rounded_to(self.score_step, self.lowest_score)))
            }
            _ => value.clone(),
        }
    }

    /// What this provider can hold of `fields`. Projecting twice equals projecting once.
    pub fn project(&self, fields: &Fields, totals: Totals) -> Fields {
        self.project_as(fields, fields.status().unwrap_or(Status::PlanToRead), totals)
    }

    /// [`Shape::project`] as if the status were `status`: whether a field is known is judged after the statuses merged.
    pub fn project_as(&self, fields: &Fields, status: Status, totals: Totals) -> Fields {
        fields
            .iter()
            .filter(|(field, value)| self.holds(*field, value, status))
            .map(|(field, value)| (field, self.round(field, value, totals)))
            .collect()
    }

    /// The entry after `sent` was saved over `before` (none: a new entry), by this provider's own rules.
    pub fn predict(&self, before: Option<&Fields>, sent: &Fields, totals: Totals) -> Predicted {
        let mut after = before.cloned().unwrap_or_else(|| self.blank());
        sent.iter().for_each(|(field, value)| after.set(field, value.clone()));
        if self.save_rules { kitsu_saves(before, after, totals) } else { self.plainly_saved(after, totals) }
    }

    /// A new entry before anything is said of it.
    fn blank(&self) -> Fields {
        self.project(&crate::Entry::new(Status::PlanToRead).fields(), Totals::default())
    }

    fn plainly_saved(&self, after: Fields, totals: Totals) -> Predicted {
        Predicted { fields: self.project(&after, totals), invented: Vec::new() }
    }
}

/// What an entry will be after a save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicted {
    /// Every field whose value is certain.
    pub fields: Fields,
    /// Dates that the provider will fill in by itself with its own day.
    pub invented: Vec<Field>,
}

impl Predicted {
    /// Whether this prediction explains that `field` was answered as `value` in an answer stamped on `day`. An
    /// invented date is the provider's day, which may be one away from ours.
    pub fn explains(&self, field: Field, value: &Value, day: chrono::NaiveDate) -> bool {
        if self.fields.get(field) == Some(value) {
            return true;
        }
        let near = [day.pred_opt(), Some(day), day.succ_opt()];
        self.invented.contains(&field) && near.into_iter().flatten().any(|d| *value == Value::Date(Some(d.into())))
    }
}

/// Kitsu's five steps before it saves, in their real order (kitsu.md §5.7). Kitsu has five statuses and a mark for
/// rereading: reading and rereading are the same status to it.
fn kitsu_saves(before: Option<&Fields>, mut after: Fields, totals: Totals) -> Predicted {
    let native = |fields: &Fields| fields.status().map(kitsu_status);
    let stored = before.and_then(native);
    let told = native(&after).unwrap_or(Status::PlanToRead);
    let progress_changed = before.map_or(0, |b| b.count(Field::Chapters)) != after.count(Field::Chapters);
    let status_told = stored != Some(told);
    let mut status = told;
    // 1. Reaching the last chapter completes the entry, unless a status came along.
    if !status_told && totals.chapters == Some(after.count(Field::Chapters)) {
        status = Status::Completed;
    }
    // 2. Completing reads every chapter.
    if let (true, Status::Completed, Some(total)) = (stored != Some(status), status, totals.chapters) {
        after.set(Field::Chapters, Value::Count(total));
    }
    // 4. Beginning and completing fill in empty dates.
    let invented = if stored == Some(status) { Vec::new() } else { invented_dates(status, &after) };
    // 5. Progress without a change of status means reading. Step 1 counts as a change.
    if progress_changed && stored == Some(status) {
        status = Status::Reading;
    }
    if native(&after) != Some(status) {
        after.set(Field::Status, Value::Status(status));
    }
    invented.iter().for_each(|field| drop(after.remove(*field)));
    Predicted { fields: after, invented }
}

fn kitsu_status(status: Status) -> Status {
    match status {
        Status::Rereading => Status::Reading,
        Status::Reading | Status::Completed | Status::OnHold | Status::Dropped | Status::PlanToRead => status,
    }
}

fn invented_dates(status: Status, after: &Fields) -> Vec<Field> {
    let fills: &[Field] = match status {
        Status::Reading | Status::Rereading => &[Field::StartedOn],
        Status::Completed => &[Field::StartedOn, Field::FinishedOn],
        Status::OnHold | Status::Dropped | Status::PlanToRead => &[],
    };
    fills.iter().copied().filter(|f| after.get(*f).is_none_or(Value::is_empty)).collect()
}

/// The score as so many steps of a provider's own scale, and back: 16 of Kitsu's 20 are 80 points.
pub fn score_in_steps(score: Score, shape: &Shape) -> u8 {
    score.points() / shape.score_step
}
