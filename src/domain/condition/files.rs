//! `files`: any changed path matches. A rename counts under both names.

use super::Finding;
use crate::evaluate::Context;
use crate::policy::Globs;
use crate::text::Phrase;

pub(super) fn files(cx: &Context<'_>, globs: &Globs) -> Finding {
    let files = match cx.files() {
        Ok(files) => files,
        Err(unread) => return unread,
    };
    if let Some(path) = files.matching(globs) {
        return Finding::holds(Phrase::words("the change touches ").quote(path));
    }
    match files.iter().find(|file| file.old_name_unknown()) {
        Some(file) => file.unknown_old_name(),
        None => Finding::does_not(Phrase::words("no changed file matches ").quote(globs.written.join(", "))),
    }
}
