//! One manga as MyAnimeList describes it, in the library's terms. Knows no requests.

use kuroibara_core::{ExternalId, Totals};
use serde::Deserialize;

use super::{PROVIDER, entry::Status};
use crate::providers::{ApiError, Format, RemoteEntry, Title, TitleKind, Work, answer};

/// What is asked for of a manga; id, title and picture come unasked (myanimelist.md §2).
pub(super) const WORK_FIELDS: &str =
    "alternative_titles,num_chapters,num_volumes,media_type,nsfw,start_date,authors{first_name,last_name}";

/// A manga.
#[derive(Deserialize)]
pub(super) struct Node {
    pub(super) id: u64,
    title: String,
    main_picture: Option<Picture>,
    alternative_titles: Option<Names>,
    num_chapters: Option<u32>,
    num_volumes: Option<u32>,
    media_type: Option<String>,
    nsfw: Option<String>,
    start_date: Option<String>,
    authors: Option<Vec<Author>>,
    my_list_status: Option<Status>,
}

#[derive(Deserialize)]
struct Picture {
    medium: Option<String>,
    large: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Names {
    synonyms: Option<Vec<String>>,
    en: Option<String>,
    ja: Option<String>,
}

#[derive(Deserialize)]
struct Author {
    node: Person,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Person {
    first_name: String,
    last_name: String,
}

impl Node {
    /// The manga, and the entry where the list has one.
    pub(super) fn with_entry(mut self) -> Result<(Work, Option<RemoteEntry>), ApiError> {
        let unreadable = || answer::unreadable(PROVIDER, "an entry's status");
        let entry = self.my_list_status.take().map(|status| status.entry().ok_or_else(unreadable)).transpose()?;
        Ok((self.work()?, entry))
    }

    /// The manga. One without a name is an answer that can't be read.
    pub(super) fn work(self) -> Result<Work, ApiError> {
        let title = Some(self.title).filter(|t| !t.trim().is_empty());
        let title = title.ok_or_else(|| answer::unreadable(PROVIDER, "a manga without a title"))?;
        Ok(Work {
            id: ExternalId(self.id.to_string()),
            titles: self.alternative_titles.unwrap_or_default().besides(&title),
            title,
            format: self.media_type.as_deref().map_or(Format::Unknown, format),
            totals: Totals { chapters: known(self.num_chapters), volumes: known(self.num_volumes) },
            year: self.start_date.and_then(|date| date.get(..4)?.parse().ok()),
            authors: self.authors.unwrap_or_default().into_iter().filter_map(|author| author.node.name()).collect(),
            cover: self.main_picture.and_then(|picture| picture.large.or(picture.medium)),
            adult: self.nsfw.as_deref() == Some("black"),
            links: Vec::new(),
        })
    }
}

impl Names {
    fn besides(self, title: &str) -> Vec<Title> {
        let named = [(TitleKind::English, self.en), (TitleKind::Native, self.ja)];
        let named = named.into_iter().filter_map(|(kind, text)| Some((kind, text?)));
        let synonyms = self.synonyms.unwrap_or_default().into_iter().map(|text| (TitleKind::Synonym, text));
        answer::titles(title, named.chain(synonyms))
    }
}

impl Person {
    fn name(self) -> Option<String> {
        let name = format!("{} {}", self.first_name.trim(), self.last_name.trim()).trim().to_owned();
        Some(name).filter(|name| !name.is_empty())
    }
}

/// Zero means that nobody knows (myanimelist.md §3).
fn known(count: Option<u32>) -> Option<u32> {
    count.filter(|count| *count > 0)
}

/// Kinds may be added at any time (myanimelist.md §5).
fn format(media_type: &str) -> Format {
    match media_type {
        "manga" | "manhwa" | "manhua" | "doujinshi" | "oel" => Format::Manga,
        "novel" | "light_novel" => Format::Novel,
        "one_shot" => Format::OneShot,
        _ => Format::Unknown,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn work(json: serde_json::Value) -> Work {
        serde_json::from_value::<Node>(json).unwrap().work().unwrap()
    }

    #[test]
    fn a_manga_of_nothing_but_id_and_title_is_readable() {
        let work = work(serde_json::json!({"id": 2, "title": "Berserk"}));
        assert_eq!((work.id.as_str(), work.title.as_str(), work.format), ("2", "Berserk", Format::Unknown));
        assert_eq!((work.totals, work.year, work.cover, work.adult), (Totals::default(), None, None, false));
    }

    #[test]
    fn a_manga_is_read_in_full() {
        let work = work(serde_json::json!({
            "id": 2, "title": "Berserk", "main_picture": {"medium": "m", "large": "l"},
            "alternative_titles": {"synonyms": ["ベルセルク", "Kenpuu"], "en": "Berserk", "ja": "ベルセルク"},
            "num_chapters": 0, "num_volumes": 42, "media_type": "light_novel", "nsfw": "black", "start_date": "1989-08-25",
            "authors": [{"node": {"id": 1868, "first_name": "Kentarou", "last_name": "Miura"}, "role": "Story & Art"}],
        }));
        let native = Title { kind: TitleKind::Native, text: "ベルセルク".into() };
        let synonym = Title { kind: TitleKind::Synonym, text: "Kenpuu".into() };
        assert_eq!(work.titles, [native, synonym], "each name once");
        assert_eq!(work.totals, Totals { chapters: None, volumes: Some(42) });
        assert_eq!((work.format, work.adult, work.year), (Format::Novel, true, Some(1989)));
        assert_eq!((work.authors, work.cover), (vec!["Kentarou Miura".to_owned()], Some("l".to_owned())));
    }

    #[test]
    fn a_kind_of_work_that_we_do_not_know_yet_is_unknown() {
        assert_eq!(work(serde_json::json!({"id": 2, "title": "x", "media_type": "webtoon"})).format, Format::Unknown);
    }
}
