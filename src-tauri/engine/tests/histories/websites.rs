//! The three services as their readers see them at the websites: entries in the library's terms, read and edited in
//! process. Written from the providers' facts; it must not call the engine's clients, or it would agree with their mistakes.

use kuroibara_core::{Field, Fields, PartialDate, Provider, Score, Status, Value};
use kuroibara_sim::{
    Sim,
    anilist::{self, FuzzyDate, ListStatus},
    kitsu, myanimelist,
};

/// What this account's list at `provider` says about a work; none: it is not in the list.
pub fn read(sim: &Sim, provider: Provider, account: i64, id: i64) -> Option<Fields> {
    match provider {
        Provider::AniList => sim.anilist.list_of(account).entry(id).map(|entry| anilist_fields(&entry)),
        Provider::MyAnimeList => sim.myanimelist.list_of(account).entry(id).map(|entry| myanimelist_fields(&entry)),
        Provider::Kitsu => sim.kitsu.list_of(account).entry(id).map(|entry| kitsu_fields(&entry)),
    }
}

/// Somebody edits or adds an entry at the website. False: the service refused it.
pub fn edit(sim: &Sim, provider: Provider, account: i64, id: i64, changes: &Fields) -> bool {
    match provider {
        Provider::AniList => sim
            .anilist
            .list_of(account)
            .set_entry(id, |entry| changes.iter().for_each(|(field, value)| tell_anilist(entry, field, value)))
            .is_some(),
        Provider::MyAnimeList => sim
            .myanimelist
            .list_of(account)
            .set_entry(id, |entry| changes.iter().for_each(|(field, value)| tell_myanimelist(entry, field, value)))
            .is_some(),
        Provider::Kitsu => sim
            .kitsu
            .list_of(account)
            .set_entry(id, |entry| changes.iter().for_each(|(field, value)| tell_kitsu(entry, field, value)))
            .is_ok(),
    }
}

/// Somebody removes an entry at the website; whether there was one.
pub fn remove(sim: &Sim, provider: Provider, account: i64, id: i64) -> bool {
    match provider {
        Provider::AniList => sim.anilist.list_of(account).remove_entry(id),
        Provider::MyAnimeList => sim.myanimelist.list_of(account).remove_entry(id),
        Provider::Kitsu => sim.kitsu.list_of(account).remove_entry(id),
    }
}

/// The fields that can be edited at this website.
pub fn fields_of(provider: Provider) -> &'static [Field] {
    use Field::{Chapters, FinishedOn, Notes, Private, Rereads, Score, StartedOn, Status, Volumes};
    match provider {
        Provider::AniList => &Field::ALL,
        Provider::MyAnimeList => &[Status, Chapters, Volumes, Rereads, FinishedOn, Score, StartedOn, Notes],
        Provider::Kitsu => &[Status, Chapters, Rereads, FinishedOn, Score, StartedOn, Notes, Private],
    }
}

fn points(steps: i64, step: i64) -> Value {
    Value::Score(Score::new(steps * step).ok())
}

fn text(notes: &str) -> Value {
    Value::Text((!notes.is_empty()).then(|| notes.into()))
}

fn count(n: i64) -> Value {
    Value::Count(u32::try_from(n).unwrap())
}

fn anilist_fields(entry: &anilist::Entry) -> Fields {
    let status = match entry.status {
        ListStatus::Current => Status::Reading,
        ListStatus::Planning => Status::PlanToRead,
        ListStatus::Completed => Status::Completed,
        ListStatus::Dropped => Status::Dropped,
        ListStatus::Paused => Status::OnHold,
        ListStatus::Repeating => Status::Rereading,
    };
    let date = |date: &FuzzyDate| {
        let part = |n: Option<i32>| n.map(|n| u8::try_from(n).unwrap());
        Value::Date(date.year.and_then(|y| PartialDate::new(y as u16, part(date.month), part(date.day)).ok()))
    };
    Fields::new()
        .with(Field::Status, Value::Status(status))
        .with(Field::Chapters, Value::Count(entry.progress))
        .with(Field::Volumes, Value::Count(entry.progress_volumes))
        .with(Field::Rereads, Value::Count(entry.repeat))
        .with(Field::Score, points(entry.score_raw.into(), 1))
        .with(Field::StartedOn, date(&entry.started_at))
        .with(Field::FinishedOn, date(&entry.completed_at))
        .with(Field::Notes, text(entry.notes.as_deref().unwrap_or_default()))
        .with(Field::Private, Value::Flag(entry.private))
}

fn tell_anilist(entry: &mut anilist::Entry, field: Field, value: &Value) {
    let date = |date: &Option<PartialDate>| {
        date.map_or_else(FuzzyDate::default, |date| FuzzyDate {
            year: Some(date.year().into()),
            month: date.month().map(Into::into),
            day: date.day().map(Into::into),
        })
    };
    match (field, value) {
        (Field::Status, Value::Status(status)) => {
            entry.status = match status {
                Status::Reading => ListStatus::Current,
                Status::PlanToRead => ListStatus::Planning,
                Status::Completed => ListStatus::Completed,
                Status::Dropped => ListStatus::Dropped,
                Status::OnHold => ListStatus::Paused,
                Status::Rereading => ListStatus::Repeating,
            }
        }
        (Field::Chapters, Value::Count(n)) => entry.progress = *n,
        (Field::Volumes, Value::Count(n)) => entry.progress_volumes = *n,
        (Field::Rereads, Value::Count(n)) => entry.repeat = *n,
        (Field::Score, Value::Score(score)) => entry.score_raw = score.map_or(0, |score| score.points().into()),
        (Field::StartedOn, Value::Date(day)) => entry.started_at = date(day),
        (Field::FinishedOn, Value::Date(day)) => entry.completed_at = date(day),
        (Field::Notes, Value::Text(notes)) => entry.notes = notes.as_deref().map(Into::into),
        (Field::Private, Value::Flag(flag)) => entry.private = *flag,
        (field, value) => panic!("{field:?} can't be {value:?}"),
    }
}

fn myanimelist_fields(entry: &myanimelist::Entry) -> Fields {
    // myanimelist.md §5: rereading is a mark beside the status; a finish date is kept only when completed.
    let status = match (entry.is_rereading, entry.status) {
        (true, _) => Status::Rereading,
        (false, myanimelist::Status::Reading) => Status::Reading,
        (false, myanimelist::Status::Completed) => Status::Completed,
        (false, myanimelist::Status::OnHold) => Status::OnHold,
        (false, myanimelist::Status::Dropped) => Status::Dropped,
        (false, myanimelist::Status::PlanToRead) => Status::PlanToRead,
    };
    let date = |date: &Option<String>| Value::Date(date.as_deref().map(|date| date.parse().unwrap()));
    let mut fields = Fields::new()
        .with(Field::Status, Value::Status(status))
        .with(Field::Chapters, Value::Count(entry.num_chapters_read))
        .with(Field::Volumes, Value::Count(entry.num_volumes_read))
        .with(Field::Rereads, Value::Count(entry.num_times_reread))
        .with(Field::Score, points(entry.score.into(), 10))
        .with(Field::StartedOn, date(&entry.start_date))
        .with(Field::Notes, text(&entry.comments));
    if status == Status::Completed {
        fields.set(Field::FinishedOn, date(&entry.finish_date));
    }
    fields
}

fn tell_myanimelist(entry: &mut myanimelist::Entry, field: Field, value: &Value) {
    match (field, value) {
        (Field::Status, Value::Status(status)) => {
            entry.is_rereading = *status == Status::Rereading;
            entry.status = match status {
                Status::Reading => myanimelist::Status::Reading,
                Status::Completed | Status::Rereading => myanimelist::Status::Completed,
                Status::OnHold => myanimelist::Status::OnHold,
                Status::Dropped => myanimelist::Status::Dropped,
                Status::PlanToRead => myanimelist::Status::PlanToRead,
            };
        }
        (Field::Chapters, Value::Count(n)) => entry.num_chapters_read = *n,
        (Field::Volumes, Value::Count(n)) => entry.num_volumes_read = *n,
        (Field::Rereads, Value::Count(n)) => entry.num_times_reread = *n,
        (Field::Score, Value::Score(score)) => entry.score = score.map_or(0, |score| score.points() / 10),
        (Field::StartedOn, Value::Date(day)) => entry.start_date = day.map(|day| day.to_string()),
        (Field::FinishedOn, Value::Date(day)) => entry.finish_date = day.map(|day| day.to_string()),
        (Field::Notes, Value::Text(notes)) => entry.comments = notes.as_deref().unwrap_or_default().into(),
        (field, value) => panic!("{field:?} can't be {value:?}"),
    }
}

fn kitsu_fields(entry: &kitsu::Entry) -> Fields {
    let status = match (entry.status, entry.reconsuming) {
        (kitsu::Status::Current, true) => Status::Rereading,
        (kitsu::Status::Current, false) => Status::Reading,
        (kitsu::Status::Planned, _) => Status::PlanToRead,
        (kitsu::Status::Completed, _) => Status::Completed,
        (kitsu::Status::OnHold, _) => Status::OnHold,
        (kitsu::Status::Dropped, _) => Status::Dropped,
    };
    let date = |moment: &Option<chrono::DateTime<chrono::Utc>>| Value::Date(moment.map(|m| m.date_naive().into()));
    Fields::new()
        .with(Field::Status, Value::Status(status))
        .with(Field::Chapters, count(entry.progress))
        .with(Field::Volumes, count(entry.volumes_owned))
        .with(Field::Rereads, count(entry.reconsume_count))
        .with(Field::Score, points(entry.rating_twenty.unwrap_or(0), 5))
        .with(Field::StartedOn, date(&entry.started_at))
        .with(Field::FinishedOn, date(&entry.finished_at))
        .with(Field::Notes, text(entry.notes.as_deref().unwrap_or_default()))
        .with(Field::Private, Value::Flag(entry.private))
}

fn tell_kitsu(entry: &mut kitsu::Entry, field: Field, value: &Value) {
    let moment = |day: &Option<PartialDate>| {
        day.map(|day| format!("{day}T00:00:00Z").parse().expect("Kitsu's dates have a day"))
    };
    match (field, value) {
        (Field::Status, Value::Status(status)) => {
            entry.reconsuming = *status == Status::Rereading;
            entry.status = match status {
                Status::Reading | Status::Rereading => kitsu::Status::Current,
                Status::Completed => kitsu::Status::Completed,
                Status::OnHold => kitsu::Status::OnHold,
                Status::Dropped => kitsu::Status::Dropped,
                Status::PlanToRead => kitsu::Status::Planned,
            };
        }
        (Field::Chapters, Value::Count(n)) => entry.progress = i64::from(*n),
        (Field::Volumes, Value::Count(n)) => entry.volumes_owned = i64::from(*n),
        (Field::Rereads, Value::Count(n)) => entry.reconsume_count = i64::from(*n),
        (Field::Score, Value::Score(score)) => entry.rating_twenty = score.map(|score| i64::from(score.points() / 5)),
        (Field::StartedOn, Value::Date(day)) => entry.started_at = moment(day),
        (Field::FinishedOn, Value::Date(day)) => entry.finished_at = moment(day),
        (Field::Notes, Value::Text(notes)) => entry.notes = notes.as_deref().map(Into::into),
        (Field::Private, Value::Flag(flag)) => entry.private = *flag,
        (field, value) => panic!("{field:?} can't be {value:?}"),
    }
}
