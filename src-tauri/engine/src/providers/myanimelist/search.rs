//! Search by title (myanimelist.md §3). Knows no list.

use serde::Deserialize;

use super::{
    MyAnimeList, PROVIDER,
    work::{Node, WORK_FIELDS},
};
use crate::{
    http::Repeat,
    providers::{ApiClient, ApiError, Work, answer},
    secret::Secret,
};

/// Fewer or more characters are refused by MyAnimeList.
const SHORTEST_QUERY: usize = 3;
const LONGEST_QUERY: usize = 64;
/// The most hits of one page.
const MOST_HITS: usize = 100;

#[derive(Deserialize)]
struct Hits {
    data: Vec<Hit>,
}

#[derive(Deserialize)]
struct Hit {
    node: Node,
}

impl MyAnimeList {
    /// One page of hits. Reading the catalogue needs a token or else the client's id.
    pub(super) async fn found(
        &self,
        token: Option<&Secret>,
        app: &ApiClient,
        query: &str,
        limit: usize,
    ) -> Result<Vec<Work>, ApiError> {
        let query: String = query.trim().chars().take(LONGEST_QUERY).collect();
        if query.chars().count() < SHORTEST_QUERY {
            return Err(answer::refused(PROVIDER, "a search needs at least 3 characters"));
        }
        let mut url = self.at(&["manga"]);
        url.query_pairs_mut()
            .append_pair("q", query.trim_end())
            .append_pair("limit", &limit.clamp(1, MOST_HITS).to_string())
            .append_pair("nsfw", "true")
            .append_pair("fields", WORK_FIELDS);
        let request = self.http.client().get(url);
        let request = match (token, &app.id) {
            (Some(token), _) => request.bearer_auth(token.reveal()),
            (None, Some(id)) => request.header("X-MAL-CLIENT-ID", id),
            (None, None) => return Err(answer::refused(PROVIDER, "no client id is set up for it")),
        };
        let hits: Hits = answer::read(PROVIDER, &self.ask("search", request, Repeat::Read).await?, "the hits")?;
        hits.data.into_iter().take(limit).map(|hit| hit.node.work()).collect()
    }
}
