//! One manga as MyAnimeList's catalogue describes it (myanimelist.md sections 2 and 3). Knows no reader's list but
//! what it is handed.

use serde_json::{Map, Value, json};

use super::fields::Fields;

/// A manga in the catalogue.
#[derive(Clone, Debug)]
pub struct Title {
    /// MyAnimeList's id.
    pub id: i64,
    /// Main title: the romanised one.
    pub title: String,
    /// English title, if any.
    pub english: Option<String>,
    /// Japanese title, if any.
    pub japanese: Option<String>,
    /// Other names.
    pub synonyms: Vec<String>,
    /// `manga`, `light_novel`, `one_shot`.
    pub media_type: &'static str,
    /// `white`, `gray` or `black`; the latter two are hidden from lists and search by default (section 2).
    pub nsfw: &'static str,
    /// 0 is unknown (section 3).
    pub num_chapters: u32,
    /// 0 is unknown (section 3).
    pub num_volumes: u32,
    /// First year of publication.
    pub year: Option<i32>,
    /// `finished` or `currently_publishing`.
    pub status: &'static str,
    /// Names as "First Last".
    pub authors: Vec<String>,
    /// Unapproved titles are found and shown but cannot be put on a list (section 3).
    pub approved: bool,
    /// Address of the cover.
    pub picture: String,
}

impl Title {
    /// The fields given unasked (section 2), and those asked for. `entry` is the caller's own, if there is one.
    pub(super) fn node(&self, wanted: &Fields, entry: Option<Value>) -> Value {
        let mut node = Map::new();
        node.insert("id".into(), json!(self.id));
        node.insert("title".into(), json!(self.title));
        node.insert("main_picture".into(), self.picture());
        for name in EXTRAS.iter().filter(|name| wanted.has(name)) {
            if let Some(value) = self.field(name, wanted) {
                node.insert((*name).to_owned(), value);
            }
        }
        if let Some(entry) = entry {
            node.insert("my_list_status".into(), entry);
        }
        Value::Object(node)
    }

    fn field(&self, name: &str, wanted: &Fields) -> Option<Value> {
        Some(match name {
            "alternative_titles" => self.alternative_titles(),
            "start_date" => json!(self.year?.to_string()),
            "nsfw" => json!(self.nsfw),
            "media_type" => json!(self.media_type),
            "status" => json!(self.status),
            "num_volumes" => json!(self.num_volumes),
            "num_chapters" => json!(self.num_chapters),
            "authors" => self.people(wanted.within("authors")),
            _ => return None,
        })
    }

    fn alternative_titles(&self) -> Value {
        let (english, japanese) = (self.english.as_deref(), self.japanese.as_deref());
        json!({
            "synonyms": self.synonyms,
            "en": english.unwrap_or_default(),
            "ja": japanese.unwrap_or_default(),
        })
    }

    fn picture(&self) -> Value {
        json!({ "medium": self.picture, "large": self.picture })
    }

    /// Names only when the braces ask for them: sub-fields come in addition to the defaults (section 2).
    fn people(&self, wanted: Option<&Fields>) -> Value {
        let person = |name: &String| {
            let (first, last) = name.rsplit_once(' ').unwrap_or(("", name));
            let mut node = Map::new();
            for (field, value) in [("first_name", first), ("last_name", last)] {
                if wanted.is_some_and(|wanted| wanted.has(field)) {
                    node.insert(field.to_owned(), json!(value));
                }
            }
            json!({ "node": node, "role": "Story & Art" })
        };
        self.authors.iter().map(person).collect()
    }

    /// Every name of the work.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let others = self.synonyms.iter().chain(&self.english).chain(&self.japanese);
        std::iter::once(&self.title).chain(others).map(String::as_str)
    }
}

/// Fields of a manga that have to be asked for and that the simulation has.
const EXTRAS: [&str; 8] =
    ["alternative_titles", "start_date", "nsfw", "media_type", "status", "num_volumes", "num_chapters", "authors"];
