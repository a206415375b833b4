//! What the reader says about a manga, as a typed record and as a map from field to value.

use std::sync::Arc;

use enum_map::{Enum, EnumMap};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, MapAccess, Visitor},
    ser::SerializeMap,
};

use crate::{PartialDate, Score, Status};

/// Everything a reader says about one manga.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where the reader stands.
    pub status: Status,
    /// Chapters read, in whole chapters.
    pub chapters: u32,
    /// Volumes read.
    pub volumes: u32,
    /// The rating, if any.
    pub score: Option<Score>,
    /// How often the manga was read again, to the end.
    pub rereads: u32,
    /// When reading began.
    pub started_on: Option<PartialDate>,
    /// When the last chapter was read for the first time.
    pub finished_on: Option<PartialDate>,
    /// Free text; never the empty string.
    pub notes: Option<Arc<str>>,
    /// Whether others may not see the entry.
    pub private: bool,
}

/// One thing that an [`Entry`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// [`Entry::status`].
    Status,
    /// [`Entry::chapters`].
    #[serde(rename = "chapters_read")]
    Chapters,
    /// [`Entry::volumes`].
    #[serde(rename = "volumes_read")]
    Volumes,
    /// [`Entry::rereads`].
    Rereads,
    /// [`Entry::finished_on`].
    FinishedOn,
    /// [`Entry::score`].
    Score,
    /// [`Entry::started_on`].
    StartedOn,
    /// [`Entry::notes`].
    Notes,
    /// [`Entry::private`].
    Private,
}

/// Fields that only make sense together, and so win or lose together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Status, chapters, volumes, rereads and finish date: mixing two of them builds “completed, 51 of 120”.
    ReadingState,
    /// The rating.
    Score,
    /// The start date.
    StartedOn,
    /// The notes.
    Notes,
    /// The privacy mark.
    Private,
}

impl Group {
    /// Every group, the reading state first.
    pub const ALL: [Self; 5] = [Self::ReadingState, Self::Score, Self::StartedOn, Self::Notes, Self::Private];

    /// The fields of this group.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::ReadingState => &[Field::Status, Field::Chapters, Field::Volumes, Field::Rereads, Field::FinishedOn],
            Self::Score => &[Field::Score],
            Self::StartedOn => &[Field::StartedOn],
            Self::Notes => &[Field::Notes],
            Self::Private => &[Field::Private],
        }
    }
}

impl Field {
    /// Every field, grouped.
    pub const ALL: [Self; 9] = [
        Self::Status,
        Self::Chapters,
        Self::Volumes,
        Self::Rereads,
        Self::FinishedOn,
        Self::Score,
        Self::StartedOn,
        Self::Notes,
        Self::Private,
    ];

    /// The group with which this field wins or loses.
    pub fn group(self) -> Group {
        match self {
            Self::Status | Self::Chapters | Self::Volumes | Self::Rereads | Self::FinishedOn => Group::ReadingState,
            Self::Score => Group::Score,
            Self::StartedOn => Group::StartedOn,
            Self::Notes => Group::Notes,
            Self::Private => Group::Private,
        }
    }

    /// The name used in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Chapters => "chapters_read",
            Self::Volumes => "volumes_read",
            Self::Rereads => "rereads",
            Self::FinishedOn => "finished_on",
            Self::Score => "score",
            Self::StartedOn => "started_on",
            Self::Notes => "notes",
            Self::Private => "private",
        }
    }

    /// The field of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.as_str() == name)
    }
}

/// The value of one field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Of [`Field::Status`].
    Status(Status),
    /// Of [`Field::Chapters`], [`Field::Volumes`] and [`Field::Rereads`].
    Count(u32),
    /// Of [`Field::Score`].
    Score(Option<Score>),
    /// Of [`Field::StartedOn`] and [`Field::FinishedOn`].
    Date(Option<PartialDate>),
    /// Of [`Field::Notes`].
    #[serde(serialize_with = "text")]
    Text(Option<Arc<str>>),
    /// Of [`Field::Private`].
    Flag(bool),
}

/// How TypeScript writes a [`Value`].
#[cfg(feature = "specta")]
mod typescript {
    use crate::{PartialDate, Score, Status};

    #[derive(serde::Serialize, specta::Type)]
    #[serde(untagged)]
    #[allow(dead_code, reason = "it only says how TypeScript writes it")]
    pub(super) enum Value {
        Status(Status),
        Count(u32),
        Score(Option<Score>),
        Date(Option<PartialDate>),
        Text(Option<String>),
        Flag(bool),
    }
}

#[cfg(feature = "specta")]
impl specta::Type for Value {
    fn definition(types: &mut specta::Types) -> specta::datatype::DataType {
        typescript::Value::definition(types)
    }
}

fn text<S: Serializer>(text: &Option<Arc<str>>, serializer: S) -> Result<S::Ok, S::Error> {
    text.as_deref().serialize(serializer)
}

impl Value {
    /// Whether the value says nothing: no score, no date, no notes, a count of zero, not private. A status always says something.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Status(_) => false,
            Self::Count(n) => *n == 0,
            Self::Score(score) => score.is_none(),
            Self::Date(date) => date.is_none(),
            Self::Text(text) => text.is_none(),
            Self::Flag(flag) => !flag,
        }
    }

    /// Reads a value of `field` from any serde format.
    fn deserialize_for<'de, A: MapAccess<'de>>(field: Field, map: &mut A) -> Result<Self, A::Error> {
        Ok(match field {
            Field::Status => Self::Status(map.next_value()?),
            Field::Chapters | Field::Volumes | Field::Rereads => Self::Count(map.next_value()?),
            Field::Score => Self::Score(map.next_value()?),
            Field::StartedOn | Field::FinishedOn => Self::Date(map.next_value()?),
            Field::Notes => Self::Text(map.next_value::<Option<String>>()?.map(Into::into)),
            Field::Private => Self::Flag(map.next_value()?),
        })
    }
}

/// Some fields with their values. A field that is not there is unknown, which is not the same as empty.
///
/// A copy shares the values until one of the two changes: a run holds the same entry as listed, stored and planned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Arc<EnumMap<Field, Option<Value>>>);

impl Fields {
    /// No field at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of `field`, if it is known.
    pub fn get(&self, field: Field) -> Option<&Value> {
        self.0[field].as_ref()
    }

    /// Makes `field` known.
    pub fn set(&mut self, field: Field, value: Value) {
        Arc::make_mut(&mut self.0)[field] = Some(value);
    }

    /// Makes `field` unknown, and gives what it was.
    pub fn remove(&mut self, field: Field) -> Option<Value> {
        Arc::make_mut(&mut self.0)[field].take()
    }

    /// The same with `field` known.
    pub fn with(mut self, field: Field, value: Value) -> Self {
        self.set(field, value);
        self
    }

    /// The known fields of `group`.
    pub fn of(&self, group: Group) -> Self {
        group.fields().iter().filter_map(|field| Some((*field, self.get(*field)?.clone()))).collect()
    }

    /// The known fields.
    pub fn iter(&self) -> impl Iterator<Item = (Field, &Value)> {
        self.0.iter().filter_map(|(field, value)| Some((field, value.as_ref()?)))
    }

    /// Whether no field is known.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Number of known fields.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// The status, if it is known.
    pub fn status(&self) -> Option<Status> {
        match self.get(Field::Status) {
            Some(Value::Status(status)) => Some(*status),
            _ => None,
        }
    }

    /// The count in `field`, or zero.
    pub fn count(&self, field: Field) -> u32 {
        match self.get(field) {
            Some(Value::Count(count)) => *count,
            _ => 0,
        }
    }
}

impl FromIterator<(Field, Value)> for Fields {
    fn from_iter<I: IntoIterator<Item = (Field, Value)>>(pairs: I) -> Self {
        let mut fields = EnumMap::default();
        pairs.into_iter().for_each(|(field, value)| fields[field] = Some(value));
        Self(Arc::new(fields))
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (field, value) in self.iter() {
            map.serialize_entry(field.as_str(), value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldMap;
        impl<'de> Visitor<'de> for FieldMap {
            type Value = Fields;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a map from field names to values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Fields::new();
                while let Some(name) = map.next_key::<std::borrow::Cow<'_, str>>()? {
                    let field = Field::from_name(&name).ok_or_else(|| A::Error::custom(format!("no field {name}")))?;
                    fields.set(field, Value::deserialize_for(field, &mut map)?);
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(FieldMap)
    }
}

impl Entry {
    /// An entry that says nothing but its status.
    pub fn new(status: Status) -> Self {
        Self {
            status,
            chapters: 0,
            volumes: 0,
            score: None,
            rereads: 0,
            started_on: None,
            finished_on: None,
            notes: None,
            private: false,
        }
    }

    /// The value of `field`.
    pub fn get(&self, field: Field) -> Value {
        match field {
            Field::Status => Value::Status(self.status),
            Field::Chapters => Value::Count(self.chapters),
            Field::Volumes => Value::Count(self.volumes),
            Field::Rereads => Value::Count(self.rereads),
            Field::FinishedOn => Value::Date(self.finished_on),
            Field::Score => Value::Score(self.score),
            Field::StartedOn => Value::Date(self.started_on),
            Field::Notes => Value::Text(self.notes.clone()),
            Field::Private => Value::Flag(self.private),
        }
    }

    /// Sets `field`. A value of another field's kind is a programming error and changes nothing.
    pub fn set(&mut self, field: Field, value: Value) {
        match (field, value) {
            (Field::Status, Value::Status(status)) => self.status = status,
            (Field::Chapters, Value::Count(count)) => self.chapters = count,
            (Field::Volumes, Value::Count(count)) => self.volumes = count,
            (Field::Rereads, Value::Count(count)) => self.rereads = count,
            (Field::FinishedOn, Value::Date(date)) => self.finished_on = date,
            (Field::Score, Value::Score(score)) => self.score = score,
            (Field::StartedOn, Value::Date(date)) => self.started_on = date,
            (Field::Notes, Value::Text(text)) => self.notes = text.filter(|t| !t.is_empty()),
            (Field::Private, Value::Flag(flag)) => self.private = flag,
            (field, value) => debug_assert!(false, "{field:?} can't be {value:?}"),
        }
    }

    /// All nine fields.
    pub fn fields(&self) -> Fields {
        Field::ALL.into_iter().map(|field| (field, self.get(field))).collect()
    }

    /// The entry of these fields; what is unknown is empty, and an unknown status is “plan to read”.
    pub fn from_fields(fields: &Fields) -> Self {
        let mut entry = Self::new(Status::PlanToRead);
        fields.iter().for_each(|(field, value)| entry.set(field, value.clone()));
        entry
    }
}
