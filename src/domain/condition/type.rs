//! `type`: the resolved type of change.
//!
//! Saying `emergency` or `standard` asks for it and grants nothing. This version
//! grants neither, so every change is `normal`.

use super::Finding;
use crate::evaluate::RESOLVED_TYPE;
use crate::policy::ChangeType;
use crate::text::Phrase;

pub(super) fn r#type(types: &[ChangeType]) -> Finding {
    Finding::of(types.contains(&RESOLVED_TYPE), Phrase::words("the type of the change is normal"))
}
