//! How AniList words its answers (anilist.md section 5): the envelope, errors without `path` and `extensions`, the HTTP
//! status that mirrors the error's, and the rate headers.

use async_graphql::{ErrorExtensions, Pos, ServerError, Value};
use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::json;

/// The message that means: this token is not, or no longer, good for anything (section 5).
const INVALID_TOKEN: &str = "Invalid token";

/// An error of a resolver with its status.
pub(super) fn refusal(status: u16, message: &str) -> async_graphql::Error {
    async_graphql::Error::new(message).extend_with(|_, extensions| extensions.set("status", status))
}

/// 404 with the usual message.
pub(super) fn not_found() -> async_graphql::Error {
    refusal(404, "Not Found.")
}

/// 401: a token is needed here.
pub(super) fn unauthorized() -> async_graphql::Error {
    refusal(401, "Unauthorized.")
}

/// 400 with one line for each bad argument.
pub(super) fn invalid(problems: &[(&str, String)]) -> async_graphql::Error {
    let map =
        problems.iter().map(|(field, text)| (async_graphql::Name::new(field), Value::List(vec![text.as_str().into()])));
    let validation = Value::Object(map.collect());
    refusal(400, "validation").extend_with(|_, extensions| extensions.set("validation", validation.clone()))
}

/// An answer without data, before anything was executed.
pub(super) fn failed(status: StatusCode, message: &str, at: &[Pos]) -> Response {
    let mut error = json!({"message": message, "status": status.as_u16()});
    if !at.is_empty() {
        error["locations"] = locations(at);
    }
    (status, Json(json!({"errors": [error], "data": null}))).into_response()
}

/// 400 `Invalid token`.
pub(super) fn invalid_token() -> Response {
    failed(StatusCode::BAD_REQUEST, INVALID_TOKEN, &[])
}

/// 429, with `Retry-After` and the reset time where headers come along.
pub(super) fn too_many(with_headers: bool, retry_after: Option<u64>, now: DateTime<Utc>) -> Response {
    let mut response = failed(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests.", &[]);
    if with_headers {
        let wait = retry_after.unwrap_or(60);
        let reset = now.timestamp().saturating_add_unsigned(wait);
        set(response.headers_mut(), "retry-after", &wait.to_string());
        set(response.headers_mut(), "x-ratelimit-reset", &reset.to_string());
        set_rate(&mut response, 30, 0);
    }
    response
}

/// Any other failure of the service: an outage is 403 in JSON, the rest says what its status says.
pub(super) fn failure(status: StatusCode) -> Response {
    let outage = "The AniList API has been temporarily disabled due to severe stability issues.";
    let message = match status {
        StatusCode::FORBIDDEN => outage,
        StatusCode::NOT_FOUND => "Not Found.",
        _ => status.canonical_reason().unwrap_or("Internal Server Error"),
    };
    failed(status, message, &[])
}

/// The rate headers that every reply bears.
pub(super) fn set_rate(response: &mut Response, limit: u32, remaining: u32) {
    set(response.headers_mut(), "x-ratelimit-limit", &limit.to_string());
    set(response.headers_mut(), "x-ratelimit-remaining", &remaining.to_string());
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// An executed answer. With `abort`, one error spoils every field (section 5).
pub(super) fn executed(mut response: async_graphql::Response, abort: bool) -> Response {
    response.errors.sort_by_key(|error| error.locations.first().map(|at| (at.line, at.column)));
    if abort && !response.errors.is_empty() {
        response.errors.truncate(1);
        if let Value::Object(fields) = &mut response.data {
            fields.values_mut().for_each(|field| *field = Value::Null);
        }
    }
    let status = response.errors.first().map_or(StatusCode::OK, status);
    let errors: Vec<_> = response.errors.iter().map(worded).collect();
    (status, Json(Envelope { errors, data: Plain(&response.data) })).into_response()
}

#[derive(serde::Serialize)]
struct Envelope<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<serde_json::Value>,
    data: Plain<'a>,
}

/// What fails validation of the document has no status of its own and is 400.
fn status(error: &ServerError) -> StatusCode {
    let status = match extension(error, "status") {
        Some(Value::Number(status)) => status.as_u64().and_then(|status| u16::try_from(status).ok()),
        _ => None,
    };
    status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::BAD_REQUEST)
}

fn worded(error: &ServerError) -> serde_json::Value {
    let mut worded =
        json!({"message": message(error), "status": status(error).as_u16(), "locations": locations(&error.locations)});
    if let Some(validation) = extension(error, "validation") {
        worded["validation"] = json!(validation);
    }
    worded
}

/// The one message of the executing library that the facts word otherwise.
fn message(error: &ServerError) -> String {
    match error.message.strip_prefix("Unknown field \"") {
        Some(rest) => format!("Cannot query field \"{rest}"),
        None => error.message.clone(),
    }
}

fn extension<'a>(error: &'a ServerError, name: &str) -> Option<&'a Value> {
    error.extensions.as_ref().and_then(|extensions| extensions.get(name))
}

fn locations(at: &[Pos]) -> serde_json::Value {
    at.iter().map(|pos| json!({"line": pos.line, "column": pos.column})).collect()
}

/// The data as PHP writes it: a float without a fraction is an integer.
struct Plain<'a>(&'a Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Number(number) => match number.as_f64() {
                Some(float) if number.is_f64() && float.fract() == 0.0 => to.serialize_i64(float as i64),
                Some(_) | None => number.serialize(to),
            },
            Value::List(items) => to.collect_seq(items.iter().map(Plain)),
            Value::Object(fields) => {
                let mut map = to.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name.as_str(), &Plain(value))?;
                }
                map.end()
            }
            Value::Null | Value::String(_) | Value::Boolean(_) | Value::Enum(_) | Value::Binary(_) => {
                self.0.serialize(to)
            }
        }
    }
}
