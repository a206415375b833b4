//! The list as a whole, what was saved lately, and a direct look at some works.
//!
//! Knows paging and what makes a listing complete; knows no merge.

use std::{cmp::Reverse, collections::HashMap, ops::RangeInclusive};

use kuroibara_core::{ExternalId, Time};

use super::{
    AniList,
    ask::{Read, parse, unreadable},
    batch::Root,
    documents::{Chunk, Entries, chunk, entries},
};
use crate::providers::{ApiError, Listed, Listing, Notice, Session};

/// AniList hands out no more than the 11,000 entries that were saved last (anilist.md §6).
const MOST_ENTRIES: usize = 11_000;

/// More chunks than the service has: then it does not end by itself.
const MOST_CHUNKS: i64 = 40;

/// AniList answers at most 50 rows per page, whatever is asked.
pub(super) const PAGE: usize = 50;

/// Beyond 5,000 rows a page can't be trusted (anilist.md §6).
const LAST_PAGE: i64 = 100;

/// How many pages are asked for at once after the first: few, since most lists of changes are short.
const PAGES_AT_ONCE: i64 = 5;

/// How far back the look at what was saved during a listing goes: its clock has whole seconds.
const OVERLAP: chrono::Duration = chrono::Duration::seconds(10);

type Page = entries::EntriesSlot;

/// Entries by work, so that one in several lists, or read twice, is there once and as it was last.
#[derive(Default)]
struct Seen(HashMap<ExternalId, Listed>);

/// A part of the list.
struct Part {
    entries: Vec<Listed>,
    /// Whether all of it could be read.
    sound: bool,
    /// Whether another follows.
    more: bool,
    /// When it was answered, by AniList's clock.
    at: Time,
    clock_ahead: chrono::Duration,
}

impl AniList {
    /// The whole list, in chunks. A long listing is no snapshot: what was saved meanwhile is asked for at the end. An entry
    /// that a removal meanwhile pushed from one chunk into the chunk before it is missed; absence needs a direct look anyway.
    pub(super) async fn whole_list(&self, session: &Session<'_>) -> Result<Listing, ApiError> {
        let user = account(session)?;
        let (mut seen, mut sound, mut more, mut first, mut number) = (Seen::default(), true, true, None, 0);
        while more && number < MOST_CHUNKS {
            number += 1;
            let part = self.part(session, user, number).await?;
            let fresh = seen.add(part.entries);
            // A chunk that says that there is more and gives nothing new: what is missing can't be told.
            sound &= part.sound && (fresh > 0 || !part.more);
            more = part.more && fresh > 0;
            first.get_or_insert((part.at, part.clock_ahead));
        }
        if let (Some((began, _)), true) = (first, number > 1) {
            seen.add(self.saved_since(session, user, began - OVERLAP).await?.0.entries);
        }
        Ok(seen.listing(sound && !more, first.map(|(_, ahead)| ahead)))
    }

    async fn part(&self, session: &Session<'_>, user: i64, number: i64) -> Result<Part, ApiError> {
        let variables = chunk::Variables { user_id: Some(user), chunk: Some(number) };
        opened(self.read(Some(session.token), "list", &[Root::new::<Chunk>(variables)]).await?)
    }

    /// What was saved at or after `since`, newest first.
    pub(super) async fn saved_lately(&self, session: &Session<'_>, since: Time) -> Result<Listing, ApiError> {
        let (mut listing, reached) = self.saved_since(session, account(session)?, since).await?;
        if !reached {
            listing = self.whole_list(session).await?;
            listing.entries.retain(|listed| listed.entry.updated_at >= since);
            listing.complete = false;
        }
        Ok(listing)
    }

    /// What was saved at or after `since`, and whether the pages reach back that far.
    async fn saved_since(&self, session: &Session<'_>, user: i64, since: Time) -> Result<(Listing, bool), ApiError> {
        let mut seen = Seen::default();
        let mut pages: RangeInclusive<i64> = 1..=1;
        let (clock_ahead, reached) = loop {
            let roots: Vec<_> = pages.clone().map(|page| Root::new::<Entries>(by_time(user, page))).collect();
            let read = self.read(Some(session.token), "changed", &roots).await?;
            let ahead = read.clock_ahead;
            let mut ended = false;
            for (slot, number) in read.slots.into_iter().zip(pages.clone()) {
                let page: Page = parse(slot, "a page of entries")?;
                let more = page.page_info.and_then(|info| info.has_next_page).unwrap_or_default();
                let listed: Vec<Listed> = rows(page.media_list).map(Listed::from).collect();
                // Behind the last page that it gives none follows, whatever else there is.
                let is_cut = number >= LAST_PAGE && listed.len() >= PAGE;
                ended |= !(more || is_cut) || listed.last().is_none_or(|last| last.entry.updated_at < since);
                seen.add(listed);
            }
            if ended || *pages.end() >= LAST_PAGE {
                break (Some(ahead), ended);
            }
            pages = pages.end() + 1..=LAST_PAGE.min(pages.end() + PAGES_AT_ONCE);
        };
        seen.0.retain(|_, listed| listed.entry.updated_at >= since);
        Ok((seen.listing(false, clock_ahead), reached))
    }

    /// A direct look: a page of these works' entries is empty where the list has none, and never an error.
    pub(super) async fn looked_up(
        &self,
        session: &Session<'_>,
        ids: &[ExternalId],
    ) -> Result<Vec<(ExternalId, Option<Listed>)>, ApiError> {
        let user = account(session)?;
        let numbers: Vec<i64> = ids.iter().filter_map(number).collect();
        let roots: Vec<_> = numbers.chunks(PAGE).map(|part| Root::new::<Entries>(of_works(user, part))).collect();
        let mut found = HashMap::new();
        for slot in self.read(Some(session.token), "look", &roots).await?.slots {
            let page: Page = parse(slot, "a page of entries")?;
            if page.page_info.and_then(|info| info.has_next_page).unwrap_or_default() {
                // An entry per work fills a page at most: more means that the filter was not heeded.
                return Err(unreadable("more entries than were asked for"));
            }
            found.extend(rows(page.media_list).map(|row| (ExternalId(row.media_id.to_string()), Listed::from(row))));
        }
        Ok(ids.iter().map(|id| (id.clone(), found.get(id).cloned())).collect())
    }
}

/// A chunk with all its groups put together. A null where entries should be is something that could not be read.
fn opened(read: Read) -> Result<Part, ApiError> {
    let slot = read.slots.into_iter().next().unwrap_or_default();
    let slot: chunk::ChunkSlot = parse(slot, "a chunk of the list")?;
    let mut sound = slot.has_next_chunk.is_some() && slot.lists.is_some();
    let mut entries = Vec::new();
    for group in slot.lists.into_iter().flatten() {
        let rows = group.and_then(|group| group.entries);
        sound &= rows.as_ref().is_some_and(|rows| rows.iter().all(Option::is_some));
        entries.extend(self::rows(rows).map(Listed::from));
    }
    let more = slot.has_next_chunk.unwrap_or_default();
    Ok(Part { entries, sound, more, at: read.at, clock_ahead: read.clock_ahead })
}

impl Seen {
    /// Takes entries in, and says how many were not there before. Of two readings the later save counts, and of equal ones the
    /// later reading.
    fn add(&mut self, entries: Vec<Listed>) -> usize {
        let before = self.0.len();
        for listed in entries {
            let id = listed.work.id.clone();
            if self.0.get(&id).is_none_or(|known| known.entry.updated_at <= listed.entry.updated_at) {
                self.0.insert(id, listed);
            }
        }
        self.0.len() - before
    }

    /// The listing, newest first.
    fn listing(self, sound: bool, clock_ahead: Option<chrono::Duration>) -> Listing {
        let mut entries: Vec<_> = self.0.into_values().collect();
        entries.sort_by_cached_key(|listed| (Reverse(listed.entry.updated_at), listed.work.id.clone()));
        let cut = entries.len() >= MOST_ENTRIES;
        let notices = if cut { vec![Notice::ListCutShort] } else { Vec::new() };
        Listing { entries, complete: sound && !cut, total: None, notices, clock_ahead }
    }
}

/// A provider's list may hold nulls anywhere; rows that are none are no rows.
fn rows<T>(list: Option<Vec<Option<T>>>) -> impl Iterator<Item = T> {
    list.into_iter().flatten().flatten()
}

fn by_time(user: i64, page: i64) -> entries::Variables {
    entries::Variables { user_id: Some(user), page: Some(page), media_ids: None }
}

fn of_works(user: i64, works: &[i64]) -> entries::Variables {
    let media_ids = Some(works.iter().copied().map(Some).collect());
    entries::Variables { user_id: Some(user), page: None, media_ids }
}

/// AniList's ids are numbers; anything else is in no list.
pub(super) fn number(id: &ExternalId) -> Option<i64> {
    id.as_str().parse().ok()
}

fn account(session: &Session<'_>) -> Result<i64, ApiError> {
    session.account_id.parse().map_err(|_| unreadable("the account's number"))
}
