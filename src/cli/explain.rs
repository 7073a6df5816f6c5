//! `countersign explain`: what a key, a code or a pack's rule means, why, with an example and the way out.

use std::collections::BTreeSet;
use std::process::ExitCode;

use clap::Args;
use countersign_domain::help::{CodeHelp, Subject, codes, example};
use countersign_domain::layer::Layer;
use countersign_domain::policy::{self, CODES, Control, Key, Kind, LINTS, PACKS, Read, Source, Status, Version, keys};
use countersign_domain::record;

use super::output::{Answered, Trouble, print};
use crate::render::escape::visible;

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A key (`files`, `rule.approvals`), a diagnostic's code (`bad-glob`) or a pack's rule (`baseline/peer`); without
    /// it, everything that can be explained.
    #[arg(value_name = "RULE-OR-CODE")]
    about: Option<String>,
}

/// The code of a note of `countersign check`, which no reader gives.
pub(super) const NOT_ENFORCED: (&str, &str) =
    ("not-enforced", "a part of the language that this version reads and does not enforce");

impl Explain {
    pub(super) fn run(self) -> Answered {
        let Some(word) = self.about else {
            print(&everything())?;
            return Ok(ExitCode::SUCCESS);
        };
        let word = word.trim_matches('`');
        let entries = explained(word);
        if entries.is_empty() {
            return Err(unknown(word));
        }
        print(&entries.join("\n"))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The entries of a word: a code may be about policies and descriptions, a key may stand in several tables.
fn explained(word: &str) -> Vec<String> {
    let mut entries = Vec::new();
    for (subject, meanings) in [(Subject::Policy, CODES), (Subject::Description, record::CODES.as_slice())] {
        let helps = codes(subject).iter().filter(|help| help.code == word);
        entries.extend(helps.map(|help| code(subject, help, meanings)));
    }
    if word == NOT_ENFORCED.0 {
        let fix = "leave it out until a version enforces it, or live with it: what it could hold is not passed";
        entries.push(format!("{word} (a note of `countersign check`)\n\n  what  {}\n  fix   {fix}\n", NOT_ENFORCED.1));
    }
    entries.extend(keys().iter().filter(|key| path(key) == word).map(key_entry));
    if entries.is_empty() {
        entries.extend(keys().iter().filter(|key| key.name == word).map(key_entry));
    }
    entries.extend(pack_rule(word));
    entries
}

fn path(key: &Key) -> String {
    if key.table.is_empty() { key.name.to_owned() } else { format!("{}.{}", key.table, key.name) }
}

/// What stands where in the file: a condition, a requirement, a key.
fn place(key: &Key) -> String {
    match key.table {
        "" => "a key at the top of the file".to_owned(),
        "when" => "a condition".to_owned(),
        "rule" if requirements().any(|name| name == key.name) => "a requirement of a rule".to_owned(),
        table => format!("a key of `{table}`"),
    }
}

/// What a rule may ask: its keys from `approvals` on.
fn requirements() -> impl Iterator<Item = &'static str> {
    keys().iter().filter(|key| key.table == "rule").map(|key| key.name).skip_while(|name| *name != "approvals")
}

fn key_entry(key: &Key) -> String {
    let about = key.about();
    let meaning = about.map_or("", |about| about.meaning);
    let what = if key.table == "when" { format!("holds when {meaning}") } else { meaning.to_owned() };
    let mut out = format!("{} ({})\n\n", path(key), place(key));
    let mut line = |name: &str, text: &str| out.push_str(&format!("  {name:8}{text}\n"));
    line("what", &what);
    line("takes", &takes(key));
    if let Some(default) = about.map(|about| about.default).filter(|default| !default.is_empty()) {
        line("default", default);
    }
    if let Some(why) = control(key.control) {
        line("why", why);
    }
    match key.status {
        Status::Enforced => {}
        Status::NotYet => line("status", "read and checked, not carried out yet: what it could hold does not pass"),
    }
    out.push_str(&format!("\nExample:\n\n{}", indented(&example(key))));
    out
}

fn takes(key: &Key) -> String {
    match key.kind {
        Kind::Choice(words) => format!("one of {}", listed(words)),
        Kind::Choices(words) => format!("a list of {}", listed(words)),
        kind => kind.expected().to_owned(),
    }
}

/// Why an author's own word may not lower what is asked, where the key reads it.
fn control(control: Control) -> Option<&'static str> {
    match control {
        Control::NotAuthor => None,
        Control::Author => Some("the author controls it: it may raise what is asked, and never lower it"),
        Control::AuthorUnlessVerified => Some("the author controls it, unless every commit is verified"),
        Control::AsNamed => Some("the author controls it where they control a fact that it names"),
    }
}

fn code(subject: Subject, help: &CodeHelp, meanings: &[(&str, &str)]) -> String {
    let meaning = meanings.iter().find(|(code, _)| *code == help.code).map_or("", |(_, meaning)| meaning);
    let (where_found, why) = match subject {
        Subject::Policy if LINTS.contains(&help.code) => {
            ("a policy file", "`countersign check` alone looks for it: the file is used all the same, as it is written")
        }
        Subject::Policy => {
            ("a policy file", "a file with errors is not used: its last valid version goes on, or the check fails")
        }
        Subject::Description => {
            ("a description", "what cannot be told for sure is no answer; everything else is still read")
        }
    };
    let mut out =
        format!("{} (in {where_found})\n\n  what    {meaning}\n  why     {why}\n  fix     {}\n", help.code, help.fix);
    let sections = [("Under this policy", help.under), ("Wrong", help.wrong), ("Right", help.right)];
    for (title, text) in sections.into_iter().filter(|(_, text)| !text.is_empty()) {
        out.push_str(&format!("\n{title}:\n\n{}", indented(text)));
    }
    out
}

/// A rule of a pack, as its policy has it.
fn pack_rule(word: &str) -> Option<String> {
    let (name, id) = word.split_once('/')?;
    let pack = PACKS.iter().find(|pack| pack.name == name)?;
    let version = Version { blob: String::new(), text: pack.text.to_owned() };
    let source = Source { layer: Layer::Repository, path: String::new(), read: Read::Text(version), last_good: None };
    let (set, _) = policy::load(&[source]);
    let (_, policy) = set.policies().next()?;
    let rule = policy.rules.iter().find(|rule| rule.id == id)?;
    let mut out = format!("{word} (a rule of the pack `{name}`)\n\n  why     {}\n", rule.why);
    if !rule.controls.is_empty() {
        out.push_str(&format!("  serves  {}\n", rule.controls.join(", ")));
    }
    let own = pack.text.split("[[rule]]\n").find(|part| part.starts_with(&format!("id = \"{id}\"")));
    // A pack of a few lines has no tables of its own for its rules: it is shown whole.
    let own = own.map(|own| format!("[[rule]]\n{}", own.split("\n\n").next().unwrap_or(own)));
    out.push_str(&format!("\nAs the pack has it:\n\n{}", indented(own.as_deref().unwrap_or(pack.text))));
    Some(out)
}

fn indented(text: &str) -> String {
    // An example may have characters in it that nobody would see.
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("    {}\n", visible(line)) };
    text.trim_end().lines().map(line).collect()
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Everything that can be explained, with its meaning in a line.
fn everything() -> String {
    let mut out = String::new();
    let mut section = |title: &str, rows: Vec<(String, &str)>| {
        let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        out.push_str(&format!("{}{title}:\n", if out.is_empty() { "" } else { "\n" }));
        rows.iter().for_each(|(name, meaning)| out.push_str(&format!("  {name:width$}  {meaning}\n")));
    };
    let meaning = |key: &'static Key| (path(key), key.about().map_or("", |about| about.meaning));
    let is_requirement = |key: &&Key| key.table == "rule" && requirements().any(|name| name == key.name);
    section("Conditions", keys().iter().filter(|key| key.table == "when").map(meaning).collect());
    section("Requirements", keys().iter().filter(is_requirement).map(meaning).collect());
    let others = keys().iter().filter(|key| key.table != "when" && !is_requirement(key));
    section("Other keys", others.map(meaning).collect());
    let named = |(code, meaning): &(&'static str, &'static str)| ((*code).to_owned(), *meaning);
    section("Codes about policy files", CODES.iter().chain([&NOT_ENFORCED]).map(named).collect());
    section("Codes about descriptions", record::CODES.iter().map(named).collect());
    out
}

fn unknown(word: &str) -> Trouble {
    let codes = CODES.iter().chain(record::CODES.iter()).chain([&NOT_ENFORCED]).map(|(code, _)| (*code).to_owned());
    let words: Vec<String> = keys().iter().flat_map(|key| [key.name.to_owned(), path(key)]).chain(codes).collect();
    let distance = |known: &String| strsim::damerau_levenshtein(known, word);
    let least = words.iter().map(distance).min().filter(|least| *least <= word.chars().count() / 3 + 1);
    let nearest: BTreeSet<&str> =
        words.iter().filter(|known| Some(distance(known)) == least).map(String::as_str).collect();
    let trouble = Trouble::new(format!("nothing is called `{word}`"));
    if nearest.is_empty() {
        return trouble.help("`countersign explain` lists everything");
    }
    let nearest: Vec<String> = nearest.iter().map(|known| format!("`{known}`")).collect();
    trouble.help(format!("did you mean {}? `countersign explain` lists everything", nearest.join(" or ")))
}
