//! The library as it is shown.

use std::collections::{BTreeMap, HashMap};

use kuroibara_core::{Entry, ExternalId, MangaId, PartialDate, Provider, Score, Status, Time};
use serde::Serialize;

use crate::{
    Engine,
    edit::unknown,
    error::EngineError,
    providers::{Format, Title},
    store::{LibraryQuery, LibraryRow},
};

/// One page of the library.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct LibraryView {
    /// How many entries there are on all pages; none: they were not to be counted.
    pub total: Option<u64>,
    /// The entries of this page.
    pub entries: Vec<EntryView>,
}

/// One entry with its work.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct EntryView {
    /// Which manga.
    pub manga_id: MangaId,
    /// Its title.
    pub title: String,
    /// Its names by language, as far as they are known.
    pub titles: Vec<Title>,
    /// Address of its cover picture.
    pub cover: Option<String>,
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
    /// When the entry came into the library.
    pub added_at: Time,
    /// The last change.
    pub updated_at: Time,
    /// Chapters of the whole work, where somebody counted.
    pub total_chapters: Option<u32>,
    /// Volumes of the whole work, where somebody counted.
    pub total_volumes: Option<u32>,
    /// Whether a connected provider holds something else, in its own terms.
    pub differs: bool,
    /// Whether something waits to be sent, or was refused.
    pub waits: bool,
}

impl From<LibraryRow> for EntryView {
    fn from(row: LibraryRow) -> Self {
        let Entry { status, chapters, volumes, score, rereads, started_on, finished_on, notes, private } = row.entry;
        Self {
            manga_id: row.manga,
            title: row.title,
            titles: row.titles,
            cover: row.cover,
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
            added_at: row.added_at,
            updated_at: row.updated_at,
            total_chapters: row.totals.chapters,
            total_volumes: row.totals.volumes,
            differs: row.differs.unwrap_or_default(),
            waits: row.waits,
        }
    }
}

impl Engine {
    /// One page of the library.
    pub async fn library(&self, query: &LibraryQuery) -> Result<LibraryView, EngineError> {
        if query.differs {
            self.judge_all().await?;
        }
        let page = self.db.library(query).await?;
        Ok(LibraryView { total: page.total, entries: self.shown(page.entries).await? })
    }

    /// One entry.
    pub async fn entry(&self, manga: MangaId) -> Result<EntryView, EngineError> {
        let row = self.db.library_row(manga).await?;
        self.shown(row.into_iter().collect()).await?.pop().ok_or_else(|| unknown(manga))
    }

    /// These entries, in this order.
    pub(crate) async fn entries(&self, manga: &[MangaId]) -> Result<Vec<EntryView>, EngineError> {
        let rows = self.db.library_rows(manga).await?;
        let mut views: HashMap<MangaId, EntryView> =
            self.shown(rows).await?.into_iter().map(|view| (view.manga_id, view)).collect();
        manga.iter().map(|id| views.remove(id).ok_or_else(|| unknown(*id))).collect()
    }

    /// These rows, each with what is still to be worked out of it.
    async fn shown(&self, rows: Vec<LibraryRow>) -> Result<Vec<EntryView>, EngineError> {
        let unjudged: Vec<MangaId> = rows.iter().filter(|row| row.differs.is_none()).map(|row| row.manga).collect();
        let judged = self.judge(&unjudged).await?;
        let view = |row: LibraryRow| {
            let differs = row.differs.unwrap_or_else(|| judged.contains(&row.manga));
            EntryView { differs, ..EntryView::from(row) }
        };
        Ok(rows.into_iter().map(view).collect())
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
