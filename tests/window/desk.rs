//! One person's desk: a session of its own with tray, notices and screen, the simulated services, and the application on it.

use std::{io, path::Path, sync::Arc};

use fantoccini::{Client, Locator, elements::Element};
use kuroibara_desk::{Session, awaited};
use kuroibara_engine::{Engine, clock::SystemClock, config::Config, core::Provider, secret::Secret, sync::Order};
use kuroibara_sim::{READER, Sim, SimConfig};
use tokio::sync::{Mutex, MutexGuard};

use crate::{notices::Notices, postgres::Postgres, screen::Screen, tray::Tray};

/// The application that is tested.
pub(crate) const KUROIBARA: &str = env!("CARGO_BIN_EXE_kuroibara");

/// Only one window can be in front, so the desks take turns.
static TURN: Mutex<()> = Mutex::const_new(());

/// Everything that a story needs.
pub(crate) struct Desk {
    pub(crate) services: Sim,
    pub(crate) tray: Tray,
    pub(crate) notices: Notices,
    pub(crate) screen: Screen,
    pub(crate) session: Session,
    window: Option<Client>,
    _turn: MutexGuard<'static, ()>,
}

impl Desk {
    /// Everything started but the application; none where there is no display.
    pub(crate) async fn lay() -> Option<Self> {
        Self::lay_before(Sim::start(SimConfig { entries: 12, works: 80, ..SimConfig::default() })).await
    }

    /// The same before services of one's own, which are started when it is this desk's turn.
    pub(crate) async fn lay_before(services: impl Future<Output = io::Result<Sim>>) -> Option<Self> {
        let Ok(display) = std::env::var("KUROIBARA_TEST_DISPLAY") else {
            println!("no display here: `cargo xtask test` brings one");
            return None;
        };
        let turn = TURN.lock().await;
        let services = services.await.unwrap();
        let mut session = Session::begin(&display).unwrap();
        session.set("KUROIBARA_DATA_DIR", session.folder().join("home/library").display().to_string());
        session.set("KUROIBARA_LIMITS", "off");
        for (name, value) in services.env() {
            session.set(name, value);
        }
        let bus = session.get("DBUS_SESSION_BUS_ADDRESS").unwrap();
        let (tray, notices) = (Tray::start(&bus).await, Notices::start(&bus).await);
        let screen = Screen::of(&display);
        Some(Self { services, tray, notices, screen, session, window: None, _turn: turn })
    }

    /// The same for somebody who has used Kuroibara with AniList before.
    pub(crate) async fn lay_for_a_reader() -> Option<Self> {
        let mut desk = Self::lay().await?;
        desk.was_used_with(&[Provider::AniList]).await;
        Some(desk)
    }

    /// The library is kept in this database, and not in a file.
    pub(crate) fn keep_in(&mut self, database: &Postgres) {
        self.session.set("DATABASE_URL", database.url());
    }

    /// Somebody has used Kuroibara before: in step with these services, welcomed, and asked about the tray.
    pub(crate) async fn was_used_with(&mut self, services: &[Provider]) {
        self.session.set("KUROIBARA_KEYRING", "off");
        self.session.set("KUROIBARA_PASSPHRASE", "for tests only");
        let engine = self.engine().await;
        for provider in services {
            self.sign_in(&engine, *provider).await;
        }
        engine.sync(&Order { approved: true, ..Order::default() }).await.unwrap();
        engine.close().await;
        self.choose(r#"{"welcome_done": true, "close_to_tray": true}"#);
        self.services.anilist.reset_counters();
    }

    /// Signs in to a service without the window.
    pub(crate) async fn sign_in(&self, engine: &Engine, provider: Provider) {
        if provider == Provider::Kitsu {
            engine.connect_kitsu("reader", Secret::new("reader-password")).await.unwrap();
            return;
        }
        let begun = engine.begin_login(provider).await.unwrap();
        let page = begun.authorize_url.as_str();
        let back = match provider {
            Provider::MyAnimeList => self.services.myanimelist.approve(page, READER).unwrap(),
            Provider::AniList | Provider::Kitsu => self.services.anilist.approve(page, READER).unwrap(),
        };
        engine.finish_login(&back).await.unwrap();
    }

    /// What was chosen for the window before it opens.
    pub(crate) fn choose(&self, settings: &str) {
        let folder = self.session.get("KUROIBARA_DATA_DIR").unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(Path::new(&folder).join("window.json"), settings).unwrap();
    }

    /// The library without its window, while the application does not run.
    pub(crate) async fn engine(&self) -> Engine {
        let config = Config::from_env(|name| self.session.get(name)).unwrap();
        let keyring = config.keyring();
        Engine::open(config, Arc::new(SystemClock), keyring).await.unwrap()
    }

    /// Opens the application's window.
    pub(crate) async fn open(&mut self) {
        self.window = Some(self.session.open(Path::new(KUROIBARA), &[]).await.unwrap());
    }

    /// Ends the application by its tray.
    pub(crate) async fn quit(&mut self) {
        self.tray.choose("Quit").await;
        self.window = None;
        until("the end of the application", async || self.tray.is_empty().await.then_some(())).await;
    }

    /// What drives the window.
    pub(crate) fn window(&self) -> &Client {
        self.window.as_ref().expect("the window was opened")
    }

    /// Runs a program in this session to its end, as the desktop would.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) {
        let status = self.session.command(program).args(arguments).status().unwrap();
        assert!(status.success(), "{program} {arguments:?} ended with {status}");
    }

    /// The page that was last opened in the browser.
    pub(crate) async fn page_in_browser(&self) -> String {
        until("a page in the browser", async || self.session.page_in_browser()).await
    }

    /// The element with this test id, as soon as it is there and can be used.
    pub(crate) async fn element(&self, id: &str) -> Element {
        self.found(Locator::Css(&by_id(id))).await
    }

    /// The element with this text, as soon as it is there and can be used.
    pub(crate) async fn saying(&self, role: &str, text: &str) -> Element {
        self.found(Locator::XPath(&format!("//*[@role='{role}'][contains(., '{text}')]"))).await
    }

    async fn found(&self, locator: Locator<'_>) -> Element {
        until(&format!("{locator:?}"), async || {
            let element = self.window().find(locator).await.ok()?;
            let usable = element.is_displayed().await.ok()? && element.is_enabled().await.ok()?;
            usable.then_some(element)
        })
        .await
    }

    /// Waits until no element has this test id any more.
    pub(crate) async fn is_gone(&self, id: &str) {
        let selector = format!("[data-testid=\"{id}\"]");
        let gone = async || self.window().find_all(Locator::Css(&selector)).await.ok()?.is_empty().then_some(());
        until(&format!("{id} to be gone"), gone).await;
    }

    /// Types into the element with this test id.
    pub(crate) async fn type_into(&self, id: &str, text: &str) {
        self.element(id).await.send_keys(text).await.unwrap();
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
        let told = format!("{other} saying “{text}”");
        self.click_until(id, &told, async || self.text(other).await?.contains(text).then_some(())).await;
    }

    async fn click_until(&self, id: &str, told: &str, what: impl AsyncFn() -> Option<()>) {
        until(&format!("{told} after a click on {id}"), async || {
            if let Ok(button) = self.window().find(Locator::Css(&by_id(id))).await {
                // It may be gone or at work by now, which is what the click was for.
                let _ = button.click().await;
            }
            what().await
        })
        .await;
    }

    /// Waits until the element with this test id says so.
    pub(crate) async fn says(&self, id: &str, text: &str) {
        let look = async || self.text(id).await?.contains(text).then_some(());
        until(&format!("{id} saying “{text}”"), look).await;
    }

    async fn text(&self, id: &str) -> Option<String> {
        self.window().find(Locator::Css(&by_id(id))).await.ok()?.prop("textContent").await.ok()?
    }

    /// Signs in to Kitsu. Its button may still be moving: another account's card grows when it is connected.
    pub(crate) async fn sign_in_to_kitsu(&self) {
        let form = async || self.window().find(Locator::Css(&by_id("kitsu-username"))).await.ok().map(drop);
        self.click_until("connect-kitsu", "the form", form).await;
        self.type_into("kitsu-username", "reader").await;
        self.type_into("kitsu-password", "reader-password").await;
        self.click_until_it_says("kitsu-submit", "state-kitsu", "reader").await;
    }

    /// Begins a sign-in at AniList, agrees in the browser, and says the address that the browser is then sent to.
    pub(crate) async fn agree_at_anilist(&self, button: &str) -> String {
        self.click(button).await;
        let page = self.page_in_browser().await;
        self.services.anilist.approve(&page, READER).unwrap()
    }

    /// Waits until the window is the one that the person looks at.
    pub(crate) async fn is_in_front(&self) {
        until("Kuroibara in front", async || self.screen.in_front().filter(|name| name == "Kuroibara")).await;
    }

    /// Closes the window as a click on its button does, and waits until only the tray is left.
    pub(crate) async fn close_to_tray(&self) {
        self.screen.close("Kuroibara");
        until("the window to be gone", async || self.screen.window("Kuroibara").is_none().then_some(())).await;
    }

    /// The entries that were written at all services together.
    pub(crate) fn writes(&self) -> usize {
        self.services.anilist.writes() + self.services.myanimelist.writes() + self.services.kitsu.writes()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let story = std::thread::current().name().unwrap_or("a story").replace("::", "-");
            let name = std::env::temp_dir().join(format!("kuroibara-{story}.png"));
            // A picture of how it failed helps; without one the failure is told all the same.
            let _ = self.session.command("import").args(["-window", "root"]).arg(&name).status();
            println!("see {}", name.display());
        }
    }
}

fn by_id(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}

/// Looks again until it is there.
pub(crate) async fn until<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    awaited(look).await.unwrap_or_else(|| panic!("{what} did not come"))
}
