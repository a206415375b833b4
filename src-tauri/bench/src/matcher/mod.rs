//! What the matcher gets right on a file of real titles: the AniList side of each work is looked for among the MyAnimeList
//! sides of all. Works without a counterpart stand among the questions, and no answer is right for them.
//!
//! Every wrong link is printed on the standard error, to be looked at: some labels of such a file are wrong themselves.

mod corpus;
mod score;

use std::{hint::black_box, path::Path, time::Instant};

use kuroibara_engine::core::matching::{Card, Facts, Index, pair};
use serde_json::{Value, json};

use self::{
    corpus::Corpus,
    score::{Score, scores},
};
use crate::{
    Outcome,
    figure::{self, Figure},
    process::peak_memory,
};

/// Against so many candidates the time of a title is bounded.
const CANDIDATES: usize = 30_000;

pub(crate) fn measure(path: &Path) -> Outcome<Value> {
    let corpus = corpus::read(path)?;
    let verdicts = pair(&corpus.works, &Index::new(corpus.targets.clone()), &Facts::default());
    let (all, by_kind) = scores(&corpus, &verdicts);
    drop(verdicts);
    let speed = Speed::measure(corpus);
    // A file that says why each work stands in it holds hard ones only: the bounds on all works are not meant for it.
    let mut figures = if by_kind.is_empty() { all.figures() } else { Vec::new() };
    figures.extend(by_kind.iter().flat_map(|(kind, score)| score.figures_of(kind)));
    figures.extend(speed.figures()?);
    let mut said = figure::json(&figures);
    said["matcher"] = all.json();
    said["by_kind"] = by_kind.iter().map(|(kind, score)| (kind.clone(), score.json())).collect();
    said["speed"] = json!({
        "candidates": speed.candidates, "index_seconds": speed.index_seconds, "ms_per_title": speed.milliseconds,
        "peak_memory_mb": peak_memory()?,
    });
    Ok(said)
}

/// How long it takes against as many candidates as there are in life. Where the file has fewer, the questions themselves
/// are candidates too: each is then found at once and compared with one more.
struct Speed {
    candidates: usize,
    index_seconds: f64,
    milliseconds: f64,
}

impl Speed {
    fn measure(corpus: Corpus) -> Self {
        let works = corpus.works;
        let room = CANDIDATES.saturating_sub(corpus.targets.len());
        let targets: Vec<Card> = corpus.targets.into_iter().chain(works.iter().take(room).cloned()).collect();
        let begun = Instant::now();
        let index = Index::new(targets);
        let index_seconds = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        black_box(pair(&works, &index, &Facts::default()));
        let milliseconds = begun.elapsed().as_secs_f64() * 1000.0 / works.len().max(1) as f64;
        Self { candidates: index.len(), index_seconds, milliseconds }
    }

    fn figures(&self) -> Outcome<[Figure; 3]> {
        let against = format!("against {} candidates", self.candidates);
        Ok([
            Figure::new(format!("a title {against}"), self.milliseconds, "ms", 1.0),
            Figure::new(format!("an index of {} candidates", self.candidates), self.index_seconds, "s", 2.0),
            Figure::new(format!("peak memory {against}"), peak_memory()?, "MB", 200.0),
        ])
    }
}

impl Score {
    fn figures(&self) -> Vec<Figure> {
        let pairs = self.pairs;
        vec![
            Figure::at_least(format!("{pairs} pairs, linked rightly"), self.share(self.correct), "%", 97.0),
            Figure::new(format!("{pairs} pairs, linked wrongly"), self.share(self.wrong), "%", 0.15),
            Figure::at_least(
                format!("{pairs} pairs, linked or among the first three"),
                self.share(self.among_three),
                "%",
                99.5,
            ),
        ]
    }

    /// The bounds of the kinds that are known to be hard.
    fn figures_of(&self, kind: &str) -> Vec<Figure> {
        match kind {
            "title_collision" => {
                let wrong = self.wrong + self.claims;
                vec![Figure::count("works that share a title, linked wrongly", wrong, "links", 0)]
            }
            "hard_positive" => {
                let first = self.share(self.linked_or_first);
                vec![Figure::at_least("works without a common title, linked or offered first", first, "%", 60.0)]
            }
            _ => Vec::new(),
        }
    }
}
