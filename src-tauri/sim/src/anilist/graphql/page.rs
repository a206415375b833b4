//! `Page`: at most 50 rows of one kind (anilist.md section 6).

use std::collections::BTreeSet;

use async_graphql::{Context, Object, Result, SimpleObject};
use tokio::sync::SetOnce;

use crate::anilist::reply::refusal;
use crate::anilist::values::{ListStatus, MediaFormat, MediaType};

use super::Reach;
use super::collection::EntryFilter;
use super::entry::EntryNode;
use super::media::{Many, MediaFilter, MediaNode, MediaSort};
use super::order::MediaListSort;

/// The most rows of a page; more is silently capped.
const ROWS: usize = 50;
/// The schema limits a page to this depth.
const DEPTH: usize = 5_000;

/// `Page`. Its `pageInfo` waits for the rows, since only they tell whether more follow.
pub(super) struct Page {
    number: usize,
    rows: usize,
    holds_rows: bool,
    more: SetOnce<bool>,
}

/// `PageInfo`. `total` and `lastPage` are wrong on purpose: nobody may rely on them.
#[derive(SimpleObject)]
struct PageInfo {
    total: Option<i64>,
    per_page: Option<i64>,
    current_page: Option<i64>,
    last_page: Option<i64>,
    has_next_page: Option<bool>,
}

impl Page {
    /// Only one field with rows may be asked for; `pageInfo` may come beside it.
    pub(super) fn new(context: &Context<'_>, number: Option<i64>, rows: Option<i64>) -> Result<Self> {
        let page = context.field();
        let data = page.selection_set().filter(|field| !["pageInfo", "__typename"].contains(&field.name()));
        let fields = data.map(|field| field.alias().unwrap_or(field.name())).collect::<BTreeSet<_>>().len();
        if fields > 1 {
            return Err(refusal(400, "Page can only hold one data field."));
        }
        let at_least_one = |number: i64| usize::try_from(number).unwrap_or(1).max(1);
        Ok(Self {
            number: number.map_or(1, at_least_one),
            rows: rows.map_or(ROWS, at_least_one).min(ROWS),
            holds_rows: fields == 1,
            more: SetOnce::new(),
        })
    }

    /// This page's part of all rows. `pageInfo` is let go on failure too, or it would wait for ever.
    fn cut<T, N>(&self, all: Result<Vec<T>>, node: fn(T) -> N) -> Option<Result<Vec<Option<N>>>> {
        let before = (self.number - 1).saturating_mul(self.rows);
        let reachable = all.map(|all| all.into_iter().take(DEPTH).skip(before));
        let rows = reachable.map(|rows| rows.take(self.rows + 1).collect::<Vec<_>>());
        // It is already set when the same field is selected twice; the answer is the same.
        let _ = self.more.set(rows.as_ref().is_ok_and(|rows| rows.len() > self.rows));
        Some(rows.map(|rows| rows.into_iter().take(self.rows).map(|row| Some(node(row))).collect()))
    }
}

#[Object]
#[allow(clippy::too_many_arguments, reason = "the arguments are AniList's")]
impl Page {
    async fn page_info(&self) -> Option<PageInfo> {
        let more = self.holds_rows && *self.more.wait().await;
        Some(PageInfo {
            total: Some(DEPTH as i64),
            per_page: Some(self.rows as i64),
            current_page: Some(self.number as i64),
            last_page: Some((DEPTH / self.rows) as i64),
            has_next_page: Some(more),
        })
    }

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
    ) -> Option<Result<Vec<Option<MediaNode>>>> {
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
        let found = Reach::of(context).map(|reach| filter.find(&reach.state()));
        self.cut(found, MediaNode)
    }

    async fn media_list(
        &self,
        context: &Context<'_>,
        user_id: Option<i64>,
        user_name: Option<String>,
        #[graphql(name = "type")] kind: Option<MediaType>,
        status: Option<ListStatus>,
        #[graphql(name = "status_in")] status_in: Many<ListStatus>,
        #[graphql(name = "status_not_in")] status_not_in: Many<ListStatus>,
        media_id: Option<i64>,
        #[graphql(name = "mediaId_in")] media_id_in: Many<i64>,
        sort: Many<MediaListSort>,
    ) -> Option<Result<Vec<Option<EntryNode>>>> {
        let filter = EntryFilter { user_id, user_name, status, status_in, status_not_in, media_id, media_id_in, sort };
        self.cut(Reach::of(context).and_then(|reach| reach.listing(&filter, kind, self.number)), EntryNode)
    }
}
