//! `type`: the resolved type of change.
//!
//! Saying `emergency` or `standard` asks for it and grants nothing. A change is
//! `standard` where a model covers it, for rules that the model reaches; else it is
//! `normal`: no layer below changes what a rule above it speaks about. This version
//! declares no emergency.

use super::{Finding, Standpoint};
use crate::evaluate::Context;
use crate::policy::ChangeType;
use crate::text::Phrase;

pub(super) fn r#type(cx: &Context<'_>, from: Standpoint, types: &[ChangeType]) -> Finding {
    match cx.change_type(from.layer, from.mode) {
        Some(resolved) => {
            let name = match resolved {
                ChangeType::Standard => "standard",
                ChangeType::Normal => "normal",
                ChangeType::Emergency => "emergency",
            };
            Finding::of(types.contains(&resolved), Phrase::words(format!("the type of the change is {name}")))
        }
        None => Finding::unknown(Phrase::words("the type of the change is not known before the models are looked at")),
    }
}
