//! The library in pages (kitsu.md §5.2, §5.3). Knows no writes.

use std::collections::{HashMap, HashSet};

use chrono::{SecondsFormat, TimeDelta};
use kuroibara_core::{ExternalId, Time};
use url::Url;

use super::{
    Kitsu, PROVIDER,
    account::{OWNER_FIELDS, Owner},
    document::{Document, LibraryEntry},
    entry::{ENTRY_FIELDS, remote, shape},
    manner::{Include, Manner},
    work::{MAPPING_FIELDS, WORK_FIELDS, works},
};
use crate::providers::{ApiError, Listed, Listing, Notice, Session, Work, answer};

/// Which entries of the account are meant.
#[derive(Clone, Copy)]
pub(super) enum Filter<'a> {
    /// Every one.
    All,
    /// Those saved at this moment or later.
    Since(Time),
    /// Those of these manga.
    Manga(&'a [ExternalId]),
}

/// What came so far.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) entries: Vec<Listed>,
    /// The account, as far as an entry brought it along.
    pub(super) owner: Option<Owner>,
    seen: HashSet<String>,
    /// Every count that a page gave: they differ when the list changed meanwhile, and rows may have been skipped.
    counts: HashSet<Option<u32>>,
    /// The manga of entries that came and can't be read, as far as they have one: it is hidden, or a word is new to us.
    unreadable: HashSet<Option<String>>,
    clock_ahead: Option<TimeDelta>,
}

struct Page {
    entries: Vec<LibraryEntry>,
    works: HashMap<String, Work>,
    owner: Option<Owner>,
    count: Option<u32>,
    is_last: bool,
    clock_ahead: Option<TimeDelta>,
}

impl Kitsu {
    /// Everything, and whether absence means something: not while Kitsu hides titles from their reader, and not when
    /// fewer came than Kitsu counts.
    pub(super) async fn whole_list(&self, session: &Session<'_>) -> Result<Listing, ApiError> {
        let gathered = self.entries(session, Filter::All).await?;
        let owner = self.owner(session, gathered.owner).await?;
        Ok(Listing {
            complete: gathered.is_whole() && !owner.sfw,
            total: gathered.count(),
            notices: notices(Some(owner)),
            clock_ahead: gathered.clock_ahead,
            entries: gathered.entries,
        })
    }

    /// What was saved since then. An empty answer is not checked for whose it is: no conclusion is drawn from it. But the
    /// cursor moves past what comes, so where the list changed between two pages they are read again.
    pub(super) async fn recent_part(&self, session: &Session<'_>, since: Time) -> Result<Listing, ApiError> {
        let mut gathered = self.entries(session, Filter::Since(since)).await?;
        if gathered.may_have_skipped() {
            gathered = self.entries(session, Filter::Since(since)).await?;
        }
        let owner = match gathered.seen.is_empty() {
            true => None,
            false => Some(self.owner(session, gathered.owner).await?),
        };
        let mut entries = gathered.entries;
        entries.sort_by_key(|listed| std::cmp::Reverse(listed.entry.updated_at));
        let (clock_ahead, notices) = (gathered.clock_ahead, notices(owner));
        Ok(Listing { entries, clock_ahead, notices, ..Listing::default() })
    }

    /// Every entry that the filter leaves. Sorted by id, so that saving moves no row.
    pub(super) async fn entries(&self, session: &Session<'_>, filter: Filter<'_>) -> Result<Gathered, ApiError> {
        let (mut gathered, mut manner, mut offset) = (Gathered::default(), Manner::FIRST, 0);
        loop {
            match self.page(session, filter, manner, offset).await {
                Ok(page) => {
                    offset += page.entries.len();
                    let done = page.is_last || page.entries.is_empty();
                    gathered.take(page, session);
                    if done {
                        return Ok(gathered);
                    }
                }
                Err(error) => manner = manner.gentler(&error).ok_or(error)?,
            }
        }
    }

    async fn page(
        &self,
        session: &Session<'_>,
        filter: Filter<'_>,
        manner: Manner,
        offset: usize,
    ) -> Result<Page, ApiError> {
        let url = self.page_address(session, filter, manner, offset);
        let reply = self.read(filter.route(), url, Some(session.token)).await?;
        let document: Document<Vec<LibraryEntry>> = answer::read(PROVIDER, &reply, "a page of the library")?;
        let owner = Owner::among(&document.included, session.account_id);
        let works = match manner.include {
            Include::Manga | Include::Media => works(document.included),
            Include::Bare => self.works_of(session, &document.data).await?,
        };
        Ok(Page {
            entries: document.data,
            works,
            owner,
            count: document.meta.count,
            is_last: document.links.next.is_none(),
            clock_ahead: answer::clock_ahead(&reply),
        })
    }

    async fn works_of(
        &self,
        session: &Session<'_>,
        entries: &[LibraryEntry],
    ) -> Result<HashMap<String, Work>, ApiError> {
        let ids: Vec<_> = entries.iter().filter_map(|entry| entry.relationships.manga()).collect();
        let works = self.manga(Some(session.token), &ids).await?;
        Ok(works.into_iter().map(|work| (work.id.0.clone(), work)).collect())
    }

    fn page_address(&self, session: &Session<'_>, filter: Filter<'_>, manner: Manner, offset: usize) -> Url {
        let (include, relationship) = manner.include.names();
        let mut url = self.at(&["library-entries"]);
        let mut query = url.query_pairs_mut();
        query.append_pair("filter[userId]", session.account_id).append_pair("filter[kind]", "manga");
        if let Some((name, value)) = filter.narrows() {
            query.append_pair(name, &value);
        }
        query
            .append_pair("sort", "id")
            .append_pair("page[limit]", &manner.limit.to_string())
            .append_pair("page[offset]", &offset.to_string())
            .append_pair("include", include)
            .append_pair("fields[libraryEntries]", &format!("{ENTRY_FIELDS},user,{relationship}"))
            .append_pair("fields[manga]", WORK_FIELDS)
            .append_pair("fields[mappings]", MAPPING_FIELDS)
            .append_pair("fields[users]", OWNER_FIELDS);
        drop(query);
        url
    }
}

impl Filter<'_> {
    fn route(self) -> &'static str {
        match self {
            Self::All => "list",
            Self::Since(_) => "changes",
            Self::Manga(_) => "look",
        }
    }

    fn narrows(self) -> Option<(&'static str, String)> {
        match self {
            Self::All => None,
            Self::Since(since) => Some(("filter[since]", since.to_rfc3339_opts(SecondsFormat::Millis, true))),
            Self::Manga(ids) => {
                let ids: Vec<_> = ids.iter().map(ExternalId::as_str).collect();
                Some(("filter[mangaId]", ids.join(",")))
            }
        }
    }
}

impl Gathered {
    fn take(&mut self, mut page: Page, session: &Session<'_>) {
        self.owner = self.owner.or(page.owner);
        self.counts.insert(page.count);
        self.clock_ahead = page.clock_ahead;
        let shape = shape(session);
        for entry in page.entries {
            if !self.seen.insert(entry.id.clone()) {
                continue;
            }
            let manga = entry.relationships.manga();
            let work = manga.and_then(|id| page.works.remove(id));
            let listed = work.and_then(|work| Some(Listed { entry: remote(&entry, &shape, work.totals)?, work }));
            match listed {
                Some(listed) => self.entries.push(listed),
                None => drop(self.unreadable.insert(manga.map(str::to_owned))),
            }
        }
    }

    /// Whether the list changed between two pages: where an entry was removed, the rows after it moved up by one.
    fn may_have_skipped(&self) -> bool {
        self.counts.len() > 1
    }

    /// How many there are, where every page said the same.
    fn count(&self) -> Option<u32> {
        self.counts.iter().copied().next().flatten().filter(|_| !self.may_have_skipped())
    }

    /// Whether this manga may be that of an entry which came and can't be read.
    pub(super) fn may_hold(&self, manga: &str) -> bool {
        self.unreadable.contains(&None) || self.unreadable.contains(&Some(manga.to_owned()))
    }

    fn is_whole(&self) -> bool {
        self.unreadable.is_empty() && self.count().is_some_and(|count| usize::try_from(count) == Ok(self.entries.len()))
    }
}

fn notices(owner: Option<Owner>) -> Vec<Notice> {
    owner.filter(|owner| owner.sfw).map(|_| Notice::SfwFilterOn).into_iter().collect()
}
