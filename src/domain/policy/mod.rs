//! Policy: what a file says, how it is read, and what it comes to.
//!
//! The contract is POLICY.md. [`load`] reads the layers' files whole and gives the
//! valid model with every problem of every file. Where a file uses a part of the
//! language that this version reads but does not enforce, the part is kept as
//! [`Unenforced`] (or as a condition or requirement of that name), and whoever
//! meets it fails closed. [`keys`] is the one list of the language, [`CODES`] the
//! one list of what can be wrong; [`lint`] finds what can be read and cannot be meant. Absent: evaluating a policy against a change.

mod approval;
mod codes;
mod condition;
pub(crate) mod expr;
mod fields;
mod hold;
mod keys;
mod lanes;
mod length;
mod lint;
mod load;
mod model;
mod packs;
mod pir;
mod read;
mod source;
mod stack;
#[cfg(test)]
mod tests;
mod unenforced;
mod waive;
mod weekly;

pub use approval::EffectiveApproval;
pub use codes::CODES;
pub use condition::{ChangeType, Comparison, Condition, Conditions, FieldTest, LevelComparison, Operator};
pub use expr::{Expression, FACTS, FactKind, FactSpec};
pub use fields::field_set;
pub use hold::{Hold, HoldKind};
pub use keys::{Control, Key, Kind, Status, keys};
pub use lanes::{Emergency, Model, Overdue, Waiver};
pub use length::Length;
#[cfg(test)]
pub(crate) use lint::lint_finds_no_clash;
pub use lint::{LINTS, Missed, Surroundings, lint};
pub use load::{check_edit, load, load_with};
pub use model::{
    ApprovalEntry, ApprovalSettings, Authority, BranchGlobs, ChangesRequested, CheckWanted, Collisions, CommentWhen,
    DeploymentWanted, Environment, Factor, Globs, Independence, Keep, LayerPolicy, Mode, Notify, Owning, Permission,
    PlannedWindow, Policy, PolicySet, Request, Requirement, Rule, Scope, Service, SourceRef, Standing, Unattributed,
    Unenforced, Weight, WhichCheck, Who,
};
pub use packs::{PACKS, Pack, Shelf, packs_of};
pub use pir::Pir;
pub use source::{Read, Source, Version};
pub use waive::Waive;
pub use weekly::{Days, Hours, Weekly};

/// The slug of GitHub's own App that runs workflows, and the login of its bot: whose checks and deployments are meant
/// where nobody is named.
pub(crate) const ACTIONS: &str = "github-actions";
