//! `matches-no-file`: a glob of a repository's own file that matches none of its files.
//!
//! Looked for only where the files are known. An organisation's globs speak about
//! many repositories and are left alone.

use super::places::Node;
use super::{File, Lint};
use crate::diagnostic::Diagnostic;
use crate::layer::Layer;
use crate::policy::codes;
use crate::policy::read::fixed;

/// The keys of which the values are globs over paths.
const KEYS: [&str; 5] = ["files", "only_files", "no_files", "paths", "trusted_paths"];

pub(super) fn find(lint: &Lint<'_>) -> Vec<Diagnostic> {
    let Some(paths) = lint.around.files else { return Vec::new() };
    let own = lint.files.iter().filter(|file| file.layer == Layer::Repository);
    own.flat_map(|file| globs(&file.root).into_iter().filter_map(|glob| check(file, &glob, paths))).collect()
}

fn check(file: &File<'_>, glob: &Node<'_>, paths: &[String]) -> Option<Diagnostic> {
    let written = glob.text()?;
    let globs = fixed(&[written.trim_start_matches('!')]);
    if paths.iter().any(|path| globs.matches(path)) {
        return None;
    }
    let message = format!("`{written}` matches no file of this repository");
    let problem = Diagnostic::warning(codes::MATCHES_NO_FILE, message, file.origin(), glob.span.clone());
    Some(match nearest(written, paths) {
        Some(path) => problem.help(format!("`{path}` differs in upper and lower case only")),
        None => problem.help("globs match whole paths from the root of the repository; is the folder still there?"),
    })
}

/// A file that the glob would match if upper and lower case were the same.
fn nearest<'p>(written: &str, paths: &'p [String]) -> Option<&'p String> {
    let globs = fixed(&[written.trim_start_matches('!').to_lowercase().as_str()]);
    paths.iter().find(|path| globs.matches(&path.to_lowercase()))
}

/// Every glob over paths, however deep.
fn globs<'t>(node: &Node<'t>) -> Vec<Node<'t>> {
    let of_child = |(key, child): (&str, Node<'t>)| match KEYS.contains(&key) {
        true => child.one_or_more(),
        false => globs(&child),
    };
    let nested = node.items().into_iter().flat_map(|item| globs(&item));
    node.children().into_iter().flat_map(of_child).chain(nested).filter(|glob| glob.text().is_some()).collect()
}
