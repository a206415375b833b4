//! The list in pages (myanimelist.md §3): all of it, or from the newest until nothing is new. Knows no single manga.

use std::collections::HashSet;

use kuroibara_core::Time;
use serde::Deserialize;
use url::Url;

use super::{
    MyAnimeList, PROVIDER,
    entry::{STATUS_FIELDS, Status},
    work::{Node, WORK_FIELDS},
};
use crate::{
    http::Repeat,
    providers::{ApiError, Listed, Listing, Session, answer},
};

/// One page of a list.
#[derive(Deserialize)]
struct Page {
    data: Vec<Row>,
    #[serde(default)]
    paging: Paging,
}

#[derive(Deserialize)]
struct Row {
    node: Node,
    list_status: Status,
}

#[derive(Default, Deserialize)]
struct Paging {
    next: Option<String>,
}

impl MyAnimeList {
    /// Sorted by title, which reading moves no row in: pages are cut by offset, and rows would repeat or go missing.
    pub(super) async fn whole_list(&self, session: &Session<'_>) -> Result<Listing, ApiError> {
        self.pages("list", session, "manga_title", None).await
    }

    /// Newest first, until something is older than `since`: one request when at most a thousand entries were saved.
    pub(super) async fn recent_part(&self, session: &Session<'_>, since: Time) -> Result<Listing, ApiError> {
        self.pages("changes", session, "list_updated_at", Some(since)).await
    }

    async fn pages(
        &self,
        route: &'static str,
        session: &Session<'_>,
        sort: &str,
        since: Option<Time>,
    ) -> Result<Listing, ApiError> {
        let mut gathered = Gathered::new(since);
        let mut next = Some(self.first_page(sort));
        while let Some(url) = next {
            let request = self.http.client().get(url).bearer_auth(session.token.reveal());
            let reply = self.ask(route, request, Repeat::Read).await?;
            let page: Page = answer::read(PROVIDER, &reply, "a page of the list")?;
            gathered.listing.clock_ahead = answer::clock_ahead(&reply);
            let link = page.paging.next.filter(|link| !link.is_empty());
            let wants_more = gathered.take(page.data);
            next =
                link.filter(|_| wants_more).map(|l| answer::followed(PROVIDER, &self.endpoints.api, &l)).transpose()?;
        }
        Ok(gathered.listing)
    }

    /// `nsfw=true`, or rows would be missing, which looks like removals (myanimelist.md §2).
    fn first_page(&self, sort: &str) -> Url {
        let mut url = self.at(&["users", "@me", "mangalist"]);
        url.query_pairs_mut()
            .append_pair("sort", sort)
            .append_pair("limit", "1000")
            .append_pair("nsfw", "true")
            .append_pair("fields", &format!("list_status{{{STATUS_FIELDS}}},{WORK_FIELDS}"));
        url
    }
}

/// What the pages so far brought.
struct Gathered {
    since: Option<Time>,
    seen: HashSet<u64>,
    listing: Listing,
}

impl Gathered {
    fn new(since: Option<Time>) -> Self {
        Self { since, seen: HashSet::new(), listing: Listing { complete: since.is_none(), ..Listing::default() } }
    }

    /// Takes a page's rows, and says whether a further page is wanted.
    fn take(&mut self, rows: Vec<Row>) -> bool {
        let before = self.seen.len();
        for row in rows {
            if self.since.is_some_and(|since| row.list_status.updated_at() < since) {
                return false;
            }
            if self.seen.insert(row.node.id) {
                self.add(row);
            }
        }
        let brought_more = self.seen.len() > before;
        // Pages that only repeat themselves have no end, and no certainty about what they leave out.
        self.listing.complete &= brought_more || before == 0;
        brought_more
    }

    /// A row in words that we don't know yet counts as unseen: its absence must not be read as a removal.
    fn add(&mut self, row: Row) {
        match (row.node.work(), row.list_status.entry()) {
            (Ok(work), Some(entry)) => self.listing.entries.push(Listed { work, entry }),
            (Err(_), _) | (_, None) => self.listing.complete = false,
        }
    }
}
