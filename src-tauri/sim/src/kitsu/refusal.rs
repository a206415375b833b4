//! Every way in which Kitsu says no (kitsu.md section 2). The resource layer writes status and code as text, the
//! hand-written parts as numbers. Knows nothing of why.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::save::Invalid;

/// The media type of JSON:API.
pub(super) const JSON_API: &str = "application/vnd.api+json";

/// A refused request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) errors: Vec<Value>,
}

impl Refusal {
    /// An error of the resource layer.
    pub(super) fn new(status: u16, code: u16, title: &str, detail: &str) -> Self {
        let error = json!({ "title": title, "detail": detail, "code": code.to_string(), "status": status.to_string() });
        Self { status, errors: vec![error] }
    }

    pub(super) fn invalid_resource(name: &str) -> Self {
        Self::new(400, 101, "Invalid resource", &format!("{name} is not a valid resource."))
    }

    pub(super) fn filter_not_allowed(name: &str) -> Self {
        Self::new(400, 102, "Filter not allowed", &format!("{name} is not allowed."))
    }

    pub(super) fn invalid_value(name: &str, value: &str) -> Self {
        Self::new(400, 103, "Invalid field value", &format!("{value} is not a valid value for {name}."))
    }

    pub(super) fn invalid_field(name: &str, resource: &str) -> Self {
        Self::new(400, 104, "Invalid field", &format!("{name} is not a valid field for {resource}."))
    }

    pub(super) fn param_not_allowed(name: &str) -> Self {
        Self::new(400, 105, "Param not allowed", &format!("{name} is not allowed."))
    }

    pub(super) fn missing(name: &str) -> Self {
        Self::new(400, 106, "Missing Parameter", &format!("The required parameter, {name}, is missing."))
    }

    pub(super) fn invalid_include(name: &str, resource: &str) -> Self {
        Self::new(400, 112, "Invalid field", &format!("{name} is not a valid relationship of {resource}"))
    }

    pub(super) fn invalid_sort(name: &str, resource: &str) -> Self {
        Self::new(400, 114, "Invalid sort criteria", &format!("{name} is not a valid sort criteria for {resource}"))
    }

    pub(super) fn invalid_page(detail: &str) -> Self {
        Self::new(400, 118, "Invalid page value", detail)
    }

    /// Missing, or hidden from you: the same answer.
    pub(super) fn not_found(id: &str) -> Self {
        Self::new(404, 404, "Record not found", &format!("The record identified by {id} could not be found."))
    }

    /// `verb` is create, update or destroy; the title is `Create Forbidden` and so on.
    pub(super) fn forbidden(verb: &str, title: &str) -> Self {
        let detail = format!("You don't have permission to {verb} this library entry.");
        Self::new(403, 403, &format!("{title} Forbidden"), &detail)
    }

    /// A found but dead token.
    pub(super) fn invalid_token() -> Self {
        Self { status: 401, errors: vec![json!({ "title": "Invalid token", "status": "401" })] }
    }

    /// A hand-written error: the status is a number, and there is no title.
    pub(super) fn plain(status: u16, detail: &str) -> Self {
        Self { status, errors: vec![json!({ "status": status, "detail": detail })] }
    }

    pub(super) fn no_route() -> Self {
        Self { status: 404, errors: vec![json!({ "status": 404, "title": "Route Not Found" })] }
    }

    pub(super) fn internal() -> Self {
        Self::new(500, 500, "Internal Server Error", "Internal Server Error")
    }

    /// Failed validations, one error each.
    pub(super) fn invalid(failed: &[Invalid]) -> Self {
        let error = |Invalid { attribute, message }: &Invalid| {
            let place = if *attribute == "media" { "relationships" } else { "attributes" };
            json!({
                "title": message,
                "detail": format!("{attribute} - {message}"),
                "code": "100",
                "source": { "pointer": format!("/data/{place}/{attribute}") },
                "status": "422",
            })
        };
        Self { status: 422, errors: failed.iter().map(error).collect() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = document(status, &json!({ "errors": self.errors }));
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// A JSON:API answer.
pub(super) fn document(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, JSON_API)], body.to_string()).into_response()
}

/// The service's own error with any status.
pub(super) fn failure(status: StatusCode) -> Response {
    match status.as_u16() {
        401 => Refusal::invalid_token().into_response(),
        404 => Refusal::no_route().into_response(),
        other => Refusal { status: other, ..Refusal::internal() }.into_response(),
    }
}

/// Either the throttle's plain text without headers, or the limiter's JSON (section 2).
pub(super) fn too_many(with_headers: bool, retry_after: Option<u64>, _: DateTime<Utc>) -> Response {
    let mut response = if with_headers {
        Refusal { status: 429, errors: vec![json!({ "status": 429, "title": "Rate Limit Exceeded" })] }.into_response()
    } else {
        retry_later()
    };
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// The throttle's answer: no `Retry-After` (section 2).
pub(super) fn retry_later() -> Response {
    (StatusCode::TOO_MANY_REQUESTS, "Retry later\n").into_response()
}
