//! The small page that a person sees at the end of a sign-in. Nothing of what the browser brought is ever in it.

use axum::{
    http::header,
    response::{Html, IntoResponse, Response},
};

use crate::words::Words;

const STYLE: &str = "html{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{display:grid;min-height:90vh;\
                     place-content:center;justify-items:center;padding:1rem;text-align:center}\
                     h1{font-size:1.25rem;margin:0}p{margin:.5rem 0;max-width:26rem}";

/// Sends what stands behind the `#` to where it came from, and shows how that went. The fragment leaves the address first,
/// so that it stays in no history.
const SCRIPT: &str = "const text=document.querySelector('p');const brought=location.hash.slice(1);\
    history.replaceState(null,'',location.pathname);\
    fetch(location.pathname,{method:'POST',body:brought}).then(answer=>{\
    text.textContent=answer.ok?text.dataset.done:text.dataset.failed},()=>{text.textContent=text.dataset.failed});";

/// The sign-in ended, well or not.
pub(super) fn ended(words: &Words, well: bool) -> Response {
    page(words, if well { words.signed_in } else { words.sign_in_failed }, None)
}

/// Asks the browser for what stands behind the `#`.
pub(super) fn asking(words: &Words) -> Response {
    page(words, words.one_moment, Some(SCRIPT))
}

/// The texts are ours and hold nothing that HTML would read.
fn page(words: &Words, text: &str, script: Option<&str>) -> Response {
    let nonce = uuid::Uuid::new_v4().simple().to_string();
    let script = script.map(|script| format!("<script nonce=\"{nonce}\">{script}</script>")).unwrap_or_default();
    let (title, done, failed) = (words.signed_in_title, words.signed_in, words.sign_in_failed);
    let html = format!(
        "<!doctype html><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style nonce=\"{nonce}\">{STYLE}</style>\
         <h1>{title}</h1><p data-done=\"{done}\" data-failed=\"{failed}\">{text}</p>{script}"
    );
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::REFERRER_POLICY, "same-origin".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (headers, Html(html)).into_response()
}
