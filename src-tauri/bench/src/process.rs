//! The services in a process of their own, so that neither their time nor their memory is counted as the engine's; and
//! what the system says of a process.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use kuroibara_sim::{Sim, SimConfig};

use crate::{Outcome, world::Variables};

/// Services that end with this.
pub(crate) struct Services {
    child: Child,
    /// Where they are.
    pub(crate) variables: Variables,
}

impl Services {
    /// Starts three services without limits.
    pub(crate) fn start(entries: usize) -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let child = command.arg("services").arg(entries.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = child.spawn()?;
        let mut line = String::new();
        let said = child.stdout.take().map(|out| BufReader::new(out).read_line(&mut line)).transpose();
        let mut services = Self { child, variables: Variables::new() };
        said?;
        services.variables = serde_json::from_str(&line)?;
        services.variables.insert("KUROIBARA_LIMITS".into(), "off".into());
        Ok(services)
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        // Services that have already ended need no ending.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until whoever asked for it is gone, which closes the standard input.
pub(crate) async fn serve(entries: usize) -> Outcome<()> {
    let sim = Sim::start(SimConfig { works: 3 * entries, entries, ..SimConfig::default() }).await?;
    let variables: Variables = sim.env().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    println!("{}", serde_json::to_string(&variables)?);
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink())).await??;
    Ok(())
}

/// The most memory that this process has held so far, in megabytes of 1,000,000 bytes.
pub(crate) fn peak_memory() -> Outcome<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|rest| {
        let number = rest.split_whitespace().next()?;
        number.parse::<f64>().ok()
    });
    kibibytes.map(|kibibytes| kibibytes * 1024.0 / 1e6).ok_or_else(|| "the system names no peak of memory".into())
}
