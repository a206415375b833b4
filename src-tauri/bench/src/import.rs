//! Time and memory of the first import of 10,000 entries from each of three services, and of the syncs after it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use kuroibara_engine::{clock::SystemClock, core::Provider};

use crate::{
    Outcome,
    figure::Figure,
    process::{Services, peak_memory},
    world::Reader,
};

const ENTRIES: usize = 10_000;

pub(crate) async fn measure() -> Outcome<Vec<Figure>> {
    let services = Services::start(ENTRIES)?;
    let reader = Reader::new(services.variables.clone(), Arc::new(SystemClock)).await?;
    reader.connect(&Provider::ALL).await?;
    let (first, created) = timed(imported(&reader)).await?;
    if created < ENTRIES {
        return Err(format!("only {created} entries arrived").into());
    }
    let (full, changed) = timed(async { Ok(reader.sync_fully().await?.plan.len()) }).await?;
    let (incremental, _) = timed(reader.sync()).await?;
    Ok(vec![
        Figure::new(format!("first import of {ENTRIES} entries from each service"), first, "s", 6.0),
        Figure::new("full sync of these with no change", full, "s", 3.0),
        Figure::count("full sync of these with no change", changed, "changes planned", 0),
        Figure::new("incremental sync of these", incremental, "s", 0.3),
        Figure::new("peak memory of these", peak_memory()?, "MB", 150.0),
    ])
}

/// How many entries a sync brought into the library. Its report is gone then, as it is with the process of the command line.
async fn imported(reader: &Reader) -> Outcome<usize> {
    Ok(reader.sync().await?.providers.values().map(|one| one.created_local).sum())
}

async fn timed<T>(work: impl Future<Output = Outcome<T>>) -> Outcome<(f64, T)> {
    let begun = Instant::now();
    let done = work.await?;
    let took: Duration = begun.elapsed();
    Ok((took.as_secs_f64(), done))
}
