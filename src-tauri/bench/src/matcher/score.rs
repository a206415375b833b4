//! Verdicts counted against what is true.

use std::collections::BTreeMap;

use kuroibara_engine::core::matching::{Candidate, Card, Verdict};
use serde_json::{Value, json};

use super::corpus::Corpus;

/// How often what happened.
#[derive(Clone, Debug, Default)]
pub(super) struct Score {
    /// Works that have a counterpart.
    pub(super) pairs: usize,
    /// Of those: linked to it.
    pub(super) correct: usize,
    /// Linked to something else.
    pub(super) wrong: usize,
    /// Left to a person.
    review: usize,
    /// Neither linked nor asked.
    nothing: usize,
    /// Linked rightly, or offered as the likeliest.
    pub(super) linked_or_first: usize,
    /// Linked rightly, or offered among the first three.
    pub(super) among_three: usize,
    /// Works without a counterpart.
    without: usize,
    /// Of those: linked to something.
    pub(super) claims: usize,
    /// Left to a person.
    claims_to_review: usize,
}

/// Counts everything, and for each kind what is of that kind. Wrong links are told on the standard error.
pub(super) fn scores(corpus: &Corpus, verdicts: &[Verdict]) -> (Score, BTreeMap<String, Score>) {
    let (mut all, mut by_kind) = (Score::default(), BTreeMap::<String, Score>::new());
    for (work, verdict) in verdicts.iter().enumerate() {
        let truth = corpus.truth[work];
        all.count(truth, verdict);
        for kind in &corpus.kinds[work] {
            by_kind.entry(kind.clone()).or_default().count(truth, verdict);
        }
        if let Verdict::Link(linked) = verdict
            && truth != Some(linked.target)
        {
            tell(corpus, work, linked);
        }
    }
    (all, by_kind)
}

fn tell(corpus: &Corpus, work: usize, linked: &Candidate) {
    let shown = |card: &Card| format!("{} ({:?}; {})", card.titles.join(" / "), card.form, card.authors.join(", "));
    eprintln!("wrong: {}", shown(&corpus.works[work]));
    eprintln!("    is linked to {}", shown(&corpus.targets[linked.target]));
    match corpus.truth[work] {
        Some(truth) => eprintln!("    and should be {}", shown(&corpus.targets[truth])),
        None => eprintln!("    and has no counterpart"),
    }
    eprintln!("    by {:.3}: {:?}", linked.confidence, linked.signs);
}

impl Score {
    fn count(&mut self, truth: Option<usize>, verdict: &Verdict) {
        match truth {
            Some(truth) => self.count_pair(truth, verdict),
            None => self.count_without(verdict),
        }
    }

    fn count_pair(&mut self, truth: usize, verdict: &Verdict) {
        self.pairs += 1;
        let place = match verdict {
            Verdict::Link(linked) if linked.target == truth => {
                self.correct += 1;
                Some(0)
            }
            Verdict::Link(_) => {
                self.wrong += 1;
                None
            }
            Verdict::Review(candidates) => {
                self.review += 1;
                candidates.iter().position(|candidate| candidate.target == truth)
            }
            Verdict::Nothing | Verdict::Crowded => {
                self.nothing += 1;
                None
            }
        };
        self.linked_or_first += usize::from(place == Some(0));
        self.among_three += usize::from(place.is_some_and(|place| place < 3));
    }

    fn count_without(&mut self, verdict: &Verdict) {
        self.without += 1;
        match verdict {
            Verdict::Link(_) => self.claims += 1,
            Verdict::Review(_) => self.claims_to_review += 1,
            Verdict::Nothing | Verdict::Crowded => {}
        }
    }

    /// So much of the pairs, in percent.
    pub(super) fn share(&self, count: usize) -> f64 {
        count as f64 * 100.0 / self.pairs.max(1) as f64
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "pairs": self.pairs,
            "correct": self.correct,
            "correct_percent": self.share(self.correct),
            "wrong": self.wrong,
            "wrong_percent": self.share(self.wrong),
            "review": self.review,
            "nothing": self.nothing,
            "linked_or_first": self.linked_or_first,
            "linked_or_first_percent": self.share(self.linked_or_first),
            "linked_or_first_three": self.among_three,
            "linked_or_first_three_percent": self.share(self.among_three),
            "without_counterpart": self.without,
            "claims_without_counterpart": self.claims,
            "review_without_counterpart": self.claims_to_review,
        })
    }
}
