//! Reading the bodies of creates and updates (kitsu.md sections 2, 5.4 and 5.5): which attributes there are, how their
//! values are cast, and the errors in their order. Knows no state.

use chrono::SubsecRound;
use serde_json::{Map, Value};

use super::entry::{Entry, Status};
use super::listing::time;
use super::query::snake;
use super::refusal::Refusal;
use super::save::Invalid;

/// A checked body.
pub(super) struct Body {
    id: Option<String>,
    attributes: Map<String, Value>,
    /// The account and the manga that a create names.
    pub(super) user: Option<i64>,
    pub(super) manga: Option<i64>,
    related: bool,
}

impl Body {
    /// Reads the document around the attributes.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let body: Value = serde_json::from_slice(bytes).map_err(|_| Refusal::plain(400, "Bad Request"))?;
        let data = body.get("data").and_then(Value::as_object).ok_or_else(|| Refusal::missing("data"))?;
        let kind = data.get("type").and_then(Value::as_str).ok_or_else(|| Refusal::missing("type"))?;
        if snake(kind) != "library_entries" {
            return Err(Refusal::invalid_resource(kind));
        }
        let object = |name: &str| data.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
        let (attributes, relationships) = (object("attributes"), object("relationships"));
        if let Some(unknown) = attributes.keys().find(|name| !WRITABLE.contains(&name.as_str())) {
            return Err(Refusal::param_not_allowed(unknown));
        }
        let (user, manga) = linkages(&relationships)?;
        let related = !relationships.is_empty();
        Ok(Self { id: data.get("id").and_then(text), attributes, user, manga, related })
    }

    /// An update must name the entry of its address (section 2), and here only attributes can be updated: nobody moves
    /// an entry to another manga, so a body that tries is a mistake worth hearing of.
    pub(super) fn is_for(&self, id: &str) -> Result<(), Refusal> {
        match &self.id {
            None => Err(Refusal::new(400, 109, "A key is required", "The resource object does not contain a key.")),
            Some(sent) if sent != id => {
                let detail = "The URL does not support the key of the resource object.";
                Err(Refusal::new(400, 110, "Key is not included in URL", detail))
            }
            Some(_) if self.related => Err(Refusal::param_not_allowed("relationships")),
            Some(_) => Ok(()),
        }
    }

    /// A create has to say a status: there is no default (section 5.4).
    pub(super) fn lacks_status(&self) -> bool {
        !self.attributes.contains_key("status")
    }

    /// Sets the attributes sent. Wrong enum values are an error at once, other impossible values failed validations.
    pub(super) fn apply(&self, entry: &mut Entry) -> Result<Vec<Invalid>, Refusal> {
        let mut invalid = Vec::new();
        for (name, value) in &self.attributes {
            if let Err(message) = set(entry, name, value)? {
                let attribute = WRITABLE.into_iter().find(|known| known == name).unwrap_or_default();
                invalid.push(Invalid { attribute, message });
            }
        }
        Ok(invalid)
    }
}

/// `createdAt` and `updatedAt` are not a client's to write (section 5.1).
const WRITABLE: [&str; 12] = [
    "status",
    "progress",
    "volumesOwned",
    "reconsuming",
    "reconsumeCount",
    "notes",
    "private",
    "progressedAt",
    "startedAt",
    "finishedAt",
    "rating",
    "ratingTwenty",
];

/// The inner error is the message of a failed validation.
fn set(entry: &mut Entry, name: &str, value: &Value) -> Result<Result<(), &'static str>, Refusal> {
    match name {
        "status" => match value {
            Value::Null => return Ok(Err("can't be blank")),
            value => entry.status = status(value)?,
        },
        "notes" => entry.notes = text(value),
        "progressedAt" => entry.progressed_at = moment(value),
        "startedAt" => entry.started_at = moment(value),
        "finishedAt" => entry.finished_at = moment(value),
        "ratingTwenty" => match (value, number(value)) {
            (Value::Null, _) => entry.rating_twenty = None,
            (_, Some(rating)) => entry.rating_twenty = Some(rating),
            (_, None) => return Ok(Err(NOT_A_NUMBER)),
        },
        "rating" => entry.rating_twenty = deprecated_rating(value).or(entry.rating_twenty),
        "private" => return Ok(flag(value).map(|flag| entry.private = flag).ok_or(NOT_A_FLAG)),
        "reconsuming" => return Ok(flag(value).map(|flag| entry.reconsuming = flag).ok_or(NOT_A_FLAG)),
        "progress" => return Ok(number(value).map(|number| entry.progress = number).ok_or(NOT_A_NUMBER)),
        "volumesOwned" => return Ok(number(value).map(|number| entry.volumes_owned = number).ok_or(NOT_A_NUMBER)),
        "reconsumeCount" => return Ok(number(value).map(|number| entry.reconsume_count = number).ok_or(NOT_A_NUMBER)),
        _ => {}
    }
    Ok(Ok(()))
}

const NOT_A_NUMBER: &str = "is not a number";
const NOT_A_FLAG: &str = "is not included in the list";

/// An unknown name is not a failed validation but a wrong value: 103 (section 2).
fn status(value: &Value) -> Result<Status, Refusal> {
    let name = text(value).unwrap_or_default();
    Status::ALL.into_iter().find(|status| status.name() == name).ok_or_else(|| Refusal::invalid_value("status", &name))
}

/// Writing the deprecated rating multiplies it by four; null is ignored (section 5.1).
fn deprecated_rating(value: &Value) -> Option<i64> {
    let rating: f64 = text(value)?.parse().ok()?;
    Some((rating * 4.0) as i64)
}

/// Cast as Rails does: numbers lose their fraction, text is read.
fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|number| number as i64)),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn flag(value: &Value) -> Option<bool> {
    match text(value)?.as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// Null clears, and so does what cannot be read as a time (Rails; inferred).
fn moment(value: &Value) -> Option<chrono::DateTime<chrono::Utc>> {
    time(value.as_str()?).map(|time| time.trunc_subsecs(3))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The account and the manga named, by `manga` or by the polymorphic `media` (section 5.4).
fn linkages(relationships: &Map<String, Value>) -> Result<(Option<i64>, Option<i64>), Refusal> {
    let mut found = (None, None);
    for (name, relationship) in relationships {
        match name.as_str() {
            "user" => found.0 = linkage(relationship, "users")?,
            "manga" | "media" => found.1 = linkage(relationship, "manga")?,
            other => return Err(Refusal::param_not_allowed(other)),
        }
    }
    Ok(found)
}

/// Linkage holds exactly `type` and `id` (section 2).
fn linkage(relationship: &Value, kind: &str) -> Result<Option<i64>, Refusal> {
    let wrong = || Refusal::new(400, 115, "Invalid Links Object", "Data is not a valid Links Object.");
    let data = relationship.get("data").ok_or_else(wrong)?;
    if data.is_null() {
        return Ok(None);
    }
    let data = data.as_object().filter(|data| data.len() == 2).ok_or_else(wrong)?;
    let (sent, id) = (data.get("type").and_then(Value::as_str), data.get("id"));
    let (sent, id) = sent.zip(id).ok_or_else(wrong)?;
    if sent != kind {
        let detail = format!("{sent} is not a valid type for this operation.");
        return Err(Refusal::new(400, 116, "Type Mismatch", &detail));
    }
    Ok(number(id))
}
