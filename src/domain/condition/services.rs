//! `services`: a touched service is one of these.

use super::{Finding, Truth};
use crate::evaluate::Context;
use crate::layer::Layer;
use crate::text::Phrase;

pub(super) fn services(cx: &Context<'_>, layer: Layer, names: &[String]) -> Finding {
    let files = match cx.files() {
        Ok(files) => files,
        Err(unread) => return unread,
    };
    Finding::any(names.iter().map(|name| {
        let Some(service) = cx.service(layer, name) else {
            return Finding::unknown(Phrase::words("no policy in force defines the service ").quote(name));
        };
        match files.touch(&service.paths) {
            (Truth::Holds, _) => Finding::holds(Phrase::words("the change touches the service ").quote(name)),
            (Truth::DoesNot, _) => {
                Finding::does_not(Phrase::words("the change does not touch the service ").quote(name))
            }
            (Truth::Unknown, doubt) => doubt,
        }
    }))
}
