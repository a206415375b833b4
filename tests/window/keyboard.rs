//! What somebody without a mouse does: opening a page, pressing keys, and going from one thing to the next.

use fantoccini::{
    actions::{InputSource, KeyAction, KeyActions},
    key::Key,
};

use crate::desk::{Desk, until};

/// Keys are pressed no further than this to get from one thing to the next.
const FAR: usize = 80;

/// Opens a page by its name.
pub(crate) async fn go_to(desk: &Desk, page: &str) {
    press(desk, &[Key::Control.into(), 'k']).await;
    desk.element("palette").await;
    write(desk, page).await;
    desk.saying("option", page).await;
    press(desk, &[Key::Enter.into()]).await;
    desk.is_gone("palette").await;
}

/// Presses these keys together, wherever the keyboard stands.
pub(crate) async fn press(desk: &Desk, keys: &[char]) {
    let down = keys.iter().map(|key| KeyAction::Down { value: *key });
    let up = keys.iter().rev().map(|key| KeyAction::Up { value: *key });
    let strokes = down.chain(up).fold(KeyActions::new("keyboard".into()), KeyActions::then);
    desk.window().perform_actions(strokes).await.unwrap();
}

/// Presses Tab until the keyboard stands on it.
pub(crate) async fn walk_to(desk: &Desk, selector: &str) {
    for _ in 0..FAR {
        let stands_on = "return document.activeElement.matches(arguments[0])";
        if desk.window().execute(stands_on, vec![selector.into()]).await.unwrap() == true {
            return;
        }
        press(desk, &[Key::Tab.into()]).await;
    }
    panic!("Tab does not lead to {selector}");
}

/// Goes through a list of Review to this title.
pub(crate) async fn choose(desk: &Desk, list: &str, title: &str) {
    // A list that is made anew may take the line away between two looks.
    let place = async || desk.saying("option", title).await.attr("aria-posinset").await.ok()?;
    let place = until(&format!("the place of {title}"), place).await;
    walk_to(desk, &format!("[data-testid={list}-list]")).await;
    press(desk, &[Key::Home.into()]).await;
    for _ in 1..place.parse::<usize>().unwrap() {
        press(desk, &[Key::Down.into()]).await;
    }
    desk.says(&format!("{list}-decision"), title).await;
}

/// Types a text where the keyboard stands.
pub(crate) async fn write(desk: &Desk, text: &str) {
    for letter in text.chars() {
        press(desk, &[letter]).await;
    }
}
