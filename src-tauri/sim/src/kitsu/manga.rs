//! One manga of Kitsu's catalogue and its mappings to other sites (kitsu.md section 6). Knows no library.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::entry::stamp;

/// A manga in the catalogue.
#[derive(Clone, Debug)]
pub struct Manga {
    /// Kitsu's id.
    pub id: i64,
    /// The romanised title.
    pub romaji: String,
    /// The English title, if any.
    pub english: Option<String>,
    /// The Japanese title, if any.
    pub japanese: Option<String>,
    /// Other names.
    pub synonyms: Vec<String>,
    /// `manga`, `novel` or `oneshot`.
    pub subtype: &'static str,
    /// Chapters in all, if known: the cap of progress.
    pub chapter_count: Option<u32>,
    /// Volumes in all, if known.
    pub volume_count: Option<u32>,
    /// First year of publication.
    pub year: Option<i32>,
    /// Whether publication has ended.
    pub finished: bool,
    /// Rated R18: hidden from everybody but readers who switched the filter off (section 5.3). Kitsu copies it to entries
    /// when they are made; here they follow the manga.
    pub adult: bool,
    /// Address of the cover.
    pub picture: String,
}

/// Another site's id for a manga. One id may be mapped to several manga (section 6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The mapping's own id.
    pub id: i64,
    /// The manga.
    pub manga: i64,
    /// `myanimelist/manga`, `anilist/manga`.
    pub site: String,
    /// The id there, as text.
    pub external_id: String,
}

impl Manga {
    /// One attribute by its name in answers; unknown names are nothing.
    pub(super) fn attribute(&self, name: &str) -> Value {
        match name {
            "titles" => json!({ "en": self.english, "en_jp": self.romaji, "ja_jp": self.japanese }),
            "canonicalTitle" => json!(self.romaji),
            "abbreviatedTitles" => json!(self.synonyms),
            "slug" => json!(self.slug()),
            "startDate" => json!(self.year.map(|year| format!("{year}-01-01"))),
            "subtype" => json!(self.subtype),
            "status" => json!(self.status()),
            "chapterCount" => json!(self.chapter_count),
            "volumeCount" => json!(self.volume_count),
            "ageRating" => json!(if self.adult { "R18" } else { "PG" }),
            "userCount" => json!(self.id % 5000),
            "averageRating" => json!("71.00"),
            "posterImage" => json!({ "small": self.picture, "large": self.picture }),
            "createdAt" | "updatedAt" => json!(stamp(CATALOGUED)),
            _ => Value::Null,
        }
    }

    /// Whether publication has ended, in Kitsu's words.
    pub(super) fn status(&self) -> &'static str {
        if self.finished { "finished" } else { "current" }
    }

    /// Words joined by dashes, and the id so that no two are equal.
    pub(super) fn slug(&self) -> String {
        let words = self.romaji.to_lowercase().replace(|letter: char| !letter.is_alphanumeric(), "-");
        format!("{words}-{}", self.id)
    }

    /// Every name of the work.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let others = self.synonyms.iter().chain(&self.english).chain(&self.japanese);
        std::iter::once(&self.romaji).chain(others).map(String::as_str)
    }
}

impl Mapping {
    /// One attribute by its name in answers; unknown names are nothing.
    pub(super) fn attribute(&self, name: &str) -> Value {
        match name {
            "externalSite" => json!(self.site),
            "externalId" => json!(self.external_id),
            "createdAt" | "updatedAt" => json!(stamp(CATALOGUED)),
            _ => Value::Null,
        }
    }
}

/// When the catalogue was made; nothing depends on it.
const CATALOGUED: DateTime<Utc> = DateTime::UNIX_EPOCH;
