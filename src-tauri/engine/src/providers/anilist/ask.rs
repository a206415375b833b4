//! One GraphQL request and what came back: the slots by alias, and the errors by line.
//!
//! Knows AniList's error envelope (anilist.md §5); knows no list.

use std::time::Duration;

use kuroibara_core::Provider;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    AniList,
    batch::{self, MOST_COMPLEX, Root},
};
use crate::{
    http::{Call, HttpError, PauseReason, Repeat, Reply},
    providers::ApiError,
    secret::Secret,
};

/// The longest text of an error that is kept, in characters.
const LONGEST_REASON: usize = 300;
/// How long AniList is left alone that says it is switched off. It does not say for how long (anilist.md §5), and no person can
/// mend it: short enough that nobody has to knock.
const SWITCHED_OFF: Duration = Duration::from_secs(5 * 60);

/// What a request brought.
#[derive(Debug)]
pub(super) struct Answer {
    /// By root: what it brought; none where an error took its place.
    pub(super) slots: Vec<Option<Value>>,
    /// What went wrong.
    pub(super) faults: Vec<Fault>,
    /// How far AniList's clock is ahead of ours.
    pub(super) clock_ahead: chrono::Duration,
    /// When the answer was made, by AniList's clock.
    pub(super) at: kuroibara_core::Time,
}

/// One error of an answer.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// The roots that it is about, by line; none: the request as a whole.
    pub(super) roots: Vec<usize>,
    message: String,
    status: u64,
}

/// All that was read, in the order of the roots.
pub(super) struct Read {
    /// What each root brought.
    pub(super) slots: Vec<Value>,
    /// As in [`Answer`], of the last request.
    pub(super) clock_ahead: chrono::Duration,
    /// As in [`Answer`], of the last request.
    pub(super) at: kuroibara_core::Time,
}

impl AniList {
    /// Sends one request of these roots.
    pub(super) async fn ask(
        &self,
        token: Option<&Secret>,
        route: &'static str,
        repeat: Repeat,
        roots: &[&Root],
    ) -> Result<Answer, ApiError> {
        let request = self.http.client().post(self.endpoints.api.clone()).header("accept", "application/json");
        let request = request.json(&batch::request(roots.iter().copied()));
        let request = match token {
            Some(token) => request.bearer_auth(token.reveal()),
            None => request,
        };
        let reply = self.http.send(self.call(route, repeat, request)?).await?;
        let answer = understand(&reply, roots.len());
        if let Err(ApiError::Http(HttpError::Outage { status: 403, .. })) = &answer {
            self.http.pause(Provider::AniList, SWITCHED_OFF, PauseReason::NotWorking).await;
        }
        answer
    }

    /// The call of a finished request.
    pub(super) fn call(
        &self,
        route: &'static str,
        repeat: Repeat,
        request: reqwest::RequestBuilder,
    ) -> Result<Call, ApiError> {
        let request = request.build().map_err(|_| unreadable("the address of the service"))?;
        Ok(Call { provider: Provider::AniList, route, request, repeat })
    }

    /// Reads all roots with as few requests as the bound of complexity allows. An error of one is an error of all.
    pub(super) async fn read(
        &self,
        token: Option<&Secret>,
        route: &'static str,
        roots: &[Root],
    ) -> Result<Read, ApiError> {
        let mut read = Read { slots: Vec::new(), clock_ahead: chrono::Duration::zero(), at: Default::default() };
        let mut bound = MOST_COMPLEX;
        while read.slots.len() < roots.len() {
            let part = within(bound, roots.iter().skip(read.slots.len()));
            let answer = self.ask(token, route, Repeat::Read, &part).await?;
            if let (Some(got), true) = (answer.too_complex(), part.len() > 1) {
                bound = lowered(bound, got);
                continue;
            }
            (read.clock_ahead, read.at) = (answer.clock_ahead, answer.at);
            read.slots.extend(answer.whole()?);
        }
        Ok(read)
    }
}

/// The bound in our own counting after a request within it cost `got`: some fields may cost more than the rule says, and what
/// counts is what the service counts.
fn lowered(bound: usize, got: usize) -> usize {
    (bound * MOST_COMPLEX / got.max(1)).min(bound.saturating_sub(1))
}

/// As many of the next roots as cost no more than `bound`, but at least one.
fn within<'a>(bound: usize, roots: impl Iterator<Item = &'a Root>) -> Vec<&'a Root> {
    let mut cost = 0;
    let fits = |(i, root): &(usize, &Root)| {
        cost += root.cost;
        *i == 0 || cost <= bound
    };
    roots.enumerate().take_while(fits).map(|(_, root)| root).collect()
}

impl Answer {
    /// What the request cost, if it cost too much and so nothing was done.
    pub(super) fn too_complex(&self) -> Option<usize> {
        let words =
            self.faults.iter().find_map(|fault| fault.message.strip_prefix("Max query complexity should be "))?;
        words.rsplit("got ").next()?.trim_end_matches('.').parse().ok()
    }

    /// All slots, if nothing went wrong.
    fn whole(self) -> Result<Vec<Value>, ApiError> {
        match self.faults.first() {
            Some(fault) => Err(fault.refusal()),
            None => Ok(self.slots.into_iter().map(Option::unwrap_or_default).collect()),
        }
    }
}

impl Fault {
    /// What this means for the item that it is about.
    pub(super) fn refusal(&self) -> ApiError {
        if self.status == 404 {
            return ApiError::NotFound(Provider::AniList);
        }
        refused(&self.message)
    }

    /// An error as it would have come.
    #[cfg(test)]
    pub(super) fn for_tests(message: &str, status: u64, roots: &[usize]) -> Self {
        Self { roots: roots.to_vec(), message: message.to_owned(), status }
    }

    /// The service has changed its schema: asking in smaller parts would be no better.
    fn is_about_the_document(&self) -> bool {
        ["Cannot query field", "Syntax Error", "Unknown "].iter().any(|words| self.message.starts_with(words))
    }

    /// Only the person can help: the token is bad, expired or missing. A 400 means that only with these words.
    fn signed_out(&self) -> bool {
        self.status == 401 || self.message.trim_end_matches('.').eq_ignore_ascii_case("invalid token")
    }
}

/// A refusal in the service's own words, shortened.
pub(super) fn refused(reason: &str) -> ApiError {
    ApiError::Refused { provider: Provider::AniList, reason: reason.chars().take(LONGEST_REASON).collect() }
}

/// An answer that can't be read; `what` names the part, never its content.
pub(super) fn unreadable(what: &str) -> ApiError {
    ApiError::Unreadable { provider: Provider::AniList, what: what.to_owned() }
}

/// Reads a slot as the type that its document gives it.
pub(super) fn parse<T: DeserializeOwned>(slot: Value, what: &str) -> Result<T, ApiError> {
    serde_json::from_value(slot).map_err(|_| unreadable(what))
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    data: Value,
    errors: Option<Vec<WireFault>>,
}

#[derive(Deserialize)]
struct WireFault {
    #[serde(default)]
    message: String,
    status: Option<u64>,
    locations: Option<Vec<Location>>,
    #[serde(default)]
    validation: Value,
}

#[derive(Deserialize)]
struct Location {
    line: usize,
}

fn understand(reply: &Reply, roots: usize) -> Result<Answer, ApiError> {
    let status = reply.status.as_u16();
    // A 403 in its own form is the whole service being switched off; a token's end is told otherwise, and a page is a block.
    if status == 403 || status >= 500 {
        return Err(HttpError::Outage { provider: Provider::AniList, status }.into());
    }
    let mut envelope: Envelope =
        serde_json::from_slice(&reply.body).map_err(|_| unreadable("the answer's envelope"))?;
    let wire = envelope.errors.take().unwrap_or_default();
    let faults: Vec<Fault> = wire.into_iter().map(|fault| fault.traced(status, roots)).collect();
    if status == 401 || faults.iter().any(Fault::signed_out) {
        return Err(ApiError::SignInAgain(Provider::AniList));
    }
    if faults.iter().any(Fault::is_about_the_document) {
        return Err(unreadable("it no longer understands this kind of request"));
    }
    if faults.is_empty() && !reply.status.is_success() {
        return Err(unreadable("an error without words"));
    }
    let mut slot = |i| envelope.data.get_mut(batch::alias(i)).map(Value::take).filter(|slot| !slot.is_null());
    let slots = (0..roots).map(&mut slot).collect();
    let clock_ahead = reply.clock_ahead();
    Ok(Answer { slots, faults, clock_ahead, at: reply.received_at + clock_ahead })
}

impl WireFault {
    fn traced(self, status: u16, roots: usize) -> Fault {
        let lines = self.locations.unwrap_or_default().into_iter().filter_map(|at| batch::root_on_line(at.line));
        // A value of the wrong kind is found before anything runs, at the line of all variables: its name tells whose it is.
        let named = batch::root_of_variable(&self.message);
        Fault {
            roots: named.into_iter().chain(lines).filter(|root| *root < roots).collect(),
            message: in_words(self.message, &self.validation),
            status: self.status.unwrap_or(status.into()),
        }
    }
}

/// `validation` alone says nothing: the texts by field do.
fn in_words(message: String, validation: &Value) -> String {
    let texts = validation.as_object().into_iter().flatten().flat_map(|(_, texts)| texts.as_array()).flatten();
    let words: Vec<_> = texts.filter_map(Value::as_str).collect();
    if words.is_empty() { message } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use reqwest::{StatusCode, header::HeaderMap};
    use serde_json::json;

    use super::*;

    fn reply(status: u16, body: Value) -> Reply {
        let status = StatusCode::from_u16(status).unwrap();
        let body = serde_json::to_vec(&body).unwrap().into();
        Reply { status, headers: HeaderMap::new(), body, received_at: Default::default() }
    }

    fn error(status: u16, message: &str, line: usize) -> Reply {
        let error = json!({"message": message, "status": status, "locations": [{"line": line, "column": 1}]});
        reply(status, json!({"errors": [error], "data": null}))
    }

    #[test]
    fn only_the_right_words_or_a_401_mean_signing_in_again() {
        let out = |reply| matches!(understand(&reply, 2), Err(ApiError::SignInAgain(Provider::AniList)));
        assert!(out(error(400, "Invalid token", 0)) && out(error(400, "Invalid token.", 0)));
        assert!(out(error(401, "Unauthorized.", 2)));
        assert!(!out(error(400, "validation", 2)) && !out(error(404, "Not Found.", 2)));
    }

    #[test]
    fn an_error_is_traced_by_its_line_or_by_the_variable_that_it_names() {
        let roots = |reply| understand(&reply, 2).unwrap().faults[0].roots.clone();
        assert_eq!(roots(error(404, "Not Found.", 3)), [1]);
        assert!(roots(error(400, "validation", 9)).is_empty());
        assert_eq!(roots(error(400, "Variable \"$progressVolumes_1\" got invalid value 9999999999", 1)), [1]);
    }

    #[test]
    fn validation_is_told_in_the_words_of_each_field() {
        let errors = json!([{"message": "validation", "status": 400, "locations": [{"line": 2, "column": 1}],
            "validation": {"mediaId": ["The selected media id is invalid."], "notes": ["Too long."]}}]);
        let answer = understand(&reply(400, json!({"errors": errors, "data": {"a0": null}})), 1).unwrap();
        let reason = answer.faults[0].refusal().to_string();
        assert!(reason.contains("The selected media id is invalid. Too long."), "{reason}");
    }

    #[test]
    fn the_cost_that_was_too_high_is_read() {
        let answer = understand(&error(400, "Max query complexity should be 500 but got 646.", 0), 1).unwrap();
        assert_eq!(answer.too_complex(), Some(646));
    }

    #[test]
    fn a_changed_schema_an_outage_and_an_empty_error_are_told_apart() {
        let judged = |reply| understand(&reply, 1).unwrap_err();
        let changed = judged(error(400, "Cannot query field \"score\" on type \"MediaList\".", 2));
        assert!(matches!(changed, ApiError::Unreadable { .. }));
        let off = judged(error(403, "The AniList API has been temporarily disabled", 0));
        assert!(matches!(off, ApiError::Http(HttpError::Outage { status: 403, .. })));
        assert!(matches!(judged(reply(400, json!({"data": null}))), ApiError::Unreadable { .. }));
    }

    #[test]
    fn a_request_takes_as_many_roots_as_fit_and_at_least_one() {
        use super::super::documents::{Entries, entries};
        let roots: Vec<_> = (0..20).map(|_| Root::new::<Entries>(entries::Variables::default())).collect();
        assert_eq!(within(500, roots.iter()).len(), 11);
        assert_eq!(within(1, roots.iter()).len(), 1);
        // A request that cost 646 by the service's counting is asked again at a size that passes.
        assert_eq!((lowered(500, 646), lowered(387, 500), lowered(1, 700)), (386, 386, 0));
    }
}
