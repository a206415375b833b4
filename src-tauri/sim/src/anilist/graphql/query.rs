//! The root of all queries.

use async_graphql::{Context, Object, Result};

use crate::anilist::reply::{not_found, refusal};
use crate::anilist::state::User;
use crate::anilist::values::{ListStatus, MediaFormat, MediaType};

use super::collection::{Chunk, EntryFilter, MediaListCollection};
use super::entry::EntryNode;
use super::media::{Many, MediaFilter, MediaNode, MediaSort};
use super::order::MediaListSort;
use super::page::Page;
use super::user::UserNode;
use super::{Reach, answer};

/// The root of all queries.
pub(in crate::anilist) struct Query;

#[Object]
#[allow(clippy::too_many_arguments, reason = "the arguments are AniList's")]
impl Query {
    /// Who the token belongs to; 401 without one (anilist.md section 5).
    #[graphql(name = "Viewer")]
    async fn viewer(&self, context: &Context<'_>) -> Option<Result<UserNode>> {
        answer(|| {
            let reach = Reach::of(context)?;
            let viewer = reach.viewer()?;
            Ok(reach.state().users.get(&viewer).cloned().map(UserNode))
        })
    }

    #[graphql(name = "User")]
    async fn user(&self, context: &Context<'_>, id: Option<i64>, name: Option<String>) -> Option<Result<UserNode>> {
        answer(|| {
            let reach = Reach::of(context)?;
            let wanted = EntryFilter { user_id: id, user_name: name, ..EntryFilter::default() };
            let state = reach.state();
            wanted.owner(&state, reach.call.viewer).map(|user| Some(UserNode(User::clone(user))))
        })
    }

    #[graphql(name = "Page")]
    async fn page(&self, context: &Context<'_>, page: Option<i64>, per_page: Option<i64>) -> Option<Result<Page>> {
        answer(|| Page::new(context, page, per_page).map(Some))
    }

    /// The first that matches; 404 when none does.
    #[graphql(name = "Media")]
    async fn media(
        &self,
        context: &Context<'_>,
        id: Option<i64>,
        id_mal: Option<i64>,
        #[graphql(name = "id_in")] id_in: Many<i64>,
        #[graphql(name = "idMal_in")] id_mal_in: Many<i64>,
        #[graphql(name = "type")] kind: Option<MediaType>,
        format: Option<MediaFormat>,
        #[graphql(name = "format_in")] format_in: Many<MediaFormat>,
        #[graphql(name = "format_not_in")] format_not_in: Many<MediaFormat>,
        is_adult: Option<bool>,
        search: Option<String>,
        sort: Many<MediaSort>,
    ) -> Option<Result<MediaNode>> {
        answer(|| {
            let filter = MediaFilter {
                id,
                id_in,
                id_mal,
                id_mal_in,
                kind,
                format,
                format_in,
                format_not_in,
                is_adult,
                search,
                sort,
            };
            let found = filter.find(&Reach::of(context)?.state());
            found.into_iter().next().map(|media| Some(MediaNode(media))).ok_or_else(not_found)
        })
    }

    /// One entry; 404 when there is none.
    #[graphql(name = "MediaList")]
    async fn media_list(
        &self,
        context: &Context<'_>,
        id: Option<i64>,
        user_id: Option<i64>,
        user_name: Option<String>,
        #[graphql(name = "type")] kind: Option<MediaType>,
        media_id: Option<i64>,
        sort: Many<MediaListSort>,
    ) -> Option<Result<EntryNode>> {
        answer(|| {
            let reach = Reach::of(context)?;
            let (state, viewer) = (reach.state(), reach.call.viewer);
            let by_id = id.and_then(|id| state.entry(id)).map(|entry| entry.user_id);
            let user_id = user_id.or(by_id);
            if kind == Some(MediaType::Anime) || (id.is_some() && by_id.is_none()) {
                return Err(not_found());
            }
            let filter = EntryFilter { user_id, user_name, media_id, sort, ..EntryFilter::default() };
            let owner = filter.owner(&state, viewer)?;
            let mut found = filter.find(&state, owner.id, viewer).into_iter();
            let wanted = found.find(|entry| id.is_none_or(|id| id == entry.id));
            wanted.map(|entry| Some(EntryNode(entry))).ok_or_else(not_found)
        })
    }

    /// A whole list or a chunk of it; a type and a user are required (section 6).
    #[graphql(name = "MediaListCollection")]
    async fn media_list_collection(
        &self,
        context: &Context<'_>,
        user_id: Option<i64>,
        user_name: Option<String>,
        #[graphql(name = "type")] kind: Option<MediaType>,
        status: Option<ListStatus>,
        #[graphql(name = "status_in")] status_in: Many<ListStatus>,
        #[graphql(name = "status_not_in")] status_not_in: Many<ListStatus>,
        force_single_completed_list: Option<bool>,
        chunk: Option<i64>,
        per_chunk: Option<i64>,
        sort: Many<MediaListSort>,
    ) -> Option<Result<MediaListCollection>> {
        answer(|| {
            let reach = Reach::of(context)?;
            let kind = kind.ok_or_else(|| refusal(400, "A type is required."))?;
            let filter =
                EntryFilter { user_id, user_name, status, status_in, status_not_in, sort, ..EntryFilter::default() };
            let single_completed_list = force_single_completed_list == Some(true);
            let chunk = Chunk { number: chunk, size: per_chunk, single_completed_list };
            let found = reach.listing(&filter, Some(kind), chunk.place())?;
            let state = reach.state();
            let owner = filter.owner(&state, reach.call.viewer)?;
            Ok(Some(MediaListCollection::new(&state, owner, found, &chunk)))
        })
    }
}
