//! Conditions as alternatives: `when` tables multiplied out into lists of single conditions of which all must hold.
//!
//! Absent: whether such a list can hold (`clash`).

use std::ops::Range;

use super::places::Node;
use crate::layer::Layer;
use crate::policy::condition::{Condition, Conditions};

/// With more alternatives a formula is not decided.
const MOST_BRANCHES: usize = 1_000;

/// A condition or its contrary, with its place.
#[derive(Clone)]
pub(super) struct Literal<'p> {
    pub(super) condition: &'p Condition,
    /// Whether it must not hold.
    pub(super) negated: bool,
    /// Whether it stands where some facts count only when they are proved, so that it may not hold all the same.
    pub(super) lowering: bool,
    pub(super) layer: Layer,
    pub(super) span: Range<usize>,
}

/// Conditions of which all must hold.
pub(super) type Branch<'p> = Vec<Literal<'p>>;

/// From where a formula is read.
#[derive(Clone, Copy)]
pub(super) struct Stand {
    pub(super) layer: Layer,
    /// The contrary of the table.
    pub(super) negated: bool,
    /// Whether the table stands in a place that lowers what is asked.
    pub(super) lowering: bool,
}

/// The alternatives of a table, of which one must hold; `None` where they are too many.
pub(super) fn branches<'p>(table: &'p Conditions, at: Option<&Node<'_>>, stand: Stand) -> Option<Vec<Branch<'p>>> {
    let mut parts = Vec::new();
    for condition in &table.0 {
        let node = at.and_then(|at| at.child(condition.key()));
        parts.push(one(condition, node.as_ref(), stand)?);
    }
    joined(parts, stand.negated)
}

fn one<'p>(condition: &'p Condition, at: Option<&Node<'_>>, stand: Stand) -> Option<Vec<Branch<'p>>> {
    let nested = |tables: &'p [Conditions]| -> Option<Vec<Vec<Branch<'p>>>> {
        let nodes = at.map(Node::items).unwrap_or_default();
        tables.iter().enumerate().map(|(place, table)| branches(table, nodes.get(place), stand)).collect()
    };
    match condition {
        Condition::Any(tables) => joined(nested(tables)?, !stand.negated),
        Condition::All(tables) => joined(nested(tables)?, stand.negated),
        Condition::Not(table) => {
            branches(table, at, Stand { negated: !stand.negated, lowering: !stand.lowering, ..stand })
        }
        leaf => {
            let at = match leaf {
                Condition::Field(field, _) => at.and_then(|at| at.child(field.as_str())),
                _ => at.cloned(),
            };
            let span = at.map(|at| at.span).unwrap_or_default();
            let Stand { layer, negated, lowering } = stand;
            Some(vec![vec![Literal { condition: leaf, negated, lowering, layer, span }]])
        }
    }
}

/// Alternatives of which one, or of each part one, must hold.
fn joined<'p>(parts: Vec<Vec<Branch<'p>>>, is_any: bool) -> Option<Vec<Branch<'p>>> {
    if is_any {
        let all: Vec<_> = parts.into_iter().flatten().collect();
        return (all.len() <= MOST_BRANCHES).then_some(all);
    }
    product(parts)
}

/// Every combination of one alternative of each part.
pub(super) fn product<'p>(parts: impl IntoIterator<Item = Vec<Branch<'p>>>) -> Option<Vec<Branch<'p>>> {
    let mut all: Vec<Branch<'p>> = vec![Vec::new()];
    for part in parts {
        if all.len() * part.len() > MOST_BRANCHES {
            return None;
        }
        let with = |left: &Branch<'p>| {
            part.iter().map(|right| left.iter().chain(right).cloned().collect()).collect::<Vec<Branch<'p>>>()
        };
        all = all.iter().flat_map(with).collect();
    }
    Some(all)
}
