//! `countersign check`: every problem of policy files, and what they say well and cannot mean.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use countersign_domain::diagnostic::{Diagnostic, Origin, Severity};
use countersign_domain::policy::{self, CODES, PolicySet};
use jiff::Timestamp;
use serde_json::json;

use super::calendars;
use super::explain::NOT_ENFORCED;
use super::output::{Answered, Trouble, colours, counted, print, print_json, yes};
use super::sources::{self, LayerName, PolicyFile};
use super::surroundings::{Around, Surroundings};
use crate::clock::Clock;
use crate::render::escape::visible;
use crate::render::json;
use crate::render::sarif;
use crate::render::terminal::{self, SourceText};

/// The code of what was looked at in vain.
const NOT_DECIDED: &str = "not-decided";

#[derive(Debug, Args)]
pub(super) struct Check {
    /// Policy files, or `-` for standard input; without any, those of the current folder.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Which layer the files are [default: by the path].
    #[arg(long, value_name = "LAYER")]
    layer: Option<LayerName>,

    #[command(flatten)]
    around: Around,

    /// The instant at which what has ended is over [default: now].
    #[arg(long, value_name = "INSTANT")]
    at: Option<Timestamp>,

    /// Say too what was not decided.
    #[arg(long)]
    verbose: bool,

    /// How the problems are written.
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: CheckFormat,
}

/// How problems are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CheckFormat {
    /// For people, each problem with its lines underlined.
    Terminal,
    /// For programs: one JSON object.
    Json,
    /// SARIF 2.1.0, for GitHub's code scanning and editors.
    Sarif,
}

/// A problem, with the files that it may point into.
struct Found<'a> {
    diagnostic: Diagnostic,
    sources: Vec<SourceText<'a>>,
}

/// What is wrong with files, and what they leave to be filled in.
struct Problems<'a> {
    found: Vec<Found<'a>>,
    /// Files, and the roles for which nobody is named, with what each is for.
    to_fill: BTreeSet<(String, String, String)>,
}

impl Check {
    pub(super) async fn run(self) -> Answered {
        let paths = if self.files.is_empty() { sources::of_this_folder()? } else { self.files };
        self.around.at_most_one_stdin(&paths)?;
        let files = sources::read(&paths, self.layer)?;
        let around = self.around.read(self.at.unwrap_or_else(|| Clock::default().now()))?;
        let Problems { mut found, to_fill } = problems(&files, &around).await?;
        found.retain(|found| self.verbose || found.diagnostic.code != NOT_DECIDED);
        match self.format {
            CheckFormat::Terminal => print(&(for_people(&files, &found) + &lines_to_fill(&to_fill)))?,
            CheckFormat::Json => print_json(&for_programs(&files, &found))?,
            CheckFormat::Sarif => {
                let rules: Vec<_> = CODES.iter().copied().chain([NOT_ENFORCED]).collect();
                let results: Vec<_> = found.iter().map(|found| (&found.diagnostic, found.sources.as_slice())).collect();
                print_json(&sarif::log(&rules, &results))?;
            }
        }
        Ok(ended(&found))
    }
}

fn ended(found: &[Found<'_>]) -> ExitCode {
    yes(found.iter().all(|found| found.diagnostic.severity != Severity::Error))
}

/// Every problem of every file, in the order of the files and their lines. An organisation's file that stands above
/// several is read with each of them, and what is said of it is said once.
async fn problems<'a>(files: &'a [PolicyFile], around: &Surroundings) -> Result<Problems<'a>, Trouble> {
    let mut all: Vec<Found<'_>> = Vec::new();
    let mut to_fill = BTreeSet::new();
    for stack in sources::stacks(files)? {
        let (set, mut diagnostics) = policy::load(&sources::sources(&stack));
        diagnostics.extend(not_enforced(&set));
        diagnostics.extend(calendars::problems(stack.iter().copied(), &set));
        diagnostics.extend(around.lint(&set, &stack).await?);
        // The people are named in the lowest file, beside what it has in mind of them.
        if let Some(lowest) = stack.last() {
            let role = |(_, name, fill): (_, &str, &str)| (lowest.name.clone(), name.to_owned(), fill.to_owned());
            to_fill.extend(set.unfilled_roles().map(role));
        }
        for diagnostic in diagnostics {
            let sources = sources::texts(&stack);
            let again =
                |found: &Found<'_>| found.diagnostic == diagnostic && place(found) == place_of(&diagnostic, &sources);
            if !all.iter().any(again) {
                all.push(Found { diagnostic, sources });
            }
        }
    }
    let rank = |found: &Found<'_>| files.iter().position(|file| Some(file.name.as_str()) == place(found).0);
    all.sort_by_key(|found| (rank(found), place(found).1));
    Ok(Problems { found: all, to_fill })
}

/// Lines to paste for roles that nobody fills yet.
fn lines_to_fill(to_fill: &BTreeSet<(String, String, String)>) -> String {
    let mut out = String::new();
    let mut last = "";
    for (file, name, fill) in to_fill {
        if file != last {
            out.push_str(&format!("\nto fill in, in {}:\n", visible(file)));
        }
        last = file;
        let is_bare = name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_'));
        let key = if is_bare { name.clone() } else { format!("\"{name}\"") };
        out.push_str(&format!("\n[authorities.{key}] # {}\nteams = [\"ORG/TEAM\"]\n", visible(fill)));
    }
    out
}

fn place<'a>(found: &Found<'a>) -> (Option<&'a str>, usize) {
    place_of(&found.diagnostic, &found.sources)
}

/// The file and the byte at which a problem is shown.
fn place_of<'a>(diagnostic: &Diagnostic, sources: &[SourceText<'a>]) -> (Option<&'a str>, usize) {
    let first = diagnostic.labels.first();
    let source = first.and_then(|label| sources.iter().find(|source| source.origin == label.origin));
    (source.map(|source| source.name), first.map_or(0, |label| label.span.start))
}

/// A note for each part that is read and not enforced: whoever writes it should not learn of it from a pull request.
fn not_enforced(set: &PolicySet) -> Vec<Diagnostic> {
    let parts = set.policies().flat_map(|(layer, policy)| {
        let parts = policy.unenforced_parts().into_iter();
        parts.map(move |part| (layer, part))
    });
    let note = |(layer, part): (_, policy::Unenforced)| {
        let named = part.id.map_or_else(String::new, |id| format!(" of `{id}`"));
        let message = format!("this version does not enforce `{}`{named}", part.key);
        Diagnostic::note(NOT_ENFORCED.0, message, Origin::Policy(layer), part.span)
            .help("a change that it could hold is not passed, and what it would relax is not relaxed")
    };
    parts.map(note).collect()
}

/// How many problems of each severity there are.
fn counts<'a>(found: impl Iterator<Item = &'a Found<'a>>) -> [usize; 3] {
    let mut counts = [0; 3];
    for found in found {
        let place = match found.diagnostic.severity {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Note => 2,
        };
        counts[place] += 1;
    }
    counts
}

fn for_people(files: &[PolicyFile], found: &[Found<'_>]) -> String {
    let colours = colours();
    let mut out = String::new();
    for problem in found {
        out.push_str(&terminal::diagnostic(&problem.diagnostic, &problem.sources, colours));
        out.push('\n');
    }
    for file in files {
        let own = counts(found.iter().filter(|found| place(found).0 == Some(file.name.as_str())));
        let said: Vec<String> = own
            .iter()
            .zip(["error", "warning", "note"])
            .filter(|(count, _)| **count > 0)
            .map(|(count, what)| counted(*count, what))
            .collect();
        let said = if said.is_empty() { "no problem".to_owned() } else { said.join(", ") };
        out.push_str(&format!("{} ({}): {said}\n", file.name, file.layer.name()));
    }
    out
}

fn for_programs(files: &[PolicyFile], found: &[Found<'_>]) -> serde_json::Value {
    let [errors, warnings, notes] = counts(found.iter());
    let diagnostics: Vec<_> = found.iter().map(|found| json::diagnostic(&found.diagnostic, &found.sources)).collect();
    let files: Vec<_> = files.iter().map(|file| json!({ "file": file.name, "layer": file.layer.name() })).collect();
    json!({
        "version": 1, "files": files, "errors": errors, "warnings": warnings, "notes": notes,
        "diagnostics": diagnostics,
    })
}
