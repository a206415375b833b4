//! What the window costs: its start, its commands, its search and its scrolling with 50,000 titles in its library, its memory
//! with 10,000.
//! The program is the one that people install, driven as the tests drive it; the driver's own part is in the figures.

mod memory;
mod page;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use kuroibara_desk::{Session, awaited};
use kuroibara_engine::{clock::SystemClock, core::Provider, store::LibraryQuery};

use crate::{Outcome, figure::Figure, process::Services, world::Reader};
use page::Page;

const TITLES: usize = 50_000;
/// The library of a person who reads much: its memory is what they have beside their other programs.
const FEWER: usize = 10_000;

pub(crate) async fn measure() -> Outcome<Vec<Figure>> {
    let [program, empty] = [built("kuroibara")?, built("kuroibara-empty")?];
    let display = std::env::var("KUROIBARA_TEST_DISPLAY").map_err(|_| "`cargo xtask bench window` brings a display")?;
    let empty = memory::of_an_empty_window(&empty, &display).await?;
    let (many, fewer) = (library(TITLES).await?, library(FEWER).await?);
    let mut session = Session::begin(&display)?;
    session.set("KUROIBARA_DATA_DIR", many.path().display().to_string());
    session.set("KUROIBARA_KEYRING", "off");
    // Once unmeasured, so that the system has read its files.
    start(&mut session, &program).await?;
    memory::end(&program).await?;
    let (page, painted, usable) = start(&mut session, &program).await?;
    let mut figures = vec![
        Figure::new("start to the first picture", painted, "s", 1.2),
        Figure::new(format!("start to a page of {TITLES} titles that can be used"), usable, "s", 1.2),
    ];
    figures.extend(page.figures().await?);
    memory::end(&program).await?;
    session.set("KUROIBARA_DATA_DIR", fewer.path().display().to_string());
    // Whoever lets go of the page closes the window.
    let _open = start(&mut session, &program).await?;
    figures.extend(memory::figures(&program, empty).await?);
    Ok(figures)
}

/// A program as it was built beside this one.
fn built(name: &str) -> Outcome<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if program.is_file() { Ok(program) } else { Err(format!("build {name} in the same profile first").into()) }
}

/// A library of at least so many titles that nobody has open, and whose accounts are not connected any more.
async fn library(titles: usize) -> Outcome<tempfile::TempDir> {
    // MyAnimeList does not know every work.
    let services = Services::start(titles + titles / 50)?;
    let reader = Reader::new(services.variables.clone(), Arc::new(SystemClock)).await?;
    // AniList hands out no list of that length.
    reader.connect(&[Provider::MyAnimeList]).await?;
    reader.sync().await?;
    reader.engine.disconnect(Provider::MyAnimeList).await?;
    let total = reader.engine.library(&LibraryQuery { limit: 1, ..LibraryQuery::default() }).await?.total.unwrap_or(0);
    reader.engine.close().await;
    if (total as usize) < titles {
        return Err(format!("only {total} titles").into());
    }
    std::fs::write(reader.dir.path().join("window.json"), r#"{"welcome_done": true, "close_to_tray": false}"#)?;
    Ok(reader.dir)
}

/// Opens the window: when it first showed something, and when the library could be used, in seconds after its start.
async fn start(session: &mut Session, program: &Path) -> Outcome<(Page, f64, f64)> {
    let client = session.open(program, &[]).await?;
    let page = Page(client);
    let usable = awaited(async || page.number(FIRST_TITLE).await.ok()).await.ok_or("the library did not come")?;
    let began = memory::started_at(program)?;
    let painted = page.number(FIRST_PICTURE).await?;
    Ok((page, painted / 1000.0 - began, usable / 1000.0 - began))
}

/// In milliseconds since 1970, as soon as it is there.
const FIRST_TITLE: &str = "return document.querySelector('[data-testid=entry-1]') ? Date.now() : null";
/// In milliseconds since 1970.
const FIRST_PICTURE: &str = "const [first] = performance.getEntriesByName('first-contentful-paint'); \
    return performance.timeOrigin + first.startTime";

/// Now, in seconds since 1970.
fn now() -> Outcome<f64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64())
}
