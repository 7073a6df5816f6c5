//! The calendars that policies on the command line name: files beside them, as in the repository that they belong to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use countersign_domain::calendar::Times;
use countersign_domain::diagnostic::{Diagnostic, Origin};
use countersign_domain::facts::{CalendarFile, Known};
use countersign_domain::layer::Layer;
use countersign_domain::policy::PolicySet;

use super::sources::PolicyFile;

/// What `check` calls a calendar that freezes and windows cannot go by.
const CODE: &str = "bad-value";

/// Calendars by the layer that names them and their path.
pub(super) type Calendars = BTreeMap<(Layer, String), Known<CalendarFile>>;

/// The calendars that the policies of these files name.
pub(super) fn calendars<'a>(files: impl IntoIterator<Item = &'a PolicyFile>, set: &PolicySet) -> Calendars {
    let roots: BTreeMap<Layer, PathBuf> = files.into_iter().map(|file| (file.layer, root(file))).collect();
    let calendar = |(layer, path): (Layer, String)| {
        let file = roots.get(&layer).cloned().unwrap_or_default().join(&path);
        let read = match std::fs::read_to_string(file) {
            Ok(text) => CalendarFile::new(text, None).map_err(|problem| problem.to_string()),
            Err(error) => Err(error.to_string()),
        };
        ((layer, path), read.map_or_else(Known::Unknown, Known::Known))
    };
    countersign_domain::needs(set).calendars.into_iter().map(calendar).collect()
}

/// What is wrong with the calendars that the policies of these files name.
pub(super) fn problems<'a>(files: impl IntoIterator<Item = &'a PolicyFile>, set: &PolicySet) -> Vec<Diagnostic> {
    let calendars = calendars(files, set);
    let holds = set.policies().flat_map(|(layer, policy)| policy.holds.iter().map(move |hold| (layer, hold)));
    let problem = |(layer, hold): (Layer, &countersign_domain::policy::Hold)| {
        let Times::File(file) = &hold.times else { return None };
        let (why, help) = match calendars.get(&(layer, file.path.clone()))? {
            Known::Unknown(why) => (why.clone(), "mend the file: until then nothing goes in that this speaks about"),
            Known::Known(read) => match (read.calendar.floats(), &file.zone) {
                (Some(line), None) => {
                    (format!("line {line}: no time zone"), "add `timezone`, in which its days begin and end")
                }
                _ => return None,
            },
        };
        let message = format!("the calendar `{}` cannot be used: {why}", file.path);
        Some(Diagnostic::error(CODE, message, Origin::Policy(layer), hold.span.clone()).help(help))
    };
    holds.filter_map(problem).collect()
}

/// The root of the repository that a policy file stands in, as far as its place tells.
fn root(file: &PolicyFile) -> PathBuf {
    let folder = file.path.parent().unwrap_or(Path::new(""));
    let is_inner = file.layer == Layer::Repository && folder.file_name().is_some_and(|name| name == ".github");
    if is_inner { folder.parent().unwrap_or(Path::new("")).to_owned() } else { folder.to_owned() }
}
