//! The library as it is shown.

use std::collections::BTreeMap;

use kuroibara_core::{Entry, ExternalId, MangaId, PartialDate, Provider, Score, Status, Time};
use serde::Serialize;

use crate::{
    Engine,
    edit::unknown,
    error::EngineError,
    providers::Format,
    store::{LibraryQuery, LibraryRow},
};

/// One page of the library.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LibraryView {
    /// How many entries there are on all pages.
    pub total: u64,
    /// The entries of this page.
    pub entries: Vec<EntryView>,
}

/// One entry with its work.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EntryView {
    /// Which manga.
    pub manga_id: MangaId,
    /// Its title.
    pub title: String,
    /// What kind of work it is.
    pub format: Format,
    /// Its ids at the providers.
    pub mappings: BTreeMap<Provider, ExternalId>,
    /// Where the reader stands.
    pub status: Status,
    /// Chapters read.
    pub chapters_read: u32,
    /// Volumes read.
    pub volumes_read: u32,
    /// The rating, 1 to 100.
    pub score: Option<Score>,
    /// How often it was read again.
    pub rereads: u32,
    /// When reading began.
    pub started_on: Option<PartialDate>,
    /// When the last chapter was read for the first time.
    pub finished_on: Option<PartialDate>,
    /// Free text.
    pub notes: Option<String>,
    /// Whether others may not see the entry.
    pub private: bool,
    /// The last change.
    pub updated_at: Time,
    /// Chapters of the whole work, where somebody counted.
    pub total_chapters: Option<u32>,
    /// Volumes of the whole work, where somebody counted.
    pub total_volumes: Option<u32>,
}

impl From<LibraryRow> for EntryView {
    fn from(row: LibraryRow) -> Self {
        let Entry { status, chapters, volumes, score, rereads, started_on, finished_on, notes, private } = row.entry;
        Self {
            manga_id: row.manga,
            title: row.title,
            format: row.format,
            mappings: row.mappings.into_iter().filter_map(|(provider, id)| Some((provider, id?))).collect(),
            status,
            chapters_read: chapters,
            volumes_read: volumes,
            score,
            rereads,
            started_on,
            finished_on,
            notes: notes.map(|text| text.to_string()),
            private,
            updated_at: row.updated_at,
            total_chapters: row.totals.chapters,
            total_volumes: row.totals.volumes,
        }
    }
}

impl Engine {
    /// One page of the library.
    pub async fn library(&self, query: &LibraryQuery) -> Result<LibraryView, EngineError> {
        let page = self.db.library(query).await?;
        Ok(LibraryView { total: page.total, entries: page.entries.into_iter().map(EntryView::from).collect() })
    }

    /// One entry.
    pub async fn entry(&self, manga: MangaId) -> Result<EntryView, EngineError> {
        self.db.library_row(manga).await?.map(EntryView::from).ok_or_else(|| unknown(manga))
    }

    /// The manga that a person means: its own id, or `PROVIDER:ID`.
    pub async fn find(&self, name: &str) -> Result<MangaId, EngineError> {
        if let Ok(id) = name.parse() {
            return Ok(MangaId(id));
        }
        let unknown = || EngineError::UnknownManga(name.to_owned());
        let (provider, id) = name.split_once(':').ok_or_else(unknown)?;
        let provider: Provider = provider.parse().map_err(|_| unknown())?;
        self.db.find_manga(provider, &id.into()).await?.ok_or_else(unknown)
    }
}
