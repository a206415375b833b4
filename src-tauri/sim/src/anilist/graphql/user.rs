//! `User` and its options. It knows no entries.

use async_graphql::{Enum, Object, SimpleObject};

use crate::anilist::state::User;
use crate::anilist::values::ScoreFormat;

/// `User`.
pub(super) struct UserNode(pub(super) User);

#[Object(name = "User")]
impl UserNode {
    async fn id(&self) -> i64 {
        self.0.id
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn avatar(&self) -> Option<UserAvatar> {
        let address = "https://s4.anilist.co/file/anilistcdn/user/avatar/large/default.png";
        Some(UserAvatar { large: Some(address.into()), medium: Some(address.into()) })
    }

    async fn site_url(&self) -> Option<String> {
        Some(format!("https://anilist.co/user/{}", self.0.name))
    }

    async fn options(&self) -> Option<UserOptions> {
        Some(UserOptions {
            title_language: Some(UserTitleLanguage::Romaji),
            display_adult_content: Some(true),
            activity_merge_time: Some(720),
        })
    }

    async fn media_list_options(&self) -> Option<MediaListOptions> {
        let manga_list = MediaListTypeOptions {
            section_order: Some(Vec::new()),
            split_completed_section_by_format: Some(self.0.split_completed),
            custom_lists: Some(self.0.custom_lists.iter().cloned().map(Some).collect()),
            advanced_scoring: Some(self.0.advanced_scoring.iter().cloned().map(Some).collect()),
            advanced_scoring_enabled: Some(!self.0.advanced_scoring.is_empty()),
        };
        Some(MediaListOptions {
            score_format: Some(self.0.score_format),
            row_order: Some("title".into()),
            manga_list: Some(manga_list),
        })
    }
}

#[derive(SimpleObject)]
struct UserAvatar {
    large: Option<String>,
    medium: Option<String>,
}

#[derive(SimpleObject)]
struct UserOptions {
    title_language: Option<UserTitleLanguage>,
    display_adult_content: Option<bool>,
    activity_merge_time: Option<i64>,
}

#[derive(Enum, Clone, Copy, PartialEq, Eq)]
enum UserTitleLanguage {
    Romaji,
    English,
    Native,
}

#[derive(SimpleObject)]
struct MediaListOptions {
    score_format: Option<ScoreFormat>,
    row_order: Option<String>,
    manga_list: Option<MediaListTypeOptions>,
}

#[derive(SimpleObject)]
struct MediaListTypeOptions {
    section_order: Option<Vec<Option<String>>>,
    split_completed_section_by_format: Option<bool>,
    custom_lists: Option<Vec<Option<String>>>,
    advanced_scoring: Option<Vec<Option<String>>>,
    advanced_scoring_enabled: Option<bool>,
}
