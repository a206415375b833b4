//! A real PostgreSQL server for the tests: made in a temporary directory, reachable on loopback only, gone afterwards. It
//! must not know what the tests keep in it.

use crate::setup::is_root;
use crate::step::{self, Failure};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server. Dropping it stops the server and removes its files.
pub(crate) struct Postgres {
    server: Child,
    port: u16,
    password: String,
    programs: PathBuf,
    // Last, so that the files go when nobody uses them any more.
    folder: tempfile::TempDir,
}

impl Postgres {
    /// Creates and starts a server, and returns when it answers.
    pub(crate) fn start() -> Result<Self, Failure> {
        let programs = programs()?;
        let folder = folder()?;
        let password = password()?;
        initialise(&programs, folder.path(), &password)?;
        let port = free_port()?;
        let server = serve(&programs, folder.path(), port)?;
        let mut postgres = Self { server, port, password, programs, folder };
        postgres.wait_until_ready()?;
        Ok(postgres)
    }

    /// The address of its first database, with a role that may create others.
    pub(crate) fn url(&self) -> String {
        format!("postgresql://postgres:{}@127.0.0.1:{}/postgres", self.password, self.port)
    }

    fn wait_until_ready(&mut self) -> Result<(), Failure> {
        let deadline = Instant::now() + Duration::from_secs(60);
        while Instant::now() < deadline {
            if self.answers() {
                return Ok(());
            }
            if matches!(self.server.try_wait(), Ok(Some(_))) {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        Err(Failure(format!("PostgreSQL did not start. It said:\n{log}")))
    }

    fn answers(&self) -> bool {
        let mut question = Command::new(self.programs.join("pg_isready"));
        question.args(["--quiet", "--host=127.0.0.1", "--username=postgres"]).arg(format!("--port={}", self.port));
        question.status().is_ok_and(|status| status.success())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.folder.path().join("data");
        let mut stop = owned_by_server(&self.programs.join("pg_ctl"));
        stop.args(["--silent", "--mode=immediate", "stop", "--pgdata"]).arg(data);
        // Should this fail, the line below still ends the server, only less politely.
        let _ = stop.stdout(Stdio::null()).status();
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The folder of the newest PostgreSQL's programs: Debian keeps them beside each other and off the path.
fn programs() -> Result<PathBuf, Failure> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|version| Some((version.file_name().to_str()?.parse::<u32>().ok()?, version.path().join("bin"))))
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .max();
    let on_path = || std::env::split_paths(&std::env::var_os("PATH")?).find(|folder| folder.join("initdb").is_file());
    newest.map(|(_, folder)| folder).or_else(on_path).ok_or_else(|| {
        Failure("PostgreSQL's `initdb` was not found. Install PostgreSQL (Debian: `postgresql`) and try again.".into())
    })
}

/// A folder that the server's user can enter: PostgreSQL refuses to run as root, so root's tests hand it to `postgres`.
fn folder() -> Result<tempfile::TempDir, Failure> {
    let folder = tempfile::Builder::new().prefix("kuroibara-postgres-").tempdir();
    let folder = folder.map_err(|error| Failure::because("making a folder for PostgreSQL", error))?;
    if is_root() {
        step::output(Command::new("chown").arg("postgres").arg(folder.path()))?;
    }
    Ok(folder)
}

/// A password for this one server, so that no other user of this machine can enter it.
fn password() -> Result<String, Failure> {
    use std::io::Read;
    let mut bytes = [0_u8; 16];
    let read = std::fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes));
    read.map_err(|error| Failure::because("making a password for PostgreSQL", error))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn initialise(programs: &Path, folder: &Path, password: &str) -> Result<(), Failure> {
    let file = folder.join("password");
    std::fs::write(&file, password).map_err(|error| Failure::because("writing PostgreSQL's password", error))?;
    let mut command = owned_by_server(&programs.join("initdb"));
    command.args(["--username=postgres", "--auth=password", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]);
    command.arg("--pwfile").arg(&file).arg("--pgdata").arg(folder.join("data"));
    step::output(&mut command)?;
    std::fs::remove_file(&file).map_err(|error| Failure::because("removing PostgreSQL's password file", error))
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| Failure::because("looking for a free port", error))
}

/// Starts the server. What it holds is thrown away, so it need not reach the disk.
fn serve(programs: &Path, folder: &Path, port: u16) -> Result<Child, Failure> {
    let failed = |error| Failure::because("starting PostgreSQL", error);
    let log = std::fs::File::create(folder.join("log")).map_err(failed)?;
    let mut command = owned_by_server(&programs.join("postgres"));
    command.arg("-D").arg(folder.join("data"));
    let settings = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300"];
    for setting in settings.map(String::from).into_iter().chain([
        "listen_addresses=127.0.0.1".into(),
        format!("port={port}"),
        format!("unix_socket_directories={}", folder.display()),
    ]) {
        command.arg("-c").arg(setting);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().map_err(failed)
}

/// A command as the server's own user where we are root. On Linux it also ends when this task ends, however that happens.
fn owned_by_server(program: &Path) -> Command {
    if !step::present("setpriv") {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig=INT");
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
    }
    command.arg("--").arg(program).current_dir("/");
    command
}
