//! `Media`: one work of the catalogue, and how media are found (anilist.md section 10).

use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::{Context, Enum, Object, Result, SimpleObject};

use crate::anilist::media::Media;
use crate::anilist::state::State;
use crate::anilist::values::{FuzzyDate, MediaFormat, MediaStatus, MediaType};

use super::Reach;
use super::entry::EntryNode;

/// `Media`.
pub(super) struct MediaNode(pub(super) Arc<Media>);

#[Object(name = "Media")]
impl MediaNode {
    async fn id(&self) -> i64 {
        self.0.id
    }

    async fn id_mal(&self) -> Option<i64> {
        self.0.id_mal
    }

    async fn title(&self) -> Option<MediaTitle> {
        Some(MediaTitle(Arc::clone(&self.0)))
    }

    #[graphql(name = "type")]
    async fn kind(&self) -> Option<MediaType> {
        Some(MediaType::Manga)
    }

    async fn format(&self) -> Option<MediaFormat> {
        Some(self.0.format)
    }

    async fn status(&self, version: Option<i64>) -> Option<MediaStatus> {
        Some(match self.0.status {
            MediaStatus::Hiatus if version != Some(2) => MediaStatus::Releasing,
            status => status,
        })
    }

    async fn start_date(&self) -> Option<FuzzyDate> {
        Some(self.0.start)
    }

    async fn chapters(&self) -> Option<u32> {
        self.0.chapters
    }

    async fn volumes(&self) -> Option<u32> {
        self.0.volumes
    }

    async fn synonyms(&self) -> Option<Vec<Option<&str>>> {
        Some(self.0.synonyms.iter().map(|title| Some(title.as_str())).collect())
    }

    async fn cover_image(&self, context: &Context<'_>) -> Result<Option<MediaCoverImage>> {
        let address = Some(crate::cover::address(&Reach::of(context)?.shared.base_url, self.0.id));
        Ok(Some(MediaCoverImage { extra_large: address.clone(), large: address.clone(), medium: address, color: None }))
    }

    async fn popularity(&self) -> Option<i64> {
        Some(self.0.popularity())
    }

    async fn is_adult(&self) -> Option<bool> {
        Some(self.0.adult)
    }

    async fn is_locked(&self) -> Option<bool> {
        Some(self.0.locked)
    }

    async fn site_url(&self) -> Option<String> {
        Some(format!("https://anilist.co/manga/{}", self.0.id))
    }

    /// In the moderators' order, whatever order is asked for; 25 at most.
    async fn staff(
        &self,
        #[graphql(name = "sort")] _sort: Many<StaffSort>,
        page: Option<i64>,
        per_page: Option<i64>,
    ) -> Option<StaffConnection> {
        let role = |place| if place == 0 { "Story & Art" } else { "Translator" };
        let rows = per_page.and_then(|rows| usize::try_from(rows).ok()).unwrap_or(25).clamp(1, 25);
        let before = rows * page.and_then(|page| usize::try_from(page).ok()).unwrap_or(1).saturating_sub(1);
        let edges = self.0.authors.iter().enumerate().skip(before).take(rows).map(|(place, author)| {
            let name = StaffName { full: Some(author.clone()) };
            let node = Staff { id: self.0.id * 100 + place as i64, name: Some(name) };
            Some(StaffEdge { role: Some(role(place).into()), node: Some(node) })
        });
        Some(StaffConnection { edges: Some(edges.collect()) })
    }

    /// The viewer's own entry, null where there is none.
    async fn media_list_entry(&self, context: &Context<'_>) -> Result<Option<EntryNode>> {
        let reach = Reach::of(context)?;
        let entry = reach.call.viewer.and_then(|viewer| reach.state().entry_of(viewer, self.0.id).cloned());
        Ok(entry.map(EntryNode))
    }
}

struct MediaTitle(Arc<Media>);

#[Object]
impl MediaTitle {
    async fn romaji(&self) -> Option<&str> {
        Some(&self.0.romaji)
    }

    async fn english(&self) -> Option<&str> {
        self.0.english.as_deref()
    }

    async fn native(&self) -> Option<&str> {
        self.0.native.as_deref()
    }

    /// Every reader here prefers romaji, which is the default.
    async fn user_preferred(&self) -> Option<&str> {
        Some(&self.0.romaji)
    }
}

#[derive(SimpleObject)]
struct MediaCoverImage {
    extra_large: Option<String>,
    large: Option<String>,
    medium: Option<String>,
    color: Option<String>,
}

#[derive(SimpleObject)]
struct StaffConnection {
    edges: Option<Vec<Option<StaffEdge>>>,
}

#[derive(SimpleObject)]
struct StaffEdge {
    role: Option<String>,
    node: Option<Staff>,
}

#[derive(SimpleObject)]
struct Staff {
    id: i64,
    name: Option<StaffName>,
}

#[derive(SimpleObject)]
struct StaffName {
    full: Option<String>,
}

/// `StaffSort`, as far as it makes sense here.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
enum StaffSort {
    Id,
    Role,
    Relevance,
    Favourites,
}

/// `MediaSort`, as far as it makes sense here.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaSort {
    Id,
    IdDesc,
    TitleRomaji,
    TitleRomajiDesc,
    StartDate,
    StartDateDesc,
    Popularity,
    PopularityDesc,
    Chapters,
    ChaptersDesc,
    SearchMatch,
}

/// A list argument: each element may be null in the schema, and then says nothing.
pub(super) type Many<T> = Option<Vec<Option<T>>>;

/// What media are asked for.
#[derive(Default)]
pub(super) struct MediaFilter {
    pub(super) id: Option<i64>,
    pub(super) id_in: Many<i64>,
    pub(super) id_mal: Option<i64>,
    pub(super) id_mal_in: Many<i64>,
    pub(super) kind: Option<MediaType>,
    pub(super) format: Option<MediaFormat>,
    pub(super) format_in: Many<MediaFormat>,
    pub(super) format_not_in: Many<MediaFormat>,
    pub(super) is_adult: Option<bool>,
    pub(super) search: Option<String>,
    pub(super) sort: Many<MediaSort>,
}

/// Whether a list argument holds the value; an absent one holds everything.
pub(super) fn within<T: PartialEq>(many: &Many<T>, value: &T) -> bool {
    many.as_ref().is_none_or(|many| many.iter().flatten().any(|wanted| wanted == value))
}

/// Whether a `not_in` argument leaves the value out.
pub(super) fn without<T: PartialEq>(many: &Many<T>, value: &T) -> bool {
    many.as_ref().is_none_or(|many| many.iter().flatten().all(|unwanted| unwanted != value))
}

impl MediaFilter {
    /// The media that match, in the order asked for.
    pub(super) fn find(&self, state: &State) -> Vec<Arc<Media>> {
        let search = self.search.as_ref().map(|search| search.trim().to_lowercase());
        let rank = |media: &Media| search.as_ref().map_or(Some(0), |search| media.match_rank(search));
        let wanted = self.candidates(state).into_iter().filter(|media| self.admits(media));
        let mut found: Vec<_> = wanted.filter_map(|media| Some((rank(&media)?, media))).collect();
        self.arrange(&mut found);
        found.into_iter().map(|(_, media)| media).collect()
    }

    /// Ids are looked up, so that asking for many of them stays quick.
    fn candidates(&self, state: &State) -> Vec<Arc<Media>> {
        let named = |id: Option<i64>, many: &Many<i64>| match (id, many) {
            (Some(id), _) => Some(vec![id]),
            (None, Some(many)) => Some(many.iter().flatten().copied().collect()),
            (None, None) => None,
        };
        let shelf = &state.shelf;
        let found: BTreeMap<i64, &Arc<Media>> = match (named(self.id, &self.id_in), named(self.id_mal, &self.id_mal_in))
        {
            (Some(ids), _) => ids.iter().filter_map(|&id| shelf.get(id)).map(|media| (media.id, media)).collect(),
            (None, Some(ids)) => ids.iter().flat_map(|&id| shelf.by_mal(id)).map(|media| (media.id, media)).collect(),
            (None, None) => return shelf.all().cloned().collect(),
        };
        found.into_values().cloned().collect()
    }

    fn admits(&self, media: &Media) -> bool {
        let mal = media.id_mal.unwrap_or(0);
        self.kind != Some(MediaType::Anime)
            && self.id_mal.is_none_or(|id| id == mal)
            && within(&self.id_mal_in, &mal)
            && self.format.is_none_or(|format| format == media.format)
            && within(&self.format_in, &media.format)
            && without(&self.format_not_in, &media.format)
            && self.is_adult.is_none_or(|adult| adult == media.adult)
    }

    /// The last sort is the least important, and sorting is stable.
    fn arrange(&self, found: &mut [(usize, Arc<Media>)]) {
        for sort in self.sort.iter().flatten().flatten().rev() {
            match sort {
                MediaSort::Id => found.sort_by_key(|(_, media)| media.id),
                MediaSort::IdDesc => found.sort_by_key(|(_, media)| -media.id),
                MediaSort::TitleRomaji => found.sort_by(|(_, a), (_, b)| a.romaji.cmp(&b.romaji)),
                MediaSort::TitleRomajiDesc => found.sort_by(|(_, a), (_, b)| b.romaji.cmp(&a.romaji)),
                MediaSort::StartDate => found.sort_by_key(|(_, media)| media.start),
                MediaSort::StartDateDesc => found.sort_by_key(|(_, media)| std::cmp::Reverse(media.start)),
                MediaSort::Popularity => found.sort_by_key(|(_, media)| media.popularity()),
                MediaSort::PopularityDesc => found.sort_by_key(|(_, media)| -media.popularity()),
                MediaSort::Chapters => found.sort_by_key(|(_, media)| media.chapters),
                MediaSort::ChaptersDesc => found.sort_by_key(|(_, media)| std::cmp::Reverse(media.chapters)),
                MediaSort::SearchMatch => found.sort_by_key(|(rank, _)| *rank),
            }
        }
    }
}
