//! The page on which a reader allows or denies an application, as a person sees it in a browser. Knows no service's rules.

use html_escape::{encode_double_quoted_attribute, encode_text};

use crate::control::Account;
use crate::params::Params;

/// The form field with the reader's decision.
pub(crate) const DECISION: &str = "decision";
/// The decision that allows.
pub(crate) const ALLOW: &str = "allow";
/// The form field with the name of the account.
pub(crate) const ACCOUNT: &str = "account";

/// A form that repeats what was asked and adds account and decision.
pub(crate) fn consent(service: &str, query: &Params, accounts: &[Account]) -> String {
    let hidden: String = query.iter().map(|(name, value)| hidden(name, value)).collect();
    let options: String =
        accounts.iter().map(|account| format!("<option>{}</option>", encode_text(&account.name))).collect();
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{service} (simulated)</title></head><body>\
         <h1>{service} (simulated)</h1><p>An application wants to read and change your manga list.</p>\
         <form method=\"post\">{hidden}<label>Account <select name=\"{ACCOUNT}\">{options}</select></label> \
         <button name=\"{DECISION}\" value=\"{ALLOW}\">Allow</button> \
         <button name=\"{DECISION}\" value=\"deny\">Deny</button></form></body></html>"
    )
}

fn hidden(name: &str, value: &str) -> String {
    let (name, value) = (encode_double_quoted_attribute(name), encode_double_quoted_attribute(value));
    format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
}
