//! The decision, as data: a policy, a pull request, and what it must come to.
#![expect(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]

mod approvals;
mod at;
mod binding;
mod changes_requested;
mod checks;
mod clash;
mod commands;
mod conditions;
mod deployment;
mod deployments;
mod emergency;
mod expr;
mod expr_facts;
mod freezes;
mod independence;
mod layers;
mod membership;
mod notice;
mod outcome;
mod owners;
mod properties;
mod record;
mod relax;
mod risk;
mod same_diff;
mod schedule;
mod signed;
mod soak;
mod speed;
mod threads;
mod windows;
mod world;

use world::*;

use crate::facts::{Facts, File, Known};
