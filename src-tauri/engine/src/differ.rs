//! Which titles are not in step: whether a provider holds something else than the library. Worked out when somebody wants
//! to see it, and stored until either side changes.

use std::collections::HashSet;

use enum_map::EnumMap;
use kuroibara_core::{MangaId, MappingId, Provider, differ};

use crate::{
    Engine,
    error::EngineError,
    store::{Integration, LoadedManga, Pick, Scope},
};

/// Manga per round: enough to be fast, few enough not to hold a library in memory.
const AT_ONCE: u32 = 1_000;
/// How often a round is tried again while a sync stores something.
const TRIES: usize = 5;

/// What a round found.
struct Judged {
    /// Those that are not in step.
    out_of_step: HashSet<MangaId>,
    /// Whether it was stored: not if something was changed meanwhile.
    stored: bool,
}

impl Engine {
    /// Works out of every title whether it is in step, as far as that is not known. While a sync stores much, some may be
    /// left for the next time.
    pub async fn judge_all(&self) -> Result<(), EngineError> {
        let mut tries = 0;
        while tries < TRIES {
            let manga = self.db.unjudged(AT_ONCE).await?;
            if manga.is_empty() {
                break;
            }
            tries = if self.judge_and_store(&manga).await?.stored { 0 } else { tries + 1 };
        }
        Ok(())
    }

    /// Those of these manga that are not in step with a provider that takes part.
    pub(crate) async fn judge(&self, manga: &[MangaId]) -> Result<HashSet<MangaId>, EngineError> {
        if manga.is_empty() { Ok(HashSet::new()) } else { Ok(self.judge_and_store(manga).await?.out_of_step) }
    }

    async fn judge_and_store(&self, manga: &[MangaId]) -> Result<Judged, EngineError> {
        let generation = self.db.generation().await?;
        let integrations = self.db.integrations().await?;
        let scope = Scope::Only(Pick { manga: manga.to_vec(), ..Pick::default() });
        let (mut out_of_step, mut judged) = (HashSet::new(), Vec::new());
        for loaded in self.db.load_manga(&scope).await? {
            for (provider, mapping, differs) in differing(&loaded, &integrations) {
                judged.push((mapping, differs));
                if differs && integrations[provider].takes_part() {
                    out_of_step.insert(loaded.id);
                }
            }
        }
        let stored = !judged.is_empty() && self.db.store_differences(&judged, generation).await?;
        Ok(Judged { out_of_step, stored })
    }
}

/// Per mapping of the manga, whether the provider holds something else that nobody accepted. What is not in the library
/// differs from nothing.
fn differing(
    loaded: &LoadedManga,
    integrations: &EnumMap<Provider, Integration>,
) -> impl Iterator<Item = (Provider, MappingId, bool)> {
    loaded.mappings.iter().filter_map(|(provider, mapping)| {
        let side = loaded.state.sides[provider].as_ref()?;
        let entry = loaded.state.local.present().map(|(entry, _)| entry);
        let policy = &integrations[provider].policy;
        let found = entry.map(|entry| differ::differences(provider, policy, side, entry)).unwrap_or_default();
        Some((provider, mapping.as_ref()?.id, found.iter().any(|one| !one.accepted)))
    })
}
