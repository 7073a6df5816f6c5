//! The lanes that relax what rules ask, as they are valid: standard changes and standing exceptions.
//!
//! Each has an end, held as the instant that it comes to. Absent: the emergency
//! lane, which this version does not grant.

use std::ops::Range;

use jiff::Timestamp;

use super::condition::Conditions;
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
