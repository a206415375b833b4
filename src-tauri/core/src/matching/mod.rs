//! Which work of one service is which work of another, by all their names and by what else is known of them, for where no
//! service says it.
//!
//! A decision is a link, a question with the best candidates, or nothing. It sees works as [`Card`]s without any id: some
//! ids look alike without meaning it. It never asks anybody, and the same cards get the same answers in any order.
//!
//! `fold` makes names comparable, `names` and `authors` prepare a work, `index` finds candidates, `evidence` weighs them,
//! `pair` decides.

mod authors;
mod evidence;
mod fold;
mod index;
mod names;
mod pair;

use serde::{Deserialize, Serialize};

pub use evidence::{Against, Sign};
pub use index::Index;
pub use pair::{Facts, LINK_AT, pair};

/// What is known of a work. An empty list or nothing means that nobody said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Card {
    /// Every known name; the first is the one that is shown.
    pub titles: Vec<String>,
    /// Who wrote and drew it, family name first or last.
    pub authors: Vec<String>,
    /// What kind of work it is.
    pub form: Form,
    /// The year in which it began.
    pub year: Option<i32>,
    /// Chapters, where it has ended or somebody counted.
    pub chapters: Option<u32>,
    /// Volumes, likewise.
    pub volumes: Option<u32>,
}

/// Kinds of works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A comic series.
    Comic,
    /// A novel or light novel.
    Novel,
    /// A comic of one chapter.
    OneShot,
    /// Nobody said.
    #[default]
    Unknown,
}

/// What was found out about one work.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It is this one, and nothing speaks for another.
    Link(Candidate),
    /// A person has to look: the best candidates, the likeliest first.
    Review(Vec<Candidate>),
    /// Nothing resembles it.
    Nothing,
    /// So many works have its name that the name tells nothing.
    Crowded,
}

/// A work that another one may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Where it stands among the cards that the index was made of.
    pub target: usize,
    /// How likely it is that the two are the same work, 0 to 1; all others who claim it or are claimed are reckoned in.
    pub confidence: f64,
    /// What speaks for it and against it.
    pub signs: Vec<Sign>,
    /// Why it is never linked without a person.
    pub against: Vec<Against>,
}
