//! The AniList client against the simulated AniList, over HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../rest_world/mod.rs"]
mod rest_world;

mod reading;
mod removing;
mod saving;
mod signing_in;
mod works;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use kuroibara_core::{EntryId, ExternalId, Field, Fields, Provider, Value};
use kuroibara_engine::{
    http::{Fence, Http},
    providers::{
        ApiError, ProviderClient, Saved, Session, Write,
        anilist::{AniList, AniListEndpoints},
    },
    secret::Secret,
};
use kuroibara_sim::{Fault, FaultRule, anilist::Entry};

use rest_world::World;

const P: Provider = Provider::AniList;

/// A signed-in reader and what stands between them and the service.
struct Reader {
    world: World,
    client: AniList,
    token: Secret,
}

impl Reader {
    async fn with_entries(entries: usize) -> Self {
        Self::of(World::with_entries(entries).await)
    }

    /// One that does not wait long for a service that hangs.
    async fn impatient(entries: usize) -> Self {
        Self::of(World::impatient(entries).await)
    }

    fn of(world: World) -> Self {
        let token = Secret::new(world.sim.anilist.token(4242));
        Self { client: client(&world, &world.http), token, world }
    }

    /// The same, with something that happens before each request.
    fn meanwhile(self, happens: impl Fn(usize) -> bool + Send + Sync + 'static) -> Self {
        let fence = Meanwhile { happens: Box::new(happens), asked: AtomicUsize::new(0) };
        Self { client: client(&self.world, &self.world.http.fenced(Arc::new(fence))), ..self }
    }

    fn session(&self) -> Session<'_> {
        Session { token: &self.token, account_id: "4242", volumes: false }
    }

    fn sim(&self) -> &kuroibara_sim::AniList {
        &self.world.sim.anilist
    }

    fn fault(&self, fault: Fault) {
        self.sim().faults().push(FaultRule::once(fault));
    }

    fn requests(&self) -> usize {
        self.sim().requests().len()
    }

    /// The entries of the list.
    fn entries(&self) -> Vec<Entry> {
        self.sim().entries().into_values().collect()
    }

    /// Saves, and counts the requests that took.
    async fn save(&self, writes: &[Write]) -> (Vec<Result<Saved, ApiError>>, usize) {
        let before = self.requests();
        let outcomes = self.client.save(&self.session(), writes).await;
        assert_eq!(outcomes.len(), writes.len());
        (outcomes, self.requests() - before)
    }

    /// An edit of this entry, as it is in the list.
    fn edit(&self, entry: &Entry, fields: Fields) -> Write {
        let id = ExternalId(entry.media_id.to_string());
        Write { id, entry_id: Some(EntryId(entry.id.to_string())), before: Some(Fields::new()), fields }
    }

    /// A different edit of each of the first entries.
    fn edits(&self, count: usize) -> Vec<Write> {
        let entries = self.entries().into_iter().take(count).enumerate();
        entries.map(|(i, entry)| self.edit(&entry, chapters(1_000 + i as u32))).collect()
    }

    /// A medium that the service has and the list has not.
    fn unlisted(&self) -> i64 {
        let ids = self.world.sim.catalog.works().iter().filter_map(|work| work.anilist);
        ids.into_iter().find(|id| self.sim().entry(*id).is_none()).unwrap()
    }
}

/// A fence at which things happen before a request leaves; false is a lost lease.
struct Meanwhile {
    happens: Box<dyn Fn(usize) -> bool + Send + Sync>,
    asked: AtomicUsize,
}

#[async_trait::async_trait]
impl Fence for Meanwhile {
    async fn holds(&self) -> bool {
        (self.happens)(self.asked.fetch_add(1, Ordering::SeqCst) + 1)
    }
}

fn client(world: &World, http: &Http) -> AniList {
    let sim = &world.sim.anilist;
    let endpoints = AniListEndpoints { api: sim.url().parse().unwrap(), oauth: sim.oauth_url().parse().unwrap() };
    AniList::new(http.clone(), endpoints)
}

fn chapters(count: u32) -> Fields {
    rest_world::one(Field::Chapters, Value::Count(count))
}
