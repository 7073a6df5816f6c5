//! `only_files`: there are changed files, and every path of them matches.
//!
//! In a lowering place only regular files count: no link, submodule or change of
//! mode, and no `.gitattributes`, which decides what git and GitHub show of others.
//! GitHub's list of files has no modes; they are read apart, where it matters.

use std::collections::BTreeSet;

use super::{Finding, Place};
use crate::evaluate::{ChangedFiles, Context};
use crate::facts::{File, FileStatus, Known};
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
    if let Some(path) = files.not_matching(globs) {
        return Finding::does_not(Phrase::words("the change also touches ").quote(path));
    }
    if let Some(file) = files.iter().find(|file| file.old_name_unknown()) {
        return file.unknown_old_name();
    }
    let matches = Finding::holds(Phrase::words("every changed file matches ").quote(globs.written.join(", ")));
    if !place.wants_proof() {
        return matches;
    }
    let proof = all_regular(cx, files);
    if proof.is_so() { matches } else { proof }
}

/// Whether every changed file is a regular one before and after.
pub(super) fn all_regular(cx: &Context<'_>, files: &ChangedFiles<'_>) -> Finding {
    let listed = files.iter().find(|file| is_listed_as_special(file.file)).map(|file| file.file.path.as_str());
    let special: Option<&BTreeSet<String>> = match &cx.facts.on_demand.special_files {
        Some(Known::Known(special)) => Some(special),
        _ => None,
    };
    if let Some(path) = listed.or_else(|| special.and_then(BTreeSet::first).map(String::as_str)) {
        let said = Phrase::default().quote(path).and(" is no regular file, or changes its mode");
        return Finding::does_not(said);
    }
    match &cx.facts.on_demand.special_files {
        Some(Known::Known(_)) => Finding::holds(Phrase::default()),
        Some(Known::Unknown(why)) => Finding::unread("the modes of the changed files", why),
        None => Finding::unknown(Phrase::words("the modes of the changed files were not read")),
    }
}

fn is_listed_as_special(file: &File) -> bool {
    let is_attributes = |path: &str| path.rsplit('/').next() == Some(".gitattributes");
    let old = file.old_path.known().and_then(Option::as_deref);
    file.status == FileStatus::Changed || is_attributes(&file.path) || old.is_some_and(is_attributes)
}
