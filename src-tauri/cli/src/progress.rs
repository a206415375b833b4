//! How far a sync is, as bars on standard error while a person watches. Made of the engine's events, of which losing one
//! loses nothing.

use std::{collections::BTreeMap, io::IsTerminal, time::Duration};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use kuroibara_core::Provider;
use kuroibara_engine::events::{Event, Phase};

use crate::show::WAITS;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    task::JoinHandle,
};

/// Bars that are drawn until this is dropped.
#[derive(Debug)]
pub(crate) struct Progress(Option<JoinHandle<()>>);

impl Progress {
    /// Draws what is heard, if standard error is a terminal.
    pub(crate) fn of(events: Receiver<Event>) -> Self {
        let drawn = std::io::stderr().is_terminal();
        Self(drawn.then(|| tokio::spawn(draw(events))))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

#[derive(Default)]
struct Bars {
    all: MultiProgress,
    bars: BTreeMap<Provider, ProgressBar>,
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.bars.values().for_each(ProgressBar::finish_and_clear);
    }
}

async fn draw(mut events: Receiver<Event>) {
    let mut bars = Bars::default();
    loop {
        match events.recv().await {
            Ok(event) => bars.show(&event),
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => break,
        }
    }
}

impl Bars {
    fn show(&mut self, event: &Event) {
        match event {
            Event::Progress { provider, phase, done, total, seconds_left, .. } => {
                let bar = self.bar(*provider);
                bar.set_length(total.unwrap_or(0) as u64);
                bar.set_position(*done as u64);
                bar.set_message(said(*phase, *done, *total, *seconds_left));
            }
            Event::ProviderDone { provider, status, .. } => self.bar(*provider).finish_with_message(status.as_str()),
            Event::Waiting => drop(self.all.println(WAITS)),
            Event::GivenUp | Event::Started { .. } | Event::Finished { .. } | Event::LibraryChanged => {}
        }
    }

    fn bar(&mut self, provider: Provider) -> &ProgressBar {
        let all = &self.all;
        self.bars.entry(provider).or_insert_with(|| {
            let bar = all.add(ProgressBar::new(0).with_prefix(provider.title()).with_style(style()));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        })
    }
}

fn style() -> ProgressStyle {
    let template = "{spinner} {prefix:12} {bar:24} {msg}";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn said(phase: Phase, done: usize, total: Option<usize>, seconds_left: Option<u64>) -> String {
    let doing = match phase {
        Phase::Listing => "reading the list",
        Phase::Merging => "comparing",
        Phase::Sending => "sending",
    };
    let counted = match (done, total) {
        (0, None) => String::new(),
        (done, None) => format!(", {done}"),
        (done, Some(total)) => format!(", {done} of {total}"),
    };
    let left = seconds_left.map_or_else(String::new, |seconds| format!(", {} left", duration(seconds)));
    format!("{doing}{counted}{left}")
}

fn duration(seconds: u64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_said_with_what_is_known() {
        assert_eq!(said(Phase::Listing, 0, None, None), "reading the list");
        assert_eq!(said(Phase::Listing, 500, None, None), "reading the list, 500");
        assert_eq!(said(Phase::Sending, 50, Some(1_000), Some(95)), "sending, 50 of 1000, 1 min 35 s left");
    }
}
