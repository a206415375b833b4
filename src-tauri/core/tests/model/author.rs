//! Who makes up edits: values that differ from every other edit's where the kind of value allows it, so that a value tells
//! which edit it came from.

use kuroibara_core::{Field, Fields, PartialDate, Provider, Score, Status, Value};

use super::chance::Chance;

/// Makes up edits from a seed and a range of marks of its own.
pub struct Author {
    pub chance: Chance,
    mark: u32,
}

impl Author {
    /// The same seed and mark make up the same edits. Each value takes a mark.
    pub fn new(seed: u64, mark: u32) -> Self {
        Self { chance: Chance::new(seed), mark }
    }

    /// Some changes of `fields`, as they can be made at `origin`; none: in the library.
    pub fn changes(&mut self, fields: &[Field], total: Option<u32>, origin: Option<Provider>) -> Fields {
        let count = 1 + self.chance.below(3);
        (0..count)
            .map(|_| {
                let field = self.chance.pick(fields);
                (field, self.value(field, total, origin))
            })
            .collect()
    }

    /// A status, for a new entry.
    pub fn status(&mut self) -> Value {
        Value::Status(self.chance.pick(&Status::ALL))
    }

    fn value(&mut self, field: Field, total: Option<u32>, origin: Option<Provider>) -> Value {
        self.mark += 1;
        let mark = self.mark;
        match field {
            Field::Status => self.status(),
            Field::Chapters => Value::Count(self.chapters(total)),
            Field::Volumes => Value::Count(1 + mark),
            Field::Rereads => Value::Count(mark % 50),
            Field::Score if self.chance.one_in(5) => Value::Score(None),
            Field::Score => Value::Score(Score::new(self.points(origin)).ok()),
            Field::StartedOn | Field::FinishedOn if self.chance.one_in(6) => Value::Date(None),
            Field::StartedOn | Field::FinishedOn => Value::Date(Some(self.date(origin))),
            Field::Notes if self.chance.one_in(6) => Value::Text(None),
            Field::Notes => Value::Text(Some(format!("note {mark} & <more>").into())),
            Field::Private => Value::Flag(self.chance.one_in(2)),
        }
    }

    fn chapters(&mut self, total: Option<u32>) -> u32 {
        match total {
            Some(total) if self.chance.one_in(3) => total,
            Some(total) => (self.mark * 7) % total,
            None => (self.mark * 37) % 3_989,
        }
    }

    fn points(&mut self, origin: Option<Provider>) -> i64 {
        match origin {
            None | Some(Provider::AniList) => 1 + self.chance.below(100) as i64,
            Some(Provider::MyAnimeList) => 10 * (1 + self.chance.below(10) as i64),
            Some(Provider::Kitsu) => 5 * (2 + self.chance.below(19) as i64),
        }
    }

    fn date(&mut self, origin: Option<Provider>) -> PartialDate {
        let day = chrono::NaiveDate::from_ymd_opt(2001, 1, 1).unwrap() + chrono::Days::new(self.mark.into());
        if origin != Some(Provider::Kitsu) && self.chance.one_in(8) {
            return PartialDate::new(1900 + (self.mark % 100) as u16, Some(1 + (self.mark % 12) as u8), None).unwrap();
        }
        PartialDate::from(day)
    }
}
