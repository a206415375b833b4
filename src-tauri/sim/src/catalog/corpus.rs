//! Real titles and ids from a folder outside the project, where it is there. It reads `titles.jsonl.gz` and nothing else.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use flate2::read::GzDecoder;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde::Deserialize;

use super::{Format, Work};

#[derive(Deserialize)]
struct Line {
    anilist: Option<i64>,
    mal: Option<i64>,
    #[serde(default)]
    kitsu: Vec<i64>,
    format: String,
    anilist_title: String,
    #[serde(default)]
    anilist_alt: Vec<String>,
    #[serde(default)]
    anilist_authors: Vec<String>,
    #[serde(default)]
    mangadex_titles: Vec<String>,
}

/// Every work of the corpus; none when the folder lacks it, since invented works then take their place.
pub(super) fn read(folder: &Path) -> Vec<Work> {
    let Ok(file) = File::open(folder.join("titles.jsonl.gz")) else { return Vec::new() };
    let lines = BufReader::new(GzDecoder::new(file)).lines();
    lines.map_while(Result::ok).filter_map(|line| serde_json::from_str(&line).ok()).map(work).collect()
}

/// So many of them, drawn from the seed.
pub(super) fn choose(mut works: Vec<Work>, count: usize, rng: &mut StdRng) -> Vec<Work> {
    works.shuffle(rng);
    works.truncate(count);
    works
}

fn work(line: Line) -> Work {
    let native = line.anilist_alt.iter().find(|title| in_cjk(title)).cloned();
    let english = line.mangadex_titles.into_iter().find(|title| title.is_ascii() && *title != line.anilist_title);
    let known = [native.as_ref(), english.as_ref()];
    let synonyms = line.anilist_alt.iter().filter(|title| !known.contains(&Some(title))).cloned().collect();
    Work {
        anilist: line.anilist,
        myanimelist: line.mal,
        kitsu: line.kitsu,
        format: format(&line.format),
        native,
        english,
        synonyms,
        authors: line.anilist_authors,
        ..Work::titled(&line.anilist_title)
    }
}

fn format(name: &str) -> Format {
    match name {
        "novel" => Format::Novel,
        "one-shot" => Format::OneShot,
        _ => Format::Manga,
    }
}

/// Kana, Han or Hangul.
fn in_cjk(title: &str) -> bool {
    title.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'))
}
