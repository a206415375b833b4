//! What a person said of a link is never overridden, whatever is compared again and whatever a service does.

use kuroibara_core::{MangaId, Provider};
use kuroibara_engine::sync::Order;
use kuroibara_sim::{Work, anilist::ListStatus, myanimelist};

use crate::{at, at_anilist, at_myanimelist, later, library, world::World, world_of};

const RUNS: i64 = 10;

/// A work at AniList that is in no list at first.
pub(crate) const INTO: i64 = 1009;

/// What comes into the two lists by and by: titles that have nothing in common.
const NEW: [(&str, &str); RUNS as usize] = [
    ("Amber Kettle", "Quiet Foxglove"),
    ("Borrowed Umbrellas", "Zinc Highway"),
    ("Copper Choir", "Wolf Dentist"),
    ("Dusty Orbit", "Plum Judge"),
    ("Eleven Ferries", "Salt Academy"),
    ("Glass Tofu", "Moth Parade"),
    ("Hidden Tram", "Violet Sumo"),
    ("Ivory Noodle", "Rusty Cloud"),
    ("Jade Elevator", "Onyx Bakery"),
    ("Kindly Thunder", "Lunar Postman"),
];

/// Works of the two lists, and as many that come into both lists later: what is new makes all titles be compared again.
pub(crate) async fn questions(works: Vec<Work>) -> World {
    let extra = |n: i64| {
        let (here, there) = NEW[n as usize];
        [at_anilist(1100 + n, here, "Mio Sato"), at_myanimelist(2100 + n, there, "Jun Ito")]
    };
    let world = world_of([works, (0..RUNS).flat_map(extra).collect()].concat()).await;
    for n in 0..RUNS {
        world.sim.anilist.remove_entry(1100 + n);
        world.sim.myanimelist.remove_entry(2100 + n);
    }
    world.sim.anilist.remove_entry(INTO);
    world.sync().await;
    world
}

/// Ten runs by themselves, full ones and others, each with something new in both lists.
pub(crate) async fn ten_runs(world: &World, mut holds: impl AsyncFnMut(&World)) {
    world.full().await;
    for n in 0..RUNS {
        world.pass(600);
        world.sim.anilist.set_entry(1100 + n, |entry| entry.status = ListStatus::Current).unwrap();
        world.sim.myanimelist.set_entry(2100 + n, |entry| entry.status = myanimelist::Status::Reading).unwrap();
        let before = library(world).await.len();
        let order = Order { full: n % 2 == 0, approved: true, ..Order::default() };
        world.engine.sync(&order).await.unwrap();
        assert_eq!(
            library(world).await.len(),
            before + 2,
            "what is new is there, and nothing else was linked or split"
        );
        holds(world).await;
    }
}

/// One pair that is only likely.
pub(crate) fn likely() -> Vec<Work> {
    vec![at_anilist(1001, "Yoru no Hana", "Rin Aoki"), later(at_myanimelist(2001, "Yoru no Hana", "Rin Aoki"))]
}

/// One pair that is certain.
fn certain() -> Vec<Work> {
    vec![at_anilist(1001, "Yoru no Hana", "Rin Aoki"), at_myanimelist(2001, "Yoru no Hana", "Rin Aoki")]
}

pub(crate) async fn one_match(world: &World) -> uuid::Uuid {
    let matches = world.engine.matches().await.unwrap();
    assert_eq!(matches.len(), 1, "{matches:#?}");
    matches[0].id
}

async fn both(world: &World) -> [MangaId; 2] {
    [at(world, "anilist:1001").await, at(world, "myanimelist:2001").await]
}

/// The two are one manga, or two, and nothing is asked.
async fn holds(world: &World, linked: bool) {
    let [here, there] = both(world).await;
    assert_eq!(here == there, linked);
    assert_eq!(world.engine.matches().await.unwrap(), []);
}

#[tokio::test]
async fn what_was_accepted_survives_ten_runs() {
    let world = questions(likely()).await;
    world.engine.accept_match(one_match(&world).await).await.unwrap();
    ten_runs(&world, async |world| holds(world, true).await).await;
}

#[tokio::test]
async fn what_was_rejected_survives_ten_runs() {
    let world = questions(likely()).await;
    let id = one_match(&world).await;
    world.engine.reject_match(id).await.unwrap();
    assert!(world.engine.reject_match(id).await.is_err(), "it waits no more");
    ten_runs(&world, async |world| holds(world, false).await).await;
}

#[tokio::test]
async fn what_was_ignored_survives_ten_runs() {
    let world = questions(likely()).await;
    world.engine.ignore_match(one_match(&world).await, "a fan comic").await.unwrap();
    ten_runs(&world, async |world| holds(world, false).await).await;
}

#[tokio::test]
async fn what_was_unlinked_survives_ten_runs() {
    let world = questions(certain()).await;
    holds(&world, true).await;
    world.engine.unlink(at(&world, "anilist:1001").await, Provider::MyAnimeList).await.unwrap();
    ten_runs(&world, async |world| holds(world, false).await).await;
}

#[tokio::test]
async fn what_a_person_linked_survives_ten_runs_though_another_fits_better() {
    let mut works = likely();
    works[1].romaji = "A Flower at Dusk".into();
    let world = questions([works, vec![at_myanimelist(2002, "Yoru no Hana", "Rin Aoki")]].concat()).await;
    world.engine.unlink(at(&world, "anilist:1001").await, Provider::MyAnimeList).await.unwrap();
    world.engine.link(at(&world, "anilist:1001").await, Provider::MyAnimeList, &"2001".into()).await.unwrap();
    ten_runs(&world, async |world| holds(world, true).await).await;
}
