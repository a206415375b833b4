//! One person's desk: a session of its own with message bus, keyring, tray and browser, and the application on it. Ends
//! everything that it started.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
use kuroibara_sim::{Sim, SimConfig};
use serde_json::json;

use crate::tray::Tray;

/// Nothing here takes longer; what does will never come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Everything that a story needs.
pub(crate) struct Desk {
    pub(crate) services: Sim,
    pub(crate) tray: Tray,
    pub(crate) window: Client,
    environment: Vec<(String, String)>,
    started: Vec<Child>,
    // Last, so that the files go when nobody uses them any more.
    folder: tempfile::TempDir,
}

impl Desk {
    /// Everything started and the window open; none where there is no display.
    pub(crate) async fn start() -> Option<Self> {
        let Ok(display) = std::env::var("KUROIBARA_TEST_DISPLAY") else {
            println!("no display here: `cargo xtask test` brings one");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("kuroibara-desk-").tempdir().unwrap();
        let services = Sim::start(SimConfig { entries: 12, works: 80, ..SimConfig::default() }).await.unwrap();
        let mut environment = environment(folder.path(), &display);
        environment.extend(services.env().into_iter().map(|(name, value)| (name.to_owned(), value)));
        let mut started = Vec::new();
        let bus = start_bus(&environment, folder.path(), &mut started);
        environment.push(("DBUS_SESSION_BUS_ADDRESS".into(), bus.clone()));
        start_keyring(&environment, &mut started);
        let tray = Tray::start(&bus).await;
        let window = open(&environment, &mut started).await;
        Some(Self { services, tray, window, environment, started, folder })
    }

    /// Runs a program in this session, as the desktop would.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) {
        let status = in_session(program, &self.environment).args(arguments).status().unwrap();
        assert!(status.success(), "{program} {arguments:?} ended with {status}");
    }

    /// The page that was last opened in the browser.
    pub(crate) async fn page_in_browser(&self) -> String {
        let file = self.folder.path().join("browser");
        let url =
            until("a page in the browser", async || fs::read_to_string(&file).ok().filter(|url| !url.is_empty())).await;
        fs::remove_file(&file).unwrap();
        url.trim().to_owned()
    }

    /// The element with this test id, as soon as it is there and can be used.
    pub(crate) async fn element(&self, id: &str) -> Element {
        self.found(Locator::Css(&format!("[data-testid=\"{id}\"]"))).await
    }

    /// The element with this text, as soon as it is there and can be used.
    pub(crate) async fn saying(&self, role: &str, text: &str) -> Element {
        self.found(Locator::XPath(&format!("//*[@role='{role}'][contains(., '{text}')]"))).await
    }

    async fn found(&self, locator: Locator<'_>) -> Element {
        until(&format!("{locator:?}"), async || {
            let element = self.window.find(locator).await.ok()?;
            let usable = element.is_displayed().await.ok()? && element.is_enabled().await.ok()?;
            usable.then_some(element)
        })
        .await
    }

    /// Clicks the element with this test id as soon as it stands still. A page that changes under the click is clicked again.
    pub(crate) async fn click(&self, id: &str) {
        until(&format!("a click on {id}"), async || {
            let element = self.element(id).await;
            let before = element.rectangle().await.ok()?;
            let after = element.rectangle().await.ok()?;
            if before == after { element.click().await.ok() } else { None }
        })
        .await;
    }

    /// Clicks one element until another says so, as a person does whose click met a page that was just moving.
    pub(crate) async fn click_until_it_says(&self, id: &str, other: &str, text: &str) {
        let button = format!("[data-testid=\"{id}\"]");
        until(&format!("{other} saying “{text}” after a click on {id}"), async || {
            if let Ok(button) = self.window.find(Locator::Css(&button)).await {
                // It may be gone or at work by now, which is what the click was for.
                let _ = button.click().await;
            }
            let said = self.element(other).await.prop("textContent").await.ok()??;
            said.contains(text).then_some(())
        })
        .await;
    }

    /// Waits until the element with this test id says so.
    pub(crate) async fn says(&self, id: &str, text: &str) {
        until(&format!("{id} saying “{text}”"), async || {
            let said = self.element(id).await.prop("textContent").await.ok()??;
            said.contains(text).then_some(())
        })
        .await;
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let name = std::env::temp_dir().join("kuroibara-window-failed.png");
            // A picture of how it failed helps; without one the failure is told all the same.
            let _ = in_session("import", &self.environment).args(["-window", "root"]).arg(&name).status();
            println!("see {}", name.display());
        }
        for child in self.started.iter_mut().rev() {
            // One that has already ended needs no ending.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Looks again until it is there.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{what} did not come");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A home of its own, and a browser that writes down where it is sent.
fn environment(folder: &Path, display: &str) -> Vec<(String, String)> {
    let place = |name: &str| {
        let place = folder.join(name);
        fs::create_dir_all(&place).unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o700)).unwrap();
        place.display().to_string()
    };
    let home = place("home");
    let pairs = [
        ("DISPLAY", display.to_owned()),
        ("XDG_DATA_HOME", place("home/share")),
        ("XDG_CONFIG_HOME", place("home/config")),
        ("XDG_CACHE_HOME", place("home/cache")),
        ("XDG_RUNTIME_DIR", place("run")),
        ("KUROIBARA_DATA_DIR", place("home/library")),
        ("HOME", home),
        ("KUROIBARA_LIMITS", "off".into()),
        ("LANG", "C.UTF-8".into()),
        ("TAURI_AUTOMATION", "true".into()),
        ("TAURI_WEBVIEW_AUTOMATION", "true".into()),
    ];
    browser(folder);
    pairs.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

/// Registered as the browser, since the machine may have a real one.
fn browser(folder: &Path) {
    let (program, page) = (folder.join("a-browser"), folder.join("browser"));
    let script = format!("#!/bin/sh\nprintf %s \"$1\" > '{0}.new' && mv '{0}.new' '{0}'\n", page.display());
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let entries = folder.join("home/share/applications");
    fs::create_dir_all(&entries).unwrap();
    let handles = ["x-scheme-handler/http", "x-scheme-handler/https"];
    let entry = format!(
        "[Desktop Entry]\nType=Application\nName=A browser\nExec={} %u\nMimeType={};\n",
        program.display(),
        handles.join(";")
    );
    fs::write(entries.join("a-browser.desktop"), entry).unwrap();
    let defaults = handles.map(|kind| format!("{kind}=a-browser.desktop\n")).concat();
    fs::write(folder.join("home/config/mimeapps.list"), format!("[Default Applications]\n{defaults}")).unwrap();
}

/// A program with this session's variables and none of the person's who runs the tests.
fn in_session(program: &str, environment: &[(String, String)]) -> Command {
    let mut command = Command::new(program);
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).envs(environment.iter().map(|(name, value)| (name, value)));
    command
}

fn start_bus(environment: &[(String, String)], folder: &Path, started: &mut Vec<Child>) -> String {
    let mut command = in_session("dbus-daemon", environment);
    command.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
    command.arg(format!("--address=unix:path={}", folder.join("bus").display()));
    let mut bus = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut address = String::new();
    BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
    started.push(bus);
    address.trim().to_owned()
}

fn start_keyring(environment: &[(String, String)], started: &mut Vec<Child>) {
    let mut command = in_session("gnome-keyring-daemon", environment);
    command.args(["--foreground", "--unlock", "--components=secrets"]);
    let mut daemon = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    daemon.stdin.take().unwrap().write_all(b"for tests only").unwrap();
    started.push(daemon);
}

/// Starts the driver, and through it the application.
async fn open(environment: &[(String, String)], started: &mut Vec<Child>) -> Client {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = in_session("WebKitWebDriver", environment);
    command.args([format!("--port={port}"), "--host=127.0.0.1".into()]);
    started.push(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let options = json!({"binary": env!("CARGO_BIN_EXE_kuroibara"), "args": []});
    let wished = json!({"webkitgtk:browserOptions": options}).as_object().unwrap().clone();
    until("the driver", async || {
        let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
        builder.capabilities(wished.clone());
        builder.connect(&format!("http://127.0.0.1:{port}")).await.ok()
    })
    .await
}
