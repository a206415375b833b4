//! The decision: which work is which, no target given twice, and the same in any order of arrival.
//!
//! All pairs are weighed first. A pair's confidence is its share among everything that may be true instead: that the work
//! is another target, that the target is another work, or neither. What is sure is linked, all of a round at once; in the
//! next round those are out of the way of the others.

use std::collections::HashSet;

use super::{
    Against, Candidate, Card, Index, Sign, Verdict,
    evidence::{Side, against, odds, signs},
    index::{Hit, Tally},
    names::Sheet,
};

/// From this confidence on a pair is linked by itself. Since rivals are reckoned in, all of them together have less than a
/// ninth of its odds.
pub const LINK_AT: f64 = 0.90;
/// Less likely candidates are not worth a question.
const ASK_AT: f64 = 0.02;
/// So many candidates are offered.
const OFFERED: usize = 5;

/// What is known beforehand, by place among the works and among the targets.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Targets that are some other work already.
    pub taken: HashSet<usize>,
    /// Pairs that a person said are not the same.
    pub rejected: HashSet<(usize, usize)>,
    /// Works that are none of [`Facts::other_targets`], since a third service has both and tells them apart.
    pub other_works: HashSet<usize>,
    /// Targets that are none of [`Facts::other_works`].
    pub other_targets: HashSet<usize>,
}

impl Facts {
    /// Whether the two are known to be different.
    fn tell_apart(&self, work: usize, target: usize) -> bool {
        self.rejected.contains(&(work, target))
            || self.other_works.contains(&work) && self.other_targets.contains(&target)
    }
}

/// Says of each work which target it is.
pub fn pair(works: &[Card], index: &Index, facts: &Facts) -> Vec<Verdict> {
    let mut table = Table::weigh(works, index, facts);
    while table.link_what_is_sure() {}
    table.verdicts()
}

/// A pair of a work and a target.
#[derive(Clone, Debug)]
struct Pair {
    target: usize,
    /// How likely it is by itself, against nothing.
    odds: Odds,
    signs: Vec<Sign>,
    against: Option<Against>,
}

/// Odds in whole steps, so that their sum is the same in any order.
type Odds = u128;
/// The odds of one to one.
const EVEN: Odds = 1 << 40;

struct Row {
    pairs: Vec<Pair>,
    crowded: bool,
    linked: Option<Candidate>,
}

struct Table<'a> {
    index: &'a Index,
    rows: Vec<Row>,
    taken: Vec<bool>,
}

impl<'a> Table<'a> {
    fn weigh(works: &[Card], index: &'a Index, facts: &Facts) -> Self {
        let mut tally = Tally::of(index);
        let row = |(work, card): (usize, &Card)| {
            let sheet = Sheet::of(card);
            let found = index.find(&sheet, &mut tally);
            let ours = Side { card, sheet: &sheet };
            let pairs = found.hits.chunk_by(|a, b| a.target == b.target).map(|hits| weighed(ours, index, hits));
            let pairs = pairs.filter(|pair| !facts.tell_apart(work, pair.target)).collect();
            Row { pairs, crowded: found.crowded, linked: None }
        };
        let rows = works.iter().enumerate().map(row).collect();
        let taken = (0..index.len()).map(|target| facts.taken.contains(&target)).collect();
        Self { index, rows, taken }
    }

    /// Links every pair that is sure as things stand; whether there was one.
    fn link_what_is_sure(&mut self) -> bool {
        let claims = self.claims();
        let sure: Vec<Option<Candidate>> = self.rows.iter().map(|row| self.sure(row, &claims)).collect();
        let mut any = false;
        for (row, candidate) in self.rows.iter_mut().zip(sure) {
            let Some(candidate) = candidate else { continue };
            self.taken[candidate.target] = true;
            row.linked = Some(candidate);
            any = true;
        }
        any
    }

    /// The free target that a work without a link certainly is.
    fn sure(&self, row: &Row, claims: &[Odds]) -> Option<Candidate> {
        let free = row.pairs.iter().filter(|pair| row.linked.is_none() && !self.taken[pair.target]);
        let best = free.max_by_key(|pair| pair.odds)?;
        let confidence = self.confidence(row, best, claims);
        (best.against.is_none() && confidence >= LINK_AT).then(|| best.candidate(confidence, false))
    }

    /// For each target the odds of everybody without a link who claims it, summed up.
    fn claims(&self) -> Vec<Odds> {
        let mut claims = vec![0; self.taken.len()];
        for pair in self.rows.iter().filter(|row| row.linked.is_none()).flat_map(|row| &row.pairs) {
            claims[pair.target] += pair.odds;
        }
        claims
    }

    /// The pair's share in all that may be true of its two works.
    fn confidence(&self, row: &Row, pair: &Pair, claims: &[Odds]) -> f64 {
        let others = row.pairs.iter().filter(|other| !self.taken[other.target] && other.target != pair.target);
        let others: Odds = others.map(|other| other.odds).sum();
        // The pair's own odds are among the claims.
        pair.odds as f64 / (EVEN + others + claims[pair.target]) as f64
    }

    fn verdicts(mut self) -> Vec<Verdict> {
        let claims = self.claims();
        let rows = std::mem::take(&mut self.rows);
        rows.into_iter().map(|row| self.verdict(row, &claims)).collect()
    }

    fn verdict(&self, mut row: Row, claims: &[Odds]) -> Verdict {
        if let Some(linked) = row.linked.take() {
            return Verdict::Link(linked);
        }
        let mut offers: Vec<Offer<'_>> = row.pairs.iter().map(|pair| self.offer(&row, pair, claims)).collect();
        let is_worth_asking = offers.iter().any(Offer::is_worth_asking);
        let titles = |offer: &Offer<'_>| &self.index.cards[offer.pair.target].titles;
        offers.sort_by(|a, b| {
            a.taken.cmp(&b.taken).then(b.pair.odds.cmp(&a.pair.odds)).then_with(|| titles(a).cmp(titles(b)))
        });
        let offered = offers.into_iter().take(OFFERED);
        match () {
            () if is_worth_asking => {
                Verdict::Review(offered.map(|offer| offer.pair.candidate(offer.confidence, offer.taken)).collect())
            }
            () if row.crowded => Verdict::Crowded,
            () => Verdict::Nothing,
        }
    }

    fn offer<'b>(&self, row: &Row, pair: &'b Pair, claims: &[Odds]) -> Offer<'b> {
        Offer { pair, taken: self.taken[pair.target], confidence: self.confidence(row, pair, claims) }
    }
}

/// A pair that may be shown to a person.
struct Offer<'a> {
    pair: &'a Pair,
    taken: bool,
    confidence: f64,
}

impl Offer<'_> {
    /// Whether it is likely enough; what belongs to another already must be likelier than not.
    fn is_worth_asking(&self) -> bool {
        if self.taken { self.pair.odds > EVEN } else { self.confidence >= ASK_AT }
    }
}

impl Pair {
    fn candidate(&self, confidence: f64, taken: bool) -> Candidate {
        let against = self.against.into_iter().chain(taken.then_some(Against::Taken)).collect();
        Candidate { target: self.target, confidence, signs: self.signs.clone(), against }
    }
}

fn weighed(ours: Side<'_>, index: &Index, hits: &[Hit]) -> Pair {
    let target = hits[0].target as usize;
    let theirs = Side { card: &index.cards[target], sheet: &index.sheets[target] };
    let signs = signs(ours, theirs, hits);
    // Beyond this nothing changes any more, and the sum of all stays far from the end of the numbers.
    let odds = (odds(&signs).clamp(-20.0, 20.0).exp() * EVEN as f64) as Odds;
    Pair { target, odds, signs, against: against(ours.card.form, theirs.card.form) }
}
