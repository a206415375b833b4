//! What the page itself measures: how long its commands take, how soon a search is drawn, how evenly it scrolls.

use fantoccini::Client;
use serde_json::{Value, json};

use super::TITLES;
use crate::{Outcome, figure::Figure};

/// The window's page, behind its driver.
pub(super) struct Page(pub(super) Client);

impl Page {
    /// Everything that is measured here.
    pub(super) async fn figures(&self) -> Outcome<Vec<Figure>> {
        let page = |search: &str| json!({ "query": { "search": search, "limit": 100 } });
        let mut figures = vec![
            self.command("a command that asks no database, there and back", "app_settings", json!({}), 5.0).await?,
            self.command("a command that asks for the accounts", "get_settings", json!({}), 5.0).await?,
            self.command(&format!("a page of 100 of {TITLES} titles"), "library", page(""), 50.0).await?,
        ];
        for text in SEARCHES {
            let what = format!("“{text}” among the names of {TITLES} titles");
            figures.push(self.command(&what, "library", page(text), 50.0).await?);
        }
        let drawn = self.ask(SEARCH, vec![json!(SEARCHES)]).await?;
        figures.push(middle("a key in the search until its titles are drawn", &times(&drawn)?, 50.0)?);
        let mut gaps = times(&self.ask(SCROLL, vec![]).await?)?;
        gaps.sort_unstable_by(f64::total_cmp);
        let late = gaps.get(gaps.len() * 95 / 100).copied().ok_or("nothing was scrolled")?;
        figures.push(Figure::new(
            format!("95 of 100 gaps between frames, scrolling {TITLES} titles"),
            late,
            "ms",
            50.0,
        ));
        Ok(figures)
    }

    /// The number that a script comes to.
    pub(super) async fn number(&self, script: &str) -> Outcome<f64> {
        self.0.execute(script, vec![]).await?.as_f64().ok_or_else(|| "the page has no such number".into())
    }

    async fn command(&self, what: &str, name: &str, given: Value, at_most: f64) -> Outcome<Figure> {
        let took = self.ask(ROUND_TRIP, vec![json!(name), given]).await?;
        middle(what, &times(&took)?, at_most)
    }

    async fn ask(&self, script: &str, given: Vec<Value>) -> Outcome<Value> {
        Ok(self.0.execute_async(script, given).await?)
    }
}

/// From what many names hold to what few do, as a person types who knows the beginning of a title.
const SEARCHES: [&str; 5] = ["a", "no", "yuki", "houkago no", "zzzz"];

/// Each time is that of ten calls, since the page's clock counts whole milliseconds only.
const ROUND_TRIP: &str = "
    const [name, given, done] = arguments;
    const took = [];
    for (let run = 0; run < 11; run++) {
        const began = performance.now();
        for (let call = 0; call < 10; call++) await window.__TAURI_INTERNALS__.invoke(name, given);
        took.push((performance.now() - began) / 10);
    }
    done(took);
";

/// Types each text, and waits until the first titles that were found are drawn. How many they are in all is counted after that.
const SEARCH: &str = "
    const [texts, done] = arguments;
    const field = document.querySelector('[data-testid=library-search]');
    const answer = document.querySelector('[data-testid=library-answer]');
    const answered = () => new Promise((next) => {
        const watch = new MutationObserver(() => {
            if (answer.ariaBusy === 'true') return;
            watch.disconnect();
            next();
        });
        watch.observe(answer, { attributes: true, attributeFilter: ['aria-busy'] });
    });
    const drawn = () => new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
    const took = [];
    for (const text of [...texts, ...texts]) {
        const began = performance.now();
        field.value = text;
        field.dispatchEvent(new Event('input', { bubbles: true }));
        await answered();
        await drawn();
        took.push(performance.now() - began);
        // As a person does: the next key comes when what follows the titles is there as well.
        await new Promise((next) => setTimeout(next, 150));
    }
    field.value = '';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    while (!document.querySelector('[data-testid=entry-1]')) await drawn();
    done(took);
";

/// Scrolls for three hundred frames, half a page in each.
const SCROLL: &str = "
    const [done] = arguments;
    let list = document.querySelector('[data-testid=entry-1]');
    while (list.scrollHeight <= list.clientHeight + 1 || getComputedStyle(list).overflowY === 'visible') list = list.parentElement;
    const gaps = [];
    let last = null;
    const frame = (now) => {
        if (last !== null) gaps.push(now - last);
        last = now;
        list.scrollTop += list.clientHeight / 2;
        if (gaps.length < 300) requestAnimationFrame(frame);
        else done(gaps);
    };
    requestAnimationFrame(frame);
";

fn times(told: &Value) -> Outcome<Vec<f64>> {
    Ok(serde_json::from_value(told.clone())?)
}

/// The middle one, with the least and the most beside it.
fn middle(what: &str, taken: &[f64], at_most: f64) -> Outcome<Figure> {
    let mut taken = taken.to_vec();
    taken.sort_unstable_by(f64::total_cmp);
    let [least, .., most] = taken[..] else { return Err("nothing was measured".into()) };
    Ok(Figure::new(what, taken[taken.len() / 2], "ms", at_most).between(least, most))
}
