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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use globset::{GlobBuilder, GlobSet};

    use super::*;

    /// Pieces of globs, each with what it may match.
    const PIECES: [(&str, &str); 20] = [
        ("a", "a"),
        ("/", "/"),
        ("*", ""),
        ("*", "ab"),
        ("**/", ""),
        ("**/", "b/c/"),
        ("/**", "/b/c"),
        ("/**/", "/"),
        ("/**/", "/b/"),
        ("?", "b"),
        ("[ab]", "b"),
        ("[!a]", "b"),
        ("{a,b/c}", "b/c"),
        ("{a*,c}/", "a/"),
        ("\\*", "*"),
        ("\\a", "a"),
        (",", ","),
        ("]", "]"),
        ("!", "!"),
        (".x", ".x"),
    ];

    fn globs(written: &[&str]) -> Option<Globs> {
        let mut include = GlobSet::builder();
        for glob in written {
            include.add(GlobBuilder::new(glob).literal_separator(true).backslash_escape(true).build().ok()?);
        }
        let written = written.iter().map(|glob| (*glob).to_owned()).collect();
        Some(Globs { written, include: include.build().ok()?, exclude: GlobSet::empty() })
    }

    #[test]
    fn no_path_that_a_glob_matches_is_ruled_out() {
        let mut matching = 0;
        for (one, other, third) in (0..PIECES.len().pow(3)).map(|at| (at % 20, at / 20 % 20, at / 400)) {
            let pieces = [one, other, third].map(|piece| PIECES[piece]);
            let glob: String = pieces.iter().map(|(glob, _)| *glob).collect();
            let path: String = pieces.iter().map(|(_, path)| *path).collect();
            // What begins with `!` takes out.
            let Some(globs) = globs(&[&glob]).filter(|_| !glob.starts_with('!')) else { continue };
            if globs.matches(&path) {
                matching += 1;
                assert!(Ends::of(&globs).allow(&path), "`{glob}` matches `{path}`");
            }
        }
        assert!(matching > 4_000, "only {matching} of the pairs match");
    }

    #[test]
    fn paths_are_ruled_out_by_how_globs_begin_and_end() {
        let check = |written: &[&str], path: &str, allowed: bool| {
            assert_eq!(Ends::of(&globs(written).unwrap()).allow(path), allowed, "{written:?} {path}");
        };
        check(&["services/pay/**"], "services/pay/a.rs", true);
        check(&["services/pay/**"], "services/payments/a.rs", false);
        check(&["**/*.sql"], "db/1.sql", true);
        check(&["**/*.sql"], "db/1.rs", false);
        check(&["**/Cargo.lock"], "Cargo.lock", true);
        check(&["**/Cargo.lock"], "Cargo.toml", false);
        check(&["docs/*.md"], "docs/a/b.md", true);
        check(&["docs/*.md", "src/**"], "src/a.rs", true);
        check(&["docs/*.md", "src/**"], "tests/a.rs", false);
        check(&["Makefile"], "src/Makefile", false);
        check(&["**/migrations/**"], "src/a.rs", true);
    }
}
