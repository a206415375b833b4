//! Which listed works are the same manga, by hard links only: what is already mapped, `idMal`, Kitsu's mappings.
//!
//! Two routes that disagree, or one id that maps to several works, are a question and never a link: everything in such a
//! tangle stays as it is, and what is new in it becomes a manga of its own. Titles are not looked at.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::{ExternalId, MangaId, Provider};

/// A work's id at one provider.
pub type WorkId = (Provider, ExternalId);

/// A work found in a list.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its id there.
    pub id: WorkId,
    /// The same work's ids elsewhere, as that provider says.
    pub links: Vec<WorkId>,
}

/// What the library knows already.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The mappings of the library.
    pub mappings: HashMap<WorkId, MangaId>,
    /// Pairs that a person said are not the same.
    pub rejected: HashSet<(MangaId, WorkId)>,
}

/// One manga and the works found to be it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identified {
    /// The manga in the library; none: it is new.
    pub manga: Option<MangaId>,
    /// Indexes into the works found.
    pub found: Vec<usize>,
    /// Mappings that the library does not have yet, the works' own ids included.
    pub adds: Vec<WorkId>,
}

/// A tangle that a person has to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Every work in it.
    pub works: Vec<WorkId>,
    /// The manga of the library in it.
    pub manga: Vec<MangaId>,
}

/// Groups `found` into manga. The answer does not depend on the order in which they were found, but for the order of
/// its own lists.
pub fn identify(found: &[Found], known: &Known) -> (Vec<Identified>, Vec<Doubt>) {
    let tangles = Works::of(found, known).tangles();
    let mut identified = Vec::new();
    let mut doubts = Vec::new();
    for tangle in tangles {
        if tangle.is_clear() {
            identified.push(tangle.identified(known));
        } else {
            identified.extend(tangle.found.iter().map(|index| alone(*index, &found[*index], known)));
            doubts.push(Doubt { works: tangle.works.into_iter().collect(), manga: tangle.manga.into_iter().collect() });
        }
    }
    identified.sort_by(|a, b| a.found.cmp(&b.found));
    (identified, doubts)
}

/// A work in a tangle: what was known of it stays, and nothing is added.
fn alone(index: usize, work: &Found, known: &Known) -> Identified {
    match known.mappings.get(&work.id) {
        Some(manga) => Identified { manga: Some(*manga), found: vec![index], adds: Vec::new() },
        None => Identified { manga: None, found: vec![index], adds: vec![work.id.clone()] },
    }
}

/// Works and manga that hang together by links.
#[derive(Debug, Default)]
struct Tangle {
    found: Vec<usize>,
    works: BTreeSet<WorkId>,
    manga: BTreeSet<MangaId>,
}

impl Tangle {
    /// Whether it can be one manga: at most one in the library, and at most one work at each provider.
    fn is_clear(&self) -> bool {
        let providers: BTreeSet<_> = self.works.iter().map(|(provider, _)| provider).collect();
        self.manga.len() <= 1 && providers.len() == self.works.len()
    }

    fn identified(self, known: &Known) -> Identified {
        let adds = self.works.into_iter().filter(|work| !known.mappings.contains_key(work)).collect();
        Identified { manga: self.manga.into_iter().next(), found: self.found, adds }
    }
}

/// Union-find over the works' ids.
struct Works<'a> {
    index: HashMap<&'a WorkId, usize>,
    ids: Vec<&'a WorkId>,
    parent: Vec<usize>,
    found: &'a [Found],
    known: &'a Known,
}

impl<'a> Works<'a> {
    fn of(found: &'a [Found], known: &'a Known) -> Self {
        let mut works = Self { index: HashMap::new(), ids: Vec::new(), parent: Vec::new(), found, known };
        let touched: HashSet<MangaId> = found
            .iter()
            .flat_map(|work| work.links.iter().chain([&work.id]))
            .filter_map(|id| known.mappings.get(id).copied())
            .collect();
        let mut first_of: HashMap<MangaId, usize> = HashMap::new();
        for (id, manga) in known.mappings.iter().filter(|(_, manga)| touched.contains(*manga)) {
            let node = works.node(id);
            let first = *first_of.entry(*manga).or_insert(node);
            works.join(first, node);
        }
        for work in found {
            let node = works.node(&work.id);
            for link in &work.links {
                if !works.is_rejected(&work.id, link) {
                    let other = works.node(link);
                    works.join(node, other);
                }
            }
        }
        works
    }

    fn is_rejected(&self, a: &WorkId, b: &WorkId) -> bool {
        let rejects = |known: &WorkId, other: &WorkId| {
            let manga = self.known.mappings.get(known);
            manga.is_some_and(|manga| self.known.rejected.contains(&(*manga, other.clone())))
        };
        rejects(a, b) || rejects(b, a)
    }

    fn node(&mut self, id: &'a WorkId) -> usize {
        let next = self.ids.len();
        let node = *self.index.entry(id).or_insert(next);
        if node == next {
            self.ids.push(id);
            self.parent.push(next);
        }
        node
    }

    fn root(&mut self, mut node: usize) -> usize {
        while self.parent[node] != node {
            self.parent[node] = self.parent[self.parent[node]];
            node = self.parent[node];
        }
        node
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b)] = a.min(b);
    }

    /// What hangs together, without what only the library knows of and nothing was found for.
    fn tangles(mut self) -> Vec<Tangle> {
        let mut tangles: HashMap<usize, Tangle> = HashMap::new();
        for node in 0..self.ids.len() {
            let root = self.root(node);
            let tangle = tangles.entry(root).or_default();
            tangle.works.insert(self.ids[node].clone());
            tangle.manga.extend(self.known.mappings.get(self.ids[node]));
        }
        for (index, work) in self.found.iter().enumerate() {
            let node = self.index[&work.id];
            let root = self.root(node);
            tangles.entry(root).or_default().found.push(index);
        }
        tangles.into_values().filter(|tangle| !tangle.found.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn work(provider: Provider, id: &str) -> WorkId {
        (provider, id.into())
    }

    fn found(id: WorkId, links: &[WorkId]) -> Found {
        Found { id, links: links.to_vec() }
    }

    fn manga(n: u128) -> MangaId {
        MangaId(Uuid::from_u128(n))
    }

    #[test]
    fn a_link_makes_two_listed_works_one_manga() {
        let (ani, mal) = (work(Provider::AniList, "30002"), work(Provider::MyAnimeList, "2"));
        let list = [found(ani.clone(), std::slice::from_ref(&mal)), found(mal.clone(), &[])];
        let (identified, doubts) = identify(&list, &Known::default());
        assert_eq!(identified, [Identified { manga: None, found: vec![0, 1], adds: vec![ani, mal] }]);
        assert!(doubts.is_empty());
    }

    #[test]
    fn one_id_that_maps_to_two_works_links_none_of_them() {
        let mal = work(Provider::MyAnimeList, "2");
        let split = |id| found(work(Provider::AniList, id), std::slice::from_ref(&mal));
        let (identified, doubts) = identify(&[split("1"), split("9"), found(mal.clone(), &[])], &Known::default());
        assert_eq!(identified.len(), 3);
        assert!(identified.iter().all(|i| i.manga.is_none() && i.adds.len() == 1));
        assert_eq!(doubts.len(), 1);
    }

    #[test]
    fn two_routes_that_disagree_leave_what_was_known() {
        let (kitsu, ani, mal) =
            (work(Provider::Kitsu, "8"), work(Provider::AniList, "30002"), work(Provider::MyAnimeList, "2"));
        let known = Known { mappings: [(ani.clone(), manga(1)), (mal.clone(), manga(2))].into(), ..Known::default() };
        let (identified, doubts) = identify(&[found(kitsu.clone(), &[ani, mal])], &known);
        assert_eq!(identified, [Identified { manga: None, found: vec![0], adds: vec![kitsu] }]);
        assert_eq!(doubts[0].manga, [manga(1), manga(2)]);
    }

    #[test]
    fn a_rejected_pair_is_never_linked_again() {
        let (ani, mal) = (work(Provider::AniList, "1"), work(Provider::MyAnimeList, "2"));
        let known = Known { mappings: [(mal.clone(), manga(1))].into(), rejected: [(manga(1), ani.clone())].into() };
        let (identified, _) = identify(&[found(ani, &[mal])], &known);
        assert_eq!(identified[0].manga, None);
    }

    #[test]
    fn a_work_that_the_library_lacks_is_added_to_the_manga_that_links_to_it() {
        let (ani, mal) = (work(Provider::AniList, "1"), work(Provider::MyAnimeList, "2"));
        let known = Known { mappings: [(ani.clone(), manga(1))].into(), ..Known::default() };
        let (identified, _) = identify(&[found(ani, std::slice::from_ref(&mal))], &known);
        assert_eq!(identified, [Identified { manga: Some(manga(1)), found: vec![0], adds: vec![mal] }]);
    }
}
