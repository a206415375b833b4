//! How a page of the library is asked for, and how more gently after it did not come (kitsu.md §3, §5.2). Pure.

use crate::{http::HttpError, providers::ApiError};

/// How a page is asked for: as much as is allowed, until that proves too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Manner {
    pub(super) include: Include,
    pub(super) limit: u32,
}

/// How the manga of the entries are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Include {
    /// By its own relationship, which has answered 500 where one of the manga is hidden.
    Manga,
    /// By the polymorphic one, which bypasses the code that fails.
    Media,
    /// Without mappings, which are then asked for by manga. Without any include Kitsu does not even tell their ids.
    Bare,
}

impl Include {
    /// What to include, and the relationship by which an entry names its manga.
    pub(super) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Manga => ("user,manga,manga.mappings", "manga"),
            Self::Media => ("user,media,media.mappings", "media"),
            Self::Bare => ("user,media", "media"),
        }
    }
}

impl Manner {
    /// As much as is allowed.
    pub(super) const FIRST: Self = Self { include: Include::Manga, limit: 500 };

    /// What to try after this error, if anything: another way to the manga after a 500 (or where this way is refused),
    /// then fewer rows, as after every other failure that too many could cause (kitsu.md §3, §5.2).
    pub(super) fn gentler(self, error: &ApiError) -> Option<Self> {
        let other_way = match self.include {
            Include::Manga => Some(Self { include: Include::Media, ..self }),
            Include::Media => Some(Self { include: Include::Bare, ..self }),
            Include::Bare => None,
        };
        match error {
            ApiError::Http(HttpError::Outage { status: 500, .. }) => other_way.or(self.smaller()),
            ApiError::Http(HttpError::Outage { status: 501.., .. } | HttpError::AnswerLost { .. }) => self.smaller(),
            ApiError::Refused { .. } if self.include == Include::Media => other_way,
            ApiError::Http(
                HttpError::Outage { .. }
                | HttpError::ShutOut { .. }
                | HttpError::Unreachable { .. }
                | HttpError::Paused { .. }
                | HttpError::Unusable(_)
                | HttpError::Insecure(_)
                | HttpError::LeaseLost,
            )
            | ApiError::TokenExpired(_)
            | ApiError::SignInAgain(_)
            | ApiError::Refused { .. }
            | ApiError::NotFound(_)
            | ApiError::Unreadable { .. } => None,
        }
    }

    fn smaller(self) -> Option<Self> {
        let limit = match self.limit {
            500 => 200,
            200 => 50,
            _ => return None,
        };
        Some(Self { limit, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::kitsu::PROVIDER;

    fn outage(status: u16) -> ApiError {
        HttpError::Outage { provider: PROVIDER, status }.into()
    }

    /// What is tried one after the other while the same error comes.
    fn tried(error: &ApiError) -> Vec<(Include, u32)> {
        let steps = std::iter::successors(Some(Manner::FIRST), |manner| manner.gentler(error));
        steps.map(|manner| (manner.include, manner.limit)).collect()
    }

    #[test]
    fn after_a_500_the_manga_are_asked_for_in_another_way_before_fewer_are() {
        let bare = |limit| (Include::Bare, limit);
        let expected = [(Include::Manga, 500), (Include::Media, 500), bare(500), bare(200), bare(50)];
        assert_eq!(tried(&outage(500)), expected);
    }

    #[test]
    fn after_any_other_failure_of_the_server_and_after_silence_fewer_are_asked_for() {
        let silence = HttpError::AnswerLost { provider: PROVIDER, reason: String::new(), is_read: true }.into();
        for error in [outage(502), outage(503), outage(504), silence] {
            assert_eq!(tried(&error), [(Include::Manga, 500), (Include::Manga, 200), (Include::Manga, 50)]);
        }
    }

    #[test]
    fn nothing_is_tried_again_after_an_answer_that_size_can_not_change() {
        let blocked: ApiError = HttpError::ShutOut { provider: PROVIDER, status: 403 }.into();
        let refused = ApiError::Refused { provider: PROVIDER, reason: String::new() };
        for error in [blocked, refused, ApiError::TokenExpired(PROVIDER), HttpError::LeaseLost.into()] {
            assert_eq!(tried(&error).len(), 1, "{error}");
        }
    }
}
