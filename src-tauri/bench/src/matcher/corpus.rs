//! A file of real titles, read: what AniList says of a work and what MyAnimeList says of the same one.
//!
//! Ids serve to know which belong together and are left behind: the matcher never sees one.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use flate2::read::MultiGzDecoder;
use kuroibara_engine::core::matching::{Card, Form};
use serde::Deserialize;

use crate::Outcome;

/// All works of a file.
#[derive(Default)]
pub(super) struct Corpus {
    /// What AniList says, each work once.
    pub(super) works: Vec<Card>,
    /// What MyAnimeList says, each work once.
    pub(super) targets: Vec<Card>,
    /// For each work the target that is the same, where there is one.
    pub(super) truth: Vec<Option<usize>>,
    /// For each work why it stands in the file, where the file says so.
    pub(super) kinds: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Group { kind: String, works: Vec<Work> },
    One { kind: String, work: Work },
    Plain(Work),
}

#[derive(Deserialize)]
struct Work {
    anilist: u64,
    mal: Option<u64>,
    format: Option<String>,
    anilist_title: String,
    #[serde(default)]
    anilist_alt: Vec<String>,
    #[serde(default)]
    anilist_authors: Vec<String>,
    mal_title: Option<String>,
    #[serde(default)]
    mal_alt: Vec<String>,
    #[serde(default)]
    mal_authors: Vec<String>,
    mal_format: Option<String>,
}

/// Reads a file; one that begins as gzip does is unpacked.
pub(super) fn read(path: &Path) -> Outcome<Corpus> {
    let mut file = BufReader::new(File::open(path)?);
    let is_packed = file.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let text: Box<dyn Read> = if is_packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let (mut corpus, mut seen, mut targets) = (Corpus::default(), HashMap::new(), HashMap::new());
    for line in BufReader::new(text).lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let (kind, works) = match serde_json::from_str(&line)? {
            Line::Group { kind, works } => (Some(kind), works),
            Line::One { kind, work } => (Some(kind), vec![work]),
            Line::Plain(work) => (None, vec![work]),
        };
        works.into_iter().for_each(|work| corpus.add(work, kind.as_deref(), &mut seen, &mut targets));
    }
    Ok(corpus)
}

impl Corpus {
    fn add(
        &mut self,
        work: Work,
        kind: Option<&str>,
        seen: &mut HashMap<u64, usize>,
        targets: &mut HashMap<u64, usize>,
    ) {
        let next = self.works.len();
        let place = *seen.entry(work.anilist).or_insert(next);
        if place == next {
            self.truth.push(work.mal.zip(work.theirs()).map(|(id, card)| {
                *targets.entry(id).or_insert_with(|| {
                    self.targets.push(card);
                    self.targets.len() - 1
                })
            }));
            self.works.push(work.ours());
            self.kinds.push(Vec::new());
        }
        self.kinds[place].extend(kind.map(str::to_owned));
    }
}

impl Work {
    fn ours(self) -> Card {
        let titles = [vec![self.anilist_title], self.anilist_alt].concat();
        Card { titles, authors: self.anilist_authors, form: form(self.format.as_deref()), ..Card::default() }
    }

    fn theirs(&self) -> Option<Card> {
        let titles = [vec![self.mal_title.clone()?], self.mal_alt.clone()].concat();
        let form = form(self.mal_format.as_deref());
        Some(Card { titles, authors: self.mal_authors.clone(), form, ..Card::default() })
    }
}

/// A service's word for a kind of work; every other word is one for comics of some country.
fn form(word: Option<&str>) -> Form {
    match word.map(|word| word.to_lowercase().replace(['_', '-'], " ")).as_deref() {
        None | Some("" | "unknown") => Form::Unknown,
        Some("novel" | "light novel") => Form::Novel,
        Some("one shot" | "oneshot") => Form::OneShot,
        Some(_) => Form::Comic,
    }
}
