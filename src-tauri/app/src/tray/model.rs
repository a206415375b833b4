//! What the tray shows, as plain data made from a small state.

use chrono::{DateTime, Local};
use kuroibara_engine::core::{MangaId, Provider};

use crate::{auto::Pause, words::Words};

/// Titles longer than this are cut, so that the menu stays narrow. In characters.
const LONGEST: usize = 40;

/// What there is to show.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) words: &'static Words,
    pub(super) now: DateTime<Local>,
    pub(super) connected: Vec<Provider>,
    pub(super) running: bool,
    pub(super) offline: bool,
    pub(super) paused_until: Option<DateTime<Local>>,
    /// Whether something waits for the person.
    pub(super) needs_you: bool,
    pub(super) last: Option<Last>,
    /// The titles that were read last, the newest first.
    pub(super) reading: Vec<Reading>,
}

/// How the last sync went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Last {
    pub(super) at: DateTime<Local>,
    pub(super) pulled: usize,
    pub(super) pushed: usize,
    pub(super) waiting: usize,
    /// The services that did not take part although they should have.
    pub(super) missed: Vec<Provider>,
}

/// A title that is being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) manga: MangaId,
    pub(super) title: String,
    pub(super) chapters: u32,
    pub(super) total: Option<u32>,
}

/// Everything that the tray shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Model {
    pub(super) icon: Icon,
    pub(super) tooltip: String,
    pub(super) items: Vec<Item>,
}

/// How things stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Icon {
    Idle,
    Syncing,
    Attention,
    Paused,
}

/// One line of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Separator,
    Label(String),
    Do(Act, String),
}

/// What a line does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Open,
    Attend,
    SyncAll,
    Sync(Provider),
    Pause(Pause),
    Resume,
    /// This many chapters were read of it.
    Read(MangaId, u32),
    Quit,
}

/// Decides what is shown.
pub(super) fn model(seen: &Seen) -> Model {
    let result = result(seen);
    let tooltip = format!("Kuroibara\n{}", status(seen).unwrap_or_else(|| result.clone()));
    let groups = [
        open(seen),
        state(seen, result),
        syncing(seen),
        reading(seen),
        vec![Item::Do(Act::Quit, seen.words.quit.into())],
    ];
    let groups = groups.into_iter().filter(|group| !group.is_empty());
    let mut items: Vec<Item> = groups.flat_map(|group| std::iter::once(Item::Separator).chain(group)).collect();
    items.remove(0);
    Model { icon: icon(seen), tooltip, items }
}

fn icon(seen: &Seen) -> Icon {
    match seen {
        Seen { running: true, .. } => Icon::Syncing,
        Seen { needs_you: true, .. } => Icon::Attention,
        Seen { paused_until: Some(_), .. } => Icon::Paused,
        _ => Icon::Idle,
    }
}

fn open(seen: &Seen) -> Vec<Item> {
    let attend = seen.needs_you.then(|| Item::Do(Act::Attend, seen.words.needs_you.into()));
    [Item::Do(Act::Open, seen.words.open.into())].into_iter().chain(attend).collect()
}

/// What is going on, where it is not the last result that matters.
fn status(seen: &Seen) -> Option<String> {
    match seen {
        Seen { running: true, words, .. } => Some(words.syncing.into()),
        Seen { paused_until: Some(until), words, now, .. } => Some((words.paused_until)(&moment(*until, *now))),
        Seen { offline: true, words, .. } => Some(words.offline.into()),
        _ => None,
    }
}

fn state(seen: &Seen, result: String) -> Vec<Item> {
    status(seen).into_iter().chain([result]).map(Item::Label).collect()
}

fn result(seen: &Seen) -> String {
    let Some(last) = &seen.last else { return seen.words.no_sync_yet.into() };
    let mut text = (seen.words.result)(&moment(last.at, seen.now), last.pulled, last.pushed);
    if last.waiting > 0 {
        text.push_str(&(seen.words.result_waiting)(last.waiting));
    }
    if !last.missed.is_empty() {
        let missed: Vec<&str> = last.missed.iter().map(|provider| provider.title()).collect();
        text.push_str(&(seen.words.result_missed)(&missed.join(", ")));
    }
    text
}

/// The time of today, with the day of any other.
fn moment(at: DateTime<Local>, now: DateTime<Local>) -> String {
    let same_day = at.date_naive() == now.date_naive();
    at.format(if same_day { "%H:%M" } else { "%Y-%m-%d %H:%M" }).to_string()
}

fn syncing(seen: &Seen) -> Vec<Item> {
    if seen.connected.is_empty() {
        return Vec::new();
    }
    let words = seen.words;
    let one = |provider: &Provider| Item::Do(Act::Sync(*provider), (words.sync_one)(provider.title()));
    let mut items = vec![Item::Do(Act::SyncAll, words.sync_now.into())];
    items.extend(seen.connected.iter().map(one));
    match seen.paused_until {
        Some(_) => items.push(Item::Do(Act::Resume, words.resume.into())),
        None => items.extend([
            Item::Do(Act::Pause(Pause::Hour), words.pause_hour.into()),
            Item::Do(Act::Pause(Pause::Tomorrow), words.pause_tomorrow.into()),
        ]),
    }
    items
}

/// The next chapter of each title, as long as there is one.
fn reading(seen: &Seen) -> Vec<Item> {
    let open = seen.reading.iter().filter(|one| one.total.is_none_or(|total| one.chapters < total));
    let next = |one: &Reading| {
        let chapter = one.chapters + 1;
        Item::Do(Act::Read(one.manga, chapter), (seen.words.next_chapter)(&shortened(&one.title), chapter))
    };
    let items: Vec<_> = open.take(5).map(next).collect();
    if items.is_empty() { vec![Item::Label(seen.words.nothing_read.into())] } else { items }
}

fn shortened(title: &str) -> String {
    match title.char_indices().nth(LONGEST) {
        None => title.to_owned(),
        Some((end, _)) => format!("{}…", title[..end].trim_end()),
    }
}

impl Act {
    /// Names it where the menu reports a choice.
    pub(super) fn id(self) -> String {
        match self {
            Self::Open => "open".into(),
            Self::Attend => "attend".into(),
            Self::SyncAll => "sync".into(),
            Self::Sync(provider) => format!("sync:{provider}"),
            Self::Pause(Pause::Hour) => "pause:hour".into(),
            Self::Pause(Pause::Tomorrow) => "pause:tomorrow".into(),
            Self::Resume => "resume".into(),
            Self::Read(manga, chapter) => format!("read:{manga}:{chapter}"),
            Self::Quit => "quit".into(),
        }
    }

    /// The same back.
    pub(super) fn of_id(id: &str) -> Option<Self> {
        Some(match id.split(':').collect::<Vec<_>>()[..] {
            ["open"] => Self::Open,
            ["attend"] => Self::Attend,
            ["sync"] => Self::SyncAll,
            ["sync", provider] => Self::Sync(provider.parse().ok()?),
            ["pause", "hour"] => Self::Pause(Pause::Hour),
            ["pause", "tomorrow"] => Self::Pause(Pause::Tomorrow),
            ["resume"] => Self::Resume,
            ["read", manga, chapter] => Self::Read(MangaId(manga.parse().ok()?), chapter.parse().ok()?),
            ["quit"] => Self::Quit,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use crate::settings::Language;
    use chrono::TimeZone;

    fn at(hour: u32) -> DateTime<Local> {
        Local.with_ymd_and_hms(2026, 11, 22, hour, 2, 0).unwrap()
    }

    fn reading(n: u32) -> Reading {
        let title = format!("The Lighthouse, Part {n}");
        Reading { manga: MangaId(uuid::Uuid::from_u128(n.into())), title, chapters: n, total: None }
    }

    fn seen() -> Seen {
        Seen {
            words: Words::of(Language::En),
            now: at(15),
            connected: vec![Provider::AniList, Provider::Kitsu],
            running: false,
            offline: false,
            paused_until: None,
            needs_you: false,
            last: Some(Last { at: at(14), pulled: 3, pushed: 2, waiting: 1, missed: Vec::new() }),
            reading: (1..=7).map(reading).collect(),
        }
    }

    fn texts(model: &Model) -> Vec<String> {
        let text = |item: &Item| match item {
            Item::Separator => "-".to_owned(),
            Item::Label(text) => format!("({text})"),
            Item::Do(_, text) => text.clone(),
        };
        model.items.iter().map(text).collect()
    }

    #[test]
    fn the_menu_offers_each_connected_service_the_five_titles_read_last_and_the_way_out() {
        let model = model(&seen());
        let expected = [
            "Open Kuroibara",
            "-",
            "(14:02 · 3 pulled, 2 pushed, 1 waiting)",
            "-",
            "Sync now",
            "Sync AniList",
            "Sync Kitsu",
            "Pause for 1 hour",
            "Pause until tomorrow",
            "-",
            "The Lighthouse, Part 1: chapter 2 read",
            "The Lighthouse, Part 2: chapter 3 read",
            "The Lighthouse, Part 3: chapter 4 read",
            "The Lighthouse, Part 4: chapter 5 read",
            "The Lighthouse, Part 5: chapter 6 read",
            "-",
            "Quit",
        ];
        assert_eq!(texts(&model), expected);
        assert_eq!(model.tooltip, "Kuroibara\n14:02 · 3 pulled, 2 pushed, 1 waiting");
    }

    #[test]
    fn a_service_that_was_not_synced_is_named() {
        let last =
            Last { at: at(14), pulled: 0, pushed: 2, waiting: 0, missed: vec![Provider::AniList, Provider::Kitsu] };
        let shown = model(&Seen { last: Some(last), ..seen() });
        assert_eq!(shown.tooltip, "Kuroibara\n14:02 · 0 pulled, 2 pushed, AniList, Kitsu not synced");
    }

    #[test]
    fn the_icon_shows_what_matters_most() {
        let paused = Seen { paused_until: Some(at(16)), ..seen() };
        let asked = Seen { needs_you: true, ..paused.clone() };
        let running = Seen { running: true, ..asked.clone() };
        assert_eq!(model(&seen()).icon, Icon::Idle);
        assert_eq!(model(&paused).icon, Icon::Paused);
        assert_eq!(model(&asked).icon, Icon::Attention);
        assert_eq!(model(&running).icon, Icon::Syncing);
    }

    #[test]
    fn a_pause_says_until_when_and_can_be_ended() {
        let tomorrow = at(6) + chrono::TimeDelta::days(1);
        let shown = model(&Seen { paused_until: Some(tomorrow), ..seen() });
        let texts = texts(&shown);
        assert!(texts.contains(&"(Paused until 2026-11-23 06:02)".to_owned()) && texts.contains(&"Resume".to_owned()));
        assert!(!texts.iter().any(|text| text.starts_with("Pause ")));
    }

    #[test]
    fn with_nothing_connected_there_is_nothing_to_sync_or_pause() {
        let shown = model(&Seen { connected: Vec::new(), last: None, reading: Vec::new(), ..seen() });
        assert_eq!(
            texts(&shown),
            ["Open Kuroibara", "-", "(Not synced yet)", "-", "(Nothing is being read)", "-", "Quit"]
        );
    }

    #[test]
    fn a_title_that_is_read_to_its_end_offers_no_next_chapter() {
        let done = Reading { total: Some(1), ..reading(1) };
        let shown = model(&Seen { reading: vec![done], ..seen() });
        assert!(texts(&shown).contains(&"(Nothing is being read)".to_owned()));
    }

    #[test]
    fn a_long_title_is_cut_between_characters() {
        assert_eq!(shortened(&"薔".repeat(60)), format!("{}…", "薔".repeat(40)));
        assert_eq!(shortened("short"), "short");
    }

    #[test]
    fn every_line_is_known_again_when_it_is_chosen() {
        let shown = [model(&seen()), model(&Seen { paused_until: Some(at(16)), needs_you: true, ..seen() })];
        for item in shown.iter().flat_map(|model| &model.items) {
            if let Item::Do(act, _) = item {
                assert_eq!(Act::of_id(&act.id()), Some(*act));
            }
        }
        assert_eq!(Act::of_id("read:x:1"), None);
    }
}
