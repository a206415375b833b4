//! Reads what was typed as a value: numbers, dates, words, names of works. What is no such value is refused here, with what
//! to write instead, before anything else happens.

use std::{fmt, str::FromStr};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use kuroibara_core::{
    ExternalId, Field, Group, PartialDate, Provider, Rule, RunId, Score, Status, Time,
    merge::decide::{Answer, UnknownAnswer},
};
use serde::{
    Deserialize,
    de::{IntoDeserializer, value::StrDeserializer},
};

/// A work at a provider, as `PROVIDER:ID`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Work {
    /// Where.
    pub(crate) provider: Provider,
    /// Its id there.
    pub(crate) id: ExternalId,
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.provider, self.id)
    }
}

/// A provider, or a work there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Where.
    pub(crate) provider: Provider,
    /// Which work; none: the provider as a whole.
    pub(crate) id: Option<ExternalId>,
}

/// A value, or the word `none`, which takes away what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OrNone<T>(pub(crate) Option<T>);

/// The value, or the word `none`.
pub(crate) fn or_none<T: Clone + Send + Sync + 'static>(
    value: fn(&str) -> Result<T, String>,
) -> impl Fn(&str) -> Result<OrNone<T>, String> + Clone + Send + Sync + 'static {
    move |text| if text == "none" { Ok(OrNone(None)) } else { value(text).map(|value| OrNone(Some(value))) }
}

/// A provider's name.
pub(crate) fn provider() -> impl TypedValueParser<Value = Provider> {
    PossibleValuesParser::new(Provider::ALL.map(Provider::as_str)).try_map(|word| word.parse::<Provider>())
}

/// A status.
pub(crate) fn status() -> impl TypedValueParser<Value = Status> {
    PossibleValuesParser::new(Status::ALL.map(Status::as_str)).try_map(|word| word.parse::<Status>())
}

/// One of these words, as the settings write it.
pub(crate) fn words<T>(words: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: for<'de> Deserialize<'de> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).try_map(|word| {
        let word: StrDeserializer<'_, serde::de::value::Error> = word.as_str().into_deserializer();
        T::deserialize(word)
    })
}

/// A group of fields and its rule, as `GROUP=RULE`; `same` stands for none of its own.
pub(crate) fn own_rule(text: &str) -> Result<(Group, Option<Rule>), String> {
    let (group, rule) = text.split_once('=').ok_or("write GROUP=RULE, such as score=ask")?;
    let group = word(group).ok_or("the groups are reading_state, score, started_on, notes and private")?;
    match rule {
        "same" => Ok((group, None)),
        _ => Ok((group, Some(word(rule).ok_or("the rules are newest, furthest, local, remote, ask and same")?))),
    }
}

fn word<T: for<'de> Deserialize<'de>>(text: &str) -> Option<T> {
    let text: StrDeserializer<'_, serde::de::value::Error> = text.into_deserializer();
    T::deserialize(text).ok()
}

/// A whole number that is not negative.
pub(crate) fn count(text: &str) -> Result<u32, String> {
    match text.parse::<i128>() {
        Ok(number) if number < 0 => Err("it can't be negative".into()),
        Ok(number) => u32::try_from(number).map_err(|_| "it is too large".into()),
        Err(_) => Err("write a whole number, such as 52".into()),
    }
}

/// How many to show: at least one.
pub(crate) fn limit(text: &str) -> Result<u32, String> {
    match count(text)? {
        0 => Err("write 1 or more".into()),
        number => Ok(number),
    }
}

/// A score from 1 to 100.
pub(crate) fn score(text: &str) -> Result<Score, String> {
    let number = text.parse::<i64>().map_err(|_| "write a whole number from 1 to 100, or none".to_owned())?;
    Score::new(number).map_err(|error| format!("{error}; to take the score away write none"))
}

/// A date of which the day, or month and day, may be unknown.
pub(crate) fn date(text: &str) -> Result<PartialDate, String> {
    PartialDate::from_str(text).map_err(|_| "write YYYY, YYYY-MM or YYYY-MM-DD, or none".into())
}

/// A field of an entry, by its name in JSON.
pub(crate) fn field(text: &str) -> Result<Field, String> {
    Field::from_name(text).ok_or_else(|| {
        let names: Vec<&str> = Field::ALL.iter().map(|field| field.as_str()).collect();
        format!("write one of {}", names.join(", "))
    })
}

/// A run's id.
pub(crate) fn run(text: &str) -> Result<RunId, String> {
    text.parse().map(RunId).map_err(|_| "write a run's id as `history` shows it".into())
}

/// An id as `conflicts` or `history` shows it.
pub(crate) fn id(text: &str) -> Result<uuid::Uuid, String> {
    text.parse().map_err(|_| "write the id as it is shown".into())
}

/// A moment.
pub(crate) fn moment(text: &str) -> Result<Time, String> {
    text.parse().map_err(|_| "write a moment with its offset, such as 2026-11-22T14:00:00Z".into())
}

/// An answer to a question.
pub(crate) fn answer(text: &str) -> Result<Answer, UnknownAnswer> {
    text.parse()
}

/// A work at a provider.
pub(crate) fn work(text: &str) -> Result<Work, String> {
    let (provider, id) = text.split_once(':').ok_or("write PROVIDER:ID, such as anilist:30002")?;
    let provider = Provider::from_str(provider).map_err(|error| error.to_string())?;
    if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        return Err("write the service's number of the manga after the colon, such as anilist:30002".into());
    }
    Ok(Work { provider, id: id.into() })
}

/// A provider, or a work there.
pub(crate) fn place(text: &str) -> Result<Place, String> {
    if text.contains(':') {
        return work(text).map(|Work { provider, id }| Place { provider, id: Some(id) });
    }
    let provider = Provider::from_str(text).map_err(|error| format!("{error}. Write PROVIDER or PROVIDER:ID"))?;
    Ok(Place { provider, id: None })
}

/// A manga of the library: its id, or a work that it is mapped to.
pub(crate) fn manga(text: &str) -> Result<String, String> {
    if text.contains(':') {
        return work(text).map(|_| text.to_owned());
    }
    if text.parse::<uuid::Uuid>().is_ok() {
        return Ok(text.to_owned());
    }
    Err("write a manga's id as `library` shows it, or PROVIDER:ID, such as anilist:30002".into())
}

/// What to look for: something at all.
pub(crate) fn query(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("write what to look for".into()),
        text => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_count_is_a_whole_number_of_at_least_zero() {
        assert_eq!(count("0"), Ok(0));
        assert_eq!(count("52"), Ok(52));
        for bad in ["-1", "-99999999999999999999999", "1.5", "", "ten", "4294967296", "٣"] {
            assert!(count(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_score_is_one_to_a_hundred_or_the_word_none() {
        let parse = or_none(score);
        assert_eq!(parse("none"), Ok(OrNone(None)));
        assert_eq!(parse("87").unwrap().0.unwrap().points(), 87);
        for bad in ["0", "101", "-5", "8.7", "None", ""] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_date_may_lack_its_day_or_month_but_must_exist() {
        for good in ["2024", "2024-02", "2024-02-29"] {
            assert_eq!(date(good).unwrap().to_string(), good);
        }
        for bad in ["2023-02-29", "2024-13", "24-1-1", "yesterday", "2024-02-29T00:00", "2024/02/29", ""] {
            assert!(date(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_work_names_its_provider_and_an_id() {
        assert_eq!(work("kitsu:8"), Ok(Work { provider: Provider::Kitsu, id: "8".into() }));
        for bad in ["kitsu", "kitsu:", ":8", "mangadex:8", "kitsu:8/../9", "kitsu:8 9", "Kitsu:8"] {
            assert!(work(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_manga_is_an_id_of_the_library_or_a_work() {
        assert!(manga("0199d2c1-7c5b-7bd1-a5a0-5f7e0e0d0f11").is_ok() && manga("anilist:30002").is_ok());
        for bad in ["berserk", "", "mangadex:1", "anilist:"] {
            assert!(manga(bad).is_err(), "{bad}");
        }
    }
}
