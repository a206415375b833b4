//! Which resources a listing holds, and in which order (kitsu.md sections 4 to 6). Pure; `document` writes them.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::document::Name;
use super::entry::{Entry, Status};
use super::kind::Kind;
use super::manga::Manga;
use super::query::Query;
use super::refusal::Refusal;
use super::state::{IncludeManga, State, Viewer};
use crate::search;

/// The filters of library entries (section 5.2).
const FILTERS: [&str; 12] = [
    "id",
    "user_id",
    "media_id",
    "media_type",
    "anime_id",
    "manga_id",
    "drama_id",
    "status",
    "kind",
    "since",
    "following",
    "title",
];

impl State {
    /// The entries of a listing and its `statusCounts`, which ignore a status filter (section 5.2).
    pub(super) fn library(&self, viewer: Viewer, query: &Query) -> Result<(Vec<Name>, Value), Refusal> {
        query.only_filters(&FILTERS)?;
        if query.filters.is_empty() {
            return Err(Refusal::plain(400, "No filter provided"));
        }
        let wanted = Wanted::new(query)?;
        let found = self.entries.values().filter(|entry| wanted.fits(entry, self) && self.sees(viewer, entry));
        let found: Vec<&Entry> = found.collect();
        let counts = counts(&found);
        let mut rows: Vec<&Entry> = found.into_iter().filter(|entry| wanted.status(entry)).collect();
        self.sort(&mut rows, query)?;
        self.preloads(viewer, query, &rows)?;
        Ok((rows.into_iter().map(|entry| (Kind::LibraryEntries, entry.id)).collect(), counts))
    }

    /// `/manga` (section 6). `filter[since]` is not simulated.
    pub(super) fn catalogue(&self, viewer: Viewer, query: &Query) -> Result<Vec<Name>, Refusal> {
        query.only_filters(&["id", "slug", "text", "subtype", "status", "year"])?;
        let shown = self.manga.values().filter(|manga| self.shows(viewer, manga.id));
        let found = shown.filter(|manga| {
            fits(query, |filter| match filter {
                "id" => Some(manga.id.to_string().into()),
                "slug" => Some(manga.slug().into()),
                "subtype" => Some(manga.subtype.into()),
                "status" => Some(manga.status().into()),
                "year" => Some(manga.year.map_or(String::new(), |year| year.to_string()).into()),
                _ => None,
            })
        });
        let hits = match query.filter("text") {
            Some(text) => search::best(&text.join(","), found, Manga::names),
            None => found.collect(),
        };
        Ok(hits.into_iter().map(|manga| (Kind::Manga, manga.id)).collect())
    }

    /// `/mappings`: public, two filters only (section 6).
    pub(super) fn mapped(&self, query: &Query) -> Result<Vec<Name>, Refusal> {
        query.only_filters(&["external_site", "external_id"])?;
        let found = self.mappings.iter().filter(|mapping| {
            fits(query, |filter| match filter {
                "external_site" => Some(mapping.site.as_str().into()),
                "external_id" => Some(mapping.external_id.as_str().into()),
                _ => None,
            })
        });
        Ok(found.map(|mapping| (Kind::Mappings, mapping.id)).collect())
    }

    /// `/users`: the value of `filter[self]` is ignored, the token decides (section 4).
    pub(super) fn accounts(&self, viewer: Viewer, query: &Query) -> Result<Vec<Name>, Refusal> {
        query.only_filters(&["self", "id", "name", "slug"])?;
        let found = self.users.values().map(|user| &user.account).filter(|account| {
            let own = query.filter("self").is_none() || viewer.account == Some(account.id);
            own && fits(query, |filter| match filter {
                "id" => Some(account.id.to_string().into()),
                "name" | "slug" => Some(account.name.as_str().into()),
                _ => None,
            })
        });
        Ok(found.map(|account| (Kind::Users, account.id)).collect())
    }

    /// `include=manga` may fail where `include=media` does not (section 5.2).
    fn preloads(&self, viewer: Viewer, query: &Query, rows: &[&Entry]) -> Result<(), Refusal> {
        let mut page = rows.iter().skip(query.offset).take(query.limit);
        let fails = query.include.0.contains_key("manga")
            && match self.knobs.include_manga {
                IncludeManga::Works => false,
                IncludeManga::Fails => true,
                IncludeManga::FailsWhenHidden => page.any(|entry| !self.shows(viewer, entry.manga)),
            };
        if fails { Err(Refusal::internal()) } else { Ok(()) }
    }

    /// By id unless told otherwise; what has no value comes last in both directions (section 2).
    fn sort(&self, rows: &mut [&Entry], query: &Query) -> Result<(), Refusal> {
        for (field, descending) in query.sort.iter().rev() {
            let attributes = Kind::LibraryEntries.attributes();
            if field != "id" && !attributes.contains(&field.as_str()) && !MANGA_SORTS.contains(&field.as_str()) {
                return Err(Refusal::invalid_sort(field, "libraryEntries"));
            }
            match descending {
                true => rows.sort_by_cached_key(|entry| nulls_last(self.key(entry, field).map(Reverse))),
                false => rows.sort_by_cached_key(|entry| nulls_last(self.key(entry, field))),
            }
        }
        Ok(())
    }

    /// What an entry is sorted by: most often an attribute as it is written; statuses go by their numbers.
    fn key(&self, entry: &Entry, field: &str) -> Option<Key> {
        let manga = || self.manga.get(&entry.manga);
        match (field, field.strip_prefix("manga.")) {
            ("id", _) => Some(Key::Number(entry.id)),
            ("status", _) => Some(Key::Number(entry.status as i64)),
            ("updatedAt", _) => Some(Key::Number(entry.updated_at.timestamp_millis())),
            (_, Some("titles.en")) => manga()?.english.clone().map(Key::Text),
            (_, Some("titles.canonical" | "titles.enJp")) => Some(Key::Text(manga()?.romaji.clone())),
            (_, Some(attribute)) => Key::of(manga()?.attribute(attribute)),
            (attribute, None) => Key::of(entry.attribute(attribute)),
        }
    }
}

/// What of the manga entries are sorted by (section 5.2).
const MANGA_SORTS: [&str; 7] = [
    "manga.subtype",
    "manga.chapterCount",
    "manga.userCount",
    "manga.averageRating",
    "manga.titles.canonical",
    "manga.titles.en",
    "manga.titles.enJp",
];

fn nulls_last<K>(key: Option<K>) -> (bool, Option<K>) {
    (key.is_none(), key)
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i64),
    Text(String),
}

impl Key {
    fn of(value: Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self::Text(text)),
            Value::Bool(flag) => Some(Self::Number(flag.into())),
            other => other.as_i64().map(Self::Number),
        }
    }
}

/// The filters of a library listing, read once.
struct Wanted<'a> {
    query: &'a Query,
    statuses: Option<Vec<Status>>,
    since: Option<DateTime<Utc>>,
    users: Option<Vec<i64>>,
    entries: Option<Vec<i64>>,
    manga: Option<Vec<i64>>,
    media: Option<Vec<i64>>,
}

impl<'a> Wanted<'a> {
    fn new(query: &'a Query) -> Result<Self, Refusal> {
        let ids = |name: &str| Some(query.filter(name)?.iter().filter_map(|id| id.parse().ok()).collect());
        Ok(Self {
            query,
            statuses: query.filter("status").map(statuses).transpose()?,
            since: query.filter("since").map(since).transpose()?,
            users: ids("user_id"),
            entries: ids("id"),
            manga: ids("manga_id"),
            media: ids("media_id"),
        })
    }

    /// Everything but the status.
    fn fits(&self, entry: &Entry, state: &State) -> bool {
        let holds = |ids: &Option<Vec<i64>>, id: i64| ids.as_ref().is_none_or(|ids| ids.contains(&id));
        let is_manga = |name: &str| {
            self.query.filter(name).is_none_or(|kinds| kinds.iter().any(|kind| kind.eq_ignore_ascii_case("manga")))
        };
        let absent = |name: &str| self.query.filter(name).is_none_or(|ids| ids == ["_none"]);
        holds(&self.users, entry.user)
            && holds(&self.entries, entry.id)
            && holds(&self.manga, entry.manga)
            && holds(&self.media, entry.manga)
            && self.since.is_none_or(|since| entry.updated_at >= since)
            && is_manga("kind")
            && is_manga("media_type")
            && absent("anime_id")
            && absent("drama_id")
            && self.query.filter("following").is_none()
            && self.query.filter("title").is_none_or(|title| titled(state, entry, &title.join(",")))
    }

    fn status(&self, entry: &Entry) -> bool {
        self.statuses.as_ref().is_none_or(|statuses| statuses.contains(&entry.status))
    }
}

/// Whether each filter holds what `value` says under its name; filters without one are judged elsewhere.
fn fits<'a>(query: &Query, value: impl Fn(&str) -> Option<Cow<'a, str>>) -> bool {
    let holds = |values: &[String], value: Cow<'a, str>| values.iter().any(|known| *known == value);
    query.filters.iter().all(|(filter, values)| value(filter).is_none_or(|value| holds(values, value)))
}

fn titled(state: &State, entry: &Entry, title: &str) -> bool {
    !search::best(title, state.manga.get(&entry.manga).into_iter(), Manga::names).is_empty()
}

fn statuses(names: &[String]) -> Result<Vec<Status>, Refusal> {
    names.iter().map(|name| Status::parse(name).ok_or_else(|| Refusal::invalid_value("status", name))).collect()
}

/// ISO 8601; a time without a zone, or a date, is UTC (section 5.2).
fn since(values: &[String]) -> Result<DateTime<Utc>, Refusal> {
    let text = values.first().map(String::as_str).unwrap_or_default();
    time(text).ok_or_else(|| Refusal::invalid_value("since", text))
}

/// A time in any of the forms of ISO 8601 that clients send.
pub(super) fn time(text: &str) -> Option<DateTime<Utc>> {
    let zoned = || DateTime::parse_from_rfc3339(text).ok().map(DateTime::<Utc>::from);
    let unzoned = || text.parse::<chrono::NaiveDateTime>().ok().map(|time| time.and_utc());
    let day = || text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0).map(|time| time.and_utc());
    zoned().or_else(unzoned).or_else(day)
}

/// By status, with camel case keys; absent where there are none (section 5.2).
fn counts(entries: &[&Entry]) -> Value {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in entries {
        *counts.entry(entry.status.key()).or_default() += 1;
    }
    json!({ "statusCounts": counts })
}
