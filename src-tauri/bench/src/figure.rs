//! A measured figure beside the bound that it has to keep.

use serde::Serialize;
use serde_json::{Value, json};

/// What was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    what: String,
    measured: f64,
    unit: &'static str,
    #[serde(flatten)]
    bound: Option<Bound>,
    holds: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    least_and_most: Option<[f64; 2]>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Figure {
    /// A figure that must not be above `at_most`, in the same unit.
    pub(crate) fn new(what: impl Into<String>, measured: f64, unit: &'static str, at_most: f64) -> Self {
        let measured = rounded(measured);
        let (bound, holds) = (Some(Bound::AtMost(at_most)), measured <= at_most);
        Self { what: what.into(), measured, unit, bound, holds, least_and_most: None }
    }

    /// A figure that must not be below `at_least`, in the same unit.
    pub(crate) fn at_least(what: impl Into<String>, measured: f64, unit: &'static str, at_least: f64) -> Self {
        let (bound, holds) = (Some(Bound::AtLeast(at_least)), measured >= at_least);
        Self { what: what.into(), measured: rounded(measured), unit, bound, holds, least_and_most: None }
    }

    /// A figure that has no bound of its own.
    pub(crate) fn told(what: impl Into<String>, measured: f64, unit: &'static str) -> Self {
        Self { what: what.into(), measured: rounded(measured), unit, bound: None, holds: true, least_and_most: None }
    }

    /// A number of things that must not be above `at_most`.
    pub(crate) fn count(what: impl Into<String>, measured: usize, unit: &'static str, at_most: usize) -> Self {
        Self::new(what, measured as f64, unit, at_most as f64)
    }

    /// The same, with the least and the most of several runs.
    pub(crate) fn between(self, least: f64, most: f64) -> Self {
        Self { least_and_most: Some([rounded(least), rounded(most)]), ..self }
    }
}

/// Thousandths are all that a person reads, and no figure is more exact.
fn rounded(figure: f64) -> f64 {
    (figure * 1000.0).round() / 1000.0
}

/// Everything that one benchmark measured.
pub(crate) fn json(figures: &[Figure]) -> Value {
    json!({ "holds": figures.iter().all(|figure| figure.holds), "figures": figures })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_figure_above_its_bound_is_enough_to_say_so() {
        let kept = Figure::count("a", 21, "requests", 21);
        assert_eq!(json(std::slice::from_ref(&kept))["holds"], true);
        assert_eq!(json(&[kept, Figure::new("b", 0.31, "s", 0.3)])["holds"], false);
    }
}
