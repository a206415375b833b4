//! What the journey plays on: simulated services, a throw-away data directory, and a keyboard that types commands into the
//! real binary. It must not know the journey.

use super::Options;
use crate::step::{self, Failure, cargo, step};
use crate::test::isolate;
use serde_json::{Map, Value};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The running services and the person's machine. Dropping it ends the services and removes the data.
pub(super) struct Stage {
    services: Child,
    services_told: Map<String, Value>,
    database: Option<String>,
    program: PathBuf,
    // Last, so that the files go when nobody uses them any more.
    data: tempfile::TempDir,
}

/// Speaks to the reader, between the commands.
pub(super) fn say(text: &str) {
    let (bold, plain) = if std::io::stdout().is_terminal() { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    println!("\n{bold}{}{plain}", wrapped(text));
}

/// The text in lines of at most 100 characters.
fn wrapped(text: &str) -> String {
    text.split(' ').fold(String::new(), |mut lines, word| {
        let line = lines.rsplit('\n').next().unwrap_or_default().chars().count();
        let gap = if lines.is_empty() {
            ""
        } else if line + 1 + word.chars().count() > 100 {
            "\n"
        } else {
            " "
        };
        lines.push_str(gap);
        lines.push_str(word);
        lines
    })
}

impl Stage {
    /// Builds the programs and starts the services.
    pub(super) fn set(options: &Options, database: Option<String>) -> Result<Self, Failure> {
        step(&mut cargo(["build", "--locked", "--package", "kuroibara-sim", "--package", "kuroibara-cli"]))?;
        let data = tempfile::Builder::new().prefix("kuroibara-demo-").tempdir();
        let data = data.map_err(|error| Failure::because("making a folder for the demo's data", error))?;
        let (services, services_told) = start_services(options)?;
        Ok(Self { services, services_told, database, program: step::built()?.join("kuroibara-cli"), data })
    }

    /// What the services said about themselves under this variable's name.
    pub(super) fn told(&self, name: &str) -> &str {
        self.services_told.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Types a command, shows what it answers, and fails unless it was carried out.
    pub(super) fn types(&self, arguments: &[&str]) -> Result<(), Failure> {
        self.shown(arguments, "");
        run_to_end(&mut self.command(arguments))
    }

    /// The same for a command that takes a secret on its standard input.
    pub(super) fn types_secret(&self, arguments: &[&str], secret: &str) -> Result<(), Failure> {
        self.shown(arguments, &format!("printf %s {secret} | "));
        let failed = |error| Failure::because("typing a secret", error);
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().map_err(failed)?;
        if let Some(mut input) = child.stdin.take() {
            // A program that ended without reading it says why itself.
            let _ = input.write_all(secret.as_bytes());
        }
        ended_well(arguments, child.wait().map_err(failed)?)
    }

    /// Types a command with `--json`, shows its answer and returns it.
    pub(super) fn answer(&self, arguments: &[&str]) -> Result<Value, Failure> {
        let arguments = &[arguments, &["--json"]].concat()[..];
        self.shown(arguments, "");
        let answer = self.json(arguments)?;
        println!("{answer:#}");
        Ok(answer)
    }

    /// Asks the program something that only the demo wants to know.
    pub(super) fn quiet_answer(&self, arguments: &[&str]) -> Result<Value, Failure> {
        self.json(&[arguments, &["--json"]].concat())
    }

    /// Does what a person would do on a service's website. The service is named by its variables' prefix.
    pub(super) fn at_website(&self, service: &str, method: &str, what: &str, body: &Value) -> Result<Value, Failure> {
        let url = self.website(service, what);
        let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
        let request =
            ureq::http::Request::builder().method(method).uri(&url).header("content-type", "application/json");
        let failed = |error: &dyn std::fmt::Display| Failure::because(&format!("acting at {url}"), error);
        let request = request.body(body.to_string()).map_err(|error| failed(&error))?;
        let mut answer = agent.run(request).map_err(|error| failed(&error))?;
        answer.body_mut().read_json().map_err(|error| failed(&error))
    }

    /// Whether the reader's list at a service has this work.
    pub(super) fn is_listed(&self, service: &str, id: &str) -> bool {
        let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
        agent.get(self.website(service, &format!("entries/{id}"))).call().is_ok()
    }

    fn website(&self, service: &str, what: &str) -> String {
        let address = self.told(&format!("KUROIBARA_{service}_API_URL"));
        let origin = address.split('/').take(3).collect::<Vec<_>>().join("/");
        format!("{origin}/_control/{what}")
    }

    fn json(&self, arguments: &[&str]) -> Result<Value, Failure> {
        let printed = step::output(&mut self.command(arguments))?;
        serde_json::from_str(&printed).map_err(|error| Failure::because("reading the program's answer", error))
    }

    fn shown(&self, arguments: &[&str], before: &str) {
        let line: Vec<String> = arguments.iter().map(|word| step::quoted(OsStr::new(word))).collect();
        println!("\n$ {before}kuroibara-cli {}", line.join(" "));
    }

    /// The real program, on the demo's data and services and nobody else's.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        isolate(&mut command);
        command
            .args(arguments)
            .env("KUROIBARA_DATA_DIR", self.data.path())
            .env("KUROIBARA_PASSPHRASE", "demo passphrase");
        let addresses = self.services_told.keys().filter(|name| name.ends_with("_URL"));
        command.envs(addresses.map(|name| (name, self.told(name))));
        command.envs(self.database.iter().map(|url| ("DATABASE_URL", url)));
        command
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Services that have already ended need no ending.
        let _ = self.services.kill();
        let _ = self.services.wait();
    }
}

/// Starts the services and reads what they tell about themselves: the first line of JSON that they print.
fn start_services(options: &Options) -> Result<(Child, Map<String, Value>), Failure> {
    let failed = |error| Failure::because("starting the simulated services", error);
    let mut command = step::bound_to_us(step::built()?.join("kuroibara-sim"));
    command.arg(format!("--seed={}", options.seed)).arg(format!("--entries={}", options.entries));
    let mut services = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
    let printed = services.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines);
    let addresses = printed.map_while(Result::ok).find_map(|line| serde_json::from_str(&line).ok());
    addresses
        .map(|addresses| (services, addresses))
        .ok_or_else(|| Failure("the simulated services did not start".into()))
}

fn run_to_end(command: &mut Command) -> Result<(), Failure> {
    let arguments: Vec<String> = command.get_args().map(step::quoted).collect();
    let status = command.status().map_err(|error| Failure::because("starting kuroibara-cli", error))?;
    ended_well(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), status)
}

fn ended_well(arguments: &[&str], status: std::process::ExitStatus) -> Result<(), Failure> {
    if status.success() {
        Ok(())
    } else {
        Err(Failure(format!("`kuroibara-cli {}` ended with {status}", arguments.join(" "))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_broken_between_words_and_loses_none() {
        let text = "word ".repeat(60).trim().to_owned();
        let broken = wrapped(&text);
        assert!(broken.lines().count() > 1 && broken.lines().all(|line| line.chars().count() <= 100));
        assert_eq!(broken.replace('\n', " "), text);
    }
}
