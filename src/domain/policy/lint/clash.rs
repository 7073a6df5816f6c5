//! Whether conditions of which all must hold can hold together.
//!
//! What is said to clash does so for certain, whatever the change. The other way
//! round nothing is promised: patterns, teams and expressions are not compared.

use std::collections::{BTreeMap, BTreeSet};

use super::formula::Literal;
use super::overlap::{Overlap, is_literal, overlap, taken_in, within};
use crate::policy::condition::{Condition, FieldTest};
use crate::policy::model::{BranchGlobs, Globs};

/// The fewest conditions found that exclude each other; nothing where none was found.
pub(super) fn clash<'b, 'p>(branch: &'b [Literal<'p>]) -> Option<Vec<&'b Literal<'p>>> {
    numbers(branch).or_else(|| pair(branch)).or_else(|| names(branch))
}

fn pair<'b, 'p>(branch: &'b [Literal<'p>]) -> Option<Vec<&'b Literal<'p>>> {
    let mut pairs =
        branch.iter().enumerate().flat_map(|(place, two)| branch[..place].iter().map(move |one| (one, two)));
    pairs.find(|(one, two)| excludes(one, two) || excludes(two, one)).map(|(one, two)| vec![one, two])
}

/// A number or a choice of few that conditions compare.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Quantity<'p> {
    Lines(Option<&'p [String]>),
    FilesChanged,
    Commits,
    Tier,
    Risk,
    Type,
    Fork,
    Signed,
    Draft,
    Agent,
    FirstContribution,
}

/// The tier where no service is touched: no comparison holds.
const NO_TIER: u64 = u64::MAX;

impl<'p> Literal<'p> {
    fn quantity(&self) -> Option<Quantity<'p>> {
        Some(match self.condition {
            Condition::Lines(_, globs) => Quantity::Lines(globs.as_ref().map(|globs| globs.written.as_slice())),
            // What there is a file for was changed in one file at least.
            Condition::FilesChanged(_) => Quantity::FilesChanged,
            Condition::Files(_) | Condition::OnlyFiles(_) if !self.negated => Quantity::FilesChanged,
            Condition::Commits(_) => Quantity::Commits,
            Condition::Tier(_) => Quantity::Tier,
            Condition::Risk(_) => Quantity::Risk,
            Condition::Type(_) => Quantity::Type,
            Condition::Fork(_) => Quantity::Fork,
            Condition::Signed(_) => Quantity::Signed,
            Condition::Draft(_) => Quantity::Draft,
            Condition::Agent(..) => Quantity::Agent,
            Condition::FirstContribution(_) => Quantity::FirstContribution,
            _ => return None,
        })
    }

    /// Whether it may hold while its quantity is `value`.
    fn admits(&self, value: u64) -> bool {
        let holds = match self.condition {
            Condition::Lines(wanted, _) | Condition::FilesChanged(wanted) | Condition::Commits(wanted) => {
                wanted.operator.holds(value, wanted.number)
            }
            Condition::Tier(wanted) => value != NO_TIER && wanted.operator.holds(value, wanted.number),
            Condition::Risk(wanted) => wanted.operator.holds(value, wanted.level as u64),
            Condition::Type(types) => types.iter().any(|kind| *kind as u64 == value),
            Condition::Fork(wanted) | Condition::Signed(wanted) | Condition::Draft(wanted) => {
                u64::from(*wanted) == value
            }
            Condition::Agent(wanted, _) | Condition::FirstContribution(wanted) => {
                // What is not proved does not hold where it would lower what is asked.
                if self.negated && self.lowering {
                    return true;
                }
                u64::from(*wanted) == value
            }
            _ => value > 0,
        };
        holds != self.negated
    }

    /// The values at which it may change its mind.
    fn turns(&self) -> Vec<u64> {
        let number = match self.condition {
            Condition::Lines(wanted, _)
            | Condition::FilesChanged(wanted)
            | Condition::Commits(wanted)
            | Condition::Tier(wanted) => wanted.number,
            _ => 1,
        };
        vec![0, 1, 2, 3, number.saturating_sub(1), number, number.saturating_add(1)]
    }
}

fn numbers<'b, 'p>(branch: &'b [Literal<'p>]) -> Option<Vec<&'b Literal<'p>>> {
    let mut groups: BTreeMap<Quantity<'p>, Vec<&'b Literal<'p>>> = BTreeMap::new();
    for literal in branch {
        if let Some(quantity) = literal.quantity() {
            groups.entry(quantity).or_default().push(literal);
        }
    }
    groups.into_iter().find_map(|(quantity, group)| fewest(&group, |chosen| !any_value(&quantity, chosen)))
}

fn any_value(quantity: &Quantity<'_>, literals: &[&Literal<'_>]) -> bool {
    let turns = || literals.iter().flat_map(|literal| literal.turns());
    let values: Vec<u64> = match quantity {
        Quantity::Lines(_) | Quantity::FilesChanged | Quantity::Commits => turns().collect(),
        Quantity::Tier => turns().chain([NO_TIER]).collect(),
        Quantity::Risk => (0..4).collect(),
        Quantity::Type => (0..3).collect(),
        _ => vec![0, 1],
    };
    values.into_iter().any(|value| literals.iter().all(|literal| literal.admits(value)))
}

/// The first one, two or all of a group for which it is so.
fn fewest<'b, 'p>(
    group: &[&'b Literal<'p>],
    is_so: impl Fn(&[&'b Literal<'p>]) -> bool,
) -> Option<Vec<&'b Literal<'p>>> {
    let ones = group.iter().map(|one| vec![*one]);
    let twos = group.iter().enumerate().flat_map(|(place, two)| group[..place].iter().map(|one| vec![*one, *two]));
    ones.chain(twos).chain([group.to_vec()]).find(|chosen| is_so(chosen))
}

/// The base or the repository: one name that every condition on it must match.
fn names<'b, 'p>(branch: &'b [Literal<'p>]) -> Option<Vec<&'b Literal<'p>>> {
    let of = |wanted: fn(&Condition) -> bool| -> Vec<&'b Literal<'p>> {
        branch.iter().filter(|literal| wanted(literal.condition)).collect()
    };
    let bases = of(|condition| matches!(condition, Condition::Base(_)));
    let repositories = of(|condition| matches!(condition, Condition::Repositories(_)));
    [bases, repositories].into_iter().find_map(|group| fewest(&group, no_name))
}

/// Whether no name can meet them all: one of them allows a few names only, and the others none of those.
fn no_name(literals: &[&Literal<'_>]) -> bool {
    let listed = literals.iter().find_map(|literal| {
        let globs = globs_of(literal.condition).filter(|_| !literal.negated)?;
        let is_name = |glob: &str| is_literal(glob) && !glob.starts_with('~');
        (taken_in(globs).next().is_some() && taken_in(globs).all(is_name)).then_some(globs)
    });
    let Some(listed) = listed else { return false };
    let meets = |name: &str, is_default: bool| {
        literals.iter().all(|literal| {
            let matches = match literal.condition {
                Condition::Base(globs) => globs.matches(name, if is_default { name } else { "" }),
                other => globs_of(other).is_some_and(|globs| globs.matches(name)),
            };
            matches != literal.negated
        })
    };
    !taken_in(listed).any(|name| meets(name, false) || meets(name, true))
}

fn globs_of(condition: &Condition) -> Option<&Globs> {
    match condition {
        Condition::Base(BranchGlobs { globs, .. }) | Condition::Repositories(globs) => Some(globs),
        _ => None,
    }
}

/// Whether the first, which must hold, excludes the second.
fn excludes(one: &Literal<'_>, two: &Literal<'_>) -> bool {
    if let (Some(held), Some(Paths::Touched(touched))) = (paths(one), paths(two)) {
        return match held {
            Paths::Only(only) => overlap(only, touched) == Overlap::Nothing,
            Paths::None(none) => within(touched, none),
            Paths::Touched(_) => false,
        };
    }
    if one.negated {
        return false;
    }
    if two.negated && implies(one, two) {
        return true;
    }
    match (one.condition, two.condition) {
        (Condition::OnlyFiles(left), Condition::OnlyFiles(right)) if !two.negated => {
            overlap(left, right) == Overlap::Nothing
        }
        (Condition::OnlyFiles(only), Condition::NoFiles(none)) if !two.negated => within(only, none),
        (Condition::OnlyFiles(only), Condition::Files(none)) if two.negated => within(only, none),
        (Condition::Base(left), Condition::Base(right)) if !two.negated => apart(left, right),
        (Condition::Repositories(left), Condition::Repositories(right)) if !two.negated => {
            overlap(left, right) == Overlap::Nothing
        }
        (Condition::Author(left), Condition::Author(right)) if !two.negated => lower(left).is_disjoint(&lower(right)),
        // `x[bot]` matches a bot only, and other logins match people only.
        (Condition::Author(logins), Condition::Agent(false, _)) if !two.negated => {
            logins.iter().all(|login| login.to_lowercase().ends_with("[bot]"))
        }
        (Condition::Field(field, FieldTest::State(left)), Condition::Field(other, FieldTest::State(right)))
            if !two.negated && field == other =>
        {
            lower(left).is_disjoint(&lower(right))
        }
        _ => false,
    }
}

/// What a condition says of the changed paths.
enum Paths<'p> {
    Touched(&'p Globs),
    Only(&'p Globs),
    None(&'p Globs),
}

fn paths<'p>(literal: &Literal<'p>) -> Option<Paths<'p>> {
    match (literal.condition, literal.negated) {
        (Condition::Files(globs), false) | (Condition::NoFiles(globs), true) => Some(Paths::Touched(globs)),
        (Condition::NoFiles(globs), false) | (Condition::Files(globs), true) => Some(Paths::None(globs)),
        (Condition::OnlyFiles(globs), false) => Some(Paths::Only(globs)),
        _ => None,
    }
}

/// Whether no branch is in both: the default branch may have any name.
fn apart(left: &BranchGlobs, right: &BranchGlobs) -> bool {
    let may_be_any = |globs: &BranchGlobs| globs.default_branch;
    !may_be_any(left) && !may_be_any(right) && overlap(&left.globs, &right.globs) == Overlap::Nothing
}

fn lower(words: &[String]) -> BTreeSet<String> {
    words.iter().map(|word| word.to_lowercase()).collect()
}

/// Whether `one` holding makes what `two` denies hold: each member of its list stands in the other's.
fn implies(one: &Literal<'_>, two: &Literal<'_>) -> bool {
    // A fact that is seen and not proved holds in the one place and not in the other.
    let proved = one.lowering || !two.lowering;
    match (one.condition, two.condition) {
        (Condition::OnlyFiles(left), Condition::OnlyFiles(right)) => proved && within(left, right),
        (Condition::Repositories(left), Condition::Repositories(right)) => within(left, right),
        (Condition::Base(left), Condition::Base(right)) => {
            let whole = taken_in(&right.globs).any(|glob| glob == "**");
            let default = !left.default_branch || right.default_branch || whole;
            let named = left.globs.written.iter().all(|glob| glob == "~DEFAULT_BRANCH");
            default && !right.not_default_branch && (named || within(&without_default(&left.globs), &right.globs))
        }
        (Condition::Services(left), Condition::Services(right)) => left.iter().all(|name| right.contains(name)),
        (Condition::Environments(left), Condition::Environments(right)) => {
            proved && left.iter().all(|name| right.contains(name))
        }
        (Condition::Author(left), Condition::Author(right)) => proved && lower(left).is_subset(&lower(right)),
        (Condition::AuthorIn(left), Condition::AuthorIn(right)) => proved && left.iter().all(|who| right.contains(who)),
        (Condition::CommitterIn(left), Condition::CommitterIn(right)) => left.iter().all(|who| right.contains(who)),
        (Condition::Labels(left), Condition::Labels(right)) => lower(left).is_subset(&lower(right)),
        (Condition::Head(left), Condition::Head(right)) => within(left, right),
        (Condition::Title(left), Condition::Title(right)) => left.as_str() == right.as_str(),
        (Condition::Diff(left, in_left), Condition::Diff(right, in_right)) => {
            let written = |globs: &Option<Globs>| globs.as_ref().map(|globs| globs.written.clone());
            proved && left.as_str() == right.as_str() && written(in_left) == written(in_right)
        }
        (Condition::Field(field, left), Condition::Field(other, right)) if field == other => match (left, right) {
            (FieldTest::Is(left), FieldTest::Is(right)) => lower(left).is_subset(&lower(right)),
            (FieldTest::State(left), FieldTest::State(right)) => lower(left).is_subset(&lower(right)),
            (FieldTest::Matches(left), FieldTest::Matches(right)) => left.as_str() == right.as_str(),
            _ => false,
        },
        _ => false,
    }
}

fn without_default(globs: &Globs) -> Globs {
    let written = globs.written.iter().filter(|glob| !glob.contains("~DEFAULT_BRANCH")).cloned().collect();
    Globs { written, ..globs.clone() }
}
