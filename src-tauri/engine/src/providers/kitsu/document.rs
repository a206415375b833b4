//! JSON:API documents as Kitsu writes them (kitsu.md §2). Data only; `included` is in no order that means anything.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A document of one resource or of many.
#[derive(Deserialize)]
pub(super) struct Document<D> {
    pub(super) data: D,
    #[serde(default)]
    pub(super) included: Vec<Included>,
    #[serde(default)]
    pub(super) meta: Meta,
    #[serde(default)]
    pub(super) links: Links,
}

#[derive(Default, Deserialize)]
pub(super) struct Meta {
    /// How many resources the filters leave, on all pages.
    pub(super) count: Option<u32>,
}

#[derive(Default, Deserialize)]
pub(super) struct Links {
    /// Absent on the last page.
    pub(super) next: Option<String>,
}

/// A resource that came along.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(super) enum Included {
    Manga(Box<Manga>),
    Mappings(Mapping),
    Users(User),
    #[serde(other)]
    Other,
}

/// The name of a resource.
#[derive(Deserialize)]
pub(super) struct Name {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) id: String,
}

/// A relationship to one resource. Without linkage nothing was included, or it is hidden from us.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ToOne {
    pub(super) data: Option<Name>,
}

/// A relationship to many resources.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ToMany {
    pub(super) data: Vec<Name>,
}

#[derive(Deserialize)]
pub(super) struct User {
    pub(super) id: String,
    #[serde(default)]
    pub(super) attributes: UserAttributes,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct UserAttributes {
    pub(super) name: Option<String>,
    pub(super) slug: Option<String>,
    pub(super) sfw_filter: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct LibraryEntry {
    pub(super) id: String,
    pub(super) attributes: EntryAttributes,
    #[serde(default)]
    pub(super) relationships: EntryRelationships,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct EntryAttributes {
    pub(super) status: Option<String>,
    pub(super) progress: Option<u32>,
    pub(super) volumes_owned: Option<u32>,
    pub(super) reconsuming: Option<bool>,
    pub(super) reconsume_count: Option<u32>,
    pub(super) notes: Option<String>,
    pub(super) private: Option<bool>,
    pub(super) started_at: Option<String>,
    pub(super) finished_at: Option<String>,
    pub(super) rating_twenty: Option<i64>,
    pub(super) updated_at: Option<kuroibara_core::Time>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct EntryRelationships {
    manga: ToOne,
    media: ToOne,
}

impl EntryRelationships {
    /// The manga's id, where its relationship was included under either name and is not hidden from us.
    pub(super) fn manga(&self) -> Option<&str> {
        let linked = self.manga.data.as_ref().or(self.media.data.as_ref())?;
        (linked.kind == "manga").then_some(&linked.id)
    }
}

#[derive(Deserialize)]
pub(super) struct Manga {
    pub(super) id: String,
    #[serde(default)]
    pub(super) attributes: MangaAttributes,
    #[serde(default)]
    pub(super) relationships: MangaRelationships,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct MangaAttributes {
    pub(super) canonical_title: Option<String>,
    /// By locale, such as `en_jp`.
    pub(super) titles: Option<BTreeMap<String, Option<String>>>,
    pub(super) abbreviated_titles: Option<Vec<Option<String>>>,
    pub(super) start_date: Option<String>,
    pub(super) subtype: Option<String>,
    pub(super) chapter_count: Option<u32>,
    pub(super) volume_count: Option<u32>,
    pub(super) age_rating: Option<String>,
    pub(super) poster_image: Option<Poster>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Poster {
    pub(super) medium: Option<String>,
    pub(super) large: Option<String>,
    pub(super) original: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct MangaRelationships {
    pub(super) mappings: ToMany,
}

#[derive(Deserialize)]
pub(super) struct Mapping {
    pub(super) id: String,
    #[serde(default)]
    pub(super) attributes: MappingAttributes,
    #[serde(default)]
    pub(super) relationships: MappingRelationships,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct MappingAttributes {
    pub(super) external_site: String,
    pub(super) external_id: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct MappingRelationships {
    pub(super) item: ToOne,
}
