//! One session: its environment, what runs in it, and its files.

use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use fantoccini::{Client, ClientBuilder};
use serde_json::json;

use crate::{Outcome, awaited, browser, bus};

/// A session with a bus, a home of its own and a browser. Dropping it ends what runs in it and removes its files.
#[derive(Debug)]
pub struct Session {
    environment: BTreeMap<String, String>,
    started: Vec<Child>,
    // Last, so that the files go when nobody uses them any more.
    folder: tempfile::TempDir,
}

impl Session {
    /// Begins one on this display.
    ///
    /// # Errors
    /// When the system has no message bus.
    pub fn begin(display: &str) -> Outcome<Self> {
        let folder = tempfile::Builder::new().prefix("kuroibara-desk-").tempdir()?;
        let mut session = Self { environment: environment(folder.path(), display)?, started: Vec::new(), folder };
        browser::install(session.folder())?;
        let (bus, address) = bus::start(session.command("dbus-daemon"), session.folder())?;
        session.started.push(bus);
        session.set("DBUS_SESSION_BUS_ADDRESS", address);
        Ok(session)
    }

    /// Where all of its files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A variable that everything started from now on sees.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.environment.insert(name.to_owned(), value.into());
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<String> {
        self.environment.get(name).cloned()
    }

    /// Gives it an unlocked, empty keyring.
    ///
    /// # Errors
    /// When the system has none.
    pub fn start_keyring(&mut self) -> Outcome<()> {
        let daemon = bus::start_keyring(self.command("gnome-keyring-daemon"))?;
        self.started.push(daemon);
        Ok(())
    }

    /// Installs a program that only remembers what it is given, and makes it the one that opens these kinds.
    ///
    /// # Errors
    /// When its files can't be written.
    pub fn register(&self, name: &str, handles: &[&str]) -> Outcome<()> {
        browser::register(self.folder(), name, handles)
    }

    /// What such a program was given since this was last asked; the browser is one.
    pub fn given_to(&self, name: &str) -> Option<String> {
        browser::taken(self.folder(), name)
    }

    /// The page that the browser was sent to since this was last asked.
    pub fn page_in_browser(&self) -> Option<String> {
        self.given_to("a-browser")
    }

    /// A program with this session's variables and none of the person's who runs the tests.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path).envs(&self.environment);
        command
    }

    /// Starts a program that goes on until the session ends.
    ///
    /// # Errors
    /// When there is no such program.
    pub fn start(&mut self, program: &str, arguments: &[&str]) -> Outcome<()> {
        let mut command = self.command(program);
        self.started.push(command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
        Ok(())
    }

    /// Opens the program's window with a driver in front of it.
    ///
    /// # Errors
    /// When no window came.
    pub async fn open(&mut self, program: &Path, arguments: &[&str]) -> Outcome<Client> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        self.start("WebKitWebDriver", &[&format!("--port={port}"), "--host=127.0.0.1"])?;
        let options = json!({ "binary": program, "args": arguments });
        let wished: serde_json::Map<_, _> = [("webkitgtk:browserOptions".to_owned(), options)].into_iter().collect();
        let address = format!("http://127.0.0.1:{port}");
        // The driver opens its port some time after its start.
        let opened = awaited(async || {
            let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
            builder.capabilities(wished.clone());
            builder.connect(&address).await.ok()
        });
        opened.await.ok_or_else(|| "the window did not come".into())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The window is its driver's child: left to end by itself, it would write its place into a folder that is being removed.
        let _ = Command::new("kill").arg("-KILL").args(users_of(self.folder())).stderr(Stdio::null()).status();
        for child in self.started.iter_mut().rev() {
            // One that has already ended needs no ending.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The processes that have this folder in their environment, as `kill` takes them.
fn users_of(folder: &Path) -> Vec<String> {
    let sought = folder.as_os_str().as_encoded_bytes();
    let uses = |process: &fs::DirEntry| {
        let environment = fs::read(process.path().join("environ")).unwrap_or_default();
        environment.windows(sought.len()).any(|part| part == sought)
    };
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbered = processes.filter(|process| process.file_name().to_string_lossy().parse::<u32>().is_ok());
    numbered.filter(uses).map(|process| process.file_name().to_string_lossy().into_owned()).collect()
}

/// A home of its own, in a language and with a web view that a driver may use.
fn environment(folder: &Path, display: &str) -> Outcome<BTreeMap<String, String>> {
    let places = [
        ("HOME", "home"),
        ("XDG_DATA_HOME", "home/share"),
        ("XDG_CONFIG_HOME", "home/config"),
        ("XDG_CACHE_HOME", "home/cache"),
        ("XDG_RUNTIME_DIR", "run"),
    ];
    let said =
        [("DISPLAY", display), ("LANG", "C.UTF-8"), ("TAURI_AUTOMATION", "true"), ("TAURI_WEBVIEW_AUTOMATION", "true")];
    let mut environment: BTreeMap<_, _> = said.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    for (name, place) in places {
        environment.insert(name.to_owned(), made(folder.join(place))?.display().to_string());
    }
    Ok(environment)
}

/// A folder that only this user may enter.
fn made(place: PathBuf) -> std::io::Result<PathBuf> {
    fs::create_dir_all(&place)?;
    fs::set_permissions(&place, fs::Permissions::from_mode(0o700))?;
    Ok(place)
}
