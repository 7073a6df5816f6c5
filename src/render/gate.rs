//! What is said of a deployment that waits at an environment: GitHub shows it beside the deployment.
//!
//! Absent: who wrote what. Pull requests are named by number, commits by their ids.

use countersign_domain::account::Oid;
use countersign_domain::text::Phrase;

use super::escape::shorten;
use super::phrase::{Voice, stopped};

/// The longest text that GitHub takes of a deployment protection rule, in characters.
const LONGEST: usize = 1_024;

/// What is known of one thing that a deployment brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateLine {
    /// What it is.
    pub what: Brought,
    /// What is to be said of it.
    pub said: Phrase,
    /// Whether people may be named.
    pub names_people: bool,
}

/// One thing that a deployment brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Brought {
    /// A pull request.
    Pull(u64),
    /// A commit.
    Commit(Oid),
    /// All of it.
    All,
}

impl GateLine {
    /// Of the whole deployment.
    pub fn of_all(said: Phrase) -> Self {
        Self { what: Brought::All, said, names_people: false }
    }

    /// Of a commit.
    pub fn of_commit(commit: &Oid, said: Phrase) -> Self {
        Self { what: Brought::Commit(commit.clone()), said, names_people: false }
    }

    fn markdown(&self) -> String {
        let said = stopped(&Voice { names_people: self.names_people }.markdown(&self.said));
        match &self.what {
            Brought::Pull(number) => format!("- #{number}: {said}"),
            Brought::Commit(commit) => format!("- {}: {said}", commit.short()),
            Brought::All => format!("- {said}"),
        }
    }
}

/// What is said of a deployment that goes on: which pull requests it brings, and which it takes back.
pub fn approved(brings: &[u64], takes_back: &[u64]) -> String {
    let numbers = |numbers: &[u64]| numbers.iter().map(|number| format!("#{number}")).collect::<Vec<_>>();
    let mut text = match brings {
        [] => "It brings nothing that was not there before.".to_owned(),
        brings => {
            let listed = fit_list(&numbers(brings), 700);
            format!("Authorised, and nothing holds its deployment now: {listed}.")
        }
    };
    if !takes_back.is_empty() {
        text.push_str(&format!(" It takes back {}.", fit_list(&numbers(takes_back), 200)));
    }
    text
}

/// What is said of a deployment that waits.
pub fn held(lines: &[GateLine]) -> String {
    told("countersign holds this deployment, and lets it go by itself once nothing holds it:", lines)
}

/// What is said of a deployment that is refused.
pub fn refused(lines: &[GateLine]) -> String {
    told("countersign refuses this deployment:", lines)
}

fn told(first: &str, lines: &[GateLine]) -> String {
    let mut text = first.to_owned();
    for (place, line) in lines.iter().enumerate() {
        let line = shorten(&line.markdown(), 400);
        let more = lines.len() - place;
        let note = format!("\n- and {more} more.");
        if text.chars().count() + line.chars().count() + 1 + note.len() > LONGEST {
            return text + &note;
        }
        text.push('\n');
        text.push_str(&line);
    }
    text
}

/// As many names as there is room for, and how many more there are.
fn fit_list(names: &[String], room: usize) -> String {
    let mut text = String::new();
    for (place, name) in names.iter().enumerate() {
        if text.len() + name.len() + 2 > room {
            return format!("{text} and {} more", names.len() - place);
        }
        if place > 0 {
            text.push_str(", ");
        }
        text.push_str(name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_fits_and_counts_what_was_cut() {
        let line = |number: u64| GateLine {
            what: Brought::Pull(number),
            said: Phrase::words("the window ").quote("evenings").and(" is closed"),
            names_people: false,
        };
        let few = held(&[line(1), GateLine::of_commit(&Oid::new("c0ffee0000"), Phrase::words("nobody brought it"))]);
        assert!(few.contains("\n- #1: the window `evenings` is closed.\n- c0ffee0: nobody brought it."), "{few}");
        let lines: Vec<_> = (1..=250).map(line).collect();
        for text in [held(&lines), refused(&lines)] {
            assert!(text.chars().count() <= LONGEST, "{}", text.len());
            assert!(text.ends_with(" more."), "{text}");
        }
        let all: Vec<u64> = (10_000..10_250).collect();
        let text = approved(&all, &all);
        assert!(text.chars().count() <= LONGEST && text.contains("#10000, #10001"), "{text}");
        assert!(text.contains(" more. It takes back #10000"), "{text}");
        assert_eq!(approved(&[], &[]), "It brings nothing that was not there before.");
    }
}
