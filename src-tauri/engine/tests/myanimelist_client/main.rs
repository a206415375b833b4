//! The MyAnimeList client against the simulated MyAnimeList, over HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use kuroibara_core::{Entry, Field, Fields, Provider, Score, Shape, Status, Totals, Value};
use kuroibara_engine::{
    http::HttpError,
    providers::{
        ApiClient, ApiError, Grant, Listed, ProviderClient, Removal, Session, Tokens, Write,
        myanimelist::{MyAnimeList, MyAnimeListEndpoints},
    },
    secret::Secret,
};
use kuroibara_sim::{
    Fault, FaultRule,
    myanimelist::{Entry as SimEntry, Odd, Status as SimStatus},
};

use crate::rest_world::{Script, World, blank, ids, is_lost, last_body, lost_answers, one, passing_faults, write};

#[path = "../rest_world/mod.rs"]
mod rest_world;

mod reading;
mod removing;
mod saving;
mod signing_in;
mod works;

const P: Provider = Provider::MyAnimeList;
const READER: i64 = 4242;
const REDIRECT: &str = "kuroibara://oauth/myanimelist";
const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more-1234";

/// A signed-in reader.
struct Reader {
    world: World,
    client: MyAnimeList,
    tokens: Tokens,
}

impl Reader {
    async fn with_entries(entries: usize) -> Self {
        Self::of(World::with_entries(entries).await).await
    }

    async fn impatient(entries: usize) -> Self {
        Self::of(World::impatient(entries).await).await
    }

    async fn of(world: World) -> Self {
        let client = client(&world);
        let tokens = client.authenticate(&web(&world), code(&world, &web(&world))).await.unwrap();
        world.sim.myanimelist.reset_counters();
        Self { world, client, tokens }
    }

    fn session(&self) -> Session<'_> {
        Session { token: &self.tokens.access, account_id: "4242", volumes: false }
    }

    fn sim(&self) -> &kuroibara_sim::MyAnimeList {
        &self.world.sim.myanimelist
    }

    fn fault(&self, rule: FaultRule) {
        self.sim().faults().push(rule);
    }

    fn requests(&self) -> usize {
        self.sim().requests().len()
    }

    /// Some ids of the list.
    fn listed(&self, count: usize) -> Vec<i64> {
        self.sim().entries().into_keys().take(count).collect()
    }

    /// An id that the service has and the list has not.
    fn unlisted(&self) -> i64 {
        let entries = self.sim().entries();
        let ids = self.world.sim.catalog.works().iter().filter_map(|work| work.myanimelist);
        ids.into_iter().find(|id| !entries.contains_key(id)).unwrap()
    }

    async fn save_one(&self, write: Write) -> Result<Fields, ApiError> {
        self.client.save(&self.session(), &[write]).await.remove(0).map(|saved| saved.fields)
    }

    async fn look_one(&self, id: i64) -> Option<Listed> {
        self.client.look(&self.session(), &[id.to_string().as_str().into()]).await.unwrap().remove(0).1
    }
}

fn client(world: &World) -> MyAnimeList {
    let sim = &world.sim.myanimelist;
    let endpoints = MyAnimeListEndpoints { api: sim.url().parse().unwrap(), oauth: sim.oauth_url().parse().unwrap() };
    MyAnimeList::new(world.http.clone(), endpoints)
}

/// The client that the service knows and that has a secret.
fn web(world: &World) -> ApiClient {
    let env = world.sim.myanimelist.env();
    let of = |name: &str| env.iter().find(|(key, _)| *key == name).unwrap().1.clone();
    ApiClient { id: Some(of("MAL_CLIENT_ID")), secret: Some(Secret::new(of("MAL_CLIENT_SECRET"))) }
}

/// What the browser brings back after the reader agreed.
fn code(world: &World, app: &ApiClient) -> Grant {
    let mut url: url::Url = format!("{}/authorize", world.sim.myanimelist.oauth_url()).parse().unwrap();
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", app.id.as_deref().unwrap())
        .append_pair("code_challenge", VERIFIER)
        .append_pair("redirect_uri", REDIRECT);
    let back: url::Url = world.sim.myanimelist.approve(url.as_str(), READER).unwrap().parse().unwrap();
    let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    Grant::Code { code: Secret::new(code), redirect_uri: REDIRECT.into(), verifier: Some(Secret::new(VERIFIER)) }
}

/// What our client should make of a stored entry, said a second time and differently.
fn expected(entry: &SimEntry) -> Fields {
    let status = match (entry.is_rereading, entry.status) {
        (true, _) => Status::Rereading,
        (false, SimStatus::Reading) => Status::Reading,
        (false, SimStatus::Completed) => Status::Completed,
        (false, SimStatus::OnHold) => Status::OnHold,
        (false, SimStatus::Dropped) => Status::Dropped,
        (false, SimStatus::PlanToRead) => Status::PlanToRead,
    };
    let entry = Entry {
        status,
        chapters: entry.num_chapters_read,
        volumes: entry.num_volumes_read,
        score: Score::new(i64::from(entry.score) * 10).ok(),
        rereads: entry.num_times_reread,
        started_on: entry.start_date.as_deref().map(|d| d.parse().unwrap()),
        finished_on: entry.finish_date.as_deref().map(|d| d.parse().unwrap()),
        notes: Some(entry.comments.as_str()).filter(|c| !c.is_empty()).map(Into::into),
        private: false,
    };
    Shape::MYANIMELIST.project(&entry.fields(), Totals::default())
}
