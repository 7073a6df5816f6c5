//! The lanes that relax what rules ask, as they are valid: standard changes, standing exceptions, emergencies.
//!
//! Each has an end, held as the instant that it comes to; that of an emergency
//! is so long after it was declared.

use std::ops::Range;

use jiff::Timestamp;
use regex::Regex;

use super::condition::Conditions;
use super::length::Length;
use super::model::{ApprovalEntry, Who};
use crate::record::FieldId;

/// A standard change: authorised beforehand, narrow, with an owner and an end.
#[derive(Debug, Clone)]
pub struct Model {
    /// Its id within the layer.
    pub id: String,
    /// Who answers for it.
    pub owner: Who,
    /// The first instant at which it is over.
    pub until: Timestamp,
    /// Which changes it covers. Holding lowers what is asked, so everything in it has to be proved.
    pub when: Conditions,
    /// What it asks in place of the approvals of the rules that it reaches; may be empty.
    pub approvals: Vec<ApprovalEntry>,
    /// What it asks in place of their fields and of the required ones; may be empty.
    pub fields: Vec<FieldId>,
    /// With so many of its changes known to have failed, it covers nothing more.
    pub suspend_after_failures: u32,
    /// Where it stands in the file.
    pub span: Range<usize>,
}

/// A standing exception from rules, freezes and windows, with its end.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// Its id within the layer.
    pub id: String,
    /// The ids of the rules, freezes and windows that it lifts, in its own layer and below.
    pub rules: Vec<String>,
    /// For which changes; all where it is empty. Holding lowers what is asked.
    pub when: Conditions,
    /// The first instant at which it is over.
    pub until: Timestamp,
    /// Why, for people.
    pub why: String,
    /// Where it stands in the file.
    pub span: Range<usize>,
}

/// The emergency lane: for changes that cannot wait, declared by comment.
#[derive(Debug, Clone)]
pub struct Emergency {
    /// Who may declare one.
    pub declared_by: Vec<Who>,
    /// What a ticket looks like; any word where nothing is said.
    pub ticket: Option<Regex>,
    /// How long it lasts from when it was declared.
    pub expires: Length,
    /// What it asks in place of the approvals of the rules that it reaches.
    pub approvals: Vec<ApprovalEntry>,
    /// Fields of the change request that may be missing while it lasts.
    pub postpone: Vec<FieldId>,
    /// How long after its merge a change that went in by it is to be reviewed.
    pub review_within: Length,
    /// What a review that is overdue does.
    pub overdue: Overdue,
    /// Where it stands in the file.
    pub span: Range<usize>,
}

/// What a review that is overdue does to the other changes of its repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Overdue {
    /// It is shown.
    Warn,
    /// None goes in until it is done.
    Block,
}
