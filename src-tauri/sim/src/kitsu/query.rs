//! A JSON:API query string as data: fields, includes, filters, sort and page, with the errors that real ones draw
//! (kitsu.md section 2). Knows no resource but its names.

use std::collections::BTreeMap;

use super::kind::Kind;
use super::refusal::Refusal;
use crate::params::Params;

/// A checked query for resources of one kind.
#[derive(Clone, Debug)]
pub(super) struct Query {
    /// Snake case name and the values of its CSV line.
    pub(super) filters: Vec<(String, Vec<String>)>,
    /// Camel case name, and whether descending.
    pub(super) sort: Vec<(String, bool)>,
    pub(super) include: Include,
    pub(super) offset: usize,
    pub(super) limit: usize,
    shown: [Shown; 4],
    params: Params,
}

/// What to include, as a tree of relationship names.
#[derive(Clone, Debug, Default)]
pub(super) struct Include(pub(super) BTreeMap<&'static str, Include>);

/// The attributes and relationships that a fieldset leaves of one kind.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) attributes: Vec<&'static str>,
    pub(super) relationships: Vec<&'static str>,
}

impl Query {
    /// Reads and checks everything but filters and the library's sort, whose names the listing knows. Other listings are
    /// simulated in the order of ids only.
    pub(super) fn parse(kind: Kind, text: &str) -> Result<Self, Refusal> {
        let params = Params::parse(text);
        let most = if kind == Kind::LibraryEntries { 500 } else { 20 };
        let mut query = Self {
            filters: Vec::new(),
            sort: params.get("sort").map(sort).unwrap_or_default(),
            include: Include::default(),
            offset: 0,
            limit: 10,
            shown: Kind::ALL.map(Shown::all),
            params: params.clone(),
        };
        let by_id = |(field, descending): &&(String, bool)| field == "id" && !descending;
        if let Some((field, _)) = query.sort.iter().find(|sort| kind != Kind::LibraryEntries && !by_id(sort)) {
            return Err(Refusal::invalid_sort(field, kind.name()));
        }
        for path in params.get("include").into_iter().flat_map(|paths| paths.split(',')) {
            query.include.add(kind, path)?;
        }
        for (name, value) in params.iter() {
            match bracketed(name) {
                Some(("fields", kind)) => query.choose(kind, value)?,
                Some(("filter", name)) => query.filters.push((snake(name), csv(value))),
                Some(("page", name)) => query.page(name, value, most)?,
                _ => {}
            }
        }
        Ok(query)
    }

    /// What is shown of a kind.
    pub(super) fn shown(&self, kind: Kind) -> &Shown {
        &self.shown[kind as usize]
    }

    /// The values of a filter.
    pub(super) fn filter(&self, name: &str) -> Option<&[String]> {
        self.filters.iter().find(|(filter, _)| filter == name).map(|(_, values)| values.as_slice())
    }

    /// Refuses filters that the resource does not have.
    pub(super) fn only_filters(&self, allowed: &[&str]) -> Result<(), Refusal> {
        let foreign = self.filters.iter().find(|(name, _)| !allowed.contains(&name.as_str()));
        foreign.map_or(Ok(()), |(name, _)| Err(Refusal::filter_not_allowed(&camel(name))))
    }

    /// The same query for another page, in alphabetical order with encoded brackets.
    pub(super) fn at(&self, offset: usize) -> String {
        let page =
            [("page[limit]".to_owned(), self.limit.to_string()), ("page[offset]".to_owned(), offset.to_string())];
        let kept = self.params.iter().filter(|(name, _)| !name.starts_with("page["));
        let mut pairs: Vec<_> = kept.map(|(name, value)| (name.to_owned(), value.to_owned())).chain(page).collect();
        pairs.sort();
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }

    /// A sparse fieldset; its names must be camel case, and it hides relationships too.
    fn choose(&mut self, kind: &str, names: &str) -> Result<(), Refusal> {
        let known = Kind::ALL.into_iter().find(|known| known.name() == kind);
        let known = known.ok_or_else(|| Refusal::invalid_resource(kind))?;
        let names: Vec<&str> = names.split(',').filter(|name| !name.is_empty()).collect();
        let all = Shown::all(known);
        let exists = |name: &&&str| **name == "id" || all.attributes.contains(name) || all.relationships.contains(name);
        if let Some(unknown) = names.iter().find(|name| !exists(name)) {
            return Err(Refusal::invalid_field(unknown, known.name()));
        }
        let keep = |shown: Vec<&'static str>| shown.into_iter().filter(|name| names.contains(name)).collect();
        self.shown[known as usize] = Shown { attributes: keep(all.attributes), relationships: keep(all.relationships) };
        Ok(())
    }

    fn page(&mut self, name: &str, value: &str, most: usize) -> Result<(), Refusal> {
        let wrong = || Refusal::invalid_page(&format!("{value} is not a valid value for {name} page parameter."));
        let number: usize = value.parse().map_err(|_| wrong())?;
        match name {
            "offset" => self.offset = number,
            "limit" if number == 0 => return Err(wrong()),
            "limit" if number > most => {
                return Err(Refusal::invalid_page(&format!("Limit exceeds maximum page size of {most}.")));
            }
            "limit" => self.limit = number,
            other => return Err(Refusal::param_not_allowed(other)),
        }
        Ok(())
    }
}

impl Include {
    /// Adds a path such as `manga.mappings`.
    fn add(&mut self, kind: Kind, path: &str) -> Result<(), Refusal> {
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let found = kind.relationships().iter().find(|(known, _)| *known == camel(&snake(name)));
        let (known, target) = found.ok_or_else(|| Refusal::invalid_include(name, kind.name()))?;
        let inner = self.0.entry(known).or_default();
        match (rest, target) {
            (None, _) => Ok(()),
            (Some(rest), Some(target)) => inner.add(*target, rest),
            (Some(rest), None) => Err(Refusal::invalid_include(rest, known)),
        }
    }
}

impl Shown {
    fn all(kind: Kind) -> Self {
        let relationships = kind.relationships().iter().map(|(name, _)| *name).collect();
        Self { attributes: kind.attributes().to_vec(), relationships }
    }
}

/// `filter[userId]` is `filter` and `userId`.
fn bracketed(name: &str) -> Option<(&str, &str)> {
    name.strip_suffix(']')?.split_once('[')
}

fn sort(text: &str) -> Vec<(String, bool)> {
    let one = |field: &str| match field.strip_prefix('-') {
        Some(field) => (path(field), true),
        None => (path(field), false),
    };
    text.split(',').filter(|field| !field.is_empty()).map(one).collect()
}

/// Camel case in every part of `manga.chapter_count`.
fn path(text: &str) -> String {
    text.split('.').map(|part| camel(&snake(part))).collect::<Vec<_>>().join(".")
}

/// One line of comma-separated values, quoted where they hold a comma.
fn csv(line: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => values.push(String::new()),
            other => values.last_mut().into_iter().for_each(|value| value.push(other)),
        }
    }
    values
}

/// `userId` and `user_id` are the same.
pub(super) fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        match letter {
            '-' => snake.push('_'),
            upper if upper.is_ascii_uppercase() => snake.extend(['_', upper.to_ascii_lowercase()]),
            other => snake.push(other),
        }
    }
    snake
}

fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |camel, part| {
        let mut letters = part.chars();
        let head = letters.next().map(|letter| letter.to_ascii_uppercase());
        camel + &head.into_iter().chain(letters).collect::<String>()
    })
}

#[cfg(test)]
mod tests {
    use super::{camel, csv, snake};

    #[test]
    fn names_pass_between_both_spellings() {
        assert_eq!(["userId", "user_id", "library-entries"].map(snake), ["user_id", "user_id", "library_entries"]);
        assert_eq!(["user_id", "status"].map(camel), ["userId", "status"]);
    }

    #[test]
    fn a_quoted_value_may_hold_a_comma() {
        assert_eq!(csv(r#"1,"2,3",4"#), ["1", "2,3", "4"]);
    }
}
