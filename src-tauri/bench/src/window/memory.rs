//! What the system says of the application's processes: since when they run, what they hold, how much they compute.

use std::{fs, path::Path, process::Command, time::Duration};

use super::{FEWER, now};
use crate::{Outcome, figure::Figure};

/// The kernel counts a process's time in hundredths of a second on every system that this runs on.
const TICKS: f64 = 100.0;
/// How long nobody touches the window.
const IDLE: Duration = Duration::from_secs(5);

/// What the application's own process may hold more than that of an empty window, in megabytes.
const ABOVE_EMPTY: f64 = 60.0;

/// Memory and computing of the window that nobody touches; `empty` is what the Rust process of an empty window holds.
pub(super) async fn figures(program: &Path, empty: f64) -> Outcome<Vec<Figure>> {
    let main = running(program)?;
    // What the page was made to do before, such as asking for covers, comes to its end first.
    tokio::time::sleep(IDLE).await;
    let before = computed(main)?;
    tokio::time::sleep(IDLE).await;
    let idle = (computed(main)? - before) * 1000.0;
    let own = held(main)?;
    let whole: f64 = family(main).iter().filter_map(|process| held(*process).ok()).sum();
    Ok(vec![
        Figure::new(format!("computing of the Rust process in {} idle seconds", IDLE.as_secs()), idle, "ms", 50.0),
        Figure::told("memory of the Rust process of an empty Tauri window (PSS)", empty, "MB"),
        Figure::new(
            format!("memory of the Rust process with {FEWER} titles above that (PSS)"),
            own - empty,
            "MB",
            ABOVE_EMPTY,
        ),
        Figure::told("memory of the whole application (PSS)", whole, "MB"),
    ])
}

/// What the Rust process of an empty window holds on this display, in megabytes.
pub(super) async fn of_an_empty_window(program: &Path, display: &str) -> Outcome<f64> {
    let mut window = Command::new(program).env("DISPLAY", display).env_remove("WAYLAND_DISPLAY").spawn()?;
    tokio::time::sleep(IDLE).await;
    // Besides itself there are the page's process and the one for its network.
    let drawn = family(window.id()).len() >= 3;
    let held = held(window.id());
    window.kill()?;
    window.wait()?;
    if drawn { held } else { Err("the empty window did not open".into()) }
}

/// When the program was started, in seconds since 1970.
pub(super) fn started_at(program: &Path) -> Outcome<f64> {
    let up: f64 = fs::read_to_string("/proc/uptime")?.split(' ').next().unwrap_or_default().parse()?;
    let since_boot = numbers(running(program)?)?.get(19).copied().ok_or("the system names no start")? / TICKS;
    Ok(now()? - (up - since_boot))
}

/// Asks the program to end, and waits until it has.
pub(super) async fn end(program: &Path) -> Outcome<()> {
    let main = running(program)?;
    Command::new("kill").arg(main.to_string()).status()?;
    let gone = kuroibara_desk::awaited(async || running(program).is_err().then_some(())).await;
    gone.ok_or_else(|| "the application did not end".into())
}

/// The process of this program, and no other that has the same file for another purpose.
fn running(program: &Path) -> Outcome<u32> {
    let mut found = processes().filter(|id| fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|file| file == program));
    found.next().ok_or_else(|| "the application does not run".into())
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// A process, and all that it started.
fn family(main: u32) -> Vec<u32> {
    let parents: Vec<(u32, f64)> = processes().filter_map(|id| Some((id, *numbers(id).ok()?.get(1)?))).collect();
    let mut family = vec![main];
    let mut at = 0;
    while let Some(&parent) = family.get(at) {
        family.extend(parents.iter().filter(|(_, of)| *of == f64::from(parent)).map(|(id, _)| *id));
        at += 1;
    }
    family
}

/// Seconds that a process has computed.
fn computed(process: u32) -> Outcome<f64> {
    let numbers = numbers(process)?;
    let [user, system] = [11, 12].map(|at| numbers.get(at).copied().unwrap_or_default());
    Ok((user + system) / TICKS)
}

/// What stands in the process's `stat` behind its name: its state as nothing, then its parent, and so on (proc(5)).
fn numbers(process: u32) -> Outcome<Vec<f64>> {
    let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, rest) = text.rsplit_once(')').ok_or("the system tells nothing of the process")?;
    Ok(rest.split_whitespace().map(|word| word.parse().unwrap_or_default()).collect())
}

/// Its share of memory (PSS), in megabytes of 1,000,000 bytes: what several processes share is counted in parts.
fn held(process: u32) -> Outcome<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).ok_or("the system names no memory")?;
    let kibibytes: f64 = line.split_whitespace().next().unwrap_or_default().parse()?;
    Ok(kibibytes * 1024.0 / 1e6)
}
