//! CODEOWNERS, as GitHub reads it: who owns which path.
//!
//! The last line that matches a path decides, also where it names nobody. A line
//! that GitHub does not read is skipped and told. Absent: fetching the file, and who
//! the owners are; a team that may not write here, or an address of nobody, is an
//! owner on paper all the same, and nobody's approval is theirs.

mod pattern;
mod touched;

use std::fmt;

use crate::account::TeamName;

use self::pattern::Pattern;
pub use self::touched::{Group, Touched, touched};

/// Where GitHub looks for the file; the first that is there is the one.
pub const PATHS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// A file of this many bytes or more GitHub does not load.
pub const TOO_LONG: u64 = 3 << 20;

/// Who owns which path, as one file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Codeowners {
    /// The lines that are read, in the order of the file.
    lines: Vec<Line>,
}

/// A line that gives paths to owners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// Who owns what it matches, as written there and each once; empty where nobody does.
    pub owners: Vec<Owner>,
    pattern: Pattern,
}

/// An owner as a line names them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// `@octocat`, without the `@`, in lower case.
    User(String),
    /// `@octo-org/octocats`.
    Team(TeamName),
    /// The e-mail address of an account.
    Email(String),
}

/// A line that GitHub does not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its number, from 1.
    pub line: usize,
    /// What of it is wrong, as written there.
    pub word: String,
    /// What is wrong with that.
    pub why: &'static str,
}

impl Codeowners {
    /// Reads a file: its lines, and those that are skipped.
    pub fn read(text: &str) -> (Self, Vec<Skipped>) {
        let (mut lines, mut skipped) = (Vec::new(), Vec::new());
        for (place, written) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let mut words = Words(written);
            let Some(first) = words.next() else { continue };
            let line = place + 1;
            let owners: Result<Vec<Owner>, Wrong<'_>> = words.map(Owner::read).collect();
            match (Pattern::read(first), owners) {
                (Ok(pattern), Ok(mut owners)) => {
                    let mut seen = std::collections::BTreeSet::new();
                    owners.retain(|owner| seen.insert(owner.clone()));
                    lines.push(Line { number: line, owners, pattern });
                }
                (Err((word, why)), _) | (_, Err((word, why))) => {
                    skipped.push(Skipped { line, word: word.to_owned(), why });
                }
            }
        }
        (Self { lines }, skipped)
    }

    /// The line that decides about a path: the last that matches.
    pub fn line_of(&self, path: &str) -> Option<&Line> {
        self.lines.iter().rev().find(|line| line.pattern.matches(path))
    }

    /// How many lines there are.
    fn len(&self) -> usize {
        self.lines.len()
    }
}

/// A word that GitHub does not read, and why.
type Wrong<'a> = (&'a str, &'static str);

/// The words of a line up to its comment. A backslash keeps the blank after it in its word.
struct Words<'a>(&'a str);

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.0.trim_start_matches(is_blank);
        if rest.is_empty() || rest.starts_with('#') {
            self.0 = "";
            return None;
        }
        let mut escaped = false;
        let ends = |char: char| {
            let ends = is_blank(char) && !escaped;
            escaped = char == '\\' && !escaped;
            ends
        };
        let (word, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
        self.0 = after;
        Some(word)
    }
}

fn is_blank(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\r')
}

impl Owner {
    /// Reads `@user`, `@org/team` or an e-mail address.
    fn read(word: &str) -> Result<Self, Wrong<'_>> {
        let is_name =
            |text: &str| !text.is_empty() && text.chars().all(|char| char.is_alphanumeric() || "-_.".contains(char));
        let owner = match word.strip_prefix('@') {
            Some(name) if is_name(name) => Some(Self::User(name.to_lowercase())),
            Some(name) => match name.split_once('/') {
                Some((organisation, team)) if is_name(organisation) && is_name(team) => {
                    TeamName::parse(name).map(Self::Team)
                }
                _ => None,
            },
            None => match word.split_once('@') {
                Some((mailbox, domain)) if !mailbox.is_empty() && domain.contains('.') && !domain.contains('@') => {
                    Some(Self::Email(word.to_owned()))
                }
                _ => None,
            },
        };
        owner.ok_or((word, "is no owner"))
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(login) => write!(f, "@{login}"),
            Self::Team(team) => write!(f, "@{team}"),
            Self::Email(address) => f.write_str(address),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The owners of a path by that file; `-` where the last line that matches names nobody, nothing where none does.
    #[track_caller]
    fn check(text: &str, path: &str, expected: &str) {
        let (file, _) = Codeowners::read(text);
        let owners = file.line_of(path).map(|line| match line.owners.as_slice() {
            [] => "-".to_owned(),
            owners => owners.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        });
        assert_eq!(owners.unwrap_or_default(), expected, "{path} by\n{text}");
    }

    /// The patterns of the example in GitHub's "About code owners", in its order.
    const DOCUMENTED: &str = "\
# a comment
*       @global-owner1 @global-owner2
*.js    @js-owner #an inline comment
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
";

    /// The example up to the line that holds this pattern, so that nothing after it takes the paths over.
    fn up_to(pattern: &str) -> String {
        let last = DOCUMENTED.lines().position(|line| line.split(' ').next() == Some(pattern)).unwrap_or(usize::MAX);
        DOCUMENTED.lines().take(last.saturating_add(1)).map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn github_s_documented_examples_hold() {
        let cases = [
            ("*", "src/deep/main.rs", "@global-owner1 @global-owner2"),
            ("*", ".gitignore", "@global-owner1 @global-owner2"),
            ("*.js", "web/app.js", "@js-owner"),
            ("*.js", "app.js", "@js-owner"),
            ("*.js", "app.jsx", "@global-owner1 @global-owner2"),
            ("*.go", "cmd/main.go", "docs@example.com"),
            ("*.txt", "a/b.txt", "@octo-org/octocats"),
            ("/build/logs/", "build/logs/today/one.log", "@doctocat"),
            ("/build/logs/", "old/build/logs/one.log", "@global-owner1 @global-owner2"),
            ("docs/*", "docs/getting-started.md", "docs@example.com"),
            ("docs/*", "docs/build-app/troubleshooting.md", "@global-owner1 @global-owner2"),
            ("docs/*", "old/docs/getting-started.md", "@global-owner1 @global-owner2"),
            ("apps/", "apps/one.rs", "@octocat"),
            ("apps/", "deep/in/apps/one/two.rs", "@octocat"),
            ("/docs/", "docs/build-app/troubleshooting.md", "@doctocat"),
            ("/scripts/", "scripts/run", "@doctocat @octocat"),
            ("**/logs", "build/logs/one", "@octocat"),
            ("**/logs", "scripts/logs/one", "@octocat"),
            ("**/logs", "deeply/nested/logs/one", "@octocat"),
            ("**/logs", "logs", "@octocat"),
            ("/apps/github", "apps/one.rs", "@octocat"),
            // Its owners are left empty: nobody owns what it matches.
            ("/apps/github", "apps/github/one.rs", "-"),
            ("/apps/github", "apps/github", "-"),
            ("/apps/github", "apps/github-pages/one.rs", "@octocat"),
        ];
        for (pattern, path, owners) in cases {
            check(&up_to(pattern), path, owners);
        }
    }

    #[test]
    fn the_last_line_that_matches_decides() {
        check("* @a\n*.rs @b\n", "x.rs", "@b");
        check("*.rs @b\n* @a\n", "x.rs", "@a");
        check("*.rs @b\n", "x.md", "");
        check("", "x.md", "");
        check("*.rs @b\n*.rs\n", "x.rs", "-");
    }

    #[test]
    fn paths_are_case_sensitive_and_owners_are_not() {
        check("/Docs/ @A\n", "docs/a", "");
        check("/docs/ @Ann @ann @Acme/Core\n", "docs/a", "@ann @acme/core");
    }

    #[test]
    fn comments_blanks_and_line_ends_of_any_kind_are_read() {
        check("\u{feff}*.rs\t@a\t# @b\r\n\r\n  # *.rs @c\r\n", "x.rs", "@a");
        check("a\\ b.rs @a\n", "a b.rs", "@a");
        check("a#b @a\n", "a#b", "@a");
    }

    #[test]
    fn lines_that_github_does_not_read_are_skipped_and_told() {
        let check = |line: &str, expected: &str| {
            let (file, skipped) = Codeowners::read(&format!("* @all\n{line}\n"));
            let said = skipped.iter().map(|Skipped { line, word, why }| format!("{line}: {word} {why}"));
            assert_eq!(said.collect::<Vec<_>>(), [format!("2: {expected}")]);
            assert_eq!(file.line_of("src/a.rs").map(|line| line.number), Some(1), "{line}");
        };
        check("!*.rs @a", "!*.rs begins with `!`, which does not work in CODEOWNERS");
        check("\\#a @a", "\\#a begins with `\\#`, which does not work in CODEOWNERS");
        check("*.[rc]s @a", "*.[rc]s has `[ ]`, which does not work in CODEOWNERS");
        check("src/***/a.rs @a", "src/***/a.rs has `***`, which matches nothing");
        check("/ @a", "/ matches nothing; `*` matches everything");
        for (owners, wrong) in
            [("ann", "ann"), ("@acme/core/x", "@acme/core/x"), ("@", "@"), ("@a ann@", "ann@"), ("@a,@b", "@a,@b")]
        {
            check(&format!("*.rs {owners}"), &format!("{wrong} is no owner"));
        }
    }
}
