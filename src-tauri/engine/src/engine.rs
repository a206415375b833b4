//! The engine as a whole: what every face of the application holds, and where its parts meet.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use enum_map::EnumMap;
use kuroibara_core::{Policy, Provider};
use tokio::sync::broadcast;

use crate::{
    clock::Clock,
    config::Config,
    covers::Covers,
    error::EngineError,
    events::Event,
    http::Http,
    providers::{self, ProviderClient},
    secret::Secret,
    store::{Db, DbLedger, Integration},
    vault::{Keyring, Protection, Vault},
};

/// One user's library with the way to the three providers. Every method may run while others do.
pub struct Engine {
    pub(crate) config: Config,
    pub(crate) db: Db,
    pub(crate) http: Http,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) ledger: Arc<DbLedger>,
    pub(crate) covers: Covers,
    vault: Vault,
    /// What this process calls itself where it takes a lease.
    pub(crate) holder: String,
    /// How many leases it has taken and not given back.
    pub(crate) leases: Arc<AtomicUsize>,
    /// Whether it is about to be closed, so that no run sends anything more.
    pub(crate) ending: Arc<AtomicBool>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("db", &self.db).finish_non_exhaustive()
    }
}

impl Engine {
    /// Opens the database of `config`. Neither the keyring nor the network is touched.
    pub async fn open(config: Config, clock: Arc<dyn Clock>, keyring: Arc<dyn Keyring>) -> Result<Self, EngineError> {
        let db = Db::open(config.database_url.as_ref().map(Secret::reveal), &config.data_dir, clock.now()).await?;
        let ledger = Arc::new(DbLedger::new(db.clone(), clock.clone()));
        let http = Http::new(config.http.clone(), clock.clone(), ledger.clone())?;
        let vault = Vault::new(Arc::new(db.clone()), keyring, config.home(), clock.clone());
        if let Some(passphrase) = &config.passphrase {
            vault.give_passphrase(passphrase.clone());
        }
        let holder = uuid::Uuid::new_v4().to_string();
        let (events, _) = broadcast::channel(256);
        let covers = Covers::below(&config.data_dir);
        Ok(Self {
            config,
            covers,
            db,
            http,
            clock,
            events,
            ledger,
            vault,
            holder,
            leases: Arc::default(),
            ending: Arc::default(),
        })
    }

    /// Lets runs finish the request that is under way and send no other, and waits for them, but not for ever. Whoever
    /// closes the engine while a sync may run calls this first.
    pub async fn wind_down(&self, patience: Duration) {
        self.ending.store(true, Ordering::SeqCst);
        let began = self.clock.now();
        while self.leases.load(Ordering::SeqCst) > 0
            && (self.clock.now() - began).to_std().is_ok_and(|it| it < patience)
        {
            self.clock.sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends the use of the database in good order.
    pub async fn close(&self) {
        if let Err(error) = self.ledger.flush().await {
            tracing::warn!(%error, "the last requests were not counted");
        }
        // Of a sync that was given up in the middle; the next one need not wait for its lease to end.
        if self.leases.load(Ordering::Relaxed) > 0
            && let Err(error) = self.db.release_leases_of(&self.holder).await
        {
            tracing::warn!(%error, "what was held could not be given back; it ends by itself");
        }
        self.db.close().await;
    }

    /// Tells what happens. Whoever listens late misses what was before.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// The vault. It opens the keyring or asks for a passphrase only when a secret is needed.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Seals every stored secret with a new key; with `passphrase` that one protects it from now on. Answers how.
    pub async fn rotate_key(&self, passphrase: Option<Secret>) -> Result<Protection, EngineError> {
        self.vault.rotate(&self.db, passphrase).await?;
        Ok(self.vault.check().await?)
    }

    /// The client of one provider, over `http`.
    pub(crate) fn client_over(&self, http: &Http, provider: Provider) -> Box<dyn ProviderClient> {
        providers::client(provider, http, &self.config.endpoints)
    }

    /// The client of one provider.
    pub(crate) fn client(&self, provider: Provider) -> Box<dyn ProviderClient> {
        self.client_over(&self.http, provider)
    }

    /// Tells whoever listens. Nobody listening is fine.
    pub(crate) fn tell(&self, event: Event) {
        let _ = self.events.send(event);
    }

    /// The user's choices that a plan depends on.
    pub(crate) async fn policy(&self, integrations: &EnumMap<Provider, Integration>) -> Result<Policy, EngineError> {
        let keep_in_step = self.db.local_user().await?.keep_in_step;
        Ok(Policy { keep_in_step, providers: EnumMap::from_fn(|provider| integrations[provider].policy) })
    }
}
