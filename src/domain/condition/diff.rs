//! `diff`: an added or removed line of the files that the same table's `files` match, else of all, matches.
//!
//! A file without a whole text patch may hide anything: where holding asks more, it
//! holds; where holding would ask less, it is unknown.

use regex::Regex;

use super::{Finding, Place};
use crate::condition::Truth;
use crate::evaluate::Context;
use crate::facts::{File, Known};
use crate::patch::changed_lines;
use crate::policy::Globs;
use crate::text::Phrase;

pub(super) fn diff(cx: &Context<'_>, place: Place, pattern: &Regex, globs: Option<&Globs>) -> Finding {
    let files = match cx.files() {
        Ok(files) => files,
        Err(unread) => return unread,
    };
    let found = files.truths(globs).map(|(file, truth)| match truth {
        Truth::Holds => of_file(cx, place, pattern, file.file),
        Truth::DoesNot => none(pattern),
        Truth::Unknown => {
            let found = of_file(cx, place, pattern, file.file);
            if found.is_not() { found } else { file.unknown_old_name() }
        }
    });
    let found = Finding::any(found);
    if found.observed.is_empty() { none(pattern) } else { found }
}

fn of_file(cx: &Context<'_>, place: Place, pattern: &Regex, file: &File) -> Finding {
    let patches = cx.facts.diffs.patches.as_ref().and_then(Known::known);
    let patch = patches.and_then(|patches| patches.get(&file.path));
    let Some(lines) = patch.and_then(|patch| changed_lines(patch, file.added, file.removed)) else {
        let why = Phrase::default().quote(&file.path).and(" has no whole text patch, so that it may hide anything");
        return if place.wants_proof() { Finding::unknown(why) } else { Finding::holds(why) };
    };
    if !cx.may_search(lines.iter().map(|line| line.len() + 1).sum()) {
        return Finding::unknown(Phrase::words("the policies search more of the diff than one evaluation may"));
    }
    if !lines.iter().any(|line| is_match(pattern, line)) {
        return none(pattern);
    }
    Finding::holds(Phrase::words("a changed line of ").quote(&file.path).and(" matches ").quote(pattern.as_str()))
}

fn none(pattern: &Regex) -> Finding {
    Finding::does_not(Phrase::words("no changed line matches ").quote(pattern.as_str()))
}

/// A carriage return ends a line too: for people it does, and no pattern is to be passed by by one.
fn is_match(pattern: &Regex, line: &str) -> bool {
    pattern.is_match(line) || (line.contains('\r') && line.split('\r').any(|piece| pattern.is_match(piece)))
}
