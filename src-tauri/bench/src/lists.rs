//! Requests for lists of 10,000 entries, and for finding that nothing is new.

use std::sync::Arc;

use kuroibara_engine::{clock::SystemClock, core::Provider};
use kuroibara_sim::{Sim, SimConfig};

use crate::{
    Outcome,
    figure::Figure,
    world::{Reader, count_anew, requests, unlimited, writes},
};

const ENTRIES: usize = 10_000;

pub(crate) async fn measure() -> Outcome<Vec<Figure>> {
    let sim = Sim::start(SimConfig { works: 3 * ENTRIES, entries: ENTRIES, ..SimConfig::default() }).await?;
    let reader = Reader::new(unlimited(&sim), Arc::new(SystemClock)).await?;
    reader.connect(&Provider::ALL).await?;
    count_anew(&sim);
    reader.sync().await?;
    let mut figures: Vec<Figure> = Provider::ALL.into_iter().map(|provider| list(&sim, provider)).collect();
    count_anew(&sim);
    reader.sync().await?;
    figures.extend(Provider::ALL.into_iter().flat_map(|provider| nothing_new(&sim, provider)));
    Ok(figures)
}

fn list(sim: &Sim, provider: Provider) -> Figure {
    let at_most = match provider {
        Provider::AniList | Provider::Kitsu => 21,
        Provider::MyAnimeList => 11,
    };
    let what = format!("list of {ENTRIES} entries, {}", provider.title());
    Figure::count(what, requests(sim, provider).len(), "requests", at_most)
}

fn nothing_new(sim: &Sim, provider: Provider) -> [Figure; 2] {
    let what = format!("sync with nothing new, {}", provider.title());
    [
        Figure::count(what.clone(), requests(sim, provider).len(), "requests", 1),
        Figure::count(what, writes(sim, provider), "writes", 0),
    ]
}
