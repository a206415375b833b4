//! The batch limit (anilist.md section 4): every selected field costs 1 and its children, every alias counts again,
//! arguments and list sizes do not, fragments are expanded; 500 itself passes.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet};
use async_graphql::{Name, Positioned};

/// The largest cost that passes.
pub(super) const MAX: usize = 500;

/// Fragments may contain themselves, so the walk ends here at the latest.
const MAX_STEPS: usize = 100_000;

/// What the operation of this name (or the first) costs.
pub(super) fn cost(document: &ExecutableDocument, operation: Option<&str>) -> usize {
    let mut operations = document.operations.iter();
    let named = operations.find(|(name, _)| operation.is_none() || name.map(Name::as_str) == operation);
    let mut walk = Walk { fragments: &document.fragments, cost: 0, steps: 0 };
    if let Some((_, operation)) = named {
        walk.over(&operation.node.selection_set.node, 0);
    }
    walk.cost
}

struct Walk<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    cost: usize,
    steps: usize,
}

impl Walk<'_> {
    fn over(&mut self, set: &SelectionSet, depth: usize) {
        for selection in &set.items {
            self.steps += 1;
            if depth > 64 || self.steps > MAX_STEPS {
                return;
            }
            match &selection.node {
                Selection::Field(field) => {
                    self.cost += 1;
                    self.over(&field.node.selection_set.node, depth + 1);
                }
                Selection::InlineFragment(fragment) => self.over(&fragment.node.selection_set.node, depth + 1),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.fragments.get(&spread.node.fragment_name.node) {
                        self.over(&fragment.node.selection_set.node, depth + 1);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use async_graphql::parser::parse_query;

    use super::*;

    fn cost_of(query: &str) -> usize {
        cost(&parse_query(query).unwrap(), None)
    }

    #[test]
    fn each_field_costs_one_and_its_children_and_each_alias_again() {
        assert_eq!(cost_of("mutation{SaveMediaListEntry(mediaId:1){id}}"), 2);
        assert_eq!(cost_of("{Page(perPage:50){media(idMal_in:[1,2],type:MANGA){id idMal}}}"), 4);
        let sixteen = "id b c d e f g h i j k l m n o p";
        let aliases: String = (0..38).map(|n| format!("a{n}:S{{{sixteen}}} ")).collect();
        assert_eq!(cost_of(&format!("mutation{{{aliases}}}")), 646, "the number that Saberr#12 saw");
    }

    #[test]
    fn fragments_are_expanded_where_they_stand() {
        assert_eq!(cost_of("query{a{...F} b{...F ... on X{y}}} fragment F on X{x y}"), 7);
    }

    #[test]
    fn a_fragment_in_itself_ends() {
        assert!(cost_of("{...F} fragment F on X{a ...F ...F}") > MAX);
    }
}
