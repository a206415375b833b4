//! The engine of a reader with an account at each service, and what the services counted.

use std::{collections::HashMap, sync::Arc};

use kuroibara_engine::{
    Engine,
    clock::Clock,
    config::Config,
    core::Provider,
    secret::Secret,
    sync::{
        Order,
        report::{ProviderStatus, Report},
    },
    vault::MemoryKeyring,
};
use kuroibara_sim::{Account, READER, Sim, front::Recorded};
use serde_json::{Value, json};

use crate::Outcome;

/// The environment variables that point the engine at services.
pub(crate) type Variables = HashMap<String, String>;

/// An engine with a library of its own.
pub(crate) struct Reader {
    pub(crate) engine: Engine,
    pub(crate) dir: tempfile::TempDir,
    variables: Variables,
}

impl Reader {
    /// A reader who has connected nothing yet. `variables` say where the services are.
    pub(crate) async fn new(mut variables: Variables, clock: Arc<dyn Clock>) -> Outcome<Self> {
        let dir = tempfile::tempdir()?;
        variables.insert("KUROIBARA_DATA_DIR".into(), dir.path().display().to_string());
        let config = Config::from_env(|name| variables.get(name).cloned())?;
        let engine = Engine::open(config, clock, Arc::new(MemoryKeyring::default())).await?;
        Ok(Self { engine, dir, variables })
    }

    /// Signs in at these services, as a person does in a browser.
    pub(crate) async fn connect(&self, providers: &[Provider]) -> Outcome<()> {
        for provider in providers {
            match provider {
                Provider::AniList => self.approve(*provider, "KUROIBARA_ANILIST_API_URL").await?,
                Provider::MyAnimeList => self.approve(*provider, "KUROIBARA_MAL_API_URL").await?,
                Provider::Kitsu => {
                    let [reader, _] = Account::all();
                    self.engine.connect_kitsu(&reader.name, Secret::new(reader.password)).await?;
                }
            }
        }
        Ok(())
    }

    async fn approve(&self, provider: Provider, api: &str) -> Outcome<()> {
        let begun = self.engine.begin_login(provider).await?;
        let origin: Vec<&str> = self.variables[api].split('/').take(3).collect();
        let page = format!("{}/_control/approve", origin.join("/"));
        let body = json!({ "url": begun.authorize_url.as_str(), "user": READER });
        let answer = tokio::task::spawn_blocking(move || post(&page, &body)).await??;
        self.engine.finish_login(answer["redirect"].as_str().unwrap_or_default()).await?;
        Ok(())
    }

    /// A sync that carries everything out.
    pub(crate) async fn sync(&self) -> Outcome<Report> {
        self.carry_out(Order { approved: true, ..Order::default() }).await
    }

    /// The same, of whole lists.
    pub(crate) async fn sync_fully(&self) -> Outcome<Report> {
        self.carry_out(Order { approved: true, full: true, ..Order::default() }).await
    }

    async fn carry_out(&self, order: Order) -> Outcome<Report> {
        let report = self.engine.sync(&order).await?;
        let failed = report.providers.iter().find(|(_, one)| !is_well(one.status));
        match failed {
            Some((provider, one)) => Err(format!("{provider}: {:?} {:?}", one.status, one.errors.first()).into()),
            None => Ok(report),
        }
    }
}

fn is_well(status: ProviderStatus) -> bool {
    match status {
        ProviderStatus::Success | ProviderStatus::Skipped => true,
        ProviderStatus::Partial
        | ProviderStatus::Failed
        | ProviderStatus::NeedsApproval
        | ProviderStatus::SignInAgain => false,
    }
}

/// Asks a service's control interface for something.
fn post(url: &str, body: &Value) -> Outcome<Value> {
    let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
    Ok(agent.post(url).send_json(body)?.body_mut().read_json()?)
}

/// The variables of services in this process, which are asked without waiting.
pub(crate) fn unlimited(sim: &Sim) -> Variables {
    let mut variables = limited(sim);
    variables.insert("KUROIBARA_LIMITS".into(), "off".into());
    variables
}

/// The variables of services in this process, whose limits are kept.
pub(crate) fn limited(sim: &Sim) -> Variables {
    sim.env().into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The requests that a service has counted.
pub(crate) fn requests(sim: &Sim, provider: Provider) -> Vec<Recorded> {
    match provider {
        Provider::AniList => sim.anilist.requests(),
        Provider::MyAnimeList => sim.myanimelist.requests(),
        Provider::Kitsu => sim.kitsu.requests(),
    }
}

/// The list entries that were written at a service.
pub(crate) fn writes(sim: &Sim, provider: Provider) -> usize {
    match provider {
        Provider::AniList => sim.anilist.writes(),
        Provider::MyAnimeList => sim.myanimelist.writes(),
        Provider::Kitsu => sim.kitsu.writes(),
    }
}

/// Lets the services count from nothing.
pub(crate) fn count_anew(sim: &Sim) {
    sim.anilist.reset_counters();
    sim.myanimelist.reset_counters();
    sim.kitsu.reset_counters();
}
