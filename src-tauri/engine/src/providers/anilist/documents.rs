//! AniList's documents, typed when the engine is compiled: `graphql/documents.graphql` against `graphql/schema.graphql`.
//!
//! Knows names and types only; what is asked when, and what answers mean, stands in the other files.

// The derive writes public items without documentation into modules that nobody outside sees.
#![allow(missing_docs, unreachable_pub, dead_code)]

use graphql_client::GraphQLQuery;
use serde::{Deserialize, Serialize};

/// The text of all documents, from which requests are built.
pub(super) const DOCUMENTS: &str = include_str!("graphql/documents.graphql");

/// An operation of the documents.
pub(super) trait Document: GraphQLQuery {
    /// What it costs by AniList's rule: one for every selected field (anilist.md §4). A test counts it again.
    const COST: usize;
    /// Its name.
    const NAME: &'static str;
}

macro_rules! documents {
    ($($name:ident costs $cost:literal),+ $(,)?) => {
        $(
            #[derive(Clone, Copy, Debug, GraphQLQuery)]
            #[graphql(
                schema_path = "src/providers/anilist/graphql/schema.graphql",
                query_path = "src/providers/anilist/graphql/documents.graphql",
                extern_enums("MediaListStatus", "MediaFormat"),
                variables_derives = "Clone, Debug, Default, PartialEq",
                response_derives = "Clone, Debug, PartialEq"
            )]
            pub struct $name;

            impl Document for $name {
                const COST: usize = $cost;
                const NAME: &'static str = stringify!($name);
            }
        )+

        /// Every document with its cost, for the test that counts.
        #[cfg(test)]
        pub(super) const COSTS: &[(&str, usize)] = &[$((stringify!($name), $cost)),+];
    };
}

documents! {
    Viewer costs 3,
    Chunk costs 44,
    Entries costs 44,
    Search costs 23,
    Works costs 23,
    Ids costs 6,
    Save costs 18,
    SaveAlike costs 18,
    Delete costs 2,
}

/// AniList's words for where a reader stands. A word that we do not know yet is tolerated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MediaListStatus {
    Current,
    Planning,
    Completed,
    Dropped,
    Paused,
    Repeating,
    #[serde(other)]
    Unknown,
}

/// AniList's words for kinds of works, as far as they are about reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MediaFormat {
    Manga,
    Novel,
    OneShot,
    #[serde(other)]
    Unknown,
}
