//! Every page of the real window, looked over by axe in both themes.

use serde_json::{Value, json};

use crate::desk::{Desk, until};

const PAGES: [&str; 7] = ["library", "review", "activity", "integrations", "statistics", "settings", "help"];

/// What axe calls serious or critical. Left out are the two signs with which the component library leads the keyboard through
/// messages in the corner: they are not ours to mend.
const LOOK: &str = r#"
    const done = arguments[arguments.length - 1];
    const skip = '[role=region] > span[aria-hidden=true][tabindex="0"]';
    const told = ({ id, impact, nodes }) => `${impact} ${id} (${nodes.length}): ${nodes[0].html.slice(0, 300)}`;
    window.axe.run({ exclude: [[skip]] }, { resultTypes: ['violations'] })
        .then(({ violations }) => done(violations.filter(({ impact }) => /serious|critical/.test(impact)).map(told)))
        .catch((error) => done([`axe: ${error}`]));
"#;

/// The theme is the one asked for, nothing moves any more, and nothing is still to come: seen several times, since colours begin
/// to change only after the theme has.
const IS_CALM: &str = r#"
    if (document.documentElement.classList.contains('dark') !== (arguments[0] === 'dark')) return false;
    const moving = document.getAnimations().some((each) => each.playState === 'running' && each.effect.getComputedTiming().iterations !== Infinity);
    const isCalm = !moving && !document.querySelector('[data-testid=skeleton], .animate-spin');
    window.calmFor = isCalm ? (window.calmFor ?? 0) + 1 : 0;
    return window.calmFor > 5;
"#;

#[tokio::test(flavor = "multi_thread")]
async fn no_page_has_a_serious_fault_of_accessibility_in_light_and_dark() {
    let Some(mut desk) = Desk::lay_for_a_reader().await else { return };
    desk.choose(r#"{"welcome_done": true, "close_to_tray": true, "theme": "dark"}"#);
    desk.open().await;
    let axe = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/node_modules/axe-core/axe.min.js");
    let axe = std::fs::read_to_string(axe).expect("axe is among the page's packages: `npm ci` in ui brings it");
    desk.window().execute(&axe, vec![]).await.unwrap();
    let mut faults = Vec::new();
    for theme in ["dark", "light"] {
        for page in PAGES {
            desk.click(&format!("nav-{page}")).await;
            look_over(&desk, page, theme, &mut faults).await;
        }
        desk.window().execute("location.hash = '#/welcome'", vec![]).await.unwrap();
        desk.element("welcome-title").await;
        look_over(&desk, "welcome", theme, &mut faults).await;
        desk.click("welcome-skip").await;
        desk.click("theme-switch").await;
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

async fn look_over(desk: &Desk, page: &str, theme: &str, faults: &mut Vec<String>) {
    let place = format!("{page}, {theme}");
    desk.window().execute("window.calmFor = 0", vec![]).await.unwrap();
    let is_calm = async || desk.window().execute(IS_CALM, vec![json!(theme)]).await.ok()?.as_bool()?.then_some(());
    until(&format!("{place} at rest"), is_calm).await;
    let found = desk.window().execute_async(LOOK, vec![json!(null)]).await.unwrap();
    let told = |fault: &Value| format!("{place}: {}", fault.as_str().unwrap_or_default());
    faults.extend(found.as_array().unwrap().iter().map(told));
}
