//! A pattern of CODEOWNERS: most of what `.gitignore` knows.
//!
//! `*` and `?` stop at `/`, `**` as a whole segment goes across. A pattern with a `/`
//! before its end begins at the root, any other matches at any depth. What matches a
//! folder matches all in it, but for a last segment `*`, which GitHub holds to files of
//! that folder alone. Matching is greedy with one place to return to, so that no
//! pattern takes longer than its length times the path's.

use super::Wrong;

/// A pattern, segment by segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    segments: Vec<Segment>,
    /// Whether what lies in a folder that matches matches too.
    within: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// `**`: any number of segments, none included.
    Any,
    /// Without wildcards.
    Literal(String),
    /// With wildcards.
    Wild(Vec<Part>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Char(char),
    /// `?`
    One,
    /// `*`
    Many,
}

impl Pattern {
    /// Reads a pattern, or says why GitHub does not.
    pub(super) fn read(text: &str) -> Result<Self, Wrong<'_>> {
        let wrong = |why: &'static str| Err((text, why));
        if text.starts_with('!') {
            return wrong("begins with `!`, which does not work in CODEOWNERS");
        }
        if text.starts_with("\\#") {
            return wrong("begins with `\\#`, which does not work in CODEOWNERS");
        }
        if text.contains(['[', ']']) {
            return wrong("has `[ ]`, which does not work in CODEOWNERS");
        }
        if text.contains("***") {
            return wrong("has `***`, which matches nothing");
        }
        let (rooted, inner) = match text.strip_prefix('/') {
            Some(inner) => (true, inner),
            None => (false, text),
        };
        let (inner, folder) = match inner.strip_suffix('/') {
            Some(inner) => (inner, true),
            None => (inner, false),
        };
        if inner.is_empty() {
            return wrong("matches nothing; `*` matches everything");
        }
        let mut segments: Vec<Segment> = inner.split('/').map(Segment::read).collect();
        if !rooted && segments.len() == 1 {
            segments.insert(0, Segment::Any);
        }
        let files_alone = segments.last() == Some(&Segment::Wild(vec![Part::Many]));
        // A folder's pattern, and one that ends in `**`, matches what is within and not the folder's own name.
        if folder || segments.last() == Some(&Segment::Any) {
            segments.push(Segment::Wild(vec![Part::Many]));
            return Ok(Self { segments, within: true });
        }
        Ok(Self { segments, within: !files_alone })
    }

    /// Whether a path, from the root of the repository and without a `/` in front, matches.
    pub(super) fn matches(&self, path: &str) -> bool {
        if let Some(Segment::Literal(first)) = self.segments.first()
            && !path.starts_with(first.as_str())
        {
            return false;
        }
        // The place to return to: the segments after a `**`, and from where in the path they are tried next.
        let mut again: Option<(&[Segment], &str)> = None;
        let (mut segments, mut rest) = (self.segments.as_slice(), Some(path));
        loop {
            match (segments, rest) {
                ([Segment::Any, after @ ..], Some(text)) => {
                    again = Some((after, text));
                    segments = after;
                    continue;
                }
                ([segment, after @ ..], Some(text)) => {
                    let (name, below) = split(text);
                    if segment.matches(name) {
                        (segments, rest) = (after, below);
                        continue;
                    }
                }
                ([], None) => return true,
                ([], Some(_)) if self.within => return true,
                ([], Some(_)) | ([_, ..], None) => {}
            }
            // One segment more for the last `**`. To return to an earlier one finds nothing that this one does not.
            let Some((after, text)) = again else { return false };
            let (_, Some(below)) = split(text) else { return false };
            again = Some((after, below));
            (segments, rest) = (after, Some(below));
        }
    }
}

/// The first segment of a path, and what is below it.
fn split(path: &str) -> (&str, Option<&str>) {
    path.split_once('/').map_or((path, None), |(name, below)| (name, Some(below)))
}

impl Segment {
    fn read(text: &str) -> Self {
        if text == "**" {
            return Self::Any;
        }
        let mut parts = Vec::new();
        let mut chars = text.chars();
        while let Some(char) = chars.next() {
            parts.push(match char {
                '*' if parts.last() == Some(&Part::Many) => continue,
                '*' => Part::Many,
                '?' => Part::One,
                '\\' => Part::Char(chars.next().unwrap_or('\\')),
                other => Part::Char(other),
            });
        }
        let plain = |part: &Part| if let Part::Char(char) = part { Some(*char) } else { None };
        match parts.iter().map(plain).collect() {
            Some(literal) => Self::Literal(literal),
            None => Self::Wild(parts),
        }
    }

    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Literal(literal) => literal == name,
            Self::Wild(parts) => is_match(parts, name),
        }
    }
}

/// Whether a name without `/` matches, with the last `*` as the place to return to.
fn is_match(parts: &[Part], name: &str) -> bool {
    let (mut left, mut rest) = (parts, name.chars());
    let mut again: Option<(&[Part], std::str::Chars<'_>)> = None;
    loop {
        match left {
            [Part::Many, after @ ..] => {
                again = Some((after, rest.clone()));
                left = after;
                continue;
            }
            [part, after @ ..] => {
                let char = rest.next();
                if char.is_some_and(|char| *part == Part::One || *part == Part::Char(char)) {
                    left = after;
                    continue;
                }
            }
            [] if rest.as_str().is_empty() => return true,
            [] => {}
        }
        let Some((after, from)) = &mut again else { return false };
        if from.next().is_none() {
            return false;
        }
        (left, rest) = (*after, from.clone());
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]
mod tests {
    use super::*;

    /// The pattern matches these paths and not those.
    #[track_caller]
    fn check(pattern: &str, matching: &[&str], others: &[&str]) {
        let read = Pattern::read(pattern).unwrap();
        for (paths, expected) in [(matching, true), (others, false)] {
            for path in paths {
                assert_eq!(read.matches(path), expected, "`{pattern}` and {path}");
            }
        }
    }

    #[test]
    fn a_star_stops_at_a_slash_and_two_do_not() {
        check("/*", &["a", ".a"], &["a/b"]);
        check("/*.rs", &["a.rs", "a.rs/b"], &["a/b.rs", "a.rsx"]);
        check("/a*c/d", &["abc/d", "ac/d", "abbc/d/e"], &["ab/c/d"]);
        check("src/**", &["src/a", "src/a/b"], &["src", "a/src/b"]);
        check("**", &["a", "a/b/c"], &[]);
        check("/a/**/z", &["a/z", "a/b/z", "a/b/c/z", "a/b/z/y"], &["z", "a/b", "x/a/z"]);
        check("**/a/**/b/c", &["a/b/c", "x/a/y/b/x/a/b/c", "a/b/b/c"], &["a/b/x/c", "b/c"]);
        check("x**y", &["xy", "d/xaby"], &["x/y"]);
    }

    #[test]
    fn a_slash_before_the_end_binds_to_the_root() {
        check("a", &["a", "b/a", "a/b", "c/a/b"], &["ab", "b/ba"]);
        check("a/", &["a/b", "c/a/b/d"], &["a", "c/a"]);
        check("/a", &["a", "a/b"], &["b/a"]);
        check("a/b", &["a/b", "a/b/c"], &["c/a/b", "a/bc"]);
        check("a/b/", &["a/b/c"], &["a/b", "c/a/b/d"]);
    }

    #[test]
    fn a_last_star_holds_to_its_folder() {
        check("docs/*", &["docs/a.md"], &["docs/a/b.md", "docs"]);
        check("docs/*/", &["docs/a/b.md", "docs/a/b/c"], &["docs/a.md"]);
        check("*", &["a", "a/b/c"], &[]);
        check("docs/*.md", &["docs/a.md", "docs/a.md/b"], &["docs/a/b.md"]);
    }

    #[test]
    fn marks_and_backslashes() {
        check("a?c", &["abc", "x/a-c"], &["ac", "a/c"]);
        check("a\\*c", &["a*c"], &["abc"]);
        check("a\\?c", &["a?c"], &["abc"]);
        check("ä*", &["äb"], &["ab"]);
        check("*a*a*b", &["xaab", "aaab", "a1a2b"], &["ab", "aabc"]);
    }

    #[test]
    fn no_pattern_takes_long() {
        let pattern = Pattern::read(&format!("/{}z", "**/*a*/".repeat(30))).unwrap();
        assert!(!pattern.matches(&"aaaaaaaaaa/".repeat(200)));
        let pattern = Pattern::read(&format!("/{}z", "*a".repeat(50))).unwrap();
        assert!(!pattern.matches(&"a".repeat(3_000)));
    }
}
