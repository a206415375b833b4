//! Requests for the ids of 10,000 titles between AniList and MyAnimeList: where both lists have them, and where AniList
//! has to be asked for each.

use std::sync::Arc;

use kuroibara_engine::{
    clock::SystemClock,
    core::Provider,
    sync::{Order, report::Report},
};
use kuroibara_sim::{Sim, SimConfig, front::Recorded};

use crate::{
    Outcome,
    figure::Figure,
    world::{Reader, count_anew, requests, unlimited},
};

const TITLES: usize = 10_000;
const BOTH: [Provider; 2] = [Provider::AniList, Provider::MyAnimeList];

pub(crate) async fn measure() -> Outcome<Vec<Figure>> {
    Ok(vec![on_both_lists().await?, on_one_list().await?])
}

async fn on_both_lists() -> Outcome<Figure> {
    let (sim, reader) = world(1.0).await?;
    reader.sync().await?;
    let beyond = BOTH.into_iter().map(|provider| beyond_the_list(&sim, provider)).sum();
    Ok(Figure::count(format!("ids of {TITLES} titles on both lists"), beyond, "requests beyond the lists", 5))
}

/// The lists have no title in common, and each title is to go to the other list: its id there must be found.
async fn on_one_list() -> Outcome<Figure> {
    let (sim, reader) = world(0.0).await?;
    reader.engine.set_keep_in_step(true).await?;
    let order = Order { dry_run: true, ..Order::default() };
    let plan: Report = reader.engine.sync(&order).await?;
    let ids = requests(&sim, Provider::AniList).iter().filter(|request| asks_for_ids(request)).count();
    if plan.plan.is_empty() {
        return Err("nothing was planned".into());
    }
    Ok(Figure::count(format!("ids of {TITLES} titles on MyAnimeList's list only"), ids, "requests beyond the lists", 5))
}

async fn world(overlap: f64) -> Outcome<(Sim, Reader)> {
    let config = SimConfig { works: 4 * TITLES, entries: TITLES, overlap, ..SimConfig::default() };
    let sim = Sim::start(config).await?;
    let reader = Reader::new(unlimited(&sim), Arc::new(SystemClock)).await?;
    reader.connect(&BOTH).await?;
    count_anew(&sim);
    Ok((sim, reader))
}

fn asks_for_ids(request: &Recorded) -> bool {
    String::from_utf8_lossy(&request.body).contains("idMal_in")
}

fn beyond_the_list(sim: &Sim, provider: Provider) -> usize {
    let list = match provider {
        // One more asks for what was saved while the chunks were read.
        Provider::AniList => TITLES.div_ceil(500) + 1,
        Provider::Kitsu => TITLES.div_ceil(500),
        Provider::MyAnimeList => TITLES.div_ceil(1000),
    };
    requests(sim, provider).len().saturating_sub(list)
}
