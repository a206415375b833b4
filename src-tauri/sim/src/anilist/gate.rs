//! The GraphQL endpoint, in the order of anilist.md section 13: bearer check, rate limiter, form of the body, parse,
//! complexity, then validation and execution. It knows HTTP and no rule of the lists.

use std::sync::Arc;

use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection};
use async_graphql::parser::{self, parse_query};
use async_graphql::{Request, Variables};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::Response;
use serde_json::Value;

use crate::Limits;

use super::AniList;
use super::complexity::{self, MAX};
use super::graphql::Call;
use super::knobs::BatchFailure;
use super::reply::{executed, failed, invalid_token, set_rate, too_many};

/// The limit that the headers tell while limits are off, so that a client that follows them need not wait.
const UNLIMITED: u32 = 100_000;

/// A request that may be executed.
struct Asked {
    request: Request,
    mutates: bool,
}

pub(super) async fn graphql(State(anilist): State<AniList>, headers: HeaderMap, body: Bytes) -> Response {
    let Ok(viewer) = viewer(&anilist, &headers) else { return anilist.rated(invalid_token()) };
    if let Some(refused) = anilist.over_the_limit() {
        return refused;
    }
    let answered = match read(&body) {
        Ok(asked) => anilist.execute(asked, viewer).await,
        Err(refused) => *refused,
    };
    anilist.rated(answered)
}

/// The reader whose token it is; none without a token, an error with a bad one.
fn viewer(anilist: &AniList, headers: &HeaderMap) -> Result<Option<i64>, ()> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer ")).ok_or(())?;
    let now = anilist.shared.front.clock.now();
    anilist.shared.state().access.user(token.trim(), now).map(Some).ok_or(())
}

/// Everything that fails before execution fails with 400 and no data (sections 1, 4 and 5).
fn read(body: &[u8]) -> Result<Asked, Box<Response>> {
    let refuse = |message: &str, at: &[_]| Box::new(failed(StatusCode::BAD_REQUEST, message, at));
    let body: Value = serde_json::from_slice(body).map_err(|_| refuse("The request body is not valid JSON.", &[]))?;
    if body.is_array() {
        return Err(refuse("Batched requests are not supported.", &[]));
    }
    let query =
        body["query"].as_str().ok_or_else(|| refuse("GraphQL Request must include the \"query\" parameter.", &[]))?;
    let document =
        parse_query(query).map_err(|error| refuse(&syntax_error(&error), &error.positions().collect::<Vec<_>>()))?;
    let operation = body["operationName"].as_str();
    let cost = complexity::cost(&document, operation);
    if cost > MAX {
        return Err(refuse(&format!("Max query complexity should be {MAX} but got {cost}."), &[]));
    }
    Ok(asked(query, document, operation, &body["variables"]))
}

fn syntax_error(error: &parser::Error) -> String {
    format!("Syntax Error: {}", error.to_string().lines().last().unwrap_or_default().trim())
}

fn asked(query: &str, document: ExecutableDocument, operation: Option<&str>, variables: &Value) -> Asked {
    let mutates = document.operations.iter().any(|(_, operation)| operation.node.ty == OperationType::Mutation);
    let mut request = Request::new(query).variables(Variables::from_json(variables.clone()));
    request.set_parsed_query(document);
    Asked { request: operation.into_iter().fold(request, Request::operation_name), mutates }
}

impl AniList {
    /// Mutations come one document after the other, so that one can be undone as a whole.
    async fn execute(&self, asked: Asked, viewer: Option<i64>) -> Response {
        let failure = self.shared.state().knobs.batch_failure;
        let call = Arc::new(Call::new(viewer, failure));
        let turn = if asked.mutates { Some(self.shared.writing.lock().await) } else { None };
        let response = self.schema.execute(asked.request.data(Arc::clone(&call))).await;
        let written = call.settle(&mut self.shared.state());
        drop(turn);
        self.shared.front.log.wrote(written);
        executed(response, failure != BatchFailure::Partial)
    }

    /// Counts the request; the 429 if it is one too many.
    fn over_the_limit(&self) -> Option<Response> {
        if self.shared.limits == Limits::Off {
            return None;
        }
        let now = self.shared.front.clock.now();
        let knobs = self.shared.state().knobs;
        let lockout = self.shared.limiter().admit(now, &knobs).err()?;
        let wait = (lockout.until - now).num_milliseconds().max(0).unsigned_abs().div_ceil(1000);
        let mut refused = too_many(lockout.with_headers, Some(wait), now);
        if lockout.with_headers {
            set_rate(&mut refused, knobs.per_minute, 0);
        }
        Some(refused)
    }

    /// The reply with the rate headers.
    fn rated(&self, mut response: Response) -> Response {
        let knobs = self.shared.state().knobs;
        let now = self.shared.front.clock.now();
        match self.shared.limits {
            Limits::Real => set_rate(&mut response, knobs.per_minute, self.shared.limiter().remaining(now, &knobs)),
            Limits::Off => set_rate(&mut response, UNLIMITED, UNLIMITED - 1),
        }
        response
    }
}

/// GraphQL requests are told apart by their first field: `query Page`, `mutation SaveMediaListEntry`.
pub(super) fn route(method: &Method, uri: &Uri, body: &[u8]) -> String {
    let plain = || uri.path().to_string();
    if method != Method::POST || uri.path().starts_with("/api") {
        return plain();
    }
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    body["query"].as_str().and_then(first_field).unwrap_or_else(plain)
}

fn first_field(query: &str) -> Option<String> {
    let document = parse_query(query).ok()?;
    let (_, operation) = document.operations.iter().next()?;
    let fields = operation.node.selection_set.node.items.iter().find_map(|selection| match &selection.node {
        Selection::Field(field) => Some(field.node.name.node.clone()),
        Selection::FragmentSpread(_) | Selection::InlineFragment(_) => None,
    });
    fields.map(|field| format!("{} {field}", operation.node.ty))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn a_request_is_named_by_its_first_field_and_not_by_its_alias() {
        let named = |query| first_field(query).unwrap();
        assert_eq!(named("{ Viewer { id } }"), "query Viewer");
        assert_eq!(named("query Q($u: Int) {\n  a0: Page(page: 1) { x }}"), "query Page");
        assert_eq!(
            named("fragment F on MediaList{id} mutation($m:Int){\na0:SaveMediaListEntry(mediaId:$m){...F}}"),
            "mutation SaveMediaListEntry"
        );
    }
}
