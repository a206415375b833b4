//! The control interface: what a test or a person does to the simulated world from outside its APIs. Each service adds its
//! own routes under `/_control/`; here are those that all share. Control requests are neither recorded nor struck by faults.
//!
//! | route | meaning |
//! |---|---|
//! | `GET /_control/requests` | `{"writes", "requests": […]}` since the last reset |
//! | `DELETE /_control/requests` | resets the counters |
//! | `POST /_control/faults` | adds a `FaultRule`, such as `{"fault":{"status":503},"route":"query","count":1}` |
//! | `DELETE /_control/faults` | clears all faults |
//! | `POST /_control/clock` | `{"advance_seconds": n}` moves the clock; answers `{"now"}` |

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::TimeDelta;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::faults::FaultRule;
use crate::front::Front;

/// Someone with an account at a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The service's user id.
    pub id: i64,
    /// The user name.
    pub name: String,
    /// The password, where the service takes one from clients.
    pub password: String,
}

impl Account {
    /// The accounts of every service: the reader with the demo library, and a second one with an empty list.
    pub fn all() -> [Self; 2] {
        [(READER, "reader"), (4343, "second")].map(|(id, name)| Self {
            id,
            name: name.into(),
            password: format!("{name}-password"),
        })
    }
}

/// The account with the demo library.
pub const READER: i64 = 4242;

/// Whose list a control route means: `?user=ID`, else the reader's.
#[derive(Deserialize)]
pub(crate) struct Whose {
    #[serde(default = "reader")]
    pub(crate) user: i64,
}

fn reader() -> i64 {
    READER
}

/// Lays the fields of `changes` over `value`, as a `PATCH` of the control interface says; 400 when they don't fit.
pub(crate) fn patched<T: Serialize + DeserializeOwned>(value: &T, changes: Value) -> Result<T, StatusCode> {
    let mut whole = serde_json::to_value(value).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let (Value::Object(fields), Value::Object(changes)) = (&mut whole, changes) else {
        return Err(StatusCode::BAD_REQUEST);
    };
    fields.extend(changes);
    serde_json::from_value(whole).map_err(|_| StatusCode::BAD_REQUEST)
}

/// The routes that every service has; the service merges them behind its front.
pub fn routes(front: Front) -> Router {
    Router::new()
        .route("/_control/requests", get(requests).delete(reset))
        .route("/_control/faults", post(push_fault).delete(clear_faults))
        .route("/_control/clock", post(move_clock))
        .with_state(front)
}

async fn requests(State(front): State<Front>) -> Json<Value> {
    Json(json!({"writes": front.log.writes(), "requests": front.log.requests()}))
}

async fn reset(State(front): State<Front>) -> StatusCode {
    front.log.reset();
    StatusCode::NO_CONTENT
}

async fn push_fault(State(front): State<Front>, Json(rule): Json<FaultRule>) -> StatusCode {
    front.faults.push(rule);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(front): State<Front>) -> StatusCode {
    front.faults.clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Advance {
    advance_seconds: i64,
}

async fn move_clock(State(front): State<Front>, Json(by): Json<Advance>) -> Json<Value> {
    front.clock.advance(TimeDelta::seconds(by.advance_seconds));
    Json(json!({"now": front.clock.now()}))
}
