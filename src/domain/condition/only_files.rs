//! `only_files`: there are changed files, and every path of them matches.
//!
//! In a lowering place only regular files count. GitHub's list of files has no
//! modes, so what may be a symlink or a submodule by what is listed does not count
//! either: a new file of one line, and a line exchanged in a file without an
//! extension. Absent: telling the target of an existing symlink `x.md` from text.

use super::{Finding, Place};
use crate::evaluate::Context;
use crate::facts::{File, FileStatus};
use crate::policy::Globs;
use crate::text::Phrase;

pub(super) fn only_files(cx: &Context<'_>, place: Place, globs: &Globs) -> Finding {
    let files = match cx.files() {
        Ok(files) => files,
        Err(unread) => return unread,
    };
    if files.is_empty() {
        return Finding::does_not(Phrase::words("no file is changed"));
    }
    if let Some(path) = files.iter().find_map(|file| file.not_matching(globs)) {
        return Finding::does_not(Phrase::words("the change also touches ").quote(path));
    }
    if place.wants_proof()
        && let Some(file) = files.iter().find(|file| may_be_special(file.file))
    {
        let said = Phrase::words("it is not certain that ").quote(&file.file.path);
        return Finding::does_not(said.and(" is a regular file (it may be a link, a submodule or a change of mode)"));
    }
    match files.iter().find(|file| file.old_name_unknown()) {
        Some(file) => file.unknown_old_name(),
        None => Finding::holds(Phrase::words("every changed file matches ").quote(globs.written.join(", "))),
    }
}

fn may_be_special(file: &File) -> bool {
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    name == ".gitattributes"
        || match (file.status, file.added, file.removed) {
            (FileStatus::Changed, ..) => true,
            (FileStatus::Added | FileStatus::Copied, 1, 0) => true,
            (FileStatus::Modified, 1, 1) => !name.contains('.'),
            _ => false,
        }
}
