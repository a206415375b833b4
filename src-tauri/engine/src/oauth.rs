//! Sign-in by browser.
