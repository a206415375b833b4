//! Syncing, the plan that waits, and what was done.

use kuroibara_core::RunId;
use kuroibara_engine::sync::Order;

use super::Desk;
use crate::{
    args::Sync,
    exit::{self, Exit},
    failure::Failure,
    progress::Progress,
    show,
};

impl Desk<'_> {
    pub(super) async fn sync(&self, args: &Sync) -> Result<Exit, Failure> {
        self.unlock().await?;
        let order = Order {
            providers: args.providers.clone(),
            full: args.full,
            dry_run: args.dry_run,
            approved: args.yes,
            ..Order::default()
        };
        let progress = Progress::of(self.engine.events());
        let report = self.engine.sync(&order).await?;
        drop(progress);
        self.voice.say(&report, show::report(args.dry_run))?;
        Ok(exit::of_report(&report, args.dry_run))
    }

    pub(super) async fn history(&self, run: Option<RunId>, limit: u32) -> Result<Exit, Failure> {
        self.voice.say(&self.engine.history(run, limit).await?, show::history)
    }

    /// Makes sure that the sign-ins can be read, so that a lacking passphrase is one error and not one at each provider.
    async fn unlock(&self) -> Result<(), Failure> {
        self.engine.vault().check().await.map_err(kuroibara_engine::EngineError::from)?;
        Ok(())
    }
}
