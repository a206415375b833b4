//! What each command does: it reads its arguments, makes one call of the engine, and gives the answer. No rule lives here.

mod account;
mod library;
pub(crate) mod machine;
mod sync;

use std::cell::OnceCell;

use kuroibara_engine::{Engine, secret::Secret};

use crate::{args::Command, exit::Exit, failure::Failure, output::Voice, secrets};

/// How often a passphrase may be mistyped.
const TRIES: usize = 3;

/// What a command works with.
pub(crate) struct Desk<'a> {
    engine: &'a Engine,
    voice: Voice,
    /// What came on standard input, kept for a second try: it comes once.
    line: OnceCell<Secret>,
}

impl<'a> Desk<'a> {
    /// A desk where answers are given by `voice`.
    pub(crate) fn new(engine: &'a Engine, voice: Voice) -> Self {
        Self { engine, voice, line: OnceCell::new() }
    }

    /// Carries a command out. Where a passphrase is lacking and a person is there, it is asked for.
    pub(crate) async fn carry_out(&self, command: &Command) -> Result<Exit, Failure> {
        let mut result = self.once(command).await;
        for _ in 0..TRIES {
            let Some(lack) = result.as_ref().err().and_then(Failure::lacks) else { break };
            let Some(passphrase) = secrets::ask_passphrase(lack) else { break };
            self.engine.vault().give_passphrase(passphrase);
            result = self.once(command).await;
        }
        result
    }

    async fn once(&self, command: &Command) -> Result<Exit, Failure> {
        match command {
            Command::Settings => self.settings().await,
            Command::Setup(args) => self.set_up(args).await,
            Command::Update(args) => self.update(args).await,
            Command::KeepInStep { on } => self.keep_in_step(*on).await,
            Command::Guard { percent } => self.guard(*percent).await,
            Command::Connect(args) => self.connect(args).await,
            Command::Callback { address } => self.callback(address.as_deref()).await,
            Command::Disconnect { provider } => self.disconnect(*provider).await,
            Command::Sync(args) => self.sync(args).await,
            Command::Library(args) => self.library(args).await,
            Command::Edit(args) => self.edit(args).await,
            Command::Search { provider, query, limit } => self.search(*provider, query, *limit).await,
            Command::Add { work } => self.add(work).await,
            Command::Remove { manga } => self.remove(manga).await,
            Command::Link { manga, work } => self.link(manga, work).await,
            Command::Unlink { manga, provider } => self.unlink(manga, *provider).await,
            Command::Plan { step } => self.plan(step.as_ref()).await,
            Command::Conflicts { step: Some(step), .. } => self.answer(step).await,
            Command::Conflicts { step: None, limit, after } => self.conflicts(*limit, *after).await,
            Command::Matches { step } => self.matches(step.as_ref()).await,
            Command::History(args) => self.history(args).await,
            Command::Undo(args) => self.undo(args).await,
            Command::Snapshots { step } => self.snapshots(step.as_ref()).await,
            Command::Status { requests } => self.status(*requests).await,
            Command::Retry { manga } => self.retry(manga.as_deref()).await,
            Command::Doctor => self.doctor().await,
            Command::Watch => self.watch().await,
            Command::RotateKey { passphrase_stdin } => self.rotate_key(*passphrase_stdin).await,
            // Needs no library, so it was answered before one was opened.
            Command::Completions { .. } => Ok(Exit::Done),
        }
    }

    /// The first line of standard input.
    fn line(&self, what: &str) -> Result<Secret, Failure> {
        if let Some(line) = self.line.get() {
            return Ok(line.clone());
        }
        let line = secrets::from_stdin(what)?;
        Ok(self.line.get_or_init(|| line).clone())
    }
}
