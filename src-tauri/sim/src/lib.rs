//! Simulated AniList, MyAnimeList and Kitsu: real HTTP servers on loopback for tests, the demonstration and benchmarks.
//! Written from the providers' facts; it must not know the engine or the core, or it would agree with their mistakes.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use kuroibara_sim::{Sim, SimConfig};
//! let sim = Sim::start(SimConfig::default()).await?;
//! for (name, value) in sim.env() {
//!     println!("{name}={value}");
//! }
//! # Ok(()) }
//! ```

pub mod anilist;
pub mod catalog;
pub mod clock;
pub mod control;
mod cover;
pub mod faults;
pub mod front;
pub mod kitsu;
pub mod library;
pub mod myanimelist;
mod page;
mod params;
mod search;
mod server;
mod tokens;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

pub use crate::anilist::AniList;
pub use crate::catalog::{Catalog, Work};
pub use crate::clock::SimClock;
pub use crate::control::{Account, READER};
pub use crate::faults::{Fault, FaultRule, Faults};
pub use crate::front::{Moment, Onlooker, Recorded, Seen};
pub use crate::kitsu::Kitsu;
pub use crate::myanimelist::MyAnimeList;

use crate::library::{Seeded, Service, Size, library};
use crate::server::{Server, bind};

/// The running world. Its servers end when this is dropped.
pub struct Sim {
    /// The simulated AniList.
    pub anilist: AniList,
    /// The simulated MyAnimeList.
    pub myanimelist: MyAnimeList,
    /// The simulated Kitsu.
    pub kitsu: Kitsu,
    /// The clock of all three.
    pub clock: SimClock,
    /// The works that exist.
    pub catalog: Arc<Catalog>,
    _servers: [Server; 3],
}

/// Whether the services hold to their real rate limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Limits {
    /// As the facts say.
    Real,
    /// None, so that a test is not slowed down.
    #[default]
    Off,
}

/// How the world is made.
#[derive(Clone, Debug)]
pub struct SimConfig {
    /// The same seed gives the same world.
    pub seed: u64,
    /// How many works exist.
    pub works: usize,
    /// How many entries the reader has in each list.
    pub entries: usize,
    /// Which share of them is in all three lists (0 to 1).
    pub overlap: f64,
    /// The rate limits.
    pub limits: Limits,
    /// The clock of all services.
    pub clock: SimClock,
    /// The folder with real titles; invented ones without it.
    pub corpus: Option<PathBuf>,
    /// AniList's port, MyAnimeList's and Kitsu's being the next two; any free ports when absent.
    pub port_base: Option<u16>,
}

impl Default for SimConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            works: 600,
            entries: 120,
            overlap: 0.7,
            limits: Limits::Off,
            clock: SimClock::real(),
            corpus: None,
            port_base: None,
        }
    }
}

/// What a service is made from.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Its clock.
    pub clock: SimClock,
    /// The works that exist.
    pub catalog: Arc<Catalog>,
    /// Its rate limits.
    pub limits: Limits,
    /// Where it is served, such as `http://127.0.0.1:4000`, without a final slash.
    pub base_url: String,
    /// The reader's list at the start.
    pub library: Vec<Seeded>,
}

impl Sim {
    /// Makes the world and serves it. Must be called inside a Tokio runtime.
    pub async fn start(config: SimConfig) -> io::Result<Self> {
        let catalog = Arc::new(Catalog::generate(config.seed, config.works, config.corpus.as_deref()));
        Self::with_catalog(config, catalog).await
    }

    /// The same over a catalogue of one's own; `seed`, `entries` and `overlap` still make the lists.
    pub async fn with_catalog(config: SimConfig, catalog: Arc<Catalog>) -> io::Result<Self> {
        let port = |n: u16| config.port_base.map_or(0, |base| base + n);
        let (a, m, k) = (bind(port(0))?, bind(port(1))?, bind(port(2))?);
        let setup = |service, address| config.setup(service, &catalog, format!("http://{address}"));
        let anilist = AniList::new(setup(Service::AniList, a.1));
        let myanimelist = MyAnimeList::new(setup(Service::MyAnimeList, m.1));
        let kitsu = Kitsu::new(setup(Service::Kitsu, k.1));
        let servers = [
            Server::start(a.0, anilist.router())?,
            Server::start(m.0, myanimelist.router())?,
            Server::start(k.0, kitsu.router())?,
        ];
        Ok(Self { anilist, myanimelist, kitsu, clock: config.clock, catalog, _servers: servers })
    }

    /// The environment variables that point the application here, with the clients that the services know.
    pub fn env(&self) -> Vec<(&'static str, String)> {
        [self.anilist.env(), self.myanimelist.env(), self.kitsu.env()].concat()
    }
}

impl SimConfig {
    /// What one service is made from; `base_url` as in `Setup`.
    pub fn setup(&self, service: Service, catalog: &Arc<Catalog>, base_url: String) -> Setup {
        let size = Size { entries: self.entries, overlap: self.overlap };
        Setup {
            clock: self.clock.clone(),
            catalog: Arc::clone(catalog),
            limits: self.limits,
            base_url,
            library: library(catalog, self.seed, service, size, self.clock.now()),
        }
    }
}

/// The folder with real titles: `KUROIBARA_CORPUS`, else `shared/corpus` beside the current directory or a parent of it.
pub fn corpus_folder() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("KUROIBARA_CORPUS") {
        return Some(named.into());
    }
    let here = std::env::current_dir().ok()?;
    here.ancestors().skip(1).map(|parent| parent.join("shared/corpus")).find(|folder| folder.is_dir())
}
