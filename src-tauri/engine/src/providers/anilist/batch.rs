//! Several operations in one request: each becomes an alias of its own on a line of its own, so that an error can be traced to
//! it by its line (anilist.md §5), and the request stays within AniList's bound of complexity.
//!
//! Knows the form of the documents' text; knows no list and sends nothing.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::documents::{DOCUMENTS, Document};

/// What a request may cost (anilist.md §4: 500 itself passes).
pub(super) const MOST_COMPLEX: usize = 500;

/// The line of the first alias: the line before it declares the variables.
const FIRST_LINE: usize = 2;

/// One operation with its values, to be put into a request.
#[derive(Clone, Debug)]
pub(super) struct Root {
    name: &'static str,
    variables: Map<String, Value>,
    /// What it costs by the rule of complexity.
    pub(super) cost: usize,
    /// How much work it is for the service, in saved entries.
    pub(super) weight: usize,
}

/// A request's text and values.
#[derive(Debug, serde::Serialize)]
pub(super) struct Request {
    /// The document.
    pub(super) query: String,
    /// The values of its variables.
    pub(super) variables: Map<String, Value>,
}

impl Root {
    /// The operation `D` with `variables`. A value that is none is not said at all: to AniList, that is “unchanged”.
    pub(super) fn new<D: Document>(variables: D::Variables) -> Self {
        // Numbers, text and lists always are JSON; an operation without variables gives null, which is no value either.
        let variables = match serde_json::to_value(variables) {
            Ok(Value::Object(map)) => map.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            _ => Map::new(),
        };
        Self { name: D::NAME, variables, cost: D::COST, weight: 1 }
    }

    /// The same, being as much work as saving `weight` entries one by one.
    pub(super) fn weighing(self, weight: usize) -> Self {
        Self { weight, ..self }
    }

    /// `query` or `mutation`.
    fn kind(&self) -> &'static str {
        definition(self.name).first().and_then(|line| line.split(' ').next()).unwrap_or("query")
    }

    /// The lines of this operation's text that are about given values.
    fn lines(&self) -> impl Iterator<Item = &'static str> {
        definition(self.name)
            .into_iter()
            .filter(|line| variable(line).is_none_or(|name| self.variables.contains_key(name)))
    }
}

/// One request of all `roots`, which must be all queries or all mutations.
pub(super) fn request<'a>(roots: impl IntoIterator<Item = &'a Root>) -> Request {
    let (mut header, mut aliases, mut variables) = (Vec::new(), String::new(), Map::new());
    let (mut kind, mut used) = ("query", BTreeSet::new());
    for (i, root) in roots.into_iter().enumerate() {
        let (declared, body): (Vec<_>, Vec<_>) =
            root.lines().filter(|line| line.starts_with(' ')).partition(|line| line.starts_with("  $"));
        header.extend(declared.iter().map(|line| numbered(line, i)));
        let body: Vec<_> = body.iter().map(|line| numbered(line, i)).collect();
        aliases += &format!("a{i}:{}\n", body.join(" ").trim_start_matches("slot:"));
        variables.extend(root.variables.iter().map(|(name, value)| (format!("{name}_{i}"), value.clone())));
        spreads(root.name, &mut used);
        kind = root.kind();
    }
    let header = if header.is_empty() { String::new() } else { format!("({})", header.join(" ")) };
    let fragments: Vec<_> = used.into_iter().map(fragment).collect();
    Request { query: format!("{kind}{header} {{\n{aliases}}}\n{}", fragments.join("\n")), variables }
}

/// The name under which the root of this number is answered.
pub(super) fn alias(number: usize) -> String {
    format!("a{number}")
}

/// The number of the root on this line of the request, if one is there.
pub(super) fn root_on_line(line: usize) -> Option<usize> {
    line.checked_sub(FIRST_LINE)
}

/// The number of the root whose variable is named in `text`.
pub(super) fn root_of_variable(text: &str) -> Option<usize> {
    let name = text.split_once('$')?.1.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    name.rsplit_once('_')?.1.parse().ok()
}

/// The lines of the operation or fragment `name`, without its closing brace.
fn definition(name: &str) -> Vec<&'static str> {
    let opens = |line: &&str| {
        let mut words = line.split([' ', '(']);
        matches!(words.next(), Some("query" | "mutation" | "fragment")) && words.next() == Some(name)
    };
    DOCUMENTS.lines().skip_while(|line| !opens(line)).take_while(|line| *line != "}").collect()
}

/// The fragment `name` on one line.
fn fragment(name: &str) -> String {
    let lines: Vec<_> = definition(name).iter().map(|line| line.trim()).collect();
    format!("{} }}", lines.join(" "))
}

/// Adds the fragments that `name` spreads, and those that they spread.
fn spreads(name: &str, used: &mut BTreeSet<&'static str>) {
    for spread in definition(name).iter().filter_map(|line| line.trim().strip_prefix("...")) {
        if used.insert(spread) {
            spreads(spread, used);
        }
    }
}

/// The variable on this line.
fn variable(line: &'static str) -> Option<&'static str> {
    line.split_once('$')?.1.split(|c: char| !c.is_alphanumeric()).next()
}

/// The line with its variable made that of the root of this number.
fn numbered(line: &'static str, number: usize) -> String {
    match variable(line) {
        Some(name) => line.trim().replace(&format!("${name}"), &format!("${name}_{number}")),
        None => line.trim().to_owned(),
    }
}
