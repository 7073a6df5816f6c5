//! Which paths a list of globs cannot match, told by how its globs begin and end.
//!
//! Most paths of a large change are ruled out by comparing a few bytes, far sooner
//! than by the globs themselves. What is left is asked of the globs: nothing here
//! ever says that a path matches.

use crate::policy::Globs;

/// How the globs begin and end that take paths in.
pub(super) struct Ends<'g>(Vec<(&'g str, &'g str)>);

impl<'g> Ends<'g> {
    pub(super) fn of(globs: &'g Globs) -> Self {
        Self(globs.written.iter().filter(|glob| !glob.starts_with('!')).map(|glob| ends(glob)).collect())
    }

    /// Whether any of the globs may match the path.
    pub(super) fn allow(&self, path: &str) -> bool {
        self.0.iter().any(|(start, end)| path.starts_with(start) && path.ends_with(end))
    }
}

/// What every path that the glob matches begins and ends with.
fn ends(glob: &str) -> (&str, &str) {
    let start = glob.find(['*', '?', '[', '{', '\\']).unwrap_or(glob.len());
    // What was opened is closed before this, and what a backslash stands before is itself.
    let end = glob.rfind(['*', '?', ']', '}', '\\']).map_or(0, |last| last + 1);
    // `**/x` matches `x` too.
    (&glob[..start], glob[end..].trim_start_matches('/'))
}
