//! Whose token it is (kitsu.md §4). Knows no list.

use super::{
    Kitsu, PROVIDER,
    document::{Document, Included, User},
};
use crate::{
    providers::{Account, ApiError, Session, answer},
    secret::Secret,
};

/// The one private attribute that we need; it is shown to the account itself only.
pub(super) const OWNER_FIELDS: &str = "sfwFilter";

/// What is known of the account after a read in its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    /// Whether Kitsu hides adult titles from their own reader: the default of every account.
    pub(super) sfw: bool,
}

impl Owner {
    /// The proof among included resources that the account itself was reading: its private attribute.
    pub(super) fn among(included: &[Included], account_id: &str) -> Option<Self> {
        included.iter().find_map(|resource| match resource {
            Included::Users(user) if user.id == account_id => user.attributes.sfw_filter.map(|sfw| Self { sfw }),
            Included::Users(_) | Included::Manga(_) | Included::Mappings(_) | Included::Other => None,
        })
    }
}

impl Kitsu {
    pub(super) async fn account(&self, token: &Secret) -> Result<Account, ApiError> {
        let User { id, attributes } = self.me(token).await?;
        let name = attributes.name.or(attributes.slug);
        Ok(Account { name: name.unwrap_or_else(|| id.clone()), id })
    }

    /// The owner if a listing has shown it, or else by a request of its own. An account that hides its own setting is
    /// taken to have the filter on, which makes absence mean nothing.
    pub(super) async fn owner(&self, session: &Session<'_>, shown: Option<Owner>) -> Result<Owner, ApiError> {
        if let Some(owner) = shown {
            return Ok(owner);
        }
        let me = self.me(session.token).await?;
        if me.id != session.account_id {
            return Err(ApiError::SignInAgain(PROVIDER));
        }
        Ok(Owner { sfw: me.attributes.sfw_filter.unwrap_or(true) })
    }

    /// A token that Kitsu does not know is nobody's, which it does not call an error (kitsu.md §1).
    async fn me(&self, token: &Secret) -> Result<User, ApiError> {
        let mut url = self.at(&["users"]);
        let fields = format!("name,slug,{OWNER_FIELDS}");
        url.query_pairs_mut().append_pair("filter[self]", "true").append_pair("fields[users]", &fields);
        let reply = self.read("who", url, Some(token)).await?;
        let users: Document<Vec<User>> = answer::read(PROVIDER, &reply, "the account")?;
        users.data.into_iter().next().ok_or(ApiError::TokenExpired(PROVIDER))
    }
}
