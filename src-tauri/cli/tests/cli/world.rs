//! A reader's machine for tests: the three simulated services, a data directory, and hands that type commands into the
//! real binary. Nothing of the surroundings gets in: the binary sees only the variables set here.

use std::{collections::BTreeMap, process::Stdio, sync::Arc};

use kuroibara_sim::{Account, Catalog, READER, Sim, SimConfig, Work};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt,
    process::{Child, Command},
};

use crate::postgres::Postgres;

/// Seals the sign-ins: there is no keyring where tests run.
pub(crate) const PASSPHRASE: &str = "correct horse battery staple";

/// Everything that a story needs.
pub(crate) struct World {
    pub(crate) sim: Sim,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) data: TempDir,
    database: Option<Postgres>,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl World {
    /// Services with so many works and entries, and a library in a file.
    pub(crate) async fn with(works: usize, entries: usize) -> Self {
        Self::of(SimConfig { works, entries, ..SimConfig::default() }).await
    }

    /// Services made so, and a library in a file.
    pub(crate) async fn of(services: SimConfig) -> Self {
        Self::before(Sim::start(services).await.unwrap())
    }

    /// Services that know these works, all lists empty, and a library in a file.
    pub(crate) async fn of_these(works: Vec<Work>) -> Self {
        let services = SimConfig { entries: 0, ..SimConfig::default() };
        Self::before(Sim::with_catalog(services, Arc::new(Catalog::new(works))).await.unwrap())
    }

    fn before(sim: Sim) -> Self {
        let data = tempfile::tempdir().unwrap();
        let own = [
            ("KUROIBARA_DATA_DIR", data.path().to_str().unwrap()),
            ("KUROIBARA_PASSPHRASE", PASSPHRASE),
            ("KUROIBARA_KEYRING", "off"),
            ("KUROIBARA_LIMITS", "off"),
        ];
        let mut env: BTreeMap<String, String> = sim.env().into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
        env.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Self { sim, env, data, database: None }
    }

    /// The same with the library on a server; none: there is no server to test with.
    pub(crate) async fn on_postgres(works: usize, entries: usize) -> Option<Self> {
        let database = Postgres::begin().await?;
        Some(Self::with(works, entries).await.on(database))
    }

    /// The same before services that know these works.
    pub(crate) async fn on_postgres_of_these(works: Vec<Work>) -> Option<Self> {
        let database = Postgres::begin().await?;
        Some(Self::of_these(works).await.on(database))
    }

    /// With the library on a server instead.
    fn on(mut self, database: Postgres) -> Self {
        self.env.insert("DATABASE_URL".into(), database.url());
        self.database = Some(database);
        self
    }

    /// Every row of the database's tables as text, where it is on a server: there is no file to read.
    pub(crate) async fn database_text(&self) -> String {
        use sqlx::{AssertSqlSafe, Connection};
        let Some(database) = &self.database else { return String::new() };
        let mut connection = sqlx::PgConnection::connect(&database.url()).await.unwrap();
        let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
        let tables: Vec<(String,)> = sqlx::query_as(tables).fetch_all(&mut connection).await.unwrap();
        assert!(tables.len() > 10, "{tables:?}");
        let mut text = String::new();
        for (table,) in tables {
            let rows = AssertSqlSafe(format!("SELECT t::text FROM {table} t"));
            let rows: Vec<(String,)> = sqlx::query_as(rows).fetch_all(&mut connection).await.unwrap();
            rows.iter().for_each(|(row,)| text += row);
        }
        connection.close().await.unwrap();
        text
    }

    /// Ends the story: a database on a server does not go by itself.
    pub(crate) async fn end(self) {
        if let Some(database) = &self.database {
            database.end().await;
        }
    }

    /// The binary, not yet started, with `--json`.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare(arguments);
        command.arg("--json");
        command
    }

    /// The binary, not yet started, for a person.
    pub(crate) fn bare(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kuroibara-cli"));
        command.args(arguments).env_clear().envs(&self.env).stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Types a command with `--json`.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments)).await
    }

    /// Types a command with `--json` and gives it a line on standard input.
    pub(crate) async fn run_with(&self, arguments: &[&str], line: &str) -> Ran {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child: Child = command.spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(format!("{line}\n").as_bytes()).await.unwrap();
        drop(input);
        child.wait_with_output().await.unwrap().into()
    }

    /// Types a command that must be carried out, and gives its answer.
    pub(crate) async fn answer(&self, arguments: &[&str]) -> Value {
        let ran = self.run(arguments).await;
        assert_eq!(ran.status, 0, "{arguments:?}: {ran:?}");
        ran.json()
    }

    /// Signs in everywhere, as a person would.
    pub(crate) async fn connect_all(&self) {
        self.connect_by_browser("anilist").await;
        self.connect_by_browser("myanimelist").await;
        let account = &Account::all()[0];
        let arguments = ["connect", "kitsu", "--username", &account.name, "--password-stdin"];
        let ran = self.run_with(&arguments, &account.password).await;
        assert_eq!((ran.status, &ran.json()["state"]), (0, &"connected".into()), "{ran:?}");
    }

    /// Begins a sign-in, approves it at the service, and brings the address back. Answers that address.
    pub(crate) async fn connect_by_browser(&self, provider: &str) -> String {
        let page = self.answer(&["connect", provider]).await["authorize_url"].as_str().unwrap().to_owned();
        let address = self.approve(provider, &page);
        let view = self.answer(&["callback", &address]).await;
        assert_eq!(view["state"], "connected", "{view}");
        address
    }

    /// What the browser comes back with when the reader approves.
    pub(crate) fn approve(&self, provider: &str, page: &str) -> String {
        match provider {
            "anilist" => self.sim.anilist.approve(page, READER).unwrap(),
            "myanimelist" => self.sim.myanimelist.approve(page, READER).unwrap(),
            other => panic!("{other} has no page"),
        }
    }

    /// Connects everything and agrees to the first sync.
    pub(crate) async fn begin(&self) {
        self.connect_all().await;
        self.answer(&["sync", "--yes"]).await;
        self.answer(&["sync", "--yes"]).await;
        self.reset_counters();
    }

    /// Forgets what was counted at the services.
    pub(crate) fn reset_counters(&self) {
        self.sim.anilist.reset_counters();
        self.sim.myanimelist.reset_counters();
        self.sim.kitsu.reset_counters();
    }

    /// Writes at AniList, MyAnimeList and Kitsu.
    pub(crate) fn writes(&self) -> [usize; 3] {
        [self.sim.anilist.writes(), self.sim.myanimelist.writes(), self.sim.kitsu.writes()]
    }

    /// Entries that all three services have, that are being read, and that have room for more chapters.
    pub(crate) async fn everywhere(&self) -> Vec<Value> {
        let library = self.answer(&["library"]).await;
        let wanted = |entry: &&Value| {
            entry["mappings"].as_object().unwrap().len() == 3
                && entry["status"] == "reading"
                && entry["private"] == false
                && entry["total_chapters"].is_null()
        };
        library["entries"].as_array().unwrap().iter().filter(wanted).cloned().collect()
    }
}

impl Ran {
    /// Starts a command and waits for its end.
    pub(crate) async fn of(mut command: Command) -> Self {
        command.output().await.unwrap().into()
    }

    /// The one document on standard output.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.out.lines().count(), 1, "one document, on one line: {self:?}");
        serde_json::from_str(&self.out).unwrap()
    }

    /// The error's code, from the one object on standard error.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.out, "", "no answer comes with an error");
        let object: Value = serde_json::from_str(&self.err).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        object["error"]["code"].as_str().unwrap().to_owned()
    }
}

impl From<std::process::Output> for Ran {
    fn from(output: std::process::Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let status = output.status.code().unwrap_or(-1);
        Self { status, out: text(output.stdout), err: text(output.stderr) }
    }
}
