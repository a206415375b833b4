//! The Kitsu client against the simulated Kitsu, over HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use chrono::Duration;
use kuroibara_core::{Entry, EntryId, Field, Fields, Provider, Score, Shape, Status, Totals, Value};
use kuroibara_engine::{
    http::HttpError,
    providers::{
        ApiClient, ApiError, Grant, Listed, Notice, ProviderClient, Removal, Session, Tokens, Write,
        kitsu::{Kitsu, KitsuEndpoints},
    },
    secret::Secret,
};
use kuroibara_sim::{
    Fault, FaultRule,
    kitsu::{Entry as SimEntry, IncludeManga, Status as SimStatus},
};

use crate::rest_world::{Script, World, blank, ids, is_lost, last_body, lost_answers, one, passing_faults, write};

#[path = "../rest_world/mod.rs"]
mod rest_world;

mod creating;
mod failing;
mod filter;
mod reading;
mod removing;
mod saving;
mod signing_in;
mod works;

const P: Provider = Provider::Kitsu;
const READER: i64 = 4242;
const ENTRIES: &str = "/api/edge/library-entries";

/// A signed-in reader.
struct Reader {
    world: World,
    client: Kitsu,
    token: Secret,
    volumes: bool,
}

impl Reader {
    async fn with_entries(entries: usize) -> Self {
        Self::of(World::with_entries(entries).await)
    }

    async fn impatient(entries: usize) -> Self {
        Self::of(World::impatient(entries).await)
    }

    fn of(world: World) -> Self {
        let token = Secret::new(world.sim.kitsu.token(READER));
        Self { client: client(&world), token, world, volumes: false }
    }

    fn session(&self) -> Session<'_> {
        Session { token: &self.token, account_id: "4242", volumes: self.volumes }
    }

    fn sim(&self) -> &kuroibara_sim::Kitsu {
        &self.world.sim.kitsu
    }

    fn fault(&self, rule: FaultRule) {
        self.sim().faults().push(rule);
    }

    fn filter_on(&self) {
        self.sim().set_user(READER, |user| user.sfw_filter = true);
    }

    /// The requests so far as `METHOD path`, without queries.
    fn asked(&self) -> Vec<String> {
        let requests = self.sim().requests();
        requests.iter().map(|r| format!("{} {}", r.method, r.path.split('?').next().unwrap())).collect()
    }

    fn requests(&self) -> usize {
        self.sim().requests().len()
    }

    /// Some manga of the list.
    fn listed(&self, count: usize) -> Vec<i64> {
        self.sim().entries().into_keys().take(count).collect()
    }

    /// Manga of the catalogue that are not on the list.
    fn unlisted(&self, adult: bool) -> Vec<i64> {
        let entries = self.sim().entries();
        let works = self.world.sim.catalog.works().iter().filter(|work| work.adult == adult);
        works.flat_map(|work| work.kitsu.clone()).filter(|id| !entries.contains_key(id)).collect()
    }

    fn fields(&self, manga: i64) -> Fields {
        expected(&self.sim().entry(manga).unwrap())
    }

    async fn save_one(&self, write: Write) -> Result<Fields, ApiError> {
        self.client.save(&self.session(), &[write]).await.remove(0).map(|saved| saved.fields)
    }

    /// Changes fields of an entry that is there.
    async fn change(&self, manga: i64, fields: Fields) -> Result<Fields, ApiError> {
        let entry = self.sim().entry(manga).unwrap();
        let (id, before) = (entry.id.to_string(), expected(&entry));
        self.save_one(write(&manga.to_string(), Some(&id), Some(before), fields)).await
    }

    async fn create(&self, manga: i64, fields: Fields) -> Result<Fields, ApiError> {
        self.save_one(write(&manga.to_string(), None, None, fields)).await
    }

    async fn remove_one(&self, manga: i64, entry_id: Option<i64>) -> Result<(), ApiError> {
        let entry_id = entry_id.map(|id| EntryId(id.to_string()));
        let removal = Removal { id: manga.to_string().as_str().into(), entry_id };
        self.client.remove(&self.session(), &[removal]).await.remove(0)
    }

    /// What a look says of each: there, not there, or nothing.
    async fn look(&self, manga: &[i64]) -> Vec<Option<bool>> {
        let ids: Vec<_> = manga.iter().map(|id| id.to_string().as_str().into()).collect();
        let seen = self.client.look(&self.session(), &ids).await.unwrap();
        ids.iter().map(|id| seen.iter().find(|(seen, _)| seen == id).map(|(_, found)| found.is_some())).collect()
    }
}

fn client(world: &World) -> Kitsu {
    let sim = &world.sim.kitsu;
    let endpoints = KitsuEndpoints { api: sim.url().parse().unwrap(), oauth: sim.oauth_url().parse().unwrap() };
    Kitsu::new(world.http.clone(), endpoints)
}

fn password(word: &str) -> Grant {
    Grant::Password { username: "reader".into(), password: Secret::new(word) }
}

async fn signed_in(world: &World) -> Tokens {
    client(world).authenticate(&ApiClient::default(), password("reader-password")).await.unwrap()
}

/// What our client should make of a stored entry, said a second time and differently.
fn expected(entry: &SimEntry) -> Fields {
    let status = match (entry.status, entry.reconsuming) {
        (SimStatus::Current, true) => Status::Rereading,
        (SimStatus::Current, false) => Status::Reading,
        (SimStatus::Completed, _) => Status::Completed,
        (SimStatus::OnHold, _) => Status::OnHold,
        (SimStatus::Dropped, _) => Status::Dropped,
        (SimStatus::Planned, _) => Status::PlanToRead,
    };
    let entry = Entry {
        status,
        chapters: entry.progress as u32,
        volumes: 0,
        score: entry.rating_twenty.map(|n| Score::new(n * 5).unwrap()),
        rereads: entry.reconsume_count as u32,
        started_on: entry.started_at.map(|at| at.date_naive().into()),
        finished_on: entry.finished_at.map(|at| at.date_naive().into()),
        notes: entry.notes.as_deref().map(Into::into),
        private: entry.private,
    };
    Shape::KITSU.project(&entry.fields(), Totals::default())
}

fn chapters(n: u32) -> Fields {
    one(Field::Chapters, Value::Count(n))
}

fn status(status: Status) -> Fields {
    one(Field::Status, Value::Status(status))
}

fn notes(text: &str) -> Fields {
    one(Field::Notes, Value::Text(Some(text.into())))
}
