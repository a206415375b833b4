//! Map: which manga each listed work is, and the order in which they are planned.
//!
//! Whether works are the same manga is seen only with all of them side by side, so this is done at once for the whole run, by
//! ids and titles. What else there is to know of a manga comes into memory a slice at a time.

use std::collections::{HashMap, HashSet};

use enum_map::EnumMap;
use kuroibara_core::{
    ExternalId, MangaId, Provider,
    identify::{self, Doubt, Found, Identified, Known, WorkId},
};

use super::{
    moved,
    resolve::resolve,
    survey::{Field, Looks, Trouble},
};
use crate::{
    error::EngineError,
    providers::Listed,
    store::{Kept, Moved, Outline, Pick, Scope},
};

/// Manga that are planned, and held, at a time. All of them together would be most of what a sync needs of memory.
const AT_A_TIME: usize = 1_000;

/// Every manga that has to be looked at.
pub(super) struct Agenda {
    /// In the order of the plan.
    items: Vec<Item>,
    /// Works that hang together in a contradictory way.
    pub(super) doubts: Vec<Doubt>,
}

/// One manga that has to be looked at.
pub(super) struct Item {
    /// It as the library knows it, with every work that turned out to be it.
    pub(super) outline: Outline,
    /// Whether it is not in the library yet.
    pub(super) is_new: bool,
    /// Where in [`Field::listed`] it was named.
    pub(super) found: Vec<usize>,
    /// Works that the library does not have yet.
    pub(super) adds: Vec<WorkId>,
}

/// Everything that was listed and everything that is due; with `only`, nothing but these manga.
pub(super) async fn agenda(
    field: &Field<'_>,
    looks: &mut Looks,
    only: Option<&HashSet<MangaId>>,
) -> Result<Agenda, Trouble> {
    let listed = field.listed();
    let found: Vec<Found> = listed.iter().map(|(provider, one)| found(*provider, one)).collect();
    let outlines = outlines(field, &found, only).await?;
    let known = known(field, &outlines).await?;
    follow_moved(field, &known).await?;
    let (identified, doubts) = identify::identify(&found, &known);
    looks.rejected = known.rejected;
    // Copies of every id: not to be held any longer.
    drop((found, known.mappings));
    let mut items = items(field, identified, outlines, &listed, only);
    resolve(field, &mut items, looks).await?;
    items.sort_by(|a, b| a.order().cmp(&b.order()));
    Ok(Agenda { items, doubts })
}

/// What moved follows: for good, or in a dry run, which leaves the library as it is, as if it had.
async fn follow_moved(field: &Field<'_>, known: &Known) -> Result<(), Trouble> {
    let mut moved = moved::moved(field, |work| known.mappings.contains_key(work)).await?;
    moved.retain(|one| !field.moved.contains(one));
    match moved.is_empty() {
        true => Ok(()),
        false if field.run.order.dry_run => Err(Trouble::Moved([field.moved, &moved].concat())),
        false if moved::follow(field, &moved).await? > 0 => Err(Trouble::Moved(Vec::new())),
        false => Ok(()),
    }
}

fn found(provider: Provider, listed: &Listed) -> Found {
    Found { id: (provider, listed.work.id.clone()), links: listed.work.links.clone() }
}

/// The manga to look at, and all that may be the same as one of them.
async fn outlines(
    field: &Field<'_>,
    found: &[Found],
    only: Option<&HashSet<MangaId>>,
) -> Result<HashMap<MangaId, Outline>, EngineError> {
    let mut outlines = field.run.engine.db.outlines(&scope(field, found, only)).await?;
    for moved in field.moved {
        let outline = outlines.get_mut(&moved.manga);
        outline.into_iter().for_each(|outline| outline.works[moved.provider] = Some(moved.to.clone()));
    }
    Ok(outlines)
}

fn scope(field: &Field<'_>, found: &[Found], only: Option<&HashSet<MangaId>>) -> Scope {
    if field.taking_part().any(|(_, retrieved)| retrieved.full) {
        return Scope::All;
    }
    let works = found.iter().flat_map(|one| one.links.iter().chain([&one.id])).map(|(provider, id)| (*provider, id));
    let accepted = field.run.order.accepted.iter().flat_map(|accepted| accepted.works()).filter(|_| only.is_none());
    let moved = field.moved.iter().filter(|_| only.is_none()).map(|moved| moved.manga);
    Scope::Only(Pick {
        manga: only.into_iter().flatten().copied().chain(moved).collect(),
        works: works.chain(accepted).map(|(provider, id)| (field.integrations[provider].id, id.clone())).collect(),
        due_at: only.is_none().then(|| field.run.engine.clock.now()),
        unsettled: only.is_none(),
    })
}

async fn known(field: &Field<'_>, outlines: &HashMap<MangaId, Outline>) -> Result<Known, EngineError> {
    let works = outlines.values().flat_map(|one| one.works.iter().map(move |(provider, id)| (one.id, provider, id)));
    let mappings = works.filter_map(|(manga, provider, id)| Some(((provider, id.clone()?), manga))).collect();
    let rejected = field.run.engine.db.rejected_pairs().await?;
    let mut rejected: HashSet<_> = rejected.into_iter().map(|(manga, provider, id)| (manga, (provider, id))).collect();
    for Moved { provider, from, to, .. } in field.moved {
        let said = rejected.iter().filter(|(_, work)| *work == (*provider, from.clone()));
        let said: Vec<_> = said.map(|(manga, _)| (*manga, (*provider, to.clone()))).collect();
        rejected.extend(said);
    }
    Ok(Known { mappings, rejected })
}

/// Puts what was listed where it belongs: to a manga of the library, or to a new one.
fn items(
    field: &Field<'_>,
    identified: Vec<Identified>,
    outlines: HashMap<MangaId, Outline>,
    listed: &[(Provider, &Listed)],
    only: Option<&HashSet<MangaId>>,
) -> Vec<Item> {
    let wanted = outlines.into_iter().filter(|(manga, _)| only.is_none_or(|only| only.contains(manga)));
    let mut items: HashMap<MangaId, Item> = wanted.map(|(manga, outline)| (manga, Item::of(outline, false))).collect();
    let mut new = Vec::new();
    for one in identified {
        match one.manga {
            Some(manga) => items.get_mut(&manga).into_iter().for_each(|item| item.take(&one)),
            None if only.is_some() => {}
            None => new.push(new_item(field, &one, listed)),
        }
    }
    items.into_values().chain(new).collect()
}

fn new_item(field: &Field<'_>, one: &Identified, listed: &[(Provider, &Listed)]) -> Item {
    let engine = field.run.engine;
    let id = MangaId(engine.db.new_id(engine.clock.now()));
    let title = one.found.first().map(|index| listed[*index].1.work.title.clone()).unwrap_or_default();
    let mut item = Item::of(Outline { id, title, works: EnumMap::default(), kept: Kept::Never }, true);
    item.take(one);
    item
}

impl Agenda {
    /// Parts of it, in order.
    pub(super) fn slices(&self) -> std::slice::Chunks<'_, Item> {
        self.items.chunks(AT_A_TIME)
    }

    /// Leaves out what is not among these manga.
    pub(super) fn keep_only(&mut self, manga: &HashSet<MangaId>) {
        self.items.retain(|item| manga.contains(&item.outline.id));
        self.items.shrink_to_fit();
    }
}

impl Item {
    fn of(outline: Outline, is_new: bool) -> Self {
        Self { outline, is_new, found: Vec::new(), adds: Vec::new() }
    }

    fn take(&mut self, one: &Identified) {
        self.found.extend(&one.found);
        one.adds.iter().for_each(|work| self.add(work.clone()));
    }

    /// A work that turned out to be this manga.
    pub(super) fn add(&mut self, (provider, id): WorkId) {
        self.outline.works[provider].get_or_insert_with(|| id.clone());
        self.adds.push((provider, id));
    }

    /// By title, then by the works' ids, which no two manga share: an order that does not depend on keys made in this run.
    fn order(&self) -> (&str, [Option<&ExternalId>; 3], MangaId) {
        (&self.outline.title, self.outline.works.as_array().each_ref().map(Option::as_ref), self.outline.id)
    }
}
