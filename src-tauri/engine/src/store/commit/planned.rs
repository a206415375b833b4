//! What of a batch is still as it was when it was planned. Asked under the lock that only one writer has, so that it is
//! still true when the batch is stored.

use std::collections::{HashMap, HashSet};

use kuroibara_core::{IntegrationId, MangaId};
use uuid::Uuid;

use crate::store::{
    StoreError,
    change::{LinkChange, MangaChange, MappingChange, NewLink, WorkChange},
    entries,
    mappings::{self, Place},
    sql::{Arg, Tx},
};

/// The manga of a batch that are not as they were when it was planned, each once and in the batch's order.
pub(super) async fn stale(tx: &mut Tx, changes: &[MangaChange]) -> Result<Vec<MangaId>, StoreError> {
    let mut now = Present::read(tx, changes).await?;
    let mut stale = Vec::new();
    for change in changes {
        if now.is_as_planned(change) { now.occupy(change) } else { stale.push(change.manga) }
    }
    Ok(stale)
}

/// What must be asked of the database before a batch is stored.
struct Keys {
    manga: Vec<Arg>,
    mappings: Vec<Arg>,
    works: Vec<Arg>,
    relinked: Vec<Arg>,
}

impl Keys {
    fn of(changes: &[MangaChange]) -> Self {
        let links = || changes.iter().flat_map(|change| &change.mappings);
        let relinked = changes.iter().filter(|change| change.mappings.iter().any(relinks));
        Self {
            manga: changes.iter().map(|change| change.manga.into()).collect(),
            mappings: links().filter(|link| new_link(link).is_none()).map(|link| link.id.into()).collect(),
            works: links().filter_map(new_link).map(|link| link.external_id.as_str().into()).collect(),
            relinked: relinked.map(|change| change.manga.into()).collect(),
        }
    }
}

/// What the database holds of the manga and mappings of a batch.
#[derive(Default)]
struct Present {
    /// Per manga the entry's version, or 0, and whether it was merged into another.
    versions: HashMap<Uuid, (i64, bool)>,
    /// Per mapping where it belongs.
    places: HashMap<Uuid, Place>,
    /// The works that have a mapping, and will still have it.
    works: HashSet<(IntegrationId, String)>,
    /// The manga that have a mapping at an integration, and will still have it.
    seats: HashSet<(IntegrationId, MangaId)>,
    /// The manga that an earlier change of the batch is about.
    changed: HashSet<MangaId>,
}

impl Present {
    async fn read(tx: &mut Tx, changes: &[MangaChange]) -> Result<Self, StoreError> {
        let keys = Keys::of(changes);
        let versions: Vec<(Uuid, i64, bool)> = tx.all_among(entries::VERSIONS, keys.manga).await?;
        let mut places: Vec<Place> = tx.all_among(mappings::BY_ID, keys.mappings).await?;
        places.extend(tx.all_among::<Place>(mappings::BY_WORK, keys.works).await?);
        places.extend(tx.all_among::<Place>(mappings::BY_MANGA, keys.relinked).await?);
        let mut present = Self::default();
        present.versions.extend(versions.into_iter().map(|(id, version, merged)| (id, (version, merged))));
        let links = changes.iter().flat_map(|change| &change.mappings);
        let leaving: HashMap<Uuid, &LinkChange> = links.map(|link| (link.id.0, &link.link)).collect();
        places.into_iter().for_each(|place| present.add(place, &leaving));
        Ok(present)
    }

    fn add(&mut self, place: Place, leaving: &HashMap<Uuid, &LinkChange>) {
        let (integration, manga) = (IntegrationId(place.integration_id), MangaId(place.manga_id));
        let leaves = leaving.get(&place.id);
        if !matches!(leaves, Some(LinkChange::Gone)) {
            self.works.insert((integration, place.external_manga_id.clone()));
        }
        if !matches!(leaves, Some(LinkChange::Gone | LinkChange::MovedFrom(_))) {
            self.seats.insert((integration, manga));
        }
        self.places.insert(place.id, place);
    }

    fn is_as_planned(&self, change: &MangaChange) -> bool {
        let held = self.versions.get(&change.manga.0);
        let manga_is = match (&change.work, held) {
            (WorkChange::New(_), held) => held.is_none(),
            (_, None) => false,
            (WorkChange::Unmerged, Some((version, _))) => *version == change.version,
            (WorkChange::Keep | WorkChange::Update(_) | WorkChange::MergedInto(_), Some((version, merged))) => {
                *version == change.version && !merged
            }
        };
        manga_is
            && !self.changed.contains(&change.manga)
            && change.mappings.iter().all(|mapping| self.is_free(change.manga, mapping))
    }

    /// Whether a mapping is where it was planned from, and free to go where it is to be.
    fn is_free(&self, manga: MangaId, mapping: &MappingChange) -> bool {
        let place = self.places.get(&mapping.id.0);
        let belongs_to = |manga: MangaId| place.is_some_and(|place| place.manga_id == manga.0);
        match &mapping.link {
            LinkChange::Keep | LinkChange::Gone => belongs_to(manga),
            LinkChange::New(link) => {
                let work = (link.integration, link.external_id.as_str().to_owned());
                !self.works.contains(&work) && !self.seats.contains(&(link.integration, manga))
            }
            LinkChange::MovedFrom(from) => {
                belongs_to(*from) && place.is_some_and(|place| !self.seats.contains(&(place.integration(), manga)))
            }
        }
    }

    /// What this change will hold is not free for the next of the same batch.
    fn occupy(&mut self, change: &MangaChange) {
        self.changed.insert(change.manga);
        for mapping in &change.mappings {
            match &mapping.link {
                LinkChange::Keep | LinkChange::Gone => {}
                LinkChange::New(link) => {
                    self.works.insert((link.integration, link.external_id.as_str().to_owned()));
                    self.seats.insert((link.integration, change.manga));
                }
                LinkChange::MovedFrom(_) => {
                    let integration = self.places.get(&mapping.id.0).map(Place::integration);
                    self.seats.extend(integration.map(|integration| (integration, change.manga)));
                }
            }
        }
    }
}

fn new_link(mapping: &MappingChange) -> Option<&NewLink> {
    match &mapping.link {
        LinkChange::New(link) => Some(link),
        LinkChange::Keep | LinkChange::MovedFrom(_) | LinkChange::Gone => None,
    }
}

/// Whether a mapping comes, goes or moves.
pub(super) fn relinks(mapping: &MappingChange) -> bool {
    match mapping.link {
        LinkChange::Keep => false,
        LinkChange::New(_) | LinkChange::MovedFrom(_) | LinkChange::Gone => true,
    }
}
