//! The seven forms of RECORD.md, each in its own file, and only what is its own.
//!
//! What a heading or label covers is common to all and stands in `scopes`.

pub(crate) mod block;
pub(crate) mod front_matter;
pub(crate) mod heading;
pub(crate) mod label;
pub(crate) mod structured;
pub(crate) mod table;
pub(crate) mod tag;
pub(crate) mod trailer;
