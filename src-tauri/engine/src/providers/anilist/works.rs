//! Works: found by title, by id, and by their ids at MyAnimeList.

use std::collections::{BTreeMap, BTreeSet};

use kuroibara_core::{ExternalId, Provider};

use super::{
    AniList,
    ask::{parse, unreadable},
    batch::Root,
    documents::{Entries, Ids, Search, Works, entries, ids, search, works},
    read::{PAGE, number},
};
use crate::{
    providers::{ApiError, RemoteEntry, Resolved, Session, Work},
    secret::Secret,
};

/// How many ids of MyAnimeList one page is asked for. AniList may have several works for one of them, and 50 rows at most:
/// with fewer ids than rows a second page is rarely needed.
const IDS: usize = 45;

/// Titles that are searched for at a time: three requests of as many as the bound of complexity allows.
pub(super) const SEARCHES_AT_ONCE: usize = 63;

/// More pages than the works of so few ids fill.
const MOST_PAGES: i64 = 20;

impl AniList {
    /// Works by title, the best match first.
    pub(super) async fn found(&self, token: Option<&Secret>, query: &str, limit: usize) -> Result<Vec<Work>, ApiError> {
        if query.trim().is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        Ok(self.found_by_each(token, &[query], limit).await?.into_iter().flatten().collect())
    }

    /// The same for several titles, in as few requests as the bound of complexity allows.
    pub(super) async fn found_by_each(
        &self,
        token: Option<&Secret>,
        queries: &[&str],
        limit: usize,
    ) -> Result<Vec<Vec<Work>>, ApiError> {
        let limit = limit.min(PAGE);
        let variables =
            |query: &str| search::Variables { search: Some(query.trim().to_owned()), limit: i64::try_from(limit).ok() };
        let roots: Vec<Root> = queries.iter().map(|query| Root::new::<Search>(variables(query))).collect();
        let slots = self.read(token, "search", &roots).await?.slots;
        let found = |slot| {
            let page: search::SearchSlot = parse(slot, "a page of works")?;
            Ok(page.media.into_iter().flatten().flatten().map(Work::from).take(limit).collect())
        };
        slots.into_iter().map(found).collect()
    }

    /// A work and its entry, by one request.
    pub(super) async fn one_work(
        &self,
        session: &Session<'_>,
        id: &ExternalId,
    ) -> Result<Option<(Work, Option<RemoteEntry>)>, ApiError> {
        let Some(wanted) = number(id) else { return Ok(None) };
        let user = session.account_id.parse().map_err(|_| unreadable("the account's number"))?;
        let ids = Some(vec![Some(wanted)]);
        let work = Root::new::<Works>(works::Variables { ids: ids.clone() });
        let entry = Root::new::<Entries>(entries::Variables { user_id: Some(user), page: None, media_ids: ids });
        let mut slots = self.read(Some(session.token), "work", &[work, entry]).await?.slots.into_iter();
        let page: works::WorksSlot = parse(slots.next().unwrap_or_default(), "a page of works")?;
        let mine: entries::EntriesSlot = parse(slots.next().unwrap_or_default(), "a page of entries")?;
        let work = page.media.into_iter().flatten().flatten().map(Work::from).find(|work| work.id == *id);
        let mut rows = mine.media_list.into_iter().flatten().flatten();
        let entry = rows.find(|row| row.media_id == wanted).map(|row| row.entry.into());
        Ok(work.map(|work| (work, entry)))
    }

    /// The works that carry these ids of MyAnimeList, thousands by one request.
    pub(super) async fn resolved(
        &self,
        token: Option<&Secret>,
        foreign: &[(Provider, ExternalId)],
    ) -> Result<Vec<Resolved>, ApiError> {
        let asked: Vec<_> = foreign.iter().filter_map(|pair| Some((pair, known(pair)?))).collect();
        let numbers: Vec<i64> = asked.iter().map(|(_, n)| *n).collect::<BTreeSet<_>>().into_iter().collect();
        let works = self.carriers(token, &numbers).await?;
        let answer = |(pair, n): (&(Provider, ExternalId), i64)| {
            let works = works.get(&n).into_iter().flatten().map(|id| ExternalId(id.to_string())).collect();
            Resolved { foreign: pair.clone(), works }
        };
        Ok(asked.into_iter().map(answer).collect())
    }

    /// By id of MyAnimeList: the ids here.
    async fn carriers(
        &self,
        token: Option<&Secret>,
        numbers: &[i64],
    ) -> Result<BTreeMap<i64, BTreeSet<i64>>, ApiError> {
        let mut works: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
        let mut parts: Vec<&[i64]> = numbers.chunks(IDS).collect();
        for page in 1..=MOST_PAGES {
            let roots: Vec<_> = parts.iter().map(|part| Root::new::<Ids>(carrying(part, page))).collect();
            let slots = self.read(token, "resolve", &roots).await?.slots;
            let mut unfinished = Vec::new();
            for (part, slot) in parts.into_iter().zip(slots) {
                let page: ids::IdsSlot = parse(slot, "a page of ids")?;
                if page.page_info.and_then(|info| info.has_next_page).unwrap_or_default() {
                    unfinished.push(part);
                }
                let rows = page.media.into_iter().flatten().flatten();
                rows.filter_map(|row| Some((row.id_mal?, row.id))).for_each(|(mal, id)| {
                    works.entry(mal).or_default().insert(id);
                });
            }
            if unfinished.is_empty() {
                return Ok(works);
            }
            parts = unfinished;
        }
        Err(unreadable("pages of ids without end"))
    }
}

/// The number of an id that can be looked up here.
fn known((provider, id): &(Provider, ExternalId)) -> Option<i64> {
    match provider {
        Provider::MyAnimeList => number(id),
        Provider::AniList | Provider::Kitsu => None,
    }
}

fn carrying(numbers: &[i64], page: i64) -> ids::Variables {
    ids::Variables { mal_ids: Some(numbers.iter().copied().map(Some).collect()), page: Some(page) }
}
