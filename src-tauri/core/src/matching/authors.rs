//! Who made a work, compared without regard to the order of names and the system of romanisation.
//!
//! It knows names of people and nothing of titles.

use super::fold;

/// So near must two spellings of one name be, as Jaro and Winkler measure it.
const NEAR: f64 = 0.88;

/// A person's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Author {
    /// Its words as they sound, sorted.
    parts: Vec<String>,
    /// The same in one text.
    whole: String,
}

/// How the makers of two works compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Makers {
    /// Nobody is named on one side.
    Unknown,
    /// Nobody in common.
    Different,
    /// One name shares a word with one of the others.
    Part,
    /// One name is spelled much like one of the others, or is a part of it.
    Near,
    /// One name is the same.
    Same,
}

impl Author {
    /// A name; none for a text without letters. Some write a given name in one word and some with a hyphen.
    pub(super) fn of(name: &str) -> Option<Self> {
        let words = fold::words(&name.replace('-', ""));
        let mut parts: Vec<String> = words.split(' ').map(fold::sound).filter(|part| !part.is_empty()).collect();
        parts.sort_unstable();
        let whole = parts.join(" ");
        (!whole.is_empty()).then_some(Self { parts, whole })
    }

    fn is_same(&self, other: &Self) -> bool {
        self.whole == other.whole
    }

    fn shares_a_word(&self, other: &Self) -> bool {
        self.parts.iter().any(|part| part.chars().count() > 2 && other.parts.contains(part))
    }

    fn is_near(&self, other: &Self) -> bool {
        let (few, many) = if self.parts.len() < other.parts.len() { (self, other) } else { (other, self) };
        let is_part = few.parts.iter().all(|part| many.parts.contains(part)) && few.whole.chars().count() > 2;
        // What begins otherwise can't reach so high: most pairs need no measuring.
        let begins_alike = self.whole.as_bytes().first() == other.whole.as_bytes().first();
        is_part || begins_alike && strsim::jaro_winkler(&self.whole, &other.whole) >= NEAR
    }
}

/// Compares the makers of two works.
pub(super) fn compare(ours: &[Author], theirs: &[Author]) -> Makers {
    let any = |test: fn(&Author, &Author) -> bool| ours.iter().any(|a| theirs.iter().any(|b| test(a, b)));
    match () {
        () if ours.is_empty() || theirs.is_empty() => Makers::Unknown,
        () if any(Author::is_same) => Makers::Same,
        () if any(Author::is_near) => Makers::Near,
        () if any(Author::shares_a_word) => Makers::Part,
        () => Makers::Different,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(ours: &str, theirs: &str) -> Makers {
        let list = |names: &str| names.split(';').filter_map(Author::of).collect::<Vec<_>>();
        compare(&list(ours), &list(theirs))
    }

    #[test]
    fn the_order_of_names_and_long_vowels_make_no_difference() {
        assert_eq!(compared("Yūko Satō", "Satou, Yuuko"), Makers::Same);
        assert_eq!(compared("Somebody Else;Yuuko Satou", "Sato, Yuko"), Makers::Same);
    }

    #[test]
    fn a_name_that_is_a_part_of_the_other_is_near() {
        assert_eq!(compared("Yukito", "Mori, Yukito"), Makers::Near);
    }

    #[test]
    fn nobody_named_says_nothing() {
        assert_eq!(compared("", "Mori, Yukito"), Makers::Unknown);
        assert_eq!(compared("Rin Aoki", "Mori, Yukito"), Makers::Different);
    }
}
