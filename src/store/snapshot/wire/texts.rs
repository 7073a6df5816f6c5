//! Parts that are a text, or several: descriptions, policy files, templates.

use serde::{Deserialize, Serialize};

use super::super::shelf::Content;

/// A description.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Body(pub(crate) String);

impl Content for Body {
    const KIND: &'static str = "body";
}

/// The text of a policy file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct PolicyText(pub(crate) String);

impl Content for PolicyText {
    const KIND: &'static str = "policy";
}

/// The text of CODEOWNERS.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct CodeownersText(pub(crate) String);

impl Content for CodeownersText {
    const KIND: &'static str = "codeowners";
}

/// The text of a calendar's file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct CalendarText(pub(crate) String);

impl Content for CalendarText {
    const KIND: &'static str = "calendar";
}

/// The texts of the templates, in the order in which they were given.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Templates(pub(crate) Vec<String>);

impl Content for Templates {
    const KIND: &'static str = "templates";
}
