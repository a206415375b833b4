//! A direct look at single works, and when not finding an entry means that there is none (kitsu.md §5.3).

use std::collections::{HashMap, HashSet};

use kuroibara_core::ExternalId;

use super::{
    Kitsu, PROVIDER,
    account::Owner,
    document::{Document, LibraryEntry},
    entry::ENTRY_FIELDS,
    list::Filter,
    numeric,
};
use crate::providers::{ApiError, Listed, RemoteEntry, Session, Work, answer};

/// Manga in one request: a page takes 500, an address not quite as many.
const AT_ONCE: usize = 200;

impl Kitsu {
    /// Ids of which it can't be said whether the list has them are left out.
    pub(super) async fn look_at(
        &self,
        session: &Session<'_>,
        ids: &[ExternalId],
    ) -> Result<Vec<(ExternalId, Option<Listed>)>, ApiError> {
        let real: Vec<_> = ids.iter().filter(|id| numeric(id.as_str()).is_some()).cloned().collect();
        let (mut found, mut unsure, mut owner) = (HashMap::new(), HashSet::new(), None);
        for some in real.chunks(AT_ONCE) {
            let gathered = self.entries(session, Filter::Manga(some)).await?;
            owner = owner.or(gathered.owner);
            unsure.extend(some.iter().map(ExternalId::as_str).filter(|id| gathered.may_hold(id)));
            found.extend(gathered.entries.into_iter().map(|listed| (listed.work.id.clone(), listed)));
        }
        let missing: Vec<_> = real.iter().filter(|id| !found.contains_key(id)).map(ExternalId::as_str).collect();
        unsure.extend(self.maybe_hidden(session, owner, &missing).await?);
        let sure = ids.iter().filter(|id| found.contains_key(id) || !unsure.contains(id.as_str()));
        Ok(sure.map(|id| (id.clone(), found.get(id).cloned())).collect())
    }

    /// Which of the manga without an entry may have one that Kitsu hides. While its filter is on it hides entries of
    /// adult manga, and those manga too: an entry of a manga that we can see can't be hidden.
    pub(super) async fn maybe_hidden<'a>(
        &self,
        session: &Session<'_>,
        owner: Option<Owner>,
        missing: &[&'a str],
    ) -> Result<HashSet<&'a str>, ApiError> {
        if missing.is_empty() || !self.owner(session, owner).await?.sfw {
            return Ok(HashSet::new());
        }
        let seen = self.manga(Some(session.token), missing).await?;
        let seen: HashSet<_> = seen.iter().map(|work| work.id.as_str()).collect();
        Ok(missing.iter().copied().filter(|id| !seen.contains(id)).collect())
    }

    /// A work, and the entry if the list has one.
    pub(super) async fn work_with_entry(
        &self,
        session: &Session<'_>,
        id: &ExternalId,
    ) -> Result<Option<(Work, Option<RemoteEntry>)>, ApiError> {
        let Some(number) = numeric(id.as_str()) else { return Ok(None) };
        let gathered = self.entries(session, Filter::Manga(std::slice::from_ref(id))).await?;
        let unreadable = gathered.may_hold(number);
        if let Some(Listed { work, entry }) = gathered.entries.into_iter().next() {
            return Ok(Some((work, Some(entry))));
        }
        self.owner(session, gathered.owner).await?;
        let work = self.manga(Some(session.token), &[number]).await?.into_iter().next();
        match work {
            Some(_) if unreadable => Err(answer::unreadable(PROVIDER, "an entry's status")),
            work => Ok(work.map(|work| (work, None))),
        }
    }

    /// The entry of one manga, bare, for a write that must know it.
    pub(super) async fn entry_of(
        &self,
        session: &Session<'_>,
        id: &ExternalId,
    ) -> Result<Option<LibraryEntry>, ApiError> {
        let id = numeric(id.as_str()).ok_or(ApiError::NotFound(PROVIDER))?;
        let mut url = self.at(&["library-entries"]);
        url.query_pairs_mut()
            .append_pair("filter[userId]", session.account_id)
            .append_pair("filter[mangaId]", id)
            .append_pair("fields[libraryEntries]", ENTRY_FIELDS);
        let reply = self.read("look", url, Some(session.token)).await?;
        let found: Document<Vec<LibraryEntry>> = answer::read(PROVIDER, &reply, "an entry")?;
        Ok(found.data.into_iter().next())
    }
}
