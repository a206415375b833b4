//! The names of one work, prepared for comparing: whole titles, the parts that are names by themselves, and what tells
//! editions and parts of one series from each other.
//!
//! It knows one work at a time and compares nothing.

use super::{Card, authors::Author, fold};

/// More names than any work has. What comes after them is not looked at.
const MOST_NAMES: usize = 64;
/// As much of a title as tells it from all others; a text of thousands of letters is no title.
const MOST_LETTERS: usize = 400;
/// A list of so many names in one title is none.
const MOST_PIECES: usize = 24;
/// The least letters of a title's beginning that are a name by themselves.
const LEAST_OF_A_HEAD: usize = 4;

/// A work as the matcher sees it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sheet {
    /// Every name once; the first is the one that is shown.
    pub(super) names: Vec<Name>,
    /// The shown title as it was typed, but for width and case.
    pub(super) typed: String,
    /// What the shown title says of part and edition.
    pub(super) marks: Marks,
    /// The same of the name in the original's letters.
    pub(super) native_marks: Option<Marks>,
    pub(super) authors: Vec<Author>,
}

/// One name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Name {
    /// Its letters and digits, run together.
    pub(super) key: Box<str>,
    /// How it sounds.
    pub(super) sound: Box<str>,
    /// Whether it is written in the letters of the original.
    pub(super) native: bool,
    pub(super) cut: Cut,
}

/// How much of a title a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cut {
    /// All of it.
    Whole,
    /// One of several names that stand in one title, with commas between them.
    Piece,
    /// What comes before the subtitle.
    Head,
}

/// Part numbers and words of editions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// The numbers in it, sorted.
    pub(super) numbers: Vec<u32>,
    /// Which of [`EDITIONS`] it names, as bits.
    pub(super) editions: u64,
}

impl Sheet {
    /// Prepares a work.
    pub(super) fn of(card: &Card) -> Self {
        let mut names = Vec::new();
        for (place, title) in card.titles.iter().enumerate() {
            add(&mut names, title, Cut::Whole);
            if place > 0 {
                pieces(title).for_each(|piece| add(&mut names, piece, Cut::Piece));
            }
        }
        card.titles.iter().filter_map(|title| head(title)).for_each(|head| add(&mut names, head, Cut::Head));
        let shown = card.titles.first().map_or("", String::as_str);
        let native = card.titles.iter().find(|title| fold::is_native(title));
        Self {
            names,
            typed: fold::typed(shorten(shown)),
            marks: Marks::of(shown),
            native_marks: native.map(|title| Marks::of(title)),
            authors: card.authors.iter().filter_map(|name| Author::of(name)).collect(),
        }
    }
}

fn add(names: &mut Vec<Name>, title: &str, cut: Cut) {
    let words = fold::words(shorten(title));
    let key = fold::run_together(&words);
    let is_known = names.iter().any(|name| *name.key == *key);
    if names.len() < MOST_NAMES && !key.is_empty() && !is_known {
        let (sound, native) = (fold::run_together(&fold::sound(&words)).into(), fold::is_native(&key));
        names.push(Name { key: key.into(), sound, native, cut });
    }
}

fn shorten(title: &str) -> &str {
    title.char_indices().nth(MOST_LETTERS).map_or(title, |(end, _)| &title[..end])
}

/// Some services pack several names into one text, with commas between them.
fn pieces(title: &str) -> impl Iterator<Item = &str> {
    let count = title.matches(", ").count() + 1;
    title.split(", ").filter(move |_| (2..=MOST_PIECES).contains(&count))
}

/// What comes before a subtitle.
fn head(title: &str) -> Option<&str> {
    let ends = [": ", "：", " - ", " – ", " — ", " ~", "～", "〜", " (", "（", "【", " -", "―"];
    let end = ends.iter().filter_map(|end| title.find(end)).filter(|end| *end > 0).min()?;
    let head = title[..end].trim();
    (head.chars().filter(|c| c.is_alphanumeric()).count() >= LEAST_OF_A_HEAD).then_some(head)
}

/// Words that tell an edition, a spin-off or another medium from the work itself, one bit each; those in one row mean the
/// same. In Latin letters only whole words count, so they stand between spaces.
const EDITIONS: &[&[&str]] = &[
    &[" gaiden ", " spinoff ", " spin off ", " side story ", "外伝", "スピンオフ"],
    &[" bangaihen ", " bangai hen ", " extra ", " omake ", "番外"],
    &[" tokubetsuhen ", " tokubetsu hen ", " special ", " specials ", "特別編"],
    &[" anthology ", "アンソロジー"],
    &[" color ", " colour ", " colored ", " coloured ", "カラー"],
    &[" digital "],
    &[
        " kanzenban ",
        " perfect edition ",
        " complete edition ",
        " deluxe ",
        " bunko ",
        "完全版",
        "愛蔵版",
        "新装版",
        "文庫",
    ],
    &[" prototype ", " pilot ", " yomikiri ", " one shot ", " oneshot ", "読切", "読み切り"],
    &[" novel ", " ln ", " wn ", " shousetsu ", "小説"],
    &[" fanbook ", " fan book ", " guidebook ", " guide book ", "ファンブック", "ガイドブック"],
    &[" 4 koma ", " 4koma ", " yonkoma ", "4コマ"],
    &[" prequel ", " zero "],
    &[" zoku ", " sequel ", " after ", "続"],
    &[" shin ", " new ", "新"],
    &[" remake ", " reboot ", "リメイク"],
    &[" doujinshi ", " dj ", "同人誌"],
    &[" tanpenshuu ", " tanpenshu ", " short stories ", " collection ", "短編集"],
    &[" season ", "シーズン"],
    &[" series ", "シリーズ"],
    &[" final ", " last ", "完結編"],
    &[" another ", " alternative "],
];

impl Marks {
    fn of(title: &str) -> Self {
        let words = fold::words(shorten(title));
        let mut numbers: Vec<u32> = words.split(' ').flat_map(numbers).collect();
        numbers.sort_unstable();
        let padded = format!(" {words} ");
        let names = |edition: &[&str]| edition.iter().any(|word| padded.contains(word));
        let editions = EDITIONS.iter().enumerate().filter(|(_, edition)| names(edition)).map(|(bit, _)| 1 << bit);
        Self { numbers, editions: editions.fold(0, |all: u64, bit: u64| all | bit) }
    }

    /// The numbers in it that can only be years.
    pub(super) fn years(&self) -> impl Iterator<Item = &u32> {
        self.numbers.iter().filter(|number| (1950..2050).contains(*number))
    }
}

/// The numbers that a word holds: digits, or a Roman number from two to twelve.
fn numbers(word: &str) -> Vec<u32> {
    const ROMAN: [&str; 11] = ["ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"];
    if let Some(place) = ROMAN.iter().position(|roman| *roman == word) {
        return vec![place as u32 + 2];
    }
    word.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}
