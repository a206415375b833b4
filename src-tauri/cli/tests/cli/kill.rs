//! Sudden death: the real binary is killed in the middle of a sync, again and again. Each edit arrives all the same, and
//! nothing arrives twice.

use std::{process::Stdio, sync::Arc, time::Duration};

use kuroibara_core::{Field, Fields, MangaId, Provider, Value};
use kuroibara_engine::{
    Engine,
    clock::{Clock, SystemClock},
    config::Config,
    library::EntryView,
    store::{Db, LibraryQuery},
};
use kuroibara_sim::SimConfig;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};

use crate::world::World;

/// Any other seed must do as well.
const SEED: u64 = 20_261_122;
/// How often the binary dies.
const DEATHS: usize = 20;
/// Entries that are edited before each sync.
const EDITS: usize = 200;
/// Titles that are new before each sync: what is created could be created twice.
const ADDED: usize = 3;

/// What an edit says, to be found again at every service.
struct Said {
    manga: EntryView,
    notes: String,
    score: u32,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_edit_arrives_once_however_often_a_sync_is_killed() {
    let size = SimConfig { works: 700, entries: 420, overlap: 1.0, ..SimConfig::default() };
    let world = World::of(size).await;
    world.begin().await;
    let mut rng = StdRng::seed_from_u64(SEED);
    let mut deaths = 0;
    for round in 0..DEATHS {
        let before = sizes(&world);
        let (said, added) = edit_many(&world, round, &mut rng).await;
        let died = die(&world, rng.random_range(0..2 * EDITS)).await;
        deaths += usize::from(died);
        free_the_lease(&world).await;
        let report = world.answer(&["sync"]).await;
        assert_arrived(&world, &said, &format!("seed {SEED}, round {round}, died: {died}, {}", report["providers"]));
        assert_eq!(sizes(&world), before.map(|size| size + added.len()), "round {round}: nothing is there twice");
        world.reset_counters();
        world.answer(&["sync"]).await;
        assert_eq!(world.writes(), [0, 0, 0], "round {round}: nothing is left to be said");
    }
    assert!(deaths > DEATHS / 2, "only {deaths} of {DEATHS} syncs were killed before their end");
    println!("{deaths} of {DEATHS} syncs were killed before their end");
}

/// How long the three lists are.
fn sizes(world: &World) -> [usize; 3] {
    [world.sim.anilist.entries().len(), world.sim.myanimelist.entries().len(), world.sim.kitsu.entries().len()]
}

/// Edits and adds in this process, which is quicker than two hundred commands, and looks whether the database is sound.
async fn edit_many(world: &World, round: usize, rng: &mut StdRng) -> (Vec<Said>, Vec<MangaId>) {
    let config = Config::from_env(|name| world.env.get(name).cloned()).unwrap();
    let db = Db::open(None, &config.data_dir, SystemClock.now()).await.unwrap();
    assert_eq!(db.health().await.unwrap().damage, None, "round {round}");
    db.close().await;
    let keyring = config.keyring();
    let engine = Engine::open(config, Arc::new(SystemClock), keyring).await.unwrap();
    let library = engine.library(&LibraryQuery { limit: u32::MAX, ..LibraryQuery::default() }).await.unwrap();
    let mut editable: Vec<EntryView> = library.entries.into_iter().filter(is_editable).collect();
    editable.shuffle(rng);
    assert!(editable.len() >= EDITS, "{}", editable.len());
    let mut said = Vec::new();
    for (number, manga) in editable.into_iter().take(EDITS).enumerate() {
        let (notes, score) = (format!("round {round}, edit {number}"), rng.random_range(1..=100));
        let fields = Fields::new()
            .with(Field::Notes, Value::Text(Some(notes.as_str().into())))
            .with(Field::Score, Value::Score(kuroibara_core::Score::new(score.into()).ok()));
        engine.edit(manga.manga_id, &fields).await.unwrap();
        said.push(Said { manga, notes, score });
    }
    let added = add_some(world, &engine).await;
    engine.close().await;
    (said, added)
}

/// Whether an edit of its notes goes to all three services at once: no service changes anything else by it.
fn is_editable(entry: &EntryView) -> bool {
    let unfinished = entry.total_chapters.is_none_or(|total| entry.chapters_read + 1 < total);
    entry.mappings.len() == 3
        && !entry.private
        && unfinished
        && !["completed", "rereading"].contains(&entry.status.as_str())
}

/// Adds titles that all three services know and none lists.
async fn add_some(world: &World, engine: &Engine) -> Vec<MangaId> {
    let mut added = Vec::new();
    let listed = world.sim.anilist.entries();
    let everywhere =
        world.sim.catalog.works().iter().filter(|work| work.myanimelist.is_some() && work.kitsu.len() == 1);
    for id in everywhere.filter_map(|work| work.anilist).filter(|id| !listed.contains_key(id)) {
        if added.len() == ADDED {
            break;
        }
        let entry = engine.add(Provider::AniList, &id.to_string().as_str().into()).await.unwrap();
        added.push(entry.manga_id);
    }
    added
}

/// Begins a sync and kills it when the services have seen so many writes. Whether it died before its end.
async fn die(world: &World, writes: usize) -> bool {
    world.reset_counters();
    let mut command = world.command(&["sync"]);
    let mut sync = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut looks = tokio::time::interval(Duration::from_millis(1));
    while world.writes().iter().sum::<usize>() < writes && sync.try_wait().unwrap().is_none() {
        looks.tick().await;
    }
    // On Unix this is `kill -9`: the process gets to do nothing more.
    sync.start_kill().unwrap();
    !sync.wait().await.unwrap().success()
}

/// As if the minute had passed in which the dead process's lease ends.
async fn free_the_lease(world: &World) {
    use sqlx::Connection;
    let url = format!("sqlite:{}", world.data.path().join("kuroibara.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("UPDATE leases SET expires_at = 0").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

fn assert_arrived(world: &World, said: &[Said], story: &str) {
    for Said { manga, notes, score } in said {
        let id = |provider: Provider| manga.mappings[&provider].as_str().parse::<i64>().unwrap();
        let anilist = world.sim.anilist.entry(id(Provider::AniList)).unwrap();
        assert_eq!((anilist.notes.as_ref(), anilist.score_raw), (Some(notes), *score), "{story}: {}", manga.title);
        let myanimelist = world.sim.myanimelist.entry(id(Provider::MyAnimeList)).unwrap();
        assert_eq!(&myanimelist.comments, notes, "{story}: {}", manga.title);
        let kitsu = world.sim.kitsu.entry(id(Provider::Kitsu)).unwrap();
        assert_eq!(kitsu.notes.as_ref(), Some(notes), "{story}: {}", manga.title);
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_that_is_asked_to_end_leaves_the_way_free_for_the_next() {
    let world = World::with(60, 15).await;
    world.begin().await;
    world.sim.kitsu.faults().push(kuroibara_sim::FaultRule::once(kuroibara_sim::Fault::Hang));
    let mut command = world.command(&["sync"]);
    let sync = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut looks = tokio::time::interval(Duration::from_millis(1));
    while world.sim.kitsu.requests().is_empty() {
        looks.tick().await;
    }
    let asked = tokio::process::Command::new("kill").args(["-INT", &sync.id().unwrap().to_string()]).status();
    assert!(asked.await.unwrap().success());
    let stopped: crate::world::Ran = sync.wait_with_output().await.unwrap().into();
    assert_eq!((stopped.status, stopped.code().as_str()), (1, "stopped"), "{stopped:?}");
    let begun = std::time::Instant::now();
    world.answer(&["sync"]).await;
    assert!(begun.elapsed() < Duration::from_secs(30), "it did not wait for a lease to end by itself");
}
